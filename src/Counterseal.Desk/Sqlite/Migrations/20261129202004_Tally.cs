using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Sqlite.Migrations
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
                    demand = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    index = table.Column<long>(type: "INTEGER", nullable: true),
                    period = table.Column<int>(type: "INTEGER", nullable: true),
                    opening = table.Column<string>(type: "TEXT", nullable: true),
                    leaf = table.Column<byte[]>(type: "BLOB", nullable: true),
                    taken = table.Column<bool>(type: "INTEGER", nullable: false),
                    logged = table.Column<bool>(type: "INTEGER", nullable: false)
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
