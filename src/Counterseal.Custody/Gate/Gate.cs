using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>What the gate answers: an HTTP status and JSON, canonical.</summary>
/// <param name="Status">200, 202, or the refusal's.</param>
/// <param name="Json">The protocol's answer.</param>
public sealed record GateAnswer(int Status, byte[] Json);

/// <summary>
/// The only process that reads customer data or makes a package, and only for an order that carries its own proof. It checks everything itself: whoever files may
/// lie about everything. Without HTTP; <see cref="GateHost"/> serves it. The checks are in <c>GateChecks.cs</c>, the doing in <c>GateRun.cs</c>, stops and lifts in <c>GateStops.cs</c>.
/// </summary>
public sealed partial class Gate : IAsyncDisposable
{
    private const int MostWaiting = 500;

    private readonly GateHome home;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly MakeCollector makeCollector;
    private readonly GateLedger ledger;
    private readonly Stops stops;
    private readonly OrderShelf shelf;
    private readonly KnownDirectory directory;
    private readonly PasskeyCounters counters;
    private readonly PendingLifts lifting;
    private readonly PendingEntries entries;
    private readonly Measures measures;
    private readonly ConcurrentBag<Task> behind = [];
    private readonly SemaphoreSlim filing = new(1, 1);
    private readonly Lock recording = new();
    private readonly SemaphoreSlim slots = new(2, 2);
    private readonly ConcurrentDictionary<string, Work> works = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ending = new();
    private Dictionary<string, RuleBook> books;
    private Task keeping = Task.CompletedTask;

    private Gate(GateHome home, TimeProvider clock, ILogger log, MakeCollector? collectors)
    {
        this.home = home;
        makeCollector = collectors ?? (_ => null);
        this.clock = clock;
        this.log = log;
        stops = new Stops(home, (type, digest) => ledger?.Journal?.Find(type, digest) is not null);
        shelf = new OrderShelf(home);
        directory = new KnownDirectory(home, entry => ledger?.Journal?.Find("revoked", entry) is not null);
        counters = new PasskeyCounters(home);
        lifting = new PendingLifts(home);
        entries = new PendingEntries(home);
        measures = new Measures(home.At("measures.json"));
        books = ReadBooks();
        ledger = new GateLedger(home, clock);
        witnessed = new WitnessClock(home, clock, ledger);
        tally = GateTally.Open(home);
    }

    /// <summary>The gate's name.</summary>
    public string Name => home.Settings.Name;

    /// <summary>
    /// Opens a gate's folder and reads the journal. In the background it reconciles with the ledger (nothing is decided before that), takes up the orders that
    /// were cut off, and deletes the snapshots whose term has ended.
    /// </summary>
    /// <exception cref="InvalidDataException">The folder cannot be used.</exception>
    public static Gate Open(string folder, TimeProvider clock, ILogger log, MakeCollector? collectors = null)
    {
        var home = GateHome.Open(folder);
        Gate gate;
        try
        {
            gate = new Gate(home, clock, log, collectors);
            gate.Sources().Dispose();
        }
        catch
        {
            home.Dispose();
            throw;
        }
        try
        {
            gate.StopIfRestored();
        }
        catch
        {
            gate.ledger.Dispose();
            home.Dispose();
            throw;
        }
        if (home.Settings.Witnesses is null)
            GateLog.JournalAlone(log);
        gate.keeping = Task.Run(gate.KeepOn);
        return gate;
    }

    /// <summary>Files an order: checks all of it, keeps it until enough people have approved, then carries it out.</summary>
    /// <param name="json">The envelope.</param>
    /// <param name="wait">Whether to keep it when approvals are missing.</param>
    /// <param name="cancel">Stops waiting for the answer, not the work.</param>
    public async Task<GateAnswer> File(ReadOnlyMemory<byte> json, bool wait, CancellationToken cancel)
    {
        var digest = "";
        try
        {
            var envelope = Envelope.Read(json);
            digest = envelope.Order.Digest;
            if (shelf.Done(digest) is { } outcome)
                return Done(digest, outcome);
            Work begun;
            await filing.WaitAsync(cancel);
            try
            {
                if (works.TryGetValue(digest, out var work) && !work.Task.IsCompleted)
                    return Working(digest, work);
                if (await Fault(envelope, cancel) is { } refusal)
                    return Refuse(digest, refusal);
                var kept = shelf.Find(digest);
                if (kept is null && wait && shelf.Unfinished().Count >= MostWaiting)
                    return Refuse(digest, Refusal.Of(Refusal.Busy, "too many orders wait", "/"));
                var merged = Merged(envelope, kept);
                var roster = home.ReadRoster();
                if (CounterFault(envelope.Approvals, kept, roster) is { } counter)
                    return Refuse(digest, counter);
                var need = roster.Needs(envelope.Order);
                if (merged.Approvals.Count < need && !wait)
                    return Refuse(digest, TooFew(merged.Approvals.Count, need));
                if (SignersFault(merged, roster, need) is { } alone)
                    return Refuse(digest, alone);
                shelf.Keep(merged);
                if (envelope.Directory is { } entry)
                    directory.Keep(entry);
                if (merged.Approvals.Count < need)
                    return Waiting(digest, merged.Approvals.Count, need);
                begun = Begin(merged);
            }
            finally
            {
                filing.Release();
            }
            return await Answer(begun, cancel);
        }
        catch (RefusalException e)
        {
            return Refuse(digest, e.Refusal);
        }
    }

    /// <summary>Adds one reviewer's approval to an order that waits; the last one needed starts the work.</summary>
    public async Task<GateAnswer> Approve(string digest, ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        try
        {
            Work begun;
            await filing.WaitAsync(cancel);
            try
            {
                var approval = Approval.Read(note.Span, "/");
                if (shelf.Find(digest) is not { } kept)
                    return shelf.Done(digest) is { } outcome ? State(digest, outcome) : Refuse(digest, Unknown());
                if (await ledger.Disagreement(cancel) is { } disagreement)
                    return Refuse(digest, disagreement);
                var roster = await RosterOnRecord(cancel);
                if (approval.Fault(roster, digest, "/") is { } fault)
                    return Refuse(digest, fault);
                var merged = Signed(Merged(kept with { Approvals = [Encoding.UTF8.GetString(note.Span)] }, kept));
                if (CounterFault([Encoding.UTF8.GetString(note.Span)], kept, roster) is { } counter)
                    return Refuse(digest, counter);
                var need = roster.Needs(kept.Order);
                if (SignersFault(merged, roster, need) is { } alone)
                    return Refuse(digest, alone);
                shelf.Keep(merged);
                if (merged.Approvals.Count < need)
                    return Waiting(digest, merged.Approvals.Count, need);
                begun = works.TryGetValue(digest, out var work) && !work.Task.IsCompleted ? work : Begin(merged);
            }
            finally
            {
                filing.Release();
            }
            return await Answer(begun, cancel, withResult: false);
        }
        catch (RefusalException e)
        {
            return Refuse(digest, e.Refusal);
        }
    }

    /// <summary>Where an order stands. Its result is for the desk; what a reviewer looks at before approving is for anyone who can reach the gate.</summary>
    public GateAnswer Show(string digest, bool desk)
    {
        try
        {
            if (shelf.Done(digest) is { } outcome)
                return desk ? Done(digest, outcome) : State(digest, outcome);
            if (works.TryGetValue(digest, out var work) && !work.Task.IsCompleted)
                return Working(digest, work);
            if (shelf.Glance(digest) is not var (order, approvals))
                return shelf.Done(digest) is { } since ? desk ? Done(digest, since) : State(digest, since) : Plain(Unknown());
            if (Deleting(digest) is { } deleting)
                return DeletionState(deleting);
            if (desk && work?.Refusal is { } said)
                return Plain(said);
            var roster = home.ReadRoster();
            var answer = new JsonObject
            {
                ["order"] = digest,
                ["state"] = "waiting",
                ["have"] = Counted(approvals, digest, roster).Count,
                ["need"] = roster.Needs(order),
                ["gate"] = Name,
                ["epoch"] = roster.Epoch,
            };
            if (work?.Refusal is { } refusal)
                answer["lastRefusal"] = refusal.Code;
            // The desk made the envelope; a reviewer must see the bytes that the gate has.
            if (!desk && shelf.Find(digest) is { } kept)
            {
                answer["envelope"] = kept.Node();
                if (order.Plan is not null)
                    answer["plan"] = Texts(PlanOf(order.Kind, order.Scope));
            }
            return new GateAnswer(200, Canonical.Bytes(answer));
        }
        catch (RefusalException e)
        {
            return Plain(e.Refusal);
        }
    }

    /// <summary>What waits for approvals.</summary>
    public GateAnswer List()
    {
        try
        {
            var roster = home.ReadRoster();
            var waiting = new JsonArray();
            foreach (var digest in shelf.Unfinished())
            {
                if (shelf.Glance(digest) is var (order, approvals))
                {
                    waiting.Add(new JsonObject
                    {
                        ["order"] = digest,
                        ["kind"] = Word(order.Kind),
                        ["demand"] = order.DemandId,
                        ["have"] = Counted(approvals, digest, roster).Count,
                        ["need"] = roster.Needs(order),
                        ["expires"] = Instant.Text(order.Expires),
                    });
                }
            }
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["orders"] = waiting }));
        }
        catch (RefusalException e)
        {
            return Plain(e.Refusal);
        }
    }

    /// <summary>What is public about the gate: its name, key, epoch and books.</summary>
    public GateAnswer About()
    {
        var about = new JsonObject
        {
            ["gate"] = Name,
            ["trial"] = home.Settings.Trial,
            ["key"] = home.Signer.Verifier.ToString(),
            ["ledger"] = home.LedgerKey.Now.ToString(),
            ["books"] = new JsonArray([.. books.Keys.Order(StringComparer.Ordinal).Select(book => JsonValue.Create(book))]),
        };
        about["clock"] = witnessed.Json();
        if (home.LedgerKey.Earlier.Count > 0)
            about["earlierLedgers"] = Trust.LedgersJson(home.LedgerKey.Earlier);
        var keys = ledger.Journal?.All("key").Where(leaf => leaf.Index is not null).OrderBy(leaf => leaf.N).ToList() ?? [];
        if (keys.Count > 1)
            about["earlier"] = new JsonArray([.. keys.SkipLast(1).Select((leaf, i) => new JsonObject { ["gate"] = leaf.Subject, ["before"] = keys[i + 1].Index })]);
        try
        {
            var roster = home.ReadRoster();
            about["epoch"] = roster.Epoch;
            if (roster.Passkeys is { } passkeys)
                about["pages"] = passkeys.Origin;
            about["changes"] = new JsonArray([.. PendingRosters().Select(ChangeJson)]);
            about["approvals"] = new JsonObject { ["count"] = roster.ForCount.Json(), ["preserve"] = roster.ForPreserve.Json(), ["release"] = roster.ForRelease.Json() };
        }
        catch (RefusalException)
        {
            about["epoch"] = 0;
        }
        return new GateAnswer(200, Canonical.Bytes(about));
    }

    /// <summary>Whether the gate can work; where its clock is doubted, why; where it has stopped itself, by which wire.</summary>
    public async Task<GateAnswer> Health(CancellationToken cancel)
    {
        if (await ledger.Disagreement(cancel) is { } refusal)
            return new GateAnswer(503, Canonical.Bytes(new JsonObject { ["state"] = refusal.Code }));
        if (await ClockFault(cancel) is { } clockFault)
            return new GateAnswer(503, Canonical.Bytes(WithStops(new JsonObject { ["state"] = clockFault.Code, ["what"] = clockFault.What })));
        // Of a demand that nobody has: only what holds everything holds it.
        if (StopFault("", null) is not { } stopped)
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["state"] = "ready" }));
        var answer = new JsonObject { ["state"] = stopped.Code };
        if (TrippedNow() is { } wire)
            answer["tripped"] = wire;
        return new GateAnswer(503, Canonical.Bytes(WithStops(answer)));
    }

    /// <summary>With the digests that lifts name, where a stop holds everything.</summary>
    private JsonObject WithStops(JsonObject answer)
    {
        if (HeldEverything() is { Count: > 0 } held)
            answer["stops"] = new JsonArray([.. held.Select(stop => JsonValue.Create(stop.Digest))]);
        return answer;
    }

    /// <summary>The path of a sealed package's file, if it may be handed out at this moment. Asked again for every range and while a range is being sent.</summary>
    /// <returns>The path, or the refusal.</returns>
    public async Task<(string? Path, Refusal? Refusal)> Package(string digest, string name, CancellationToken cancel)
    {
        if (await ledger.Disagreement(cancel) is { } disagreement)
            return (null, disagreement);
        if (shelf.Done(digest) is not { } outcome || (!outcome.Files().Contains(name) && !(outcome.Name is { } common && name == common + ".tsr" && System.IO.File.Exists(home.At("packages", digest, name)))))
            return (null, Unknown());
        try
        {
            // Without a roster nobody could stop it.
            _ = home.ReadRoster();
        }
        catch (RefusalException e)
        {
            return (null, e.Refusal);
        }
        if (!System.IO.File.Exists(home.At("packages", digest, name)))
            return (null, Unknown());
        if (outcome.Recipient is { } entry && directory.IsRevoked(entry))
            return (null, Refusal.Of(Refusal.WrongRecipient, "the recipient's directory entry was revoked after the package was sealed", "/order/recipient"));
        return StopFault(outcome.Demand, outcome.Signer) is { } stopped ? (null, stopped) : (home.At("packages", digest, name), null);
    }

    /// <summary>Whether a credential is the desk's.</summary>
    public bool IsDesk(string credential) => home.IsDesk(credential);

    /// <summary>Writes a refusal down and makes it the answer.</summary>
    public GateAnswer Refuse(string digest, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        try
        {
            ledger.Journal?.Note("refused", digest, refusal.Code);
        }
        catch (IOException e)
        {
            GateLog.JournalUnwritable(log, e);
        }
        GateLog.Refused(log, digest, refusal.Code);
        if (Tripwires.Counts(refusal.Code))
            MeasureRefused(digest);
        return Plain(refusal);
    }

    /// <summary>Writes down that a package's file is being handed out.</summary>
    internal void NoteServed(string digest, string file) => ledger.Journal?.Note("served", digest, file[(file.IndexOf('.', StringComparison.Ordinal) + 1)..]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        foreach (var work in works.Values)
            await work.Cancel();
        await Task.WhenAll(works.Values.Select(work => work.Task).Append(keeping).Append(told).Concat(behind));
        await stamped;
        witnessed.Dispose();
        ledger.Dispose();
        tally?.Dispose();
        home.Dispose();
        filing.Dispose();
        rosters.Dispose();
        slots.Dispose();
        stamping.Dispose();
        foreach (var work in works.Values)
            work.Dispose();
        ending.Dispose();
    }

    private static GateAnswer Plain(Refusal refusal) => new(refusal.Status, refusal.Json());

    private static GateAnswer Waiting(string digest, int have, int need) =>
        new(202, Canonical.Bytes(new JsonObject { ["order"] = digest, ["state"] = "waiting", ["have"] = have, ["need"] = need }));

    private GateAnswer Done(string digest, Outcome outcome)
    {
        var answer = new JsonObject
        {
            ["order"] = digest,
            ["state"] = "done",
            ["have"] = outcome.People,
            ["need"] = outcome.People,
            ["result"] = outcome.Result.DeepClone(),
        };
        if (StampState(digest, outcome) is { } stamp)
            answer["timeStamp"] = stamp;
        return new GateAnswer(200, Canonical.Bytes(answer));
    }

    private static GateAnswer State(string digest, Outcome outcome) =>
        new(200, Canonical.Bytes(new JsonObject { ["order"] = digest, ["state"] = "done", ["kind"] = Word(outcome.Kind) }));

    private static GateAnswer Working(string digest, Work work) => new(202, Canonical.Bytes(new JsonObject
    {
        ["order"] = digest,
        ["state"] = "working",
        ["progress"] = new JsonObject
        {
            ["records"] = Interlocked.Read(ref work.Records),
            ["bytes"] = Interlocked.Read(ref work.Bytes),
            ["read"] = work.Sources.Read,
            ["ofBytes"] = work.Sources.Of,
            ["startedAt"] = Instant.Text(work.StartedAt),
        },
    }));

    private static Refusal Unknown() => Refusal.Of(Refusal.Unknown, "the gate has nothing by that name", "/");

    private static Refusal TooFew(int have, int need) =>
        Refusal.Of(Refusal.TooFewApprovals, $"{have.ToString(CultureInfo.InvariantCulture)} people have approved, and this order needs {need.ToString(CultureInfo.InvariantCulture)}", "/approvals");

    private static string Word(OrderKind kind) => kind.ToString().ToLowerInvariant();
}
