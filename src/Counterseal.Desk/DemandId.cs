using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Desk;

/// <summary>Names of demands and tokens of receipts: the one place where the desk takes randomness for them.</summary>
public static class DemandId
{
    /// <summary>Length of a demand's id.</summary>
    public const int Length = 26;

    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A new id: 26 characters of Crockford base32, 130 random bits.</summary>
    public static string New() => RandomNumberGenerator.GetString(Crockford, Length);

    /// <summary>Whether a text has the form of an id.</summary>
    public static bool IsOne(string? text) => text is { Length: Length } && text.All(c => Crockford.Contains(c, StringComparison.Ordinal));

    /// <summary>A new receipt token: 32 characters of Crockford base32, 160 random bits. It opens the authority's status page, so only its digest is kept.</summary>
    internal static string NewToken() => RandomNumberGenerator.GetString(Crockford, 32);

    /// <summary>SHA-256 of a token, lower-case hex; what is stored and looked up, so that comparing takes no secret.</summary>
    internal static string TokenDigest(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("counterseal/receipt/v1\n" + token)));
}
