using System.Globalization;
using static Counterseal.Law.YamlTree;

namespace Counterseal.Law;

/// <summary>Reads conditions as rule files write them, and holds names and values against <c>facts.yaml</c>.</summary>
internal static class Conditions
{
    /// <summary>Reads the condition under a key.</summary>
    /// <param name="entry">The rule.</param>
    /// <param name="key">The key that holds the condition.</param>
    /// <param name="facts">The names.</param>
    /// <param name="groups">The groups of countries.</param>
    /// <param name="item">Whether it is about one item of the scope: then only such names go, otherwise never.</param>
    public static Condition Read(Entry entry, string key, IReadOnlyDictionary<string, FactName> facts, IReadOnlyDictionary<string, CountryGroup> groups, bool item) =>
        entry.Map[key] is Map map ? Node(map, facts, groups, item, entry.Rule) : throw entry.Wrong(key, $"'{key}' must be a condition: a name and its value, or all, any, not");

    private static Condition Node(Map map, IReadOnlyDictionary<string, FactName> facts, IReadOnlyDictionary<string, CountryGroup> groups, bool item, string? rule)
    {
        if (map.Entries.Count == 0) throw new RuleBookException("an empty condition; name what must be so", map.File, map.Line, rule);
        var parts = map.Entries.Select(e => Part(e.Key, e.Value, facts, groups, item, rule)).ToList();
        return parts.Count == 1 ? parts[0] : new Condition.All(parts);
    }

    private static Condition Part(Text key, YamlTree value, IReadOnlyDictionary<string, FactName> facts, IReadOnlyDictionary<string, CountryGroup> groups, bool item, string? rule)
    {
        RuleBookException Wrong(string what) => new(what, value.File, value.Line, rule);
        switch (key.Value)
        {
            case "all" or "any":
                if (value is not List { Items.Count: > 0 } list) throw Wrong($"'{key.Value}' takes a list of conditions");
                var parts = list.Items.Select(i => i is Map m ? Node(m, facts, groups, item, rule) : throw new RuleBookException($"'{key.Value}' takes a list of conditions, each a name and its value", i.File, i.Line, rule)).ToList();
                return key.Value == "all" ? new Condition.All(parts) : new Condition.Any(parts);
            case "not":
                return value is Map inner ? new Condition.Not(Node(inner, facts, groups, item, rule)) : throw Wrong("'not' takes one condition");
            case "passed" when !item:
                return value is Text passed ? new Condition.Passed(passed.Value) : throw Wrong("'passed' takes the id of a rule with a deadline");
        }

        if (!facts.TryGetValue(key.Value, out var fact))
            throw new RuleBookException($"'{key.Value}' is neither a name in facts.yaml nor one of all, any, not, passed; add it to facts.yaml or correct it", key.File, key.Line, rule);
        if (item != (fact.Source == FactSource.Item))
            throw new RuleBookException(item ? $"'{key.Value}' is not a name of one item of the scope; use 'when'" : $"'{key.Value}' is a name of one item of the scope; use 'items'", key.File, key.Line, rule);
        if (value is not Map how) return Compare(fact, Comparison.OneOf, value);
        if (how.Entries.Count != 1) throw Wrong("takes one operator");
        var (op, operand) = how.Entries[0];
        return op.Value switch
        {
            "isNot" => Compare(fact, Comparison.NoneOf, operand),
            "atLeast" => Compare(fact, Comparison.AtLeast, operand),
            "atMost" => Compare(fact, Comparison.AtMost, operand),
            "in" => Member(fact, Comparison.In, operand),
            "notIn" => Member(fact, Comparison.NotIn, operand),
            "sameAs" => Both(fact, Comparison.SameAs, operand),
            "differsFrom" => Both(fact, Comparison.DiffersFrom, operand),
            "known" when operand is Text { Value: "true" } => new Condition.Is(fact, Comparison.Known, []),
            "known" => throw Wrong("'known' takes only true; what is unknown cannot be a condition, it is a question"),
            _ => throw new RuleBookException($"'{op.Value}' is not an operator; there are isNot, in, notIn, sameAs, differsFrom, atLeast, atMost, known, or the value itself", op.File, op.Line, rule),
        };

        Condition Member(FactName of, Comparison with, YamlTree operand)
        {
            if (of.Type != FactType.Country) throw Wrong($"'{of.Name}' is not a country, so it is in no group");
            return operand is Text id && groups.TryGetValue(id.Value, out var group)
                ? new Condition.Is(of, with, [], group)
                : throw Wrong($"'{(operand as Text)?.Value}' is not a group; the book has {RuleFiles.Listed(groups.Keys)}");
        }

        Condition Both(FactName of, Comparison with, YamlTree operand)
        {
            if (operand is not Text name || !facts.TryGetValue(name.Value, out var other)) throw Wrong($"'{op.Value}' takes the name of another fact");
            if (other.Type != of.Type || other.Source == FactSource.Item != item) throw Wrong($"'{of.Name}' and '{other.Name}' are not of one type");
            return new Condition.Is(of, with, [], null, other);
        }

        Condition Compare(FactName of, Comparison with, YamlTree values)
        {
            string[] words = values switch
            {
                Text text => [text.Value],
                List { Items.Count: > 0 } list => [.. list.Items.Select(i => (i as Text)?.Value ?? throw Wrong("takes a value or a list of values"))],
                _ => throw Wrong("takes a value or a list of values"),
            };
            if (with is Comparison.AtLeast or Comparison.AtMost)
            {
                if (of.Type != FactType.Number || words.Length != 1 || !decimal.TryParse(words[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
                    throw Wrong($"compares numbers, but '{of.Name}' or its value is none");
            }
            else if (of.Type is not (FactType.Word or FactType.Country))
            {
                throw Wrong($"'{of.Name}' holds a value of type {Words<FactType>.Of(of.Type)}, which can only be known or not");
            }
            else if (words.FirstOrDefault(w => !of.Allows(w)) is { } bad)
            {
                throw Wrong($"'{bad}' is not a value of '{of.Name}'; it takes {RuleFiles.Takes(of)}");
            }
            return new Condition.Is(of, with, words);
        }
    }
}
