using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Custody;

/// <summary>Encoded words in header fields (RFC 2047), as people read them. What cannot be decoded stays as it is.</summary>
internal static partial class EncodedWords
{
    /// <summary>The field's value with its encoded words decoded; as it is where somebody has made it so that this takes too long.</summary>
    public static string Decode(string value)
    {
        try
        {
            return Between().Replace(Words().Replace(value, Word), "").Replace(Glue, "", StringComparison.Ordinal);
        }
        catch (RegexMatchTimeoutException)
        {
            return value;
        }
    }

    // Stands where one word ends, so that white space between two can be taken out (RFC 2047, 6.2); no header that people read has it.
    private const string Glue = "\uffff";

    private static string Word(Match match)
    {
        try
        {
            var encoding = Encoding.GetEncoding(match.Groups[1].Value.Split('*')[0], EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);
            var bytes = match.Groups[2].Value is "B" or "b" ? Convert.FromBase64String(match.Groups[3].Value) : Quoted(match.Groups[3].Value);
            return Glue + encoding.GetString(bytes) + Glue;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return match.Value;
        }
    }

    private static byte[] Quoted(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var one))
            {
                bytes.Add(one);
                i += 2;
            }
            else
                bytes.Add(text[i] == '_' ? (byte)' ' : (byte)text[i]);
        }
        return [.. bytes];
    }

    [GeneratedRegex(@"=\?([!-~-[?]]{1,40})\?([BbQq])\?([!-~-[?]]{0,2000})\?=", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();

    [GeneratedRegex("(?<=\uffff)[ \t]+(?=\uffff)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Between();
}
