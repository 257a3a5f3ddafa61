using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterseal.Ledger.Tests;

/// <summary>A tally with leaves of no meaning: 100 bytes, of which the second to fifth are the period, so that the ledger's part of it can be tested alone.</summary>
internal static class TallyToy
{
    public const int Size = 100;

    public static TallyWork Work(TallyHome home, string origin) => Of(TimeSpan.FromSeconds(60), 2, 2);

    public static TallyWork Of(TimeSpan slot, int each, int window, Action? covering = null) => new(
        [.. "{}"u8], slot, each, window, Size, at => (at.Year - 2026) * 2 + (at.Month > 6 ? 1 : 0), leaf => BinaryPrimitives.ReadInt32BigEndian(leaf.AsSpan(1, 4)),
        (index, period) =>
        {
            covering?.Invoke();
            return Leaf(period, $"cover {index}");
        },
        (_, _, leaf) => leaf[0] == 1 ? null : "its first byte is not 1",
        leaves => BitConverter.GetBytes(leaves.Count()));

    public static byte[] Leaf(int period, string of)
    {
        var leaf = new byte[Size];
        leaf[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(leaf.AsSpan(1), period);
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(of)).CopyTo(leaf.AsSpan(5));
        return leaf;
    }
}
