using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>The checks of the gate, in their order: each gives a refusal, or <c>null</c> when it holds.</summary>
public sealed partial class Gate
{
    /// <summary>How far the desk's clock may be ahead of the gate's.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestPreservation = TimeSpan.FromDays(366);

    /// <summary>Everything that must hold of an order but the number of approvals.</summary>
    private async Task<Refusal?> Fault(Envelope envelope, CancellationToken cancel)
    {
        var order = envelope.Order;
        if (AddresseeFault(order) is { } other)
            return other;
        if (await ClockFault(cancel) is { } wrong)
            return wrong;
        if ((WindowFault(order) ?? OriginalFault(envelope)) is { } plain)
            return plain;
        if (await ledger.Disagreement(cancel) is { } disagreement)
            return disagreement;
        var roster = await RosterOnRecord(cancel);
        if (ApprovalsFault(envelope, roster) is { } approvals)
            return approvals;
        if (await ledger.Fault(envelope.Event, cancel) is { } proof)
            return proof;
        if ((envelope.Event.Event.Fault(order) ?? ScopeFault(envelope) ?? PlanFault(order)) is { } rests)
            return rests;
        if (await BookFault(order.Book, cancel) is { } book)
            return book;
        return LawFault(envelope) ?? ViewersFault(order, roster) ?? RecipientFault(envelope, roster) ?? StopFault(order.DemandId, envelope.Directory?.Signer?.ToString()) ?? ReleasedFault(envelope) ?? DeletionFault(order);
    }

    /// <summary>What may have changed since the order was checked; asked again just before something leaves.</summary>
    private async Task<Refusal?> FaultNow(Envelope envelope, CancellationToken cancel)
    {
        var roster = await RosterOnRecord(cancel);
        var need = roster.Needs(envelope.Order);
        return await ClockFault(cancel)
            ?? WindowFault(envelope.Order)
            ?? ApprovalsFault(envelope, roster)
            ?? (envelope.Approvals.Count < need ? TooFew(envelope.Approvals.Count, need) : null)
            ?? SignersFault(envelope, roster, need)
            ?? ViewersFault(envelope.Order, roster)
            ?? RecipientFault(envelope, roster)
            ?? StopFault(envelope.Order.DemandId, envelope.Directory?.Signer?.ToString())
            ?? ReleasedFault(envelope)
            ?? await ledger.Look(cancel);
    }

    private Refusal? AddresseeFault(Order order) =>
        order.Gate != Name ? Refusal.Of(Refusal.WrongGate, "this order is for another gate", "/order/gate")
        : order.Trial != home.Settings.Trial ? Refusal.Of(Refusal.WrongGate, order.Trial ? "this order is for trial mode, the gate is in production" : "this order is for production, the gate is in trial mode", "/order/trial")
        : null;

    private Refusal? WindowFault(Order order)
    {
        var now = clock.GetUtcNow();
        return now < order.NotBefore ? Refusal.Of(Refusal.TooEarly, $"the order is good from {Instant.Text(order.NotBefore)}", "/order/notBefore")
            : now >= order.Expires ? Refusal.Of(Refusal.Expired, $"the order was good until {Instant.Text(order.Expires)}", "/order/expires")
            : order.AsOf > now + Skew ? Refusal.Of(Refusal.TooEarly, "the law was assessed for a time that has not come", "/order/asOf")
            : order.PreserveUntil <= now ? Refusal.Of(Refusal.Expired, "the preservation ends before it begins", "/order/preserveUntil")
            : order.PreserveUntil > now + LongestPreservation ? Refusal.Of(Refusal.TooLong, "the preservation lasts more than 366 days", "/order/preserveUntil")
            : null;
    }

    private static Refusal? OriginalFault(Envelope envelope) => Canonical.Digest(envelope.Original) == envelope.Order.OriginalDigest
        ? null
        : Refusal.Of(Refusal.WrongOriginal, "the original's bytes do not have the digest that the order names", "/original");

    private static Refusal? ApprovalsFault(Envelope envelope, Roster roster)
    {
        var reviewers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < envelope.Approvals.Count; i++)
        {
            var place = $"/approvals/{i}";
            var approval = Approval.Read(envelope.Approvals[i], place);
            if (approval.Fault(roster, envelope.Order.Digest, place) is { } fault)
                return fault;
            if (!reviewers.Add(approval.Reviewer))
                return Refusal.Of(Refusal.SameReviewerTwice, "two approvals by one person", place);
        }
        return null;
    }

    /// <summary>The scope against the event's: an order may narrow, never widen.</summary>
    private static Refusal? ScopeFault(Envelope envelope)
    {
        var order = envelope.Order;
        // What goes is all that the earlier order left, whatever the scope says.
        if (order.Kind == OrderKind.Delete)
            return null;
        var (inner, outer) = order.Kind switch
        {
            OrderKind.Preview or OrderKind.Release => (order.Scope, envelope.Event.Event.Decision().Scope),
            OrderKind.Count => (Collection.Counted(order.Scope), Collection.Counted(order.Demand.Scope)),
            _ => (order.Scope, order.Demand.Scope),
        };
        return Scope.Within(inner, outer)
            ? null
            : Refusal.Of(Refusal.WiderThanDecided, order.Kind is OrderKind.Preview or OrderKind.Release ? "the scope goes beyond what was decided" : "the scope goes beyond what was demanded", "/order/scope");
    }

    private Refusal? StopFault(string demand, string? signer) =>
        stops.Holds(demand, signer, ledger.Journal is { } journal ? journal.All("stopped").Select(leaf => leaf.Subject) : []);

    private async Task<Refusal?> BookFault(string digest, CancellationToken cancel)
    {
        if (!books.ContainsKey(digest) && Directory.GetDirectories(home.At("books")).Length != books.Count)
            books = ReadBooks();
        if (!books.ContainsKey(digest))
            return Refusal.Of(Refusal.UnknownBook, "the gate holds no rule book of that digest", "/order/book");
        await Record("book", "", OwnEvent.Book(digest), digest, cancel);
        return null;
    }

    /// <summary>The gate's own run of the law. What it permits is the most that can leave, whatever anybody approved.</summary>
    private Refusal? LawFault(Envelope envelope)
    {
        var order = envelope.Order;
        if (order.Kind is not (OrderKind.Preview or OrderKind.Release))
            return null;
        Assessment assessment;
        try
        {
            assessment = Engine.Assess(order.Demand, order.Facts, books[order.Book], order.Received, order.AsOf);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Foreign demands and facts drive the engine; whatever it cannot assess it does not permit.
            GateLog.Failed(log, order.Digest, e);
            return Refusal.Of(Refusal.BeyondLaw, "the law cannot be run over this demand and these facts", "/order/demand/read");
        }
        var (_, basis, isPolicy) = envelope.Event.Event.Decision();
        return assessment.Permitted.Items.Count == 0 ? Refusal.Of(Refusal.BeyondLaw, "the law, run by the gate, permits nothing", "/order/scope")
            : !Scope.Within(order.Scope, assessment.Permitted) ? Refusal.Of(Refusal.BeyondLaw, "the scope goes beyond what the law, run by the gate, permits", "/order/scope")
            : assessment.Basis != basis || assessment.BasisIsPolicy != isPolicy ? Refusal.Of(Refusal.BeyondLaw, "the decision names another basis than the law, run by the gate, finds", "/event/bytes/body/basis")
            : null;
    }

    /// <summary>Who may look is named in the order, so that those who approve it know; each must be a reviewer on the roster as it stands.</summary>
    private static Refusal? ViewersFault(Order order, Roster roster) =>
        order.Viewers.All(name => roster.Find(name) is { } person && person.Roles.Contains(RosterRole.Reviewer))
            ? null
            : Refusal.Of(Refusal.NotOnRoster, "a viewer is not on the roster with the role reviewer", "/order/viewers");

    private Refusal? RecipientFault(Envelope envelope, Roster roster) => envelope.Directory is not { } entry ? null
        : entry.Digest != envelope.Order.Recipient ? Refusal.Of(Refusal.WrongRecipient, "the directory entry is not the one that the order names", "/directory")
        : entry.Fault(roster, clock.GetUtcNow()) ?? directory.Fault(entry, "/directory");

    /// <summary>Whether all who approved are among those who signed the recipient's keys: two people alone would then both name the recipient and release to it.</summary>
    private static Refusal? SignersFault(Envelope envelope, Roster roster, int need)
    {
        if (envelope.Directory is not { } entry || envelope.Approvals.Count < need)
            return null;
        var signers = entry.Signers(roster);
        return envelope.Approvals.All(note => signers.Contains(Approval.Read(note, "/approvals").Reviewer))
            ? Refusal.Of(Refusal.KeySigners, "everybody who approved had signed the recipient's directory entry", "/approvals")
            : null;
    }

    /// <summary>Whether another order has released, or is releasing, on the same decision.</summary>
    private Refusal? ReleasedFault(Envelope envelope)
    {
        var order = envelope.Order;
        if (order.Kind is not (OrderKind.Preview or OrderKind.Release))
            return null;
        var version = envelope.Event.Event.Version;
        var seals = ledger.Journal!.All("sealed");
        if (seals.Any(leaf => leaf.Subject != order.Digest && (leaf.Claim?.Rests == order.Rests || (leaf.Event.Demand == order.DemandId && leaf.Claim?.Version == version))))
            return Refusal.Of(Refusal.AlreadyReleased, "another order has released on this decision", "/order/rests");
        if (order.Kind == OrderKind.Preview)
            return null;
        if (works.Values.Any(work => work.Digest != order.Digest && !work.Task.IsCompleted && (work.Rests == order.Rests || (work.Demand == order.DemandId && work.Version == version))))
            return Refusal.Of(Refusal.AlreadyReleased, "another order is releasing on this decision", "/order/rests");
        return order.ReissueOf is { } earlier && !seals.Any(leaf => leaf.Subject == earlier && leaf.Event.Demand == order.DemandId)
            ? Refusal.Of(Refusal.WrongEvent, "the gate has not released the order that this one shall repeat", "/order/reissueOf")
            : null;
    }

    /// <summary>Approvals kept and approvals new, one a person: another by the same person changes nothing. Kept ones that no longer count are left out.</summary>
    private Envelope Merged(Envelope filed, Envelope? kept)
    {
        var roster = home.ReadRoster();
        var notes = new List<string>();
        var people = new HashSet<string>(StringComparer.Ordinal);
        foreach (var note in (kept is null ? [] : Counted(kept.Approvals, kept.Order.Digest, roster)).Concat(filed.Approvals))
        {
            if (people.Add(Approval.Read(note, "/approvals").Reviewer))
                notes.Add(note);
        }
        return filed with { Approvals = notes };
    }

    /// <summary>The counters of the passkeys in approvals that the gate has not kept yet; all else of them has been checked.</summary>
    private Refusal? CounterFault(IReadOnlyList<string> approvals, Envelope? kept, Roster roster)
    {
        for (var i = 0; i < approvals.Count; i++)
        {
            var place = $"/approvals/{i}";
            if (kept?.Approvals.Contains(approvals[i]) is not true && counters.Take(Approval.Read(approvals[i], place).Note, roster) is { } fault)
                return Refusal.Of(Refusal.WrongApproval, fault, place);
        }
        return null;
    }

    /// <summary>The order with the approvals that count now.</summary>
    /// <exception cref="RefusalException">They are too few: because one no longer counts, or because there never were enough.</exception>
    private Envelope Approved(Envelope kept)
    {
        var roster = home.ReadRoster();
        var counted = kept with { Approvals = Counted(kept.Approvals, kept.Order.Digest, roster) };
        if (counted.Approvals.Count < roster.Needs(kept.Order))
            throw new RefusalException(ApprovalsFault(kept, roster) ?? TooFew(counted.Approvals.Count, roster.Needs(kept.Order)));
        return counted;
    }

    private static IReadOnlyList<string> Counted(IReadOnlyList<string> approvals, string order, Roster roster) =>
        [.. approvals.Where(note => Approval.Read(note, "/approvals").Fault(roster, order) is null)];

    /// <summary>The key that seals are signed with is on record before the first of them: its leaf parts what an earlier key was good for from what it is not.</summary>
    private async Task KeyOnRecord(CancellationToken cancel)
    {
        var key = home.Signer.Verifier.ToString();
        await Record("key", "", OwnEvent.Key(key), key, cancel);
    }

    /// <summary>Puts an event on record: journal, ledger, journal.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="demand">The demand's id, or empty.</param>
    /// <param name="body">The body.</param>
    /// <param name="subject">The digest that it is about when such an event goes on record once only, or <c>null</c> for a new one always.</param>
    /// <param name="cancel">Stops waiting for the ledger; the event stays intended.</param>
    /// <param name="claim">For <i>sealed</i>.</param>
    private async Task<OwnLeaf> Record(string type, string demand, JsonObject body, string? subject, CancellationToken cancel, (string Rests, long Version)? claim = null)
    {
        OwnLeaf leaf;
        lock (recording)
        {
            try
            {
                leaf = (subject is null ? null : ledger.Journal!.Find(type, subject)) ?? ledger.Journal!.Intend(type, demand, Name, body, claim);
            }
            catch (IOException e)
            {
                GateLog.JournalUnwritable(log, e);
                throw new RefusalException(Refusal.Of(Refusal.Journal, "the journal cannot be written", "journal.ndjson"));
            }
        }
        if (leaf.Index is null)
            await ledger.Send(leaf, cancel);
        return leaf;
    }

    private Dictionary<string, RuleBook> ReadBooks() => home.ReadBooks((folder, e) => GateLog.BookUnusable(log, folder, e));
}
