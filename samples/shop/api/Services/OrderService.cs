using Microsoft.EntityFrameworkCore;
using Shop.Api.Contracts;
using Shop.Api.Data;
using Shop.Api.Entities;

namespace Shop.Api.Services;

public class OrderService : IOrderService
{
    private readonly ShopContext _context;
    private readonly IPaymentGateway _payments;
    private readonly IInvoiceWriter _invoices;

    public OrderService(ShopContext context, IPaymentGateway payments, IInvoiceWriter invoices)
    {
        _context = context;
        _payments = payments;
        _invoices = invoices;
    }

    public async Task<IReadOnlyList<OrderDto>> ListAsync()
    {
        return await _context.Orders
            .OrderByDescending(o => o.PlacedAt)
            .Select(o => new OrderDto(o.Id, o.Number, o.Status.ToString(), o.PlacedAt, o.Total))
            .ToListAsync();
    }

    public async Task<OrderDto> PlaceAsync(NewOrderDto newOrder, CancellationToken cancellationToken)
    {
        var order = await CreateOrderAsync(newOrder, cancellationToken);
        _context.Orders.Add(order);
        await _context.SaveChangesAsync(cancellationToken);

        if (await _payments.ChargeAsync(order.Number, order.Total, cancellationToken))
        {
            order.Status = OrderStatus.Paid;
            await _context.SaveChangesAsync(cancellationToken);
            await _invoices.WriteAsync(order, cancellationToken);
        }

        return new OrderDto(order.Id, order.Number, order.Status.ToString(), order.PlacedAt, order.Total);
    }

    public async Task CancelAsync(int id)
    {
        var order = await _context.Orders.Include(o => o.Items).FirstAsync(o => o.Id == id);
        _context.OrderItems.RemoveRange(order.Items);
        _context.Orders.Remove(order);
        await _context.SaveChangesAsync();
    }

    private async Task<Order> CreateOrderAsync(NewOrderDto newOrder, CancellationToken cancellationToken)
    {
        var customer = await _context.Customers
            .FirstOrDefaultAsync(c => c.Email == newOrder.Email, cancellationToken);
        customer ??= new Customer { Email = newOrder.Email };

        var order = new Order { Number = $"S-{Guid.NewGuid():N}", Customer = customer, PlacedAt = DateTime.UtcNow };
        foreach (var line in newOrder.Lines)
        {
            var product = await _context.Products.FirstAsync(p => p.Id == line.ProductId, cancellationToken);
            product.Stock -= line.Quantity;
            order.Items.Add(new OrderItem { Product = product, Quantity = line.Quantity, UnitPrice = product.Price });
        }

        order.Total = order.Items.Sum(i => i.Quantity * i.UnitPrice);
        return order;
    }
}
