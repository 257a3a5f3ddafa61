using Counterseal.Law;

namespace Counterseal.Desk;

/// <summary>
/// The life of a demand: events folded into state by pure functions, and what may follow what
/// (table in <c>docs/desk.md</c>). The gate's answers are always taken: they are facts of the world, stayed or not.
/// </summary>
public static class Life
{
    /// <summary>Folds events, oldest first; none gives <see cref="DemandState.None"/>.</summary>
    /// <exception cref="LifeException">An event may not follow those before it.</exception>
    public static DemandState Fold(IEnumerable<DeskEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return events.Aggregate(DemandState.None, Next);
    }

    /// <summary>The state after one more event.</summary>
    /// <exception cref="LifeException">It may not follow.</exception>
    public static DemandState Next(DemandState state, DeskEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happened);
        if (happened.Version != state.Version + 1)
            throw new LifeException($"event {happened.Version} cannot follow event {state.Version}: versions have no gap");
        if (state.Version > 0 && happened.Demand != state.Id)
            throw new LifeException($"an event of demand {happened.Demand} is no event of demand {state.Id}");
        EventBody body;
        try
        {
            body = happened.Body;
        }
        catch (FormatException wrong)
        {
            throw new LifeException($"event {happened.Version} cannot be read: {wrong.Message}");
        }
        if ((Keeping.Conflict(state, body, happened.By) ?? Objection(state, body, happened.At)) is { } why)
            throw new LifeException(why);
        return Apply(state, happened, body) with { Id = happened.Demand, Version = happened.Version, At = happened.At };
    }

    /// <summary>Why something may not happen now, as a sentence; <c>null</c> when it may.</summary>
    /// <param name="state">Where the demand stands.</param>
    /// <param name="body">What would happen.</param>
    /// <param name="at">When.</param>
    public static string? Objection(DemandState state, EventBody body, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(body);
        if (state.Version == 0)
            return body is Received ? null : $"a demand's life begins with received, not with {body.Type}";
        if (body is Received)
            return "this demand was received already; the same bytes again are a demand of their own";
        if (Keeping.IsOf(body))
            return Keeping.Objection(state, body);
        if (body is Messaged message)
            return Correspondence.Objection(state, message, at);
        if (DocketRules.IsOf(body))
            return DocketRules.Objection(state, body);
        if (FromGate(body, state) is { } gate)
            return gate.Objection;
        if (body is Told told)
            return Telling(state, told, at);
        if (body is Replied replied)
            return Replying(state, replied);
        if (body is Performed performed)
            return state.Assessed is null ? "nothing is known to be done before the law has been run; assess first" : Blank(performed.How, "what was done needs a sentence, with its evidence");
        if (body is Ordered { Kind: OrderKind.Delete } deletion)
            return WhileStayed(state, "deleted") ?? DeletingOrder(state, deletion);
        if (state.ClosedFor is not null)
            return "this demand is closed; only telling the customer, and what a rule still says must be done, can follow";
        if (state.WithdrawnFor is not null && body is not Closed)
            return "the authority took this demand back; only telling the customer and closing can follow";
        return body switch
        {
            Authenticated { Reason: var reason, Evidence: var evidence } => Blank(reason, "authenticating needs a reason") ?? Blank(evidence, "authenticating needs its evidence"),
            Established e => Establishing(state, e),
            Assessed => null,
            Decided d => WhileStayed(state, "decided") ?? Deciding(state, d),
            Ordered o => WhileStayed(state, "ordered") ?? Ordering(state, o),
            Released r => WhileStayed(state, "handed out") ?? Releasing(state, r),
            Stayed s => state.StayedFor is not null ? "this demand is stayed already" : Blank(s.Reason, "a stay needs a reason"),
            Resumed r => state.StayedFor is null ? "this demand is not stayed" : Blank(r.Reason, "ending a stay needs a reason"),
            Withdrawn w => Blank(w.Reason, "a withdrawal needs what the authority said"),
            Closed c => WhileStayed(state, "closed") ?? Closing(state, c),
            _ => $"nothing says when {body.Type} may happen",
        };
    }

    /// <summary>Whether a decision tells the authority something about a customer: that there is an account, or that there is none.</summary>
    public static bool Reveals(Decision decision) =>
        decision is Decision.Comply or Decision.ComplyInPart or Decision.NoData or Decision.Redirect;

    private static string? WhileStayed(DemandState state, string what) =>
        state.StayedFor is { } why ? $"this demand is stayed ({why}); nothing is {what} until it is resumed" : null;

    private static string? Blank(string? text, string sentence) => string.IsNullOrWhiteSpace(text) ? sentence : null;

    private static string? Establishing(DemandState state, Established e)
    {
        if (Blank(e.Fact, "which fact is established?") is { } nameless)
            return nameless;
        if (e.Fact == FactNames.Authenticated)
            return "whether the authority is authenticated is an event of its own, with evidence";
        var unclear = state.Orders.LastOrDefault(order => order.Count is not null)?.Count is { Items: 0, Unreadable: > 0 };
        if (e.Fact == FactNames.DataExists && !unclear)
            return "whether data exists is for the gate to count, not for a person to say; order a count";
        return Blank(e.Reason, "a fact needs how the person knows");
    }

    private static string? Deciding(DemandState state, Decided d)
    {
        if (d.Decision == Decision.Undecided)
            return "undecided is not a decision";
        if (state.Assessed is not { } assessed)
            return "nothing is decided before the law has been run; assess first";
        if (state.AssessmentDue || d.FactsDigest != assessed.FactsDigest || d.Book != assessed.Book || d.AsOf != assessed.Assessment.AsOf)
            return "the decision does not rest on the last assessment and the facts of now; assess again, look, then decide";
        if (d.OriginalDigest != state.Received!.Original.Digest || d.DemandDigest != state.Received.DemandDigest || d.Received != state.ReceivedAt)
            return "the decision is about another original than this demand's";
        if (Reveals(d.Decision) && !state.IsAuthenticated)
            return $"\"{Word(d.Decision)}\" tells whether there is an account, and nobody has established yet that the authority is who it says; authenticate first";
        if (state.Orders.Any(order => order.IsOpen && order.Kind == OrderKind.Release))
            return "a release under the earlier decision waits at the gate; nothing new is decided until the gate has answered";
        if (d.Reasons.Count == 0 || d.Reasons.All(string.IsNullOrWhiteSpace))
            return "a decision needs its reasons";
        return d.HandsOver ? DecidingToHandOver(state, d) : DecidingNotTo(state, d);
    }

    private static string? DecidingToHandOver(DemandState state, Decided d)
    {
        var law = state.Assessed!.Assessment;
        if (law.Basis is null || d.Basis != law.Basis || d.BasisIsPolicy != law.BasisIsPolicy)
            return "nothing in the last assessment compels or permits this; a decision to hand over names the basis that the law gives";
        if (d.Scope.Items.Count == 0)
            return "handing over nothing is not complying; decide no data, or reject";
        if (Scope.MasksContent(d.Scope))
            return "third parties are masked in traffic data only: content is handed over as it is stored or not at all, so give it an item of its own or leave it out";
        if (!Scope.Within(d.Scope, law.Permitted))
            return "the scope goes beyond what the last assessment permits";
        if (d.Decision == Decision.Comply && (law.Proposed == Decision.ComplyInPart || !Scope.Within(law.Permitted, d.Scope)))
            return "this is less than was demanded; decide comply in part";
        if (d.Recipient is null)
            return "nothing is handed over without a recipient from the directory";
        var sealedOrders = state.Orders.Where(order => order.Seal is not null).ToList();
        if (d.ReissueOf is null)
            return sealedOrders.Count == 0 ? null : "a package was sealed already; deciding again to hand over is a re-issue and names the earlier order";
        return sealedOrders.Exists(order => order.Digest == d.ReissueOf) ? null : "the order to be re-issued is not a sealed release of this demand";
    }

    private static string? DecidingNotTo(DemandState state, Decided d)
    {
        if (d.Scope.Items.Count > 0 || d.Recipient is not null || d.ReissueOf is not null)
            return $"\"{Word(d.Decision)}\" hands nothing over, so it has no scope and no recipient";
        if (state.AnythingReleased)
            return "a package was handed out already; what follows is closing, or a re-issue";
        if (d.Decision == Decision.NoData && !(state.Facts.TryGetValue(FactNames.DataExists, out var exists) && exists == "false"))
            return "\"no data\" rests on a count that found nothing; order a count first";
        return null;
    }

    private static string? Ordering(DemandState state, Ordered o)
    {
        if (o.Expires <= o.NotBefore || o.Expires - o.NotBefore > TimeSpan.FromHours(24))
            return "an order's window ends after it begins and is at most 24 hours long";
        if (state.Orders.Any(order => order.Digest == o.Order))
            return "this order was made already";
        if (state.Orders.FirstOrDefault(order => order.IsOpen && order.Kind == o.Kind) is { } open)
            return $"an order to {Word(o.Kind)} waits at the gate already ({open.Digest[..16]}…)";
        if (o.Kind is not (OrderKind.Preview or OrderKind.Release))
            return null;
        if (state.Decided is not { HandsOver: true } decided)
            return $"nothing is {(o.Kind == OrderKind.Preview ? "previewed" : "released")} without a decision to comply";
        if (!state.IsAuthenticated)
            return "the authority is not, or no longer, authenticated";
        if (state.AssessmentDue || decided.FactsDigest != state.Assessed!.FactsDigest)
            return "facts changed since the decision; assess and decide again";
        if (state.Package is not null)
            return "a package was sealed under this decision already; a second release needs a newly decided re-issue";
        if (o.Kind == OrderKind.Preview)
            return o.Recipient is null ? null : "a preview has no recipient";
        return o.Recipient == decided.Recipient ? null : "the order's recipient is not the decision's";
    }

    private static string? DeletingOrder(DemandState state, Ordered o)
    {
        if (state.EndedVersion == 0)
            return "what the gate keeps of a demand is deleted after the demand was withdrawn or closed";
        if (o.Expires <= o.NotBefore || o.Expires - o.NotBefore > TimeSpan.FromHours(24))
            return "an order's window ends after it begins and is at most 24 hours long";
        if (state.Orders.Find(order => order.Digest == o.Deletes) is not { } earlier || (earlier.Preserved is null && earlier.Previewed is null && earlier.Seal is null))
            return "the order named has left nothing at the gate";
        return state.Orders.Find(order => order.Deletes == o.Deletes && order.Refusal is null) is { } other
            ? $"its deletion {(other.IsOpen ? "is ordered already" : "was done already")} ({other.Digest[..16]}…)"
            : null;
    }

    private static string? Releasing(DemandState state, Released r)
    {
        if (state.Package is not { } package || package.Digest != r.Order)
            return "no package of this order is sealed under the current decision";
        if (!state.IsAuthenticated)
            return "the authority is no longer authenticated";
        return package.ReleasedAt is null ? null : "this package was handed out already";
    }

    private static string? Closing(DemandState state, Closed c)
    {
        if (state.Orders.FirstOrDefault(order => order.IsOpen) is { } open)
            return $"an order to {Word(open.Kind)} waits at the gate; closing waits for its answer";
        if (state.WithdrawnFor is null && state.Decided is null)
            return "a demand is closed after a decision or a withdrawal";
        if (state.WithdrawnFor is null && state is { Decided.HandsOver: true, Package.ReleasedAt: null })
            return "the decision is to hand over and nothing was handed out under it yet";
        return Blank(c.Reason, "closing needs a reason");
    }

    private static string? Telling(DemandState state, Told told, DateTimeOffset at)
    {
        if (state.ToldAt is not null)
            return "the customer was told already";
        if (state.Assessed?.Assessment.Notice is not { } notice)
            return "who tells the customer is for the law to say; assess first";
        if (notice.NotBefore is { } end && at < end)
            return $"a secrecy order forbids telling until {Instant.Text(end)} ({notice.Citation})";
        if (notice.By != NoticeBy.Provider && string.IsNullOrWhiteSpace(told.Ground))
            return $"it is not for us to tell: {notice.Reason} ({notice.Citation}); we tell only on a recorded ground";
        return Blank(told.How, "how was the customer told?");
    }

    /// <summary>Replies of one demand, at most: whoever sits at a customer's page must not fill the record.</summary>
    internal const int MostReplies = 20;

    private static string? Replying(DemandState state, Replied replied)
    {
        if (state.Decided is not { Decision: Decision.Redirect })
            return "only a demand that was redirected to its customer is answered by it";
        if (state.ToldAt is null)
            return "the customer has not been told of this demand, so nobody there can have an answer";
        if (state.Replies.Count >= MostReplies)
            return $"{MostReplies} answers of the customer are on record; no more are taken here";
        return Blank(replied.Says, "an answer needs a sentence");
    }

    /// <summary>The gate's answers: the order must be ours, of the fitting kind, and open.</summary>
    private static (string? Objection, bool Answer)? FromGate(EventBody body, DemandState state)
    {
        (string Order, OrderKind? Kind)? answer = body switch
        {
            Approved a => (a.Order, null),
            Refused r => (r.Order, null),
            Counted c => (c.Order, OrderKind.Count),
            Preserved p => (p.Order, OrderKind.Preserve),
            Previewed p => (p.Order, OrderKind.Preview),
            Sealed s => (s.Order, OrderKind.Release),
            Deleted d => (d.Order, OrderKind.Delete),
            _ => null,
        };
        if (answer is not var (digest, kind))
            return null;
        var order = state.Orders.Find(one => one.Digest == digest);
        if (order is null)
            return ($"{body.Type} names an order that this demand does not have", true);
        if (kind is not null && order.Kind != kind)
            return ($"an order to {Word(order.Kind)} is not answered by {body.Type}", true);
        if (!order.IsOpen)
            return ("the gate has answered this order already", true);
        if (body is Approved approved && (approved.Have <= order.Have || approved.Have > Math.Max(approved.Need, 1)))
            return ($"{approved.Have} of {approved.Need} approvals is nothing new", true);
        return (null, true);
    }

    private static DemandState Apply(DemandState state, DeskEvent happened, EventBody body) => body switch
    {
        _ when Keeping.IsOf(body) => Keeping.Apply(state, body),
        Messaged m => Correspondence.Apply(state, happened, m),
        _ when DocketRules.IsOf(body) => DocketRules.Apply(state, happened, body),
        Received r => state with { Received = r, ReceivedAt = happened.At, AssessmentDue = true },
        Authenticated a => WithFact(state with { Authentication = a }, FactNames.Authenticated, a.Outcome == Authenticity.Authentic ? "true" : "false"),
        Established e => WithFact(state, e.Fact, e.Value),
        Replied r => state with { Replies = state.Replies.Add(new(r.Answer, r.Says, happened.At)) },
        Assessed a => state with { Assessed = a, SecretUntil = a.Assessment.Notice is { By: NoticeBy.Provider, NotBefore: { } end } ? end : state.SecretUntil, AssessmentDue = a.FactsDigest != Canon.Digest(state.Established) },
        Decided d => state with { Decided = d, DecidedVersion = happened.Version },
        Ordered o => state with
        {
            Orders = state.Orders.Add(new OrderState
            {
                Digest = o.Order,
                Kind = o.Kind,
                Version = happened.Version,
                DecidedVersion = o.Kind is OrderKind.Preview or OrderKind.Release ? state.DecidedVersion : 0,
                RestsVersion = o.Kind switch { OrderKind.Preview or OrderKind.Release => state.DecidedVersion, OrderKind.Delete => state.EndedVersion, _ => 1 },
                Deletes = o.Deletes,
                Recipient = o.Recipient,
                Expires = o.Expires,
            }),
        },
        Approved a => WithOrder(state, a.Order, order => order with { Have = a.Have, Need = a.Need }),
        Counted c => WithFact(WithOrder(state, c.Order, order => order with { Count = c.Result }), FactNames.DataExists, Exists(c.Result)),
        Preserved p => WithFact(WithOrder(state, p.Order, order => order with { Preserved = p.Result }), FactNames.PreservedFrom, Instant.Text(happened.At)),
        Previewed p => WithOrder(state, p.Order, order => order with { Previewed = p.Result }),
        Deleted d => WithOrder(state, d.Order, order => order with { Deleted = d.Result }),
        Sealed s => WithOrder(state, s.Order, order => order with { Seal = s.Result }),
        Refused r => WithOrder(state, r.Order, order => order with { Refusal = r }),
        Released r => WithFact(WithOrder(state, r.Order, order => order with { ReleasedAt = happened.At }), FactNames.ReleasedAt, Instant.Text(happened.At)),
        Told => WithFact(state with { ToldAt = happened.At }, FactNames.CustomerTold, Instant.Text(happened.At)),
        Performed p => state with { Performed = state.Performed.SetItem(p.Rule, new(p.Do, p.Duty, p.How, happened.By, happened.At)) },
        Stayed s => state with { StayedFor = s.Reason },
        Resumed => state with { StayedFor = null },
        Withdrawn w => state with { WithdrawnFor = w.Reason, EndedVersion = happened.Version },
        Closed c => WithFact(state with { ClosedFor = c.Reason, EndedVersion = happened.Version }, FactNames.ClosedAt, Instant.Text(happened.At)),
        _ => state,
    };

    /// <summary>Items say yes; none says no, unless records were unreadable: then nobody knows, and it stays a question.</summary>
    private static string? Exists(CountResult count) => count switch
    {
        { Items: > 0 } => "true",
        { Unreadable: 0 } => "false",
        _ => null,
    };

    private static DemandState WithFact(DemandState state, string fact, string? value)
    {
        var facts = value is null ? state.Facts.Remove(fact) : state.Facts.SetItem(fact, value);
        return facts == state.Facts ? state : state with { Facts = facts, AssessmentDue = state.Assessed?.FactsDigest != Canon.Digest(new Facts(facts)) };
    }

    private static DemandState WithOrder(DemandState state, string digest, Func<OrderState, OrderState> change)
    {
        var at = state.Orders.FindIndex(order => order.Digest == digest);
        return state with { Orders = state.Orders.SetItem(at, change(state.Orders[at])) };
    }

    internal static string Word(Decision decision) => decision switch
    {
        Decision.Comply => "comply",
        Decision.ComplyInPart => "comply in part",
        Decision.NoData => "no data",
        Decision.Redirect => "redirect to the customer",
        Decision.Challenge => "challenge",
        Decision.Reject => "reject",
        _ => "undecided",
    };

    internal static string Word(OrderKind kind) => kind switch
    {
        OrderKind.Count => "count",
        OrderKind.Preserve => "preserve",
        OrderKind.Preview => "preview",
        OrderKind.Delete => "delete",
        _ => "release",
    };
}

/// <summary>Facts that the desk sets itself, by the names of the rule books.</summary>
internal static class FactNames
{
    public const string Authenticated = "authenticated";
    public const string DataExists = "data.exists";
    public const string PreservedFrom = "preservation.from";
    public const string ReleasedAt = "released.at";
    public const string CustomerTold = "customer.told";
    public const string ClosedAt = "closed.at";
}

/// <summary>An event may not follow those before it; the message is a sentence for a person.</summary>
public sealed class LifeException(string message)
    : DeskException("not-now", message, "look at the demand as it stands; what may follow what is in docs/desk.md");
