using System.Data.Common;
using Counterseal.Watch;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using SQLitePCL;

namespace Counterseal.Convention;

/// <summary>The registry's tables, on either store, by the bell's own means.</summary>
internal static class RegistryDatabase
{
    // Days are days since 1970. "event" is the number of the event that made a row: it is seen once that event is on the ledger ("shown" in counters). "superseded" is the event that put a later version in its place.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE registry_counters (name text PRIMARY KEY, value bigint NOT NULL);
        CREATE TABLE registry_events (n bigint PRIMARY KEY, at bigint NOT NULL, kind text NOT NULL, bytes blob NOT NULL, note blob NOT NULL, salt blob NOT NULL, logged bigint NOT NULL, leaf_index bigint, proof text);
        CREATE TABLE registry_versions (subject text NOT NULL, version bigint NOT NULL, event bigint NOT NULL, superseded bigint, bytes blob NOT NULL, PRIMARY KEY (subject, version));
        CREATE TABLE registry_incidents (id text NOT NULL, version bigint NOT NULL, event bigint NOT NULL, superseded bigint, feed text NOT NULL, year bigint, day bigint, title text NOT NULL, sample bigint NOT NULL,
            PRIMARY KEY (id, version)) WITHOUT ROWID;
        CREATE TABLE registry_states (state text NOT NULL, role text NOT NULL, id text NOT NULL, version bigint NOT NULL, PRIMARY KEY (state, role, id, version)) WITHOUT ROWID;
        CREATE TABLE registry_clauses (clause text NOT NULL, id text NOT NULL, version bigint NOT NULL, PRIMARY KEY (clause, id, version)) WITHOUT ROWID;
        CREATE TABLE registry_imports (import text PRIMARY KEY, feed text NOT NULL, name text NOT NULL, files text NOT NULL, started bigint NOT NULL, done bigint, position bigint NOT NULL, line bigint NOT NULL);
        CREATE TABLE registry_rows (import text NOT NULL, file bigint NOT NULL, line bigint NOT NULL, outcome bigint NOT NULL, item text, remarks text, PRIMARY KEY (import, file, line)) WITHOUT ROWID;
        INSERT INTO registry_counters (name, value) VALUES ('events', 0), ('shown', 0);
        """,
    ];

    public static Task<WatchDatabase> Open(string database, CancellationToken cancel) => WatchDatabase.Open(database, new("registry", Steps, "registry_version", 7237482), cancel);

    /// <summary>Inserts many rows: on SQLite by one statement that is prepared once and bound by place, on PostgreSQL by its own way of copying.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Name and type (<c>text</c>, <c>bigint</c>, <c>blob</c>) of each.</param>
    /// <param name="rows">The rows; a value is a <see cref="string"/>, <see cref="long"/>, <see cref="byte"/>[] or <c>null</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task Insert(DbConnection connection, string table, (string Name, string Type)[] columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        var names = string.Join(", ", columns.Select(c => c.Name));
        if (connection is NpgsqlConnection postgres)
        {
            await using var copy = await postgres.BeginBinaryImportAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)", cancel);
            foreach (var row in rows)
            {
                await copy.StartRowAsync(cancel);
                for (var i = 0; i < columns.Length; i++)
                {
                    if (row[i] is not { } value)
                        await copy.WriteNullAsync(cancel);
                    else
                        await (columns[i].Type switch
                        {
                            "bigint" => copy.WriteAsync((long)value, NpgsqlDbType.Bigint, cancel),
                            "blob" => copy.WriteAsync((byte[])value, NpgsqlDbType.Bytea, cancel),
                            _ => copy.WriteAsync((string)value, NpgsqlDbType.Text, cancel),
                        });
                }
            }
            await copy.CompleteAsync(cancel);
            return;
        }
        Raw(((SqliteConnection)connection).Handle!, $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select(_ => "?"))})", columns.Length, rows);
    }

    /// <summary>SQLite's own interface: the driver above it looks each parameter up by its name for each row, which took as long as all the rest of an import.</summary>
    private static void Raw(sqlite3 handle, string sql, int columns, IReadOnlyList<object?[]> rows)
    {
        Must(raw.sqlite3_prepare_v2(handle, sql, out var statement));
        using (statement)
            foreach (var row in rows)
            {
                for (var i = 0; i < columns; i++)
                    Must(row[i] switch
                    {
                        null => raw.sqlite3_bind_null(statement, i + 1),
                        long number => raw.sqlite3_bind_int64(statement, i + 1, number),
                        byte[] bytes => raw.sqlite3_bind_blob(statement, i + 1, bytes),
                        string text => raw.sqlite3_bind_text(statement, i + 1, text),
                        var other => throw new ArgumentException($"a {other.GetType().Name} cannot be kept"),
                    });
                if (raw.sqlite3_step(statement) is var step && step != raw.SQLITE_DONE)
                    Must(step);
                Must(raw.sqlite3_reset(statement));
            }

        void Must(int code)
        {
            if (code != raw.SQLITE_OK)
                throw new SqliteException(raw.sqlite3_errmsg(handle).utf8_to_string(), code);
        }
    }
}
