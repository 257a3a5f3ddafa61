using Counterseal.Desk;
using Counterseal.Intake;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>One demand as its page shows it: what is ours in it is in the reader's language, what the rules and the gate say is in English.</summary>
public sealed record DemandView
{
    /// <summary>The demand's id.</summary>
    public required string Id { get; init; }
    /// <summary>The demand as read from its original.</summary>
    public required Demand Demand { get; init; }
    /// <summary>Who works on it; empty for nobody.</summary>
    public string Assigned { get; init; } = "";
    /// <summary>When it was received.</summary>
    public required DateTimeOffset Received { get; init; }
    /// <summary>The original that came.</summary>
    public required OriginalView Original { get; init; }
    /// <summary>What rules say must be done.</summary>
    public IReadOnlyList<Duty> Duties { get; init; } = [];
    /// <summary>What of it was done, by the rule.</summary>
    public IReadOnlyDictionary<string, PerformedDuty> Performed { get; init; } = new SortedDictionary<string, PerformedDuty>(StringComparer.Ordinal);
    /// <summary>Terms of others, and of what is kept or may not be told, soonest first.</summary>
    public IReadOnlyList<Deadline> Terms { get; init; } = [];
    /// <summary>What was read but not understood.</summary>
    public IReadOnlyList<Remark> Warnings { get; init; } = [];
    /// <summary>Its way, in order.</summary>
    public required IReadOnlyList<Station> Stations { get; init; }
    /// <summary><c>open</c>, <c>stayed</c>, <c>withdrawn</c> or <c>closed</c>.</summary>
    public string State { get; init; } = "open";
    /// <summary>What the law engine says; <c>null</c> until it is assessed.</summary>
    public Assessment? Assessment { get; init; }
    /// <summary>What people established.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = Law.Facts.None.Values;
    /// <summary>What a person decided; <c>null</c> until then.</summary>
    public DecisionView? Decided { get; init; }
    /// <summary>The scope to show beside the demanded one: decided, else proposed.</summary>
    public Scope Permitted { get; init; } = Scope.Nothing;
    /// <summary>What a person can do now, most pressing first.</summary>
    public IReadOnlyList<NextStep> Next { get; init; } = [];
    /// <summary>What was asked of the gate.</summary>
    public IReadOnlyList<OrderView> Orders { get; init; } = [];
    /// <summary>What the database says otherwise than the ledger; <c>null</c> when they agree.</summary>
    public string? Tampered { get; init; }
    /// <summary>All that happened, oldest first.</summary>
    public required IReadOnlyList<EventView> Events { get; init; }
    /// <summary>Messages with the authority, oldest first.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];
    /// <summary>The officer who filed it at the portal; <c>null</c> for every other way.</summary>
    public Filing? Filed { get; init; }
    /// <summary>Number of events: what a form says that it had seen.</summary>
    public int Version => Events.Count == 0 ? 0 : Events[^1].Version;
    /// <summary>Who declared a conflict, and what conflict, by the person's name.</summary>
    public IReadOnlyDictionary<string, string> Recused { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);
    /// <summary>The last challenge before a court; <c>null</c> when there was none.</summary>
    public Docket? Docket { get; init; }
    /// <summary>When the customer was told; <c>null</c> until then.</summary>
    public DateTimeOffset? Told { get; init; }
}

/// <summary>The original bytes, by their measure.</summary>
/// <param name="Digest">Lower-case hex SHA-256.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Format">What it was taken for.</param>
/// <param name="Channel">How it came.</param>
public sealed record OriginalView(string Digest, long Length, string Format, string Channel);

/// <summary>What was decided.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="At">When.</param>
/// <param name="By">By whom.</param>
/// <param name="Basis">The rule that compels, by its id.</param>
/// <param name="BasisIsPolicy">True for the published policy exception.</param>
/// <param name="Reasons">Plain sentences.</param>
public sealed record DecisionView(Decision Decision, DateTimeOffset At, string By, string? Basis, bool BasisIsPolicy, IReadOnlyList<string> Reasons);

/// <summary>Something that a person can do now.</summary>
/// <param name="What">One sentence.</param>
/// <param name="Command">The command line that does it, or <c>null</c>.</param>
public sealed record NextStep(string What, string? Command = null)
{
    /// <summary>Whether it is a question of the rule book, which stays in English.</summary>
    public bool IsOfRules { get; init; }
}

/// <summary>An order to the gate.</summary>
/// <param name="Digest">The order's digest.</param>
/// <param name="Kind">What was asked.</param>
/// <param name="State">Where it stands, in words.</param>
/// <param name="Have">Approvals given.</param>
/// <param name="Need">Approvals asked for.</param>
/// <param name="Expires">When it ends.</param>
/// <param name="Command">The command line by which a reviewer reads and approves it; <c>null</c> once it needs none.</param>
/// <param name="Result">What came of it, in one sentence.</param>
public sealed record OrderView(string Digest, OrderKind Kind, string State, int Have, int Need, DateTimeOffset? Expires, string? Command, string? Result)
{
    /// <summary>Why the gate refused it, in its English words; <c>null</c> when it did not.</summary>
    public string? Refusal { get; init; }
    /// <summary>Whether a package was sealed under it.</summary>
    public bool Sealed { get; init; }
    /// <summary>Whether something that it made lies at the gate, and nobody has ordered its deletion.</summary>
    public bool Leaves { get; init; }
}
