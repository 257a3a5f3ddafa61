using System.Security.Cryptography;
using NSec.Cryptography;

namespace Counterseal.Custody;

/// <summary>An X25519 identity, <c>AGE-SECRET-KEY-1…</c> (C2SP age, "The X25519 recipient type"). The public half is an <see cref="AgeRecipient"/>.</summary>
public sealed class AgeIdentity : IDisposable
{
    private const string Prefix = "AGE-SECRET-KEY-";
    private const int MaxKeyFile = 64 * 1024;
    private readonly Key key;

    private AgeIdentity(Key key)
    {
        this.key = key;
        Recipient = AgeRecipient.Of(key.PublicKey);
    }

    /// <summary>The public half.</summary>
    public AgeRecipient Recipient { get; }

    /// <summary>Makes a new one.</summary>
    public static AgeIdentity Generate() =>
        new(Key.Create(KeyAgreementAlgorithm.X25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving }));

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
        return Read(found ?? throw new FormatException("there is no key in it: a line that starts with AGE-SECRET-KEY-1 is missing"), at);
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
            if (read.Prefix != Prefix)
                throw new FormatException($"line {line}: not an X25519 age identity, which starts with AGE-SECRET-KEY-1");
            if (read.Data.Length != 32)
                throw new FormatException($"line {line}: not an age identity: the key is {read.Data.Length} bytes long, not 32");
            return new AgeIdentity(Key.Import(KeyAgreementAlgorithm.X25519, read.Data, KeyBlobFormat.RawPrivateKey,
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

    /// <summary>The shared secret with a stanza's share, or null where it would be all zero.</summary>
    internal SharedSecret? Agree(ReadOnlySpan<byte> share) => X25519.Agree(key, share);

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();
}
