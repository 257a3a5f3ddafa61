using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Reads a cluster file of the MISP galaxy: actors with names, who gave them, and suspected states.</summary>
/// <param name="feed">The operator's name of the feed.</param>
/// <param name="into">Takes what was read.</param>
/// <param name="limits">The limits.</param>
public sealed class GalaxyReader(string feed, Intelligence into, FeedLimits? limits = null)
{
    /// <summary>Reads a cluster file. Never throws for what the bytes say.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The file's name, for remarks.</param>
    /// <param name="cancel">Stops between two actors.</param>
    /// <returns>How many actors there were.</returns>
    public int Read(Stream stream, string file, CancellationToken cancel = default)
    {
        var source = "MISP galaxy threat-actor";
        var entries = new List<ActorEntry>();
        foreach (var part in new JsonParts(stream, file, ["/values/*", "/type"], limits ?? FeedLimits.Usual, into.Remarks).Read())
        {
            cancel.ThrowIfCancellationRequested();
            using var json = part.Parse();
            if (part.Wanted == 1)
            {
                if (JsonText.Of(json.RootElement) is { Length: > 0 } type) source = "MISP galaxy " + type;
                continue;
            }

            if (JsonText.Member(json.RootElement, "value") is not { } name)
            {
                into.Remarks.Add(RemarkKind.Dropped, file, part.Line, part.Pointer, "The actor has no name.");
                continue;
            }

            entries.Add(Entry(json.RootElement, name, JsonText.Member(json.RootElement, "uuid"), feed, source, string.Create(CultureInfo.InvariantCulture, $"{file}, line {part.Line}")));
            foreach (var claim in entries[^1].States.Where(s => s.State is null && !ActorCatalogue.SaysUnknown(s.AsWritten)))
                into.Remarks.Add(RemarkKind.Dropped, file, part.Line, part.Pointer, $"{PatternScanner.Quote(claim.AsWritten)} is no state that ISO 3166 names.");
        }

        // The type may stand behind the values.
        foreach (var entry in entries) into.ActorEntries.Add(entry.WithSource(source));
        return entries.Count;
    }

    /// <summary>An actor from a cluster, in a cluster file or in an event (where each meta value is a list).</summary>
    internal static ActorEntry Entry(JsonElement cluster, string name, string? uuid, string feed, string source, string place)
    {
        var meta = cluster.TryGetProperty("meta", out var m) ? m : default;
        var givers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var attribution in JsonText.Members(meta, "name-attribution"))
        {
            // NAME:UUID of whoever gave the name, as a cluster of the galaxy's producers.
            var colon = attribution.LastIndexOf(':');
            if (colon > 0) givers.TryAdd(attribution[..colon].Trim(), "galaxy producer " + attribution[(colon + 1)..]);
        }

        if (meta.ValueKind == JsonValueKind.Object)
        {
            // origin:NAME says who gave it in plain words, which is better than a UUID.
            foreach (var member in meta.EnumerateObject())
                if (member.Name.StartsWith("origin:", StringComparison.Ordinal) && JsonText.Members(meta, member.Name) is [var giver, ..]) givers[member.Name[7..].Trim()] = giver;
        }

        var names = new List<ActorName> { new(name, givers.GetValueOrDefault(name.Trim(), source), true) };
        foreach (var synonym in JsonText.Members(meta, "synonyms"))
            if (!names.Any(n => n.Name == synonym)) names.Add(new(synonym, givers.GetValueOrDefault(synonym.Trim(), source), false));

        int? confidence = JsonText.Members(meta, "attribution-confidence") is [var sure, ..] && int.TryParse(sure, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100 ? number : null;
        var states = new List<StateClaim>();
        foreach (var country in JsonText.Members(meta, "country"))
            states.Add(new(States.Code(country), country, source, source, feed, confidence, Tlp.Unmarked));
        foreach (var sponsor in JsonText.Members(meta, "cfr-suspected-state-sponsor"))
            states.Add(new(States.Code(sponsor), sponsor, "Council on Foreign Relations", source, feed, confidence, Tlp.Unmarked));
        return new(feed, place, source, uuid is null ? [] : [uuid], names, states, Tlp.Unmarked);
    }
}
