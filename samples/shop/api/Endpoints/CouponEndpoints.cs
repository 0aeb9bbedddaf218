using Microsoft.EntityFrameworkCore;
using Shop.Api.Contracts;
using Shop.Api.Data;
using Shop.Api.Entities;

namespace Shop.Api.Endpoints;

public static class CouponEndpoints
{
    public static IEndpointRouteBuilder MapCouponEndpoints(this IEndpointRouteBuilder routes)
    {
        var coupons = routes.MapGroup("/api/coupons");

        coupons.MapGet("/{code}", async (string code, ShopContext context) =>
        {
            var coupon = await context.Coupons.FirstOrDefaultAsync(c => c.Code == code);
            return coupon is null ? Results.NotFound() : Results.Ok(new CouponDto(coupon.Code, coupon.Percent));
        });

        coupons.MapPost("/", CreateCoupon);

        return routes;
    }

    private static async Task<IResult> CreateCoupon(CouponDto coupon, ShopContext context)
    {
        context.Coupons.Add(new Coupon { Code = coupon.Code, Percent = coupon.Percent });
        await context.SaveChangesAsync();
        return Results.Created($"/api/coupons/{coupon.Code}", coupon);
    }
}
