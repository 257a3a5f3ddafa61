using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The stops that hold, as files in <c>stops/</c>: <c>DIGEST.json</c> is a stop, <c>DIGEST.lift</c> its end. Read anew for every decision and every range that
/// is served; whatever cannot be read there stops everything.
/// </summary>
/// <param name="home">The gate's folder.</param>
/// <param name="onRecord">Whether the journal has an event of that type about that digest: a lift counts only then.</param>
internal sealed class Stops(GateHome home, Func<string, string, bool> onRecord)
{
    /// <summary>Why nothing may be done for a demand and a recipient; <c>null</c> when no stop holds.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="signer">The vkey by which the recipient can stop its own, if its directory entry names one.</param>
    /// <param name="recorded">Digests of all the stops in the journal: one that is missing here stops everything.</param>
    public Refusal? Holds(string demand, string? signer, IEnumerable<string> recorded)
    {
        try
        {
            if (recorded.Any(digest => !File.Exists(StopPath(digest))))
                throw new InvalidDataException("a stop that is on record is missing");
            foreach (var stop in Held())
            {
                if (stop.Stop.Holds(demand) && (stop.Signer is null || stop.Signer == signer))
                    return Refusal.Of(Refusal.Stopped, stop.Stop.Demand == Stop.Everything ? "a stop holds everything" : "a stop holds this demand", "/order/demand/id");
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or RefusalException or InvalidDataException)
        {
            return Refusal.Of(Refusal.Stopped, "the gate's stops cannot be read, so everything is stopped", "/order/demand/id");
        }
    }

    /// <summary>Whether a stop by that digest was ever taken, and whether it still holds.</summary>
    public (bool Taken, bool Lifted) State(string digest) => (File.Exists(StopPath(digest)), Lifted(digest));

    /// <summary>The lift that ended a stop, or <c>null</c> while it holds.</summary>
    public Lift? LiftOf(string digest) => Lifted(digest) ? Lift.Read(File.ReadAllBytes(LiftPath(digest))) : null;

    /// <summary>All stops that hold.</summary>
    /// <exception cref="RefusalException">They cannot be read.</exception>
    public IReadOnlyList<Stop> Taken()
    {
        try
        {
            return [.. Held().Select(held => held.Stop)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or RefusalException)
        {
            throw new RefusalException(Refusal.Of(Refusal.Stopped, "the gate's stops cannot be read, so everything is stopped", "stops/"));
        }
    }

    /// <summary>Takes a stop; it holds when this returns.</summary>
    /// <param name="stop">The stop.</param>
    /// <param name="signer">The vkey of the authority that signed it, or <c>null</c> for a rostered person.</param>
    public void Take(Stop stop, string? signer)
    {
        var file = new JsonObject { ["note"] = Encoding.UTF8.GetString(stop.Note.Bytes()) };
        if (signer is not null)
            file["signer"] = signer;
        Durable.Replace(StopPath(stop.Digest), Canonical.Bytes(file), "gate.stop.write", GateHome.FileMode);
    }

    /// <summary>Ends a stop.</summary>
    public void End(Lift lift) => Durable.Replace(LiftPath(lift.Stop), lift.Note.Bytes(), "gate.lift.write", GateHome.FileMode);

    private List<(Stop Stop, string? Signer)> Held()
    {
        var held = new List<(Stop, string?)>();
        foreach (var path in Directory.EnumerateFileSystemEntries(home.At("stops")))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            switch (Path.GetExtension(path))
            {
                case ".json":
                    using (var document = Shape.ParseCanonical(File.ReadAllBytes(path), 2 * NoteLines.Limit, "stops"))
                    {
                        var file = Shape.Closed(document.RootElement, "stops", "note", "signer");
                        var stop = Stop.Read(Encoding.UTF8.GetBytes(file.Text("note", NoteLines.Limit)));
                        if (stop.Digest != name)
                            throw new InvalidDataException("a stop's file has another name than its digest");
                        if (!Lifted(name))
                            held.Add((stop, file.Has("signer") ? file.Text("signer") : null));
                    }
                    break;
                case ".lift":
                    if (!File.Exists(StopPath(name)))
                        throw new InvalidDataException("there is a lift without its stop");
                    break;
                case ".new":
                    // A write that was cut off; the sender was never answered.
                    break;
                default:
                    throw new InvalidDataException("there is a file in stops/ that is not the gate's");
            }
        }
        return held;
    }

    private bool Lifted(string digest)
    {
        if (!File.Exists(LiftPath(digest)))
            return false;
        var lift = Lift.Read(File.ReadAllBytes(LiftPath(digest)));
        return lift.Stop == digest && onRecord("lifted", lift.Digest);
    }

    private string StopPath(string digest) => home.At("stops", digest + ".json");

    private string LiftPath(string digest) => home.At("stops", digest + ".lift");
}
