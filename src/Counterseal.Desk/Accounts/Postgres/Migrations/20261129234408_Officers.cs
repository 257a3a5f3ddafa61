using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.AccountMigrations
{
    /// <inheritdoc />
    public partial class Officers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "officer_passkeys",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    officer = table.Column<string>(type: "text", nullable: false),
                    passkey = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_officer_passkeys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "officer_reads",
                columns: table => new
                {
                    officer = table.Column<string>(type: "text", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_officer_reads", x => new { x.officer, x.demand });
                });

            migrationBuilder.CreateTable(
                name: "officer_sessions",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    officer = table.Column<string>(type: "text", nullable: false),
                    began = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    seen = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_officer_sessions", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_officer_passkeys_officer",
                table: "officer_passkeys",
                column: "officer");

            migrationBuilder.CreateIndex(
                name: "IX_officer_sessions_officer",
                table: "officer_sessions",
                column: "officer");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "officer_passkeys");

            migrationBuilder.DropTable(
                name: "officer_reads");

            migrationBuilder.DropTable(
                name: "officer_sessions");
        }
    }
}
