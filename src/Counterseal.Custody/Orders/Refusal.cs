using System.Collections.Frozen;

namespace Counterseal.Custody;

/// <summary>The gate's no: which rule, where, and what to do now (table in <c>docs/gate-protocol.md</c>).</summary>
/// <param name="Code">The code of the table, e.g. <c>too-few-approvals</c>.</param>
/// <param name="What">What is wrong, one sentence without personal data.</param>
/// <param name="Where">The member or line concerned, as a JSON pointer into the envelope or order, or a note's line.</param>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Next">What to do now.</param>
public sealed record Refusal(string Code, string What, string Where, string Rule, string Next)
{
    /// <summary>Not the shape that the protocol gives.</summary>
    public const string Malformed = "malformed";
    /// <summary>Another gate's order, or trial and production mixed.</summary>
    public const string WrongGate = "wrong-gate";
    /// <summary>The original's bytes do not have the order's digest.</summary>
    public const string WrongOriginal = "wrong-original";
    /// <summary>Fewer people than the roster asks for.</summary>
    public const string TooFewApprovals = "too-few-approvals";
    /// <summary>Two approvals by one person.</summary>
    public const string SameReviewerTwice = "same-reviewer-twice";
    /// <summary>An approval for another order, gate, epoch or verb, or a bad signature.</summary>
    public const string WrongApproval = "wrong-approval";
    /// <summary>A request to look that is not for this preview, gate, epoch or viewer, is not fresh, or was used before.</summary>
    public const string WrongView = "wrong-view";
    /// <summary>A person who is not, or no longer, on the roster, or lacks the role.</summary>
    public const string NotOnRoster = "not-on-roster";
    /// <summary>The roster itself cannot be used.</summary>
    public const string RosterUnusable = "roster";
    /// <summary>The event's leaf is not under the checkpoint.</summary>
    public const string NotInLedger = "not-in-ledger";
    /// <summary>The checkpoint is not signed by the ledger that the gate knows.</summary>
    public const string OtherLog = "other-log";
    /// <summary>The checkpoint is not consistent with the last one that the gate saw.</summary>
    public const string Fork = "fork";
    /// <summary>The event is not one that this order may rest on.</summary>
    public const string WrongEvent = "wrong-event";
    /// <summary>Scope beyond the decision's, or the demand's.</summary>
    public const string WiderThanDecided = "wider-than-decided";
    /// <summary>The plan in the order is missing, or not the one that scope and configuration give.</summary>
    public const string WrongPlan = "wrong-plan";
    /// <summary>A rule book that the gate does not hold, or that is not on the ledger.</summary>
    public const string UnknownBook = "unknown-book";
    /// <summary>The gate's own run of the law permits less, or rests on another basis.</summary>
    public const string BeyondLaw = "beyond-law";
    /// <summary>The directory entry is not the one ordered, lacks two signatures, is revoked, is older than one that is known, or its keys cannot be used.</summary>
    public const string WrongRecipient = "wrong-recipient";
    /// <summary>Everybody who approved a release had signed its recipient's keys.</summary>
    public const string KeySigners = "key-signers";
    /// <summary>Before <c>notBefore</c> on the gate's clock.</summary>
    public const string TooEarly = "too-early";
    /// <summary>At or after <c>expires</c> on the gate's clock.</summary>
    public const string Expired = "expired";
    /// <summary>A window over 24 hours, or a preservation over 366 days.</summary>
    public const string TooLong = "too-long";
    /// <summary>A stop holds this demand, or everything.</summary>
    public const string Stopped = "stopped";
    /// <summary>A second release for the same decision.</summary>
    public const string AlreadyReleased = "already-released";
    /// <summary>The gate's journal and the ledger disagree.</summary>
    public const string Journal = "journal";
    /// <summary>The ledger cannot be reached.</summary>
    public const string LedgerAway = "ledger-away";
    /// <summary>The gate's clock is behind what it has seen, or ahead of what its witnesses say.</summary>
    public const string Clock = "clock";
    /// <summary>A source of customer data cannot be read.</summary>
    public const string Source = "source";
    /// <summary>The gate's rules of minimisation cannot be used.</summary>
    public const string RulesUnusable = "minimisation";
    /// <summary>No or another desk's credential.</summary>
    public const string NotTheDesk = "not-the-desk";
    /// <summary>Nothing here by that digest or name.</summary>
    public const string Unknown = "unknown";
    /// <summary>More orders wait, or more requests come, than the gate takes.</summary>
    public const string Busy = "busy";

    private static readonly FrozenDictionary<string, (int Status, string Rule, string Next)> Table = new Dictionary<string, (int, string, string)>
    {
        [Malformed] = (400, "what comes to the gate has exactly the shape of docs/gate-protocol.md, in canonical form", "mend the member named and send again"),
        [WrongGate] = (403, "an order names the one gate that may carry it out, and trial never mixes with production", "make a new order for this gate and have it approved"),
        [WrongOriginal] = (403, "an order names the digest of the demand's original bytes", "send the original bytes that the order names"),
        [TooFewApprovals] = (403, "the roster says how many people must approve", "have more reviewers approve this very order"),
        [SameReviewerTwice] = (409, "approvals are counted by people, one each", "have another reviewer approve"),
        [WrongApproval] = (403, "an approval is one signature by one reviewer over this order's digest, this gate and the roster's epoch", "have the reviewer look at this order and sign again"),
        [WrongView] = (403, "who looks signs it each time: for this preview, this gate and the roster's epoch, at most five minutes ago, once", "have one of the preview's viewers sign again, now"),
        [NotOnRoster] = (403, "only people on the gate's roster with the role for it are counted", "have somebody on the roster sign"),
        [RosterUnusable] = (403, "the roster is read for every decision; while it cannot be used, nothing is approved", "have the gate's operator mend roster.json"),
        [NotInLedger] = (403, "an event is in the ledger before anything may rest on it", "append the event to the ledger and send its proof"),
        [OtherLog] = (403, "the gate believes one ledger, by the key in its own folder", "send a proof under a checkpoint of the ledger that this gate knows"),
        [Fork] = (403, "every checkpoint must be a continuation of, or be continued by, the last that the gate saw", "stop and look: somebody shows two histories of the ledger"),
        [WrongEvent] = (403, "count and preserve rest on received, preview and release rest on decided, a deletion rests on withdrawn or closed, and every field that both name must agree", "make a new order from the event, and have it approved"),
        [WiderThanDecided] = (403, "an order may narrow what was decided (or demanded), never widen it", "narrow the order's scope, or have a new decision made"),
        [WrongPlan] = (403, "reviewers approve the queries that the gate will run, and it runs no others", "ask the gate for the plan of this scope, put its digest into a new order and have it approved"),
        [UnknownBook] = (403, "the gate runs the law with a book that it holds itself and whose digest it has put on the ledger", "have the gate's operator install the rule book"),
        [BeyondLaw] = (403, "the gate runs the law itself over the demand and the facts, and never goes beyond what that permits", "decide again under the rule book; what it does not permit cannot leave"),
        [WrongRecipient] = (403, "a recipient is the newest directory entry of its authority, signed by two people with the role directory of whom one confirmed its keys, not revoked, with keys that are good now", "send the entry that the order names, with both signatures; if its keys changed, decide again for the new entry"),
        [KeySigners] = (403, "those who signed a recipient's keys are not alone those who approve a release to it", "have somebody approve who did not sign the recipient's directory entry"),
        [TooEarly] = (403, "an order is good from notBefore on the gate's clock", "send it again then"),
        [Expired] = (403, "an order is good until expires on the gate's clock", "make a new order and have it approved"),
        [TooLong] = (403, "an order is good for at most 24 hours; a preservation lasts at most 366 days", "make a new order with a shorter term"),
        [Stopped] = (403, "a stop by any one rostered person, by the authority for its own orders, or by the gate itself, holds until a quorum lifts it", "find out why it was stopped; a quorum of the roster may lift it"),
        [AlreadyReleased] = (409, "one decision releases once", "record a new decision that names the earlier order as reissueOf"),
        [Journal] = (409, "the gate's journal and its leaves in the ledger must agree", "have a person look: the journal was rolled back or changed, or somebody else writes with the gate's key"),
        [Clock] = (503, "an order's window is judged by a clock that is not behind the gate's journal, nor behind or far ahead of what its witnesses say", "have the gate's operator look at its clock and at the witnesses; the same order is taken up when they agree"),
        [LedgerAway] = (503, "nothing runs without the ledger", "try again"),
        [Source] = (403, "a source that cannot be read in full yields nothing, never a part that looks whole", "have the gate's operator look at its log, then file the same order again"),
        [RulesUnusable] = (403, "what is to be left out is known before anything is collected", "have the gate's operator mend minimisation.json"),
        [NotTheDesk] = (401, "filing orders and fetching packages needs the desk's credential", "send it as Authorization: Bearer"),
        [Unknown] = (404, "the gate answers only for what it holds", "check the digest; file the order again if it was never answered"),
        [Busy] = (429, "the gate takes a bounded number of requests and waiting orders", "wait, then try again"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every code there is.</summary>
    public static IReadOnlyCollection<string> Codes => Table.Keys;

    /// <summary>A refusal by its code; rule and next step come from the table.</summary>
    public static Refusal Of(string code, string what, string where) => new(code, what, where, Table[code].Rule, Table[code].Next);

    /// <summary>The HTTP status that goes with the code.</summary>
    public int Status => Table[Code].Status;

    /// <summary>The refusal as the protocol's JSON, canonical.</summary>
    public byte[] Json() => Canonical.Bytes(new System.Text.Json.Nodes.JsonObject
    {
        ["refused"] = Code,
        ["what"] = What,
        ["where"] = Where,
        ["rule"] = Rule,
        ["next"] = Next,
    });
}

/// <summary>A refusal on its way from a parser to the boundary, where it becomes an answer.</summary>
public sealed class RefusalException(Refusal refusal) : Exception($"{refusal.Code}: {refusal.What} ({refusal.Where})")
{
    /// <summary>The refusal.</summary>
    public Refusal Refusal { get; } = refusal;

    internal static RefusalException Malformed(string what, string where) => new(Refusal.Of(Refusal.Malformed, what, where));
}
