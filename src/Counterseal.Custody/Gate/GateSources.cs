using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>The collectors of one plan or one collection; made anew for each.</summary>
internal sealed record OpenSources(IReadOnlyList<ICollector> Collectors) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var collector in Collectors)
            collector.Dispose();
    }
}

/// <summary>What the gate reads, as its operator configured it, and the plan of an order.</summary>
public sealed partial class Gate
{
    private const int LongestPlan = 4 << 20;

    /// <summary>
    /// The queries that the gate would run for a scope, and their digest for the order. They say what the scope and the gate's configuration say, and nothing of what is in a source.
    /// </summary>
    /// <param name="json">Canonical <c>{"kind","scope"}</c>.</param>
    public GateAnswer Plan(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = Shape.ParseCanonical(json, Order.Limit, "/");
            var root = Shape.Closed(document.RootElement, "", "kind", "scope");
            var word = root.Text("kind", 20);
            var kind = Enum.GetValues<OrderKind>().Cast<OrderKind?>().FirstOrDefault(kind => Word(kind!.Value) == word) ?? throw RefusalException.Malformed("this is no kind of order", root.Place("kind"));
            var plan = PlanOf(kind, Order.ScopeOf(root, kind));
            var answer = Canonical.Bytes(new JsonObject { ["plan"] = plan.Digest, ["texts"] = Texts(plan) });
            return answer.Length <= LongestPlan ? new GateAnswer(200, answer) : throw RefusalException.Malformed("the plan of so many items is longer than 4 MiB; make several orders", "/scope/items");
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }

    private static JsonArray Texts(QueryPlan plan) => new([.. plan.Texts.Select(text => JsonValue.Create(text))]);

    private QueryPlan PlanOf(OrderKind kind, Scope scope)
    {
        using var sources = Sources();
        return QueryPlan.Of(sources.Collectors, kind == OrderKind.Count ? Collection.Counted(scope) : scope);
    }

    /// <summary>The plan in an order against the gate's own. Where there are only the accounts file and the mail folder, an order may go without.</summary>
    private Refusal? PlanFault(Order order) => order.Kind == OrderKind.Delete && order.Plan is null ? null : order.Plan is null
        ? home.Settings.Collectors.Count > 0 ? Refusal.Of(Refusal.WrongPlan, "this gate has sources that are asked by queries, and the order names no plan", "/order/plan") : null
        : order.Plan == PlanOf(order.Kind, order.Scope).Digest ? null : Refusal.Of(Refusal.WrongPlan, "the gate would run other queries than those that were shown", "/order/plan");

    /// <summary>
    /// The rules of minimisation as they stand, put on the ledger before anything is collected under them. A gate that never had any says nothing; one whose rules are taken away says so.
    /// </summary>
    private async Task<MinimisationRules> RulesOnRecord(CancellationToken cancel)
    {
        var rules = home.ReadMinimisation();
        var latest = ledger.Journal!.Latest("minimisation");
        if (latest is null ? rules.Digest != MinimisationRules.None.Digest : latest.Subject != rules.Digest)
            await Record("minimisation", "", OwnEvent.Minimisation(rules.Digest), subject: null, cancel);
        else if (latest is { Index: null })
            await ledger.Send(latest, cancel);
        return rules;
    }

    private Minimisation Minimised(Work work) => new(work.Rules, address => home.Pseudonym(work.Demand, address));

    /// <exception cref="InvalidDataException">A collector is of a kind that nobody here makes, or its settings cannot be used.</exception>
    private OpenSources Sources()
    {
        var made = new List<ICollector> { new MailStore(home.Settings.Sources) };
        foreach (var settings in home.Settings.Collectors)
            made.Add(makeCollector(settings) ?? throw settings.Wrong("this gate has no collector of that kind"));
        return new OpenSources(made);
    }
}
