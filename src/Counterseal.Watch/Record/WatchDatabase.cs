using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Counterseal.Watch;

/// <summary>
/// The bell's tables: the same statements on SQLite (one machine) and PostgreSQL (several). Plain SQL and no object mapper: a batch of events is one statement, not ten thousand.
/// </summary>
internal sealed class WatchDatabase : IAsyncDisposable
{
    // Times are milliseconds since 1970, UTC. "blob" is written bytea on PostgreSQL.
    // The n-th step brings a database from version n to n + 1. A step that was ever released stays as it is; a change is a step more.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE IF NOT EXISTS seen (id blob PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS matched (id blob PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, value bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS positions (source text PRIMARY KEY, lines bigint NOT NULL, bytes bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS evidence (finding text NOT NULL, account text NOT NULL, rule text NOT NULL, indicator text NOT NULL, field text NOT NULL, value text NOT NULL, customer text NOT NULL,
            actor text NOT NULL, state text, source text NOT NULL, confidence bigint NOT NULL, marking bigint NOT NULL, events bigint NOT NULL, first_at bigint NOT NULL, last_at bigint NOT NULL,
            event text NOT NULL, place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (finding, account, rule, indicator, field, value));
        CREATE TABLE IF NOT EXISTS dirty (finding text PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS record (n bigint PRIMARY KEY, subject text NOT NULL, version bigint NOT NULL, type text NOT NULL, bytes blob NOT NULL, salt blob NOT NULL, logged bigint NOT NULL,
            leaf_index bigint, proof text, UNIQUE (subject, version));
        CREATE INDEX IF NOT EXISTS record_logged ON record (logged) WHERE logged = 0;
        CREATE TABLE IF NOT EXISTS subjects (id text PRIMARY KEY, kind text NOT NULL, version bigint NOT NULL, state text NOT NULL, account text, look_at bigint NOT NULL, claimed_until bigint NOT NULL DEFAULT 0,
            planned bigint NOT NULL DEFAULT 0);
        CREATE INDEX IF NOT EXISTS subjects_look ON subjects (kind, look_at);
        CREATE INDEX IF NOT EXISTS subjects_account ON subjects (account) WHERE account IS NOT NULL;
        CREATE TABLE IF NOT EXISTS codes (hash blob PRIMARY KEY, notice text NOT NULL);
        CREATE TABLE IF NOT EXISTS messages (id text PRIMARY KEY, notice text NOT NULL, rung bigint NOT NULL);
        INSERT INTO counters (name, value) VALUES ('leaves', 0), ('events', 0) ON CONFLICT DO NOTHING;
        """,
        // seen_at 0: from before this step; Bell.Prune takes it for the day when it first met it. Times of observations are ticks of 100 ns, since windows are held to that.
        """
        ALTER TABLE seen ADD COLUMN seen_at bigint NOT NULL DEFAULT 0;
        CREATE INDEX seen_seen_at ON seen (seen_at);
        CREATE TABLE observed (stream blob NOT NULL, event blob NOT NULL, at bigint NOT NULL, holds blob NOT NULL, used bigint NOT NULL, until bigint NOT NULL, id text NOT NULL, kind bigint NOT NULL,
            outcome bigint NOT NULL, place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (stream, event)) WITHOUT ROWID;
        CREATE INDEX observed_until ON observed (until);
        CREATE TABLE bound (finding text NOT NULL, indicator text NOT NULL, account text NOT NULL, event text NOT NULL, match text NOT NULL, at bigint NOT NULL, kind bigint NOT NULL, outcome bigint NOT NULL,
            place_source text NOT NULL, place_number bigint NOT NULL, place_offset bigint NOT NULL, PRIMARY KEY (finding, indicator, account, event));
        INSERT INTO counters (name, value) VALUES ('observed', 0) ON CONFLICT DO NOTHING;
        """,
    ];

    private readonly DbDataSource source;
    private readonly string? file;

    private WatchDatabase(DbDataSource source, string? file) => (this.source, this.file) = (source, file);

    /// <summary>What a database is made by.</summary>
    /// <param name="Name">Whose it is, for sentences.</param>
    /// <param name="Steps">The n-th brings it from version n to n + 1, written for SQLite; <c> blob</c> and <c> WITHOUT ROWID</c> are put right for PostgreSQL.</param>
    /// <param name="Table">The table that keeps the version.</param>
    /// <param name="Lock">PostgreSQL's advisory lock while it is raised.</param>
    internal sealed record Schema(string Name, IReadOnlyList<string> Steps, string Table, long Lock);

    private static readonly Schema Own = new("watch", Steps, "schema_version", 7237481);

    /// <summary>Whether this is PostgreSQL.</summary>
    public bool Postgres => file is null;

    /// <summary>Opens, and makes what is not there.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="DbException">It cannot be opened.</exception>
    /// <exception cref="RecordException">A newer Counterseal made it.</exception>
    public static Task<WatchDatabase> Open(string database, CancellationToken cancel) => Open(database, Own, cancel);

    /// <summary>Opens a database of another schema, as the rooms that stand on this one have them.</summary>
    public static async Task<WatchDatabase> Open(string database, Schema schema, CancellationToken cancel)
    {
        var path = database.StartsWith("sqlite:", StringComparison.Ordinal) ? database["sqlite:".Length..] : null;
        DbDataSource source = path is null
            ? NpgsqlDataSource.Create(database)
            : SqliteFactory.Instance.CreateDataSource(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60 }.ToString());
        var opened = new WatchDatabase(source, path);
        try
        {
            if (!opened.Postgres)
            {
                await using var connection = await opened.Connect(cancel);
                await Run(connection, "PRAGMA journal_mode = WAL;", cancel);
            }
            await opened.Write(async connection =>
            {
                await opened.Raise(connection, schema, cancel);
                return true;
            }, cancel);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    // Only what is missing is run: making an index takes its table's lock even where the index is there already, and would wait for those who are at work on it, and they for it.
    private async Task Raise(DbConnection connection, Schema schema, CancellationToken cancel)
    {
        var steps = schema.Steps;
        if (Postgres)
            await Run(connection, $"SELECT pg_advisory_xact_lock({schema.Lock})", cancel);
        await Run(connection, $"CREATE TABLE IF NOT EXISTS {schema.Table} (version bigint PRIMARY KEY)", cancel);
        var version = (await Rows(connection, $"SELECT COALESCE(MAX(version), 0) FROM {schema.Table}", row => (int)row.GetInt64(0), cancel))[0];
        if (version > steps.Count)
            throw new RecordException($"the {schema.Name}'s database is of version {version}, made by a newer Counterseal; this one knows {steps.Count}: run the newer one, or restore a copy from before");
        for (; version < steps.Count; version++)
        {
            await Run(connection, Postgres ? steps[version].Replace(" blob", " bytea", StringComparison.Ordinal).Replace(" WITHOUT ROWID", "", StringComparison.Ordinal) : steps[version], cancel);
            await Run(connection, $"INSERT INTO {schema.Table} (version) VALUES (@v)", cancel, ("v", version + 1L));
        }
    }

    /// <summary>A connection.</summary>
    public async Task<DbConnection> Connect(CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        if (!Postgres)
            await Run(connection, "PRAGMA synchronous = FULL; PRAGMA cache_size = -131072;", cancel);
        return connection;
    }

    /// <summary>Runs in one transaction that may write. On SQLite it has the file's one write lock from its beginning.</summary>
    public async Task<T> Write<T>(Func<DbConnection, Task<T>> work, CancellationToken cancel)
    {
        await using var connection = await Connect(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var result = await work(connection);
        await transaction.CommitAsync(cancel);
        return result;
    }

    /// <summary>Runs statements; gives the rows changed.</summary>
    public static async Task<int> Run(DbConnection connection, string sql, CancellationToken cancel, params (string Name, object? Value)[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Reads rows.</summary>
    public static async Task<List<T>> Rows<T>(DbConnection connection, string sql, Func<DbDataReader, T> row, CancellationToken cancel, params (string Name, object? Value)[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
            rows.Add(row(reader));
        return rows;
    }

    /// <summary>A command with its values.</summary>
    public static DbCommand Command(DbConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            if (value is null)
                parameter.DbType = DbType.String;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        if (file is not null)
            SqliteConnection.ClearPool(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 60 }.ToString()));
    }
}
