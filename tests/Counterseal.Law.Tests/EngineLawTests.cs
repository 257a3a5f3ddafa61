using System.Text;
using System.Text.Json;
using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>What holds for every demand, whatever the book says of it.</summary>
public class EngineLawTests
{
    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, LawJson.Options);

    private static bool Complies(Assessment a) => a.Proposed is Decision.Comply or Decision.ComplyInPart;

    private static Scope Demanded(Demand demand, Facts facts) => facts.Values.TryGetValue("scope.categories", out var list) && FactName.Categories(list) is { } answer
        ? demand.Scope.WithCategories(answer)
        : demand.Scope;

    [Fact]
    public void What_is_permitted_or_kept_is_within_what_is_demanded() => Draw.Holds(
        Draw.Situation, s => Draw.Assess(s) is var a && Scope.Within(a.Permitted, Demanded(s.Demand, s.Facts)) && Scope.Within(a.Preserve, Demanded(s.Demand, s.Facts)), 2000);

    [Fact]
    public void Nothing_is_permitted_unless_compliance_is_proposed_on_a_named_basis() => Draw.Holds(
        Draw.Situation, s => Draw.Assess(s) is var a && (Complies(a) ? a.Basis is not null && a.Permitted.Items.Count + a.Preserve.Items.Count > 0 : a.Permitted.Items.Count == 0 && a.Basis is null), 2000);

    [Fact]
    public void Nothing_is_permitted_while_a_question_is_open() => Draw.Holds(
        Draw.Situation, s => Draw.Assess(s) is var a && (a.Findings.All(f => f.Sign != Sign.Question) || a.Permitted.Items.Count == 0), 2000);

    [Fact]
    public void No_item_without_categories_is_ever_permitted() => Draw.Holds(
        Draw.Situation, s => Draw.Assess(s).Permitted.Items.All(i => i.Categories.Count > 0));

    [Fact]
    public void Nothing_leaves_before_the_demand_is_authenticated() => Draw.Holds(
        Draw.Situation, s => s.Facts.Values.GetValueOrDefault("authenticated") == "true" || !Complies(Draw.Assess(s)));

    [Fact]
    public void Nothing_leaves_in_an_emergency_before_somebody_called_back() => Draw.Holds(
        Draw.Situation, s => s.Demand.Emergency != true || s.Facts.Values.GetValueOrDefault("emergency.callback") == "true" || !Complies(Draw.Assess(s)));

    [Fact]
    public void No_data_is_told_only_where_a_count_found_nothing_and_asks_who_is_there() => Draw.Holds(
        Draw.Situation, s => Draw.Assess(s) is var a && (a.Proposed != Decision.NoData
            || (s.Facts.Values["data.exists"] == "false" && (s.Facts.Values.GetValueOrDefault("authenticated") == "true" || a.Questions.Any(q => q.Fact == "authenticated")))));

    [Fact]
    public void One_more_fact_turns_no_into_yes_only_through_a_rule_that_names_it() => Draw.Holds(
        from s in Draw.Situation from f in Draw.Fact select (s, f),
        t =>
        {
            var more = new Facts(new SortedDictionary<string, string>(t.s.Facts.Values.ToDictionary(), StringComparer.Ordinal) { [t.f.Name] = t.f.Value });
            var before = Draw.Assess(t.s);
            var after = Draw.Assess((t.s.Demand, more, t.s.AsOf));
            return Complies(before) || !Complies(after) || t.f.Name is "instrument" or "scope.categories"
                || before.Findings.Concat(after.Findings).Any(f => f.Why.Any(w => w.StartsWith(t.f.Name + " = ", StringComparison.Ordinal)));
        }, 3000);

    [Fact]
    public void A_fact_that_no_rule_knows_changes_nothing() => Draw.Holds(
        Draw.Situation, s => Json(Draw.Assess(s)).AsSpan().SequenceEqual(
            Json(Draw.Assess((s.Demand, new Facts(new SortedDictionary<string, string>(s.Facts.Values.ToDictionary(), StringComparer.Ordinal) { ["colour"] = "true" }), s.AsOf)))));

    [Fact]
    public void The_same_input_gives_the_same_bytes_from_a_book_read_again()
    {
        var again = RuleBook.Read(Repository.RuleFiles.Reverse());
        Draw.Holds(Draw.Situation, s => Json(Draw.Assess(s)).AsSpan().SequenceEqual(Json(Draw.Assess(s, again))));
    }

    [Fact]
    public void The_order_in_which_facts_were_recorded_means_nothing() => Draw.Holds(
        Draw.Situation, s => Json(Draw.Assess(s)).AsSpan().SequenceEqual(Json(Draw.Assess((s.Demand, new Facts(s.Facts.Values.Reverse().ToDictionary()), s.AsOf)))));

    [Fact]
    public void An_assessment_survives_its_own_json() => Draw.Holds(
        Draw.Situation, s => Json(Draw.Assess(s)) is var bytes && Json(JsonSerializer.Deserialize<Assessment>(bytes, LawJson.Options)!).AsSpan().SequenceEqual(bytes));

    [Fact]
    public void Renaming_the_countries_in_book_and_demand_alike_changes_nothing()
    {
        // Each country takes the next one's name, in the book's lists and in the demand.
        string[] names = ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "JP", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "US", "XX"];
        string Next(string name) => names[(Array.IndexOf(names, name) + 7) % names.Length];
        Authority? Renamed(Authority? a) => a is null ? null : a with { Country = Next(a.Country) };
        var renamed = RuleBook.Read(Repository.RuleFiles.Select(f => (f.Name, Encoding.UTF8.GetBytes(string.Join('\n', Encoding.UTF8.GetString(f.Bytes).Split('\n').Select(
            line => line.Contains("country: [", StringComparison.Ordinal) ? string.Join(' ', line.Split(' ').Select(w => names.Contains(w.Trim('[', ']', ',', '}')) ? w.Replace(w.Trim('[', ']', ',', '}'), Next(w.Trim('[', ']', ',', '}')), StringComparison.Ordinal) : w)) : line))))));
        Assert.NotEqual(Repository.Book.Digest, renamed.Digest);
        string[] Shown(Assessment a) => [.. a.Findings.Select(f => $"{f.Rule} {f.Sign}"), a.Proposed.ToString(), Encoding.UTF8.GetString(Json(a.Permitted)), Encoding.UTF8.GetString(Json(a.Deadlines)), string.Join(' ', a.Questions.Select(q => q.Fact))];
        var situations = from s in Draw.Situation where !s.Facts.Values.Keys.Any(k => k.EndsWith(".country", StringComparison.Ordinal)) select s;
        Draw.Holds(situations, s =>
        {
            var demand = s.Demand with { Issuing = Renamed(s.Demand.Issuing)!, Validating = Renamed(s.Demand.Validating) };
            return Shown(Draw.Assess(s)).SequenceEqual(Shown(Draw.Assess((demand, s.Facts, s.AsOf), renamed)));
        });
    }

    [Fact]
    public void Every_outcome_is_met_by_the_random_demands()
    {
        var seen = Draw.Many(Draw.Situation, 3000).Select(s => Draw.Assess(s).Proposed).ToHashSet();
        Assert.Equal(Enum.GetValues<Decision>().Order(), seen.Order());
    }

    [Fact]
    public void Every_rule_of_the_books_is_tried_by_a_case_or_a_random_demand()
    {
        var seen = Case.All.Select(c => Engine.Assess(c.Demand, c.Facts, Repository.Book, c.Received, c.AsOf))
            .Concat(Draw.Many(Draw.Situation, 3000).Select(s => Draw.Assess(s)))
            .SelectMany(a => a.Findings.Select(f => f.Rule).Concat(a.Deadlines.Select(d => d.Rule))).ToHashSet();
        var silent = Repository.Book.Rules.Where(r => !seen.Contains(r.Id) && !r.Id.Contains("notice", StringComparison.Ordinal) && r.Id != "us.sca.secrecy").Select(r => r.Id);
        Assert.Empty(silent);
    }
}
