namespace Counterseal.Law;

/// <summary>Kleene's three values. What nobody has established is <see cref="Unknown"/>, never <see cref="False"/>.</summary>
public enum Truth
{
    /// <summary>Established not to hold.</summary>
    False,
    /// <summary>Not established.</summary>
    Unknown,
    /// <summary>Established to hold.</summary>
    True,
}
