using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Counterseal.Intake;

/// <summary>
/// One written form for each selector, so that the same mailbox, number or address is found however it was typed. Each function
/// gives <c>null</c> for what has no such form; nothing is repaired beyond case, spaces and separators.
/// </summary>
internal static class NormalForm
{
    /// <summary>Characters before the @ of a mail address (RFC 5321, 4.5.3.1.1 counts octets; we count characters).</summary>
    public const int LocalPart = 64;

    /// <summary>Characters after the @ (RFC 5321, 4.5.3.1.2).</summary>
    public const int Domain = 255;

    /// <summary>Trimmed and lower case; one @, no wildcard, no spaces, quotes or brackets.</summary>
    public static string? Mailbox(string text)
    {
        var trimmed = text.Trim(' ');
        var at = trimmed.IndexOf('@', StringComparison.Ordinal);
        if (at < 0) return null;
        if (!IsWord(trimmed[..at], LocalPart) || !IsWord(trimmed[(at + 1)..], Domain)) return null;
        return trimmed.ToLowerInvariant();
    }

    /// <summary>The provider's own account name: trimmed, otherwise as written.</summary>
    public static string? Account(string text)
    {
        var trimmed = text.Trim(' ');
        return trimmed.Length > 0 && Length(trimmed) <= 255 && IsLine(trimmed) && !trimmed.Contains('*', StringComparison.Ordinal) ? trimmed : null;
    }

    /// <summary>E.164 digits, 1 to 15, no leading zero; a plus in front, spaces, hyphens and full stops between are dropped.</summary>
    public static string? Telephone(string text)
    {
        var rest = text.AsSpan().Trim(' ');
        if (rest.StartsWith("+")) rest = rest[1..];
        var digits = new StringBuilder(15);
        foreach (var c in rest)
        {
            if (char.IsAsciiDigit(c)) digits.Append(c);
            else if (c is not (' ' or '-' or '.')) return null;
            if (digits.Length > 15) return null;
        }
        return digits.Length == 0 || digits[0] == '0' ? null : digits.ToString();
    }

    /// <summary>An IP address as .NET writes it; an IPv4 address inside IPv6 as IPv4; no zone, port, prefix length or octal.</summary>
    public static string? Ip(string text) => IPv4(text) ?? IPv6(text);

    /// <summary>Four decimal numbers without leading zeros.</summary>
    public static string? IPv4(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4) return null;
        foreach (var part in parts)
            if (part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0') || !part.All(char.IsAsciiDigit)
                || int.Parse(part, CultureInfo.InvariantCulture) > 255)
                return null;
        return text;
    }

    /// <summary>RFC 4291 text, compressed or not.</summary>
    public static string? IPv6(string text)
    {
        if (text.Length > 45 || !text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')) return null;
        if (text.Contains('.', StringComparison.Ordinal) && IPv4(text[(text.LastIndexOf(':') + 1)..]) is null) return null;
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>Not blank, and nothing hidden in it.</summary>
    public static bool IsLine(string text) => text.AsSpan().ContainsAnyExcept(' ') && !HasHidden(text, breaks: false);

    /// <summary>Not blank; line breaks and tabs are allowed, nothing else hidden.</summary>
    public static bool IsText(string text) => text.AsSpan().ContainsAnyExcept(" \t\r\n") && !HasHidden(text, breaks: true);

    /// <summary>Characters as people count them: code points.</summary>
    public static int Length(string text)
    {
        var n = 0;
        foreach (var _ in text.EnumerateRunes()) n++;
        return n;
    }

    /// <summary>
    /// Controls, line and paragraph separators, and characters that turn the writing direction: what would make a page show
    /// something else than the bytes say.
    /// </summary>
    public static bool IsHidden(Rune rune) => rune.Value is < 0x20 or (>= 0x7f and < 0xa0) or (>= 0x200e and <= 0x200f)
        or (>= 0x2028 and <= 0x202e) or (>= 0x2066 and <= 0x2069) or 0xfeff;

    private static bool HasHidden(string text, bool breaks)
    {
        foreach (var rune in text.EnumerateRunes())
            if (IsHidden(rune) && !(breaks && rune.Value is '\t' or '\n' or '\r'))
                return true;
        return false;
    }

    private static bool IsWord(string text, int most)
    {
        if (text.Length == 0 || Length(text) > most) return false;
        foreach (var rune in text.EnumerateRunes())
            if (IsHidden(rune) || rune.Value is 0x20 or 0xa0 or 0x3000 or 0x200b or 0x200c or 0x200d or 0x2060
                or '@' or '*' or '"' or '(' or ')' or ',' or ':' or ';' or '<' or '>' or '[' or ']' or '\\')
                return false;
        return true;
    }
}
