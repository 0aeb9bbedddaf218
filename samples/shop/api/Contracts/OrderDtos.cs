namespace Shop.Api.Contracts;

public record NewOrderDto(string Email, string? CouponCode, IReadOnlyList<NewOrderLineDto> Lines);

public record NewOrderLineDto(int ProductId, int Quantity);

public record OrderDto(int Id, string Number, string Status, DateTime PlacedAt, decimal Total);

public record CouponDto(string Code, int Percent);

public record CustomerDto(int Id, string Email, int OrderCount);
