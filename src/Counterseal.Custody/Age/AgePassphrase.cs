using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody;

/// <summary>A passphrase for age's scrypt stanza (C2SP age, "The scrypt recipient type"). Read only: packages are never encrypted to a passphrase.</summary>
public sealed class AgePassphrase : IDisposable
{
    /// <summary>The largest work factor taken, as a base-two logarithm: 18, age's own default, costs 256 MiB; one more would double it.</summary>
    public const int MaxWorkFactor = 18;
    private static readonly byte[] Label = "age-encryption.org/v1/scrypt"u8.ToArray();
    private readonly byte[] passphrase;

    /// <summary>A passphrase, as UTF-8.</summary>
    public AgePassphrase(string passphrase) => this.passphrase = Encoding.UTF8.GetBytes(passphrase);

    /// <summary>The wrap key, 32 bytes: scrypt(passphrase, label ‖ salt, N = 2^<paramref name="workFactor"/>, r = 8, p = 1).</summary>
    internal byte[] WrapKey(ReadOnlySpan<byte> salt, int workFactor)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workFactor, MaxWorkFactor);
        byte[] salted = [.. Label, .. salt];
        var key = new byte[32];
        // NSec's own scrypt takes salts of one length only, age's is 44 bytes.
        if (Scrypt(passphrase, (nuint)passphrase.Length, salted, (nuint)salted.Length, 1UL << workFactor, 8, 1, key, (nuint)key.Length) != 0)
            throw new InsufficientMemoryException($"scrypt with work factor {workFactor} needs more memory than there is");
        return key;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(passphrase);

    [DllImport("libsodium", EntryPoint = "crypto_pwhash_scryptsalsa208sha256_ll", CallingConvention = CallingConvention.Cdecl)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int Scrypt(byte[] passwd, nuint passwdlen, byte[] salt, nuint saltlen, ulong n, uint r, uint p, byte[] buf, nuint buflen);
}
