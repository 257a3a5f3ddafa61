using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Queue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "assigned",
                table: "demands",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "burns",
                table: "demands",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "n",
                table: "demands",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "place",
                table: "demands",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "starts",
                table: "demands",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "words",
                table: "demands",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "queue_views",
                columns: table => new
                {
                    person = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    query = table.Column<string>(type: "TEXT", nullable: false),
                    at = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_queue_views", x => new { x.person, x.name });
                });

            migrationBuilder.CreateIndex(
                name: "IX_demands_assessment_due",
                table: "demands",
                column: "assessment_due");

            migrationBuilder.CreateIndex(
                name: "IX_demands_orders_open",
                table: "demands",
                column: "orders_open");

            migrationBuilder.CreateIndex(
                name: "IX_demands_n",
                table: "demands",
                column: "n");

            migrationBuilder.CreateIndex(
                name: "IX_demands_open_burns",
                table: "demands",
                columns: new[] { "open", "burns" });

            migrationBuilder.CreateIndex(
                name: "IX_demands_queue",
                table: "demands",
                columns: new[] { "open", "place", "country", "instrument", "assigned", "stage", "emergency" });

            // Words only, none of the text: which demand has which word. The digits after "prefix" are lengths of beginnings that are looked up and not gathered.
            migrationBuilder.Sql("CREATE VIRTUAL TABLE demand_words USING fts5(words, content='', contentless_delete=1, detail=none, tokenize=\"ascii tokenchars '_'\", prefix='2 3 4 5')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE demand_words");

            migrationBuilder.DropTable(
                name: "queue_views");

            migrationBuilder.DropIndex(
                name: "IX_demands_assessment_due",
                table: "demands");

            migrationBuilder.DropIndex(
                name: "IX_demands_orders_open",
                table: "demands");

            migrationBuilder.DropIndex(
                name: "IX_demands_n",
                table: "demands");

            migrationBuilder.DropIndex(
                name: "IX_demands_open_burns",
                table: "demands");

            migrationBuilder.DropIndex(
                name: "IX_demands_queue",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "assigned",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "burns",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "n",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "place",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "starts",
                table: "demands");

            migrationBuilder.DropColumn(
                name: "words",
                table: "demands");
        }
    }
}
