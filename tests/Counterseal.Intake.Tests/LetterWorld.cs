using FsCheck;
using FsCheck.Fluent;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>The letters that ship, a small book that calls for each of them, and demands to draft from.</summary>
internal static class LetterWorld
{
    public static readonly DateTimeOffset Received = new(2026, 9, 7, 10, 20, 0, TimeSpan.Zero);

    public static string Drafts => Path.Combine(Place.Root, "tests", "Counterseal.Intake.Tests", "drafts");

    public static string Folder => Path.Combine(Place.Root, "letters");

    public static Letters Letters { get; } = Letters.Load(Folder);

    public static IReadOnlyList<(string Name, byte[] Bytes)> Files { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.liquid", SearchOption.AllDirectories).Select(p => (Path.GetRelativePath(Folder, p).Replace('\\', '/'), File.ReadAllBytes(p)))];

    /// <summary>The made-up book, over the names that every book shares.</summary>
    public static RuleBook Book { get; } = RuleBook.Read(
        [("facts.yaml", File.ReadAllBytes(Path.Combine(Place.Root, "rules", "facts.yaml"))), ("law/example.yaml", File.ReadAllBytes(Path.Combine(Drafts, "book.yaml")))]);

    /// <summary>The book that ships.</summary>
    public static RuleBook Shipped => s_shipped.Value;

    private static readonly Lazy<RuleBook> s_shipped = new(() => RuleBook.Load(Path.Combine(Place.Root, "rules")));

    public static Facts Facts(params (string Name, string Value)[] facts) => new(new SortedDictionary<string, string>(facts.ToDictionary(f => f.Name, f => f.Value), StringComparer.Ordinal));

    public static Demand Order(string instrument = "ex.order", params IReadOnlyList<ScopeItem> items) => new()
    {
        Reference = "XX-ACTOR01-1234",
        Instrument = instrument,
        Issuing = new("Police of Example Town", "XX", AuthorityKind.Police, "Inspector P. Sample", "p.sample@police.example", "+420 555 010 199"),
        Addressee = "Example Mail",
        Issued = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero),
        Offence = "Fraud by means of\na forged invoice",
        Scope = new(items.Count > 0 ? items :
        [
            new(new(SelectorKind.Mailbox, "tomas.novak@mail.example"), [DataCategory.Subscriber, DataCategory.Traffic], new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero)),
            new(new(SelectorKind.IpAddress, "192.0.2.17", 50123, new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero)), [DataCategory.Subscriber], null, null),
        ]),
    };

    public static Matter Matter(Demand demand, params (string Name, string Value)[] facts) => Intake.Matter.Of(demand, Facts(facts), Book, Received, Received.AddHours(1));

    /// <summary>A demand whose every free word is this.</summary>
    public static Demand Saying(Demand demand, string words) => demand with
    {
        Reference = words,
        Issuing = demand.Issuing with { Name = words, Country = words, Officer = words },
        Validating = new(words, words),
        Addressee = words,
        EmergencyGround = words,
        Offence = words,
        Secrecy = new(words, demand.Secrecy?.Until),
        Citations = [words, words],
        Assistance = [words, words],
        Scope = new([.. demand.Scope.Items.Select(i => i with { Selector = i.Selector with { Value = words } })]),
    };

    private static readonly string[] Countries = ["XX", "YY", "DE", "US"];

    private static Gen<ScopeItem> Item =>
        from kind in Gen.Elements(Enum.GetValues<SelectorKind>())
        from n in Gen.Choose(1, 5)
        from categories in Gen.SubListOf(Enum.GetValues<DataCategory>())
        from @from in Gen.Choose(-1, 3)
        from length in Gen.Choose(0, 3)
        select new ScopeItem(new(kind, $"a{n}@mail.example", kind == SelectorKind.IpAddress ? n : null, kind == SelectorKind.IpAddress ? Received.AddDays(-n) : null), [.. categories.Order()],
            @from < 0 ? null : Received.AddDays(@from - 300), length == 0 ? null : Received.AddDays(@from - 300 + length));

    private static Gen<bool?> Maybe => Gen.Elements<bool?>(null, true, false);

    public static Gen<Demand> Demand(RuleBook book) =>
        from items in Gen.ListOf(Item)
        from first in Item
        from instrument in Gen.Elements<string?>([null, .. book.Instruments.Keys])
        from kind in Gen.Elements(Enum.GetValues<AuthorityKind>())
        from country in Gen.Elements(Countries)
        from validated in Gen.Elements<AuthorityKind?>(null, null, AuthorityKind.Judge, AuthorityKind.Police)
        from emergency in Maybe
        from notified in Maybe
        from secrecy in Gen.Elements<SecrecyOrder?>(null, new SecrecyOrder("Example Act, s. 9", null), new SecrecyOrder(null, Received.AddDays(90)))
        from assistance in Gen.Elements(0, 0, 0, 1)
        from sparse in Gen.Elements(true, false)
        select new Demand
        {
            Reference = "XX-ACTOR01-1234",
            Instrument = instrument,
            Issuing = new("Court of Example Town", country, kind, sparse ? null : "Judge A. Byrne", sparse ? null : "registry@court.example"),
            Validating = validated is { } v ? new("Validator", country, v) : null,
            Addressee = sparse ? null : "Example Mail",
            Issued = sparse ? null : Received.AddDays(-3),
            Emergency = emergency,
            EmergencyGround = emergency == true && !sparse ? "A child is missing.\nIt is urgent." : null,
            Offence = sparse ? null : "Fraud",
            Secrecy = secrecy,
            EnforcingAuthorityNotified = notified,
            Citations = sparse ? [] : ["Example Act, s. 1"],
            Assistance = assistance == 0 ? [] : ["the private key"],
            Scope = new([first, .. items.Take(4)]),
        };

    public static Gen<Facts> FactsOf(RuleBook book) =>
        from usual in Gen.Elements(true, true, false)
        from recorded in Gen.ListOf(Fact(book))
        select new Facts(new SortedDictionary<string, string>(
            (usual ? new[] { ("authenticated", "true"), ("offence.maxMonths", "60") } : []).Concat(recorded.Take(8)).GroupBy(f => f.Item1, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Item2, StringComparer.Ordinal), StringComparer.Ordinal));

    private static Gen<(string, string)> Fact(RuleBook book) =>
        from fact in Gen.Elements(book.Facts.Values.Where(f => f.Source is FactSource.Person or FactSource.Demand).ToArray())
        from value in Gen.Elements(Values(fact, book))
        select (fact.Name, value);

    public static string[] Values(FactName fact, RuleBook book) => fact.Type switch
    {
        FactType.Instant => ["2026-05-01T00:00:00Z", "2026-09-06T00:00:00Z", "2026-12-01T00:00:00Z"],
        FactType.Number => ["3", "35", "60"],
        FactType.Categories => ["subscriber", "subscriber,identification,traffic,content"],
        _ => fact.Name == "instrument" ? [.. book.Instruments.Keys] : fact.Values.Count > 0 ? [.. fact.Values] : ["DE", "US", "XX"],
    };

    public static Gen<(Demand Demand, Facts Facts)> Situation(RuleBook book) => from demand in Demand(book) from facts in FactsOf(book) select (demand, facts);

    /// <summary>The law holds for so many draws, the same each time.</summary>
    public static void Holds<T>(Gen<T> gen, Func<T, bool> law, int times = 300) =>
        Prop.ForAll(Arb.From(gen), law).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithReplay(0x5EA1, 17));
}
