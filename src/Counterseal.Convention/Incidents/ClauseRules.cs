using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>Says which clauses an incident concerns, and why. Data, in <c>clause-rules.yaml</c>.</summary>
public sealed class ClauseRules
{
    private sealed record Rule(string Id, HashSet<string>? Victims, HashSet<string>? Types, IReadOnlyList<ConcernedClause> Clauses);

    private readonly List<Rule> rules = [];

    /// <summary>Reads the rules of a registry's data folder.</summary>
    /// <exception cref="FormatException">Names file, line and what is wrong.</exception>
    public static ClauseRules Read(string folder, InstrumentBook instruments)
    {
        ArgumentNullException.ThrowIfNull(instruments);
        var note = YamlNote.Read("clause-rules.yaml", File.ReadAllBytes(Path.Combine(folder, "clause-rules.yaml")));
        note.Only("rules");
        var read = new ClauseRules();
        foreach (var one in note.Need("rules").Items)
        {
            one.Only("id", "victims", "types", "clauses", "because");
            var (id, because) = (one.Need("id").Text, one.Need("because").Text);
            var rule = new Rule(id, Words(one.Get("victims"), IncidentWords.Victims), Words(one.Get("types"), IncidentWords.Types),
                [.. one.Need("clauses").Items.Select(c => instruments.Find(InstrumentBook.Ref(c)) is null ? throw new FormatException($"{c.Place}: there is no clause {c.Text}") : new ConcernedClause(ClauseRef.Parse(c.Text), id, because))]);
            if (rule.Victims is null && rule.Types is null)
                throw new FormatException($"{one.Place}: rule {id} names neither victims nor types, so it would concern everything");
            read.rules.Add(rule);
        }
        return read;
    }

    /// <summary>The clauses concerned, each once, in the order of the rules.</summary>
    public IReadOnlyList<ConcernedClause> Of(IReadOnlyList<Victims> victims, IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(victims);
        ArgumentNullException.ThrowIfNull(types);
        List<ConcernedClause> found = [];
        foreach (var rule in rules)
        {
            if ((rule.Victims is { } kinds && !victims.Any(v => v.Kinds.Any(kinds.Contains))) || (rule.Types is { } ways && !types.Any(ways.Contains)))
                continue;
            foreach (var clause in rule.Clauses)
                if (!found.Any(f => f.Clause == clause.Clause))
                    found.Add(clause);
        }
        return found;
    }

    private static HashSet<string>? Words(YamlNote? note, IReadOnlyDictionary<string, string> known) => note is not { } list ? null
        : [.. list.Items.Select(item => known.ContainsKey(item.Text) ? item.Text : throw new FormatException($"{item.Place}: \"{item.Text}\" is none of {string.Join(", ", known.Keys)}"))];
}
