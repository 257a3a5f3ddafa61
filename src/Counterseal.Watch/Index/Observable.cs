using System.Buffers;
using System.Globalization;
using System.Text;

namespace Counterseal.Watch;

/// <summary>What kind of thing a simple indicator names.</summary>
public enum ObservableKind : byte
{
    /// <summary>A domain name; names below it count.</summary>
    Domain,

    /// <summary>An IPv4 or IPv6 address or network.</summary>
    Address,

    /// <summary>A hash value in hexadecimal, or a fuzzy hash as text; <see cref="Observable.Scope"/> is the algorithm.</summary>
    Hash,

    /// <summary>A mail address, in any capitals.</summary>
    Mail,

    /// <summary>A URL.</summary>
    Url,

    /// <summary>Any other text, compared as it stands; <see cref="Observable.Scope"/> is the property, e.g. <c>process:name</c>.</summary>
    Text,
}

/// <summary>One thing that can be looked up, in the one form that it is looked up in. Built by <see cref="TryRead"/> only.</summary>
public sealed record Observable
{
    private Observable(ObservableKind kind, string scope, string value)
    {
        Kind = kind;
        Scope = scope;
        Value = value;
    }

    /// <summary>Its kind.</summary>
    public ObservableKind Kind { get; }

    /// <summary>The hash algorithm as STIX 2.1, 10.6 writes it, or the property of a text; empty for the rest.</summary>
    public string Scope { get; }

    /// <summary>The canonical value.</summary>
    public string Value { get; }

    /// <summary>Reads a value as feeds write them: spaces around it, <c>hxxp://</c>, <c>[.]</c>, <c>*.</c> in front of a domain and capitals are put right.</summary>
    /// <param name="kind">What the feed says it is. An address written as a domain becomes an address.</param>
    /// <param name="scope">The algorithm or property; empty for the other kinds.</param>
    /// <param name="text">The value.</param>
    /// <param name="observable">What it is.</param>
    /// <param name="problem">Why it is none; or, where it is one, what was put right; empty where nothing was.</param>
    public static bool TryRead(ObservableKind kind, string scope, string text, out Observable? observable, out string problem)
    {
        observable = null;
        problem = "";
        var value = kind == ObservableKind.Text ? text : text.Trim();
        if (value.Length == 0) return No("is empty", out problem);
        if (Encoding.UTF8.GetByteCount(value) > IndicatorIndex.LongestValue) return No(string.Create(CultureInfo.InvariantCulture, $"has more than {IndicatorIndex.LongestValue} bytes"), out problem);
        if (kind is not (ObservableKind.Text or ObservableKind.Hash))
        {
            var armed = Armed(value);
            if (armed != value) problem = "was written so that it cannot be clicked; read as it is meant";
            value = armed;
        }

        switch (kind)
        {
            case ObservableKind.Domain:
                if (Network.TryParse(value, out var instead))
                {
                    problem = "is an IP address where a domain name is expected; read as an address";
                    observable = new(ObservableKind.Address, "", instead.ToString());
                    return true;
                }

                if (value.StartsWith("*.", StringComparison.Ordinal)) value = value[2..];
                if (!TryDomain(value, out var domain, out var why)) return No(why, out problem);
                observable = new(kind, "", domain);
                return true;
            case ObservableKind.Address:
                if (!Network.TryParse(value, out var network)) return No("is neither an IP address nor a network", out problem);
                if (network.Prefix < (network.IsSix ? 16 : 8)) return No("is a network so wide that it says nothing", out problem);
                observable = new(kind, "", network.ToString());
                return true;
            case ObservableKind.Hash:
                var algorithm = HashName.Canonical(scope);
                if (algorithm is null) return No($"is of the unknown hash algorithm {PatternScanner.Quote(scope)}", out problem);
                var digits = HashName.Digits(algorithm);
                if (digits > 0)
                {
                    if (value.Length != digits || value.Any(c => !char.IsAsciiHexDigit(c)))
                        return No(string.Create(CultureInfo.InvariantCulture, $"is no {algorithm} value, which has {digits} hexadecimal digits"), out problem);
                    value = value.ToLowerInvariant();
                }

                observable = new(kind, algorithm, value);
                return true;
            case ObservableKind.Mail:
                var at = value.LastIndexOf('@');
                if (at < 1 || value.Any(c => c <= ' ')) return No("is no mail address", out problem);
                if (!TryDomain(value[(at + 1)..], out var host, out var bad)) return No("is no mail address: what stands after @ " + bad, out problem);
                observable = new(kind, "", value[..at].ToLowerInvariant() + "@" + host);
                return true;
            case ObservableKind.Url:
                if (!CanonicalUrl.TryRead(value, out var url)) return No("is no URL with a host", out problem);
                observable = new(kind, "", url);
                return true;
            default:
                observable = new(kind, scope, value);
                return true;
        }
    }

    /// <summary>Whether <see cref="TryRead"/> takes these bytes and changes nothing about them. Answers no where it is not sure; a yes costs no memory.</summary>
    /// <param name="kind">What the feed says it is.</param>
    /// <param name="scope">The algorithm as it is in <see cref="Scope"/>, or empty.</param>
    /// <param name="value">The value in UTF-8.</param>
    internal static bool IsCanonical(ObservableKind kind, string scope, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case ObservableKind.Domain:
                return IsPlainDomain(value);
            case ObservableKind.Address:
                return Network.TryFour(value, out _);
            case ObservableKind.Hash:
                return HashName.Digits(scope) is var digits and > 0 && value.Length == digits && !value.ContainsAnyExcept(SmallHex);
            case ObservableKind.Mail:
                var at = value.LastIndexOf((byte)'@');
                return at > 0 && value.Length <= IndicatorIndex.LongestValue && !value[..at].ContainsAnyExcept(PlainMail) && IsPlainDomain(value[(at + 1)..]);
            default:
                return false;
        }
    }

    private static readonly SearchValues<byte> SmallHex = SearchValues.Create("0123456789abcdef"u8);

    // Without brackets, which stand for something else in feeds.
    private static readonly SearchValues<byte> PlainMail = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~"u8);

    // A last label of letters alone cannot be read as an address.
    private static bool IsPlainDomain(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 253) return false;
        int labels = 1, length = 0;
        var letters = true;
        foreach (var b in value)
        {
            if (b == '.')
            {
                if (length == 0) return false;
                labels++;
                length = 0;
                letters = true;
                continue;
            }

            if (b is >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'_') letters = false;
            else if (b is < (byte)'a' or > (byte)'z') return false;
            if (++length > 63) return false;
        }

        return length > 0 && labels > 1 && letters;
    }

    private static bool No(string why, out string problem)
    {
        problem = why;
        return false;
    }

    internal static string Armed(string value)
    {
        if (value.Contains('[', StringComparison.Ordinal) || value.Contains('(', StringComparison.Ordinal))
            value = value.Replace("[.]", ".", StringComparison.Ordinal).Replace("(.)", ".", StringComparison.Ordinal).Replace("[:]", ":", StringComparison.Ordinal).Replace("[@]", "@", StringComparison.Ordinal).Replace("[://]", "://", StringComparison.Ordinal);
        return value.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase) ? "http" + value[4..] : value;
    }

    /// <summary>A domain name in small ASCII letters without the final dot; names in other scripts as RFC 5891 encodes them.</summary>
    internal static bool TryDomain(string text, out string domain, out string why)
    {
        domain = text.EndsWith('.') ? text[..^1] : text;
        if (!Ascii.IsValid(domain))
        {
            try
            {
                domain = new IdnMapping().GetAscii(domain);
            }
            catch (ArgumentException)
            {
                why = "is no domain name";
                return false;
            }
        }

        domain = domain.ToLowerInvariant();
        why = "is no domain name";
        if (domain.Length is 0 or > 253) return false;
        int labels = 1, length = 0;
        foreach (var c in domain)
        {
            if (c == '.')
            {
                if (length == 0) return false;
                labels++;
                length = 0;
            }
            else if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || ++length > 63)
            {
                return false;
            }
        }

        if (length == 0) return false;
        why = labels == 1 ? "is a single label, below which everything would count" : "";
        return labels > 1;
    }
}
