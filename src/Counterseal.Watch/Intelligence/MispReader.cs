using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Reads MISP events (MISP core format): attributes, those of objects included, with the event's tags, clusters and maker.</summary>
/// <param name="feed">The operator's name of the feed.</param>
/// <param name="into">Takes what was read.</param>
/// <param name="limits">The limits.</param>
public sealed class MispReader(string feed, Intelligence into, FeedLimits? limits = null)
{
    private static readonly string[] Parts = ["/", "/info", "/date", "/uuid", "/timestamp", "/distribution", "/Orgc", "/Tag/*", "/Galaxy/*", "/Attribute/*", "/Object/*"];
    private static readonly string[] Wanted = [.. new[] { "/response/*/Event", "/response/Event", "/Event", "/*/Event" }.SelectMany(at => Parts.Select(p => at + p))];

    private sealed class Event
    {
        public string Info { get; set; } = "";

        public string Uuid { get; set; } = "";

        public DateTimeOffset? Date { get; set; }

        public DateTimeOffset? Timestamp { get; set; }

        public string? Maker { get; set; }

        public bool Narrow { get; set; }

        public Tlp Mark { get; set; }

        public int? Confidence { get; set; }

        public List<string> Actors { get; } = [];

        public List<(ActorEntry Entry, Tlp Mark)> Entries { get; } = [];

        public List<Indicator> Indicators { get; } = [];
    }

    /// <summary>Reads a file of one or several events. Never throws for what the bytes say.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The file's name, for remarks.</param>
    /// <param name="cancel">Stops between two attributes.</param>
    /// <returns>How many events there were.</returns>
    public int Read(Stream stream, string file, CancellationToken cancel = default)
    {
        var events = 0;
        var now = new Event();
        var lost = into.Remarks.Count(RemarkKind.Dropped);
        foreach (var part in new JsonParts(stream, file, Wanted, limits ?? FeedLimits.Usual, into.Remarks).Read())
        {
            cancel.ThrowIfCancellationRequested();
            var which = part.Wanted % Parts.Length;
            if (which == 0)
            {
                Finish(now, part.Cut || TagLost(lost, part.Pointer));
                events++;
                now = new();
                lost = into.Remarks.Count(RemarkKind.Dropped);
                continue;
            }

            using var json = part.Parse();
            var o = json.RootElement;
            switch (Parts[which])
            {
                case "/info": now.Info = JsonText.Of(o) ?? ""; break;
                case "/uuid": now.Uuid = JsonText.Of(o) ?? ""; break;
                case "/date": now.Date = JsonText.Of(o) is { } date && FeedTime.TryRead(date, out var day) ? day : null; break;
                case "/timestamp": now.Timestamp = Seconds(o); break;
                case "/distribution": now.Narrow = Text(o) is "0" or "4"; break;
                case "/Orgc": now.Maker = JsonText.Member(o, "name"); break;
                case "/Tag/*": Tag(o, now); break;
                case "/Galaxy/*": Galaxy(o, now, file, part.Line); break;
                case "/Attribute/*": Attribute(o, now, file, part.Line, part.Pointer, Tlp.Unmarked); break;
                default:
                    if (Deleted(o)) break;
                    var i = 0;
                    foreach (var attribute in JsonText.Items(o, "Attribute"))
                        Attribute(attribute, now, file, part.Line, string.Create(CultureInfo.InvariantCulture, $"{part.Pointer}/Attribute/{i++}"), Tlp.Unmarked);
                    break;
            }
        }

        if (events == 0 && into.Remarks.Count(RemarkKind.Dropped) == lost) into.Remarks.Add(RemarkKind.Unused, file, 1, "", "There is no event in it.");
        return events;
    }

    /// <summary>A tag that could not be read may have been the mark.</summary>
    private bool TagLost(long before, string pointer) => into.Remarks.Count(RemarkKind.Dropped) > before
        && (into.Remarks.Count(RemarkKind.Dropped) > FeedRemarks.Kept || into.Remarks.All.Any(r => r.Kind == RemarkKind.Dropped && r.At.StartsWith(pointer + "/Tag", StringComparison.Ordinal)));

    private void Finish(Event e, bool cut)
    {
        // Without its end an event may have lost its mark, and without a mark a narrow distribution says how far it goes.
        var mark = cut ? Tlp.Unknown : e.Mark != Tlp.Unmarked ? e.Mark : e.Narrow ? Tlp.AmberStrict : Tlp.Unmarked;
        foreach (var indicator in e.Indicators)
        {
            into.Add(indicator with
            {
                Tlp = TlpMarks.Stricter(mark, indicator.Tlp),
                Source = e.Maker,
                ValidFrom = indicator.ValidFrom ?? e.Date,
                Modified = indicator.Modified ?? e.Timestamp,
                Confidence = indicator.Confidence ?? e.Confidence,
                Actors = [.. indicator.Actors.Concat(e.Actors).Distinct(StringComparer.Ordinal)],
            });
        }

        foreach (var (entry, own) in e.Entries)
            into.ActorEntries.Add(entry with { Tlp = TlpMarks.Stricter(mark, own) });
    }

    private static void Tag(JsonElement tag, Event e)
    {
        var name = JsonText.Member(tag, "name");
        if (name is null) return;
        e.Mark = TlpMarks.Stricter(e.Mark, MarkOf(name));
        e.Confidence ??= ConfidenceOf(name);
        if (ActorOf(name) is { } actor) e.Actors.Add(actor);
    }

    private static Tlp MarkOf(string tag) => tag.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase) ? TlpMarks.Read(tag) : Tlp.Unmarked;

    /// <summary>The taxonomy <c>misp:confidence-level</c>, as numbers of that taxonomy.</summary>
    private static int? ConfidenceOf(string tag) => tag switch
    {
        "misp:confidence-level=\"completely-confident\"" => 100,
        "misp:confidence-level=\"usually-confident\"" => 75,
        "misp:confidence-level=\"fairly-confident\"" => 50,
        "misp:confidence-level=\"rarely-confident\"" => 25,
        "misp:confidence-level=\"unconfident\"" => 0,
        _ => null,
    };

    private static string? ActorOf(string tag)
    {
        foreach (var prefix in new[] { "misp-galaxy:threat-actor=\"", "misp-galaxy:mitre-intrusion-set=\"", "misp-galaxy:microsoft-activity-group=\"" })
            if (tag.StartsWith(prefix, StringComparison.Ordinal) && tag.EndsWith('"')) return tag[prefix.Length..^1];
        return null;
    }

    private void Galaxy(JsonElement galaxy, Event e, string file, long line)
    {
        var type = JsonText.Member(galaxy, "type");
        if (type is not ("threat-actor" or "mitre-intrusion-set" or "microsoft-activity-group")) return;
        foreach (var cluster in JsonText.Items(galaxy, "GalaxyCluster"))
        {
            if (JsonText.Member(cluster, "value") is not { } name) continue;
            var uuid = JsonText.Member(cluster, "uuid");
            var entry = GalaxyReader.Entry(cluster, name, uuid, feed, "MISP galaxy " + type, string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}"));
            e.Entries.Add((entry, Tlp.Unmarked));
            e.Actors.Add(uuid ?? name);
        }
    }

    private void Attribute(JsonElement a, Event e, string file, long line, string pointer, Tlp mark)
    {
        void Say(RemarkKind kind, string what) => into.Remarks.Add(kind, file, line, pointer, what);
        string? type = JsonText.Member(a, "type"), value = JsonText.Member(a, "value");
        if (type is null || value is null) { Say(RemarkKind.Dropped, "The attribute has no type or no value."); return; }
        if (Deleted(a)) { Say(RemarkKind.Unused, "The attribute was deleted by its author."); return; }
        if (e.Indicators.Count >= (limits ?? FeedLimits.Usual).EventAttributes) { Say(RemarkKind.Dropped, "The event has more attributes than are held."); return; }
        if (type == "stix2-pattern") { PatternAttribute(a, e, value, file, line, Say); return; }
        var pieces = MispTypes.Of(type);
        if (pieces is null) { Say(RemarkKind.Unused, $"Attributes of type {type} are of no use here."); return; }
        var texts = pieces.Count == 1 ? [value] : value.Split('|', pieces.Count);
        if (texts.Length != pieces.Count) { Say(RemarkKind.Dropped, $"A value of type {type} has two parts with | between them."); return; }

        var found = new List<Observable>();
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i] is not { } piece) continue;
            if (!Observable.TryRead(piece.Kind, piece.Scope, texts[i], out var observable, out var problem)) { Say(RemarkKind.Dropped, $"{PatternScanner.Quote(texts[i])} {problem}."); continue; }
            if (problem.Length > 0) Say(RemarkKind.Mended, $"{PatternScanner.Quote(texts[i])} {problem}.");
            found.Add(observable!);
        }

        // The two parts of one value are two ways to see the same thing, and each is found by itself.
        if (found.Count > 0) Hold(a, e, value, file, line, found, null, Say);
    }

    private void PatternAttribute(JsonElement a, Event e, string text, string file, long line, Action<RemarkKind, string> say)
    {
        var reading = Pattern.Read(text);
        if (reading.Pattern is null) { say(RemarkKind.Dropped, $"The pattern cannot be read: {reading.Fault}"); return; }
        List<string> remarks = [.. reading.Remarks];
        var observables = SimplePattern.Of(reading.Pattern, remarks);
        foreach (var remark in remarks) say(RemarkKind.Mended, remark);
        Hold(a, e, text, file, line, observables ?? [], observables is null ? reading.Pattern : null, say);
    }

    private void Hold(JsonElement a, Event e, string text, string file, long line, IReadOnlyList<Observable> observables, Pattern? pattern, Action<RemarkKind, string> say)
    {
        var mark = Tlp.Unmarked;
        int? confidence = null;
        var actors = new List<string>();
        foreach (var tag in JsonText.Items(a, "Tag"))
        {
            if (JsonText.Member(tag, "name") is not { } name) continue;
            mark = TlpMarks.Stricter(mark, MarkOf(name));
            confidence ??= ConfidenceOf(name);
            if (ActorOf(name) is { } actor) actors.Add(actor);
        }

        if (a.TryGetProperty("distribution", out var distribution) && Text(distribution) is "0" or "4" && mark == Tlp.Unmarked) mark = Tlp.AmberStrict;
        var detection = a.TryGetProperty("to_ids", out var ids) && (ids.ValueKind == JsonValueKind.True || Text(ids) is "1" or "true");
        var place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}");
        e.Indicators.Add(new()
        {
            Id = JsonText.Member(a, "uuid") ?? $"{e.Uuid}:{place}:{text}",
            Feed = feed,
            Place = place,
            Text = text,
            Observables = observables,
            Pattern = pattern,
            ValidFrom = Seen(a, "first_seen", say),
            Modified = a.TryGetProperty("timestamp", out var stamp) ? Seconds(stamp) : null,
            Confidence = confidence,
            Tlp = mark,
            ForDetection = detection,
            Actors = actors,
        });
    }

    private static DateTimeOffset? Seen(JsonElement a, string name, Action<RemarkKind, string> say)
    {
        if (JsonText.Member(a, name) is not { } text) return null;
        if (FeedTime.TryRead(text, out var time)) return time;
        say(RemarkKind.Mended, $"{name} is no time and is not used.");
        return null;
    }

    private static bool Deleted(JsonElement o) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty("deleted", out var deleted) && (deleted.ValueKind == JsonValueKind.True || Text(deleted) is "1" or "true");

    private static DateTimeOffset? Seconds(JsonElement o) => Text(o) is { } text && FeedTime.TryRead(text, out var time) && time.ToUnixTimeSeconds() > 0 ? time : null;

    private static string? Text(JsonElement o) => o.ValueKind == JsonValueKind.Number ? o.GetRawText() : JsonText.Of(o);
}
