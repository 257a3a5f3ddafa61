using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Counterseal.Desk.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class Begin : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "counters",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_counters", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "demands",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    reference = table.Column<string>(type: "text", nullable: false),
                    authority = table.Column<string>(type: "text", nullable: false),
                    country = table.Column<string>(type: "text", nullable: false),
                    instrument = table.Column<string>(type: "text", nullable: true),
                    stage = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    received = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    due = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    due_what = table.Column<string>(type: "text", nullable: true),
                    emergency = table.Column<bool>(type: "boolean", nullable: true),
                    authenticated = table.Column<bool>(type: "boolean", nullable: false),
                    questions = table.Column<int>(type: "integer", nullable: false),
                    assessment_due = table.Column<bool>(type: "boolean", nullable: false),
                    orders_open = table.Column<bool>(type: "boolean", nullable: false),
                    open = table.Column<bool>(type: "boolean", nullable: false),
                    receipt = table.Column<string>(type: "text", nullable: false),
                    tampered = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_demands", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "directory",
                columns: table => new
                {
                    digest = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<byte[]>(type: "bytea", nullable: false),
                    added_by = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_directory", x => x.digest);
                });

            migrationBuilder.CreateTable(
                name: "events",
                columns: table => new
                {
                    demand = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false),
                    salt = table.Column<byte[]>(type: "bytea", nullable: false),
                    n = table.Column<long>(type: "bigint", nullable: false),
                    logged = table.Column<bool>(type: "boolean", nullable: false),
                    leaf_index = table.Column<long>(type: "bigint", nullable: true),
                    proof = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_events", x => new { x.demand, x.version });
                });

            migrationBuilder.CreateTable(
                name: "originals",
                columns: table => new
                {
                    demand = table.Column<string>(type: "text", nullable: false),
                    digest = table.Column<string>(type: "text", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false),
                    received = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    retention = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_originals", x => x.demand);
                });

            migrationBuilder.CreateTable(
                name: "quarantine",
                columns: table => new
                {
                    digest = table.Column<string>(type: "text", nullable: false),
                    bytes = table.Column<byte[]>(type: "bytea", nullable: false),
                    format = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    faults = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_quarantine", x => x.digest);
                });

            migrationBuilder.InsertData(
                table: "counters",
                columns: new[] { "name", "value" },
                values: new object[] { "leaves", 0L });

            migrationBuilder.CreateIndex(
                name: "IX_demands_open_due",
                table: "demands",
                columns: new[] { "open", "due" });

            migrationBuilder.CreateIndex(
                name: "IX_demands_receipt",
                table: "demands",
                column: "receipt",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_events_leaf_index",
                table: "events",
                column: "leaf_index",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_events_logged",
                table: "events",
                column: "logged");

            migrationBuilder.CreateIndex(
                name: "IX_events_n",
                table: "events",
                column: "n",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_originals_digest",
                table: "originals",
                column: "digest");

            migrationBuilder.CreateIndex(
                name: "IX_quarantine_at",
                table: "quarantine",
                column: "at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "counters");

            migrationBuilder.DropTable(
                name: "demands");

            migrationBuilder.DropTable(
                name: "directory");

            migrationBuilder.DropTable(
                name: "events");

            migrationBuilder.DropTable(
                name: "originals");

            migrationBuilder.DropTable(
                name: "quarantine");
        }
    }
}
