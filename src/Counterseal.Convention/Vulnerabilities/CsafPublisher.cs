using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>Who publishes, as CSAF and security.txt name it.</summary>
/// <param name="Name">The vendor's name.</param>
/// <param name="Namespace">The vendor's own address, which names it among vendors (CSAF 2.0, 3.2.1.8.4), e.g. <c>https://www.mail.example</c>.</param>
/// <param name="Origin">Where these pages are reached from outside, <c>https://</c> without a slash at the end.</param>
/// <param name="Contact">A mail address for reports.</param>
/// <param name="Prefix">What ids begin with, e.g. <c>EXM</c>.</param>
/// <param name="Languages">BCP 47, those in which reports are read, the preferred first.</param>
public sealed partial record CsafPublisher(string Name, string Namespace, string Origin, string Contact, string Prefix, IReadOnlyList<string> Languages)
{
    /// <summary>Checked: what stands in a published document is not found to be wrong after it is published.</summary>
    /// <exception cref="FormatException">Says which part and why.</exception>
    public CsafPublisher Checked()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 200 || Name.Any(char.IsControl))
            throw new FormatException("the publisher's name has 1 to 200 characters, on one line");
        foreach (var (what, address) in ((string, string)[])[("namespace", Namespace), ("origin", Origin)])
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || address.EndsWith('/') || uri.Query.Length > 0 || uri.Fragment.Length > 0 || !Uri.IsWellFormedUriString(address, UriKind.Absolute))
                throw new FormatException($"the publisher's {what} \"{address}\" is no https address without a slash at its end, e.g. https://www.mail.example");
        if (!MimeKit.MailboxAddress.TryParse(Contact, out var mailbox) || mailbox.Address != Contact || !Contact.All(c => c is > ' ' and < '\u007f'))
            throw new FormatException($"the publisher's contact \"{Contact}\" is no mail address");
        if (!Letters().IsMatch(Prefix))
            throw new FormatException($"the prefix of ids \"{Prefix}\" is not 2 to 10 letters");
        if (Languages.Count == 0 || Languages.Any(tag => !Tag().IsMatch(tag)))
            throw new FormatException("the languages are one or more BCP 47 tags, e.g. en, de");
        return this;
    }

    /// <summary>As a document has it.</summary>
    internal JsonObject Json() => new()
    {
        ["category"] = "vendor",
        ["contact_details"] = Contact,
        ["name"] = Name,
        ["namespace"] = Namespace,
    };

    [GeneratedRegex("^[A-Za-z]{2,10}$", RegexOptions.CultureInvariant)]
    private static partial Regex Letters();

    [GeneratedRegex("^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
