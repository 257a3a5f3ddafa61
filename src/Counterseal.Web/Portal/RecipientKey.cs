using System.Text;
using Counterseal.Custody;

namespace Counterseal.Web;

/// <summary>The public half of a key that packages could be encrypted to, parsed and checked as the gate does it.</summary>
/// <param name="Format">How packages would be encrypted: <c>age-x25519</c>, <c>age-hybrid</c>, <c>openpgp-gpg</c> or <c>openpgp-9580</c>.</param>
/// <param name="Key">As a directory entry has it.</param>
/// <param name="Fingerprint">As two people read it to each other: of an age key the SHA-256 of its text, of a certificate its own.</param>
public sealed record RecipientKey(string Format, string Key, string Fingerprint)
{
    /// <summary>The longest text that is looked at.</summary>
    public const int Longest = 3 * OpenPgpCertificate.Limit;

    /// <summary>Reads an age recipient, or an OpenPGP certificate in ASCII armor or base64.</summary>
    /// <param name="text">What the officer gave.</param>
    /// <param name="now">The time for which it must be good.</param>
    /// <exception cref="FormatException">Says what is wrong; a <see cref="KeyRefusedException"/> where the portal itself says it. A secret key is named as one, and nothing of it is repeated.</exception>
    public static RecipientKey Read(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        var said = text.Trim();
        if (said.Length is 0 or > Longest)
            throw new KeyRefusedException("portal.key.give");
        if (said.Contains("AGE-SECRET-KEY-", StringComparison.OrdinalIgnoreCase) || said.Contains("PRIVATE KEY", StringComparison.OrdinalIgnoreCase))
            throw new KeyRefusedException("portal.key.secret");
        try
        {
            return said.StartsWith("age1", StringComparison.Ordinal) ? Age(said) : OpenPgp(said, now);
        }
        catch (AgeException no)
        {
            throw new FormatException(no.Message, no);
        }
    }

    private static RecipientKey Age(string text)
    {
        var recipient = AgeRecipient.Parse(text);
        var format = recipient.Kind == AgeKind.Hybrid ? "age-hybrid" : "age-x25519";
        _ = PackageRecipients.Parse(format, [text], DateTimeOffset.MinValue);
        return new(format, text, Grouped(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(text)))));
    }

    private static RecipientKey OpenPgp(string text, DateTimeOffset now)
    {
        var bytes = new byte[text.Length];
        var certificate = text.StartsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----", StringComparison.Ordinal) ? OpenPgpCertificate.Parse(Encoding.ASCII.GetBytes(text), now)
            : Convert.TryFromBase64String(text, bytes, out var length) ? OpenPgpCertificate.Parse(bytes.AsSpan(0, length), now)
            : throw new KeyRefusedException("portal.key.neither");
        var (format, key) = (certificate.Version == 6 ? "openpgp-9580" : "openpgp-gpg", Convert.ToBase64String(certificate.Bytes));
        _ = PackageRecipients.Parse(format, [key], now);
        return new(format, key, Grouped(certificate.Fingerprint));
    }

    private static string Grouped(string hex) => string.Join(' ', hex.Chunk(4).Select(group => new string(group)));
}

/// <summary>A key is not taken, and the portal has a sentence of its own for it.</summary>
/// <param name="sentence">The sentence's name.</param>
internal sealed class KeyRefusedException(string sentence) : FormatException(ReaderLanguages.Ours.First.Say(sentence))
{
    /// <summary>The sentence's name.</summary>
    public string Sentence => sentence;
}
