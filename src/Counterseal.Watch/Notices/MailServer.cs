using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Counterseal.Watch;

/// <summary>The provider's own mail server, to which notices are handed.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Tls">Whether the server must speak TLS; without, only on this machine, and without a login.</param>
/// <param name="User">Its account for us, or <c>null</c>.</param>
/// <param name="Password">With its password.</param>
public sealed record MailServer(string Host, int Port, bool Tls, string? User = null, string? Password = null)
{
    /// <summary>Whether TLS begins with the first byte (RFC 8314, usually port 465) and not by STARTTLS (RFC 3207).</summary>
    public bool FromTheFirstByte { get; init; }

    /// <summary>The provider's own authorities, for a server whose certificate no public one signed; <c>null</c> for those that the machine trusts.</summary>
    public IReadOnlyList<X509Certificate2>? Authorities { get; init; }

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"{Host}:{Port}{(Tls ? " with TLS" : "")}";

    /// <summary>Whether a server's certificate is for its name and signed by one of <see cref="Authorities"/>.</summary>
    internal bool Trusts(X509Certificate? shown, X509Chain? sent, SslPolicyErrors faults)
    {
        // The name must fit whoever signed; only the question who may sign is the provider's to answer.
        if (Authorities is not { } own || shown is null || (faults & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return faults == SslPolicyErrors.None;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(own.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainElements.Select(element => element.Certificate).ToArray());
        using var certificate = X509CertificateLoader.LoadCertificate(shown.GetRawCertData());
        return chain.Build(certificate);
    }
}
