using System.Data;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>
/// The desk's database as lines of JSON, one row a line: the same from SQLite and from PostgreSQL, and good for either. What can be made again from the events (the queue) is left out.
/// </summary>
public static class DeskCopy
{
    // An original has at most 20 MiB, and base64 adds a third.
    private const int LongestLine = 64 << 20;
    private static readonly JsonSerializerOptions Json = new() { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    private sealed record Line(string Table, JsonElement Row);

    /// <summary>Writes every row, as of one moment; the desk may go on working.</summary>
    /// <param name="database">As in <see cref="DeskOptions.Database"/>.</param>
    /// <param name="into">Where to.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>How many rows.</returns>
    public static async Task<long> Write(string database, Stream into, CancellationToken cancel)
    {
        await using var db = DeskDatabase.Opener(database)();
        await db.Database.OpenConnectionAsync(cancel);
        // SQLite: a reader's transaction, which keeps nobody from writing.
        await using var moment = db.Database.GetDbConnection() is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await db.Database.GetDbConnection().BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        await db.Database.UseTransactionAsync(moment, cancel);
        return await Table("counters", db.Counters.OrderBy(row => row.Name))
            + await Table("events", db.Events.OrderBy(row => row.N))
            + await Table("originals", db.Originals.OrderBy(row => row.Demand))
            + await Table("quarantine", db.Quarantine.OrderBy(row => row.Digest))
            + await Table("directory", db.Directory.OrderBy(row => row.Digest))
            + await Table("tally", db.Tally.OrderBy(row => row.Demand).ThenBy(row => row.Kind));

        async Task<long> Table<T>(string name, IQueryable<T> rows) where T : class
        {
            long written = 0;
            await foreach (var row in rows.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancel))
            {
                await JsonSerializer.SerializeAsync(into, new Line(name, JsonSerializer.SerializeToElement(row, Json)), Json, cancel);
                into.WriteByte((byte)'\n');
                written++;
            }
            return written;
        }
    }

    /// <summary>Fills an empty database, made here, with the rows of a copy; all of them or none.</summary>
    /// <param name="database">As in <see cref="DeskOptions.Database"/>.</param>
    /// <param name="from">What <see cref="Write"/> wrote.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>How many rows.</returns>
    /// <exception cref="InvalidDataException">The database is not empty, or the copy is not one.</exception>
    public static async Task<long> Restore(string database, Stream from, CancellationToken cancel)
    {
        await using var db = DeskDatabase.Opener(database)();
        await db.Database.MigrateAsync(cancel);
        if (await db.Events.AnyAsync(cancel) || await db.Quarantine.AnyAsync(cancel))
            throw new InvalidDataException("the database has rows already; a copy is restored into an empty one");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.Counters.ExecuteDeleteAsync(cancel);
        using var lines = new StreamReader(from);
        long read = 0;
        while (await lines.ReadLineAsync(cancel) is { } text)
        {
            if (text.Length > LongestLine)
                throw new InvalidDataException($"row {read + 1} of the copy is too long");
            try
            {
                var line = JsonSerializer.Deserialize<Line>(text, Json)!;
                db.Add(line.Table switch
                {
                    "counters" => line.Row.Deserialize<CounterRow>(Json)!,
                    "events" => line.Row.Deserialize<EventRow>(Json)!,
                    "originals" => line.Row.Deserialize<OriginalRow>(Json)!,
                    "quarantine" => line.Row.Deserialize<QuarantineRow>(Json)!,
                    "directory" => (object)line.Row.Deserialize<DirectoryRow>(Json)!,
                    "tally" => line.Row.Deserialize<TallyRow>(Json)!,
                    _ => throw new InvalidDataException($"row {read + 1} of the copy is of the table {line.Table}, which the desk does not have"),
                });
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"row {read + 1} of the copy cannot be read: {e.Message}", e);
            }
            read++;
            if (read % 200 == 0)
            {
                await db.SaveChangesAsync(cancel);
                db.ChangeTracker.Clear();
            }
        }
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return read;
    }
}
