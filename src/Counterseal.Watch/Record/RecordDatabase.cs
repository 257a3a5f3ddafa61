using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Counterseal.Watch;

/// <summary>The tables of a room that keeps a record.</summary>
/// <param name="Room">What it is of, for sentences, e.g. <c>the watch</c>.</param>
/// <param name="Lock">The number of the lock under which tables are made on PostgreSQL; each room has its own.</param>
/// <param name="Steps">
/// The n-th step brings a database from version n to n + 1. A step that was ever released stays as it is; a change is a step more. "blob" is written bytea on PostgreSQL, and " WITHOUT ROWID" is left out there.
/// </param>
internal sealed record RecordTables(string Room, long Lock, IReadOnlyList<string> Steps);

/// <summary>
/// A room's tables: the same statements on SQLite (one machine) and PostgreSQL (several). Plain SQL and no object mapper: a batch of events is one statement, not ten thousand. Two rooms have two databases.
/// </summary>
internal sealed class RecordDatabase : IAsyncDisposable
{
    private readonly DbDataSource source;
    private readonly string? file;
    private readonly RecordTables tables;

    private RecordDatabase(DbDataSource source, string? file, RecordTables tables) => (this.source, this.file, this.tables) = (source, file, tables);

    /// <summary>Whether this is PostgreSQL.</summary>
    public bool Postgres => file is null;

    /// <summary>Opens, and makes what is not there.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="tables">What is in it.</param>
    /// <param name="cancel">Ends the opening.</param>
    /// <exception cref="DbException">It cannot be opened.</exception>
    /// <exception cref="RecordException">A newer Counterseal made it.</exception>
    public static async Task<RecordDatabase> Open(string database, RecordTables tables, CancellationToken cancel)
    {
        var path = database.StartsWith("sqlite:", StringComparison.Ordinal) ? database["sqlite:".Length..] : null;
        DbDataSource source = path is null
            ? NpgsqlDataSource.Create(database)
            : SqliteFactory.Instance.CreateDataSource(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 60 }.ToString());
        var opened = new RecordDatabase(source, path, tables);
        try
        {
            if (!opened.Postgres)
            {
                await using var connection = await opened.Connect(cancel);
                await Run(connection, "PRAGMA journal_mode = WAL;", cancel);
            }
            await opened.Write(async connection =>
            {
                await opened.Raise(connection, cancel);
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
    private async Task Raise(DbConnection connection, CancellationToken cancel)
    {
        if (Postgres)
            await Run(connection, "SELECT pg_advisory_xact_lock(@lock)", cancel, ("lock", tables.Lock));
        await Run(connection, "CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY)", cancel);
        var version = (await Rows(connection, "SELECT COALESCE(MAX(version), 0) FROM schema_version", row => (int)row.GetInt64(0), cancel))[0];
        if (version > tables.Steps.Count)
            throw new RecordException($"the database of {tables.Room} is of version {version}, made by a newer Counterseal; this one knows {tables.Steps.Count}: run the newer one, or restore a copy from before");
        for (; version < tables.Steps.Count; version++)
        {
            await Run(connection, Postgres ? tables.Steps[version].Replace(" blob", " bytea", StringComparison.Ordinal).Replace(" WITHOUT ROWID", "", StringComparison.Ordinal) : tables.Steps[version], cancel);
            await Run(connection, "INSERT INTO schema_version (version) VALUES (@v)", cancel, ("v", version + 1L));
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
