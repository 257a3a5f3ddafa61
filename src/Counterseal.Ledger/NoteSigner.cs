using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Counterseal.Ledger;

/// <summary>An Ed25519 private key with its note name. Made, kept in a file (mode 0600) and read back only here.</summary>
public sealed class NoteSigner : IDisposable
{
    private const string Prefix = "PRIVATE+KEY+";
    private readonly Key key;

    private NoteSigner(string name, Key key)
    {
        this.key = key;
        Verifier = NoteVerifier.Of(name, key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>The key's name.</summary>
    public string Name => Verifier.Name;

    /// <summary>The public half.</summary>
    public NoteVerifier Verifier { get; }

    /// <summary>Makes a new key.</summary>
    /// <exception cref="FormatException">Not a key name.</exception>
    public static NoteSigner Generate(string name)
    {
        var key = Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });
        return Keep(name, key);
    }

    /// <summary>Reads <c>PRIVATE+KEY+name+hash+base64</c> (the form that Go's sumdb/note writes).</summary>
    /// <exception cref="FormatException">Not such a key. The message never carries the key.</exception>
    public static NoteSigner Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        if (parts.Length != 3 || !NoteSignature.IsName(parts[0]))
            throw new FormatException("not a private note key (PRIVATE+KEY+name+hash+key)");
        var secret = Base64.Read(parts[2]);
        try
        {
            if (secret is not { Length: 33 } || secret[0] != NoteVerifier.Ed25519Type)
                throw new FormatException($"the private key of {parts[0]} is not an Ed25519 key (base64 of 0x01 and 32 bytes)");
            var signer = Keep(parts[0], Key.Import(SignatureAlgorithm.Ed25519, secret.AsSpan(1), KeyBlobFormat.RawPrivateKey));
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
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static NoteSigner Create(string path, string name)
    {
        if (File.Exists(path))
            throw new IOException($"{path} is there already; a key is never overwritten");
        var signer = Generate(name);
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

    /// <summary>The private key as text; only for writing the key file. A key that was read back cannot be exported again.</summary>
    /// <exception cref="InvalidOperationException">The key was read, not made.</exception>
    public string Export()
    {
        var seed = key.Export(KeyBlobFormat.RawPrivateKey);
        var typed = new byte[33];
        typed[0] = NoteVerifier.Ed25519Type;
        seed.CopyTo(typed, 1);
        var text = $"{Prefix}{Name}+{NoteVerifier.Hash(Verifier.KeyId)}+{Convert.ToBase64String(typed)}";
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(typed);
        return text;
    }

    /// <summary>A signature line for a text.</summary>
    public NoteSignature Sign(string text) =>
        new(Name, Verifier.KeyId, SignatureAlgorithm.Ed25519.Sign(key, Encoding.UTF8.GetBytes(text)));

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private static NoteSigner Keep(string name, Key key)
    {
        try
        {
            return new NoteSigner(name, key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
