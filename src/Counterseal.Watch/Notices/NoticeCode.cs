using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// A notice's code: 80 bits in Crockford's base 32 (no I, L, O, U), written in four groups of four. It is computed from the notice's id and a secret, and kept only as a keyed hash, so that
/// whoever copies the database holds no code.
/// </summary>
internal static class NoticeCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 16;

    /// <summary>The code of a notice, with its dashes.</summary>
    public static string Of(ReadOnlySpan<byte> secret, string notice)
    {
        var hash = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"counterseal/notice-code/v1\n{notice}"));
        var text = new StringBuilder(Length + 3);
        for (var i = 0; i < Length; i++)
        {
            if (i > 0 && i % 4 == 0)
                text.Append('-');
            var bit = i * 5;
            text.Append(Alphabet[(((hash[bit / 8] << 8) | hash[(bit / 8) + 1]) >> (11 - (bit % 8))) & 31]);
        }
        return text.ToString();
    }

    /// <summary>The keyed hash under which a code is kept. Text that can be no code is hashed like one: the same work, and no entry.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> secret, string typed)
    {
        Span<byte> code = stackalloc byte[Length + 1];
        var used = 0;
        foreach (var c in typed.AsSpan(0, Math.Min(typed.Length, 64)))
        {
            if (c is '-' or ' ' or '\u2066' or '\u2067' or '\u2068' or '\u2069' or '\u200e' or '\u200f')
                continue;
            // Crockford: O is read as 0, I and L as 1. A seventeenth character spoils the code.
            var one = char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', var other => other };
            code[Math.Min(used++, Length)] = one < 128 ? (byte)one : (byte)'?';
        }
        return HMACSHA256.HashData(secret, (byte[])[.. "counterseal/notice-code-hash/v1\n"u8, .. code]);
    }
}
