using Shop.Api.Contracts;

namespace Shop.Api.Services;

public interface IProductService
{
    Task<IReadOnlyList<ProductDto>> SearchAsync(string text);

    Task<ProductDto?> FindAsync(int id);

    Task SetStockAsync(int id, int quantity);
}
