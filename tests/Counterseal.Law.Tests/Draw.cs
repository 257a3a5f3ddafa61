using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>Random demands, facts and scopes over small worlds, so that ranges meet and rules fire.</summary>
internal static class Draw
{
    private static readonly DateTimeOffset Day = new(2026, 9, 7, 10, 20, 0, TimeSpan.Zero);
    private static readonly string[] Countries = ["DE", "FR", "DK", "IE", "HR", "US", "GB", "AU", "XX"];

    public static DateTimeOffset Received => Day;

    public static Gen<IReadOnlyList<DataCategory>> Categories { get; } =
        Gen.SubListOf(Enum.GetValues<DataCategory>()).Select(c => (IReadOnlyList<DataCategory>)[.. c.Order()]);

    private static Gen<Selector> Selector { get; } = Gen.Elements(
        new Selector(SelectorKind.Mailbox, "a@example.org"), new Selector(SelectorKind.Mailbox, "b@example.org"), new Selector(SelectorKind.Account, "a@example.org"),
        new Selector(SelectorKind.IpAddress, "192.0.2.1", 443, Day), new Selector(SelectorKind.IpAddress, "192.0.2.1"), new Selector(SelectorKind.Telephone, "4930123456"),
        new Selector(SelectorKind.Mailbox, "*@example.org"), new Selector(SelectorKind.Mailbox, "@example.org"), new Selector(SelectorKind.Unknown, "17"));

    private static Gen<Scope> ScopeOf(Gen<DateTimeOffset?> bound, int most) =>
        from items in Gen.ListOf(from s in Selector from c in Categories from f in bound from t in bound select new ScopeItem(s, c, f, t))
        select new Scope([.. items.Take(most)]);

    /// <summary>Scopes whose bounds lie on a few days.</summary>
    public static Gen<Scope> Scope { get; } = ScopeOf(Gen.Choose(-1, 6).Select(n => n < 0 ? (DateTimeOffset?)null : Day.AddDays(n)), 6);

    // Before, at and after the receipt; by days, and a second or some hours beside.
    private static Gen<DateTimeOffset?> Around(DateTimeOffset at) =>
        from days in Gen.Elements<int?>(null, null, null, -800, -400, -180, -90, -30, -7, -1, 0, 1, 7, 30, 90, 400)
        from seconds in Gen.Elements(0, 0, 0, 1, -1, 40_000)
        select days is { } n ? at.AddDays(n).AddSeconds(seconds) : (DateTimeOffset?)null;

    /// <summary>When demands come in: most on one Monday, the others from 2013 to 2027.</summary>
    public static Gen<DateTimeOffset> Receipt { get; } = Gen.Frequency(
        (4, Gen.Constant(Day)),
        (3, from day in Gen.Choose(0, 600) from second in Gen.Choose(0, 86_399) select new DateTimeOffset(2026, 5, 10, 0, 0, 0, TimeSpan.Zero).AddDays(day).AddSeconds(second)),
        (2, from day in Gen.Choose(0, 14 * 365) from second in Gen.Choose(0, 86_399) select new DateTimeOffset(2013, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day).AddSeconds(second)));

    private static Gen<DateTimeOffset> LookedAt(DateTimeOffset received) => Gen.OneOf(
        Gen.Choose(0, 200).Select(n => received.AddHours(n)), Gen.Choose(0, 120).Select(n => received.AddDays(n)), Gen.Choose(0, 8).Select(n => new DateTimeOffset(received.UtcDateTime.Date.AddDays(n), TimeSpan.Zero)));

    private static Gen<bool?> Maybe => Gen.Elements<bool?>(null, true, false);

    private static Gen<string?> Mail(NaiveBook book)
    {
        var domains = book.Agencies.SelectMany(a => Case.Texts(a, "domains")).ToArray();
        var stranger = Gen.Elements<string?>(null, null, "", "somebody@elsewhere.example");
        if (domains.Length == 0) return stranger;
        var known = Gen.Elements(domains);
        return Gen.OneOf(stranger, known.Select(d => (string?)$"agent@{d}"), known.Select(d => (string?)$"Agent@Post.{d.ToUpperInvariant()}"), known.Select(d => (string?)$"agent@{d[1..]}"));
    }

    private static Gen<IReadOnlyList<string>> Citations(NaiveBook book)
    {
        var words = book.Marks.SelectMany(m => Case.Texts(m, "words")).Append("Decree of the King").ToArray();
        return Gen.OneOf(Gen.Constant((IReadOnlyList<string>)[]), Gen.Elements(words).Select(w => (IReadOnlyList<string>)[$"s. 7 {w} (3)"]),
            from one in Gen.Elements(words) from other in Gen.Elements(words) select (IReadOnlyList<string>)[one, other]);
    }

    private static Gen<Authority> Authority(NaiveBook book) =>
        from kind in Gen.Elements(Enum.GetValues<AuthorityKind>()) from country in Gen.Elements(Countries) from mail in Mail(book) select new Authority("An authority", country, kind, Mail: mail);

    public static Gen<Demand> Demand(NaiveBook book, DateTimeOffset received) =>
        from scope in ScopeOf(Around(received), 4)
        from instrument in Gen.Elements([null, "xx.unknown", .. book.Instruments.Keys, .. book.Instruments.Keys])
        from issuing in Authority(book)
        from validating in Gen.OneOf(Gen.Constant<Authority?>(null), Authority(book).Select(a => (Authority?)a))
        from emergency in Maybe
        from ground in Gen.Elements<string?>(null, " ", "A threat")
        from notified in Maybe
        from offence in Gen.Elements<string?>(null, "Fraud")
        from secrecy in Gen.Elements<SecrecyOrder?>(null, null, new SecrecyOrder("a law", null), new SecrecyOrder("a law", received.AddDays(30)), new SecrecyOrder("a law", received.AddDays(366.5)), new SecrecyOrder(null, received.AddDays(-30)))
        from issued in Gen.Elements<int?>(null, 0, 1, 14, 15, 400, -2)
        from citations in Citations(book)
        from assistance in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Constant(1)))
        select new Demand
        {
            Reference = "R",
            Scope = scope,
            Instrument = instrument,
            Issuing = issuing,
            Validating = validating,
            Emergency = emergency,
            EmergencyGround = ground,
            EnforcingAuthorityNotified = notified,
            Offence = offence,
            Secrecy = secrecy,
            Issued = issued is { } days ? received.AddDays(-days) : null,
            Citations = citations,
            Assistance = assistance == 0 ? [] : ["keys"],
        };

    // What lets a demand through, where the book asks for it.
    private static readonly (string Name, string Value)[] Usual =
    [
        ("authenticated", "true"), ("seal.verified", "true"), ("mail.authentication", "pass"), ("addressee.kind", "designated"), ("order.complete", "true"),
        ("emergency.callback", "true"), ("emergency.number", "directory"), ("emergency.officer", "true"), ("emergency.credible", "true"), ("emergency.needed", "true"),
        ("selector.resolved", "true"), ("offence.maxMonths", "60"), ("offence.listed", "none"), ("proceeding", "criminal"), ("customer.type", "person"),
        ("customer.privileged", "false"), ("immunity.seen", "false"), ("scope.location", "false"), ("enforcingAuthority.answer", "willNotRefuse"), ("conflict.ground", "none"),
    ];

    /// <summary>Facts that people might record; mostly what lets a demand through, so that compliance is met often.</summary>
    public static Gen<Facts> Facts(NaiveBook book, DateTimeOffset received) =>
        from recorded in Gen.ListOf(Fact(book, received))
        from usual in Gen.Elements(true, true, false)
        select new Facts(new SortedDictionary<string, string>(
            (usual ? Usual.Where(f => book.Names.ContainsKey(f.Name)) : []).Concat(recorded.Take(5)).GroupBy(f => f.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal), StringComparer.Ordinal));

    /// <summary>One recorded fact; now and then with a value that it cannot have.</summary>
    public static Gen<(string Name, string Value)> Fact(NaiveBook book, DateTimeOffset received) =>
        from name in Gen.Elements(book.Names.Where(n => Case.Text(n.Value, "source") is "person" or "demand").Select(n => n.Key).ToArray())
        from value in Gen.Elements(ValuesOf(book, name, received))
        select (name, value);

    private static string[] ValuesOf(NaiveBook book, string name, DateTimeOffset received)
    {
        var node = book.Names[name];
        if (name == "instrument") return [.. book.Instruments.Keys, "xx.unknown"];
        return Case.Text(node, "type") switch
        {
            "instant" => ["soon", .. new[] { -800, -60, -10, -1, 0, 1, 10, 60, 400 }.Select(n => Instant.Text(received.AddDays(n)))],
            "number" => ["0", "1", "3", "4", "12", "35", "36", "36.5", "999", "many"],
            "country" => [.. Countries, "Germany"],
            "categories" => ["subscriber", "content, traffic", "subscriber,identification,traffic,content", "mail"],
            _ => Case.Texts(node, "values") is { Count: > 0 } words ? [.. words, .. words, "perhaps"] : ["DE", "DK"],
        };
    }

    public static Gen<Situation> Of(NaiveBook book) =>
        from received in Receipt
        from demand in Demand(book, received)
        from facts in Facts(book, received)
        from asOf in LookedAt(received)
        select new Situation(demand, facts, received, asOf);

    /// <summary>Any demand under the repository's book.</summary>
    public static Gen<Situation> Any { get; } = Of(Repository.Naive);

    /// <summary>A case of the table with a little changed: another day, another fact or one fewer, another authority, another time of looking at it.</summary>
    public static Gen<Situation> Near { get; } =
        from c in Gen.Elements(Case.All.ToArray())
        let situation = new Situation(c.Demand, c.Facts, c.Received, c.AsOf)
        from other in Of(Repository.Naive)
        from fact in Fact(Repository.Naive, c.Received)
        from shift in Gen.Elements(-40, -1, 1, 7, 61)
        from first in Gen.Choose(0, 9)
        from second in Gen.Choose(0, 9)
        select Changed(Changed(situation, first, other, fact, shift), second, other, fact, shift);

    private static Situation Changed(Situation s, int which, Situation other, (string Name, string Value) fact, int shift) => which switch
    {
        0 => s.With(fact.Name, fact.Value),
        1 => s with { Facts = new Facts(new SortedDictionary<string, string>(s.Facts.Values.Skip(1).ToDictionary(), StringComparer.Ordinal)) },
        2 => s with { Demand = s.Demand with { Issuing = other.Demand.Issuing } },
        3 => s with { Demand = s.Demand with { Validating = other.Demand.Validating, Emergency = other.Demand.Emergency } },
        4 => s with { Demand = s.Demand with { Scope = other.Demand.Scope } },
        5 => s with { Received = s.Received.AddDays(shift), AsOf = s.AsOf.AddDays(shift) },
        6 => s with { AsOf = s.AsOf.AddDays(shift) },
        7 => s with { Demand = s.Demand with { Secrecy = other.Demand.Secrecy, Issued = other.Demand.Issued, Citations = other.Demand.Citations } },
        8 => s with { Demand = s.Demand with { Instrument = other.Demand.Instrument } },
        _ => s,
    };

    /// <summary>A demand near a case, or any.</summary>
    public static Gen<Situation> Situation { get; } = Gen.OneOf(Near, Any);

    /// <summary>What is demanded, with a person's answer where the demand names no category.</summary>
    public static Scope Demanded(Demand demand, Facts facts) => facts.Values.TryGetValue("scope.categories", out var list) && Naive.CategoriesIn(list) is { } answer
        ? demand.Scope.WithCategories(answer)
        : demand.Scope;

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
