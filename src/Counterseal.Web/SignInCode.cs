using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Web;

/// <summary>The trial's sign-in code; kept as a digest and compared in constant time.</summary>
internal sealed class SignInCode
{
    private readonly byte[] digest;

    /// <exception cref="ArgumentException">Shorter than 16 characters.</exception>
    public SignInCode(string code)
    {
        if (code.Length < 16)
            throw new ArgumentException($"the sign-in code has {code.Length} characters; make it of at least 16 random ones", nameof(code));
        digest = SHA256.HashData(Encoding.UTF8.GetBytes(code));
    }

    /// <summary>Whether it is the code; spaces around it do not count.</summary>
    public bool Is(string given) =>
        CryptographicOperations.FixedTimeEquals(digest, SHA256.HashData(Encoding.UTF8.GetBytes(given.Trim())));
}
