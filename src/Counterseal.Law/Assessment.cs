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

    /// <summary>Which way the authority is sent.</summary>
    public Route Route { get; init; } = Route.Straight;

    /// <summary>What we must do besides answering, in the order of the book.</summary>
    public IReadOnlyList<Duty> Duties { get; init; } = [];

    /// <summary>What holds the execution up meanwhile; only where it still matters.</summary>
    public IReadOnlyList<Suspension> Suspended { get; init; } = [];

    /// <summary>The grounds on which an answer other than compliance can be drafted, in the order of the book.</summary>
    public IReadOnlyList<Objection> Objections { get; init; } = [];

    /// <summary>The rules without a read source (<c>checked: false</c>) that a deadline, a duty, a suspension, the route, the notice or the basis rests on, in the order of the book. A finding carries its own mark.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>The weights of all findings that fail or are risks, added up. It warns a person and decides nothing.</summary>
    public int Doubt { get; init; }
}

/// <summary>One thing the law engine noticed, with its rule and citation.</summary>
/// <param name="Rule">The rule's id, e.g. <c>us.sca.subpoena.reach</c>.</param>
/// <param name="Sign">How it came out.</param>
/// <param name="Sentence">One plain sentence.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Why">The facts that made it fire, <c>name = value</c> each.</param>
/// <param name="Checked">Whether somebody has read the source (the book's <c>checked</c>).</param>
public sealed record Finding(string Rule, Sign Sign, string Sentence, string Citation, IReadOnlyList<string> Why, bool Checked)
{
    /// <summary>How much it should make a person doubt the demand, 0 to 100.</summary>
    public int Weight { get; init; }

    /// <summary>The ground on which the answer can be drafted, by its id.</summary>
    public string? Ground { get; init; }

    /// <summary>What would change it: each entry is one way, its facts joined by <c> and </c>, such as <c>issuing.kind = court | judge</c>.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
}

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
public sealed record Deadline(string Rule, string What, DateTimeOffset Due, DateTimeOffset Starts, string Counted, string Citation)
{
    /// <summary>Whose it is and what for.</summary>
    public DeadlineKind Kind { get; init; }

    /// <summary>Whether the time of the assessment has reached its end.</summary>
    public bool Late { get; init; }
}

/// <summary>Whose a deadline is, and what for.</summary>
public enum DeadlineKind
{
    /// <summary>Ours, to answer.</summary>
    Answer,
    /// <summary>Ours, to object.</summary>
    Object,
    /// <summary>An authority's.</summary>
    Theirs,
    /// <summary>The end of what we keep, or of what we may not tell.</summary>
    Expiry,
    /// <summary>The end of what we hold: then it is destroyed.</summary>
    Retention,
    /// <summary>Our own promise.</summary>
    Target,
}

/// <summary>Who tells the customer, and when.</summary>
/// <param name="By">Who the law names.</param>
/// <param name="NotBefore">A secrecy order's end, or <c>null</c>.</param>
/// <param name="Reason">Plain words.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Notice(NoticeBy By, DateTimeOffset? NotBefore, string Reason, string Citation)
{
    /// <summary>The rule that says so; <c>null</c> when none does.</summary>
    public string? Rule { get; init; }

    /// <summary>Whether the customer is told before anything leaves, or with it.</summary>
    public NoticeTiming Timing { get; init; }

    /// <summary>Who is told when the secrecy ends.</summary>
    public IReadOnlyList<WhoIsTold> AtEnd { get; init; } = [];
}

/// <summary>When the customer is told.</summary>
public enum NoticeTiming
{
    /// <summary>With the disclosure, or as soon as nothing forbids it.</summary>
    With,
    /// <summary>Before anything leaves.</summary>
    Before,
}

/// <summary>Who is told when a secrecy order ends.</summary>
public enum WhoIsTold
{
    /// <summary>The customer.</summary>
    Customer,
    /// <summary>The authority that asked.</summary>
    Authority,
    /// <summary>Our counsel.</summary>
    Counsel,
}

/// <summary>Which way the authority is sent.</summary>
/// <param name="To">Where.</param>
/// <param name="Rule">The rule that says so; <c>null</c> when none does.</param>
/// <param name="Sentence">Plain words.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Route(RouteKind To, string? Rule, string Sentence, string Citation)
{
    /// <summary>Where no rule sends it elsewhere.</summary>
    public static Route Straight { get; } = new(RouteKind.Direct, null, "The authority is answered directly.", "");
}

/// <summary>Ways on which an authority is sent.</summary>
public enum RouteKind
{
    /// <summary>It is answered directly.</summary>
    Direct,
    /// <summary>To our customer.</summary>
    Customer,
    /// <summary>To mutual legal assistance, from its central authority to ours.</summary>
    Mlat,
    /// <summary>By an executive agreement between the States.</summary>
    ExecutiveAgreement,
    /// <summary>To the enforcing authority.</summary>
    EnforcingAuthority,
    /// <summary>To another of our establishments.</summary>
    OtherEstablishment,
    /// <summary>To our counsel first.</summary>
    Counsel,
}

/// <summary>Something that we must do.</summary>
/// <param name="Rule">The rule that says so.</param>
/// <param name="Do">What kind of thing.</param>
/// <param name="Sentence">What, in plain words.</param>
/// <param name="Due">By when, UTC, where that is set.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Duty(string Rule, DutyKind Do, string Sentence, DateTimeOffset? Due, string Citation);

/// <summary>Kinds of duties.</summary>
public enum DutyKind
{
    /// <summary>Tell somebody.</summary>
    Tell,
    /// <summary>Ask somebody.</summary>
    Ask,
    /// <summary>Call back what was handed over.</summary>
    Recall,
    /// <summary>Delete what we hold.</summary>
    Delete,
    /// <summary>Keep what we hold.</summary>
    Keep,
    /// <summary>Have a person look at it again.</summary>
    Review,
    /// <summary>Write it down for a report.</summary>
    Record,
}

/// <summary>What holds the execution up.</summary>
/// <param name="Rule">The rule that says so.</param>
/// <param name="Sentence">What is held, and why.</param>
/// <param name="Until">What ends it.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Suspension(string Rule, string Sentence, string Until, string Citation);

/// <summary>A ground on which an answer can be drafted.</summary>
/// <param name="Ground">The ground's id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Rule">The rule that raised it.</param>
/// <param name="Sentence">The finding's sentence.</param>
/// <param name="Citation">Where the rule is written.</param>
/// <param name="Letter">The draft that fits.</param>
public sealed record Objection(string Ground, string Name, string Rule, string Sentence, string Citation, string Letter);

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
