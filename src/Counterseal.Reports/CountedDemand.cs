using Counterseal.Law;

namespace Counterseal.Reports;

/// <summary>How a demand was answered, as the report counts it: each answered demand has exactly one.</summary>
public enum Outcome
{
    /// <summary>All that was demanded, and content was in it.</summary>
    ContentDisclosed,
    /// <summary>All that was demanded, and no content was in it.</summary>
    NonContentDisclosed,
    /// <summary>Less than was demanded.</summary>
    Partly,
    /// <summary>There was nothing to hand over.</summary>
    NoData,
    /// <summary>The authority was sent to the customer.</summary>
    Redirected,
    /// <summary>Refused.</summary>
    Rejected,
    /// <summary>Taken to the court or the issuing authority.</summary>
    Challenged,
    /// <summary>The authority took it back before anything was handed over.</summary>
    Withdrawn,
}

/// <summary>Whether a gag came with a demand, and how long it was to last from receipt.</summary>
public enum Secrecy
{
    /// <summary>None.</summary>
    None,
    /// <summary>At most 90 days.</summary>
    UpTo90Days,
    /// <summary>More than 90 days, at most 366.</summary>
    UpToAYear,
    /// <summary>More than 366 days.</summary>
    Longer,
    /// <summary>It named no end.</summary>
    WithoutEnd,
}

/// <summary>Whether the customer was told by the end of the half-year in which the demand was answered.</summary>
public enum Telling
{
    /// <summary>By us.</summary>
    Told,
    /// <summary>A secrecy order forbade it, or who tells is not settled.</summary>
    Forbidden,
    /// <summary>The law names the authority as the one who tells.</summary>
    ByAuthority,
    /// <summary>Not yet, and nothing forbade it; or nothing was handed over, so that there was nothing to tell.</summary>
    NotTold,
}

/// <summary>One demand as the report counts it, folded from its events and from nothing else.</summary>
public sealed record CountedDemand
{
    /// <summary>The demand's id. Never published.</summary>
    public required string Id { get; init; }
    /// <summary>When it came, UTC.</summary>
    public required DateTimeOffset Received { get; init; }
    /// <summary>The issuing authority's country as the demand gives it, two letters; <c>??</c> where it gives none of that form.</summary>
    public required string Country { get; init; }
    /// <summary>The issuing authority's name with single spaces; lower case, so that one authority is one.</summary>
    public required string Authority { get; init; }
    /// <summary>The kind of legal process; <c>unknown</c> where neither demand nor person says.</summary>
    public string Instrument { get; init; } = "unknown";
    /// <summary>Whether it says, or a person has established, that it is an emergency.</summary>
    public bool Emergency { get; init; }
    /// <summary>The most intrusive category that was asked for; <c>null</c> where the demand names none.</summary>
    public DataCategory? Asked { get; init; }
    /// <summary>How many different selectors it names.</summary>
    public int Selectors { get; init; }
    /// <summary>Digests of its selectors, so that one customer's demands can be told from another's. Never published.</summary>
    public IReadOnlyList<string> Customers { get; init; } = [];
    /// <summary>Demands for assistance other than data, all of which are refused.</summary>
    public int Assistance { get; init; }
    /// <summary>The gag that came with it.</summary>
    public Secrecy Secrecy { get; init; }
    /// <summary>When gags on it ended without having been renewed or lifted before, UTC.</summary>
    public IReadOnlyList<DateTimeOffset> Lapses { get; init; } = [];
    /// <summary>When the customer was told, UTC.</summary>
    public DateTimeOffset? ToldAt { get; init; }
    /// <summary>When it was first answered, UTC; <c>null</c> while it is open.</summary>
    public DateTimeOffset? Answered { get; init; }
    /// <summary>How it stood answered at the end of the half-year of <see cref="Answered"/>; says nothing while it is open.</summary>
    public Outcome Outcome { get; init; }
    /// <summary>Accounts that the gate found, by the last count or package before the end of that half-year.</summary>
    public int Accounts { get; init; }
    /// <summary>Whether the customer was told by then.</summary>
    public Telling Telling { get; init; }
    /// <summary>The rules that failed in the last assessment before the answer, ascending.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];
    /// <summary>Facts that a person has established as true.</summary>
    public IReadOnlyList<string> Yes { get; init; } = [];
    /// <summary>The outcome of today, where it is another than that of the half-year: an erratum is due.</summary>
    public Outcome? Since { get; init; }

    /// <summary>Its parties by the numbers of one report (<see cref="Tally.Numbered"/>).</summary>
    internal IReadOnlyList<int> Parties { get; init; } = [];

    /// <summary>Whether it is counted by its leaves in the tally (<see cref="TalliedDemands"/>).</summary>
    public bool Tallied { get; init; }
    /// <summary>The half-year of its <i>received</i> leaf; <c>null</c> where it is counted without a tally.</summary>
    public HalfYear? ReceivedIn { get; init; }
    /// <summary>The half-year of its <i>closed</i> leaf; <c>null</c> while it has none.</summary>
    public HalfYear? ClosedIn { get; init; }

    /// <summary>The half-year in which it came.</summary>
    public HalfYear Came => ReceivedIn ?? HalfYear.Of(Received);

    /// <summary>The half-year in which it is counted; <c>null</c> while it is open.</summary>
    public HalfYear? Period => Tallied ? ClosedIn : Answered is { } at ? HalfYear.Of(at) : null;
}
