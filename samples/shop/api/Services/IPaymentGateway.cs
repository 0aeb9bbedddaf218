namespace Shop.Api.Services;

public interface IPaymentGateway
{
    Task<bool> ChargeAsync(string orderNumber, decimal amount, CancellationToken cancellationToken);
}
