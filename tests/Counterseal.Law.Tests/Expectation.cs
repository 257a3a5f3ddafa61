using System.Globalization;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>
/// What counsel expects of a case. What is not named is not looked at, except: <c>permitted</c> and <c>questions</c> that are absent mean none,
/// <c>policy</c> that is absent means false.
/// </summary>
internal sealed record Expectation
{
    private static readonly string[] Keys =
    [
        "decision", "permitted", "permittedFrom", "permittedTo", "preserve", "basis", "policy", "questions", "findings", "absent", "deadlines", "counted", "late",
        "notice", "notBefore", "timing", "atEnd", "route", "duties", "suspended", "grounds", "doubt", "changes", "reasons",
    ];

    // Each line: a key, the value that is expected, and how the value is read off an assessment.
    private readonly List<(string Key, string Expected, Func<Assessment, string> Actual)> same = [];
    private readonly List<(string Key, Func<Assessment, bool> Holds)> holds = [];

    /// <summary>The rules that it names, by the keys that name rules.</summary>
    public IReadOnlySet<string> Rules { get; private init; } = new HashSet<string>();

    /// <summary>What comes out otherwise than expected, all of it; <c>null</c> when nothing does.</summary>
    public string? Mismatch(Assessment a)
    {
        List<string>? wrong = null;
        foreach (var (key, expected, actual) in same)
            if (actual(a) is var found && found != expected) (wrong ??= []).Add($"{key}: expected '{expected}', is '{found}'");
        foreach (var (key, so) in holds)
            if (!so(a)) (wrong ??= []).Add(key);
        return wrong is null ? null : string.Join("; ", wrong);
    }

    public static Expectation Read(YamlMappingNode map, string file)
    {
        Case.OnlyKeys(map, Keys, file);
        string[] ruled = ["findings", "deadlines", "counted", "late", "duties", "changes"];
        var it = new Expectation
        {
            Rules = ruled.SelectMany(key => Case.Pairs(map, key).Select(p => p.Key)).Concat(Case.Texts(map, "absent")).Concat(Case.Texts(map, "suspended"))
                .Append(Case.Text(map, "basis") ?? "none").ToHashSet(StringComparer.Ordinal),
        };

        // What stands there as one word or one list.
        it.Same(map, "decision", null, a => Word(a.Proposed));
        it.Same(map, "permitted", "", a => Categories(a.Permitted));
        it.Same(map, "permittedFrom", null, a => At(a.Permitted.Items.Count == 0 ? null : a.Permitted.Items[0].From));
        it.Same(map, "permittedTo", null, a => At(a.Permitted.Items.Count == 0 ? null : a.Permitted.Items[0].To));
        it.Same(map, "preserve", null, a => Categories(a.Preserve));
        it.Same(map, "basis", null, a => a.Basis ?? "none");
        it.Same(map, "policy", "false", a => a.BasisIsPolicy ? "true" : "false");
        it.Same(map, "questions", "", a => string.Join(' ', a.Questions.Select(q => q.Fact)));
        it.Same(map, "notice", null, a => Word(a.Notice.By));
        it.Same(map, "notBefore", null, a => At(a.Notice.NotBefore));
        it.Same(map, "timing", null, a => Word(a.Notice.Timing));
        it.Same(map, "atEnd", null, a => string.Join(' ', a.Notice.AtEnd.Select(w => Word(w))));
        it.Same(map, "route", null, a => Word(a.Route.To));
        it.Same(map, "suspended", null, a => string.Join(' ', a.Suspended.Select(s => s.Rule)));
        it.Same(map, "grounds", null, a => string.Join(' ', a.Objections.Select(o => o.Ground)));
        it.Same(map, "doubt", null, a => a.Doubt.ToString(CultureInfo.InvariantCulture));

        // What is said of one rule.
        foreach (var (rule, sign) in Case.Pairs(map, "findings"))
            it.True($"finding {rule}: {sign} is missing", a => a.Findings.Any(f => f.Rule == rule && Word(f.Sign) == sign));
        foreach (var rule in Case.Texts(map, "absent"))
            it.True($"finding {rule} is there", a => a.Findings.All(f => f.Rule != rule));
        foreach (var (rule, due) in Case.Pairs(map, "deadlines"))
            it.same.Add(($"deadline {rule}", due, a => a.Deadlines.FirstOrDefault(d => d.Rule == rule) is { } d ? Instant.Text(d.Due) : "absent"));
        foreach (var (rule, late) in Case.Pairs(map, "late"))
            it.same.Add(($"late {rule}", late, a => a.Deadlines.FirstOrDefault(d => d.Rule == rule) is { } d ? d.Late ? "true" : "false" : "absent"));
        foreach (var (rule, words) in Case.Pairs(map, "counted"))
            it.True($"deadline {rule} is not counted in the words '{words}'", a => a.Deadlines.Any(d => d.Rule == rule && Has(d.Counted, words)));
        foreach (var (rule, does) in Case.Pairs(map, "duties"))
            it.same.Add(($"duty {rule}", does, a => a.Duties.FirstOrDefault(d => d.Rule == rule) is { } d ? Word(d.Do) : "absent"));
        foreach (var (rule, words) in Case.Pairs(map, "changes"))
            it.True($"nothing that would change {rule} says '{words}'", a => a.Findings.Any(f => f.Rule == rule && f.Changes.Any(c => Has(c, words))));
        foreach (var words in Case.Texts(map, "reasons"))
            it.True($"no reason says '{words}'", a => a.Reasons.Any(r => Has(r, words)));
        return it;
    }

    private void Same(YamlMappingNode map, string key, string? absent, Func<Assessment, string> actual)
    {
        if (map.Children.ContainsKey(key)) same.Add((key, string.Join(' ', Case.Texts(map, key)), actual));
        else if (absent is not null) same.Add((key, absent, actual));
    }

    private void True(string key, Func<Assessment, bool> so) => holds.Add((key, so));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);

    private static string Word(Enum e) => JsonNamingPolicy.CamelCase.ConvertName(e.ToString());

    private static string At(DateTimeOffset? at) => at is { } t ? Instant.Text(t) : "none";

    private static string Categories(Scope scope) => string.Join(' ', scope.Items.SelectMany(i => i.Categories).Distinct().Order().Select(c => Word(c)));
}
