using Shop.Api.Entities;

namespace Shop.Api.Services;

public class InvoiceWriter(IConfiguration configuration) : IInvoiceWriter
{
    private readonly string _folder = configuration["Invoices:Folder"] ?? "invoices";

    public async Task WriteAsync(Order order, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var lines = order.Items.Select(i => $"{i.Quantity} x {i.Product.Name}: {i.UnitPrice}");
        await File.WriteAllLinesAsync(PathOf(order.Id), lines, cancellationToken);
    }

    public async Task<string?> ReadAsync(int orderId)
    {
        var path = PathOf(orderId);
        return File.Exists(path) ? await File.ReadAllTextAsync(path) : null;
    }

    private string PathOf(int orderId) => Path.Combine(_folder, $"{orderId}.txt");
}
