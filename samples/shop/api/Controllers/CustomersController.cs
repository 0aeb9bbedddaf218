using Microsoft.AspNetCore.Mvc;
using Shop.Api.Contracts;
using Shop.Api.Services;

namespace Shop.Api.Controllers;

[ApiController]
[Route("api/[controller]")]
public class CustomersController(ICustomerService customers) : ControllerBase
{
    [HttpGet("{email}")]
    public async Task<ActionResult<CustomerDto>> Get(string email)
    {
        var customer = await customers.FindByEmailAsync(email);
        return customer is null ? NotFound() : Ok(customer);
    }
}
