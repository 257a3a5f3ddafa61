using System.Security.Cryptography;

namespace Counterseal.Intake;

/// <summary>What stands for the bytes as they came: everything later is checked against this digest, not against our reading.</summary>
/// <param name="Digest">SHA-256 of the bytes, lower-case hex.</param>
/// <param name="Length">Their number.</param>
/// <param name="Format">As in <see cref="Reading.Format"/>.</param>
public sealed record Original(string Digest, long Length, string Format)
{
    /// <summary>The record for these bytes.</summary>
    /// <param name="bytes">The original, untouched.</param>
    /// <param name="format">What the door took it for.</param>
    public static Original Of(ReadOnlySpan<byte> bytes, string format) => new(DigestOf(bytes), bytes.Length, format);

    /// <summary>SHA-256 in lower-case hex.</summary>
    public static string DigestOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
