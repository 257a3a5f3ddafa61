using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Counterseal.Ledger;

/// <summary>A private key with its note name: Ed25519 or P-256 in a file (mode 0600), made and read back only here; or one that is elsewhere and signs there.</summary>
public sealed class NoteSigner : IDisposable
{
    private const string Prefix = "PRIVATE+KEY+";
    private readonly Func<byte[], byte[]> sign;
    private readonly Func<byte[]>? export;
    private readonly IDisposable key;

    private NoteSigner(NoteVerifier verifier, Func<byte[], byte[]> sign, IDisposable key, Func<byte[]>? export) =>
        (Verifier, this.sign, this.key, this.export) = (verifier, sign, key, export);

    /// <summary>The key's name.</summary>
    public string Name => Verifier.Name;

    /// <summary>The public half.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>Makes a new Ed25519 key.</summary>
    /// <exception cref="FormatException">Not a key name.</exception>
    public static NoteSigner Generate(string name) => Generate(name, NoteKeyType.Ed25519);

    /// <summary>Makes a new key.</summary>
    /// <exception cref="FormatException">Not a key name.</exception>
    public static NoteSigner Generate(string name, NoteKeyType type) => type == NoteKeyType.Ed25519
        ? Of(name, Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving }))
        : Of(name, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A key that is elsewhere, e.g. in a token: this process never sees it.</summary>
    /// <param name="verifier">Its public half.</param>
    /// <param name="sign">Signs bytes there and gives the signature as signed-note has it for the key's type.</param>
    /// <param name="key">Let go with the signer.</param>
    public static NoteSigner Elsewhere(NoteVerifier verifier, Func<byte[], byte[]> sign, IDisposable key) => new(verifier, sign, key, null);

    /// <summary>Reads <c>PRIVATE+KEY+name+hash+base64</c> (the form that Go's sumdb/note writes; for P-256, 0x02 and PKCS#8).</summary>
    /// <exception cref="FormatException">Not such a key. The message never carries the key.</exception>
    public static NoteSigner Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        if (parts.Length != 3 || !NoteSignature.IsName(parts[0]))
            throw new FormatException("not a private note key (PRIVATE+KEY+name+hash+key)");
        var secret = Base64.Read(parts[2]);
        try
        {
            var signer = secret switch
            {
                { Length: 33 } when secret[0] == (byte)NoteKeyType.Ed25519 => Of(parts[0], Key.Import(SignatureAlgorithm.Ed25519, secret.AsSpan(1), KeyBlobFormat.RawPrivateKey)),
                { Length: > 33 and < 400 } when secret[0] == (byte)NoteKeyType.P256 && ImportP256(secret.AsSpan(1)) is { } p256 => Of(parts[0], p256, exportable: false),
                _ => throw new FormatException($"the private key of {parts[0]} is neither an Ed25519 key (base64 of 0x01 and 32 bytes) nor a P-256 key (base64 of 0x02 and its PKCS#8)"),
            };
            if (parts[1] == NoteVerifier.Hash(signer.Verifier.KeyId))
                return signer;
            signer.Dispose();
            throw new FormatException($"the private key of {parts[0]} does not fit its hash: a letter was changed");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Makes a key and keeps it in a new file that only its owner can read.</summary>
    /// <param name="path">Must not be there yet.</param>
    /// <param name="name">The key's name.</param>
    /// <param name="type">What kind of key.</param>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static NoteSigner Create(string path, string name, NoteKeyType type = NoteKeyType.Ed25519)
    {
        if (File.Exists(path))
            throw new IOException($"{path} is there already; a key is never overwritten");
        using var signer = Generate(name, type);
        Durable.Replace(path, Encoding.UTF8.GetBytes(signer.Export() + "\n"), "key.create", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Open(path);
    }

    /// <summary>Reads the key that <see cref="Create"/> has kept.</summary>
    /// <exception cref="FormatException">Not a key file, or others than its owner can read it.</exception>
    public static NoteSigner Open(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new FormatException($"{path}: others can read or write this key file; chmod 600 it, and if others could have read it, make a new key");
        try
        {
            return Parse(File.ReadAllText(path).TrimEnd('\n'));
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The private key as text; only for writing the key file. A key that was read back, or is elsewhere, cannot be exported.</summary>
    /// <exception cref="InvalidOperationException">The key was read, not made.</exception>
    public string Export()
    {
        var secret = (export ?? throw new InvalidOperationException("this key cannot be exported"))();
        byte[] typed = [(byte)Verifier.Type, .. secret];
        var text = $"{Prefix}{Name}+{NoteVerifier.Hash(Verifier.KeyId)}+{Convert.ToBase64String(typed)}";
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(typed);
        return text;
    }

    /// <summary>The same key under another name, for a second log of the same process. It is let go with this one.</summary>
    public NoteSigner As(string name) => new(Verifier.As(name), sign, new Nothing(), null);

    /// <summary>A signature line for a text.</summary>
    /// <exception cref="IOException">The key is elsewhere, and cannot be reached or signs wrongly.</exception>
    public NoteSignature Sign(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var signature = sign(bytes);
        // What a token, or failing memory, gives back goes out under our name.
        return Verifier.Verify(bytes, signature) ? new NoteSignature(Name, Verifier.KeyId, signature) : throw new IOException($"the signature that was made for {Name} does not verify with its public key");
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static NoteSigner Of(string name, Key key) => Keep(key, () => new NoteSigner(
        NoteVerifier.Of(name, key.PublicKey.Export(KeyBlobFormat.RawPublicKey)), bytes => SignatureAlgorithm.Ed25519.Sign(key, bytes), key, () => key.Export(KeyBlobFormat.RawPrivateKey)));

    private static NoteSigner Of(string name, ECDsa key, bool exportable = true) => Keep(key, () => new NoteSigner(
        NoteVerifier.OfP256(name, key.ExportSubjectPublicKeyInfo()), bytes => key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), key, exportable ? key.ExportPkcs8PrivateKey : null));

    private static ECDsa? ImportP256(ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out var read);
            if (read == pkcs8.Length)
                return key;
        }
        catch (CryptographicException)
        {
            // The message of what is thrown instead names what was expected, and never the key.
        }
        key.Dispose();
        return null;
    }

    private static NoteSigner Keep(IDisposable key, Func<NoteSigner> make)
    {
        try
        {
            return make();
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
