namespace Counterseal.Watch;

/// <summary>Who gives the notices, as the reader knows it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Site">What the reader types into a browser, e.g. <c>mail.example</c>; never a link.</param>
/// <param name="Helpline">Whom to talk to: a name with a telephone number or an address.</param>
/// <param name="From">The address that notices come from; its domain signs them.</param>
public sealed record Provider(string Name, string Site, string Helpline, string From)
{
    /// <summary>The domain that signs.</summary>
    public string Domain => From[(From.LastIndexOf('@') + 1)..];
}
