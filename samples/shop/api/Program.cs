using Microsoft.EntityFrameworkCore;
using Shop.Api.Data;
using Shop.Api.Endpoints;
using Shop.Api.Services;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddDbContext<ShopContext>(options =>
    options.UseNpgsql(builder.Configuration.GetConnectionString("Shop")));
builder.Services.AddScoped<IProductService, ProductService>();
builder.Services.AddScoped<IOrderService, OrderService>();
builder.Services.AddScoped<ICustomerService, CustomerService>();
builder.Services.AddSingleton<IInvoiceWriter, InvoiceWriter>();
builder.Services.AddHttpClient<IPaymentGateway, PaymentGateway>(client =>
    client.BaseAddress = new Uri(builder.Configuration["Payments:BaseUrl"]!));

var app = builder.Build();

app.MapControllers();
app.MapCouponEndpoints();

app.Run();
