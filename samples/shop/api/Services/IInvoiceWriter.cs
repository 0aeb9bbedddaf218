using Shop.Api.Entities;

namespace Shop.Api.Services;

public interface IInvoiceWriter
{
    Task WriteAsync(Order order, CancellationToken cancellationToken);

    Task<string?> ReadAsync(int orderId);
}
