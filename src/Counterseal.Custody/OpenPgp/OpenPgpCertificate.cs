using System.Buffers.Binary;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// A recipient's OpenPGP certificate (RFC 9580, 10.1): its primary key and the one subkey that packages are encrypted to. Only its own signatures count, each is
/// verified, and what cannot be used (expired, revoked, weak, signed with SHA-1) is refused with the reason, never passed over for something weaker.
/// </summary>
public sealed class OpenPgpCertificate
{
    /// <summary>The most bytes that a certificate may have: without foreign signatures, as <c>gpg --export-options export-minimal</c> gives it, none comes near.</summary>
    public const int Limit = 16 * 1024;

    private const int PublicKey = 6;
    private const int SecretKey = 5;
    private const int SecretSubkey = 7;
    private const int UserIdTag = 13;
    private const int PublicSubkey = 14;
    private const int UserAttribute = 17;
    private const int SignatureTag = 2;
    private const int MaxPackets = 200;

    private OpenPgpCertificate(byte[] bytes, OpenPgpKey primary, OpenPgpKey encryption, IReadOnlyList<string> users, DateTimeOffset? expires) =>
        (Bytes, Primary, Encryption, Users, Expires) = (bytes, primary, encryption, users, expires);

    /// <summary>The binary form, as it was read.</summary>
    public byte[] Bytes { get; }

    /// <summary>4, which Debian's gpg reads, or 6 (RFC 9580).</summary>
    public int Version => Primary.Version;

    /// <summary>The primary key's fingerprint: 40 or 64 characters of upper-case hex, as programs show it.</summary>
    public string Fingerprint => Convert.ToHexString(Primary.Fingerprint);

    /// <summary>The names in it that its own key signed. They are what its maker says of itself.</summary>
    public IReadOnlyList<string> Users { get; }

    /// <summary>When the primary key or the encryption subkey ends, whichever is first, UTC; <c>null</c> when neither does.</summary>
    public DateTimeOffset? Expires { get; }

    internal OpenPgpKey Primary { get; }

    /// <summary>What session keys are encrypted to: the newest subkey that is good for it.</summary>
    internal OpenPgpKey Encryption { get; }

    /// <summary>Reads a certificate, binary or in ASCII armor, and finds its encryption key.</summary>
    /// <param name="bytes">At most 16 KiB.</param>
    /// <param name="now">The time for which it must be good.</param>
    /// <exception cref="FormatException">Names what is wrong with it.</exception>
    public static OpenPgpCertificate Parse(ReadOnlySpan<byte> bytes, DateTimeOffset now)
    {
        if (bytes.Length > 2 * Limit)
            throw new FormatException($"an OpenPGP certificate of more than {Limit} bytes: export it without foreign signatures (gpg --export-options export-minimal --export)");
        if (bytes.StartsWith("-----BEGIN"u8))
            bytes = Dearmor(bytes);
        if (bytes.Length > Limit)
            throw new FormatException($"an OpenPGP certificate of {bytes.Length} bytes, at most {Limit} are taken: export it without foreign signatures (gpg --export-options export-minimal --export)");
        var packets = Packets(bytes);
        if (packets.Count == 0 || packets[0].Tag != PublicKey)
            throw new FormatException("not an OpenPGP certificate: a public key packet is not its first");
        var primary = OpenPgpKey.Read(packets[0].Body);
        var parts = Parts(packets);
        var (users, primaryEnd) = Self(primary, parts, now);
        OpenPgpKey? best = null;
        DateTimeOffset? bestEnd = null;
        var faults = new List<string>();
        foreach (var (tag, body, signatures) in parts)
        {
            if (tag != PublicSubkey)
                continue;
            var subkey = OpenPgpKey.Read(body);
            var (fault, end) = Subkey(primary, subkey, signatures, now);
            if (fault is not null)
                faults.Add($"{Convert.ToHexString(subkey.Id)}: {fault}");
            else if (best is null || subkey.Created > best.Created)
                (best, bestEnd) = (subkey, end);
        }
        if (best is null)
            throw new FormatException(faults.Count > 0 ? $"it has no subkey that can be encrypted to ({string.Join("; ", faults)})" : "it has no subkey that can be encrypted to");
        return new OpenPgpCertificate(bytes.ToArray(), primary, best, users, primaryEnd is null || bestEnd < primaryEnd ? bestEnd : primaryEnd);
    }

    private static List<(int Tag, byte[] Body)> Packets(ReadOnlySpan<byte> bytes)
    {
        var packets = new List<(int, byte[])>();
        var reader = new OpenPgpReader(bytes);
        while (reader.Left > 0)
        {
            if (packets.Count == MaxPackets)
                throw new FormatException($"a certificate of more than {MaxPackets} packets");
            var (tag, body) = reader.Packet();
            // Marker, trust and padding say nothing.
            if (tag is 10 or 12 or 21)
                continue;
            if (tag is SecretKey or SecretSubkey)
                throw new FormatException("this is a secret key; export the public one");
            if (tag is not (PublicKey or UserIdTag or PublicSubkey or UserAttribute or SignatureTag))
                throw new FormatException($"a packet of type {tag} has no place in a certificate");
            if (tag == PublicKey && packets.Count > 0)
                throw new FormatException("there is a second certificate after the first");
            packets.Add((tag, body));
        }
        return packets;
    }

    /// <summary>The components, each with its signatures; the first is the primary key.</summary>
    private static List<(int Tag, byte[] Body, List<OpenPgpSignature> Signatures)> Parts(List<(int Tag, byte[] Body)> packets)
    {
        var parts = new List<(int, byte[], List<OpenPgpSignature>)>();
        foreach (var (tag, body) in packets)
        {
            if (tag != SignatureTag)
                parts.Add((tag, body, []));
            else if (OpenPgpSignature.Read(body) is { } signature)
                parts[^1].Item3.Add(signature);
        }
        return parts;
    }

    /// <summary>What the primary key says of itself: the user ids, and when it ends.</summary>
    private static (List<string> Users, DateTimeOffset? End) Self(OpenPgpKey primary, List<(int Tag, byte[] Body, List<OpenPgpSignature> Signatures)> parts, DateTimeOffset now)
    {
        if (primary.Created > now)
            throw new FormatException("it was made in the future");
        // Anybody's revocation is a reason to ask, whether or not it can be verified here.
        if (parts[0].Signatures.Exists(signature => signature.Type == OpenPgpSignature.KeyRevocation))
            throw new FormatException("it was revoked");
        var users = new List<string>();
        var last = new List<OpenPgpSignature>();
        foreach (var (tag, body, signatures) in parts)
        {
            OpenPgpSignature? newest = null;
            if (tag == PublicKey)
                newest = Newest(signatures.Where(signature => signature.Type == OpenPgpSignature.DirectKey && signature.Binds(primary, now, primary.Hashed())));
            else if (tag == UserIdTag)
            {
                newest = Newest(signatures.Where(signature => signature.Type is >= 0x10 and <= 0x13 && signature.Binds(primary, now, primary.Hashed(), Prefixed(body))));
                if (newest is not null)
                    users.Add(Visible.Text(Encoding.UTF8.GetString(body), 200));
            }
            if (newest is not null)
                last.Add(newest);
        }
        if (last.Count == 0 || (primary.Version == 6 && !last.Exists(signature => signature.Type == OpenPgpSignature.DirectKey)))
            throw new FormatException("no good signature of its own says what it is for (SHA-1 and older do not count)");
        DateTimeOffset? end = null;
        foreach (var signature in last)
        {
            if (primary.Created + signature.KeyHolds is { } one && (end is null || one < end))
                end = one;
        }
        return end <= now ? throw new FormatException($"it ended on {Law.Instant.Text(end.Value)}") : (users, end);
    }

    private static (string? Fault, DateTimeOffset? End) Subkey(OpenPgpKey primary, OpenPgpKey subkey, List<OpenPgpSignature> signatures, DateTimeOffset now)
    {
        if (signatures.Exists(signature => signature.Type == OpenPgpSignature.SubkeyRevocation))
            return ("it was revoked", null);
        if (Newest(signatures.Where(signature => signature.Type == OpenPgpSignature.SubkeyBinding && signature.Binds(primary, now, primary.Hashed(), subkey.Hashed()))) is not { } binding)
            return ("no good signature of the primary key binds it", null);
        if (!binding.ForEncrypting)
            return ("it is not for encrypting", null);
        if (subkey.Version != primary.Version)
            return ("it is of another version than the primary key", null);
        var end = subkey.Created + binding.KeyHolds;
        return subkey.Created > now ? ("it was made in the future", null)
            : end <= now ? ($"it ended on {Law.Instant.Text(end.Value)}", null)
            : (subkey.EncryptionFault(), end);
    }

    private static OpenPgpSignature? Newest(IEnumerable<OpenPgpSignature> signatures) => signatures.MaxBy(signature => signature.Created);

    private static byte[] Prefixed(byte[] userId)
    {
        byte[] prefix = [0xb4, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)userId.Length);
        return [.. prefix, .. userId];
    }

    /// <summary>The bytes inside ASCII armor (RFC 9580, 6). Its checksum is no protection and is not looked at.</summary>
    private static byte[] Dearmor(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.ASCII.GetString(text).ReplaceLineEndings("\n").Trim('\n', ' ').Split('\n');
        if (lines[0] != "-----BEGIN PGP PUBLIC KEY BLOCK-----" || lines[^1] != "-----END PGP PUBLIC KEY BLOCK-----")
            throw new FormatException("the armor is not that of one public key (-----BEGIN PGP PUBLIC KEY BLOCK-----)");
        var begin = Array.FindIndex(lines, line => line.Trim().Length == 0);
        if (begin < 0)
            throw new FormatException("the armor has no empty line after its headers");
        var body = new StringBuilder();
        foreach (var line in lines[(begin + 1)..^1])
        {
            if (!line.StartsWith('='))
                body.Append(line.Trim());
        }
        try
        {
            return Convert.FromBase64String(body.ToString());
        }
        catch (FormatException e)
        {
            throw new FormatException("the armor is not base64", e);
        }
    }
}
