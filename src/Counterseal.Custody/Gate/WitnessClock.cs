using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The gate's clock held against what it cannot set: the latest line of its own journal, and the times in the cosignatures of the witnesses that the gate's own settings name. The newest time of each witness is
/// kept (<c>witness-times.json</c>), so that neither a restart nor an old cosignature makes it earlier.
/// </summary>
internal sealed class WitnessClock : IDisposable
{
    /// <summary>How far the clock may be behind the journal, or behind what the witnesses agree on.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>After which the ledger is asked for a newer witness time.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly GateHome home;
    private readonly TimeProvider clock;
    private readonly GateLedger ledger;
    private readonly SemaphoreSlim asking = new(1, 1);
    private volatile Dictionary<string, DateTimeOffset> times;

    /// <exception cref="InvalidDataException">The kept times cannot be read.</exception>
    public WitnessClock(GateHome home, TimeProvider clock, GateLedger ledger)
    {
        (this.home, this.clock, this.ledger) = (home, clock, ledger);
        times = Kept();
        // Of what is written while the clock is ahead the journal does not make a time that has been.
        if (ledger.Journal is { } journal)
            journal.Doubts = at => Agreed is { } agreed && at > agreed + home.Settings.ClockAhead;
    }

    private string Path => home.At("witness-times.json");

    /// <summary>What the witnesses agree on: the latest instant that as many as are needed have reached; <c>null</c> when too few have been heard.</summary>
    public DateTimeOffset? Agreed => home.Settings.Witnesses is { } witnesses
        ? witnesses.Agreed(witnesses.Keys.Where(key => times.ContainsKey(key.ToString())).ToDictionary(key => key.Name, key => times[key.ToString()], StringComparer.Ordinal))
        : null;

    /// <summary>Whether the clock is behind what the gate has seen already; asks nobody.</summary>
    public Refusal? Behind()
    {
        var now = clock.GetUtcNow();
        return ledger.Journal?.Newest is { } latest && now < latest - Tolerance ? Wrong($"the gate's clock says {Instant.Text(now)}, and its journal has been written at {Instant.Text(latest)}", "journal.ndjson")
            : Agreed is { } agreed && now < agreed - Tolerance ? Wrong($"the gate's clock says {Instant.Text(now)}, and witnesses have said {Instant.Text(agreed)}", "witness-times.json")
            : null;
    }

    /// <summary>Everything that is held against the clock; asks the ledger for a newer witness time where the one that is known is not fresh.</summary>
    /// <returns><c>clock</c>; <c>ledger-away</c> where a fresh time is needed and the ledger cannot be reached; <c>fork</c>; or <c>null</c> when nothing speaks against it.</returns>
    public async Task<Refusal?> Fault(CancellationToken cancel)
    {
        if (home.Settings.Witnesses is null)
            return Behind();
        Refusal? away = null;
        if (!IsWithin(Fresh))
            away = await Ask(cancel);
        if (away is { Code: not Refusal.LedgerAway })
            return away;
        if (Behind() is { } behind)
            return behind;
        if (IsWithin(home.Settings.ClockAhead))
            return null;
        return away ?? Wrong(
            Agreed is { } agreed
                ? $"the gate's clock says {Instant.Text(clock.GetUtcNow())}, and the newest that enough witnesses have said is {Instant.Text(agreed)}, more than {Minutes(home.Settings.ClockAhead)} minutes before: the clock is ahead, or the witnesses are away"
                : "the gate has not heard the time from enough of its witnesses",
            "/cosigned");
    }

    /// <summary>What is public about it.</summary>
    public JsonObject Json()
    {
        var json = new JsonObject { ["tolerance"] = (long)Tolerance.TotalSeconds };
        if (home.Settings.Witnesses is not { } witnesses)
        {
            json["against"] = "journal";
            return json;
        }
        json["against"] = "journal and witnesses";
        json["ahead"] = (long)home.Settings.ClockAhead.TotalSeconds;
        json["witnesses"] = Trust.WitnessesJson(witnesses);
        if (Agreed is { } agreed)
            json["agreed"] = Instant.Text(agreed);
        return json;
    }

    public void Dispose() => asking.Dispose();

    private bool IsWithin(TimeSpan bound) => Agreed is { } agreed && clock.GetUtcNow() <= agreed + bound;

    private static Refusal Wrong(string what, string where) => Refusal.Of(Refusal.Clock, what, where);

    private static string Minutes(TimeSpan span) => ((long)span.TotalMinutes).ToString(CultureInfo.InvariantCulture);

    private async Task<Refusal?> Ask(CancellationToken cancel)
    {
        await asking.WaitAsync(cancel);
        try
        {
            if (IsWithin(Fresh))
                return null;
            var (note, refusal) = await ledger.Cosigned(cancel);
            if (note is null)
                return refusal;
            var newer = new Dictionary<string, DateTimeOffset>(times, StringComparer.Ordinal);
            foreach (var key in home.Settings.Witnesses!.Keys)
            {
                if (Saw(key, note) is { } at && (!newer.TryGetValue(key.ToString(), out var known) || at > known))
                    newer[key.ToString()] = at;
            }
            if (newer.Count == times.Count && newer.All(one => times[one.Key] == one.Value))
                return null;
            // Kept before it is believed: what was seen once is never unseen.
            Durable.Replace(Path, Canonical.Bytes(new JsonObject(newer.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value.ToUnixTimeSeconds())))), "gate.clock.write", GateHome.FileMode);
            times = newer;
            return null;
        }
        finally
        {
            asking.Release();
        }
    }

    /// <summary>One witness's time; a line of his that fails says nothing, and does not silence the others.</summary>
    private static DateTimeOffset? Saw(WitnessKey key, SignedNote note)
    {
        try
        {
            return key.Saw(note);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private Dictionary<string, DateTimeOffset> Kept()
    {
        var kept = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        if (!File.Exists(Path))
            return kept;
        try
        {
            using var document = Shape.ParseCanonical(File.ReadAllBytes(Path), 1 << 20, "witness-times.json");
            foreach (var one in document.RootElement.EnumerateObject())
                kept[one.Name] = DateTimeOffset.FromUnixTimeSeconds(one.Value.GetInt64());
            return kept;
        }
        catch (Exception e) when (e is RefusalException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{Path} cannot be read: {e.Message}", e);
        }
    }
}
