using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Turns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "turns",
                table: "demands",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_demands_turns",
                table: "demands",
                column: "turns");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_demands_turns",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "turns",
                table: "demands");
        }
    }
}
