using Microsoft.AspNetCore.Mvc;
using Shop.Api.Contracts;
using Shop.Api.Services;

namespace Shop.Api.Controllers;

[ApiController]
[Route("api/[controller]")]
public class OrdersController(IOrderService orders, IInvoiceWriter invoices) : ControllerBase
{
    [HttpGet]
    public async Task<ActionResult<IReadOnlyList<OrderDto>>> List()
    {
        return Ok(await orders.ListAsync());
    }

    [HttpPost]
    public async Task<ActionResult<OrderDto>> Place(NewOrderDto order, CancellationToken cancellationToken)
    {
        var placed = await orders.PlaceAsync(order, cancellationToken);
        return CreatedAtAction(nameof(List), placed);
    }

    [HttpDelete("{id:int}")]
    public async Task<IActionResult> Cancel(int id)
    {
        await orders.CancelAsync(id);
        return NoContent();
    }

    [HttpGet("{id:int}/invoice")]
    public async Task<IActionResult> Invoice(int id)
    {
        var text = await invoices.ReadAsync(id);
        return text is null ? NotFound() : Content(text, "text/plain");
    }
}
