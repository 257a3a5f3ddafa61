using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// An event as the observation that patterns ask about (STIX 2.1, 9.1): the objects that its fields speak of, and <c>x-counterseal-event</c> for kind and outcome, of which STIX has none. What the
/// log does not say is not there. The table is in <c>docs/watch.md</c>.
/// </summary>
public static class EventObservation
{
    /// <summary>What a pattern calls a program's own name.</summary>
    public const string UserAgent = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'";

    /// <summary>The object of our own.</summary>
    public const string Own = "x-counterseal-event";

    /// <summary>Makes it.</summary>
    public static Observation Of(WatchEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var written = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(written))
        {
            json.WriteStartArray();
            Write(json, happened);
            json.WriteEndArray();
        }
        using var document = JsonDocument.Parse(written.WrittenMemory, new JsonDocumentOptions { MaxDepth = 128 });
        return Observation.Read(happened.Time, document.RootElement.Clone());
    }

    /// <summary>The host of what was followed or looked up: of the event's own domain, else of its URL.</summary>
    internal static string? Host(WatchEvent happened) =>
        happened.Domain ?? (happened.Url is { } url && CanonicalUrl.TryHost(url, out var host) && !Network.TryParse(host, out _) ? host : null);

    private static void Write(Utf8JsonWriter json, WatchEvent happened)
    {
        var texts = happened.Texts.Count == 0 ? null : new TextObjects(happened.Texts);
        Begin(json, Own, "event", texts);
        json.WriteString("kind", YamlNote.Spelled(happened.Kind));
        json.WriteString("outcome", YamlNote.Spelled(happened.Outcome));
        json.WriteEndObject();
        Begin(json, "user-account", "account", texts);
        json.WriteString("user_id", happened.Account);
        json.WriteString("account_login", happened.Account);
        json.WriteEndObject();
        var six = false;
        if (happened.SourceIp is { } ip)
        {
            six = ip.AddressFamily == AddressFamily.InterNetworkV6 && !ip.IsIPv4MappedToIPv6;
            Value(json, six ? "ipv6-addr" : "ipv4-addr", "source", Network.Of(ip).ToString(), texts);
        }
        var host = Host(happened);
        if (host is not null)
            Value(json, "domain-name", "host", host, texts);
        if (happened.Url is { } url)
            Value(json, "url", "url", url, texts);
        if (happened.MailAddress is { } mail)
            Value(json, "email-addr", "sender", mail, texts);
        if (happened.Kind == EventKind.MailReceived)
        {
            Value(json, "email-addr", "recipient", happened.Account, null);
            Begin(json, "email-message", "message", texts);
            if (happened.MailAddress is not null)
            {
                json.WriteString("from_ref", "sender");
                json.WriteString("sender_ref", "sender");
            }
            json.WriteStartArray("to_refs");
            json.WriteStringValue("recipient");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        if (happened.Hashes.Count > 0)
        {
            Begin(json, "file", "file", texts);
            json.WriteStartObject("hashes");
            foreach (var hash in happened.Hashes)
                json.WriteString(hash.Algorithm, hash.Hex);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        if (happened.SourceIp is not null || happened.UserAgent is not null)
        {
            Begin(json, "network-traffic", "traffic", texts);
            json.WriteStartArray("protocols");
            if (happened.SourceIp is not null)
                json.WriteStringValue(six ? "ipv6" : "ipv4");
            if (happened.UserAgent is not null)
                json.WriteStringValue("http");
            json.WriteEndArray();
            if (happened.SourceIp is not null)
                json.WriteString("src_ref", "source");
            if (host is not null)
                json.WriteString("dst_ref", "host");
            if (happened.UserAgent is { } agent)
            {
                json.WriteStartObject("extensions");
                json.WriteStartObject("http-request-ext");
                json.WriteStartObject("request_header");
                json.WriteString("User-Agent", agent);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Types of which the event has no object of its own; then second values, each an object of its own.
        foreach (var type in texts?.First.Keys.ToList() ?? [])
        {
            Begin(json, type, "also " + type, texts);
            json.WriteEndObject();
        }
        foreach (var (type, steps, value) in texts?.Others ?? [])
        {
            Begin(json, type, "other", null);
            Branch.Of(steps, value).Write(json);
            json.WriteEndObject();
        }
    }

    private static void Value(Utf8JsonWriter json, string type, string id, string value, TextObjects? texts)
    {
        Begin(json, type, id, texts);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string type, string id, TextObjects? texts)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("id", id);
        // The first object of a type takes what the log says beside, so that a file's name and its digest are of one object.
        if (texts is not null && texts.First.Remove(type, out var branch))
            branch.Write(json);
    }

    /// <summary>The properties that an object of an event has anyway; what the log says of them beside is of another object.</summary>
    private static bool IsTaken(string type, string property) => type switch
    {
        Own => property is "kind" or "outcome",
        "user-account" => property is "user_id" or "account_login",
        "file" => property is "hashes",
        "network-traffic" => property is "protocols" or "src_ref" or "dst_ref" or "extensions",
        "email-message" => property is "from_ref" or "sender_ref" or "to_refs",
        _ => property is "value",
    };

    private sealed class TextObjects
    {
        public Dictionary<string, Branch> First { get; } = new(StringComparer.Ordinal);

        public List<(string Type, string[] Steps, string Value)> Others { get; } = [];

        public TextObjects(IReadOnlyList<EventText> texts)
        {
            foreach (var text in texts)
            {
                if (Pattern.Read($"[{text.Property} = 'x']").Pattern is not { Root: ObservationTest { Comparison: PropertyTest { Path: var path } } })
                    continue;
                string[] steps = [.. path.Steps.OfType<KeyStep>().Select(step => step.Name)];
                if (steps[0] is "type" or "id")
                    continue;
                if (!First.TryGetValue(path.Type, out var first))
                    First[path.Type] = first = new();
                if (IsTaken(path.Type, steps[0]) || !first.Take(steps, text.Value))
                    Others.Add((path.Type, steps, text.Value));
            }
        }
    }

    private sealed class Branch
    {
        private readonly Dictionary<string, Branch> below = new(StringComparer.Ordinal);
        private string? text;

        public static Branch Of(ReadOnlySpan<string> steps, string value)
        {
            var branch = new Branch();
            branch.Take(steps, value);
            return branch;
        }

        /// <summary>Whether the place was free.</summary>
        public bool Take(ReadOnlySpan<string> steps, string value)
        {
            if (text is not null || (steps.IsEmpty && below.Count > 0))
                return false;
            if (steps.IsEmpty)
            {
                text = value;
                return true;
            }
            if (!below.TryGetValue(steps[0], out var next))
                below[steps[0]] = next = new();
            return next.Take(steps[1..], value);
        }

        public void Write(Utf8JsonWriter json)
        {
            foreach (var (name, branch) in below)
            {
                json.WritePropertyName(name);
                if (branch.text is not null)
                {
                    json.WriteStringValue(branch.text);
                    continue;
                }
                json.WriteStartObject();
                branch.Write(json);
                json.WriteEndObject();
            }
        }
    }
}
