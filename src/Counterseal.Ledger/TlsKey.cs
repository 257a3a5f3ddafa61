using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Counterseal.Ledger;

/// <summary>
/// The key of a part, or of a person, for mutual TLS: one file (mode 0600) with a certificate and its P-256 private key in PEM. No authority stands behind the
/// certificate: each side knows the other's <see cref="Pin"/>, got another way.
/// </summary>
public sealed class TlsKey : IDisposable
{
    /// <summary>The name of a part's file in its folder.</summary>
    public const string FileName = "tls.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private TlsKey(X509Certificate2 certificate) => Certificate = certificate;

    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What the other side is told: the digest of the public key.</summary>
    public string Pin => PinOf(Certificate);

    /// <summary>Lower-case hex SHA-256 of a certificate's SubjectPublicKeyInfo (DER): the same after a renewal, another for another key.</summary>
    public static string PinOf(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>Whether a text is a pin: 64 lower-case hex digits.</summary>
    public static bool IsPin(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Makes a key and a certificate for it.</summary>
    /// <param name="path">Must not be there yet.</param>
    /// <param name="name">The subject's common name; for people who look, since only the pin counts.</param>
    /// <param name="from">From when it is good; an hour is given for clocks that are behind.</param>
    /// <param name="days">For how long.</param>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    /// <exception cref="FormatException">The name cannot be a common name here.</exception>
    public static TlsKey Create(string path, string name, DateTimeOffset from, int days)
    {
        if (File.Exists(path))
            throw new IOException($"{path} is there already; a key is never overwritten");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Write(path, key, name, from, days);
        return Open(path);
    }

    /// <summary>A new certificate over the same key: the pin stays, so nobody else has to do anything.</summary>
    /// <exception cref="FormatException">The file is no such key.</exception>
    public static TlsKey Renew(string path, DateTimeOffset from, int days)
    {
        using var old = Open(path);
        using var key = old.Certificate.GetECDsaPrivateKey() ?? throw new FormatException($"{path}: only P-256 keys are renewed");
        Write(path, key, old.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), from, days);
        return Open(path);
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="FormatException">Not such a file, or others than its owner can read it.</exception>
    /// <exception cref="IOException">It is not there.</exception>
    public static TlsKey Open(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new FormatException($"{path}: others can read or write this key file; chmod 600 it, and if others could have read it, make a new key");
        try
        {
            return new TlsKey(X509Certificate2.CreateFromPemFile(path));
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"{path} holds no certificate with its private key in PEM: {e.Message}", e);
        }
    }

    /// <summary>Whether a certificate is good at a time.</summary>
    internal static bool IsGoodAt(X509Certificate2 certificate, DateTimeOffset now) => now >= certificate.NotBefore.ToUniversalTime() && now < certificate.NotAfter.ToUniversalTime();

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static void Write(string path, ECDsa key, string name, DateTimeOffset from, int days)
    {
        if (!NoteSignature.IsName(name) || name.Length > 64)
            throw new FormatException("a name for a certificate has 1 to 64 characters, no space and no '+'");
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.CreateSelfSigned(from.AddHours(-1), from.AddDays(days));
        Durable.Replace(path, Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"), "key.tls", OwnerOnly);
    }
}
