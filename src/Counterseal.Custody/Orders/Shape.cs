using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>The canonical bytes of JSON that we build.</summary>
internal static class Canonical
{
    public static byte[] Bytes(JsonNode node) => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(node));

    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>
/// One JSON object of foreign make, read strictly: no unknown member, no missing one, one spelling for each value. Every
/// reading member throws <see cref="RefusalException"/> (<c>malformed</c>) with the JSON pointer of the place.
/// </summary>
internal sealed partial class Shape
{
    private readonly JsonElement element;
    private readonly string where;

    private Shape(JsonElement element, string where) => (this.element, this.where) = (element, where);

    /// <summary>Parses bytes of at most <paramref name="limit"/> length into a document; duplicates and depth over 40 are refused.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, int limit, string where)
    {
        if (json.Length > limit)
            throw RefusalException.Malformed($"{json.Length.ToString(CultureInfo.InvariantCulture)} bytes where at most {limit.ToString(CultureInfo.InvariantCulture)} are taken", where);
        // The parser looks at names and texts only when asked for them, and then fails in its own way.
        if (!System.Text.Unicode.Utf8.IsValid(json.Span))
            throw RefusalException.Malformed("this is not UTF-8", where);
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 40, AllowDuplicateProperties = false });
        }
        catch (InvalidOperationException)
        {
            throw RefusalException.Malformed("a name has half of a surrogate pair", where);
        }
        catch (JsonException e)
        {
            throw RefusalException.Malformed($"not JSON, a name twice, or too deep, at line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}", where);
        }
    }

    /// <summary>As <see cref="Parse"/>, and the bytes must be canonical.</summary>
    public static JsonDocument ParseCanonical(ReadOnlyMemory<byte> json, int limit, string where)
    {
        var document = Parse(json, limit, where);
        if (CanonicalJson.IsCanonical(json.Span))
            return document;
        document.Dispose();
        throw RefusalException.Malformed("these are not the canonical bytes (RFC 8785) of what they say", where);
    }

    /// <summary>An object with no members but these.</summary>
    public static Shape Closed(JsonElement element, string where, params ReadOnlySpan<string> members)
    {
        var shape = Open(element, where);
        foreach (var member in element.EnumerateObject())
        {
            var known = false;
            foreach (var name in members)
                known |= member.NameEquals(name);
            if (!known)
                throw RefusalException.Malformed("there is a member that the protocol does not know", where.Length == 0 ? "/" : where);
        }
        return shape;
    }

    /// <summary>An object that may have other members.</summary>
    public static Shape Open(JsonElement element, string where) => element.ValueKind == JsonValueKind.Object
        ? new Shape(element, where)
        : throw RefusalException.Malformed("this must be an object", where.Length == 0 ? "/" : where);

    public bool Has(string member) => element.TryGetProperty(member, out _);

    public JsonElement Member(string member) => element.TryGetProperty(member, out var value)
        ? value
        : throw RefusalException.Malformed($"the member {member} is missing", Place(member));

    public string Place(string member) => $"{where}/{member}";

    public Shape Object(string member, params ReadOnlySpan<string> members) => Closed(Member(member), Place(member), members);

    public Shape OpenObject(string member) => Open(Member(member), Place(member));

    public string Text(string member, int max = 4096)
    {
        var value = Member(member);
        if (value.ValueKind != JsonValueKind.String)
            throw RefusalException.Malformed("this must be a string", Place(member));
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw RefusalException.Malformed("this is no Unicode text", Place(member));
        }
        return text.Length <= max ? text : throw RefusalException.Malformed($"longer than {max.ToString(CultureInfo.InvariantCulture)} characters", Place(member));
    }

    public bool Bool(string member) => Member(member).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw RefusalException.Malformed("this must be true or false", Place(member)),
    };

    public long Whole(string member, long min, long max)
    {
        var value = Member(member);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max
            ? number
            : throw RefusalException.Malformed($"this must be a whole number from {min.ToString(CultureInfo.InvariantCulture)} to {max.ToString(CultureInfo.InvariantCulture)}", Place(member));
    }

    /// <summary>Lower-case hex of so many bytes.</summary>
    public string Hex(string member, int bytes)
    {
        var text = Text(member);
        return IsHex(text, bytes)
            ? text
            : throw RefusalException.Malformed($"this must be {bytes.ToString(CultureInfo.InvariantCulture)} bytes in lower-case hex", Place(member));
    }

    public static bool IsHex(string text, int bytes)
    {
        if (text.Length != 2 * bytes)
            return false;
        foreach (var c in text)
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
                return false;
        }
        return true;
    }

    public byte[] Base64(string member, int limit)
    {
        var value = Member(member);
        if (value.ValueKind != JsonValueKind.String || !value.TryGetBytesFromBase64(out var bytes))
            throw RefusalException.Malformed("this must be standard base64 with padding", Place(member));
        return bytes.Length <= limit
            ? bytes
            : throw RefusalException.Malformed($"{bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes where at most {limit.ToString(CultureInfo.InvariantCulture)} are taken", Place(member));
    }

    /// <summary>RFC 3339 in UTC, in the one spelling that <see cref="Law.Instant.Text"/> gives.</summary>
    public DateTimeOffset Instant(string member) => TryInstant(Text(member), out var at)
        ? at
        : throw RefusalException.Malformed("this must be an instant like 2026-11-24T02:00:00Z", Place(member));

    public static bool TryInstant(string text, out DateTimeOffset at) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at)
        && Law.Instant.Text(at) == text;

    /// <summary>The demand's id: 26 characters of Crockford's base32.</summary>
    public string DemandId(string member)
    {
        var text = Text(member);
        return IsDemandId(text) ? text : throw RefusalException.Malformed("a demand's id is 26 characters of Crockford base32", Place(member));
    }

    public static bool IsDemandId(string text) => DemandIds().IsMatch(text);

    /// <summary>The canonical bytes of a member of a canonical document: they are a slice of it.</summary>
    public byte[] Slice(string member) => System.Text.Encoding.UTF8.GetBytes(Member(member).GetRawText());

    public IReadOnlyList<string> Texts(string member, int count, int max)
    {
        var array = Member(member);
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > count)
            throw RefusalException.Malformed($"this must be a list of at most {count.ToString(CultureInfo.InvariantCulture)} texts", Place(member));
        var texts = new List<string>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                throw RefusalException.Malformed("this must be a list of texts", Place(member));
            try
            {
                texts.Add(item.GetString()!);
            }
            catch (InvalidOperationException)
            {
                throw RefusalException.Malformed("this is no Unicode text", Place(member));
            }
            if (texts[^1].Length > max)
                throw RefusalException.Malformed($"a text is longer than {max.ToString(CultureInfo.InvariantCulture)} characters", Place(member));
        }
        return texts;
    }

    /// <summary>
    /// A record of the room Law. It must come back byte for byte when written again, which refuses other spellings of the same value (explicit
    /// nulls, other cases, other time zones), and nothing that the record says is there may be missing.
    /// </summary>
    public T Record<T>(string member)
        where T : class
    {
        var slice = Slice(member);
        T? record;
        try
        {
            record = JsonSerializer.Deserialize<T>(slice, LawJson.Options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            var path = e is JsonException { Path: { } p } ? p.Replace("$", "", StringComparison.Ordinal).Replace('.', '/').Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal) : "";
            throw RefusalException.Malformed($"this is not a {typeof(T).Name.ToLowerInvariant()} as the protocol writes it", Place(member) + (path.Length <= 200 ? path : ""));
        }
        if (record is null || Hollow(record) is { } hollow && hollow.Length > 0)
            throw RefusalException.Malformed($"this {typeof(T).Name.ToLowerInvariant()} lacks something that it must have", Place(member));
        byte[] again;
        try
        {
            again = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(record, LawJson.Options));
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentException)
        {
            throw RefusalException.Malformed("this cannot be written in canonical form", Place(member));
        }
        return again.AsSpan().SequenceEqual(slice)
            ? record
            : throw RefusalException.Malformed($"this {typeof(T).Name.ToLowerInvariant()} is not in its one spelling (absent instead of null, UTC with Z, camelCase words)", Place(member));
    }

    /// <summary>The part that is null where the records' types say it never is; empty when all is there.</summary>
    private static string Hollow(object record) => record switch
    {
        Scope scope => Scope(scope),
        Demand demand => demand.Reference is null ? "reference"
            : demand.Issuing is null || !Authority(demand.Issuing) ? "issuing"
            : demand.Validating is not null && !Authority(demand.Validating) ? "validating"
            : demand.Scope is null ? "scope"
            : demand.Assistance is null || demand.Assistance.Any(text => text is null) ? "assistance"
            : Scope(demand.Scope),
        _ => "",
    };

    private static bool Authority(Authority authority) => authority.Name is not null && authority.Country is not null;

    private static string Scope(Scope scope) =>
        scope.Items is null || scope.Items.Any(item => item is null || item.Selector?.Value is null || item.Categories is null) ? "scope/items" : "";

    [GeneratedRegex("\\A[0-9A-HJKMNP-TV-Z]{26}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex DemandIds();
}
