using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Shift : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "days",
                table: "demands",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "alerts",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    to = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    due = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    sent_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    done = table.Column<bool>(type: "boolean", nullable: false),
                    tries = table.Column<int>(type: "integer", nullable: false),
                    not_before = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    failure = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "days",
                columns: table => new
                {
                    demand = table.Column<string>(type: "text", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_days", x => new { x.demand, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "dockets",
                columns: table => new
                {
                    demand = table.Column<string>(type: "text", nullable: false),
                    court = table.Column<string>(type: "text", nullable: false),
                    @case = table.Column<string>(name: "case", type: "text", nullable: false),
                    filed_by = table.Column<string>(type: "text", nullable: false),
                    filed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    standing = table.Column<string>(type: "text", nullable: false),
                    hearing = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ended_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dockets", x => x.demand);
                });

            migrationBuilder.CreateIndex(
                name: "IX_alerts_at",
                table: "alerts",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_done",
                table: "alerts",
                column: "done");

            migrationBuilder.CreateIndex(
                name: "IX_days_at",
                table: "days",
                column: "at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alerts");

            migrationBuilder.DropTable(
                name: "days");

            migrationBuilder.DropTable(
                name: "dockets");

            migrationBuilder.DropColumn(
                name: "days",
                table: "demands");
        }
    }
}
