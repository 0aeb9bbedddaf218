using Microsoft.EntityFrameworkCore;
using Shop.Api.Contracts;
using Shop.Api.Data;

namespace Shop.Api.Services;

public class CustomerService(ShopContext context) : ICustomerService
{
    public async Task<CustomerDto?> FindByEmailAsync(string email)
    {
        var customer = await context.Customers
            .AsNoTracking()
            .Include(c => c.Orders)
            .FirstOrDefaultAsync(c => c.Email == email);
        return customer is null ? null : new CustomerDto(customer.Id, customer.Email, customer.Orders.Count);
    }
}
