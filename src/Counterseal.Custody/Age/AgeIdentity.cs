using System.Security.Cryptography;
using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>An identity, <c>AGE-SECRET-KEY-1…</c> (X25519) or <c>AGE-SECRET-KEY-PQ-1…</c> (C2SP age, "Native recipient types"). The public half is an <see cref="AgeRecipient"/>.</summary>
public sealed class AgeIdentity : IDisposable
{
    private const string Prefix = "AGE-SECRET-KEY-";
    private const string HybridPrefix = "AGE-SECRET-KEY-PQ-";
    private const int SecretSize = 32;
    private const int MaxKeyFile = 64 * 1024;
    private readonly Key? key;
    private readonly byte[] seed = [];

    private AgeIdentity(Key key)
    {
        this.key = key;
        Recipient = AgeRecipient.Of(key.PublicKey);
    }

    private AgeIdentity(byte[] seed)
    {
        this.seed = seed;
        Recipient = AgeRecipient.Hybrid(XWing.PublicKey(seed));
    }

    /// <summary>The public half.</summary>
    public AgeRecipient Recipient { get; }

    /// <summary>Makes a new one.</summary>
    public static AgeIdentity Generate(AgeKind kind = AgeKind.X25519) => kind == AgeKind.Hybrid
        ? new(RandomNumberGenerator.GetBytes(XWing.SeedSize))
        : new(Key.Create(KeyAgreementAlgorithm.X25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving }));

    /// <summary>Reads the text form, or a key file as <c>age-keygen</c> writes it: one key, comments after <c>#</c>, empty lines.</summary>
    /// <exception cref="FormatException">Names the line and the rule, never the key.</exception>
    public static AgeIdentity Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxKeyFile)
            throw new FormatException($"not an age key file: {text.Length} characters are too many");
        string? found = null;
        var (line, at) = (0, 0);
        foreach (var raw in text.Split('\n'))
        {
            line++;
            var one = raw.EndsWith('\r') ? raw[..^1] : raw;
            if (one.Length == 0 || one[0] == '#')
                continue;
            if (found is not null)
                throw new FormatException($"line {line}: a second key; one key opens one package, so keep them in files of their own");
            (found, at) = (one, line);
        }
        return Read(found ?? throw new FormatException("there is no key in it: a line that starts with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1 is missing"), at);
    }

    private static AgeIdentity Read(string text, int line)
    {
        (string Prefix, byte[] Data) read;
        try
        {
            read = Bech32.Decode(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"line {line}: not an age identity: {e.Message}", e);
        }
        try
        {
            if (read.Prefix is not (Prefix or HybridPrefix))
                throw new FormatException($"line {line}: not an age identity, which starts with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1");
            if (read.Data.Length != SecretSize)
                throw new FormatException($"line {line}: not an age identity: the key is {read.Data.Length} bytes long, not {SecretSize}");
            return read.Prefix == HybridPrefix
                ? new AgeIdentity((byte[])read.Data.Clone())
                : new AgeIdentity(Key.Import(KeyAgreementAlgorithm.X25519, read.Data, KeyBlobFormat.RawPrivateKey,
                    new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(read.Data);
        }
    }

    /// <summary>The secret as text; only for writing the key file.</summary>
    public string Export()
    {
        if (key is null)
            return Bech32.Encode(HybridPrefix, seed);
        var secret = key.Export(KeyBlobFormat.RawPrivateKey);
        try
        {
            return Bech32.Encode(Prefix, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>The key that wraps the file key in an X25519 stanza with this share, or null where the share is a point of low order.</summary>
    internal byte[]? WrapKey(ReadOnlySpan<byte> share)
    {
        using var secret = X25519.Agree(key ?? throw new InvalidOperationException("not an X25519 identity"), share);
        return secret is null ? null : X25519.WrapKey(secret, share, Recipient.PublicKey);
    }

    /// <summary>The shared secret that an X-Wing ciphertext carries, or null where its share is a point of low order.</summary>
    internal byte[]? Decapsulate(ReadOnlySpan<byte> ciphertext) => XWing.Decapsulate(seed, ciphertext);

    /// <inheritdoc/>
    public void Dispose()
    {
        key?.Dispose();
        CryptographicOperations.ZeroMemory(seed);
    }
}
