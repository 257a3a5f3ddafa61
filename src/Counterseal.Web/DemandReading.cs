using System.Text;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Web;

/// <summary>Reads a demand's file into what its page shows, in the reader's language. Pure but for the proofs, each of which it verifies.</summary>
internal static class DemandReading
{
    /// <summary>The view of a file.</summary>
    /// <param name="file">The demand.</param>
    /// <param name="prove">An event with what a stranger needs to check it.</param>
    /// <param name="log">The ledger's key.</param>
    /// <param name="reader">Who reads it.</param>
    /// <param name="working">How far the orders are that the gate works on.</param>
    /// <param name="now">What the law says now, where the demand has gone on since it was last assessed.</param>
    public static DemandView Of(DemandFile file, Func<LoggedEvent, ProvenEvent> prove, LogKeys log, Reader reader, Func<DemandState, Assessment>? now = null, IReadOnlyDictionary<string, GateProgress>? working = null)
    {
        var state = file.State;
        var received = state.Received!;
        var assessment = state.Assessed?.Assessment;
        var law = assessment is not null && state.AssessmentDue && now is not null ? now(state) : assessment;
        var decidedBy = file.Events.ElementAtOrDefault(state.DecidedVersion - 1)?.Event;
        return new DemandView
        {
            Id = state.Id,
            Demand = received.Demand,
            Received = state.ReceivedAt,
            Original = new(received.Original.Digest, received.Original.Length, received.Original.Format, received.Original.Channel),
            Warnings = received.Warnings,
            Stations = Stations(file, reader),
            State = state.Stage switch { Stage.Stayed => "stayed", Stage.Withdrawn => "withdrawn", Stage.Closed => "closed", _ => "open" },
            Assessment = assessment is null ? null : assessment with { Deadlines = state.Deadlines },
            Duties = law?.Duties ?? [],
            Performed = state.Performed,
            Terms = [.. (law?.Deadlines ?? []).Where(d => d.Kind is DeadlineKind.Theirs or DeadlineKind.Expiry or DeadlineKind.Retention).OrderBy(d => d.Due)],
            Facts = state.Facts,
            Assigned = state.AssignedTo ?? "",
            Recused = state.Recused,
            Told = state.ToldAt,
            Docket = state.Docket,
            Decided = state.Decided is { } d && decidedBy is not null ? new(d.Decision, decidedBy.At, decidedBy.By, d.Basis, d.BasisIsPolicy, d.Reasons) : null,
            Permitted = state.Decided?.Scope ?? assessment?.Permitted ?? Scope.Nothing,
            Next = [.. Next(file, reader)],
            Orders = [.. state.Orders.Select(order => working?.GetValueOrDefault(order.Digest) is { } progress ? Order(state, order, reader) with { State = reader.Say("order.working"), Result = EventSentence.Of(reader, progress, TimeProvider.System.GetUtcNow()) } : Order(state, order, reader))],
            Events = [.. file.Events.Select(Event)],
            Tampered = file.Tampered,
            Messages = state.Messages,
            Filed = received.Filed,
        };

        EventView Event(LoggedEvent logged)
        {
            var (sentence, said) = EventSentence.Of(reader, logged.Event);
            return new(logged.Event.Version, logged.Event.Type, logged.Event.At, logged.Event.By, sentence, Proof(prove(logged), logged.LeafIndex, log)) { Said = said };
        }
    }

    /// <summary>The proof, verified here and now.</summary>
    public static LedgerProof Proof(ProvenEvent proven, long index, LogKeys log)
    {
        var (salt, tag) = (Convert.FromHexString(proven.Salt), Convert.FromHexString(proven.Tag));
        var commitment = Commitment.Of(salt, proven.Event);
        var verified = false;
        try
        {
            var proof = TlogProof.Parse(proven.Proof);
            _ = proof.Verify(new Leaf(tag, commitment), log);
            (index, verified) = (proof.Index, true);
        }
        catch (FormatException)
        {
            // The page says that the event is not proven; that is all there is to do with it here.
        }

        return new(index, Convert.ToHexStringLower(commitment), verified, proven.Proof, Encoding.UTF8.GetString(proven.Event), proven.Salt, proven.Tag);
    }

    private static List<Station> Stations(DemandFile file, Reader reader)
    {
        var state = file.State;
        var release = state.Orders.LastOrDefault(o => o.Kind == Desk.OrderKind.Release && o.DecidedVersion == state.DecidedVersion);
        var handsOver = state.Decided is null or { HandsOver: true };
        var need = release is { Need: > 0 } ? release.Need : 2;
        var tells = state.Assessed?.Assessment.Notice.By != NoticeBy.Authority;
        var way = new List<(string Name, DeskEvent? By, bool Passed, bool On)>
        {
            ("received", Last("received"), true, true),
            ("authenticated", Last("authenticated"), state.IsAuthenticated, true),
            ("assessed", Last("assessed"), state.Assessed is not null && !state.AssessmentDue, true),
            ("decided", state.Decided is null ? null : Last("decided"), state.Decided is not null, true),
            ("approved", release is { Have: > 0 } ? Last("approved") : null, release is not null && (release.Seal is not null || release.Have >= need), handsOver),
            ("sealed", state.Package is null ? null : Last("sealed"), state.Package is not null, handsOver),
            ("released", state.Package?.ReleasedAt is null ? null : Last("released"), state.Package?.ReleasedAt is not null, handsOver),
            ("told", Last("told"), state.ToldAt is not null, tells),
        };
        var ended = state.Stage is Stage.Closed or Stage.Withdrawn;
        var stations = new List<Station>();
        var here = ended;
        foreach (var (name, by, passed, on) in way)
        {
            var mark = StationState.Ahead;
            if (passed)
                mark = StationState.Passed;
            else if (name == "authenticated" && state.Authentication is not null)
                mark = StationState.Ended;
            else if (!on || ended)
                mark = StationState.Left;
            else if (!here)
                (mark, here) = (StationState.Here, true);
            stations.Add(new(name == "approved" ? reader.Say("way.approved", ("have", reader.Number(release?.Have ?? 0)), ("need", reader.Number(need))) : reader.Say($"way.{name}"), mark, by?.At, by?.By));
        }

        return stations;

        DeskEvent? Last(string type) => file.Events.LastOrDefault(e => e.Event.Type == type)?.Event;
    }

    private static IEnumerable<NextStep> Next(DemandFile file, Reader reader)
    {
        var state = file.State;
        if (file.Tampered is not null || state.Stage is Stage.Closed or Stage.Withdrawn)
            yield break;
        if (state.StayedFor is { } held)
        {
            yield return new(reader.Say("next.held", ("reason", held)));
            yield break;
        }

        if (state.Authentication is null)
            yield return new(reader.Say("next.authenticate"), Commands.Authenticate(state.Id));
        foreach (var question in state.Assessed?.Assessment.Questions ?? [])
        {
            if (question.Fact != "authenticated" && state.Decided is null)
                yield return new(question.Text, Commands.Establish(state.Id, question.Fact)) { IsOfRules = true };
        }

        if (state.Decided is null && state.Assessed?.Assessment is { } law)
        {
            if (law.Proposed != Decision.Undecided)
                yield return new(reader.Say("next.decide", ("decision", reader.Word(law.Proposed))), Commands.Decide(state.Id, Name(law.Proposed), law.Proposed is Decision.Comply or Decision.ComplyInPart));
            if (!state.Orders.Any(o => o.Kind == Desk.OrderKind.Count))
                yield return new(reader.Say("next.count"), Commands.Order(state.Id, "count"));
        }

        foreach (var order in state.Orders.Where(o => o.IsOpen))
        {
            var kind = ("kind", reader.Word(order.Kind));
            yield return new(order.Need > 0 ? reader.Say("next.approve.some", kind, ("have", reader.Number(order.Have)), ("need", reader.Number(order.Need))) : reader.Say("next.approve", kind), Commands.Approve(order.Digest));
        }
        if (state.Decided is { HandsOver: true } && state.Package is null && !state.Orders.Any(o => o.IsOpen && o.Kind == Desk.OrderKind.Release))
            yield return new(reader.Say("next.release"), Commands.Order(state.Id, "release"));
        if (state.Package is { ReleasedAt: null })
            yield return new(reader.Say("next.fetch"));
    }

    private static OrderView Order(DemandState state, OrderState order, Reader reader) => new(
        order.Digest,
        order.Kind,
        reader.Say(order switch
        {
            { Refusal: not null } => "order.refused",
            { ReleasedAt: not null } => "order.handedOut",
            { IsOpen: false } => "order.done",
            _ => "order.waits",
        }),
        order.Have,
        order.Need,
        order.IsOpen ? order.Expires : null,
        order.IsOpen ? Commands.Approve(order.Digest) : null,
        order switch
        {
            { Count: { } count } => EventSentence.Of(reader, count),
            { Preserved: { } kept } => reader.Say("order.kept", ("items", reader.Count("count.item", kept.Items)), ("bytes", reader.Bytes(kept.Bytes)), ("until", WorkZone.Exact(kept.Until))),
            { Previewed: { } shown } => reader.Say("order.shown", ("items", reader.Count("count.item", shown.Items)), ("bytes", reader.Bytes(shown.Bytes)), ("until", WorkZone.Exact(shown.Until))),
            { Deleted: { } gone } => reader.Say("event.deleted", ("order", gone.Deleted[..16]), ("at", WorkZone.Exact(gone.At))),
            { Seal: { } seal } => $"{seal.Name}, {reader.Bytes(seal.Volumes.Sum(v => v.Length))}.",
            _ => null,
        })
    {
        Refusal = order.Refusal is { } no ? $"{no.Code}: {no.What}{(no.Next is null ? "" : $". Next: {no.Next}")}" : null,
        Sealed = order.Seal is not null,
        Leaves = (order.Preserved is not null || order.Previewed is not null || order.Seal is not null) && !state.Orders.Exists(other => other.Deletes == order.Digest && other.Refusal is null),
    };

    private static string Name(Decision decision)
    {
        var name = decision.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
