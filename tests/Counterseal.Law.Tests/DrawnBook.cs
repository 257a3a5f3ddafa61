using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

/// <summary>
/// A small book of random rules over everything that the format knows: each effect with each of its keys, conditions three deep, clocks in
/// zones whose nights change, groups that change members, marks and agencies. Most make no sense as law; the engine must not mind.
/// </summary>
internal sealed class DrawnBook
{
    private readonly Random _random;
    private readonly StringBuilder _text = new();
    private readonly List<string> _deadlines = [];
    private readonly Lazy<RuleBook> _book;
    private readonly Lazy<NaiveBook> _naive;

    private static readonly string[] Zones =
        ["Etc/UTC", "Europe/Brussels", "America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Atlantic/Azores", "Pacific/Kiritimati", "Asia/Beirut"];

    private static readonly string[] Categories = ["subscriber", "identification", "traffic", "content"];
    private static readonly string[] Kinds = ["judge", "court", "investigatingJudge", "prosecutor", "police"];
    private static readonly string[] Countries = ["DE", "FR", "US", "GB", "HR"];
    private static readonly string[] Words = ["zz.x", "zz.y", "authenticated", "emergency", "enforcingAuthority.notified", "assistance", "emergency.groundStated", "offence.stated", "scope.openBeginning", "scope.empty"];
    private static readonly string[] Instants = ["received", "zz.t", "secrecy.until", "demand.issued"];
    private static readonly string[] Places = ["issuing.country", "zz.c", "validating.country", "provider.country"];
    private static readonly string[] Numbers = ["zz.n", "demand.ageDays", "secrecy.days", "scope.selectors", "scope.days"];

    /// <summary>The files of the book, the shared names among them.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files { get; }

    /// <summary>The book as the engine reads it.</summary>
    public RuleBook Book => _book.Value;

    /// <summary>The book as the second evaluator reads it.</summary>
    public NaiveBook Naive => _naive.Value;

    // Books are slow to read, demands are not: many demands come under each book.
    private static readonly Lazy<DrawnBook[]> Many = new(() => [.. Enumerable.Range(0, 600).Select(seed => new DrawnBook(seed))]);

    /// <summary>A drawn book and a demand that comes under it.</summary>
    public static Gen<(DrawnBook Book, Situation Situation)> World { get; } = from n in Gen.Choose(0, 599) let book = Many.Value[n] from situation in Draw.Of(book.Naive) select (book, situation);

    public DrawnBook(int seed)
    {
        _random = new Random(seed);
        var law = File("law/zz.yaml", "zz");
        var policy = File("policy/pp.yaml", "pp");
        _book = new(() => RuleBook.Read(Files!));
        _naive = new(() => NaiveBook.Of(Files!));
        Files = [Repository.RuleFiles.Single(f => f.Name == "facts.yaml"), ("law/zz.yaml", law), ("policy/pp.yaml", policy)];
    }

    public override string ToString() => string.Join("\n---\n", Files.Skip(1).Select(f => Encoding.UTF8.GetString(f.Bytes)));

    private byte[] File(string name, string prefix)
    {
        _text.Clear();
        _text.Append($"title: {name}\nzone: {One(Zones)}\n");
        if (prefix == "zz") Declarations();
        if (prefix == "pp") _text.Append("company: {provider.country: DE}\nagencies:\n  - {name: Police, country: DE, domains: [police.example, lka.example]}\n  - {name: Sheriff, country: US, domains: [sheriff.example]}\n");
        _text.Append("rules:\n");
        for (var n = _random.Next(3, 9); n > 0; n--) Rule($"{prefix}.r{n}");
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    private void Declarations() => _text.Append($$$"""
        facts:
          - {name: zz.x, source: person, values: ["true", "false"], meaning: X, question: X?}
          - {name: zz.y, source: person, values: ["true", "false"], meaning: Y, question: Y?}
          - {name: zz.n, source: person, type: number, meaning: N, question: N?}
          - {name: zz.t, source: person, type: instant, meaning: T, question: T?}
          - {name: zz.c, source: person, type: country, meaning: C, question: C?}
        instruments:
          - {id: zz.a, name: A, citation: Act 1, implies: {instrument.does: production}}
          - {id: zz.b, name: B, citation: Act 2, implies: {instrument.does: preservation, emergency: "true"}}
          - {id: zz.d, name: D, citation: Act 3}
        groups:
          - {id: zz.g, citation: Act 4, members: [DE, FR, {country: HR, from: 2026-09-08}, {country: GB, to: 2026-09-07}, {country: US, from: 2020-01-01, to: 2026-09-06}]}
        grounds:
          - {id: zz.k, name: K, citation: Act 5, letter: k}
          - {id: zz.l, name: L, citation: Act 6, letter: l}
        marks:
          - {countries: [DE, FR], words: ["Code of Law", Gesetz]}
          - {countries: [US], words: [USC]}
        calendars:
          - {id: zz.days, source: S, years: [2026], days: [2026-09-08, 2026-09-14, 2026-12-25]}
          - {id: zz.de, country: DE, source: S, years: [2026], days: [2026-09-09, 2026-09-10]}
        clocks:
          - {id: zz.k1, zone: {{{One(Zones)}}}, citation: Act 7, hours: fromNextHour, daysEndingOnRestDay: nextWorkingDay, leastWorkingDays: 2, calendar: zz.days}
          - {id: zz.k2, zone: {{{One(Zones)}}}, citation: Act 8, hours: atOnce, hoursEndingOnRestDay: {{{One(["stay", "sameHourNextWorkingDay"])}}}, daysEndingOnRestDay: {{{One(["stay", "nextWorkingDay"])}}}, calendar: zz.days, calendarOf: {{{One(["provider.country", "zz.c"])}}}}
          - {id: zz.k3, zone: {{{One(Zones)}}}, citation: Act 9, hours: {{{One(["atOnce", "fromNextHour"])}}}, hoursEndingOnRestDay: {{{One(["stay", "sameHourNextWorkingDay"])}}}, daysEndingOnRestDay: stay}

        """);

    private void Rule(string id)
    {
        var from = One(["2013-07-01", "2020-01-01", "2020-01-01", "2020-01-01", "2026-09-07", "2026-09-08"]);
        _text.Append($"  - id: {id}\n    citation: Act of {id}\n    checked: false\n    plain: Plain {id}.\n    from: {from}\n");
        if (Often(8)) _text.Append($"    to: {One([.. new[] { "2026-09-06", "2026-09-07", "2027-12-31" }.Where(to => string.CompareOrdinal(to, from) >= 0)])}\n");
        if (Often(2)) _text.Append($"    instruments: {One(["zz.a", "zz.b", "[zz.a, zz.d]", "[zz.a, zz.b]"])}\n");
        var effect = One(["reach", "reach", "reach", "require", "require", "require", "exclude", "suspend", "narrow", "deadline", "deadline", "deadline", "notice", "route", "duty", "risk", "propose"]);
        if (effect == "suspend" || _random.Next(5) < 2) _text.Append($"    when: {Condition(3, effect is not ("reach" or "deadline"))}\n");
        if (effect is "require" or "exclude" or "suspend" or "narrow" && Often(2)) _text.Append($"    items: {Items()}\n");
        switch (effect)
        {
            case "reach":
                var does = Often(4) ? ", does: preserve" : "";
                _text.Append($"    reach: {{categories: {List(Categories)}{does}{(Often(5) ? ", basis: policy" : "")}}}\n    fails: No {{categories}}.\n");
                if (Often(5)) _text.Append($"    otherwise: {Otherwise()}\n");
                break;
            case "require":
                _text.Append($"    require: {Condition(3, true)}\n    otherwise: {Otherwise()}\n    fails: Not so.\n");
                Extras(asks: true, before: true);
                break;
            case "exclude":
                _text.Append($"    exclude: Never {{categories}}.\n    otherwise: {Otherwise()}\n");
                Extras(asks: true, before: false);
                break;
            case "suspend":
                _text.Append("    suspend: Held.\n    until: It ends.\n");
                if (Often(3)) _text.Append($"    ifUnknown: {One(["ask", "note", "pass"])}\n");
                if (Often(3)) _text.Append("    ground: zz.k\n");
                break;
            case "narrow":
                _text.Append($"    narrow: {One([$"{{notBefore: {One(Instants)}}}", $"{{notAfter: {One(Instants)}}}", $"{{notBefore: {One(Instants)}, notAfter: {One(Instants)}, plusDays: {_random.Next(1, 40)}}}"])}\n    fails: Cut.\n");
                if (Often(3)) _text.Append("    ground: zz.l\n");
                break;
            case "deadline":
                _text.Append($"    deadline: {{what: Do it, kind: {One(["answer", "object", "theirs", "expiry", "retention", "target"])}, {Clock()}}}\n");
                _deadlines.Add(id);
                break;
            case "notice":
                _text.Append($"    notice: {{by: {One(["provider", "authority", "nobody"])}, reason: So{(Often(2) ? $", notBefore: {One(Instants)}" : "")}{(Often(2) ? ", timing: before" : "")}{(Often(2) ? ", atEnd: [customer, counsel]" : "")}}}\n");
                break;
            case "route":
                _text.Append($"    route: {{to: {One(["direct", "customer", "mlat", "executiveAgreement", "enforcingAuthority", "otherEstablishment", "counsel"])}, says: There}}\n");
                break;
            case "duty":
                _text.Append($"    duty: {{do: {One(["tell", "ask", "recall", "delete", "keep", "review", "record"])}, says: Do{(_deadlines.Count > 0 ? $", by: {One([.. _deadlines])}" : "")}}}\n");
                if (Often(3)) _text.Append("    ground: zz.k\n");
                break;
            case "risk":
                _text.Append("    risk: Look.\n");
                if (Often(2)) _text.Append($"    weight: {_random.Next(1, 101)}\n");
                if (Often(3)) _text.Append("    ground: zz.l\n");
                break;
            default:
                _text.Append($"    propose: {{decision: {One(["noData", "redirect", "challenge", "reject"])}, says: So}}\n");
                break;
        }
    }

    private void Extras(bool asks, bool before)
    {
        if (asks && Often(4)) _text.Append("    asks: Is it?\n");
        if (before && Often(4)) _text.Append("    before: anyAnswer\n");
        if (Often(3)) _text.Append($"    ifUnknown: {One(["ask", "note", "pass"])}\n");
        if (Often(8)) _text.Append("    about: assistance\n");
        if (Often(3)) _text.Append($"    ground: {One(["zz.k", "zz.l"])}\n");
        if (Often(3)) _text.Append($"    weight: {_random.Next(1, 101)}\n");
    }

    private string Clock()
    {
        if (_deadlines.Count > 0 && Often(3)) return $"after: {One([.. _deadlines])}, {Period()}";
        return _random.Next(6) switch
        {
            0 => $"due: {One(Instants)}",
            1 => $"before: {One(Instants)}, {One(["hours", "days"])}: {_random.Next(1, 40)}",
            _ => $"starts: {One(Instants)}, {Period()}",
        };
    }

    private string Period() => $"{One(["minutes", "hours", "hours", "days", "days", "workingDays", "months"])}: {_random.Next(1, 15)}, clock: {One(["zz.k1", "zz.k2", "zz.k3"])}";

    private string Otherwise() => One(["reject", "challenge", "redirect", "wait"]);

    private string Condition(int depth, bool late) => "{" + string.Join(", ", Entries(depth, late, Often(3) ? 2 : 1)) + "}";

    private IEnumerable<string> Entries(int depth, bool late, int most)
    {
        var seen = new HashSet<string>();
        for (var n = 0; n < most; n++)
        {
            var entry = Entry(depth, late);
            if (seen.Add(entry[..entry.IndexOf(':', StringComparison.Ordinal)])) yield return entry;
        }
    }

    private string Entry(int depth, bool late)
    {
        if (depth > 1 && Often(4)) return $"{One(["all", "any"])}: [{Condition(depth - 1, late)}, {Condition(depth - 1, late)}]";
        if (depth > 1 && Often(8)) return $"not: {Condition(depth - 1, late)}";
        if (_deadlines.Count > 0 && Often(8)) return $"passed: {One([.. _deadlines])}";
        return _random.Next(late ? 12 : 11) switch
        {
            0 => $"issuing.kind: {List(Kinds)}",
            1 => $"issuing.kind: {{isNot: {One(Kinds)}}}",
            2 => $"{One(Places)}: {{{One(["in", "notIn"])}: zz.g}}",
            3 => One(Places) is var place ? $"{place}: {{{One(["sameAs", "differsFrom"])}: {One([.. Places.Where(p => p != place)])}}}" : "",
            4 => $"{One(Places)}: {List(Countries)}",
            5 => $"{One(Numbers)}: {{{One(["atLeast", "atMost"])}: {One(["0", "1", "3", "12", "36"])}}}",
            6 => $"{One(["instrument", "zz.x", "zz.t", "scope.categories", "demand.issued"])}: {{known: true}}",
            7 => $"secrecy: {List(["none", "dated", "endless", "expired"])}",
            8 => One([$"mail.domain: {List(["known", "otherCountry", "lookalike", "unknown", "absent"])}", $"citation.fits: {List(["fits", "foreign", "unknown", "none"])}"]),
            9 or 10 => $"{One(Words)}: \"{One(["true", "false"])}\"",
            _ => $"scope.reached: {List(["all", "part", "none"])}",
        };
    }

    private string Items() => One([$"{{category: {List(Categories)}}}", "{selector.named: \"false\"}", "{item.bounded: \"false\"}", $"{{not: {{category: {List(Categories)}}}}}", $"{{any: [{{category: {One(Categories)}}}, {{selector.kind: unknown}}]}}", $"{{category: {List(Categories)}, item.bounded: \"true\"}}"]);

    private string List(string[] of)
    {
        var some = of.Where(_ => Often(2)).ToList();
        return some.Count == 0 ? One(of) : $"[{string.Join(", ", some)}]";
    }

    private string One(string[] of) => of[_random.Next(of.Length)];

    private bool Often(int oneIn) => _random.Next(oneIn) == 0;
}
