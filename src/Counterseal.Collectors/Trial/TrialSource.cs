using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>A source made for a trial, and everything that is in it, so that <see cref="CollectorTrial"/> can hold a collector to it.</summary>
public sealed record TrialSource
{
    /// <summary>Makes a new collector over the source.</summary>
    public required Func<ICollector> Open { get; init; }

    /// <summary>An account with records, by the provider's own name.</summary>
    public required string Account { get; init; }

    /// <summary>Every record that the source has of it, for every category that the collector serves; at least three of one category, with different times.</summary>
    public required IReadOnlyList<TrialRecord> Records { get; init; }

    /// <summary>Texts that stand in other accounts' records and in none of this account's.</summary>
    public IReadOnlyList<string> Foreign { get; init; } = [];

    /// <summary>Texts of subjects and bodies: they may never be in subscriber data, sessions or traffic.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>Selectors and the accounts that they name; for a collector that finds accounts.</summary>
    public IReadOnlyList<TrialSelector> Selectors { get; init; } = [];

    /// <summary>The state of the source (digests of its files, a dump of its tables, the flags of its messages): the same before and after.</summary>
    public required Func<string> State { get; init; }

    /// <summary>Makes the same collector over a source that is not there: it must still show its plan. <c>null</c> leaves this out.</summary>
    public Func<ICollector>? Away { get; init; }

    /// <summary>Whether a reading that was cut off can go on: then records say where, and a later reading is tried behind each of them.</summary>
    public bool Resumes { get; init; }

    /// <summary>A large account, to see that memory does not grow with it. <c>null</c> leaves this out.</summary>
    public TrialBulk? Bulk { get; init; }
}

/// <summary>A record that the source has.</summary>
/// <param name="Category">Its category. A message that serves traffic and content is listed twice.</param>
/// <param name="Time">Its time; <c>null</c> for subscriber data and for one that has none.</param>
/// <param name="Marker">A text that stands in what is written of this record and of no other.</param>
public sealed record TrialRecord(DataCategory Category, DateTimeOffset? Time, string Marker)
{
    /// <summary>For a session: the first instant behind it.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether it cannot be read, or its time cannot: it must be named for every time range.</summary>
    public bool Faulty { get; init; }
}

/// <summary>A selector and the accounts that it names.</summary>
/// <param name="Selector">The selector.</param>
/// <param name="Accounts">Their names.</param>
public sealed record TrialSelector(Selector Selector, IReadOnlyList<string> Accounts);

/// <summary>A large account.</summary>
/// <param name="Open">Makes a new collector over it.</param>
/// <param name="Account">Its name.</param>
/// <param name="Category">The category to read.</param>
/// <param name="Bytes">Bytes that come out at least; 32 MiB or more, for the difference to be seen.</param>
public sealed record TrialBulk(Func<ICollector> Open, string Account, DataCategory Category, long Bytes);

/// <summary>What a trial holds a collector to.</summary>
public enum TrialRule
{
    /// <summary>Records at the borders of half-open time ranges: from is in, to is not.</summary>
    TimeRanges,
    /// <summary>No record of another account, and none twice.</summary>
    Scope,
    /// <summary>Records written, out of scope, left out and unreadable are all that were offered.</summary>
    Accounting,
    /// <summary>The same source gives the same bytes.</summary>
    Determinism,
    /// <summary>Cancelling ends it between records.</summary>
    Cancel,
    /// <summary>What cannot be read is named with its place, never skipped.</summary>
    Unreadable,
    /// <summary>Selectors are taken literally: no wildcard, no case trick, no quotation.</summary>
    Selectors,
    /// <summary>The query is shown before, and no other is run.</summary>
    Plan,
    /// <summary>The source is not written to.</summary>
    ReadOnly,
    /// <summary>Memory does not grow with the records.</summary>
    Memory,
    /// <summary>Only fields of the category: traffic never has subjects or bodies.</summary>
    Fields,
    /// <summary>Behind a record that says where to go on, a later reading gives exactly the rest: nothing twice, nothing left out.</summary>
    Resume,
}

/// <summary>A rule that a collector broke.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="What">What was seen.</param>
public sealed record TrialFinding(TrialRule Rule, string What);
