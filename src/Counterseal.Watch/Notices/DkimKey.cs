using System.Security.Cryptography;
using MimeKit;
using MimeKit.Cryptography;

namespace Counterseal.Watch;

/// <summary>A domain's key for signing mail (DKIM, RFC 6376; RSA of 2048 bits as RFC 8301 asks, which every receiver verifies).</summary>
public sealed class DkimKey
{
    // All that a reader is shown and all that says how to read the body. The list must fit one line of the signature: MimeKit folds a longer one after it has hashed it unfolded.
    private static readonly HeaderId[] Signed =
        [HeaderId.From, HeaderId.To, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId, HeaderId.ContentType, HeaderId.MimeVersion];

    private readonly byte[] pem;

    /// <summary>A key.</summary>
    /// <param name="domain">The domain that signs.</param>
    /// <param name="selector">Under which name the public key stands: <c>SELECTOR._domainkey.DOMAIN</c>.</param>
    /// <param name="pem">The private key, PKCS #8 in PEM.</param>
    /// <exception cref="ArgumentException">Not an RSA key of at least 2048 bits.</exception>
    public DkimKey(string domain, string selector, string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        using var rsa = RSA.Create();
        rsa.ImportFromPem(pem);
        if (rsa.KeySize < 2048)
            throw new ArgumentException($"the DKIM key has {rsa.KeySize} bits; at least 2048 are asked for", nameof(pem));
        (Domain, Selector, this.pem) = (domain, selector, System.Text.Encoding.ASCII.GetBytes(pem));
        Record = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())}";
    }

    /// <summary>The domain.</summary>
    public string Domain { get; }

    /// <summary>The selector.</summary>
    public string Selector { get; }

    /// <summary>The TXT record to publish.</summary>
    public string Record { get; }

    /// <summary>A new private key in PEM.</summary>
    public static string Create()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    internal void Sign(MimeMessage message)
    {
        using var key = new MemoryStream(pem);
        var signer = new DkimSigner(key, Domain, Selector)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            SignatureAlgorithm = DkimSignatureAlgorithm.RsaSha256,
            AgentOrUserIdentifier = "@" + Domain,
        };
        signer.Sign(message, Signed);
    }
}
