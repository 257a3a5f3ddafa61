using System.Globalization;
using System.Text.RegularExpressions;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A field of a security.txt.</summary>
/// <param name="Name">E.g. <c>Contact</c>.</param>
/// <param name="Value">Its value.</param>
public sealed record SecurityTxtField(string Name, string Value);

/// <summary><c>/.well-known/security.txt</c> (RFC 9116): where and how a vulnerability is reported.</summary>
/// <param name="Fields">In order.</param>
public sealed partial record SecurityTxt(IReadOnlyList<SecurityTxtField> Fields)
{
    /// <summary>How long one is good from the day on which it is served: the RFC asks for less than a year (2.5.5). It is made for each day anew, so it is never served expired.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>The register's own.</summary>
    /// <param name="publisher">Who.</param>
    /// <param name="signed">Whether there is an OpenPGP key, which is then named too.</param>
    /// <param name="now">The clock.</param>
    public static SecurityTxt Of(CsafPublisher publisher, bool signed, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(publisher);
        var here = publisher.Origin;
        var expires = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + Lifetime;
        var fields = new List<SecurityTxtField>
        {
            new("Contact", here + "/security/report"),
            new("Contact", "mailto:" + publisher.Contact),
            new("Expires", expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("Encryption", here + "/security/intake-key"),
        };
        if (signed)
            fields.Add(new("Encryption", here + "/.well-known/csaf/openpgp.asc"));
        fields.Add(new("Preferred-Languages", string.Join(", ", publisher.Languages)));
        fields.Add(new("Canonical", here + "/.well-known/security.txt"));
        fields.Add(new("Policy", here + "/security/policy"));
        fields.Add(new("CSAF", here + "/.well-known/csaf/provider-metadata.json"));
        return new(fields);
    }

    /// <summary>When it expires.</summary>
    public DateTimeOffset Expires => DateTimeOffset.Parse(Fields.Single(f => f.Name.Equals("Expires", StringComparison.OrdinalIgnoreCase)).Value, CultureInfo.InvariantCulture);

    /// <summary>The file's text, unsigned.</summary>
    public string Text() => string.Concat(Fields.Select(f => $"{f.Name}: {f.Value}\n"));

    /// <summary>Reads a security.txt by the grammar of RFC 9116, 4, and holds it against its rules. A cleartext signature around it is taken off and not verified.</summary>
    /// <param name="text">The file.</param>
    /// <param name="now">It must not have expired by then.</param>
    /// <exception cref="FormatException">Names the line and the rule.</exception>
    public static SecurityTxt Parse(string text, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 64 << 10)
            throw new FormatException("a security.txt of over 64 KiB is not read");
        if (!text.EndsWith('\n'))
            throw new FormatException("the last line does not end (RFC 9116, 4: eol is not optional)");
        var lines = text[..^1].Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line).ToList();
        var first = 1;
        if (lines[0] == "-----BEGIN PGP SIGNED MESSAGE-----")
        {
            var (blank, signature) = (lines.IndexOf(""), lines.IndexOf("-----BEGIN PGP SIGNATURE-----"));
            if (blank < 1 || signature < blank || lines[^1] != "-----END PGP SIGNATURE-----" || lines.Skip(1).Take(blank - 1).Any(h => !h.StartsWith("Hash: ", StringComparison.Ordinal)))
                throw new FormatException("the cleartext signature is not whole (RFC 9116, 4; RFC 9580, 7)");
            first = blank + 2;
            // Dashes at the beginning of a line are escaped within the framework.
            lines = [.. lines[(blank + 1)..signature].Select(line => line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : line)];
        }
        var fields = new List<SecurityTxtField>();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.Trim(' ', '\t').Length == 0 || line.StartsWith('#'))
                continue;
            if (Field().Match(line) is not { Success: true } field)
                throw new FormatException($"line {first + i}: \"{line}\" is neither a field (name, colon, one space, value), a comment nor empty (RFC 9116, 4)");
            var (name, value) = (field.Groups[1].Value, field.Groups[2].Value);
            var fault = name.ToLowerInvariant() switch
            {
                "acknowledgments" or "canonical" or "contact" or "encryption" or "hiring" or "policy" or "csaf" =>
                    !Uri.TryCreate(value, UriKind.Absolute, out var uri) || !Uri.IsWellFormedUriString(value, UriKind.Absolute) ? "is no URI (RFC 3986)" : uri.Scheme == Uri.UriSchemeHttp ? "must begin with https:// (RFC 9116, 2.5)" : null,
                "expires" => Date().IsMatch(value) && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out _) ? null : "is no date-time (RFC 3339, 5.6)",
                "preferred-languages" => Languages().IsMatch(value) ? null : "is no list of language tags (RFC 5646)",
                _ => null,
            };
            if (fault is not null)
                throw new FormatException($"line {first + i}: {name} {fault}");
            fields.Add(new(name, value));
        }
        int Count(string name) => fields.Count(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (Count("Contact") == 0)
            throw new FormatException("there is no Contact (RFC 9116, 2.5.3)");
        if (Count("Expires") != 1)
            throw new FormatException($"there are {Count("Expires")} Expires; there must be exactly one (RFC 9116, 2.5.5)");
        if (Count("Preferred-Languages") > 1)
            throw new FormatException("there is more than one Preferred-Languages (RFC 9116, 2.5.8)");
        var read = new SecurityTxt(fields);
        if (read.Expires <= now)
            throw new FormatException($"it expired at {read.Expires:u} (RFC 9116, 2.5.5)");
        return read;
    }

    // field-name and unstructured of RFC 5322, 2.2 and 3.2.5, with the one space that RFC 9116's grammar asks for.
    [GeneratedRegex("^([!-9;-~]+): (\\S(?:[^\\x00-\\x08\\x0A-\\x1F\\x7F]*\\S)?)[ \\t]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Field();

    [GeneratedRegex("^\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?([Zz]|[+-]\\d{2}:\\d{2})$", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex("^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*( *, *[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Languages();
}
