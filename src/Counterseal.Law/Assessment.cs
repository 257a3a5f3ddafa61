namespace Counterseal.Law;

/// <summary>What the engine says of one demand under one book at one time. Pure data: the same input gives the same bytes.</summary>
/// <param name="Book">Digest of the rule book used, lower-case hex SHA-256.</param>
/// <param name="AsOf">The time the assessment was made for, UTC.</param>
/// <param name="Findings">What was noticed, in the order of the book.</param>
/// <param name="Permitted">What may be handed over after narrowing; always within the demanded scope; nothing while a question is open that bars it.</param>
/// <param name="Proposed">The decision the rules lead to; a person decides.</param>
/// <param name="Reasons">Plain sentences for the proposed decision.</param>
/// <param name="Basis">The rule that compels (or the published policy exception), by its id; <c>null</c> when nothing does.</param>
/// <param name="BasisIsPolicy">True when the basis is the published policy exception (danger to life) and not compulsion.</param>
/// <param name="Questions">Unknowns that matter, each answerable by a person.</param>
/// <param name="Deadlines">Clocks that run, soonest first.</param>
/// <param name="Notice">Who tells the customer, and when.</param>
public sealed record Assessment(
    string Book,
    DateTimeOffset AsOf,
    IReadOnlyList<Finding> Findings,
    Scope Permitted,
    Decision Proposed,
    IReadOnlyList<string> Reasons,
    string? Basis,
    bool BasisIsPolicy,
    IReadOnlyList<Question> Questions,
    IReadOnlyList<Deadline> Deadlines,
    Notice Notice)
{
    /// <summary>
    /// What the law says must be kept (a preservation letter, an EPOC-PR, an EPOC on receipt); always within the demanded scope. Open
    /// questions do not stop keeping, failures do. Nothing here may leave: that is <see cref="Permitted"/>.
    /// </summary>
    public Scope Preserve { get; init; } = Scope.Nothing;
}

/// <summary>One thing the law engine noticed, with its rule and citation.</summary>
/// <param name="Rule">The rule's id, e.g. <c>us.sca.subpoena.reach</c>.</param>
/// <param name="Sign">How it came out.</param>
/// <param name="Sentence">One plain sentence.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Why">The facts that made it fire, <c>name = value</c> each.</param>
/// <param name="Checked">Whether somebody has read the source (the book's <c>checked</c>).</param>
public sealed record Finding(string Rule, Sign Sign, string Sentence, string Citation, IReadOnlyList<string> Why, bool Checked);

/// <summary>✓ holds, ? question, ✗ fails, ! risk.</summary>
public enum Sign
{
    /// <summary>The condition holds.</summary>
    Holds,
    /// <summary>A fact that matters is unknown.</summary>
    Question,
    /// <summary>The condition fails.</summary>
    Fails,
    /// <summary>Nothing fails, but a person should look.</summary>
    Risk,
}

/// <summary>An unknown that matters, put to a person.</summary>
/// <param name="Fact">The fact whose value would answer it.</param>
/// <param name="Rule">The rule that asks.</param>
/// <param name="Text">The question in plain words.</param>
public sealed record Question(string Fact, string Rule, string Text);

/// <summary>comply · comply in part · no data · redirect to the customer · challenge · reject; stayed and withdrawn are states, not decisions.</summary>
public enum Decision
{
    /// <summary>Nothing can be proposed until a question is answered.</summary>
    Undecided,
    /// <summary>Hand over what is demanded.</summary>
    Comply,
    /// <summary>Hand over the permitted part.</summary>
    ComplyInPart,
    /// <summary>There is nothing to hand over.</summary>
    NoData,
    /// <summary>The authority is sent to the customer.</summary>
    Redirect,
    /// <summary>Go to the court or the issuing authority against it.</summary>
    Challenge,
    /// <summary>Refuse.</summary>
    Reject,
}

/// <summary>A clock that runs.</summary>
/// <param name="Rule">The rule that sets it.</param>
/// <param name="What">What must be done, in plain words.</param>
/// <param name="Due">The end of its last hour or day, UTC.</param>
/// <param name="Starts">When it started, UTC.</param>
/// <param name="Counted">How it was counted, in words.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Deadline(string Rule, string What, DateTimeOffset Due, DateTimeOffset Starts, string Counted, string Citation);

/// <summary>Who tells the customer, and when.</summary>
/// <param name="By">Who the law names.</param>
/// <param name="NotBefore">A secrecy order's end, or <c>null</c>.</param>
/// <param name="Reason">Plain words.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Notice(NoticeBy By, DateTimeOffset? NotBefore, string Reason, string Citation);

/// <summary>Who tells the customer.</summary>
public enum NoticeBy
{
    /// <summary>We do.</summary>
    Provider,
    /// <summary>The issuing authority does (Regulation (EU) 2023/1543, Art. 13); we stay silent until a recorded ground.</summary>
    Authority,
    /// <summary>Nobody for now: a secrecy order without an end binds, or who tells is not settled.</summary>
    Nobody,
}
