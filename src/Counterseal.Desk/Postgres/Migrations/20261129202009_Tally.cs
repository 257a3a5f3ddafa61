using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Tally : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "tally",
                columns: table => new
                {
                    demand = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    index = table.Column<long>(type: "bigint", nullable: true),
                    period = table.Column<int>(type: "integer", nullable: true),
                    opening = table.Column<string>(type: "text", nullable: true),
                    leaf = table.Column<byte[]>(type: "bytea", nullable: true),
                    taken = table.Column<bool>(type: "boolean", nullable: false),
                    logged = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tally", x => new { x.demand, x.kind });
                });

            migrationBuilder.CreateIndex(
                name: "IX_tally_index",
                table: "tally",
                column: "index");

            migrationBuilder.CreateIndex(
                name: "IX_tally_logged",
                table: "tally",
                column: "logged");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "tally");
        }
    }
}
