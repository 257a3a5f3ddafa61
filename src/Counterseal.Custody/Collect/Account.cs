using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>One line of the accounts file (<c>docs/sources.md</c>).</summary>
internal sealed record Account
{
    /// <summary>The provider's own name of the account.</summary>
    public required string Name { get; init; }
    /// <summary>Mail addresses, aliases included, as written.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
    /// <summary>E.164 digits without plus.</summary>
    public IReadOnlyList<string> Telephones { get; init; } = [];
    /// <summary>The customer's name.</summary>
    public string? Customer { get; init; }
    /// <summary>The postal address.</summary>
    public string? Postal { get; init; }
    /// <summary>When the account was made.</summary>
    public DateTimeOffset? Created { get; init; }
    /// <summary>Services, e.g. <c>mail</c>.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];
    /// <summary>Path of the mailbox below the mail folder.</summary>
    public string? Mailbox { get; init; }
    /// <summary>What separates an mbox's messages.</summary>
    public MboxFraming Framing { get; init; }
    /// <summary>When the account was used, and from where.</summary>
    public IReadOnlyList<Session> Sessions { get; init; } = [];
}

/// <summary>One session of an account.</summary>
/// <param name="Ip">The address as .NET writes it; IPv4 in IPv6 as IPv4.</param>
/// <param name="Port">The source port; <c>null</c> where the whole address was the session's.</param>
/// <param name="From">Its first instant.</param>
/// <param name="To">The first instant behind it; <c>null</c> while it lasts.</param>
public sealed record Session(string Ip, int? Port, DateTimeOffset From, DateTimeOffset? To)
{
    /// <summary>Whether this is the session that used the selector's address and port at its instant.</summary>
    internal bool Covers(Selector selector) =>
        selector is { Port: { } port, At: { } at } && Ip == AccountLine.NormalIp(selector.Value) && (Port ?? port) == port && From <= at && (To is null || at < To);
}
