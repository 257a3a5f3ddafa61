using System.Data;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Counterseal.Desk;

/// <summary>
/// The desk's database as lines of JSON, one row a line: the same from SQLite and from PostgreSQL, and good for either. What can be made again from the events (the queue) is left out;
/// so are sessions: whoever was signed in signs in again, with the passkey that is in the copy.
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
        await using var people = AccountDatabase.Opener(database)();
        // A desk that was only ever used by command has no tables of accounts.
        var accounts = (await people.Database.GetAppliedMigrationsAsync(cancel)).Any();
        people.Database.SetDbConnection(db.Database.GetDbConnection());
        await people.Database.UseTransactionAsync(moment, cancel);
        return await Table("counters", db.Counters.OrderBy(row => row.Name))
            + await Table("events", db.Events.OrderBy(row => row.N))
            + await Table("originals", db.Originals.OrderBy(row => row.Demand))
            + await Table("quarantine", db.Quarantine.OrderBy(row => row.Digest))
            + await Table("directory", db.Directory.OrderBy(row => row.Digest))
            + await Table("tally", db.Tally.OrderBy(row => row.Demand).ThenBy(row => row.Kind))
            + (!accounts ? 0 : await Table("accounts", people.Users.OrderBy(row => row.Id))
                + await Table("passkeys", people.Set<IdentityUserPasskey<string>>().OrderBy(row => row.UserId))
                + await Table("views", people.Views.OrderBy(row => row.N))
                + await Table("view_heads", people.ViewHeads.OrderBy(row => row.Name))
                + await Table("officer_passkeys", people.OfficerPasskeys.OrderBy(row => row.Id))
                + await Table("officer_reads", people.OfficerReads.OrderBy(row => row.Officer).ThenBy(row => row.Demand)));

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
        await using var people = AccountDatabase.Opener(database)();
        await people.Database.MigrateAsync(cancel);
        if (await db.Events.AnyAsync(cancel) || await db.Quarantine.AnyAsync(cancel) || await people.Users.AnyAsync(cancel) || await people.Views.AnyAsync(cancel))
            throw new InvalidDataException("the database has rows already; a copy is restored into an empty one");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await people.Database.CloseConnectionAsync();
        people.Database.SetDbConnection(db.Database.GetDbConnection());
        await people.Database.UseTransactionAsync(transaction.GetDbTransaction(), cancel);
        await db.Counters.ExecuteDeleteAsync(cancel);
        await people.ViewHeads.ExecuteDeleteAsync(cancel);
        using var lines = new StreamReader(from);
        long read = 0;
        while (await lines.ReadLineAsync(cancel) is { } text)
        {
            if (text.Length > LongestLine)
                throw new InvalidDataException($"row {read + 1} of the copy is too long");
            try
            {
                var line = JsonSerializer.Deserialize<Line>(text, Json)!;
                (DbContext of, object row) = line.Table switch
                {
                    "counters" => (db, Row<CounterRow>(line)),
                    "events" => (db, Row<EventRow>(line)),
                    "originals" => (db, Row<OriginalRow>(line)),
                    "quarantine" => (db, Row<QuarantineRow>(line)),
                    "directory" => (db, Row<DirectoryRow>(line)),
                    "tally" => (db, Row<TallyRow>(line)),
                    "accounts" => (people, Row<Account>(line)),
                    "passkeys" => (people, Row<IdentityUserPasskey<string>>(line)),
                    "views" => (people, Row<ViewRow>(line)),
                    "view_heads" => (people, Row<ViewHeadRow>(line)),
                    "officer_passkeys" => (people, Row<OfficerPasskeyRow>(line)),
                    "officer_reads" => ((DbContext)people, (object)Row<OfficerReadRow>(line)),
                    _ => throw new InvalidDataException($"row {read + 1} of the copy is of the table {line.Table}, which the desk does not have"),
                };
                of.Add(row);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"row {read + 1} of the copy cannot be read: {e.Message}", e);
            }
            read++;
            if (read % 200 == 0)
            {
                await Save();
                db.ChangeTracker.Clear();
                people.ChangeTracker.Clear();
            }
        }
        await Save();
        await transaction.CommitAsync(cancel);
        return read;

        async Task Save()
        {
            await db.SaveChangesAsync(cancel);
            await people.SaveChangesAsync(cancel);
        }

        static T Row<T>(Line line) => line.Row.Deserialize<T>(Json)!;
    }
}
