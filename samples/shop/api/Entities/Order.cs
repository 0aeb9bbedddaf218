namespace Shop.Api.Entities;

public enum OrderStatus
{
    Placed,
    Paid,
    Cancelled,
}

public class Order
{
    public int Id { get; set; }

    public string Number { get; set; } = string.Empty;

    public OrderStatus Status { get; set; }

    public DateTime PlacedAt { get; set; }

    public decimal Total { get; set; }

    public int CustomerId { get; set; }

    public Customer Customer { get; set; } = null!;

    public List<OrderItem> Items { get; set; } = [];
}
