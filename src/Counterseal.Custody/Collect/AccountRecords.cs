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

    /// <summary>The fields of subscriber data.</summary>
    public static RowFields SubscriberFields { get; } = new(["account", "addresses", "telephones", "name", "postal", "created", "services"], []);

    /// <summary>Who has the account: no session, and nothing of how we store it.</summary>
    public static SourceRow Subscriber(Account account, string place) => new(place, null,
    [
        new("account", account.Name),
        new("addresses", account.Addresses),
        new("telephones", account.Telephones),
        new("name", account.Customer),
        new("postal", account.Postal),
        new("created", account.Created),
        new("services", account.Services),
    ]);

    /// <summary>A row's line: of the fields named those that it has, in that order.</summary>
    public static byte[] Row(SourceRow row, IReadOnlyList<string> names) => Line(json =>
    {
        foreach (var name in names)
            foreach (var (field, value) in row.Fields)
                if (field == name) Value(json, name, value);
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

    private static void Value(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null: break;
            case string text: json.WriteString(name, text); break;
            case bool yes: json.WriteBoolean(name, yes); break;
            case int whole: json.WriteNumber(name, whole); break;
            case long whole: json.WriteNumber(name, whole); break;
            case ulong whole: json.WriteNumber(name, whole); break;
            case decimal number: json.WriteNumber(name, number); break;
            case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
            case DateTimeOffset at: json.WriteString(name, Instant.Text(at)); break;
            case byte[] bytes: json.WriteBase64String(name, bytes); break;
            case IReadOnlyList<string> texts: Strings(json, name, texts); break;
            default: throw new SourceException($"the field \"{name}\" has a value of a kind that a row cannot have ({value.GetType().Name})");
        }
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
