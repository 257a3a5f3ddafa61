namespace Counterseal.Desk;

/// <summary>The company's own sign-in, as <c>desk.json</c> has it.</summary>
public sealed record CompanySettings
{
    /// <summary>What people call it.</summary>
    public required string Name { get; init; }
    /// <summary>The provider's address; HTTPS, but on this machine.</summary>
    public required string Authority { get; init; }
    /// <summary>This desk's name there.</summary>
    public required string ClientId { get; init; }
    /// <summary>This desk's secret there.</summary>
    public required string ClientSecret { get; init; }
    /// <summary>The claim whose values <see cref="Grants"/> names; <c>null</c>: claims give nothing.</summary>
    public string? GrantClaim { get; init; }
    /// <summary>Values of that claim, and the role that each adds for one session; never administrator.</summary>
    public IReadOnlyDictionary<string, Role>? Grants { get; init; }

    /// <summary>What is wrong, one sentence each.</summary>
    internal IEnumerable<string> Check()
    {
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            yield return "company.authority: an https address";
        if (string.IsNullOrWhiteSpace(ClientId) || string.IsNullOrWhiteSpace(ClientSecret) || string.IsNullOrWhiteSpace(Name))
            yield return "company: name, clientId and clientSecret are said";
        if (Grants is not null && (GrantClaim is null || Grants.Values.Contains(Role.Administrator)))
            yield return "company.grants: needs grantClaim, and never gives administrator";
    }

    /// <summary>Nothing secret is printed.</summary>
    public override string ToString() => $"{Name} at {Authority}";
}
