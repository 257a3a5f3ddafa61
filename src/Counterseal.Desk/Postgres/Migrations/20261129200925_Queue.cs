using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
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
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "burns",
                table: "demands",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "n",
                table: "demands",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "place",
                table: "demands",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<DateTime>(
                name: "starts",
                table: "demands",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "words",
                table: "demands",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "queue_views",
                columns: table => new
                {
                    person = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    query = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
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

            // Words only, none of the text: which demand has which word.
            migrationBuilder.Sql("CREATE TABLE demand_words (n bigint PRIMARY KEY, words tsvector NOT NULL)");
            migrationBuilder.Sql("CREATE INDEX \"IX_demand_words_words\" ON demand_words USING gin (words)");
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
