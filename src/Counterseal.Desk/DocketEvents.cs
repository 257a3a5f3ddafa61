using System.Collections.Immutable;

namespace Counterseal.Desk;

/// <summary>We, the customer or somebody else went to court against the demand.</summary>
/// <param name="Court">Which court.</param>
/// <param name="Case">Its case number.</param>
/// <param name="FiledBy">Who filed it.</param>
/// <param name="Grounds">On which grounds.</param>
public sealed record ChallengeFiled(string Court, string Case, string FiledBy, string Grounds) : EventBody;

/// <summary>Something was filed in the case.</summary>
/// <param name="What">What.</param>
/// <param name="FiledBy">By whom.</param>
public sealed record FilingMade(string What, string FiledBy) : EventBody;

/// <summary>The court set a hearing.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Where">Where, and what is heard.</param>
/// <param name="Instead">The version of the event that set the hearing which this one takes the place of; <c>null</c> for another one.</param>
public sealed record HearingSet(DateTimeOffset At, string Where, int? Instead = null) : EventBody;

/// <summary>The court ruled.</summary>
/// <param name="What">What it ruled.</param>
public sealed record Ruled(string What) : EventBody;

/// <summary>Somebody appealed.</summary>
/// <param name="AppealedBy">Who.</param>
/// <param name="Court">To which court.</param>
/// <param name="Case">Its case number there.</param>
public sealed record Appealed(string AppealedBy, string Court, string Case) : EventBody;

/// <summary>The challenge is over.</summary>
/// <param name="Outcome">How.</param>
/// <param name="What">In a sentence.</param>
public sealed record ChallengeEnded(ChallengeOutcome Outcome, string What) : EventBody;

/// <summary>How a challenge ended.</summary>
public enum ChallengeOutcome
{
    /// <summary>The demand does not stand.</summary>
    Upheld,
    /// <summary>It stands in part.</summary>
    InPart,
    /// <summary>It stands.</summary>
    Rejected,
    /// <summary>The authority took it back, or the parties agreed.</summary>
    Settled,
}

/// <summary>A challenge before a court, folded from its events.</summary>
public sealed record Docket
{
    /// <summary>Before which court it is now.</summary>
    public required string Court { get; init; }
    /// <summary>Its case number there.</summary>
    public required string Case { get; init; }
    /// <summary>Who filed it.</summary>
    public required string FiledBy { get; init; }
    /// <summary>When that was recorded, UTC.</summary>
    public required DateTimeOffset FiledAt { get; init; }
    /// <summary>Hearings that stand, by their time.</summary>
    public ImmutableList<Hearing> Hearings { get; init; } = [];
    /// <summary>Where it stands: <c>filed</c>, <c>ruled</c>, <c>appealed</c>, or the outcome.</summary>
    public string Standing { get; init; } = "filed";
    /// <summary>When it ended; <c>null</c> while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Versions of its events, oldest first.</summary>
    public ImmutableList<int> Events { get; init; } = [];
}

/// <summary>A hearing.</summary>
/// <param name="Version">The version of the event that set it.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Where">Where, and what is heard.</param>
public sealed record Hearing(int Version, DateTimeOffset At, string Where);

/// <summary>A challenge's own life beside the demand's: it goes on also while the demand is stayed, and after it was withdrawn or closed.</summary>
internal static class DocketRules
{
    /// <summary>Whether an event is of this part.</summary>
    public static bool IsOf(EventBody body) => body is ChallengeFiled or FilingMade or HearingSet or Ruled or Appealed or ChallengeEnded;

    /// <summary>Why it may not happen now; <c>null</c> when it may.</summary>
    public static string? Objection(DemandState state, EventBody body)
    {
        var open = state.Docket is { EndedAt: null };
        return body switch
        {
            ChallengeFiled when open => $"a challenge is before {state.Docket!.Court} already ({state.Docket.Case}); what happens there is recorded under it",
            ChallengeFiled c => Blank(c.Court, "a challenge needs its court") ?? Blank(c.Case, "a challenge needs its case number, or \"not given yet\"") ?? Blank(c.FiledBy, "a challenge needs who filed it") ?? Blank(c.Grounds, "a challenge needs its grounds"),
            _ when !open => "no challenge of this demand is before a court; record first that one was filed",
            FilingMade f => Blank(f.What, "a filing needs what it is") ?? Blank(f.FiledBy, "a filing needs who filed it"),
            HearingSet h => Blank(h.Where, "a hearing needs where it is") ?? (h.Instead is { } version && !state.Docket!.Hearings.Exists(one => one.Version == version) ? "the hearing that this one takes the place of does not stand" : null),
            Ruled r => Blank(r.What, "a ruling needs what it says"),
            Appealed a => Blank(a.AppealedBy, "an appeal needs who appealed") ?? Blank(a.Court, "an appeal needs its court") ?? Blank(a.Case, "an appeal needs its case number, or \"not given yet\""),
            ChallengeEnded e => Blank(e.What, "the end of a challenge needs a sentence"),
            _ => $"nothing says when {body.Type} may happen",
        };
    }

    /// <summary>The state after it.</summary>
    public static DemandState Apply(DemandState state, DeskEvent happened, EventBody body)
    {
        var docket = body is ChallengeFiled filed ? new Docket { Court = filed.Court, Case = filed.Case, FiledBy = filed.FiledBy, FiledAt = happened.At } : state.Docket!;
        docket = body switch
        {
            HearingSet h => docket with { Hearings = docket.Hearings.RemoveAll(one => one.Version == h.Instead).Add(new(happened.Version, h.At, h.Where)).Sort((one, other) => one.At.CompareTo(other.At)) },
            Ruled => docket with { Standing = "ruled" },
            Appealed a => docket with { Standing = "appealed", Court = a.Court, Case = a.Case },
            ChallengeEnded e => docket with { Standing = Word(e.Outcome), EndedAt = happened.At },
            _ => docket,
        };
        return state with { Docket = docket with { Events = docket.Events.Add(happened.Version) } };
    }

    /// <summary>An outcome in words.</summary>
    internal static string Word(ChallengeOutcome outcome) => outcome switch
    {
        ChallengeOutcome.Upheld => "the demand does not stand",
        ChallengeOutcome.InPart => "the demand stands in part",
        ChallengeOutcome.Rejected => "the demand stands",
        _ => "settled",
    };

    private static string? Blank(string? text, string sentence) => string.IsNullOrWhiteSpace(text) ? sentence : null;
}
