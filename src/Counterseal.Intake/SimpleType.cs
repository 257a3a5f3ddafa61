using System.Buffers.Text;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Counterseal.Intake;

/// <summary>
/// The simple types of TS 103 280 and TS 103 120 that a demand uses, checked by hand as V1.12.1's schemas define them.
/// Patterns run on an engine without backtracking, so that no value can make them slow.
/// </summary>
internal sealed record SimpleType(string Name, string Schema, Func<string, bool> Holds, string Shape)
{
    private const string E280 = "TS 103 280";

    public static readonly SimpleType ShortString = new("ShortString", E280, s => s.Length <= 255, "at most 255 characters");
    public static readonly SimpleType LongString = new("LongString", E280, s => s.Length <= 65535, "at most 65,535 characters");
    public static readonly SimpleType Uuid = Token("UUID", E280, "[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}", "a UUID in lower case, like 7dbbc880-8750-4d3c-abe7-ea4a17646045");
    public static readonly SimpleType ObjectIdentifier = Uuid with { Name = "ObjectIdentifier", Schema = "Core" };
    public static readonly SimpleType CountryCode = Token("ISOCountryCode", E280, "[A-Z]{2}", "two capital letters (ISO 3166-1 alpha-2)");
    public static readonly SimpleType E164 = Token("InternationalE164", E280, "[0-9]{1,15}", "1 to 15 digits");
    public static readonly SimpleType IPv4Address = Token("IPv4Address", E280,
        @"((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])", "four numbers up to 255, with full stops between");
    public static readonly SimpleType IPv6Address = Token("IPv6Address", E280, "([0-9a-f]{4}:){7}[0-9a-f]{4}", "eight groups of four lower-case hex digits");
    public static readonly SimpleType QualifiedDateTime = new("QualifiedDateTime", E280,
        s => Instant(s, "yyyy-MM-dd'T'HH:mm:ssK", 19) is not null, "a date and time with its offset, like 2026-03-01T00:00:00Z");
    public static readonly SimpleType QualifiedMicrosecondDateTime = new("QualifiedMicrosecondDateTime", E280,
        s => Instant(s, "yyyy-MM-dd'T'HH:mm:ss.ffffffK", 26) is not null, "a date and time with six decimals and its offset, like 2026-03-01T00:00:00.000000Z");
    public static readonly SimpleType EmailAddress = Pattern("EmailAddress", E280,
        @"[a-zA-Z0-9.!#$%&'*+\\/=?^_`{|}~-]+@[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*", 255, "a mail address");
    public static readonly SimpleType InternationalizedEmailAddress = Pattern("InternationalizedEmailAddress", E280, @"[^\r\n]+@[^\r\n]+", 255, "a mail address");
    public static readonly SimpleType Ldid = Pattern("LDID", E280, @"[A-Z]{2}-[^\r\n]+-[^\r\n]+", Limits.Bytes, "a country code, an owner and a number with hyphens between, like XX-ACTOR01-1234");
    public static readonly SimpleType EtsiVersion = Pattern("ETSIVersion", "Common", @"V[0-9]+\.[0-9]+\.[0-9]+", 255, "a version like V1.12.1");
    public static readonly SimpleType TcpPort = Number("TCPPort", 2, 65535);
    public static readonly SimpleType UdpPort = Number("UDPPort", 0, 65535);
    public static readonly SimpleType NonNegativeInteger = new("nonNegativeInteger", "XML", s => Whole(s) >= 0, "a whole number, 0 or more, of at most 18 digits");
    public static readonly SimpleType Boolean = new("boolean", "XML", s => Flag(s) is not null, "true or false");
    public static readonly SimpleType Base64Binary = new("base64Binary", "XML", s => Base64.IsValid(s), "base64");
    public static readonly SimpleType AnyUri = new("anyURI", "XML",
        s => s.Length <= 4096 && s.AsSpan().ContainsAnyExcept(" \t\r\n") && !s.Contains("##", StringComparison.Ordinal) && Uri.TryCreate(Collapse(s), UriKind.RelativeOrAbsolute, out _), "a URI of 1 to 4,096 characters");

    /// <summary>How remarks name it.</summary>
    public string Rule => Schema == "XML" ? $"XML Schema Part 2, type {Name}" : Rules.Type(Schema, Name);

    /// <summary>The instant; <c>null</c> where the text is no QualifiedDateTime.</summary>
    public static DateTimeOffset? At(string? text) => text is null ? null : Instant(text, "yyyy-MM-dd'T'HH:mm:ssK", 19);

    /// <summary>The instant; <c>null</c> where the text is no QualifiedMicrosecondDateTime.</summary>
    public static DateTimeOffset? AtMicrosecond(string? text) => text is null ? null : Instant(text, "yyyy-MM-dd'T'HH:mm:ss.ffffffK", 26);

    /// <summary>The truth value; <c>null</c> where the text is none.</summary>
    public static bool? Flag(string? text) => text is null ? null : Collapse(text) switch { "true" or "1" => true, "false" or "0" => false, _ => null };

    /// <summary>The number; -1 where the text is none.</summary>
    public static long Whole(string text)
    {
        var digits = Collapse(text);
        if (digits.StartsWith('+') || (digits.StartsWith('-') && !digits.AsSpan(1).ContainsAnyExcept('0'))) digits = digits[1..];
        return digits.Length is > 0 and <= 18 && digits.All(char.IsAsciiDigit) ? long.Parse(digits, CultureInfo.InvariantCulture) : -1;
    }

    /// <summary>XML Schema's whitespace "collapse", for values that may not contain spaces inside.</summary>
    public static string Collapse(string text) => text.Trim(' ', '\t', '\r', '\n');

    private static DateTimeOffset? Instant(string text, string form, int digits)
    {
        var value = Collapse(text);
        if (value.Length != digits + 1 && value.Length != digits + 6) return null;
        if (value.Length == digits + 1 && value[^1] != 'Z') return null;
        if (value.Length == digits + 6 && value[digits] is not ('+' or '-')) return null;
        return DateTimeOffset.TryParseExact(value, form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at.ToUniversalTime() : null;
    }

    private static SimpleType Number(string name, int least, int most) =>
        new(name, E280, s => Whole(s) is var n && n >= least && n <= most, $"a number from {least} to {most}");

    private static SimpleType Token(string name, string schema, string pattern, string shape)
    {
        var regex = Anchored(pattern);
        return new(name, schema, s => s.Length <= 256 && regex.IsMatch(Collapse(s)), shape);
    }

    private static SimpleType Pattern(string name, string schema, string pattern, int most, string shape)
    {
        var regex = Anchored(pattern);
        return new(name, schema, s => s.Length <= most && regex.IsMatch(s), shape);
    }

    private static Regex Anchored(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
