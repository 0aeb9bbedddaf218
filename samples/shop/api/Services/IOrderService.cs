using Shop.Api.Contracts;

namespace Shop.Api.Services;

public interface IOrderService
{
    Task<IReadOnlyList<OrderDto>> ListAsync();

    Task<OrderDto> PlaceAsync(NewOrderDto newOrder, CancellationToken cancellationToken);

    Task CancelAsync(int id);
}
