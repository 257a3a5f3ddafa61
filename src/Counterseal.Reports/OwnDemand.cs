using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports;

/// <summary>A leaf of a party's own demand, found where its paper says.</summary>
/// <param name="Kind"><c>received</c> or <c>closed</c>.</param>
/// <param name="Index">Its index in the tally.</param>
/// <param name="Period">The half-year in whose totals it is.</param>
/// <param name="Cells">What it is counted as, table and cell; only for <c>closed</c>.</param>
public sealed record OwnLeaf(string Kind, long Index, string Period, IReadOnlyList<(string Table, string Cell)> Cells);

/// <summary>What came of a party's check of its own demand.</summary>
/// <param name="Demand">The demand's id, from the proven <i>received</i> event.</param>
/// <param name="Leaves">The leaves that are in the tally, and are this demand's and no other's.</param>
/// <param name="Faults">What does not hold.</param>
/// <param name="Waiting">Leaves whose slot is still to come, one sentence each.</param>
public sealed record OwnDemandVerdict(string Demand, IReadOnlyList<OwnLeaf> Leaves, IReadOnlyList<string> Faults, IReadOnlyList<string> Waiting)
{
    /// <summary>Whether every paper was found, and fits.</summary>
    public bool Holds => Faults.Count == 0 && Waiting.Count == 0 && Leaves.Count > 0;
}

/// <summary>An authority's check of its own demand, from its receipt or its closing notice and from public data: that the demand is in the tally, once, and as what.</summary>
public static class OwnDemand
{
    /// <summary>The most bytes of a receipt that is read.</summary>
    public const int Limit = 4 << 20;

    /// <summary>Checks.</summary>
    /// <param name="receipt">A receipt or a closing notice: JSON with <c>received</c> and <c>tally</c> (docs/provable-totals.md).</param>
    /// <param name="tally">The tally.</param>
    /// <param name="log">The event log's keys.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="FormatException">The file is no receipt, or its event is not proven; says which.</exception>
    /// <exception cref="LedgerException">The tally cannot be read, or is not signed.</exception>
    public static async Task<OwnDemandVerdict> Check(ReadOnlyMemory<byte> receipt, TallyReader tally, LogKeys log, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(tally);
        ArgumentNullException.ThrowIfNull(log);
        var (demand, papers) = Read(receipt, log);
        TallyPlan plan;
        try
        {
            plan = TallyPlan.Read(await tally.Plan(cancel));
        }
        catch (TallyException e)
        {
            throw new FormatException(e.Message, e);
        }
        var under = await tally.Latest(cancel);
        var (leaves, faults, waiting) = (new List<OwnLeaf>(), new List<string>(), new List<string>());
        long? received = null;
        foreach (var paper in papers)
        {
            var kind = (string?)paper["kind"] ?? "";
            try
            {
                // The reference is computed from what this party knows itself; what the paper says of it is not looked at.
                var reference = kind switch
                {
                    "received" => LeafSecret.ReferenceOf("received", demand),
                    "closed" => LeafSecret.ReferenceOf("closed", received?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? throw new TallyException("a closed demand is checked together with its received leaf; give the file that has both")),
                    _ => throw new TallyException($"\"{kind}\" is no leaf that a party is given"),
                };
                var opening = LeafPaper.Read(plan.Schema, paper, reference);
                var place = opening.Place;
                if (place.Origin != under.Origin)
                    throw new TallyException($"it is of the tally {place.Origin}, and this one is {under.Origin}");
                if (place.Index >= under.Size)
                {
                    waiting.Add($"{kind}: leaf {place.Index} is not in the tally yet, which has {under.Size}; a slot comes every {plan.Slot.TotalSeconds:0} s");
                    continue;
                }
                var leaf = TallyLeaf.Read(plan.Schema, await tally.Leaf(under, place.Index, TallyLeaf.SizeOf(plan.Schema), cancel));
                if (plan.Schema.CellName(0, opening.Secret.Places[0]) != kind)
                    throw new TallyException($"the opening is of a leaf \"{plan.Schema.CellName(0, opening.Secret.Places[0])}\"");
                if ((opening.Fault(leaf, reference) ?? TallyCheck.Faults(plan.Schema, [(place, leaf)], cancel).Select(one => one.Fault).FirstOrDefault()) is { } fault)
                    throw new TallyException($"leaf {place.Index}: {fault}");
                leaves.Add(new(kind, place.Index, plan.Name(place.Period), kind == "closed" ? [.. plan.Schema.Tables.Skip(1).Select((table, t) => (table.Name, plan.Schema.CellName(t + 1, opening.Secret.Places[t + 1])))] : []));
                if (kind == "received")
                    received = place.Index;
            }
            catch (TallyException e)
            {
                faults.Add($"{kind}: {e.Message}");
            }
        }
        if (papers.Count == 0)
            faults.Add("the receipt names no leaf: its ledger had not taken one when it was given; the demand's status page gives it");
        return new(demand, leaves, faults, waiting);
    }

    private static (string Demand, IReadOnlyList<JsonObject> Papers) Read(ReadOnlyMemory<byte> receipt, LogKeys log)
    {
        if (receipt.Length > Limit)
            throw new FormatException($"a receipt has at most {Limit} bytes");
        try
        {
            var root = JsonNode.Parse(receipt.Span, documentOptions: new() { MaxDepth = 32 })!;
            var said = root["received"] ?? throw new FormatException("this is not a receipt: it has no \"received\"");
            var bytes = Convert.FromBase64String((string)said["event"]!);
            TlogProof.Parse((string)said["proof"]!).Verify(new Leaf(Convert.FromHexString((string)said["tag"]!), Commitment.Of(Convert.FromHexString((string)said["salt"]!), bytes)), log);
            var happened = DeskEvent.Read(bytes);
            // An authority holds the received event, a customer the told one; either says, under the ledger, which demand it is.
            if (happened.Type is not ("received" or "told"))
                throw new FormatException($"the receipt's event is {happened.Type}, not received or told");
            return (happened.Demand, root["tally"] switch
            {
                null => [],
                JsonArray several => [.. several.Select(one => one!.AsObject())],
                var one => [one.AsObject()],
            });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new FormatException($"this is not a receipt: {e.Message}", e);
        }
    }
}
