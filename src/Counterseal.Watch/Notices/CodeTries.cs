using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Counterseal.Watch;

/// <summary>
/// Counts tries of codes by client, in memory of a fixed size: clients share a slot by a keyed hash, so that crowds of addresses cannot fill it, and nobody can choose whose slot he shares. An IPv6
/// client is its /64. Sharing only makes a limit stricter, and the page says another way to be sure.
/// </summary>
internal sealed class CodeTries(TimeProvider time)
{
    /// <summary>Tries of one client within a window.</summary>
    public const int Most = 10;

    /// <summary>The window.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private readonly (long Window, int Count)[] slots = new (long, int)[1 << 16];
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock gate = new();

    /// <summary>Counts a try; whether it may go on.</summary>
    public bool May(IPAddress client)
    {
        var address = (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).GetAddressBytes();
        var slot = BinaryPrimitives.ReadUInt16BigEndian(HMACSHA256.HashData(key, address.AsSpan(0, Math.Min(address.Length, 8))));
        var window = time.GetUtcNow().UtcTicks / Window.Ticks;
        lock (gate)
        {
            var (last, count) = slots[slot];
            count = last == window ? count + 1 : 1;
            slots[slot] = (window, Math.Min(count, Most + 1));
            return count <= Most;
        }
    }
}
