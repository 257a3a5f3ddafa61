using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>
/// Makes incidents of what a provider's bell publishes: customers attacked by suspected state and year, each number as <see cref="WatchFigures.Published"/> gives it. No customer, no account and no exact number
/// comes in here; what is not in the published form is refused.
/// </summary>
public static partial class BellFigures
{
    [GeneratedRegex("^(<5|[1-9][0-9]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Published();

    /// <summary>Reads what <c>counterseal watch figures --json</c> gives.</summary>
    /// <param name="json">The answer's bytes.</param>
    /// <param name="provider">The provider's name, which the incidents are said by.</param>
    /// <param name="rules">The rules for clauses.</param>
    /// <param name="sample">They are made up, to try things on.</param>
    /// <exception cref="FormatException">It is not that, or holds numbers that are not published.</exception>
    public static IReadOnlyList<Incident> Read(ReadOnlyMemory<byte> json, string provider, ClauseRules rules, bool sample = false)
    {
        ArgumentNullException.ThrowIfNull(rules);
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 8 });
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("trend", out var trend) && trend.ValueKind == JsonValueKind.Array
                ? Of(trend.EnumerateArray().Select(Row), provider, rules, sample)
                : throw new FormatException("the file has no \"trend\"; it is not what `counterseal watch figures --json` gives");
        }
        catch (JsonException e)
        {
            throw new FormatException($"the file is no JSON: {e.Message}", e);
        }

        static (string, int, string) Row(JsonElement row) =>
            row.ValueKind == JsonValueKind.Object && row.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String && row.TryGetProperty("year", out var year) && year.TryGetInt32(out var of)
                && row.TryGetProperty("customers", out var customers) && customers.ValueKind == JsonValueKind.String
                ? (state.GetString()!, of, customers.GetString()!)
                : throw new FormatException("a row of \"trend\" has no state, year or customers, or its number is not written as it is published");
    }

    /// <summary>Makes incidents of the figures themselves, as they may be published.</summary>
    public static IReadOnlyList<Incident> Of(WatchFigures figures, string provider, ClauseRules rules, bool sample = false)
    {
        ArgumentNullException.ThrowIfNull(figures);
        ArgumentNullException.ThrowIfNull(rules);
        return Of(figures.Trend.Select(t => (t.State, t.Year, WatchFigures.Published(t.Customers))), provider, rules, sample);
    }

    private static List<Incident> Of(IEnumerable<(string State, int Year, string Customers)> rows, string provider, ClauseRules rules, bool sample)
    {
        if (string.IsNullOrWhiteSpace(provider) || provider.Length > 80)
            throw new FormatException("name the provider, in at most eighty letters");
        var slug = string.Join('-', provider.ToLowerInvariant().Split([.. provider.ToLowerInvariant().Where(c => !char.IsAsciiLetterOrDigit(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries));
        var incidents = new List<Incident>();
        foreach (var (state, year, customers) in rows)
        {
            if (customers == "0")
                continue;
            if (!Published().IsMatch(customers) || (customers != "<5" && int.Parse(customers, CultureInfo.InvariantCulture) % 5 != 0))
                throw new FormatException($"{customers} customers is no number that is published: those below five are \"<5\", others are multiples of five; ask for the figures without --exact");
            if (year is < 2000 or > 2100)
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{year} is no year that a bell can speak of"));
            var named = States.Find(state);
            if (named is null && state != "unknown")
                throw new FormatException($"\"{state}\" is no state of registry/states.yaml");
            Victims[] victims = [new(null, ["customers"])];
            string[] types = ["signIn"];
            incidents.Add(new(
                "bell", string.Create(CultureInfo.InvariantCulture, $"{slug[..Math.Min(24, slug.Length)]}-{(named?.Code ?? "none").ToLowerInvariant()}-{year}"),
                string.Create(CultureInfo.InvariantCulture, $"Customers of {provider} attacked in {year}, {(named is null ? "no state named" : $"suspected state {named.Name}")}"),
                "Confirmed findings of the provider's bell, taken together: who was attacked is not said here, and the number is rounded so that it points at nobody.",
                new DateOnly(year, 1, 1), null, types, victims,
                [new(provider, [], AttributionBasis.Provider, null, named is null ? [] : [named.Code], null, "two independent sources name the state", null)], [], null, rules.Of(victims, types), [], [], customers, sample));
        }
        return incidents;
    }
}
