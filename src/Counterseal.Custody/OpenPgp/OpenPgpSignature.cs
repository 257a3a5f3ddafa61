using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterseal.Custody;

/// <summary>A signature packet of version 4 or 6 (RFC 9580, 5.2), as far as a recipient's key needs it.</summary>
internal sealed record OpenPgpSignature
{
    public const int DirectKey = 0x1f;
    public const int KeyRevocation = 0x20;
    public const int SubkeyBinding = 0x18;
    public const int SubkeyRevocation = 0x28;
    private const int EncryptCommunications = 0x04;
    private const int EncryptStorage = 0x08;
    private byte[] salt = [];
    private byte[] trailer = [];
    private byte[] signature = [];
    private int algorithm;
    private int hash;
    private byte[] left = [];

    private OpenPgpSignature()
    {
    }

    public int Version { get; private init; }
    public int Type { get; private init; }
    /// <summary>UTC.</summary>
    public DateTimeOffset? Created { get; private set; }
    /// <summary>How long it holds from <see cref="Created"/>, or <c>null</c> for ever.</summary>
    public TimeSpan? Holds { get; private set; }
    /// <summary>How long the key that it is about holds from its making, or <c>null</c> for ever.</summary>
    public TimeSpan? KeyHolds { get; private set; }
    /// <summary>Whether the key that it is about is for encrypting.</summary>
    public bool ForEncrypting { get; private set; }
    /// <summary>Whether it says something critical that is not understood here.</summary>
    public bool Beyond { get; private set; }

    /// <summary>Reads the body of a packet; null for versions that nobody should use any more.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public static OpenPgpSignature? Read(byte[] body)
    {
        var reader = new OpenPgpReader(body);
        var version = reader.Byte();
        if (version is not (4 or 6))
            return null;
        var read = new OpenPgpSignature { Version = version, Type = reader.Byte(), algorithm = reader.Byte(), hash = reader.Byte() };
        var hashed = reader.Take(version == 6 ? reader.Count() : reader.Short());
        read.trailer = body[..(body.Length - reader.Left)];
        _ = reader.Take(version == 6 ? reader.Count() : reader.Short());
        read.left = reader.Take(2).ToArray();
        if (version == 6)
            read.salt = reader.Take(reader.Byte()).ToArray();
        read.signature = reader.Rest().ToArray();
        read.Subpackets(hashed);
        return read;
    }

    private void Subpackets(ReadOnlySpan<byte> hashed)
    {
        var reader = new OpenPgpReader(hashed);
        while (reader.Left > 0)
        {
            var one = new OpenPgpReader(reader.Take(reader.Length(subpacket: true)));
            var type = one.Byte();
            switch (type & 0x7f)
            {
                case 2:
                    Created = DateTimeOffset.FromUnixTimeSeconds(one.Long());
                    break;
                case 3:
                    Holds = one.Long() is var holds and > 0 ? TimeSpan.FromSeconds(holds) : null;
                    break;
                case 9:
                    KeyHolds = one.Long() is var key and > 0 ? TimeSpan.FromSeconds(key) : null;
                    break;
                case 27:
                    ForEncrypting = one.Left > 0 && (one.Byte() & (EncryptCommunications | EncryptStorage)) != 0;
                    break;
                // What these say changes nothing here: preferences, names, notations of no consequence, features, the issuer.
                case 7 or 11 or 16 or 21 or 22 or 23 or 24 or 25 or 26 or 28 or 30 or 32 or 33 or 34 or 35 or 39:
                    break;
                default:
                    Beyond |= (type & 0x80) != 0;
                    break;
            }
        }
    }

    /// <summary>The hash by its number; null for those that are too weak (MD5, SHA-1, RIPEMD-160) or not known.</summary>
    public static HashAlgorithmName? HashOf(int id) => id switch
    {
        8 => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        12 => HashAlgorithmName.SHA3_256,
        14 => HashAlgorithmName.SHA3_512,
        _ => null,
    };

    /// <summary>Whether the key made it over these things (a key, a key and a user id, two keys), and it holds at this time.</summary>
    public bool Binds(OpenPgpKey primary, DateTimeOffset now, params ReadOnlySpan<byte[]> things)
    {
        if (Version != primary.Version || algorithm != primary.Algorithm || Beyond || HashOf(hash) is not { } name
            || Created is not { } created || created > now || created < primary.Created || created + Holds <= now)
            return false;
        if (Version == 6 && salt.Length != hash switch { 8 or 12 => 16, 9 => 24, _ => 32 })
            return false;
        using var digest = IncrementalHash.CreateHash(name);
        digest.AppendData(salt);
        foreach (var thing in things)
            digest.AppendData(thing);
        digest.AppendData(trailer);
        Span<byte> end = [(byte)Version, 0xff, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(end[2..], (uint)trailer.Length);
        digest.AppendData(end);
        var value = digest.GetHashAndReset();
        try
        {
            return value.AsSpan(0, 2).SequenceEqual(left) && primary.HasSigned(value, name, signature);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
