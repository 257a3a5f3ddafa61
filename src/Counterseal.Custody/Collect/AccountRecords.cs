using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>The records made of an account's line: <c>subscriber.ndjson</c> and <c>sessions.ndjson</c>.</summary>
internal static class AccountRecords
{
    /// <summary>Readable JSON; the files are data, never part of a page.</summary>
    public static JsonWriterOptions Json { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Who has the account: no session, and nothing of how we store it.</summary>
    public static byte[] Subscriber(Account account) => Line(json =>
    {
        json.WriteString("account", account.Name);
        Strings(json, "addresses", account.Addresses);
        Strings(json, "telephones", account.Telephones);
        if (account.Customer is not null) json.WriteString("name", account.Customer);
        if (account.Postal is not null) json.WriteString("postal", account.Postal);
        if (account.Created is { } created) json.WriteString("created", Instant.Text(created));
        Strings(json, "services", account.Services);
    });

    /// <summary>One session.</summary>
    public static byte[] Session(Session session) => Line(json =>
    {
        json.WriteString("ip", session.Ip);
        if (session.Port is { } port) json.WriteNumber("port", port);
        json.WriteString("from", Instant.Text(session.From));
        if (session.To is { } to) json.WriteString("to", Instant.Text(to));
    });

    /// <summary>
    /// Whether an item takes in a session: one that overlaps its time range. An item that names an IP address and no range asks who used it then: it takes in that
    /// session only.
    /// </summary>
    public static bool InScope(Session session, ScopeItem item)
    {
        if (item is { Selector.Kind: SelectorKind.IpAddress, From: null, To: null }) return session.Covers(item.Selector);
        return (item.To is null || session.From < item.To) && (item.From is null || session.To is null || session.To > item.From);
    }

    /// <summary>A list of strings, absent when empty.</summary>
    public static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static byte[] Line(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, Json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }
}
