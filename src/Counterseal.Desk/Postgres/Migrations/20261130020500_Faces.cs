using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Faces : Migration
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

            migrationBuilder.AddColumn<string>(
                name: "compartment",
                table: "demands",
                type: "text",
                nullable: true);

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

            migrationBuilder.AddColumn<string>(
                name: "filer",
                table: "demands",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "unanswered",
                table: "demands",
                type: "boolean",
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

            migrationBuilder.AddColumn<DateTime>(
                name: "lapses",
                table: "demands",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "told",
                table: "demands",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "customers",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    demand = table.Column<string>(type: "text", nullable: false)
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

            migrationBuilder.DropTable(
                name: "alerts");

            migrationBuilder.DropTable(
                name: "days");

            migrationBuilder.DropTable(
                name: "dockets");

            migrationBuilder.DropColumn(
                name: "days",
                table: "demands");

            migrationBuilder.DropTable(
                name: "tally");

            migrationBuilder.DropColumn(
                name: "compartment",
                table: "demands");

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
