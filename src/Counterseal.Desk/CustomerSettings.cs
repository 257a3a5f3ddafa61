namespace Counterseal.Desk;

/// <summary>The customers' pages, as <c>desk.json</c> has them.</summary>
public sealed record CustomerSettings
{
    /// <summary>The name by which the company's product signs its tokens (<c>iss</c>).</summary>
    public required string Issuer { get; init; }
    /// <summary>The product's public key: P-256, PEM. Its private half is the product's and nowhere here.</summary>
    public required string Key { get; init; }
    /// <summary>The customers' pages' address as browsers know it, e.g. <c>https://notices.example</c>; the tokens name it (<c>aud</c>). <c>null</c>: this machine only.</summary>
    public string? Origin { get; init; }
    /// <summary>Whom a customer talks to, in words that every reader understands: an address, a number.</summary>
    public string? Contact { get; init; }

    /// <summary>What is wrong, one sentence each.</summary>
    internal IEnumerable<string> Check()
    {
        if (string.IsNullOrWhiteSpace(Issuer))
            yield return "customers.issuer: the name by which the product signs its tokens";
        if (!Key.Contains("BEGIN PUBLIC KEY", StringComparison.Ordinal))
            yield return "customers.key: the product's public key in PEM (P-256), and never its private key";
        if (Origin is not null && !(Uri.TryCreate(Origin, UriKind.Absolute, out var pages) && pages.Scheme == Uri.UriSchemeHttps && pages.GetLeftPart(UriPartial.Authority) == Origin))
            yield return "customers.origin: an https address without a path, e.g. https://notices.example";
    }
}
