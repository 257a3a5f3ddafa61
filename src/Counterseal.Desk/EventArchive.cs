using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A stored event as bytes, for those who count.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Version">From 1 per demand.</param>
/// <param name="Type">As the column says; the canonical bytes say it too.</param>
/// <param name="Canonical">The canonical bytes of the whole event.</param>
public sealed record ArchivedEvent(string Demand, int Version, string Type, byte[] Canonical);

/// <summary>All demands' lives in one pass over the desk's database, for reports. Nothing is written, and no desk need run.</summary>
public static class EventArchive
{
    /// <summary>Each demand's events that are in the ledger, oldest first, one demand after another. Streams: memory holds one life at a time.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="types">Only events of these types; each must be a known one.</param>
    /// <param name="cancel">Stops between two events.</param>
    /// <exception cref="ArgumentException">No such type.</exception>
    /// <exception cref="DbException">The database cannot be read.</exception>
    public static IEnumerable<IReadOnlyList<ArchivedEvent>> Lives(string database, IReadOnlyCollection<string> types, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(types);
        if (types.FirstOrDefault(type => !EventBody.IsType(type)) is { } strange)
            throw new ArgumentException($"no event is called \"{strange}\"", nameof(types));
        using var db = DeskDatabase.Opener(database)();
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        // The types are words of our own, checked above.
#pragma warning disable CA2100
        command.CommandText = $"SELECT demand, version, type, bytes FROM events WHERE logged AND demand <> '{DeskEvent.Own}' AND type IN ({string.Join(',', types.Select(type => $"'{type}'"))}) ORDER BY demand, version";
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        using var rows = command.ExecuteReader();
        var life = new List<ArchivedEvent>();
        while (rows.Read())
        {
            cancel.ThrowIfCancellationRequested();
            var demand = rows.GetString(0);
            if (life.Count > 0 && life[0].Demand != demand)
            {
                yield return life;
                life = [];
            }
            life.Add(new ArchivedEvent(life.Count > 0 ? life[0].Demand : demand, rows.GetInt32(1), rows.GetString(2), rows.GetFieldValue<byte[]>(3)));
        }
        if (life.Count > 0)
            yield return life;
    }
}
