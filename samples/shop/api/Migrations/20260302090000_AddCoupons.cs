using Microsoft.EntityFrameworkCore.Migrations;

namespace Shop.Api.Migrations;

public partial class AddCoupons : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Coupons",
            columns: table => new
            {
                Code = table.Column<string>(type: "text", nullable: false),
                Percent = table.Column<int>(type: "integer", nullable: false),
            },
            constraints: table => table.PrimaryKey("PK_Coupons", x => x.Code));
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(name: "Coupons");
    }
}
