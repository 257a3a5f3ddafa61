using System.Text.RegularExpressions;
using Counterseal.Custody;
using Counterseal.Law;

namespace Counterseal.Collectors;

/// <summary>
/// An operator's query: one statement that reads, with named parameters and nothing put in by text. What is wrong with it is found when the gate starts. That it cannot write is
/// not this check's doing: the database is told to run it read-only.
/// </summary>
internal static partial class QueryTemplate
{
    /// <summary>Checks all queries of a collector.</summary>
    /// <param name="settings">The entry in <c>gate.json</c>.</param>
    /// <param name="sigil">What a parameter begins with: <c>@</c> or <c>$</c>; <c>{</c> for ClickHouse's <c>{name:Type}</c>.</param>
    /// <exception cref="InvalidDataException">Names the query and what is wrong.</exception>
    public static void Check(CollectorSettings settings, char sigil)
    {
        foreach (var (kind, query) in settings.Find)
            Check(settings, sigil, $"find by {kind}", query, kind == SelectorKind.IpAddress ? ["value", "port", "at"] : ["value"]);
        foreach (var (category, of) in settings.Categories)
        {
            Check(settings, sigil, $"{category}", of.Query ?? throw settings.Wrong($"{category} has no query"), [.. category == DataCategory.Subscriber ? (string[])["account"] : ["account", "from", "to"], .. of.Order is null ? (string[])[] : ["after"]]);
            if (of.Order is not null && of.Place is null) throw settings.Wrong($"{category} names an order and no column that is ordered (place)");
            if (category is DataCategory.Traffic or DataCategory.Content && of.Time is null) throw settings.Wrong($"{category} names no column that has the time");
            if (category != DataCategory.Subscriber && of.Place is null) throw settings.Wrong($"{category} names no column by which a record is found again (place)");
            if (category != DataCategory.Identification && of.Fields.Names.Count == 0) throw settings.Wrong($"{category} names no fields, so nothing of it could leave");
        }
        if (settings.Find.Count + settings.Categories.Count == 0) throw settings.Wrong("it neither finds accounts nor serves a category");
    }

    private static void Check(CollectorSettings settings, char sigil, string what, string query, string[] parameters)
    {
        if (!Reads().IsMatch(query)) throw settings.Wrong($"the query of {what} does not begin with SELECT or WITH");
        if (query.Contains(';', StringComparison.Ordinal)) throw settings.Wrong($"the query of {what} has a semicolon; it is one statement without one");
        var named = (sigil switch { '@' => At(), '$' => Dollar(), _ => Brace() }).Matches(query).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        if (parameters.FirstOrDefault(parameter => !named.Contains(parameter)) is { } missing) throw settings.Wrong($"the query of {what} does not use the parameter {missing}");
        if (named.FirstOrDefault(parameter => !parameters.Contains(parameter)) is { } unknown) throw settings.Wrong($"the query of {what} uses a parameter {unknown}, and there is none");
    }

    [GeneratedRegex(@"\A\s*(?:select|with)\s", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Reads();

    [GeneratedRegex(@"@([A-Za-z_][A-Za-z0-9_]*)", RegexOptions.CultureInvariant)]
    private static partial Regex At();

    [GeneratedRegex(@"\$([A-Za-z_0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Dollar();

    [GeneratedRegex(@"\{\s*([A-Za-z_0-9]+)\s*:", RegexOptions.CultureInvariant)]
    private static partial Regex Brace();
}
