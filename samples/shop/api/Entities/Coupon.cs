using System.ComponentModel.DataAnnotations;

namespace Shop.Api.Entities;

public class Coupon
{
    [Key]
    public string Code { get; set; } = string.Empty;

    public int Percent { get; set; }
}
