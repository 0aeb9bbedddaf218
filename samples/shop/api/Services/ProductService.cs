using Microsoft.EntityFrameworkCore;
using Shop.Api.Contracts;
using Shop.Api.Data;
using Shop.Api.Entities;

namespace Shop.Api.Services;

public class ProductService : IProductService
{
    private readonly ShopContext _context;

    public ProductService(ShopContext context)
    {
        _context = context;
    }

    public async Task<IReadOnlyList<ProductDto>> SearchAsync(string text)
    {
        var products = await _context.Products
            .Include(p => p.Category)
            .Where(p => p.Name.Contains(text))
            .OrderBy(p => p.Name)
            .ToListAsync();
        return products.Select(ToDto).ToList();
    }

    public async Task<ProductDto?> FindAsync(int id)
    {
        var product = await _context.Products.Include(p => p.Category).SingleOrDefaultAsync(p => p.Id == id);
        return product is null ? null : ToDto(product);
    }

    public async Task SetStockAsync(int id, int quantity)
    {
        var product = await _context.Products.FindAsync(id)
            ?? throw new KeyNotFoundException($"There is no product {id}.");
        product.Stock = quantity;
        _context.Products.Update(product);
        await _context.SaveChangesAsync();
    }

    private static ProductDto ToDto(Product product) =>
        new(product.Id, product.Name, product.Description, product.Price, product.Stock, product.Category.Name);
}
