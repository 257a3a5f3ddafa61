namespace Counterseal.Law;

/// <summary>
/// What a book says of every instrument, data category and kind of issuing authority, as a table that a lawyer reads. It is worked out from the rules: only the
/// instrument, the category, who issues, who validates and whether it is an emergency are taken as known; all else is as the law wants it, and what that is stands in the cell.
/// </summary>
/// <param name="Book">The digest of the book.</param>
/// <param name="Day">The day of receipt.</param>
/// <param name="Every">What every demand needs, under whatever instrument, in the order of the book.</param>
/// <param name="Deadlines">The clocks that can run for every demand, under whatever instrument.</param>
/// <param name="Sheets">One for each instrument, in the order of the book.</param>
/// <param name="Names">What the names and groups mean that rules of that day read, by name.</param>
public sealed record Matrix(string Book, DateOnly Day, IReadOnlyList<MatrixNeed> Every, IReadOnlyList<MatrixLine> Deadlines, IReadOnlyList<MatrixSheet> Sheets, IReadOnlyList<MatrixName> Names)
{
    private static readonly string[] Issuers = ["issuing.kind", "validating.kind"];

    /// <summary>Works the matrix out.</summary>
    /// <param name="book">The book.</param>
    /// <param name="day">The day of receipt; the law of that day is shown.</param>
    public static Matrix Of(RuleBook book, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(book);
        // At noon it is the same day in every zone that has a book.
        var at = Clock.DayStarts(day, TimeZoneInfo.Utc).AddHours(12);
        var every = book.Rules.Where(r => r.InForce(at) && r.Instruments.Count == 0).Select(MatrixNeed.Whole).OfType<MatrixNeed>().ToList();
        var deadlines = book.Rules.Where(r => r.InForce(at) && r.Instruments.Count == 0 && r.Effect is Effect.Clocked)
            .Select(r => new MatrixLine(MatrixRule.Of(r), r.When is { } when ? ConditionText.Of(when) : null, ((Effect.Clocked)r.Effect).What, MatrixMaker.Counted((Effect.Clocked)r.Effect))).ToList();
        return new(book.Digest, day, every, deadlines, [.. book.Instruments.Values.OrderBy(i => Place(book, i.Id)).Select(i => new MatrixMaker(book, i, at).Make())], NamesOf(book, at));
    }

    private static List<MatrixName> NamesOf(RuleBook book, DateTimeOffset at)
    {
        var conditions = book.Rules.Where(r => r.InForce(at)).SelectMany(Setting.Conditions).ToList();
        var groups = conditions.SelectMany(c => c.Leaves).OfType<Condition.Is>().Select(l => l.Group).OfType<CountryGroup>().Distinct();
        return
        [
            .. conditions.SelectMany(c => c.Names).Distinct().Select(n => new MatrixName(n.Name, n.Meaning))
                .Concat(groups.Select(g => new MatrixName(g.Id, $"{string.Join(", ", g.Members.Where(m => at >= m.From && at < m.To).Select(m => m.Country).Order(StringComparer.Ordinal))} ({g.Citation})")))
                .OrderBy(n => n.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a rule says something of who may issue or validate.</summary>
    internal static bool SaysWhoMayIssue(Rule rule) => rule.Effect is Effect.Require or Effect.Reach && Setting.Conditions(rule).SelectMany(c => c.Names).Any(n => Issuers.Contains(n.Name, StringComparer.Ordinal));

    private static int Place(RuleBook book, string instrument) => book.Declarations.TakeWhile(d => d.Kind != DeclarationKind.Instrument || d.Id != instrument).Count();
}

/// <summary>What a book says of one instrument on one day.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Needs">What every demand under it needs, whoever issues and whatever is demanded.</param>
/// <param name="ByCategory">What is needed for one category, whoever issues.</param>
/// <param name="Rows">Who issues, and what comes of it; issuing authorities of which the same is said share a row.</param>
/// <param name="Deadlines">The clocks that can run besides those of every demand.</param>
/// <param name="Notices">Who tells the customer; the first that applies counts.</param>
/// <param name="Routes">Which way the authority is sent; the first that applies counts; directly where none does.</param>
public sealed record MatrixSheet(
    Instrument Instrument, IReadOnlyList<MatrixNeed> Needs, IReadOnlyDictionary<DataCategory, IReadOnlyList<MatrixNeed>> ByCategory, IReadOnlyList<MatrixRow> Rows,
    IReadOnlyList<MatrixLine> Deadlines, IReadOnlyList<MatrixLine> Notices, IReadOnlyList<MatrixLine> Routes);

/// <summary>One row of a sheet.</summary>
/// <param name="Issuing">The kinds of issuing authority.</param>
/// <param name="Validating">The kinds of validating authority, <c>none</c> for none; empty where it makes no difference.</param>
/// <param name="Emergency">Whether it is an emergency; <c>null</c> where that makes no difference.</param>
/// <param name="Cells">One for each category.</param>
public sealed record MatrixRow(IReadOnlyList<AuthorityKind> Issuing, IReadOnlyList<string> Validating, bool? Emergency, IReadOnlyList<MatrixCell> Cells);

/// <summary>What comes of one category in one row.</summary>
/// <param name="Category">The category.</param>
/// <param name="Outcome">What comes of it when everything else is as the law wants it.</param>
/// <param name="By">The rule that says so; <c>null</c> where none does.</param>
/// <param name="Sentence">Plain words.</param>
/// <param name="Met">The rules about who may issue that are met by this very row.</param>
/// <param name="Needs">What else it takes, beyond what the sheet says of every demand and of the category.</param>
/// <param name="Kept">The rule by which the data are kept meanwhile, where there is one.</param>
/// <param name="Policy">Nobody is compelled: it is our published exception.</param>
/// <param name="Reason">For a gap or a no: the reason that counsel has written down; <c>null</c> where there is none.</param>
public sealed record MatrixCell(
    DataCategory Category, MatrixOutcome Outcome, MatrixRule? By, string Sentence, IReadOnlyList<MatrixRule> Met, IReadOnlyList<MatrixNeed> Needs, MatrixRule? Kept, bool Policy, string? Reason);

/// <summary>What comes of a cell.</summary>
public enum MatrixOutcome
{
    /// <summary>It is handed over, given what every demand needs.</summary>
    HandedOver,
    /// <summary>It is handed over only with what else stands there.</summary>
    HandedOverOnlyWith,
    /// <summary>It is kept, nothing leaves.</summary>
    Kept,
    /// <summary>It is kept only with what else stands there.</summary>
    KeptOnlyWith,
    /// <summary>A rule says no.</summary>
    No,
    /// <summary>No rule says anything.</summary>
    Gap,
}

/// <summary>A rule as the matrix names it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Checked">Whether somebody has read that.</param>
/// <param name="Plain">What it says.</param>
/// <param name="File">The file in which it stands.</param>
/// <param name="Line">From 1.</param>
public sealed record MatrixRule(string Id, string Citation, bool Checked, string Plain, string File, int Line)
{
    internal static MatrixRule Of(Rule rule) => new(rule.Id, rule.Citation, rule.Checked, rule.Plain, rule.File, rule.Line);
}

/// <summary>A name or a group that stands in the words of a need.</summary>
/// <param name="Name">The name, or the group's id.</param>
/// <param name="Meaning">What it means; for a group, its members of that day and where that is written.</param>
public sealed record MatrixName(string Name, string Meaning);

/// <summary>Something that is needed besides.</summary>
/// <param name="Rule">The rule that needs it.</param>
/// <param name="If">When it applies, in the words of the condition; <c>null</c> where it always does.</param>
/// <param name="Needs">What must be so; <c>null</c> where <paramref name="If"/> alone takes the data out.</param>
/// <param name="Otherwise">What we propose when it is not: reject, challenge, redirect, wait; <c>cut</c> where only what lies outside is lost.</param>
public sealed record MatrixNeed(MatrixRule Rule, string? If, string? Needs, string Otherwise)
{
    /// <summary>One sentence: <c>only if …</c>, <c>not if …</c>, <c>if …: only if …</c>.</summary>
    public string Words => (If, Needs, Otherwise) switch
    {
        (null, { } needs, "cut") => needs,
        ({ } when, { } needs, "cut") => $"if {when}: {needs}",
        (null, { } needs, _) => $"only if {needs}",
        ({ } when, { } needs, _) => $"if {when}: only if {needs}",
        ({ } when, null, _) => $"not if {when}",
        _ => "never",
    };

    // A rule with nothing known but itself.
    internal static MatrixNeed? Whole(Rule rule)
    {
        var applies = new[] { rule.When, rule.Items }.OfType<Condition>().ToList();
        var when = applies.Count == 0 ? null : ConditionText.Of(applies.Count == 1 ? applies[0] : new Condition.All(applies));
        return rule.Effect switch
        {
            Effect.Require { Assistance: true } => null,
            Effect.Require require when ReferenceEquals(require.Condition, Condition.Never) => new(MatrixRule.Of(rule), when, null, Words<Otherwise>.Of(require.Otherwise)),
            Effect.Require require => new(MatrixRule.Of(rule), when, ConditionText.Of(require.Condition), Words<Otherwise>.Of(require.Otherwise)),
            Effect.Narrow narrow => new(MatrixRule.Of(rule), when, Limits(narrow), "cut"),
            _ => null,
        };
    }

    internal static string Limits(Effect.Narrow narrow) => string.Join(" and ", new[]
    {
        narrow.NotBefore is { } first ? $"nothing before {first.Name}" : null,
        narrow.NotAfter is { } last ? $"nothing after {last.Name}{(narrow.PlusDays > 0 ? $" and {narrow.PlusDays} days" : "")}" : null,
    }.OfType<string>());
}

/// <summary>A deadline, notice or route of a sheet.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="If">When it applies, in the words of the condition; <c>null</c> where it always does.</param>
/// <param name="Sentence">What it says.</param>
/// <param name="Detail">How it is counted, or who is told and when.</param>
public sealed record MatrixLine(MatrixRule Rule, string? If, string Sentence, string Detail);
