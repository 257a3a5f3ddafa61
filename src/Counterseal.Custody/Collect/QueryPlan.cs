using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// What the gate would ask of its sources for an order: every query with its parameters, made from scope and configuration alone, before anything is read. Reviewers see the texts, the order carries
/// the digest, and <see cref="Collection"/> runs no other query.
/// </summary>
/// <param name="Texts">One for each source and kind of selector or category, for people.</param>
public sealed record QueryPlan(IReadOnlyList<string> Texts)
{
    /// <summary>Lower-case hex SHA-256 of <c>counterseal/plan/v1\n</c> and the canonical form of the list of texts.</summary>
    public string Digest { get; } = Canonical.Digest([.. "counterseal/plan/v1\n"u8, .. Canonical.Bytes(new JsonArray([.. Texts.Select(text => JsonValue.Create(text))]))]);

    /// <summary>The plan for a scope. For a count, the scope that is counted.</summary>
    public static QueryPlan Of(IEnumerable<ICollector> collectors, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(collectors);
        ArgumentNullException.ThrowIfNull(scope);
        var texts = new List<string>();
        foreach (var collector in collectors)
        {
            var name = collector.Name.Length == 0 ? "the accounts file and mail folder" : $"the source \"{collector.Name}\"";
            foreach (var kind in scope.Items.Select(item => item.Selector.Kind).Distinct().Order())
            {
                if (collector.FindText(kind) is not { } query) continue;
                var text = new StringBuilder($"Find accounts by {CollectorSettings.Word(kind)} in {name}:\n");
                Query(text, query);
                foreach (var selector in scope.Items.Select(item => item.Selector).Where(selector => selector.Kind == kind && WantedSelectors.WhyNot(selector) is null).Distinct())
                    Line(text, Of(selector));
                texts.Add(text.ToString());
            }
            foreach (var category in Enum.GetValues<DataCategory>())
            {
                var items = scope.Items.Where(item => item.Categories.Contains(category)).ToList();
                if (items.Count == 0 || collector.ReadText(category) is not { } query) continue;
                var text = new StringBuilder($"Read {CollectorSettings.Word(category)} from {name}; of one account, ranges that touch are read as one:\n");
                Query(text, query);
                foreach (var item in items)
                {
                    var of = string.Join(", ", Of(item.Selector).Select(parameter => $"{parameter.Key} {parameter.Value}"));
                    Line(text, Of($"that of {CollectorSettings.Word(item.Selector.Kind)} {of}", [TimeRanges.Asked(item, category)]));
                }
                texts.Add(text.ToString());
            }
        }
        return new QueryPlan(texts);
    }

    /// <summary>The parameters by which a selector is looked up.</summary>
    public static IReadOnlyDictionary<string, string> Of(Selector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["value"] = selector.Value };
        if (selector.Port is { } port) parameters["port"] = port.ToString(CultureInfo.InvariantCulture);
        if (selector.At is { } at) parameters["at"] = Instant.Text(at);
        return parameters;
    }

    /// <summary>The parameters by which an account is read: <c>account</c>, <c>from</c>, <c>to</c>; with several ranges in one query, their bounds in order with commas.</summary>
    public static IReadOnlyDictionary<string, string> Of(string account, params IReadOnlyList<TimeRange> ranges) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["account"] = account,
        ["from"] = string.Join(", ", ranges.Select(range => range.From is { } from ? Instant.Text(from) : "the beginning")),
        ["to"] = string.Join(", ", ranges.Select(range => range.To is { } to ? Instant.Text(to) : "the end")),
    };

    private static void Query(StringBuilder text, string query)
    {
        foreach (var line in query.Split('\n')) text.Append("    ").Append(Visible.Text(line.TrimEnd('\r'))).Append('\n');
    }

    private static void Line(StringBuilder text, IReadOnlyDictionary<string, string> parameters) =>
        text.Append("  with ").AppendJoin(", ", parameters.Select(parameter => $"{parameter.Key} = \"{Visible.Text(parameter.Value)}\"")).Append('\n');
}
