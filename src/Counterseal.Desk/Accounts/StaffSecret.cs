using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Desk;

/// <summary>One-time codes, tokens and session names: the one place where accounts take randomness. Only digests are kept, so comparing takes no secret.</summary>
public static class StaffSecret
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A one-time code to be read out or typed: 24 characters of Crockford base32 in groups, 120 random bits.</summary>
    public static string NewCode() => string.Join('-', RandomNumberGenerator.GetString(Crockford, 24).Chunk(4).Select(group => new string(group)));

    /// <summary>A token for a program: 256 random bits, in a form that scanners for leaked secrets can look for.</summary>
    public static string NewToken() => "counterseal_" + RandomNumberGenerator.GetString(Crockford, 52);

    /// <summary>A session's name, for its cookie: 256 random bits.</summary>
    public static string NewSession() => RandomNumberGenerator.GetString(Crockford, 52);

    /// <summary>A new account's id.</summary>
    public static string NewAccount() => RandomNumberGenerator.GetString(Crockford, 20);

    /// <summary>SHA-256 of a code or token, lower-case hex; case, spaces and hyphens of a code do not count, and O, I and L are read as 0 and 1.</summary>
    public static string Digest(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var plain = new StringBuilder(secret.Length);
        foreach (var c in secret.Trim().ToUpperInvariant().Where(c => c is not (' ' or '-')))
            plain.Append(c switch { 'O' => '0', 'I' or 'L' => '1', _ => c });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("counterseal/staff/v1\n" + plain)));
    }
}
