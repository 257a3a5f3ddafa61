using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>One rule with exactly one thing changed.</summary>
/// <param name="What">What was changed, in words.</param>
/// <param name="Node">The changed rule; <c>null</c> where it is dropped.</param>
/// <param name="Shown">Whether it is enough that the output of a case changes in any byte: what it says or shows is changed, not what follows.</param>
/// <param name="Day">The only day on which the change can matter, where it moves the rule's first or last day.</param>
internal sealed record Mutation(string What, YamlMappingNode? Node, bool Shown = false, DateOnly? Day = null)
{
    private static readonly string[] Otherwise = ["reject", "challenge", "redirect", "wait"];
    private static readonly string[] IfUnknown = ["ask", "note", "pass"];
    private static readonly string[] Decisions = ["noData", "redirect", "challenge", "reject"];
    private static readonly string[] NoticeBy = ["provider", "authority", "nobody"];
    private static readonly string[] Ways = ["direct", "customer", "mlat", "executiveAgreement", "enforcingAuthority", "otherEstablishment", "counsel"];
    private static readonly string[] Duties = ["tell", "ask", "recall", "delete", "keep", "review", "record"];
    private static readonly string[] Kinds = ["answer", "object", "theirs", "expiry", "retention", "target"];

    /// <summary>The keys of a rule whose words a finding or another part of the output says.</summary>
    public static IReadOnlyList<string> Sentences { get; } = ["citation", "holds", "fails", "asks", "exclude", "suspend", "until", "risk"];

    /// <summary>The same within the mapping of an effect.</summary>
    public static IReadOnlyList<string> InnerSentences { get; } = ["what", "says", "reason"];

    /// <summary>All changes of a rule but those of its wording.</summary>
    public static IEnumerable<Mutation> Of(YamlMappingNode rule)
    {
        yield return new("it is dropped", null);
        var idle = NeverFails(rule);
        foreach (var (key, value) in rule.Children)
        {
            var name = BookText.Key(key);
            if (name == "checked" && !Found(rule)) continue;
            if (name == "otherwise" && idle) continue;
            // What is about assistance takes no data out, so that it never decides: only that it is refused counts.
            var about = name == "otherwise" && Case.Text(rule, "about") == "assistance";
            foreach (var (what, changed) in about ? Others(name, value, ["wait"]) : Changes(name, value)) yield return new(what, Replaced(rule, name, changed), name == "checked");
            if (name is "from" or "to")
            {
                var day = NaiveBook.Date(BookText.Key(value));
                foreach (var days in new[] { 1, -1 })
                    yield return new($"{name} is a day {(days > 0 ? "later" : "earlier")}", Replaced(rule, name, new YamlScalarNode(day.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))),
                        Day: name == "from" ? day.AddDays(Math.Min(0, days)) : day.AddDays(Math.Max(0, days)));
            }
            if (name == "deadline")
                foreach (var (what, changed) in Word((YamlMappingNode)value, "kind", Kinds)) yield return new(what, Replaced(rule, name, changed), Shown: true);
            if (name == "duty")
                foreach (var (what, changed) in Inner(name, value, "by", Dropped)) yield return new(what, Replaced(rule, name, changed), Shown: true);
            if (name == "notice")
                foreach (var (what, changed) in Word((YamlMappingNode)value, "timing", ["with", "before"])) yield return new(what, Replaced(rule, name, changed), Shown: Case.Text((YamlMappingNode)value, "by") != "provider");
        }
    }

    // Only what is a finding shows whether its source was read; of the others the digest alone changes.
    private static bool Found(YamlMappingNode rule) => new[] { "reach", "require", "exclude", "suspend", "narrow", "risk", "propose" }.Any(e => rule.Children.ContainsKey(e));

    /// <summary>
    /// Whether a rule has no way to fail: what reaches every category leaves none that nobody reaches, and what only asks that something is known
    /// is a question until it is. Its <c>otherwise</c> and <c>fails</c> are there because the format wants them.
    /// </summary>
    private static bool NeverFails(YamlMappingNode rule) =>
        (rule.Children.TryGetValue("reach", out var reach) && Case.Texts((YamlMappingNode)reach, "categories").Count == Enum.GetValues<DataCategory>().Length)
        || (rule.Children.TryGetValue("require", out var require) && ((YamlMappingNode)require).Children.All(e => e.Value is YamlMappingNode op && op.Children.Count == 1 && op.Children.ContainsKey("known")));

    /// <summary>The rule with a mark at the end of each of its sentences, and the marks.</summary>
    public static (YamlMappingNode Node, IReadOnlyList<(string Key, string Mark)> Marks) Marked(YamlMappingNode rule)
    {
        var marks = new List<(string, string)>();
        var marked = new YamlMappingNode();
        foreach (var (key, value) in rule.Children)
        {
            var name = BookText.Key(key);
            marked.Add(name, Sentences.Contains(name) && !(name == "fails" && NeverFails(rule)) ? Mark(name, value)
                : name is "deadline" or "notice" or "route" or "duty" or "propose"
                    ? new YamlMappingNode(((YamlMappingNode)value).Children.Select(e => KeyValuePair.Create(e.Key, InnerSentences.Contains(BookText.Key(e.Key)) ? Mark(BookText.Key(e.Key), e.Value) : e.Value)))
                    : value);
        }
        return (marked, marks);

        YamlScalarNode Mark(string name, YamlNode text)
        {
            var mark = $"[[{name}]]";
            marks.Add((name, mark));
            return new YamlScalarNode(BookText.Key(text) + mark);
        }
    }

    private static IEnumerable<(string What, YamlNode? Node)> Changes(string key, YamlNode value) => key switch
    {
        "checked" => [("checked is flipped", new YamlScalarNode(BookText.Key(value) == "true" ? "false" : "true"))],
        "instruments" => Shorter(key, value),
        "weight" => OneMoreOrLess(key, value),
        "otherwise" => Others(key, value, Otherwise),
        "ifUnknown" => Others(key, value, IfUnknown),
        "before" or "about" or "ground" => [($"{key} is dropped", null)],
        "when" or "items" => [($"{key} is dropped", null), .. Conditions(key, (YamlMappingNode)value)],
        "require" => Conditions(key, (YamlMappingNode)value),
        "reach" => [.. Inner(key, value, "categories", Shorter), .. Inner(key, value, "does", Dropped), .. Inner(key, value, "basis", Dropped)],
        "narrow" => [.. Inner(key, value, "notBefore", Dropped), .. Inner(key, value, "notAfter", Dropped), .. Inner(key, value, "plusDays", Dropped), .. Inner(key, value, "plusDays", OneMoreOrLess)],
        "deadline" => new[] { "minutes", "hours", "days", "workingDays", "months" }.SelectMany(unit => Inner(key, value, unit, OneMoreOrLess)),
        "notice" => [.. Word((YamlMappingNode)value, "by", NoticeBy), .. Inner(key, value, "atEnd", Shorter), .. Inner(key, value, "atEnd", Dropped), .. Inner(key, value, "notBefore", Dropped)],
        "route" => Word((YamlMappingNode)value, "to", Ways),
        "duty" => Word((YamlMappingNode)value, "do", Duties),
        "propose" => Word((YamlMappingNode)value, "decision", Decisions),
        _ => [],
    };

    private static IEnumerable<(string, YamlNode?)> Conditions(string path, YamlMappingNode condition)
    {
        foreach (var (keyNode, value) in condition.Children)
        {
            var key = BookText.Key(keyNode);
            var at = $"{path} / {key}";
            if (condition.Children.Count > 1) yield return ($"{at} is dropped", Replaced(condition, key, null));
            var changes = key switch
            {
                "all" or "any" => [.. Shorter(at, value), .. ((YamlSequenceNode)value).SelectMany((part, n) => Conditions($"{at} {n + 1}", (YamlMappingNode)part).Select(c => (c.Item1, (YamlNode?)At((YamlSequenceNode)value, n, c.Item2!))))],
                "not" => Conditions(at, (YamlMappingNode)value),
                "passed" => [],
                _ => value is YamlMappingNode operators ? Operators(at, operators) : Shorter(at, value),
            };
            foreach (var (what, changed) in changes) yield return (what, Replaced(condition, key, changed));
        }
    }

    private static IEnumerable<(string, YamlNode?)> Operators(string path, YamlMappingNode operators)
    {
        foreach (var (keyNode, value) in operators.Children)
        {
            var op = BookText.Key(keyNode);
            var other = op switch { "in" => "notIn", "notIn" => "in", "sameAs" => "differsFrom", "differsFrom" => "sameAs", "atLeast" => "atMost", "atMost" => "atLeast", _ => null };
            if (other is not null) yield return ($"{path}: {other} instead of {op}", new YamlMappingNode(operators.Children.Select(e => KeyValuePair.Create(BookText.Key(e.Key) == op ? new YamlScalarNode(other) : e.Key, e.Value))));
            if (op == "isNot") yield return ($"{path}: is instead of isNot", value);
            foreach (var (what, changed) in op is "atLeast" or "atMost" ? OneMoreOrLess($"{path} {op}", value) : op == "isNot" ? Shorter($"{path} {op}", value) : []) yield return (what, Replaced(operators, op, changed));
        }
    }

    private static IEnumerable<(string, YamlNode?)> Inner(string path, YamlNode map, string key, Func<string, YamlNode, IEnumerable<(string, YamlNode?)>> change) =>
        ((YamlMappingNode)map).Children.TryGetValue(key, out var value) ? change($"{path} / {key}", value).Select(c => (c.Item1, (YamlNode?)Replaced((YamlMappingNode)map, key, c.Item2))) : [];

    private static IEnumerable<(string, YamlNode?)> Dropped(string path, YamlNode value) => [($"{path} is dropped", null)];

    // The next word of the list; the first stands where nothing is written.
    private static IEnumerable<(string, YamlNode?)> Word(YamlMappingNode map, string key, string[] words)
    {
        var word = Case.Text(map, key) ?? words[0];
        var next = words[(Array.IndexOf(words, word) + 1) % words.Length];
        yield return ($"{key}: {next} instead of {word}", Replaced(map, key, new YamlScalarNode(next)));
    }

    private static IEnumerable<(string, YamlNode?)> Others(string key, YamlNode value, string[] words) =>
        words.Where(w => w != BookText.Key(value)).Select(w => ($"{key}: {w} instead of {BookText.Key(value)}", (YamlNode?)new YamlScalarNode(w)));

    private static IEnumerable<(string, YamlNode?)> OneMoreOrLess(string path, YamlNode value) =>
        new[] { 1, -1 }.Select(n => ($"{path}: {Number(value) + n} instead of {Number(value)}", (YamlNode?)new YamlScalarNode((Number(value) + n).ToString(CultureInfo.InvariantCulture))));

    private static decimal Number(YamlNode value) => decimal.Parse(BookText.Key(value), CultureInfo.InvariantCulture);

    private static IEnumerable<(string, YamlNode?)> Shorter(string path, YamlNode value)
    {
        if (value is not YamlSequenceNode list || list.Children.Count < 2) yield break;
        for (var n = 0; n < list.Children.Count; n++)
        {
            var without = list.Children.Where((_, i) => i != n);
            yield return ($"{path} without {BookText.Flow(list.Children[n])}", new YamlSequenceNode(without));
        }
    }

    private static YamlSequenceNode At(YamlSequenceNode list, int n, YamlNode changed) => new(list.Children.Select((old, i) => i == n ? changed : old));

    // The mapping with one value replaced, added, or (null) dropped.
    private static YamlMappingNode Replaced(YamlMappingNode map, string key, YamlNode? value)
    {
        var replaced = new YamlMappingNode();
        foreach (var (k, old) in map.Children)
        {
            if (BookText.Key(k) != key) replaced.Add(k, old);
            else if (value is not null) replaced.Add(key, value);
        }
        if (value is not null && !map.Children.ContainsKey(key)) replaced.Add(key, value);
        return replaced;
    }
}
