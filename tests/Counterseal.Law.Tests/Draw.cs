using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>Random demands, facts and scopes over small worlds, so that ranges meet and rules fire.</summary>
internal static class Draw
{
    private static readonly DateTimeOffset Day = new(2026, 9, 7, 10, 20, 0, TimeSpan.Zero);
    private static readonly string[] Countries = ["DE", "FR", "DK", "US", "XX"];

    public static Gen<IReadOnlyList<DataCategory>> Categories { get; } =
        Gen.SubListOf(Enum.GetValues<DataCategory>()).Select(c => (IReadOnlyList<DataCategory>)[.. c.Order()]);

    private static Gen<DateTimeOffset?> Bound { get; } = Gen.Choose(-1, 6).Select(n => n < 0 ? (DateTimeOffset?)null : Day.AddDays(n));

    private static Gen<Selector> Selector { get; } = Gen.Elements(
        new Selector(SelectorKind.Mailbox, "a@example.org"), new Selector(SelectorKind.Mailbox, "b@example.org"), new Selector(SelectorKind.Account, "a@example.org"),
        new Selector(SelectorKind.IpAddress, "192.0.2.1", 443, Day), new Selector(SelectorKind.Mailbox, "*@example.org"), new Selector(SelectorKind.Unknown, "17"));

    public static Gen<Scope> Scope { get; } =
        from items in Gen.ListOf(from s in Selector from c in Categories from f in Bound from t in Bound select new ScopeItem(s, c, f, t))
        select new Scope([.. items.Take(6)]);

    public static Gen<Demand> Demand { get; } =
        from scope in Scope
        from instrument in Gen.Elements([null, "xx.unknown", .. Repository.Book.Instruments.Keys])
        from issuing in Issuer
        from validating in Gen.OneOf(Gen.Constant<Authority?>(null), Issuer.Select(a => (Authority?)a))
        from emergency in Maybe
        from notified in Maybe
        from offence in Gen.Elements<string?>(null, "Fraud")
        from secrecy in Gen.Elements<SecrecyOrder?>(null, new SecrecyOrder("a law", null), new SecrecyOrder("a law", Day.AddDays(30)), new SecrecyOrder(null, Day.AddDays(-30)))
        from assistance in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Constant(1)))
        select new Demand
        {
            Reference = "R",
            Scope = scope,
            Instrument = instrument,
            Issuing = issuing,
            Validating = validating,
            Emergency = emergency,
            EnforcingAuthorityNotified = notified,
            Offence = offence,
            Secrecy = secrecy,
            Assistance = assistance == 0 ? [] : ["keys"],
        };

    private static Gen<Authority> Issuer => from kind in Gen.Elements(Enum.GetValues<AuthorityKind>()) from country in Gen.Elements(Countries) select new Authority("An authority", country, kind);

    private static Gen<bool?> Maybe => Gen.Elements<bool?>(null, true, false);

    /// <summary>Facts that people might record; mostly what lets a demand through, so that compliance is met often.</summary>
    public static Gen<Facts> Facts { get; } =
        from recorded in Gen.ListOf(Fact)
        from usual in Gen.Elements(true, true, false)
        select new Facts(new SortedDictionary<string, string>(
            (usual ? Usual : Array.Empty<(string Name, string Value)>()).Concat(recorded.Take(5)).GroupBy(f => f.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal), StringComparer.Ordinal));

    private static (string Name, string Value)[] Usual =>
        [("authenticated", "true"), ("emergency.callback", "true"), ("emergency.officer", "true"), ("emergency.credible", "true"), ("emergency.needed", "true"), ("offence.threshold", "threeYears")];

    public static Gen<(string Name, string Value)> Fact =>
        from fact in Gen.Elements(Repository.Book.Facts.Values.Where(f => f.Source is FactSource.Person or FactSource.Demand).ToArray())
        from value in Gen.Elements(fact.Type switch
        {
            FactType.Instant => ["2026-09-09T00:00:00Z", "2027-01-01T00:00:00Z", "soon"],
            FactType.Categories => ["subscriber", "subscriber,identification,traffic,content", "mail"],
            _ => fact.Name == "instrument" ? [.. Repository.Book.Instruments.Keys, "xx.unknown"] : fact.Values.Count > 0 ? [.. fact.Values] : new[] { "DE", "DK" },
        })
        select (fact.Name, value);

    public static Gen<(Demand Demand, Facts Facts, DateTimeOffset AsOf)> Situation { get; } =
        from demand in Demand from facts in Facts from days in Gen.Choose(0, 20) select (demand, facts, Day.AddDays(days));

    public static DateTimeOffset Received => Day;

    public static Assessment Assess((Demand Demand, Facts Facts, DateTimeOffset AsOf) s, RuleBook? book = null) => Engine.Assess(s.Demand, s.Facts, book ?? Repository.Book, Received, s.AsOf);

    /// <summary>So many draws, the same each time.</summary>
    public static IReadOnlyList<T> Many<T>(Gen<T> gen, int times)
    {
        var drawn = new List<T>();
        Holds(gen, x => { drawn.Add(x); return true; }, times);
        return drawn;
    }

    /// <summary>The law holds for so many draws, the same each time.</summary>
    public static void Holds<T>(Gen<T> gen, Func<T, bool> law, int times = 500) =>
        Prop.ForAll(Arb.From(gen), law).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(0x5EA1, 17));
}
