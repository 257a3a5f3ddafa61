using System.Text.Json;

namespace Counterseal.Law.Tests;

/// <summary>One demand with what is known of it, when it came and when it is looked at.</summary>
internal sealed record Situation(Demand Demand, Facts Facts, DateTimeOffset Received, DateTimeOffset AsOf)
{
    public Assessment Assess(RuleBook? book = null) => Engine.Assess(Demand, Facts, book ?? Repository.Book, Received, AsOf);

    public Outcome Naive(NaiveBook? book = null) => Tests.Naive.Assess(book ?? Repository.Naive, Demand, Facts, Received, AsOf);

    /// <summary>The same with one more fact, or another value of one that is there.</summary>
    public Situation With(string name, string value) => this with { Facts = new Facts(new SortedDictionary<string, string>(Facts.Values.ToDictionary(), StringComparer.Ordinal) { [name] = value }) };

    /// <summary>The demand, the facts and the times as JSON, for whoever must try it again.</summary>
    public override string ToString() =>
        $"demand {JsonSerializer.Serialize(Demand, LawJson.Options)}\nfacts {string.Join(", ", Facts.Values.Select(f => $"{f.Key} = {f.Value}"))}\nreceived {Instant.Text(Received)}, looked at {Instant.Text(AsOf)}";
}
