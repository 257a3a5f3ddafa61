using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Single values of a JSON line, read where they stand, without a tree in memory.</summary>
internal static class JsonFields
{
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    /// <summary>The property's name, to be compared with constants, which is much quicker than asking the reader about each. One that is no text is empty.</summary>
    public static ReadOnlySpan<byte> Name(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        try
        {
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>A text or a number as text; <c>null</c> for anything else, which is stepped over.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() is { Length: > 0 } text ? text : null;
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>A whole number, also one written as text; <c>null</c> for anything else.</summary>
    public static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var number):
                return number;
            case JsonTokenType.String when long.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number):
                return number;
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>An address, without a port; <c>null</c> where there is none that can be read.</summary>
    public static IPAddress? Ip(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }
        return !reader.ValueIsEscaped && IPAddress.TryParse(reader.ValueSpan, out var ip) ? ip : Ip(reader.GetString()!);
    }

    /// <summary>An address in the shapes that logs have it in: plain, <c>[v6]:port</c>, <c>v4:port</c>.</summary>
    public static IPAddress? Ip(string text)
    {
        if (IPAddress.TryParse(text, out var ip))
            return ip;
        return IPEndPoint.TryParse(text, out var end) ? end.Address : null;
    }

    /// <summary>The reason that a parser gives, with the byte in the line.</summary>
    public static string NotJson(JsonException e)
    {
        var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return $"byte {(e.BytePositionInLine ?? 0) + 1} of the line: not JSON ({(cut < 0 ? e.Message : e.Message[..cut]).TrimEnd('.')}); left out";
    }
}
