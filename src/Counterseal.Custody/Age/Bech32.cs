using System.Numerics;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// Bech32 (BIP 173) without its length limit, as age writes keys. Not Bech32m (BIP 350), whose checksum constant differs.
/// A text is all lower case or all upper case; the checksum is always over the lower-case form.
/// </summary>
internal static class Bech32
{
    /// <summary>Longer texts are refused before any work is done on them.</summary>
    public const int MaxLength = 4096;
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;

    /// <summary>The text of <paramref name="data"/>, in the case of <paramref name="prefix"/>.</summary>
    /// <exception cref="ArgumentException">The prefix is of mixed case, empty, or not printable ASCII.</exception>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        var upper = IsUpper(prefix) ?? throw new ArgumentException($"a Bech32 prefix is of one case: \"{prefix}\"", nameof(prefix));
        var lower = prefix.ToLowerInvariant();
        var groups = ToGroups(data);
        var text = new StringBuilder(lower).Append('1');
        foreach (var group in groups)
            text.Append(Alphabet[group]);
        var check = PolyMod(lower, [.. groups, .. new byte[ChecksumLength]]) ^ 1;
        for (var i = 0; i < ChecksumLength; i++)
            text.Append(Alphabet[(int)(check >> (5 * (5 - i))) & 31]);
        return upper ? text.ToString().ToUpperInvariant() : text.ToString();
    }

    /// <summary>Reads a text; the prefix keeps its case, because age's two kinds of keys differ in it.</summary>
    /// <exception cref="FormatException">Names the character or the rule.</exception>
    public static (string Prefix, byte[] Data) Decode(string text)
    {
        if (text.Length > MaxLength)
            throw new FormatException($"{text.Length} characters are too many for a key");
        _ = IsUpper(text) ?? throw new FormatException("upper and lower case are mixed, or there is a character outside printable ASCII");
        var separator = text.LastIndexOf('1');
        if (separator < 1)
            throw new FormatException("there is no \"1\" between prefix and data");
        if (text.Length - separator - 1 < ChecksumLength)
            throw new FormatException("it is too short: the checksum alone is six characters");
        var lower = text.ToLowerInvariant();
        var groups = new byte[text.Length - separator - 1];
        for (var i = 0; i < groups.Length; i++)
        {
            var value = Alphabet.IndexOf(lower[separator + 1 + i], StringComparison.Ordinal);
            if (value < 0)
                throw new FormatException($"character {separator + 2 + i} is not one of Bech32's");
            groups[i] = (byte)value;
        }
        if (PolyMod(lower[..separator], groups) != 1)
            throw new FormatException("the checksum does not fit: a character is wrong or missing");
        return (text[..separator], FromGroups(groups.AsSpan(0, groups.Length - ChecksumLength)));
    }

    /// <summary>True for upper, false for lower (or no letter at all), null where neither.</summary>
    private static bool? IsUpper(string text)
    {
        var (upper, lower) = (false, false);
        foreach (var c in text)
        {
            if (c is < '!' or > '~')
                return null;
            upper |= char.IsAsciiLetterUpper(c);
            lower |= char.IsAsciiLetterLower(c);
        }
        return text.Length == 0 || (upper && lower) ? null : upper;
    }

    private static byte[] ToGroups(ReadOnlySpan<byte> data)
    {
        var groups = new byte[(data.Length * 8 + 4) / 5];
        var (held, bits, at) = (0u, 0, 0);
        foreach (var b in data)
        {
            held = (held << 8) | b;
            for (bits += 8; bits >= 5; bits -= 5)
                groups[at++] = (byte)((held >> (bits - 5)) & 31);
        }
        if (bits > 0)
            groups[at] = (byte)((held << (5 - bits)) & 31);
        return groups;
    }

    private static byte[] FromGroups(ReadOnlySpan<byte> groups)
    {
        var data = new byte[groups.Length * 5 / 8];
        var (held, bits, at) = (0u, 0, 0);
        foreach (var group in groups)
        {
            held = (held << 5) | group;
            bits += 5;
            if (bits < 8)
                continue;
            bits -= 8;
            data[at++] = (byte)(held >> bits);
        }
        if (bits >= 5 || (held & ((1u << bits) - 1)) != 0)
            throw new FormatException("the bits that fill the last character are not zero, so that another text would say the same");
        return data;
    }

    private static uint PolyMod(string prefix, ReadOnlySpan<byte> groups)
    {
        var sum = 1u;
        foreach (var c in prefix)
            sum = Step(sum, (uint)c >> 5);
        sum = Step(sum, 0);
        foreach (var c in prefix)
            sum = Step(sum, (uint)c & 31);
        foreach (var group in groups)
            sum = Step(sum, group);
        return sum;
    }

    private static uint Step(uint sum, uint value)
    {
        ReadOnlySpan<uint> generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
        var top = sum >> 25;
        sum = ((sum & 0x1ffffff) << 5) ^ value;
        for (; top != 0; top &= top - 1)
            sum ^= generator[BitOperations.TrailingZeroCount(top)];
        return sum;
    }
}
