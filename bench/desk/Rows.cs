using System.Data.Common;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Counterseal.Bench.Desk;

/// <summary>Many rows into one table: one prepared statement on SQLite, COPY on PostgreSQL.</summary>
internal sealed class Rows : IAsyncDisposable
{
    private readonly DbCommand? insert;
    private readonly NpgsqlBinaryImporter? copy;

    private Rows(DbCommand? insert, NpgsqlBinaryImporter? copy) => (this.insert, this.copy) = (insert, copy);

    public static async Task<Rows> Open(DbConnection connection, DbTransaction transaction, string table, string[] columns)
    {
        var names = string.Join(", ", columns.Select(column => $"\"{column}\""));
        if (connection is NpgsqlConnection npgsql)
            return new(null, await npgsql.BeginBinaryImportAsync($"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"));
        var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = $"INSERT INTO {table} ({names}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        for (var i = 0; i < columns.Length; i++)
        {
            var value = insert.CreateParameter();
            value.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{i}");
            insert.Parameters.Add(value);
        }
        return new(insert, null);
    }

    public async Task Add(params object?[] row)
    {
        if (copy is not null)
        {
            await copy.StartRowAsync();
            foreach (var value in row)
            {
                switch (value)
                {
                    case null: await copy.WriteNullAsync(); break;
                    case DateTime at: await copy.WriteAsync(at, NpgsqlDbType.TimestampTz); break;
                    default: await copy.WriteAsync(value); break;
                }
            }
            return;
        }
        for (var i = 0; i < row.Length; i++)
            insert!.Parameters[i].Value = row[i] ?? DBNull.Value;
        await insert!.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (copy is not null)
        {
            await copy.CompleteAsync();
            await copy.DisposeAsync();
        }
        if (insert is not null)
            await insert.DisposeAsync();
    }
}
