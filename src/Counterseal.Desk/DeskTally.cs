using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Counterseal.Tally;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A demand's leaf in the tally: due, or with its index.</summary>
internal sealed class TallyRow
{
    public const string Received = "received";
    public const string Closed = "closed";

    public required string Demand { get; init; }
    /// <summary><c>received</c> or <c>closed</c>: one leaf of each, ever.</summary>
    public required string Kind { get; init; }
    public long? Index { get; set; }
    public int? Period { get; set; }
    /// <summary>The leaf's opening as JSON. A secret like a salt.</summary>
    public string? Opening { get; set; }
    /// <summary>The leaf's bytes; a retry sends the same.</summary>
    public byte[]? Leaf { get; set; }
    /// <summary>The ledger has it durably, and it keeps its index.</summary>
    public bool Taken { get; set; }
    /// <summary>It is in the tally.</summary>
    public bool Logged { get; set; }
}

/// <summary>What a party is given of its demand's leaf, so that it can check that the leaf is in the tally, and as what.</summary>
/// <param name="Kind"><c>received</c> or <c>closed</c>.</param>
/// <param name="Paper">The opening (<see cref="LeafPaper"/>) with <c>kind</c> and <c>reference</c>.</param>
/// <param name="Logged">Whether the leaf is in the tally already; else it is in within the plan's delay.</param>
public sealed record TallyPaper(string Kind, JsonObject Paper, bool Logged);

/// <content>The desk's leaves in the tally: one when a demand is received, one when it is closed (docs/provable-totals.md).</content>
public sealed partial class Desk
{
    /// <summary>The longest that a receipt waits for its leaf.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Leaves that one round proves at most, so that a start with many open demands is not held up; the next round goes on.</summary>
    private const int DraftsARound = 20;

    private readonly TallyPlan? plan;
    private readonly TallyClient? tally;
    private readonly byte[] nonces;
    private readonly SemaphoreSlim proving = new(1, 1);

    /// <summary>The tally's plan; <c>null</c> where there is none.</summary>
    public TallyPlan? TallyPlan => plan;

    /// <summary>The leaves that the ledger has taken for a demand, each with its opening: for the demand's own parties and nobody else.</summary>
    public async Task<IReadOnlyList<TallyPaper>> TallyOf(string demand, CancellationToken cancel)
    {
        if (plan is null)
            return [];
        await using var db = open();
        var rows = await db.Tally.AsNoTracking().Where(row => row.Demand == demand && row.Taken).ToListAsync(cancel);
        return [.. rows.OrderBy(row => row.Kind == TallyRow.Closed).Select(row => new TallyPaper(row.Kind, JsonNode.Parse(row.Opening!)!.AsObject(), row.Logged))];
    }

    /// <summary>
    /// What the bearer of a token is given: the <i>received</i> event with its proof, and the demand's leaves with their openings. What a leaf says of the answer is left out while the authority is not authenticated
    /// and the answer would tell whether there is an account.
    /// </summary>
    /// <returns>JSON; <c>null</c> for a token that is not one, or while the ledger has taken no leaf.</returns>
    public async Task<byte[]?> TallyNotice(string token, CancellationToken cancel)
    {
        return await DemandOf(token, cancel) is { } id ? await TallyOfDemand(id, cancel) : null;
    }

    /// <summary>The same of a demand by its id, for whoever was shown to be its authority.</summary>
    public async Task<byte[]?> TallyOfDemand(string id, CancellationToken cancel)
    {
        if (await TallyOf(id, cancel) is not { Count: > 0 } papers)
            return null;
        var file = await Show(id, cancel);
        var tells = file.State.IsAuthenticated || file.State.Decided is null || !Life.Reveals(file.State.Decided.Decision);
        var proven = store.Proven(file.Events[0]);
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["counterseal"] = "tally/v1",
            ["demand"] = id,
            ["received"] = new JsonObject { ["event"] = Convert.ToBase64String(proven.Event), ["salt"] = proven.Salt, ["tag"] = proven.Tag, ["proof"] = proven.Proof },
            ["tally"] = new JsonArray([.. papers.Where(paper => tells || paper.Kind == TallyRow.Received).Select(paper => paper.Paper.DeepClone())]),
        }.ToJsonString());
    }

    /// <summary>What the gate's leaves of a period add up to, as the gate says it.</summary>
    /// <exception cref="DeskException"><c>gate-away</c>, <c>gate-refused</c>.</exception>
    public Task<byte[]> GateTally(int period, CancellationToken cancel) => gate.Tally(period, cancel);

    /// <summary>A receipt's leaf, if the ledger takes it in time. Without it the receipt goes out all the same, and the status page gives it later.</summary>
    private async Task<TallyPaper?> Promptly(string demand)
    {
        if (plan is null)
            return null;
        try
        {
            await Task.Run(async () =>
            {
                await Due(demand, TallyRow.Received);
                await Deliver(demand, TallyRow.Received, CancellationToken.None);
            }).WaitAsync(Patience, time);
        }
        catch (Exception later) when (later is TimeoutException or HttpRequestException or LedgerException or IOException or OperationCanceledException or DbUpdateException)
        {
            return null;
        }
        return await TallyOf(demand, CancellationToken.None) is [var first, ..] ? first : null;
    }

    /// <summary>Makes due what is, and sends what is due.</summary>
    private async Task TendTally(CancellationToken cancel)
    {
        if (plan is null)
            return;
        List<(string Demand, string Kind)> due = [];
        await using (var db = open())
        {
            // Demands that were open when the desk got its tally are taken up as received then.
            due.AddRange((await db.Demands.AsNoTracking().Where(d => d.Stage != nameof(Stage.Closed) && !db.Tally.Any(t => t.Demand == d.Id)).Select(d => d.Id).ToListAsync(cancel)).Select(id => (id, TallyRow.Received)));
            due.AddRange((await db.Demands.AsNoTracking().Where(d => d.Stage == nameof(Stage.Closed) && db.Tally.Any(t => t.Demand == d.Id) && !db.Tally.Any(t => t.Demand == d.Id && t.Kind == TallyRow.Closed)).Select(d => d.Id).ToListAsync(cancel)).Select(id => (id, TallyRow.Closed)));
        }
        foreach (var (demand, kind) in due)
            await Due(demand, kind);
        List<(string Demand, string Kind, bool Made)> unfinished;
        await using (var db = open())
            unfinished = [.. (await db.Tally.AsNoTracking().Where(row => !row.Logged).OrderByDescending(row => row.Kind).Select(row => new { row.Demand, row.Kind, Made = row.Leaf != null }).ToListAsync(cancel)).Select(row => (row.Demand, row.Kind, row.Made))];
        foreach (var (demand, kind, _) in unfinished.Where(row => row.Made).Concat(unfinished.Where(row => !row.Made).Take(DraftsARound)))
            await Deliver(demand, kind, cancel);
    }

    private async Task Due(string demand, string kind)
    {
        await using var db = open();
        if (await db.Tally.AnyAsync(row => row.Demand == demand && row.Kind == kind))
            return;
        db.Tally.Add(new TallyRow { Demand = demand, Kind = kind });
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException) when (HasTally(demand, kind))
        {
            // Another was first, and one is all that there is.
        }
    }

    private bool HasTally(string demand, string kind)
    {
        using var db = open();
        return db.Tally.AsNoTracking().Any(row => row.Demand == demand && row.Kind == kind);
    }

    /// <summary>Reserves, proves, keeps, sends. Killed anywhere, the next time goes on: what was kept is sent again as it is, and what was not is nowhere.</summary>
    private async Task Deliver(string demand, string kind, CancellationToken cancel)
    {
        await proving.WaitAsync(cancel);
        try
        {
            for (var tries = 0; tries < 3; tries++)
            {
                var row = await Row(demand, kind, cancel);
                if (row is null || row.Logged)
                    return;
                if (row.Leaf is null)
                {
                    if (await Secret(row, cancel) is not { } secret)
                        return;
                    var draft = await TallyKeeping.Draft(tally!, plan!, secret.Make, nonces, cancel);
                    var paper = LeafPaper.Of(plan!.Schema, new(draft.Place, draft.Secret));
                    paper["kind"] = kind;
                    paper["reference"] = secret.Reference;
                    await Keep(demand, kind, draft, paper.ToJsonString());
                    row = await Row(demand, kind, cancel);
                }
                var standing = await tally!.Deliver(row!.Index!.Value, row.Leaf!, cancel);
                CrashPoint.Reach("desk.tally.sent.after");
                if (standing != TallyStanding.Lapsed)
                {
                    if (!row.Taken || standing == TallyStanding.Logged)
                        await Change(row, set => set.SetProperty(one => one.Taken, true).SetProperty(one => one.Logged, standing == TallyStanding.Logged));
                    return;
                }
                // A cover stands there. This leaf was never in the tally and never will be.
                await Change(row, set => set.SetProperty(one => one.Leaf, (byte[]?)null).SetProperty(one => one.Index, (long?)null).SetProperty(one => one.Period, (int?)null).SetProperty(one => one.Opening, (string?)null).SetProperty(one => one.Taken, false));
            }
        }
        finally
        {
            proving.Release();
        }
    }

    private async Task Keep(string demand, string kind, LeafDraft draft, string opening)
    {
        await using var db = open();
        await using var transaction = await db.Database.BeginTransactionAsync();
        // Of two that proved at once the first is kept; the other was never sent.
        await db.Tally.Where(row => row.Demand == demand && row.Kind == kind && row.Leaf == null).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Leaf, draft.Bytes).SetProperty(row => row.Index, draft.Place.Index).SetProperty(row => row.Period, draft.Place.Period).SetProperty(row => row.Opening, opening));
        CrashPoint.Reach("desk.tally.made.before");
        await transaction.CommitAsync();
        CrashPoint.Reach("desk.tally.made.after");
    }

    private async Task Change(TallyRow row, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<TallyRow>> set)
    {
        await using var db = open();
        await db.Tally.Where(one => one.Demand == row.Demand && one.Kind == row.Kind && one.Index == row.Index).ExecuteUpdateAsync(set);
    }

    private async Task<TallyRow?> Row(string demand, string kind, CancellationToken cancel)
    {
        await using var db = open();
        return await db.Tally.AsNoTracking().SingleOrDefaultAsync(row => row.Demand == demand && row.Kind == kind, cancel);
    }

    /// <summary>What the leaf will be; <c>null</c> while it cannot be said: a closed demand refers to its <i>received</i> leaf, which must stand first.</summary>
    private async Task<(string Reference, Func<LeafPlace, LeafSecret> Make)?> Secret(TallyRow row, CancellationToken cancel)
    {
        if (row.Kind == TallyRow.Received)
            return (row.Demand, _ => LeafSecret.Uncounted(plan!.Schema, LeafKind.Received, row.Demand));
        if (await Row(row.Demand, TallyRow.Received, cancel) is not { Logged: true, Index: { } received, Period: { } period })
            return null;
        var life = (await store.Load(row.Demand, cancel)).Select(logged => logged.Event).ToList();
        var cells = TallyCells.Of(life, plan!, period);
        return (received.ToString(System.Globalization.CultureInfo.InvariantCulture), _ => LeafSecret.Closed(plan!.Schema, cells, received));
    }

    private static byte[] NonceKey(string writerKey) => SHA256.HashData(Encoding.UTF8.GetBytes("counterseal/tally/v1 nonces " + writerKey));
}
