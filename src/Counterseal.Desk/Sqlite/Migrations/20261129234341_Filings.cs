using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Filings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "filer",
                table: "demands",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "unanswered",
                table: "demands",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "IX_demands_filer_n",
                table: "demands",
                columns: new[] { "filer", "n" });

            migrationBuilder.CreateIndex(
                name: "IX_demands_unanswered",
                table: "demands",
                column: "unanswered");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_demands_filer_n",
                table: "demands");

            migrationBuilder.DropIndex(
                name: "IX_demands_unanswered",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "filer",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "unanswered",
                table: "demands");
        }
    }
}
