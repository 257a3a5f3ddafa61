namespace Counterseal.Law;

/// <summary>One rule as counsel wrote it.</summary>
/// <param name="Id">Unique in the book, e.g. <c>policy.authenticated</c>.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Plain">What it permits or forbids, in plain words.</param>
/// <param name="Checked">Whether somebody has read the source.</param>
/// <param name="Source">What was read; <c>null</c> where nothing was.</param>
/// <param name="From">First day on which it applies, in <paramref name="Zone"/>.</param>
/// <param name="To">Last day on which it applies; <c>null</c> while no end is known.</param>
/// <param name="Instruments">The instruments it is about; empty for all.</param>
/// <param name="File">The file, for people who look it up.</param>
/// <param name="Line">From 1.</param>
/// <param name="Zone">The zone in which its days are counted.</param>
public sealed record Rule(
    string Id, string Citation, string Plain, bool Checked, string? Source, DateOnly From, DateOnly? To, IReadOnlyList<string> Instruments, string File, int Line, TimeZoneInfo Zone)
{
    /// <summary>Its place in the book, from 0.</summary>
    internal int Index { get; init; }

    /// <summary>Which cells of the scope (item × category) it is about; all when <c>null</c>.</summary>
    internal Condition? Items { get; init; }

    /// <summary>When it applies; always when <c>null</c>.</summary>
    internal Condition? When { get; init; }

    /// <summary>The names that it reads, in the order in which they are written.</summary>
    public IEnumerable<string> ReadNames => Names.Select(n => n.Name);

    /// <summary>What its findings show of the facts.</summary>
    internal IReadOnlyList<FactName> Names { get; init; } = [];

    /// <summary>What it does.</summary>
    internal Effect Effect { get; init; } = new Effect.Risk("");

    /// <summary>How much its failure or risk should make a person doubt the demand, 0 to 100.</summary>
    public int Weight { get; init; }

    /// <summary>The ground on which the answer can be drafted, by its id.</summary>
    public string? Ground { get; init; }

    /// <summary>The first instant of its first day.</summary>
    internal DateTimeOffset Begins { get; } = Clock.DayStarts(From, Zone);

    /// <summary>The first instant after its last day.</summary>
    internal DateTimeOffset Ends { get; } = To is { } last && last < DateOnly.MaxValue ? Clock.DayStarts(last.AddDays(1), Zone) : DateTimeOffset.MaxValue;

    /// <summary>Whether it is law on the day of an instant.</summary>
    internal bool InForce(DateTimeOffset at) => at >= Begins && at < Ends;

    /// <summary>Whether it speaks of an instrument.</summary>
    internal bool SpeaksOf(string? instrument) => Instruments.Count == 0 || (instrument is not null && Instruments.Contains(instrument, StringComparer.Ordinal));
}

/// <summary>What a rule does. One rule, one effect.</summary>
internal abstract record Effect
{
    /// <summary>Something must be so; otherwise the cells it is about are not handed over.</summary>
    /// <param name="Condition">What must be so.</param>
    /// <param name="Otherwise">The decision when it is not and nothing else is left.</param>
    /// <param name="Holds">Sentence when it is so.</param>
    /// <param name="Fails">Sentence when it is not.</param>
    /// <param name="Asks">The question when it is unknown; <c>null</c> for the fact's own.</param>
    /// <param name="BeforeAnyAnswer">Needed before the authority is told anything, "no data" included.</param>
    /// <param name="IfUnknown">What follows where it is unknown whether the rule applies at all.</param>
    /// <param name="Assistance">It is about what is demanded besides data.</param>
    /// <param name="Until">For a suspension: what ends it; <c>null</c> for every other requirement.</param>
    internal sealed record Require(
        Condition Condition, Otherwise Otherwise, string Holds, string Fails, string? Asks, bool BeforeAnyAnswer, IfUnknown IfUnknown, bool Assistance, string? Until = null) : Effect;

    /// <summary>What the instrument reaches.</summary>
    /// <param name="Categories">The categories reached.</param>
    /// <param name="Does">Whether what is reached leaves or is only kept.</param>
    /// <param name="Policy">True for the published exception: nobody is compelled.</param>
    /// <param name="Otherwise">The decision when nothing demanded is reached.</param>
    /// <param name="Holds">Sentence when something demanded is reached.</param>
    /// <param name="Fails">Sentence for what is not.</param>
    internal sealed record Reach(IReadOnlyList<DataCategory> Categories, Handling Does, bool Policy, Otherwise Otherwise, string Holds, string Fails) : Effect;

    /// <summary>A time limit on the scope.</summary>
    /// <param name="NotBefore">The name whose instant nothing may lie before.</param>
    /// <param name="NotAfter">The name whose instant nothing may lie at or after.</param>
    /// <param name="PlusDays">So many times 24 hours later than <paramref name="NotAfter"/>.</param>
    /// <param name="Holds">Sentence when nothing is cut.</param>
    /// <param name="Fails">Sentence when something is.</param>
    internal sealed record Narrow(FactName? NotBefore, FactName? NotAfter, int PlusDays, string Holds, string Fails) : Effect;

    /// <summary>A clock. It starts at an instant (<paramref name="At"/>), or when the deadline of another rule ends (<paramref name="After"/>).</summary>
    /// <param name="What">What must be done, or what ends.</param>
    /// <param name="Kind">Whose it is and what for.</param>
    /// <param name="From">How <paramref name="At"/> is meant.</param>
    /// <param name="At">The name that holds the instant.</param>
    /// <param name="After">The rule whose deadline comes before.</param>
    /// <param name="Amount">So many units.</param>
    /// <param name="Unit">The unit.</param>
    /// <param name="Clock">How they are counted.</param>
    internal sealed record Clocked(string What, DeadlineKind Kind, ClockFrom From, FactName? At, string? After, int Amount, TimeUnit Unit, Clock? Clock) : Effect;

    /// <summary>Who tells the customer, and the name that holds the instant before which nobody may.</summary>
    internal sealed record Notify(NoticeBy By, FactName? NotBefore, NoticeTiming Timing, IReadOnlyList<WhoIsTold> AtEnd, string Reason) : Effect;

    /// <summary>Which way the authority is sent.</summary>
    internal sealed record Way(RouteKind To, string Says) : Effect;

    /// <summary>Something that we must do, and the rule whose deadline is its own.</summary>
    internal sealed record Must(DutyKind Do, string Says, string? By) : Effect;

    /// <summary>Nothing fails, but a person should look.</summary>
    internal sealed record Risk(string Says) : Effect;

    /// <summary>A decision proposed outright, unless something fails.</summary>
    internal sealed record Propose(Decision Decision, string Says) : Effect;
}

/// <summary>What follows when a requirement fails.</summary>
internal enum Otherwise
{
    /// <summary>Nothing yet: it may come true by itself.</summary>
    Wait,
    /// <summary>The authority is sent to the customer.</summary>
    Redirect,
    /// <summary>Go against it, or have it clarified.</summary>
    Challenge,
    /// <summary>Refuse.</summary>
    Reject,
}

/// <summary>What follows where it is unknown whether a requirement applies. A requirement that applies is always asked for.</summary>
internal enum IfUnknown
{
    /// <summary>It is asked, and nothing leaves until it is answered.</summary>
    Ask,
    /// <summary>It is noted as a risk and bars nothing.</summary>
    Note,
    /// <summary>Nothing: it is an objection that somebody raises.</summary>
    Pass,
}

/// <summary>Whether what an instrument reaches leaves or is only kept.</summary>
internal enum Handling
{
    /// <summary>It is handed over.</summary>
    Release,
    /// <summary>It is kept; nothing leaves.</summary>
    Preserve,
}

/// <summary>Units in which periods are counted.</summary>
internal enum TimeUnit
{
    /// <summary>Minutes, always from the event itself.</summary>
    Minutes,
    /// <summary>Hours.</summary>
    Hours,
    /// <summary>Days.</summary>
    Days,
    /// <summary>Days that are neither Saturday nor Sunday nor a day of the calendar.</summary>
    WorkingDays,
    /// <summary>Months, by the number of the day.</summary>
    Months,
}

/// <summary>How the instant of a clock is meant.</summary>
internal enum ClockFrom
{
    /// <summary>The period starts with it.</summary>
    Starts,
    /// <summary>The period ends with it: so long before, plainly counted.</summary>
    Before,
    /// <summary>It is the end itself.</summary>
    Due,
}

/// <summary>A kind of legal process that the book knows.</summary>
/// <param name="Id">E.g. as in <see cref="Demand.Instrument"/>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Implies">What its very kind says, by name; it stands over a silent demand.</param>
public sealed record Instrument(string Id, string Name, string Citation, IReadOnlyDictionary<string, string> Implies);
