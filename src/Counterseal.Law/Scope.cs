namespace Counterseal.Law;

/// <summary>Selectors × categories × time range. Immutable; the order of items carries no meaning.</summary>
/// <param name="Items">One item for each selector and time range.</param>
public sealed record Scope(IReadOnlyList<ScopeItem> Items)
{
    /// <summary>The scope in which nothing is.</summary>
    public static Scope Nothing { get; } = new([]);
}

/// <summary>One selector with what is sought of it.</summary>
/// <param name="Selector">The identifier named in the demand.</param>
/// <param name="Categories">What is sought, without repetition, ascending; empty when the demand does not say.</param>
/// <param name="From">First instant in scope, inclusive; <c>null</c> for no lower bound.</param>
/// <param name="To">First instant out of scope, exclusive; <c>null</c> for no upper bound.</param>
public sealed record ScopeItem(Selector Selector, IReadOnlyList<DataCategory> Categories, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>The identifier named in the demand.</summary>
/// <param name="Kind">What it identifies.</param>
/// <param name="Value">In normal form: addresses lower case, telephone numbers as digits (E.164 without plus), IP addresses as .NET writes them.</param>
/// <param name="Port">For an IP address behind address translation: the port, 0–65535.</param>
/// <param name="At">For an IP address: the instant at which it was used.</param>
public sealed record Selector(SelectorKind Kind, string Value, int? Port = null, DateTimeOffset? At = null);

/// <summary>What a selector identifies.</summary>
public enum SelectorKind
{
    /// <summary>Something this version does not know how to look up; it becomes a question.</summary>
    Unknown,
    /// <summary>The provider's own account name.</summary>
    Account,
    /// <summary>A mail address, an alias included.</summary>
    Mailbox,
    /// <summary>A telephone number, E.164 digits.</summary>
    Telephone,
    /// <summary>An IP address, with port and time.</summary>
    IpAddress,
}

/// <summary>subscriber · identification · traffic · content, from least to most intrusive.</summary>
public enum DataCategory
{
    /// <summary>Name, address, contact, length and type of service.</summary>
    Subscriber,
    /// <summary>IP addresses with port and time, asked for only to identify the user.</summary>
    Identification,
    /// <summary>Who communicated with whom, when, how; never the subject or the body.</summary>
    Traffic,
    /// <summary>What was communicated or stored.</summary>
    Content,
}
