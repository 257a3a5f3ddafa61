namespace Counterseal.Law;

/// <summary>Countries that rules speak of together, each from and to a day.</summary>
/// <param name="Id">Its name in the books.</param>
/// <param name="Citation">Where the membership is written.</param>
/// <param name="Members">The members.</param>
public sealed record CountryGroup(string Id, string Citation, IReadOnlyList<CountryGroup.Member> Members)
{
    /// <summary>One membership.</summary>
    /// <param name="Country">ISO 3166-1 alpha-2.</param>
    /// <param name="From">The first instant of it.</param>
    /// <param name="To">The first instant after it.</param>
    public sealed record Member(string Country, DateTimeOffset From, DateTimeOffset To);

    private readonly ILookup<string, Member> _of = Members.ToLookup(m => m.Country, StringComparer.Ordinal);

    /// <summary>Whether a country is a member at an instant.</summary>
    public bool Holds(string country, DateTimeOffset at)
    {
        foreach (var member in _of[country])
            if (at >= member.From && at < member.To) return true;
        return false;
    }
}
