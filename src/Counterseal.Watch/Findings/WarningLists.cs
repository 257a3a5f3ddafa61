using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>
/// Lists of what is well known and harmless (public resolvers, large sites, networks of content servers), in the format of MISP warning lists: an indicator that is on one would accuse
/// everybody and is left out. Types <c>string</c>, <c>hostname</c>, <c>cidr</c>, <c>substring</c> and <c>regex</c>.
/// </summary>
public sealed class WarningLists
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private readonly Dictionary<string, string> exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(bool V6, int Bits), Dictionary<UInt128, string>> networks = [];
    private readonly List<(string Text, string List)> substrings = [];
    private readonly List<(Regex Pattern, string List)> patterns = [];

    /// <summary>No lists.</summary>
    public static WarningLists None { get; } = new();

    /// <summary>What could not be used, one sentence each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Adds a list.</summary>
    /// <param name="file">Its name, for sentences.</param>
    /// <param name="json">A <c>list.json</c>.</param>
    /// <exception cref="FormatException">Not a warning list at all; single entries that cannot be used are left out and named in <see cref="Faults"/>.</exception>
    public void Add(string file, ReadOnlyMemory<byte> json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{file}, line {e.LineNumber + 1}: not JSON; the warning list is left out");
        }
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("list", out var entries) || entries.ValueKind != JsonValueKind.Array
                || !root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
                throw new FormatException($"{file}: a warning list has \"type\" and \"list\"");
            var name = root.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : file;
            foreach (var (entry, i) in entries.EnumerateArray().Select((entry, i) => (entry, i)))
                if ((entry.ValueKind == JsonValueKind.String ? Entry(type.GetString()!, entry.GetString()!.Trim(), name) : "no text") is { } why)
                    Faults.Add($"{file}, entry {i + 1}: {why}; left out");
        }
    }

    /// <summary>The name of a list that holds the value; <c>null</c> when none does.</summary>
    /// <param name="field">The event's field, see <see cref="IndicatorMatch.Field"/>.</param>
    /// <param name="value">The indicator's value.</param>
    public string? Holding(string field, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (exact.TryGetValue(value, out var list))
            return list;
        if (field is "sourceIp" or "address" && networks.Count > 0 && Network(value) is var (ip, bits))
        {
            // A wider network than the list's is not harmless as a whole; a narrower one is.
            var key = Number(ip);
            foreach (var ((v6, width), held) in networks)
                if (v6 == (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) && width <= bits && held.TryGetValue(Masked(key, width, v6), out list))
                    return list;
        }
        if (hosts.Count > 0 && Host(field, value) is { } host)
            for (var at = 0; at >= 0; at = host.IndexOf('.', at) is var dot && dot >= 0 ? dot + 1 : -1)
                if (hosts.TryGetValue(host[at..], out list))
                    return list;
        foreach (var (text, from) in substrings)
            if (value.Contains(text, StringComparison.OrdinalIgnoreCase))
                return from;
        foreach (var (pattern, from) in patterns)
        {
            try
            {
                if (pattern.IsMatch(value))
                    return from;
            }
            catch (RegexMatchTimeoutException)
            {
                // A pattern that blows up holds nothing; without it the indicator stays, which errs towards telling.
            }
        }
        return null;
    }

    private string? Entry(string type, string entry, string list)
    {
        switch (type)
        {
            case "string":
                exact[entry] = list;
                return null;
            case "hostname":
                hosts[entry.TrimStart('.').TrimEnd('.')] = list;
                return null;
            case "substring":
                if (entry.Length < 3)
                    return $"the substring \"{entry}\" would hold nearly everything";
                substrings.Add((entry, list));
                return null;
            case "cidr":
                if (Network(entry) is not var (ip, bits))
                    return $"\"{entry}\" is no network";
                var v6 = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
                if (!networks.TryGetValue((v6, bits), out var held))
                    networks[(v6, bits)] = held = [];
                held[Masked(Number(ip), bits, v6)] = list;
                return null;
            case "regex":
                try
                {
                    // The published form is /pattern/flags.
                    var end = entry.LastIndexOf('/');
                    var text = entry.Length > 1 && entry[0] == '/' && end > 0 ? entry[1..end] : entry;
                    var flags = end > 0 && entry[end..].Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None;
                    patterns.Add((new Regex(text, flags | RegexOptions.CultureInvariant, Patience), list));
                    return null;
                }
                catch (ArgumentException e)
                {
                    return $"\"{entry}\" is no regular expression ({e.Message})";
                }
            default:
                return $"the type \"{type}\" is not known";
        }
    }

    private static (IPAddress Ip, int Bits)? Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var ip))
            return null;
        var most = ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
            return (ip, most);
        return int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var bits) && bits <= most ? (ip, bits) : null;
    }

    private static UInt128 Number(IPAddress ip)
    {
        UInt128 number = 0;
        foreach (var one in ip.GetAddressBytes())
            number = number << 8 | one;
        return number;
    }

    private static UInt128 Masked(UInt128 number, int bits, bool v6) => (v6 ? 128 : 32) - bits is var low && low >= 128 ? 0 : number >> low << low;

    private static string? Host(string field, string value) => field switch
    {
        "domain" => value,
        "url" => Uri.TryCreate(value, UriKind.Absolute, out var uri) ? uri.Host : null,
        "mailAddress" => value[(value.LastIndexOf('@') + 1)..],
        _ => null,
    };
}
