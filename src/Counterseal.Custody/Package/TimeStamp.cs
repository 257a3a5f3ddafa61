using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Counterseal.Custody;

/// <summary>
/// A time stamp by an authority (RFC 3161) over a package's statement: <c>NAME.tsr</c>, the authority's answer as it came. <c>openssl ts -verify</c> reads it too.
/// </summary>
public sealed class TimeStamp
{
    /// <summary>The most bytes that an answer may have.</summary>
    public const int Limit = 64 * 1024;

    private TimeStamp(DateTimeOffset at, byte[] certificate, string signer) => (At, Certificate, Signer) = (at, certificate, signer);

    /// <summary>The time that the authority names, UTC.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The certificate that signed it, DER.</summary>
    public byte[] Certificate { get; }

    /// <summary>The certificate's subject.</summary>
    public string Signer { get; }

    /// <summary>A request over a statement, with a nonce, that asks for the signer's certificate; its bytes are what is sent.</summary>
    internal static Rfc3161TimestampRequest Request(SealStatement statement) => Rfc3161TimestampRequest.CreateFromHash(
        Convert.FromHexString(statement.Digest), HashAlgorithmName.SHA256, requestedPolicyId: null, nonce: RandomNumberGenerator.GetBytes(16), requestSignerCertificates: true);

    /// <summary>Checks an answer to a request: granted, with its nonce, over its statement, signed by a certificate that is pinned.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The authority's answer (TimeStampResp, DER).</param>
    /// <param name="pinned">DER of the certificates that are believed.</param>
    /// <exception cref="FormatException">Names what does not hold.</exception>
    internal static TimeStamp Take(Rfc3161TimestampRequest request, ReadOnlyMemory<byte> answer, IReadOnlyList<byte[]> pinned)
    {
        try
        {
            var token = request.ProcessResponse(answer, out var read);
            if (read != answer.Length)
                throw new FormatException("the authority's answer goes on after its end");
            var stamp = Of(token, request.GetMessageHash().Span);
            return pinned.Any(one => one.AsSpan().SequenceEqual(stamp.Certificate)) ? stamp : throw new FormatException($"the time stamp is signed by {stamp.Signer}, whose certificate is not pinned");
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"the authority's answer is not the time stamp that was asked for: {e.Message}", e);
        }
    }

    /// <summary>Reads an answer that was kept, and checks that it is a time stamp over a statement, signed by the certificate in it.</summary>
    /// <exception cref="FormatException">Names what does not hold.</exception>
    public static TimeStamp Read(ReadOnlyMemory<byte> answer, SealStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        if (answer.Length > Limit)
            throw new FormatException($"{answer.Length} bytes are more than the {Limit} that are taken");
        try
        {
            // TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL } (RFC 3161, 2.4.2)
            var reader = new AsnReader(answer, AsnEncodingRules.DER);
            var response = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            _ = response.ReadEncodedValue();
            if (!response.HasData)
                throw new FormatException("the authority did not give a time stamp");
            var encoded = response.ReadEncodedValue();
            response.ThrowIfNotEmpty();
            return Rfc3161TimestampToken.TryDecode(encoded, out var token, out var read) && read == encoded.Length
                ? Of(token, Convert.FromHexString(statement.Digest))
                : throw new FormatException("there is no time stamp in it");
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new FormatException($"it cannot be read: {e.Message}", e);
        }
    }

    private static TimeStamp Of(Rfc3161TimestampToken token, ReadOnlySpan<byte> digest)
    {
        if (!token.VerifySignatureForHash(digest, HashAlgorithmName.SHA256, out var certificate) || certificate is null)
            throw new FormatException("the time stamp is not over this statement, or its signature is not good");
        using (certificate)
            return new TimeStamp(token.TokenInfo.Timestamp.ToUniversalTime(), certificate.RawData, Visible.Text(certificate.Subject, 200));
    }

    /// <summary>Reads pinned certificates, base64 of DER.</summary>
    /// <exception cref="FormatException">One is no certificate.</exception>
    internal static IReadOnlyList<byte[]> Certificates(IReadOnlyList<string> texts)
    {
        var certificates = new List<byte[]>();
        foreach (var text in texts)
        {
            try
            {
                var bytes = Convert.FromBase64String(text);
                using var certificate = X509CertificateLoader.LoadCertificate(bytes);
                certificates.Add(certificate.RawData);
            }
            catch (CryptographicException e)
            {
                throw new FormatException($"not a certificate: {e.Message}", e);
            }
        }
        return certificates;
    }
}
