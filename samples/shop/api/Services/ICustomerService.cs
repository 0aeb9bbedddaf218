using Shop.Api.Contracts;

namespace Shop.Api.Services;

public interface ICustomerService
{
    Task<CustomerDto?> FindByEmailAsync(string email);
}
