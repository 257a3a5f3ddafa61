namespace Counterseal.Watch;

/// <summary>What a finding says of a customer's accounts.</summary>
public enum Verdict
{
    /// <summary>The actor tried. Nothing shows that it got in.</summary>
    Targeted,

    /// <summary>The evidence shows that the actor got in, or has something of the account in its hands.</summary>
    Compromised,
}

/// <summary>One rule: which matches it fits, and what they say.</summary>
/// <param name="Id">Its name, kept with the evidence.</param>
/// <param name="Kinds">The kinds of event; empty is any.</param>
/// <param name="Outcomes">The outcomes; empty is any.</param>
/// <param name="Fields">The fields matched; empty is any.</param>
/// <param name="Says">What it says, or <c>null</c> for nothing.</param>
/// <param name="Because">Why, for the analyst.</param>
/// <param name="Steps">The steps that a notice advises, first the most urgent.</param>
public sealed record EvidenceRule(
    string Id, IReadOnlyList<EventKind> Kinds, IReadOnlyList<EventOutcome> Outcomes, IReadOnlyList<string> Fields, Verdict? Says, string Because, IReadOnlyList<string> Steps)
{
    internal bool Fits(WatchEvent happened, IndicatorMatch match) =>
        (Kinds.Count == 0 || Kinds.Contains(happened.Kind)) && (Outcomes.Count == 0 || Outcomes.Contains(happened.Outcome)) && (Fields.Count == 0 || Fields.Contains(match.Field));
}

/// <summary>How evidence is weighed: data, in <c>Findings/evidence.yaml</c> or an operator's own file of the same form.</summary>
/// <param name="MinimumConfidence">An indicator below counts for nothing.</param>
/// <param name="Corroboration">So many independent indicators or sources make a finding stand.</param>
/// <param name="Moderate">From this confidence on the word is "moderate".</param>
/// <param name="High">From this confidence on the word is "high".</param>
/// <param name="Rules">In the order in which they are tried.</param>
public sealed record EvidenceRules(int MinimumConfidence, int Corroboration, int Moderate, int High, IReadOnlyList<EvidenceRule> Rules)
{
    private static readonly string[] FieldNames = ["sourceIp", "domain", "url", "mailAddress", "hash", "userAgent", "address", "text", "pattern"];

    /// <summary>The rules that come with the room.</summary>
    public static EvidenceRules Default { get; } = Parse("evidence.yaml", Embedded.Bytes("evidence.yaml"));

    /// <summary>Reads a file of rules.</summary>
    /// <exception cref="FormatException">Not one; names file and line.</exception>
    public static EvidenceRules Parse(string file, ReadOnlySpan<byte> bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only("limits", "rules");
        var limits = note.Need("limits");
        limits.Only("minimumConfidence", "corroboration", "moderate", "high");
        var rules = note.Need("rules").Items.Select(Rule).ToList();
        if (rules.GroupBy(rule => rule.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new FormatException($"{file}: two rules are called {twice.Key}");
        var (moderate, high) = (limits.Need("moderate").Number(0, 100), limits.Need("high").Number(0, 100));
        if (moderate > high)
            throw new FormatException($"{limits.Place}: \"moderate\" ({moderate}) is above \"high\" ({high})");
        return new(limits.Need("minimumConfidence").Number(0, 100), limits.Need("corroboration").Number(1, 100), moderate, high, rules);
    }

    /// <summary>The first rule that fits and says something; <c>null</c> when the match counts for nothing.</summary>
    public EvidenceRule? Weigh(WatchEvent happened, IndicatorMatch match)
    {
        ArgumentNullException.ThrowIfNull(match);
        if (match.Confidence < MinimumConfidence)
            return null;
        return Rules.FirstOrDefault(rule => rule.Fits(happened, match)) is { Says: not null } rule ? rule : null;
    }

    /// <summary>The rule of a name.</summary>
    /// <exception cref="FormatException">The rules no longer have it.</exception>
    public EvidenceRule Named(string id) =>
        Rules.FirstOrDefault(rule => rule.Id == id) ?? throw new FormatException($"evidence was weighed by a rule \"{id}\" that the rules no longer have; put it back, or forget that evidence");

    private static EvidenceRule Rule(YamlNote note)
    {
        note.Only("id", "kind", "outcome", "field", "says", "because", "steps");
        var says = note.Need("says");
        var fields = note.Get("field")?.Items.ToList() ?? [];
        foreach (var field in fields.Where(field => !FieldNames.Contains(field.Text)))
            throw new FormatException($"{field.Place}: \"{field.Text}\" is no field; these are: {string.Join(", ", FieldNames)}");
        var steps = note.Get("steps")?.Items.ToList() ?? [];
        foreach (var step in steps.Where(step => !NoticeLanguage.StepNames.Contains(step.Text)))
            throw new FormatException($"{step.Place}: \"{step.Text}\" is no step; these are: {string.Join(", ", NoticeLanguage.StepNames)}");
        if (says.Text != "nothing" && steps.Count == 0)
            throw new FormatException($"{note.Place}: a rule that says something names the steps that help");
        return new(
            note.Need("id").Text,
            [.. note.Get("kind")?.Items.Select(kind => kind.Word<EventKind>()) ?? []],
            [.. note.Get("outcome")?.Items.Select(outcome => outcome.Word<EventOutcome>()) ?? []],
            [.. fields.Select(field => field.Text)],
            says.Text == "nothing" ? null : says.Word<Verdict>(),
            note.Need("because").Text,
            [.. steps.Select(step => step.Text)]);
    }
}
