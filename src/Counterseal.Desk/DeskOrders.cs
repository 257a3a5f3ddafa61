using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>How a demand stands after asking the gate.</summary>
/// <param name="State">The demand.</param>
/// <param name="Answers">What the gate said of each open order.</param>
public sealed record Polled(DemandState State, IReadOnlyList<GateAnswer> Answers);

/// <content>Orders to the gate, and its answers.</content>
public sealed partial class Desk
{
    /// <summary>An order lives at most a day (<c>docs/gate-protocol.md</c>).</summary>
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);
    private static readonly TimeSpan Lateness = TimeSpan.FromMinutes(5);

    /// <summary>Orders a count of what is in the demanded scope, records it and files it.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="window">How long the order is good; at most 24 hours, <c>null</c> for that.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="LifeException">Not now; says why.</exception>
    /// <exception cref="DeskException"><c>gate-away</c> or <c>gate-refused</c>: the order is recorded, and <see cref="Poll"/> files it again.</exception>
    public Task<Polled> OrderCount(string demand, string by, TimeSpan? window, int? seen, CancellationToken cancel) =>
        Order(demand, by, OrderKind.Count, null, [], null, window, seen, cancel);

    /// <summary>Orders a snapshot of what must be kept.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="until">When the snapshot ends.</param>
    /// <param name="window">How long the order is good.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    public Task<Polled> OrderPreserve(string demand, string by, DateTimeOffset until, TimeSpan? window, int? seen, CancellationToken cancel) =>
        Order(demand, by, OrderKind.Preserve, until, [], null, window, seen, cancel);

    /// <summary>Orders the package that was decided on.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="window">How long the order is good.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    public Task<Polled> OrderRelease(string demand, string by, TimeSpan? window, int? seen, CancellationToken cancel) =>
        Order(demand, by, OrderKind.Release, null, [], null, window, seen, cancel);

    /// <summary>Orders that named reviewers may look, at the gate, at what would leave.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="viewers">Names on the gate's roster.</param>
    /// <param name="window">How long the order is good, and the preview kept.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    public Task<Polled> OrderPreview(string demand, string by, IReadOnlyList<string> viewers, TimeSpan? window, int? seen, CancellationToken cancel) =>
        viewers.Count > 0 ? Order(demand, by, OrderKind.Preview, null, viewers, null, window, seen, cancel) : throw new LifeException("a preview names at least one reviewer who may look");

    /// <summary>Orders that what an earlier order left at the gate be deleted, after the demand was withdrawn or closed. The gate waits before it does.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="order">Digest of the earlier order: a snapshot's, a package's or a preview's.</param>
    /// <param name="window">How long the order is good for being approved.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    public Task<Polled> OrderDelete(string demand, string by, string order, TimeSpan? window, int? seen, CancellationToken cancel) =>
        Order(demand, by, OrderKind.Delete, null, [], order, window, seen, cancel);

    /// <summary>Asks the gate about every open order, files again what it does not know, and records what is new.</summary>
    /// <exception cref="DeskException"><c>gate-away</c>.</exception>
    public async Task<Polled> Poll(string demand, CancellationToken cancel)
    {
        var state = await Present(demand, cancel);
        var answers = new List<GateAnswer>();
        foreach (var order in state.Orders.Where(order => order.IsOpen).ToList())
        {
            var (asked, answer) = (order, await gate.Ask(order.Digest, cancel));
            if (answer.State == "unknown")
            {
                (state, var again) = await WithPlan(state, order, cancel);
                if (again is null)
                    continue;
                asked = again;
                answer = await gate.File(asked.Digest, await Envelope(state, asked, cancel), cancel);
            }
            if (answer is { State: "done", Result: null })
                throw new DeskException("gate-refused", "the gate gives the desk no results, so it does not know the desk's credential", "check gateCredential in desk.json");
            answers.Add(answer);
            state = await Take(state, asked, answer, cancel);
        }
        return new Polled(await AssessIfDue(state), answers);
    }

    /// <summary>How far the demand's open orders are; those that the gate does not say anything of are left out, and so are all when it is away. Nothing is recorded.</summary>
    /// <param name="state">The demand.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<IReadOnlyDictionary<string, GateProgress>> Working(DemandState state, CancellationToken cancel)
    {
        var working = new Dictionary<string, GateProgress>(StringComparer.Ordinal);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            foreach (var order in state.Orders.Where(order => order.IsOpen))
            {
                if ((await gate.Ask(order.Digest, patience.Token)).Progress is { } progress)
                    working[order.Digest] = progress;
            }
        }
        catch (Exception e) when (e is DeskException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // A page that shows a demand does not wait for the gate.
            return working;
        }
        return working;
    }

    /// <summary>Passes a reviewer's approval on to the gate and records what comes of it.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="order">The order's digest.</param>
    /// <param name="note">The signed note.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="DeskException"><c>gate-refused</c>: the gate does not take this approval; <c>gate-away</c>.</exception>
    public async Task<Polled> Approve(string demand, string order, byte[] note, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(note);
        var state = await Present(demand, cancel);
        if (state.Orders.Find(one => one.Digest == order) is not { } known)
            throw new DeskException("unknown", $"demand {demand} has no order {order}", "look at the demand's orders");
        if (known.IsOpen && (await gate.Ask(order, cancel)).State == "unknown")
        {
            (state, var filed) = await WithPlan(state, known, cancel);
            if (filed?.Digest != order)
                throw new DeskException("gate-refused", "the order was drafted while the gate was away, so it names no queries that the gate would run", filed is null ? "order again" : $"it was drafted again with them: look at order {filed.Digest} and approve that one");
            _ = await gate.File(order, await Envelope(state, known, cancel), cancel);
        }
        var answer = await gate.Approve(order, note, cancel);
        // What the approval set off may itself have been refused; that is recorded before the reviewer is told.
        var polled = await Poll(demand, cancel);
        return answer.Refusal is { } no ? throw Refusal(no) : polled;
    }

    /// <summary>A file of the sealed package, streamed from the gate. Not while the demand is stayed, withdrawn or closed, nor after its authentication was taken back.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="file">A volume's name, or <c>NAME.counterseal</c>.</param>
    /// <param name="range">A <c>Range</c> header to pass on, or <c>null</c> for the whole file.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="LifeException">There is nothing to hand out now; says why.</exception>
    public async Task<PackageFile> Package(string demand, string file, string? range, CancellationToken cancel)
    {
        var state = await Present(demand, cancel);
        if (state.Package is not { Seal: { } seal } package)
            throw new LifeException("no package of this demand is sealed under the current decision");
        if (state.Stage is not (Stage.Sealed or Stage.Released) || !state.IsAuthenticated)
            throw new LifeException($"nothing is handed out while the demand is {state.Stage.ToString().ToLowerInvariant()}{(state.IsAuthenticated ? "" : " and its authority not authenticated")}");
        return seal.Has(file) ? await gate.Package(package.Digest, file, range, cancel)
            : throw new DeskException("unknown", $"the package has no file {file}", $"ask for {string.Join(", ", seal.Volumes.Select(seal.FileOf))} or {seal.Counterseal}");
    }

    /// <summary>A whole file of the sealed package.</summary>
    /// <inheritdoc cref="Package(string, string, string?, CancellationToken)"/>
    public Task<PackageFile> Package(string demand, string file, CancellationToken cancel) => Package(demand, file, null, cancel);

    /// <summary>Records that the package was handed out; once is enough, and again changes nothing.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">Who handed it out or fetched it.</param>
    /// <param name="how">How, e.g. fetched from the status page.</param>
    /// <param name="cancel">Until the commit.</param>
    public async Task<DemandState> HandedOut(string demand, string by, string how, CancellationToken cancel)
    {
        var state = await Present(demand, cancel);
        return state.Package is { ReleasedAt: not null } ? state
            : await Say(demand, by, state.Version, now => new Released(now.Package?.Digest ?? "", Text(how, "how")), cancel);
    }

    private async Task<Polled> Order(
        string demand, string by, OrderKind kind, DateTimeOffset? until, IReadOnlyList<string> viewers, string? deletes, TimeSpan? window, int? seen, CancellationToken cancel)
    {
        var before = await Present(demand, cancel);
        var events = await store.Load(demand, cancel);
        // The gate knows what it would ask of its sources, and says it of a scope; a desk that cannot reach it asks when it files.
        var scope = kind == OrderKind.Delete || (kind is OrderKind.Preview or OrderKind.Release && before.Decided is not { HandsOver: true }) ? null : Covers(kind, before);
        var plan = scope is null ? null : await gate.Plan(kind, scope, cancel);
        await Say(demand, by, seen, state =>
        {
            if (viewers.FirstOrDefault(state.Recused.ContainsKey) is { } conflicted)
                throw new LifeException($"{conflicted} has declared a conflict with this demand and is not named as one who may look");
            var now = time.GetUtcNow();
            var onDecision = kind is OrderKind.Preview or OrderKind.Release;
            var decided = state.Decided;
            if (onDecision && decided is not { HandsOver: true })
                throw new LifeException($"nothing is {(kind == OrderKind.Preview ? "previewed" : "released")} without a decision to comply");
            if (state.Version != events.Count)
                throw new ConflictException(demand, events.Count, null);
            if (kind == OrderKind.Delete && state.EndedVersion == 0)
                throw new LifeException("what the gate keeps of a demand is deleted after the demand was withdrawn or closed");
            var rests = events[(onDecision ? state.DecidedVersion : kind == OrderKind.Delete ? state.EndedVersion : 1) - 1].Event.Digest;
            var expires = now + (window ?? Window);
            var draft = OrderDraft.Of(
                kind, options, state, onDecision ? decided!.Book : Book.Digest, onDecision ? decided!.AsOf : Latest(now, state.ReceivedAt),
                onDecision ? state.Assessed!.Facts : state.Facts, deletes is null ? Covers(kind, state) : ScopeOf(events, state, deletes), rests, until, viewers, deletes, now, expires, plan);
            return new Ordered(draft.Digest, kind, draft.Canonical, kind == OrderKind.Release ? decided!.Recipient : null, now, expires, deletes);
        }, cancel);
        return await Poll(demand, cancel);
    }

    /// <summary>
    /// An order that was drafted while the gate was away names no queries, and nobody has seen it at the gate. Before it is filed the gate, which is back, is asked for them, and the order is drafted again:
    /// the same in everything else, for what is left of its window. That the first one came to nothing, and why, is on record.
    /// </summary>
    /// <returns>The demand, and the order to file; <c>null</c> where it cannot be drafted again, because what it rests on has changed since.</returns>
    private async Task<(DemandState State, OrderState? Order)> WithPlan(DemandState state, OrderState order, CancellationToken cancel)
    {
        var made = (await store.Load(state.Id, cancel))[order.Version - 1].Event;
        var ordered = (Ordered)made.Body;
        if (order.Kind == OrderKind.Delete || time.GetUtcNow() >= order.Expires || OrderDraft.ScopeWithoutPlan(ordered.Bytes) is not { } scope || await gate.Plan(order.Kind, scope, cancel) is not { } plan)
            return (state, order);
        var draft = OrderDraft.WithPlan(ordered.Bytes, plan);
        state = (await store.Append(state, state.Id, Self, _ => Task.FromResult<EventBody>(new Refused(
            order.Digest, "no-plan", "the gate was away when this order was drafted, so it named no queries for the reviewers to see; it is drafted again with the gate's", "look at the order that follows")), null, cancel)).State;
        try
        {
            // It is the same person's order still.
            state = (await store.Append(state, state.Id, made.By, _ => Task.FromResult<EventBody>(ordered with { Order = draft.Digest, Bytes = draft.Canonical }), null, cancel)).State;
            return (state, state.Orders[^1]);
        }
        catch (LifeException)
        {
            return (state, null);
        }
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static Scope Covers(OrderKind kind, DemandState state)
    {
        if (kind is OrderKind.Preview or OrderKind.Release)
            return state.Decided!.Scope;
        var demanded = state.Received!.Demand.Scope;
        if (kind == OrderKind.Count)
        {
            return demanded.Items.Count > 0 ? demanded
                : throw new LifeException("the demand names no selector, so there is nothing to count; ask the authority");
        }
        var keep = state.Assessed?.Assessment.Preserve is { Items.Count: > 0 } must ? must : demanded;
        var named = new Scope([.. keep.Items.Where(item => item.Categories.Count > 0)]);
        return named.Items.Count > 0 ? named
            : throw new LifeException("the demand names no data category, so nobody can say what to keep; ask the authority");
    }

    /// <summary>What the order that is to be undone covered.</summary>
    private static Scope ScopeOf(IReadOnlyList<LoggedEvent> events, DemandState state, string order)
    {
        if (state.Orders.Find(one => one.Digest == order) is not { } known)
            throw new LifeException("the demand has no order of that digest");
        using var bytes = System.Text.Json.JsonDocument.Parse(((Ordered)events[known.Version - 1].Event.Body).Bytes);
        return System.Text.Json.JsonSerializer.Deserialize<Scope>(bytes.RootElement.GetProperty("scope"), LawJson.Options)!;
    }

    private async Task<System.Text.Json.Nodes.JsonObject> Envelope(DemandState state, OrderState order, CancellationToken cancel)
    {
        var events = await store.Load(state.Id, cancel);
        var ordered = (Ordered)events[order.Version - 1].Event.Body;
        var rests = events[order.RestsVersion - 1];
        await using var db = open();
        var original = await db.Originals.AsNoTracking().Where(o => o.Demand == state.Id).Select(o => o.Bytes).SingleOrDefaultAsync(cancel)
            ?? throw new DeskException("tampered", $"the original of demand {state.Id} is not in the database", "restore the database from its copy");
        var directory = order.Recipient is null ? null : (await Entry(order.Recipient, cancel)).Note;
        return OrderDraft.Envelope(ordered.Bytes, original, store.Proven(rests), directory);
    }

    /// <summary>Records what is new in an answer. Done by the gate's name: the desk only writes down what it was told.</summary>
    private async Task<DemandState> Take(DemandState state, OrderState order, GateAnswer answer, CancellationToken cancel)
    {
        var by = options.GateName;
        var need = answer.Need ?? order.Need;
        var have = answer.Have ?? (answer.State is "done" or "working" or "deleting" ? need : order.Have);
        if (have > order.Have && have <= need)
            state = await Note(state, new Approved(order.Digest, have, need));
        EventBody? body = answer switch
        {
            { State: "done", Result: not null } => order.Kind switch
            {
                OrderKind.Count => new Counted(order.Digest, GateLink.Result<CountResult>(answer)),
                OrderKind.Delete => new Deleted(order.Digest, GateLink.Result<DeleteResult>(answer)),
                OrderKind.Preview => new Previewed(order.Digest, GateLink.Result<PreviewResult>(answer)),
                OrderKind.Preserve => new Preserved(order.Digest, GateLink.Result<PreserveResult>(answer)),
                _ => new Sealed(order.Digest, GateLink.Result<SealResult>(answer)),
            },
            { Refusal: { IsFinal: true } no } => new Refused(order.Digest, no.Code, no.What, no.Next),
            // Begun work may end after the window; what has not begun by then never will. The clocks of desk and gate may differ a little.
            { State: not ("working" or "done" or "deleting") } when time.GetUtcNow() > order.Expires + Lateness =>
                new Refused(order.Digest, "expired", "the order's window ended before the gate began", "order again"),
            _ => null,
        };
        return body is null ? state : await Note(state, body);

        async Task<DemandState> Note(DemandState before, EventBody what) =>
            (await store.Append(before, before.Id, by, _ => Task.FromResult(what), null, cancel)).State;
    }

    private static DeskException Refusal(GateRefusal no) => new("gate-refused", $"{no.Code}: {no.What}", no.Next ?? "see docs/gate-protocol.md");
}
