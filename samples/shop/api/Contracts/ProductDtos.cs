namespace Shop.Api.Contracts;

public record ProductDto(int Id, string Name, string Description, decimal Price, int Stock, string CategoryName);

public record StockDto(int Quantity);
