using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// Reads STIX 2.1 bundles and the envelopes of TAXII 2.1: indicators, what they point to, relationships, sightings and markings. One reader takes one or several files or pages of
/// a feed, and hands over at <see cref="Finish"/>, since an object's marking may stand behind it or on another page.
/// </summary>
/// <param name="feed">The operator's name of the feed.</param>
/// <param name="into">Takes what was read.</param>
/// <param name="limits">The limits.</param>
public sealed class StixReader(string feed, Intelligence into, FeedLimits? limits = null)
{
    private const string TlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
    private static readonly string[] Wanted = ["/objects/*", "/more", "/next", "/type"];

    private readonly Dictionary<string, Tlp> marks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> identities = new(StringComparer.Ordinal);
    private readonly List<(IReadOnlyList<string> Marks, string? Maker, Action<Tlp, string?> Add)> held = [];
    private bool cut;

    /// <summary>What an envelope says of further pages.</summary>
    /// <param name="More">There are more.</param>
    /// <param name="Next">What to ask for them with.</param>
    /// <param name="Objects">Objects on this page, those of no use included.</param>
    /// <param name="Whole">It came to its end.</param>
    public readonly record struct Page(bool More, string? Next, long Objects, bool Whole);

    /// <summary>Reads a bundle or an envelope. Never throws for what the bytes say.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="file">The file's or page's name, for remarks.</param>
    /// <param name="cancel">Stops between two objects.</param>
    public Page Read(Stream stream, string file, CancellationToken cancel = default)
    {
        bool more = false, isBundle = false;
        string? next = null;
        long objects = 0;
        var before = into.Remarks.Count(RemarkKind.Dropped);
        var parts = new JsonParts(stream, file, Wanted, limits ?? FeedLimits.Usual, into.Remarks);
        foreach (var part in parts.Read())
        {
            cancel.ThrowIfCancellationRequested();
            using var json = part.Parse();
            var o = json.RootElement;
            switch (part.Wanted)
            {
                case 1: more = o.ValueKind == JsonValueKind.True; break;
                case 2: next = JsonText.Of(o); break;
                case 3: isBundle = JsonText.Of(o) == "bundle"; break;
                default:
                    objects++;
                    One(o, file, part.Line, part.Pointer);
                    break;
            }
        }

        if (objects == 0 && !isBundle && !more && into.Remarks.Count(RemarkKind.Dropped) == before && next is null)
            into.Remarks.Add(RemarkKind.Unused, file, 1, "", "There are no objects in it.");
        if (into.Remarks.Count(RemarkKind.Dropped) > before) cut = true;
        return new(more, next, objects, !parts.Cut);
    }

    /// <summary>Hands over what was read, with its marks.</summary>
    public void Finish()
    {
        foreach (var (refs, maker, add) in held)
        {
            var mark = Tlp.Unmarked;
            foreach (var id in refs)
                mark = TlpMarks.Stricter(mark, marks.TryGetValue(id, out var known) || TlpMarks.Predefined(id, out known) ? known : Tlp.Unknown);
            add(mark, maker is null ? null : identities.GetValueOrDefault(maker) ?? (cut ? null : maker));
        }

        held.Clear();
    }

    private void One(JsonElement o, string file, long line, string pointer)
    {
        void Drop(string what) => into.Remarks.Add(RemarkKind.Dropped, file, line, pointer, what);
        void Mend(string what) => into.Remarks.Add(RemarkKind.Mended, file, line, pointer, what);
        if (o.ValueKind != JsonValueKind.Object) { Drop("This is no object."); return; }
        var type = JsonText.Member(o, "type");
        if (type is null) { Drop("The object has no type."); return; }
        var id = JsonText.Member(o, "id");
        if (id is null) { Drop($"The {type} has no id."); return; }
        if (!id.StartsWith(type + "--", StringComparison.Ordinal)) Mend($"The id {PatternScanner.Quote(id)} does not begin with the object's type.");
        if (o.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True)
        {
            held.Add(([], null, (_, _) => into.Revoke(feed, id)));
            return;
        }

        var place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}");
        var modified = Time(o, "modified", Mend) ?? Time(o, "created", Mend);
        var confidence = Confidence(o, Mend);
        List<string> refs = [.. JsonText.Members(o, "object_marking_refs")];
        // A granular mark covers a part of the object; here it covers all of it, since a part cannot be told apart later.
        refs.AddRange(JsonText.Items(o, "granular_markings").Select(m => JsonText.Member(m, "marking_ref")).OfType<string>());
        var maker = JsonText.Member(o, "created_by_ref");
        switch (type)
        {
            case "indicator":
                Indicator(o, id, place, modified, confidence, refs, maker, Drop, Mend, what => into.Remarks.Add(RemarkKind.Unused, file, line, pointer, what));
                break;
            case "intrusion-set" or "threat-actor" or "campaign" or "incident" or "malware" or "identity" or "location" or "tool":
                var name = JsonText.Member(o, "name") ?? JsonText.Member(o, "country") ?? JsonText.Member(o, "region");
                if (name is null) { Drop($"The {type} has no name."); return; }
                if (type == "identity") identities[id] = name;
                var subject = new Subject(id, type, name, JsonText.Members(o, "aliases"), feed, place, null, confidence, Tlp.Unmarked, type == "location" ? JsonText.Member(o, "country") : null, modified);
                held.Add((refs, maker, (mark, by) => into.Add(subject with { Tlp = mark, Source = by })));
                break;
            case "relationship":
                string? from = JsonText.Member(o, "source_ref"), to = JsonText.Member(o, "target_ref"), how = JsonText.Member(o, "relationship_type");
                if (from is null || to is null || how is null) { Drop("The relationship lacks source_ref, target_ref or relationship_type."); return; }
                held.Add((refs, maker, (mark, by) => into.Add(new Relationship(id, from, how, to, feed, by, confidence, mark))));
                break;
            case "sighting":
                if (JsonText.Member(o, "sighting_of_ref") is not { } of) { Drop("The sighting does not say of what."); return; }
                var count = o.TryGetProperty("count", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt64(out var n) && n is >= 0 and <= 999_999_999 ? n : 1;
                if (o.TryGetProperty("count", out c) && !(c.ValueKind == JsonValueKind.Number && c.TryGetInt64(out n) && n == count)) Mend("The count is no number from 0 to 999,999,999; read as 1.");
                DateTimeOffset? first = Time(o, "first_seen", Mend), last = Time(o, "last_seen", Mend);
                held.Add((refs, maker, (mark, by) => into.Add(new Sighting(id, of, count, first, last, feed, by, confidence, mark))));
                break;
            case "marking-definition":
                marks[id] = Mark(o, id);
                break;
            default:
                into.Remarks.Add(RemarkKind.Unused, file, line, pointer, $"Objects of type {type} are of no use here.");
                break;
        }
    }

    private void Indicator(JsonElement o, string id, string place, DateTimeOffset? modified, int? confidence, List<string> refs, string? maker, Action<string> drop, Action<string> mend, Action<string> unused)
    {
        var kind = JsonText.Member(o, "pattern_type");
        if (kind is not (null or "stix")) { unused($"The indicator's pattern is written in {PatternScanner.Quote(kind)}, not in STIX."); return; }
        if (JsonText.Member(o, "pattern") is not { } text) { drop("The indicator has no pattern."); return; }
        if (kind is null) mend("The indicator has no pattern_type; read as STIX.");
        var reading = Pattern.Read(text);
        if (reading.Pattern is not { } pattern)
        {
            drop($"The pattern cannot be read: {reading.Fault}");
            return;
        }

        foreach (var remark in reading.Remarks) mend(remark);
        var from = Time(o, "valid_from", mend);
        if (from is null && !o.TryGetProperty("valid_from", out _)) mend("The indicator has no valid_from; its time of creation counts.");
        from ??= Time(o, "created", _ => { });
        var until = Time(o, "valid_until", mend);
        if (until is null && o.TryGetProperty("valid_until", out _)) { drop("The time at which the indicator ends cannot be read, so that nobody knows whether it still holds."); return; }
        if (until <= from) { drop("The indicator's window ends before it begins."); return; }

        var remarks = new List<string>();
        var observables = SimplePattern.Of(pattern, remarks);
        foreach (var remark in remarks) mend(remark);
        var indicator = new Indicator
        {
            Id = id,
            Feed = feed,
            Place = place,
            Text = text,
            Observables = observables ?? [],
            Pattern = observables is null ? pattern : null,
            ValidFrom = from,
            ValidUntil = until,
            Modified = modified,
            Confidence = confidence,
        };
        held.Add((refs, maker, (mark, by) => into.Add(indicator with { Tlp = mark, Source = by })));
    }

    private static Tlp Mark(JsonElement o, string id)
    {
        if (o.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object && extensions.TryGetProperty(TlpExtension, out var two))
            return TlpMarks.Read(JsonText.Member(two, "tlp_2_0") ?? "");
        if (JsonText.Member(o, "definition_type") is "tlp")
            return o.TryGetProperty("definition", out var definition) ? TlpMarks.Read(JsonText.Member(definition, "tlp") ?? "") : Tlp.Unknown;
        if (TlpMarks.Predefined(id, out var known)) return known;
        // A statement (a copyright, say) is no restriction that TLP knows; a name that says TLP is taken at its word.
        return JsonText.Member(o, "name") is { } name && name.StartsWith("TLP:", StringComparison.OrdinalIgnoreCase) ? TlpMarks.Read(name)
            : JsonText.Member(o, "definition_type") is "statement" ? Tlp.Unmarked : Tlp.Unknown;
    }

    private static DateTimeOffset? Time(JsonElement o, string name, Action<string> mend)
    {
        if (!o.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null) return null;
        if (JsonText.Of(member) is not { } text || !FeedTime.TryRead(text, out var time))
        {
            mend($"{name} is no time and is not used.");
            return null;
        }

        if (!StixTime.TryRead(text, out _)) mend($"{name} is not written as STIX 2.1 writes times.");
        return time;
    }

    private static int? Confidence(JsonElement o, Action<string> mend)
    {
        if (!o.TryGetProperty("confidence", out var member)) return null;
        if (member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out var confidence) && confidence is >= 0 and <= 100) return confidence;
        mend("confidence is no whole number from 0 to 100 and is not used.");
        return null;
    }
}
