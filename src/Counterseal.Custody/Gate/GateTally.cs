using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Custody;

/// <summary>
/// The gate's leaves in the tally: one <i>sealed</i> for each demand of which a package was sealed, whatever the desk says or does not say of it. A re-issue is the same demand and has none of its own. What is
/// sealed stands in the journal; each leaf follows from it, and is kept before it is sent.
/// </summary>
internal sealed class GateTally : IDisposable
{
    private readonly GateHome home;
    private readonly TallyPlan plan;
    private readonly TallyClient ledger;
    private readonly byte[] key;

    private GateTally(GateHome home, TallyPlan plan)
    {
        (this.home, this.plan) = (home, plan);
        ledger = new TallyClient(home.Settings.LedgerAddress, home.LedgerKey, home.LedgerCredential, home.Tls);
        Directory.CreateDirectory(home.At("tally"));
        if (!File.Exists(home.At("tally.key")))
            Durable.Replace(home.At("tally.key"), RandomNumberGenerator.GetBytes(32), "gate.tally.key", GateHome.FileMode);
        key = File.ReadAllBytes(home.At("tally.key"));
    }

    /// <summary>The tally of a gate whose folder holds its plan; else <c>null</c>.</summary>
    /// <exception cref="InvalidDataException">The plan cannot be read.</exception>
    public static GateTally? Open(GateHome home)
    {
        if (!File.Exists(home.At(TallyPlan.FileName)))
            return null;
        try
        {
            return new GateTally(home, TallyPlan.Read(File.ReadAllBytes(home.At(TallyPlan.FileName))));
        }
        catch (TallyException e)
        {
            throw new InvalidDataException($"{home.At(TallyPlan.FileName)}: {e.Message}", e);
        }
    }

    /// <summary>Sends what is due. What cannot be done now is done in the next round.</summary>
    public async Task Tend(Journal journal, CancellationToken cancel)
    {
        foreach (var first in journal.All("sealed").Where(leaf => leaf.Index is not null).GroupBy(leaf => leaf.Event.Demand, StringComparer.Ordinal).Select(one => one.MinBy(leaf => leaf.N)!))
        {
            try
            {
                await Deliver(first.Subject, cancel);
            }
            catch (Exception later) when (later is HttpRequestException or IOException or LedgerException)
            {
                return;
            }
        }
    }

    /// <summary>What the gate's leaves of a period add up to.</summary>
    public byte[] Sums(int period) => Directory.EnumerateFiles(home.At("tally")).Select(Read).Where(kept => kept is { Logged: true } && kept.Period == period)
        .Aggregate(PartSum.None(plan.Schema), (sum, kept) => sum.With(Secret(kept!.Order, new(ledger.Log.Name, kept.Index, kept.Period)))).Bytes();

    /// <inheritdoc/>
    public void Dispose() => ledger.Dispose();

    private async Task Deliver(string order, CancellationToken cancel)
    {
        var file = home.At("tally", order + ".json");
        for (var tries = 0; tries < 3; tries++)
        {
            var kept = File.Exists(file) ? Read(file) : null;
            if (kept is { Logged: true })
                return;
            if (kept is null)
            {
                var draft = await TallyKeeping.Draft(ledger, plan, place => Secret(order, place), key, cancel);
                Write(file, kept = new(order, draft.Place.Index, draft.Place.Period, draft.Bytes, false));
            }
            var standing = await ledger.Deliver(kept.Index, kept.Leaf, cancel);
            if (standing == TallyStanding.Logged)
                Write(file, kept with { Logged = true });
            if (standing != TallyStanding.Lapsed)
                return;
            // A cover stands there. This leaf was never in the tally and never will be.
            Durable.Delete([file], "gate.tally.lapsed");
        }
    }

    private LeafSecret Secret(string order, LeafPlace place) => LeafSecret.Derived(plan.Schema, LeafKind.Sealed, order, key, place);

    private static void Write(string file, Kept kept) => Durable.Replace(file, JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["order"] = kept.Order,
        ["index"] = kept.Index,
        ["period"] = kept.Period,
        ["leaf"] = Convert.ToBase64String(kept.Leaf),
        ["logged"] = kept.Logged,
    }), "gate.tally.leaf", GateHome.FileMode);

    private static Kept? Read(string file)
    {
        if (!file.EndsWith(".json", StringComparison.Ordinal))
            return null;
        var said = JsonNode.Parse(File.ReadAllBytes(file))!;
        return new((string)said["order"]!, (long)said["index"]!, (int)said["period"]!, Convert.FromBase64String((string)said["leaf"]!), (bool)said["logged"]!);
    }

    private sealed record Kept(string Order, long Index, int Period, byte[] Leaf, bool Logged);
}

/// <content>The gate's part of the tally.</content>
public sealed partial class Gate
{
    private readonly GateTally? tally;

    /// <summary>What the gate's leaves of a period add up to, for the desk, which makes the report: a number of packages and one blinding a table.</summary>
    public GateAnswer TallySums(int period) => tally is null ? Plain(Refusal.Of(Refusal.Unknown, "this gate has no tally", "/tally")) : new(200, tally.Sums(period));
}
