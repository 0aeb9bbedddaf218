using Microsoft.AspNetCore.Mvc;
using Shop.Api.Contracts;
using Shop.Api.Services;

namespace Shop.Api.Controllers;

[ApiController]
[Route("api/[controller]")]
public class ProductsController : ControllerBase
{
    private readonly IProductService _products;

    public ProductsController(IProductService products)
    {
        _products = products;
    }

    [HttpGet]
    public async Task<ActionResult<IReadOnlyList<ProductDto>>> Search([FromQuery] string? text)
    {
        return Ok(await _products.SearchAsync(text ?? string.Empty));
    }

    [HttpGet("{id:int}")]
    public async Task<ActionResult<ProductDto>> Get(int id)
    {
        var product = await _products.FindAsync(id);
        return product is null ? NotFound() : Ok(product);
    }

    [HttpPut("{id:int}/stock")]
    public async Task<IActionResult> SetStock(int id, [FromBody] StockDto stock)
    {
        await _products.SetStockAsync(id, stock.Quantity);
        return NoContent();
    }
}
