using System.Data.Common;
using Counterseal.Watch;
using Npgsql;
using NpgsqlTypes;

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

    /// <summary>Inserts many rows: on SQLite by one statement that is prepared once, on PostgreSQL by one statement over arrays.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Name and type (<c>text</c>, <c>bigint</c>, <c>blob</c>) of each.</param>
    /// <param name="rows">The rows; a value is a <see cref="string"/>, <see cref="long"/>, <see cref="byte"/>[] or <c>null</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task Insert(DbConnection connection, string table, (string Name, string Type)[] columns, IReadOnlyList<object?[]> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        await using var command = connection.CreateCommand();
        var names = string.Join(", ", columns.Select(c => c.Name));
        if (command is NpgsqlCommand postgres)
        {
            command.CommandText = $"INSERT INTO {table} ({names}) SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
            for (var i = 0; i < columns.Length; i++)
            {
                var at = i;
                postgres.Parameters.Add(columns[i].Type switch
                {
                    "bigint" => new NpgsqlParameter($"p{i}", NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = rows.Select(row => (long?)row[at]).ToArray() },
                    "blob" => new NpgsqlParameter($"p{i}", NpgsqlDbType.Array | NpgsqlDbType.Bytea) { Value = rows.Select(row => (byte[]?)row[at]).ToArray() },
                    _ => new NpgsqlParameter($"p{i}", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = rows.Select(row => (string?)row[at]).ToArray() },
                });
            }
            await command.ExecuteNonQueryAsync(cancel);
            return;
        }
        command.CommandText = $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        var parameters = new DbParameter[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            parameters[i] = command.CreateParameter();
            parameters[i].ParameterName = $"@p{i}";
            command.Parameters.Add(parameters[i]);
        }
        await command.PrepareAsync(cancel);
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
                parameters[i].Value = row[i] ?? DBNull.Value;
            // In-process, so that awaiting each of a hundred thousand would cost more than it does.
            command.ExecuteNonQuery();
        }
    }
}
