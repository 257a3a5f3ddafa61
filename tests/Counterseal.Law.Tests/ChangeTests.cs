using System.Globalization;
using System.Text.RegularExpressions;
using FsCheck.Fluent;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>What a finding says would change it does change it: the alternatives are read as a person reads them, established, and the demand is looked at again.</summary>
public partial class ChangeTests
{
    private static readonly string[] Countries = ["DE", "FR", "HR", "US", "GB", "AU", "IE", "DK", "XX"];

    [Fact]
    public void Each_way_that_a_failure_names_ends_it_under_the_books()
    {
        var (tried, kept) = Try(Draw.Many(Draw.Situation, 2500).Select(s => (s, Repository.Book, Repository.Naive)));
        Assert.True(kept.Count == 0, $"{kept.Count} of {tried}:\n{string.Join("\n\n", kept.Take(5))}");
        Assert.True(tried > 1000, $"only {tried} ways were tried");
    }

    [Fact]
    public void Each_way_that_a_failure_names_ends_it_under_random_books()
    {
        var (tried, kept) = Try(Draw.Many(DrawnBook.World, 2500).Select(t => (t.Situation, t.Book.Book, t.Book.Naive)));
        Assert.True(kept.Count == 0, $"{kept.Count} of {tried}:\n{string.Join("\n\n", kept.Take(5))}");
        Assert.True(tried > 300, $"only {tried} ways were tried");
    }

    [Fact]
    public void Every_failure_of_a_requirement_that_a_person_can_change_says_how()
    {
        // What is left without a way hangs on what nobody can establish: the engine's own reading, the company, an exclusion without a condition.
        var silent = Draw.Many(Draw.Situation, 1500).SelectMany(s => s.Assess().Findings.Where(f => f.Sign == Sign.Fails && f.Changes.Count == 0).Select(f => f.Rule)).Distinct()
            .Select(id => Repository.Naive.Rules.Single(r => r.Id == id))
            .Where(r => r.Effect == "require" && NamesOf(r.Map("require")!).All(n => Repository.Naive.Names.TryGetValue(n, out var node) && Case.Text(node, "source") == "person" && Case.Text(node, "type") is null or "country"));
        Assert.Empty(silent.Select(r => r.Id));
    }

    private static IEnumerable<string> NamesOf(YamlMappingNode condition) => condition.Children.SelectMany(e => (((YamlScalarNode)e.Key).Value!, e.Value) switch
    {
        ("all" or "any", YamlSequenceNode parts) => parts.Cast<YamlMappingNode>().SelectMany(NamesOf),
        ("not", YamlMappingNode part) => NamesOf(part),
        var (name, _) => [name],
    });

    private static (int Tried, IReadOnlyList<string> Kept) Try(IEnumerable<(Situation Situation, RuleBook Book, NaiveBook Naive)> worlds)
    {
        var (tried, kept) = (0, new List<string>());
        foreach (var (situation, book, naive) in worlds)
        {
            foreach (var finding in situation.Assess(book).Findings.Where(f => f.Sign == Sign.Fails))
            {
                foreach (var way in finding.Changes)
                {
                    if (Follow(situation, way, naive) is not { } changed || MovesMore(naive, finding.Rule, way)) continue;
                    tried++;
                    if (changed.Assess(book).Findings.Any(f => f.Rule == finding.Rule && f.Sign == Sign.Fails))
                        kept.Add($"{BookText.Flow(naive.Rules.Single(r => r.Id == finding.Rule).Node)}\nstill fails when {way}\n{situation}\nnow {changed}");
                }
            }
        }
        return (tried, kept);
    }

    // Whether a rule hangs on a fact of the way twice: by its name in two places that are not words of a list, or by its name and by a clock, by what is reached or by another name that is worked out from it. "With all else as it is" is then no longer so.
    private static bool MovesMore(NaiveBook book, string rule, string way)
    {
        var words = Words(book.Rules.Single(r => r.Id == rule));
        var clocks = book.Rules.Where(r => r.Effect == "deadline" && words.Contains(r.Id) || r.Effect == "reach" && words.Contains("scope.reached")).ToList();
        for (var n = 0; n < clocks.Count; n++) clocks.AddRange(book.Rules.Where(r => r.Effect == "deadline" && Words(clocks[n]).Contains(r.Id) && !clocks.Contains(r)));
        foreach (var clock in clocks) words.UnionWith(Words(clock).Select(w => "clock " + w));
        var names = book.Rules.Single(r => r.Id == rule) is var own && own.Map("require") is { } require ? NamesOf(require).Concat(own.Map("when") is { } when ? NamesOf(when) : []).ToList() : [];
        return way.Split(" and ").Select(p => p.Split(' ')[0]).Any(name => (names.Count(n => n == name) > 1 && !Listed(book, name)) || words.Contains("clock " + name) || (name == "issuing.country" && (words.Contains("citation.fits") || words.Contains("mail.domain")))
            || (name == "secrecy" && words.Contains("secrecy.days")) || (name == "demand.issued" && words.Contains("demand.ageDays")));
    }

    private static bool Listed(NaiveBook book, string name) => book.Names.TryGetValue(name, out var node) && Case.Text(node, "type") is null && Case.Texts(node, "values").Count > 0;

    private static HashSet<string> Words(NaiveRule rule) => rule.Node.AllNodes.OfType<YamlScalarNode>().Select(n => n.Value!).ToHashSet(StringComparer.Ordinal);

    // The situation in which every part of a way is so; null where a part is not for a person to establish, or says more than one word can hold.
    private static Situation? Follow(Situation situation, string way, NaiveBook book)
    {
        var parts = new List<(string Name, string Op, string Words)>();
        foreach (var text in way.Split(" and "))
        {
            if (Part().Match(text) is not { Success: true } match) return null;
            parts.Add((match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value));
        }
        foreach (var group in parts.GroupBy(p => p.Name))
        {
            if (!book.Names.TryGetValue(group.Key, out var node) || Case.Text(node, "source") is not ("person" or "demand")) return null;
            var value = Values(book, group.Key, node, situation, group).FirstOrDefault(v => group.All(p => Is(book, situation, v, p.Op, p.Words)));
            if (value is null || Established(situation, group.Key, value, book) is not { } next) return null;
            situation = next;
        }
        return situation;
    }

    private static IEnumerable<string> Values(NaiveBook book, string name, YamlMappingNode node, Situation s, IEnumerable<(string Name, string Op, string Words)> parts) => Case.Text(node, "type") switch
    {
        "country" => [.. Countries, .. parts.Where(p => p.Op is "same as").Select(p => Naive.ValueOf(book, s, p.Words) ?? "")],
        "number" => parts.Select(p => decimal.TryParse(p.Words, NumberStyles.Number, CultureInfo.InvariantCulture, out var n) ? n : 0).SelectMany(n => new[] { n, n + 1, Math.Max(0, n - 1) }).Select(n => n.ToString(CultureInfo.InvariantCulture)),
        "instant" => [Instant.Text(s.Received)],
        "categories" => [],
        _ => name == "instrument" ? book.Instruments.Keys : Case.Texts(node, "values"),
    };

    private static bool Is(NaiveBook book, Situation s, string value, string op, string words)
    {
        var list = words.Split(" | ");
        decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
        return op switch
        {
            "=" => list.Contains(value),
            "is not" => !list.Contains(value),
            "in" => book.Member(words, value, s.Received),
            "not in" => !book.Member(words, value, s.Received),
            "same as" => value == Naive.ValueOf(book, s, words),
            "other than" => Naive.ValueOf(book, s, words) is { } other && value != other,
            "≥" => Number(value) >= Number(words),
            "≤" => Number(value) <= Number(words),
            ">" => Number(value) > Number(words),
            "<" => Number(value) < Number(words),
            "is established" => true,
            _ => throw new InvalidOperationException(op),
        };
    }

    // What the demand would have said, or what a person would have recorded.
    private static Situation? Established(Situation s, string name, string value, NaiveBook book)
    {
        if (Case.Text(book.Names[name], "source") == "person") return s.With(name, value);
        if (name != "instrument" && Naive.ValueOf(book, s, "instrument") is { } instrument && book.Instruments[instrument].Children.TryGetValue("implies", out var implies) && Case.Text((YamlMappingNode)implies, name) is not null) return null;
        var d = s.Demand;
        var demand = name switch
        {
            "instrument" => d with { Instrument = value },
            "emergency" => d with { Emergency = value == "true" },
            "issuing.kind" => d with { Issuing = d.Issuing with { Kind = Enum.Parse<AuthorityKind>(value, ignoreCase: true) } },
            "issuing.country" => d with { Issuing = d.Issuing with { Country = value } },
            "validating.kind" => d with { Validating = value == "none" ? null : (d.Validating ?? new Authority("Another", d.Issuing.Country)) with { Kind = Enum.Parse<AuthorityKind>(value, ignoreCase: true) } },
            "validating.country" => d.Validating is null ? null : d with { Validating = d.Validating with { Country = value } },
            "enforcingAuthority.notified" => d with { EnforcingAuthorityNotified = value == "true" },
            "assistance" => d with { Assistance = value == "true" ? ["keys"] : [] },
            "secrecy" => d with { Secrecy = value switch { "none" => null, "endless" => new SecrecyOrder("a law", null), "dated" => new SecrecyOrder("a law", s.AsOf.AddDays(9)), _ => new SecrecyOrder("a law", s.AsOf) } },
            "demand.issued" => d with { Issued = Case.Instant(value[..19] + "Z") },
            _ => null,
        };
        if (demand is null) return null;
        var facts = s.Facts.Values.Where(f => f.Key != name && !(name == "secrecy" && f.Key == "secrecy.until")).ToDictionary();
        return s with { Demand = demand, Facts = new Facts(facts) };
    }

    [GeneratedRegex(@"^([a-zA-Z.0-9]+) (=|is not(?! established)|in|not in|same as|other than|≥|≤|>|<|is established) ?(.*)$")]
    private static partial Regex Part();
}
