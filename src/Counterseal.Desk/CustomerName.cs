using System.Security.Cryptography;
using System.Text;
using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>How a customer's name for an account and a demand's selector are brought to one form: small letters without blanks around; of a telephone number its digits.</summary>
public static class CustomerName
{
    /// <summary>Characters of a name, at most.</summary>
    public const int Longest = 320;

    /// <summary>The one form of a name; <c>null</c> for what is none.</summary>
    public static string? Written(string? name)
    {
        if (name?.Trim() is not { Length: > 0 and <= Longest } text || text.Any(char.IsControl))
            return null;
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        return digits.Length >= 6 && text.All(c => char.IsAsciiDigit(c) || c is '+' or ' ' or '-' or '(' or ')' or '.' or '/') ? (text[0] == '+' ? "+" : "") + digits : text.ToLowerInvariant();
    }

    /// <summary>
    /// The names under which a demand's customers find it: its selectors that name somebody, and for whoever answers for a mail domain the domain, as <c>@example.org</c>. An address of the network names nobody: whose it
    /// was, only the gate resolves.
    /// </summary>
    internal static IEnumerable<string> Of(Demand demand) => demand.Scope.Items.SelectMany(item => Of(item.Selector)).Distinct(StringComparer.Ordinal);

    /// <summary>Likewise of one selector.</summary>
    internal static IEnumerable<string> Of(Selector selector)
    {
        if (selector.Kind == SelectorKind.IpAddress || Written(selector.Value) is not { } name)
            yield break;
        yield return name;
        if (name.LastIndexOf('@') is > 0 and var at && at < name.Length - 1)
            yield return name[at..];
    }

    internal static string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("counterseal/customer/v1\n" + name)));
}
