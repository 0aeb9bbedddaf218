using System.Net.Http.Json;

namespace Shop.Api.Services;

/// <summary>Charges through the payment provider; its base address is set where the client is registered.</summary>
public class PaymentGateway(HttpClient client, ILogger<PaymentGateway> logger) : IPaymentGateway
{
    public async Task<bool> ChargeAsync(string orderNumber, decimal amount, CancellationToken cancellationToken)
    {
        var charge = new { reference = orderNumber, amount, currency = "EUR" };
        var response = await client.PostAsJsonAsync("v1/charges", charge, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            logger.LogWarning("Charging {Order} failed with {Status}", orderNumber, response.StatusCode);
        }

        return response.IsSuccessStatusCode;
    }
}
