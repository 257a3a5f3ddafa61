namespace Counterseal.Watch;

/// <summary>The kinds of ways to a reader.</summary>
public enum ChannelKind
{
    /// <summary>A mail.</summary>
    Mail,

    /// <summary>A signed request to a system of the reader's.</summary>
    Webhook,
}

/// <summary>A way to a reader.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="To">A mail address, or an https address.</param>
/// <param name="Language">The language of whoever reads there, where it is not the notice's.</param>
/// <param name="Instead">Whether somebody else reads there, who is asked to tell the reader.</param>
public sealed record Channel(ChannelKind Kind, string To, string? Language = null, bool Instead = false);

/// <summary>Somebody who is told.</summary>
/// <param name="Language">BCP 47; English where we have no words in it.</param>
/// <param name="Channels">The ways, first the best.</param>
public sealed record Contact(string Language, IReadOnlyList<Channel> Channels);

/// <summary>What is known of a customer for telling it.</summary>
/// <param name="Id">As in its events.</param>
/// <param name="Name">As it reads it.</param>
/// <param name="Country">Two letters.</param>
/// <param name="Sector">For the figures, e.g. <c>press</c>.</param>
/// <param name="Security">The organisation's security contact; <c>null</c> for a single person.</param>
/// <param name="Holder">The person who holds an account; <c>null</c> where only the organisation can reach it.</param>
public sealed record Customer(string Id, string Name, string Country, string Sector, Contact? Security, Func<string, Contact?> Holder)
{
    /// <summary>
    /// Who is told of a finding, each with the ways in order. The holder of each account, and the organisation. A mailbox that may be in the attacker's hands comes after every other way of its
    /// holder; the organisation is the last rung of the holder's chain.
    /// </summary>
    internal IEnumerable<(string? Account, string Language, IReadOnlyList<Channel> Chain)> Readers(Finding finding)
    {
        foreach (var account in finding.Accounts)
        {
            var holder = Holder(account.Account);
            if (holder is null && Security is not null)
                continue;
            var own = (holder?.Channels ?? []).OrderBy(way => account.Verdict == Verdict.Compromised && way.To.Equals(account.Account, StringComparison.OrdinalIgnoreCase));
            yield return (account.Account, holder?.Language ?? "en", [.. own.Concat((Security?.Channels ?? []).Select(way => way with { Language = Security!.Language, Instead = true })).DistinctBy(way => way.To)]);
        }
        if (Security is not null)
            yield return (null, Security.Language, Security.Channels);
    }
}
