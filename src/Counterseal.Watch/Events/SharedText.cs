using System.Runtime.InteropServices;
using System.Text;

namespace Counterseal.Watch;

/// <summary>Texts that come again and again (a browser's name, a customer), made once for many lines. Few and short, each thread its own: it is a saving, not a store.</summary>
internal static class SharedText
{
    private const int Most = 1024;
    private const int Longest = 512;

    [ThreadStatic]
    private static string?[]? t_texts;

    /// <summary>The text of UTF-8 bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < 8 or > Longest)
            return Encoding.UTF8.GetString(bytes);
        // Its ends and its middle tell most texts apart; two that share a place only take it from each other.
        var hash = (ulong)bytes.Length * 0x9E3779B97F4A7C15 ^ Eight(bytes) ^ (Eight(bytes[^8..]) * 0xBF58476D1CE4E5B9) ^ (Eight(bytes[((bytes.Length - 8) / 2)..]) * 0x94D049BB133111EB);
        hash *= 0x9E3779B97F4A7C15;
        ref var known = ref (t_texts ??= new string?[Most])[hash >> 54];
        return known is not null && known.Length == bytes.Length && Ascii.Equals(bytes, known) ? known : known = Encoding.UTF8.GetString(bytes);
    }

    private static ulong Eight(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<ulong>(bytes);
}
