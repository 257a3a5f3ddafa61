using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Customers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "lapses",
                table: "demands",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "told",
                table: "demands",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "customers",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    demand = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_customers", x => new { x.name, x.demand });
                });

            migrationBuilder.CreateIndex(
                name: "IX_demands_lapses",
                table: "demands",
                column: "lapses");

            migrationBuilder.CreateIndex(
                name: "IX_customers_demand",
                table: "customers",
                column: "demand");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "customers");

            migrationBuilder.DropIndex(
                name: "IX_demands_lapses",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "lapses",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "told",
                table: "demands");
        }
    }
}
