using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Counterseal.Custody;

/// <summary>Reads one line of the accounts file, strictly: what is not in <c>docs/sources.md</c> is refused with file, line and field.</summary>
internal sealed class AccountLine(string file, long line)
{
    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    /// <summary>The account on the line.</summary>
    /// <exception cref="SourceException">Names file, line, field and rule.</exception>
    public Account Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, _options);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw Wrong("", $"not one JSON object without repeated members (byte {e.BytePositionInLine ?? 0} of the line)");
        }
    }

    /// <summary>An IP address in the form that .NET writes, IPv4 in IPv6 as IPv4; <c>null</c> when it is none, or not exactly one.</summary>
    public static string? NormalIp(string text)
    {
        if (!IPAddress.TryParse(text, out var ip)) return null;
        if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            return text.AsSpan().IndexOfAny('%', '[', '/') >= 0 ? null : (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString();
        // .NET also takes "10.1" and octal numbers, which people read as other addresses.
        return ip.ToString() == text ? text : null;
    }

    private Account Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Wrong("", "not a JSON object");
        var account = new Account { Name = "" };
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            account = member.Name switch
            {
                "account" => account with { Name = Text(value, "account", 255) },
                "addresses" => account with { Addresses = List(value, "addresses", (v, f) => Address(Text(v, f, 320), f)) },
                "telephones" => account with { Telephones = List(value, "telephones", (v, f) => Telephone(Text(v, f, 15), f)) },
                "name" => account with { Customer = Text(value, "name", 4096) },
                "postal" => account with { Postal = Text(value, "postal", 4096) },
                "created" => account with { Created = Instant(value, "created") },
                "services" => account with { Services = List(value, "services", (v, f) => Text(v, f, 255)) },
                "mailbox" => account with { Mailbox = Text(value, "mailbox", 4096) },
                "framing" => account with { Framing = Framing(Text(value, "framing", 16)) },
                "sessions" => account with { Sessions = List(value, "sessions", Session) },
                _ => throw Wrong(member.Name.Length > 64 ? member.Name[..64] : member.Name, "no such member"),
            };
        }
        return account.Name.Length > 0 ? account : throw Wrong("account", "missing");
    }

    private Session Session(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(field, "not a JSON object");
        string? ip = null;
        int? port = null;
        DateTimeOffset? from = null, to = null;
        foreach (var member in value.EnumerateObject())
        {
            var name = $"{field}.{member.Name}";
            switch (member.Name)
            {
                case "ip":
                    ip = NormalIp(Text(member.Value, name, 64)) ?? throw Wrong(name, "not an IP address (IPv4 as four decimal numbers, IPv6 without zone or prefix)");
                    break;
                case "port":
                    if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out var number) || number is < 0 or > 65535)
                        throw Wrong(name, "not a port number, 0 to 65535");
                    port = number;
                    break;
                case "from":
                    from = Instant(member.Value, name);
                    break;
                case "to":
                    to = Instant(member.Value, name);
                    break;
                default:
                    throw Wrong(field, "no such member");
            }
        }
        if (ip is null) throw Wrong($"{field}.ip", "missing");
        if (from is null) throw Wrong($"{field}.from", "missing");
        if (to <= from) throw Wrong($"{field}.to", "not after \"from\"");
        return new Session(ip, port, from.Value, to);
    }

    private List<T> List<T>(JsonElement value, string field, Func<JsonElement, string, T> item)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(field, "not a list");
        var all = new List<T>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray()) all.Add(item(element, $"{field}[{all.Count}]"));
        return all;
    }

    private string Text(JsonElement value, string field, int most)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(field, "not a string");
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(field, "not valid Unicode");
        }
        return text.Length > 0 && text.Length <= most && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw Wrong(field, $"empty, longer than {most} characters, or with a NUL");
    }

    private string Address(string text, string field)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 ? text : throw Wrong(field, "not a mail address");
    }

    private string Telephone(string text, string field) =>
        text.All(char.IsAsciiDigit) ? text : throw Wrong(field, "not E.164 digits without plus, e.g. 353860001001");

    private MboxFraming Framing(string text) => text switch
    {
        "from" => MboxFraming.From,
        "length" => MboxFraming.Length,
        _ => throw Wrong("framing", "neither \"from\" nor \"length\""),
    };

    private DateTimeOffset Instant(JsonElement value, string field)
    {
        var text = Text(value, field, 40);
        // An instant without a zone would be read in the zone of whatever machine reads it.
        var zoned = text.Length > 19 && (text[^1] == 'Z' || text[^6] is '+' or '-');
        return zoned && DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : throw Wrong(field, "not an instant of RFC 3339 with its zone, e.g. 2026-03-01T08:15:00Z");
    }

    private SourceException Wrong(string field, string rule) =>
        new($"{file}: line {line}{(field.Length > 0 ? $", field \"{field}\"" : "")}: {rule}. The format is in docs/sources.md.");
}
