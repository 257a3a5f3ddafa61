using Counterseal.Intake;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>
/// The room's one entry point: demands come in here and people act on them. Everything that happens is an event, in the ledger before its
/// effect is visible. Commands take the version that the person had seen, so that nobody decides on a page of yesterday.
/// </summary>
public sealed partial class Desk : IDisposable
{
    /// <summary>The most bytes an original may have: 20 MiB.</summary>
    public const int OriginalLimit = 20 << 20;

    /// <summary>An event, and so an order, that the gate takes has at most 1 MiB, and an order holds the demand and a scope.</summary>
    private const int MostReading = 400 << 10;
    private const int MostItems = 1000;
    private const int MostText = 10_000;
    private const string Self = "desk";

    private readonly DeskOptions options;
    private readonly TimeProvider time;
    private readonly Func<DeskDatabase> open;
    private readonly LedgerClient ledger;
    private readonly EventStore store;
    private readonly Reconciler reconciler;
    private readonly GateLink gate;
    private readonly BookShelf shelf;
    private readonly EtsiSchemas? schemas;
    private readonly LogKeys log;
    private readonly SemaphoreSlim adopting = new(1, 1);

    private Desk(DeskOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        open = DeskDatabase.Opener(options.Database);
        shelf = new BookShelf(options.Rules, time);
        schemas = options.Schemas is { } folder ? EtsiSchemas.Load(folder) : null;
        log = LogKeys.Parse(options.LedgerKey);
        var key = new WriterKey(Convert.FromHexString(options.WriterKey));
        var own = options.Tls is null ? null : TlsKey.Open(options.Tls);
        ledger = new LedgerClient(options.LedgerAddress, log, options.LedgerCredential, own);
        gate = new GateLink(options.GateAddress, options.GateCredential, own);
        store = new EventStore(open, ledger, key, time);
        reconciler = new Reconciler(open, store, ledger, log, key, time);
        plan = options.Tally is { } file ? Counterseal.Tally.TallyPlan.Read(File.ReadAllBytes(file)) : null;
        tally = plan is null ? null : new TallyClient(options.LedgerAddress, log, options.LedgerCredential, own);
        nonces = NonceKey(options.WriterKey);
    }

    /// <summary>The rule book in force: the last good one.</summary>
    public RuleBook Book => shelf.Book;

    /// <summary>Why what lies in the rule book's folder now is not in force; <c>null</c> when it is.</summary>
    public BookTrouble? BookTrouble => shelf.Trouble;

    /// <summary>The last comparison with the ledger; <c>null</c> while the ledger could not be reached.</summary>
    public Reconciliation? Reconciled { get; private set; }

    /// <summary>Checks the options, brings the database up to date, finishes what was interrupted and compares with the ledger. Serves also while the ledger is away.</summary>
    /// <exception cref="InvalidOperationException">The options are wrong; names each fault.</exception>
    /// <exception cref="RuleBookException">The rule book cannot be used.</exception>
    /// <exception cref="EtsiSchemasException">The operator's folder of XSDs cannot be used.</exception>
    public static async Task<Desk> Open(DeskOptions options, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        DeskHome.Ensure(options);
        var desk = new Desk(options, time);
        try
        {
            await using (var db = desk.open())
                await db.Database.MigrateAsync(cancel);
            await desk.Tend(cancel);
            return desk;
        }
        catch
        {
            desk.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes an original in. What can be read becomes a demand with a receipt, given only after the commit and with the ledger's proof;
    /// what cannot is kept in quarantine with its faults. The same bytes twice are two demands, the later one marked.
    /// </summary>
    /// <param name="original">The bytes as they came, at most 20 MiB.</param>
    /// <param name="channel">How they came, e.g. <c>web</c>.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: too large.</exception>
    /// <exception cref="KeptException">Kept, but the ledger does not answer: no receipt.</exception>
    public Task<Arrival> Receive(ReadOnlyMemory<byte> original, string channel, CancellationToken cancel) => Receive(original, channel, null, cancel);

    /// <summary>Takes an original in that an officer files at the portal.</summary>
    /// <param name="original">The bytes as they came, at most 20 MiB.</param>
    /// <param name="channel">How they came, e.g. <c>portal</c>.</param>
    /// <param name="filed">The officer, signed in; <c>null</c> for every other way.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: too large.</exception>
    /// <exception cref="KeptException">Kept, but the ledger does not answer: no receipt.</exception>
    public async Task<Arrival> Receive(ReadOnlyMemory<byte> original, string channel, Filing? filed, CancellationToken cancel)
    {
        if (original.Length > OriginalLimit)
            throw new DeskException("malformed", $"an original has at most {OriginalLimit} bytes, not {original.Length}", "send it in parts, each a demand of its own");
        Word(channel, "the channel", 40);
        var reading = Looked(original);
        var bytes = original.ToArray();
        var digest = Canon.Digest(bytes);
        if (reading.Demand is not { } demand)
            return await Quarantine(bytes, digest, reading.Format, channel, reading.Faults, cancel);
        var read = Canon.Bytes(demand);
        var id = DemandId.New();
        var token = DemandId.NewToken();
        var kept = new Original(digest, bytes.Length, reading.Format, channel);
        var (logged, state) = await store.Append(
            DemandState.None, id, Self,
            async db => new Received(
                kept, Canon.Digest(read), demand, DemandId.TokenDigest(token), reading.Warnings,
                await db.Originals.AsNoTracking().Where(o => o.Digest == digest).OrderBy(o => o.Received).Select(o => o.Demand).FirstOrDefaultAsync(cancel), filed),
            new OriginalRow { Demand = id, Digest = digest, Bytes = bytes, Received = time.GetUtcNow() }, cancel);
        // The leaf is proven while the law is run.
        var leaf = Promptly(id);
        await AssessIfDue(state);
        return new Receipt(id, token, demand.Reference, digest, state.ReceivedAt, store.Proven(logged), reading.Warnings, await leaf);
    }

    private Reading Looked(ReadOnlyMemory<byte> original)
    {
        var reading = Door.Read(original, schemas);
        if (reading.Demand is not { } demand || (demand.Scope.Items.Count <= MostItems && Canon.Bytes(demand).Length <= MostReading))
            return reading;
        return reading with
        {
            Demand = null,
            Faults = [new Remark(
                null, "scope", "docs/gate-protocol.md, The order",
                $"the demand names {demand.Scope.Items.Count} selectors in {Canon.Bytes(demand).Length} bytes; at most {MostItems} in {MostReading} can be worked on, and there is no bulk export",
                "split it into demands of their own")],
        };
    }

    /// <summary>Records whether the demand is from whom it says, and runs the law again.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="outcome">What was established.</param>
    /// <param name="reason">Why.</param>
    /// <param name="evidence">What it rests on.</param>
    /// <param name="seen">The version that the person had seen, or <c>null</c> for the present one.</param>
    /// <param name="cancel">Until the commit.</param>
    public async Task<DemandState> Authenticate(
        string demand, string by, Authenticity outcome, string reason, string evidence, int? seen, CancellationToken cancel) =>
        await AssessIfDue(await Say(demand, by, seen, _ => new Authenticated(outcome, Text(reason, "the reason"), Text(evidence, "the evidence")), cancel));

    /// <summary>Records a fact that a person knows, and runs the law again.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="fact">A name of the rule book's <c>facts.yaml</c>.</param>
    /// <param name="value">Its value, or <c>null</c> for unknown again.</param>
    /// <param name="reason">How the person knows.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: no such fact, or not a value of it.</exception>
    public async Task<DemandState> Establish(string demand, string by, string fact, string? value, string reason, int? seen, CancellationToken cancel)
    {
        Known(fact, value);
        return await AssessIfDue(await Say(demand, by, seen, _ => new Established(fact, value, Text(reason, "the reason")), cancel));
    }

    /// <summary>Runs the law over demand and facts for now.</summary>
    public async Task<DemandState> Assess(string demand, string by, CancellationToken cancel)
    {
        if (shelf.Adopted is null)
            await Adopt(cancel);
        return await Say(demand, by, null, Assessment, cancel);
    }

    /// <summary>Records a person's decision. Basis and book come from the last assessment; what the law does not permit is refused.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="decision">What.</param>
    /// <param name="scope">What is handed over; <c>null</c> for all that the assessment permits. Only for comply and comply in part.</param>
    /// <param name="reasons">Plain sentences; empty for those of the assessment.</param>
    /// <param name="recipient">Digest of a stored directory entry; only for comply and comply in part.</param>
    /// <param name="reissueOf">The earlier release order, for a re-issue.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="LifeException">Not permitted now; says why.</exception>
    public async Task<DemandState> Decide(
        string demand, string by, Decision decision, Scope? scope, IReadOnlyList<string> reasons, string? recipient, string? reissueOf, int? seen, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(reasons);
        foreach (var reason in reasons)
            Text(reason, "a reason");
        if (recipient is not null)
            _ = await Entry(recipient, cancel);
        return await Say(demand, by, seen, state =>
        {
            if (state.Assessed is not { } assessed)
                throw new LifeException("nothing is decided before the law has been run; assess first");
            var law = assessed.Assessment;
            var handsOver = decision is Decision.Comply or Decision.ComplyInPart;
            return new Decided(
                decision, law.Basis, law.BasisIsPolicy, state.Received!.Original.Digest, state.Received.DemandDigest, assessed.FactsDigest, assessed.Book,
                state.ReceivedAt, law.AsOf, scope ?? (handsOver ? law.Permitted : Scope.Nothing), recipient, reasons.Count > 0 ? reasons : law.Reasons, reissueOf);
        }, cancel);
    }

    /// <summary>Records that the customer was told. Refused while a secrecy order runs, or where the authority tells and no ground is recorded.</summary>
    public async Task<DemandState> Tell(string demand, string by, string how, string? ground, int? seen, CancellationToken cancel) =>
        await AssessIfDue(await Say(demand, by, seen, _ => new Told(Text(how, "how"), ground is null ? null : Text(ground, "the ground")), cancel));

    /// <summary>Records that a person did what a rule says must be done of this demand: called data back, deleted a copy, told an authority.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="rule">The rule that says so; one of the duties of now.</param>
    /// <param name="how">What was done, with its evidence.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: no such duty now.</exception>
    public Task<DemandState> Perform(string demand, string by, string rule, string how, int? seen, CancellationToken cancel) => Say(demand, by, seen, state =>
    {
        var duties = state.Assessed is null ? [] : Now(state).Duties;
        var duty = duties.FirstOrDefault(one => one.Rule == rule)
            ?? throw new DeskException("malformed", $"no rule called \"{rule}\" says now that something must be done of this demand", duties.Count == 0 ? "nothing must be done" : $"one of {string.Join(", ", duties.Select(one => one.Rule))}");
        return new Performed(rule, duty.Do, duty.Sentence, Text(how, "what was done"));
    }, cancel);

    /// <summary>Holds a demand. This does not hold the gate: a stop goes there by itself.</summary>
    public Task<DemandState> Stay(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Stayed(Text(reason, "the reason")), cancel);

    /// <summary>Ends a stay.</summary>
    public Task<DemandState> Resume(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Resumed(Text(reason, "the reason")), cancel);

    /// <summary>Records that the authority took the demand back.</summary>
    public Task<DemandState> Withdraw(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Withdrawn(Text(reason, "the reason")), cancel);

    /// <summary>Closes a demand: nothing is left to do.</summary>
    public Task<DemandState> Close(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Closed(Text(reason, "the reason")), cancel);

    /// <summary>
    /// Finishes what was interrupted: pending events, assessments that are due, answers of the gate; compares with the ledger when that
    /// has not been done. For start and for a timer; what cannot be done now is done the next time.
    /// </summary>
    /// <returns>What is still in the way, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> Tend(CancellationToken cancel)
    {
        var trouble = new List<string>();
        foreach (var kept in await store.Resume(cancel))
            trouble.Add(kept.Message);
        await Try(() => Adopt(cancel));
        if (shelf.Trouble is { } book)
            trouble.Add(book.ToString());
        if (Reconciled is null)
            await Try(() => Reconcile(cancel));
        List<(string Id, bool Assess)> due;
        List<string> turned, lapsed;
        var now = time.GetUtcNow();
        await using (var db = open())
        {
            // Said as values, each in a question of its own: SQLite looks them up in their indexes then, and does not go through every demand.
            var (yes, no) = (true, false);
            due = [.. (await db.Demands.AsNoTracking().Where(d => d.AssessmentDue == yes && d.Tampered == null).Select(d => d.Id).ToListAsync(cancel)).Select(id => (id, true)),
                .. (await db.Demands.AsNoTracking().Where(d => d.OrdersOpen == yes && d.AssessmentDue == no && d.Tampered == null).Select(d => d.Id).ToListAsync(cancel)).Select(id => (id, false))];
            turned = await db.Demands.AsNoTracking().Where(d => d.Tampered == null && d.Open && !d.AssessmentDue && d.Turns <= now).OrderBy(d => d.Turns).Select(d => d.Id).ToListAsync(cancel);
            lapsed = await db.Demands.AsNoTracking().Where(d => d.Tampered == null && d.Lapses <= now).OrderBy(d => d.Lapses).Select(d => d.Id).ToListAsync(cancel);
        }
        foreach (var (id, assess) in due)
            await Try(async () => _ = assess ? await AssessIfDue(await store.Current(id, cancel)) : (await Poll(id, cancel)).State);
        // A clock has ended: what follows from that is said without anybody asking.
        foreach (var id in turned)
            await Try(async () => _ = await Say(id, Self, null, Assessment, cancel));
        foreach (var id in lapsed)
            await Try(() => TellByItself(id, cancel));
        await Try(() => TendTally(cancel));
        return trouble;

        async Task Try(Func<Task> what)
        {
            try
            {
                await what();
            }
            catch (Exception no) when (no is DeskException or LedgerException or HttpRequestException or FormatException or IOException)
            {
                trouble.Add(no.Message);
            }
        }
    }

    /// <summary>Compares every event with the ledger; demands that differ are marked, and nothing more is recorded of them until a person has looked.</summary>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    /// <exception cref="LedgerException">The ledger's own answer does not verify.</exception>
    public async Task<Reconciliation> Reconcile(CancellationToken cancel) => Reconciled = await reconciler.Run(cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        ledger.Dispose();
        gate.Dispose();
        adopting.Dispose();
        tally?.Dispose();
        proving.Dispose();
    }

    private async Task<DemandState> Say(string demand, string by, int? seen, Func<DemandState, EventBody> body, CancellationToken cancel)
    {
        var state = await Present(demand, cancel);
        Word(by, "who does it", 200);
        if (seen is { } version && version != state.Version)
        {
            var events = await store.Load(demand, cancel);
            throw new ConflictException(demand, version, version < events.Count ? events[version].Event : null);
        }
        return (await store.Append(state, demand, by, _ => Task.FromResult(body(state)), null, cancel)).State;
    }

    /// <summary>The state to act on: nothing pending, nothing tampered.</summary>
    private async Task<DemandState> Present(string demand, CancellationToken cancel)
    {
        await using (var db = open())
        {
            var tampered = await db.Demands.AsNoTracking().Where(d => d.Id == demand).Select(d => d.Tampered).SingleOrDefaultAsync(cancel);
            if (tampered is not null)
                throw new DeskException("tampered", $"the database does not say of demand {demand} what the ledger says: {tampered}", "restore the database from its copy; until then nothing is recorded of this demand");
        }
        var state = await store.Current(demand, cancel);
        return state.Version > 0 ? state : throw new DeskException("unknown", $"there is no demand {demand}", "look it up in the queue");
    }

    /// <summary>
    /// Looks whether another rule book lies in the folder. A good one is put on the ledger and only then in force, and what is not decided yet is
    /// assessed by it; one that cannot be used is named, and the last good one stays.
    /// </summary>
    /// <exception cref="KeptException">The ledger does not answer; the book before stays in force until it does.</exception>
    private async Task Adopt(CancellationToken cancel)
    {
        await adopting.WaitAsync(cancel);
        try
        {
            var found = shelf.Look();
            if (found.Digest == shelf.Adopted)
                return;
            var last = (await store.Load(DeskEvent.Own, cancel)).Select(logged => logged.Event.Body).OfType<Adopted>().LastOrDefault();
            if (last?.Book != found.Digest)
                _ = await store.AppendOwn(Self, new Adopted(found.Digest, last?.Book), cancel);
            shelf.Adopt(found);
        }
        finally
        {
            adopting.Release();
        }
        await using var db = open();
        var yes = true;
        var undecided = new[] { Stage.Received, Stage.Assessed }.Select(stage => stage.ToString()).ToArray();
        foreach (var id in await db.Demands.AsNoTracking().Where(d => d.Tampered == null && d.Open == yes && undecided.Contains(d.Stage)).Select(d => d.Id).ToListAsync(cancel))
        {
            var state = await store.Current(id, cancel);
            if (state.Assessed is { } assessed && assessed.Book != Book.Digest && state.StayedFor is null)
                _ = await Say(id, Self, null, Assessment, cancel);
        }
    }

    private EventBody Assessment(DemandState state)
    {
        var book = Book;
        var now = time.GetUtcNow();
        // A clock that was set back must not put the assessment before the receipt.
        var assessment = Engine.Assess(state.Received!.Demand, state.Established, book, state.ReceivedAt, now > state.At ? now : state.At);
        return new Assessed(book.Digest, Canon.Digest(state.Established), state.Facts, assessment);
    }

    private async Task<DemandState> AssessIfDue(DemandState state)
    {
        if (!state.AssessmentDue || state.WithdrawnFor is not null || state.ClosedFor is not null)
            return state;
        try
        {
            // No assessment stands on a book that is not on the ledger.
            if (shelf.Adopted is null)
                await Adopt(CancellationToken.None);
            return (await store.Append(state, state.Id, Self, _ => Task.FromResult(Assessment(state)), null, CancellationToken.None)).State;
        }
        catch (DeskException later) when (later is ConflictException or KeptException)
        {
            // What was asked for is done; the assessment stays due and Tend makes it.
            return state;
        }
    }

    private async Task<Quarantined> Quarantine(byte[] bytes, string digest, string format, string channel, IReadOnlyList<Remark> faults, CancellationToken cancel)
    {
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var row = await db.Quarantine.FindAsync([digest], cancel);
        if (row is null)
        {
            row = new QuarantineRow
            {
                Digest = digest,
                Bytes = bytes,
                Format = format,
                Channel = channel,
                Faults = System.Text.Json.JsonSerializer.Serialize(faults, LawJson.Options),
                At = time.GetUtcNow(),
            };
            db.Quarantine.Add(row);
            try
            {
                await db.SaveChangesAsync(cancel);
                CrashPoint.Reach("desk.quarantine.before");
                await transaction.CommitAsync(cancel);
                CrashPoint.Reach("desk.quarantine.after");
            }
            catch (DbUpdateException) when (HasQuarantined(digest))
            {
                // The same bytes came twice at once, and the other was first: they are kept.
                return new Quarantined(digest, format, channel, row.At, faults);
            }
        }
        return new Quarantined(digest, format, channel, row.At, faults);
    }

    private bool HasQuarantined(string digest)
    {
        using var db = open();
        return db.Quarantine.AsNoTracking().Any(q => q.Digest == digest);
    }

    private void Known(string fact, string? value)
    {
        if (!Book.Facts.TryGetValue(fact, out var name) || name.Source is not (FactSource.Person or FactSource.Demand))
            throw new DeskException("malformed", $"no fact of the rule book that a person records is called \"{fact}\"", "take a name from the question, or from facts.yaml");
        if (value is not null && !name.Allows(value))
            throw new DeskException("malformed", $"\"{value}\" is not a value of {fact}{(name.Values.Count > 0 ? $"; it is one of {string.Join(", ", name.Values)}" : "")}", name.Meaning);
    }

    private static string Text(string? text, string what) =>
        string.IsNullOrWhiteSpace(text) ? throw new DeskException("malformed", $"{what} is missing", "say it in a sentence")
        : text.Length > MostText ? throw new DeskException("malformed", $"{what} has {text.Length} characters, at most {MostText}", "say it shorter, and keep the rest in the file")
        : text;

    private static void Word(string? text, string what, int most)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > most || text.Any(char.IsControl) || text.Any(char.IsSurrogate))
            throw new DeskException("malformed", $"{what} is a name of at most {most} characters on one line", "name it");
    }
}
