using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>Something that a person does with a demand at its page; one record for each form.</summary>
public abstract record DemandAct
{
    private protected DemandAct() { }
}

/// <summary>Says whether the demand is from whom it says.</summary>
/// <param name="Outcome">What was established.</param>
/// <param name="Reason">Why.</param>
/// <param name="Evidence">What it rests on.</param>
public sealed record AuthenticateAct(Authenticity Outcome, string Reason, string Evidence) : DemandAct;

/// <summary>Answers a question.</summary>
/// <param name="Fact">The fact's name in the rule book.</param>
/// <param name="Value">Its value; <c>null</c> for unknown again.</param>
/// <param name="Reason">How the person knows.</param>
public sealed record AnswerAct(string Fact, string? Value, string Reason) : DemandAct;

/// <summary>Decides.</summary>
/// <param name="Decision">What.</param>
/// <param name="Scope">What is handed over; <c>null</c> for all that is permitted, or for nothing.</param>
/// <param name="Reasons">Plain sentences; empty for those of the assessment.</param>
/// <param name="Recipient">Digest of a directory entry.</param>
/// <param name="ReissueOf">The sealed order that is handed over again.</param>
public sealed record DecideAct(Decision Decision, Scope? Scope, IReadOnlyList<string> Reasons, string? Recipient, string? ReissueOf) : DemandAct;

/// <summary>Orders something of the gate.</summary>
/// <param name="Kind">What.</param>
/// <param name="Until">When a preservation ends.</param>
/// <param name="Viewers">Who may look at a preview.</param>
/// <param name="Deletes">The order whose leavings are deleted.</param>
public sealed record OrderAct(Desk.OrderKind Kind, DateTimeOffset? Until, IReadOnlyList<string> Viewers, string? Deletes) : DemandAct;

/// <summary>Asks the gate how the orders stand.</summary>
public sealed record PollAct : DemandAct;

/// <summary>Records that a duty was done.</summary>
/// <param name="Rule">The rule that says so.</param>
/// <param name="How">What was done, with its evidence.</param>
public sealed record PerformAct(string Rule, string How) : DemandAct;

/// <summary>Records that the customer was told.</summary>
/// <param name="How">By which way.</param>
/// <param name="Ground">Why we tell, where the law names another.</param>
public sealed record TellAct(string How, string? Ground) : DemandAct;

/// <summary>Holds the demand.</summary>
/// <param name="Reason">Why.</param>
public sealed record StayAct(string Reason) : DemandAct;

/// <summary>Ends the hold.</summary>
/// <param name="Reason">Why.</param>
public sealed record ResumeAct(string Reason) : DemandAct;

/// <summary>Records that the authority took the demand back.</summary>
/// <param name="Reason">What the authority said.</param>
public sealed record WithdrawAct(string Reason) : DemandAct;

/// <summary>Closes the demand.</summary>
/// <param name="Reason">Why nothing is left to do.</param>
public sealed record CloseAct(string Reason) : DemandAct;

/// <summary>Records something of a challenge before a court.</summary>
/// <param name="What">What happened there.</param>
public sealed record LitigateAct(EventBody What) : DemandAct;
