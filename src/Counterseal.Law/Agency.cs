namespace Counterseal.Law;

/// <summary>An agency that we know, with the domains it writes from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Domains">Lower case, without a dot at either end.</param>
public sealed record Agency(string Name, string Country, IReadOnlyList<string> Domains);
