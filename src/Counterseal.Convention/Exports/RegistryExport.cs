using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Counterseal.Watch;

namespace Counterseal.Convention;

// Values are made first and then written raw: the serializer would flush the writer by itself, and a served answer takes no such write.
/// <summary>The registry as files for others: CSV, JSON, and STIX 2.1 (OASIS). Written as it is read; none is held whole.</summary>
public static class RegistryExport
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = false };

    /// <summary>The namespace of the ids in our STIX: version 5 of RFC 9562 over <c>counterseal/registry</c> in the DNS namespace.</summary>
    private static readonly Guid Namespace = Named(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "counterseal/registry");

    /// <summary>One row for each attribution of each incident; an incident that nobody attributes has one row.</summary>
    public static async Task Csv(RegistryReader registry, Stream to, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(registry);
        await using var writer = new StreamWriter(to, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("id,feed,title,start,end,types,victim_states,victim_kinds,said_by,basis,said_on,named_states,named_actor,confidence,contested,answers,clauses,same_as,customers,sample,sources");
        await foreach (var i in registry.All(cancel))
            foreach (var a in i.Attributions.Count == 0 ? [new("", [], AttributionBasis.Unsaid, null, [])] : i.Attributions)
                await writer.WriteLineAsync(string.Join(',', ((string?[])[
                    i.Id, i.Feed, i.Title, Day(i.Start), Day(i.End), Several(i.Types), Several(i.Attacked), Several(i.Victims.SelectMany(v => v.Kinds).Distinct()), a.By, a.By.Length == 0 ? "" : YamlNote.Spelled(a.Basis), Day(a.Date), Several(a.Accused), a.Actor,
                    a.Confidence, a.Contested, Several(i.Answers.Select(r => $"{r.State}: {r.Says}")), Several(i.Clauses.Select(c => c.Clause.ToString())), Several(i.SameAs), i.Customers, i.Sample ? "true" : "false", Several(i.Sources)]).Select(Cell)));
        await writer.FlushAsync(cancel);
    }

    private static string Several(IEnumerable<string> texts) => string.Join("; ", texts);

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A cell; what a spreadsheet would take for a formula gets an apostrophe before it.</summary>
    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    /// <summary>Instruments, pledges and incidents, each as it is kept.</summary>
    public static async Task Json(RegistryReader registry, Stream to, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(registry);
        await using var json = new Utf8JsonWriter(to, Writing);
        var pledges = await registry.Pledges(cancel);
        json.WriteStartObject();
        json.WriteString("boundStates", RegistryReader.BoundSentence(pledges, registry.Today));
        json.WriteString("editor", registry.Editor);
        json.WritePropertyName("instruments");
        json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes((await registry.Instruments(cancel)).Versions, RegistryJson.Options), skipInputValidation: true);
        json.WritePropertyName("pledges");
        json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(pledges, RegistryJson.Options), skipInputValidation: true);
        json.WriteStartArray("incidents");
        await foreach (var incident in registry.All(cancel))
        {
            json.WriteStartObject();
            json.WriteString("id", incident.Id);
            json.WritePropertyName("incident");
            json.WriteRawValue(JsonSerializer.SerializeToUtf8Bytes(incident, RegistryJson.Options), skipInputValidation: true);
            json.WriteEndObject();
            await json.FlushAsync(cancel);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancel);
    }

    /// <summary>
    /// A bundle: each incident as an <c>incident</c>, each country as a <c>location</c>, each who says something as an <c>identity</c>. Who says that a state did it is the maker (<c>created_by_ref</c>) of the
    /// relationship that says so: the registry itself says nothing.
    /// </summary>
    public static async Task Stix(RegistryReader registry, Stream to, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(registry);
        const string made = "2017-02-14T00:00:00.000Z";
        await using var json = new Utf8JsonWriter(to, Writing);
        var written = new HashSet<string>(StringComparer.Ordinal);
        json.WriteStartObject();
        json.WriteString("type", "bundle");
        json.WriteString("id", Id("bundle", "all"));
        json.WriteStartArray("objects");
        var own = Identity("Counterseal registry", "system");
        await foreach (var i in registry.All(cancel))
        {
            var at = Moment(i.Start) ?? made;
            var id = Id("incident", i.Id);
            Begin("incident", id, at, own);
            json.WriteString("name", i.Title);
            if (i.Summary is { } summary)
                json.WriteString("description", summary);
            if (i.Sample)
                Labels(["sample"]);
            json.WriteStartArray("external_references");
            Reference(i.Feed, i.Key, null);
            foreach (var clause in i.Clauses)
                Reference("counterseal-clause", clause.Clause.ToString(), null);
            foreach (var source in i.Sources)
                Reference("source", null, source);
            json.WriteEndArray();
            json.WriteEndObject();
            foreach (var state in i.Attacked)
                Relation("targets", id, Location(state), own, at, null, i.Id);
            for (var n = 0; n < i.Attributions.Count; n++)
            {
                var a = i.Attributions[n];
                var by = Identity(a.By, "unspecified");
                foreach (var state in a.Accused)
                    Relation("attributed-to", id, Location(state), by, Moment(a.Date) ?? at, $"basis: {YamlNote.Spelled(a.Basis)}{(a.Contested is { } c ? $"; contested: {c}" : "")}", string.Create(CultureInfo.InvariantCulture, $"{i.Id} {n}"));
            }
            foreach (var other in i.SameAs)
                Relation("duplicate-of", id, Id("incident", other), own, at, null, i.Id);
            await json.FlushAsync(cancel);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancel);

        void Begin(string type, string id, string at, string? by)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("spec_version", "2.1");
            json.WriteString("id", id);
            json.WriteString("created", at);
            json.WriteString("modified", at);
            if (by is not null)
                json.WriteString("created_by_ref", by);
            // TLP 2.0, CLEAR, as STIX 2.1 has it beforehand.
            json.WriteStartArray("object_marking_refs");
            json.WriteStringValue("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487");
            json.WriteEndArray();
        }

        void Labels(string[] labels)
        {
            json.WriteStartArray("labels");
            foreach (var label in labels)
                json.WriteStringValue(label);
            json.WriteEndArray();
        }

        void Reference(string source, string? external, string? url)
        {
            json.WriteStartObject();
            json.WriteString("source_name", source);
            if (external is not null)
                json.WriteString("external_id", external);
            if (url is not null)
                json.WriteString("url", url);
            json.WriteEndObject();
        }

        string Identity(string name, string kind)
        {
            var id = Id("identity", name);
            if (written.Add(id))
            {
                Begin("identity", id, made, null);
                json.WriteString("name", name);
                json.WriteString("identity_class", kind);
                json.WriteEndObject();
            }
            return id;
        }

        string Location(string code)
        {
            var id = Id("location", code);
            if (written.Add(id))
            {
                Begin("location", id, made, null);
                json.WriteString("name", States.Find(code)?.Name ?? code);
                if (code.Length == 2)
                    json.WriteString("country", code);
                json.WriteEndObject();
            }
            return id;
        }

        void Relation(string kind, string from, string target, string by, string at, string? description, string salt)
        {
            var id = Id("relationship", $"{kind} {from} {target} {salt}");
            if (!written.Add(id))
                return;
            Begin("relationship", id, at, by);
            json.WriteString("relationship_type", kind);
            if (description is not null)
                json.WriteString("description", description);
            json.WriteString("source_ref", from);
            json.WriteString("target_ref", target);
            json.WriteEndObject();
        }
    }

    private static string? Moment(DateOnly? day) => day?.ToString("yyyy-MM-dd'T00:00:00.000Z'", CultureInfo.InvariantCulture);

    private static string Id(string type, string name) => $"{type}--{Named(Namespace, $"{type} {name}")}";

    private static Guid Named(Guid space, string name)
    {
        Span<byte> bytes = stackalloc byte[20];
#pragma warning disable CA5350 // SHA-1 is what version 5 of RFC 9562 is made with; nothing rests on it.
        SHA1.HashData([.. space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], bytes);
#pragma warning restore CA5350
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x50);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new(bytes[..16], bigEndian: true);
    }
}
