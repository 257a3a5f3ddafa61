namespace Counterseal.Ledger;

/// <summary>Canonical JSON by RFC 8785 (JCS): one byte string for one value, so that a digest over it means the value.</summary>
public static class CanonicalJson
{
    /// <summary>The canonical bytes of the JSON text given. Duplicate keys, lone surrogates and depth over 64 are refused.</summary>
    /// <exception cref="FormatException">Not JSON, or not representable; names the byte offset.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> json) => throw new NotSupportedException();

    /// <summary>True when the bytes are exactly the canonical form of what they say.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> json) => throw new NotSupportedException();
}
