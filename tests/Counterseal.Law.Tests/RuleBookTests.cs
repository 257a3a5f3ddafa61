using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Law.Tests;

public partial class RuleBookTests
{
    private const string Good = """
        title: A country
        zone: Etc/UTC
        instruments:
          - id: zz.order
            name: An order
            citation: Act 1
            implies: {instrument.does: production}
        calendars:
          - id: zz.days
            source: Gazette
            years: [2026]
            days: [2026-01-01]
        clocks:
          - id: zz.clock
            zone: Etc/UTC
            citation: Act 2
            hours: atOnce
            daysEndingOnRestDay: nextWorkingDay
            calendar: zz.days
        rules:
          - id: zz.reach
            citation: Act 3
            checked: true
            from: 2020-01-01
            instruments: zz.order
            plain: An order reaches traffic data.
            reach: {categories: [traffic]}
            fails: It does not reach {categories}.
            source: Gazette
          - id: zz.issuer
            citation: Act 4
            checked: true
            from: 2020-01-01
            instruments: zz.order
            when: {emergency: "false"}
            plain: A court issues it.
            require: {issuing.kind: [court, judge]}
            otherwise: reject
            fails: No court issued it.
            source: Gazette
          - id: zz.time
            citation: Act 5
            checked: false
            from: 2020-01-01
            instruments: zz.order
            plain: Three days.
            deadline: {what: Answer, starts: received, days: 3, clock: zz.clock}
        """;

    private static byte[] Facts { get; } = Repository.RuleFiles.Single(f => f.Name == "facts.yaml").Bytes;

    private static RuleBook Read(string text) => RuleBook.Read([("facts.yaml", Facts), ("law/zz.yaml", Encoding.UTF8.GetBytes(text))]);

    /// <summary>What is changed in the good book, into what, and what the error must say.</summary>
    public static TheoryData<string, string, string[]> Mistakes => new()
    {
        { "citation: Act 3", "", ["law/zz.yaml, line 21", "zz.reach", "'citation' is missing", "add it"] },
        { "citation: Act 3", "citation: ''", ["law/zz.yaml, line 22", "zz.reach", "'citation' is empty"] },
        { "checked: true", "checked: yes", ["line 23", "zz.reach", "'yes' is neither true nor false"] },
        { "plain: A court issues it.", "plian: A court issues it.", ["line 36", "zz.issuer", "'plian' is not a key that goes here", "plain"] },
        { "  - id: zz.issuer", "  - id: zz.reach", ["line 30", "already used in law/zz.yaml, line 21"] },
        { "from: 2020-01-01", "from: 2020-02-30", ["line 24", "zz.reach", "'2020-02-30' is not a date", "2026-08-18"] },
        { "from: 2020-01-01", "from: 01/02/2020", ["'01/02/2020' is not a date"] },
        { "from: 2020-01-01", "from: 2020-01-01\n    to: 2019-01-01", ["zz.reach", "ends on 2019-01-01 before it begins on 2020-01-01"] },
        { "instruments: zz.order", "instruments: zz.odrer", ["zz.reach", "no instrument 'zz.odrer'", "zz.order"] },
        { "reach: {categories: [traffic]}", "reach: {categories: [mail]}", ["line 27", "zz.reach", "subscriber, identification, traffic, content"] },
        { "reach: {categories: [traffic]}", "plain2: x", ["'plain2' is not a key"] },
        { "reach: {categories: [traffic]}\n    fails: It does not reach {categories}.", "", ["zz.reach", "has no effect", "require, exclude, suspend, reach"] },
        { "reach: {categories: [traffic]}", "reach: {categories: [traffic]}\n    risk: Both", ["zz.reach", "has the effects reach and risk", "one rule has one of"] },
        { "fails: It does not reach {categories}.", "fails: It does not reach {country}.", ["zz.reach", "only {categories} is filled in"] },
        { "when: {emergency: \"false\"}", "when: {emergncy: \"false\"}", ["line 35", "zz.issuer", "'emergncy' is neither a name in facts.yaml"] },
        { "when: {emergency: \"false\"}", "when: {emergency: \"no\"}", ["zz.issuer", "'no' is not a value of 'emergency'", "true, false"] },
        { "when: {emergency: \"false\"}", "when: {emergency: {isnt: \"true\"}}", ["zz.issuer", "'isnt' is not an operator", "isNot"] },
        { "when: {emergency: \"false\"}", "when: {emergency: {known: \"false\"}}", ["what is unknown cannot be a condition, it is a question"] },
        { "when: {emergency: \"false\"}", "when: {emergency: {atLeast: 3}}", ["compares numbers"] },
        { "when: {emergency: \"false\"}", "when: {category: traffic}", ["'category' is a name of one item", "use 'items'"] },
        { "when: {emergency: \"false\"}", "items: {emergency: \"false\"}", ["'emergency' is not a name of one item", "use 'when'"] },
        { "when: {emergency: \"false\"}", "when: {passed: zz.reach}", ["'passed: zz.reach' names no rule with a deadline"] },
        { "when: {emergency: \"false\"}", "when: {any: []}", ["'any' takes a list of conditions"] },
        { "when: {emergency: \"false\"}", "when: {}", ["an empty condition"] },
        { "when: {emergency: \"false\"}", "when: always", ["'when' must be a condition"] },
        { "plain: An order reaches traffic data.", "plain: An order reaches traffic data.\n    when: {scope.reached: all}", ["known only after all reach rules"] },
        { "otherwise: reject", "otherwise: ignore", ["zz.issuer", "'ignore' is not one of wait, redirect, challenge, reject"] },
        { "otherwise: reject", "", ["zz.issuer", "'otherwise' is missing"] },
        { "clock: zz.clock", "clock: zz.colck", ["zz.time", "no clock 'zz.colck'", "zz.clock"] },
        { "days: 3,", "days: 0,", ["zz.time", "'0' is not a whole number from 1 to"] },
        { "days: 3,", "days: 3, hours: 2,", ["exactly one of minutes, hours, days, workingDays, months"] },
        { "starts: received", "starts: emergency", ["'emergency' is not a name in facts.yaml whose type is instant"] },
        { "deadline: {", "when: {passed: zz.time}\n    deadline: {", ["zz.time", "the deadline waits for itself", "break the ring"] },
        { "starts: received", "after: zz.time", ["zz.time", "the deadline waits for itself"] },
        { "starts: received", "after: zz.issuer", ["zz.time", "'after: zz.issuer' names no rule with a deadline"] },
        { "starts: received", "starts: received, due: received", ["exactly one of starts, after, before, due"] },
        { "starts: received", "before: received", ["'clock' is not a key that goes here"] },
        { "days: 3,", "months: 1201,", ["'1201' is not a whole number from 1 to 1200"] },
        { "    source: Gazette\n  - id: zz.issuer", "  - id: zz.issuer", ["line 23", "zz.reach", "name what was read under 'source'"] },
        { "    source: Gazette\n  - id: zz.issuer", "    source: Gazette\n    ground: zz.none\n  - id: zz.issuer", ["'ground' is not a key that goes here"] },
        { "otherwise: reject", "otherwise: reject\n    ground: zz.none", ["zz.issuer", "there is no ground 'zz.none'"] },
        { "otherwise: reject", "otherwise: reject\n    weight: 101", ["zz.issuer", "'101' is not a whole number from 1 to 100"] },
        { "when: {emergency: \"false\"}", "when: {issuing.country: {in: zz.group}}", ["zz.issuer", "'zz.group' is not a group"] },
        { "when: {emergency: \"false\"}", "when: {issuing.kind: {in: zz.group}}", ["'issuing.kind' is not a country"] },
        { "when: {emergency: \"false\"}", "when: {data.location: {sameAs: issuing.kind}}", ["'data.location' and 'issuing.kind' are not of one type"] },
        { "when: {emergency: \"false\"}", "when: {data.location: {sameAs: nothing}}", ["'sameAs' takes the name of another fact"] },
        { "require: {issuing.kind: [court, judge]}\n    otherwise: reject\n    fails: No court issued it.", "suspend: Held.\n    ", ["zz.issuer", "'until' is missing"] },
        { "require: {issuing.kind: [court, judge]}\n    otherwise: reject\n    fails: No court issued it.", "narrow: {plusDays: 3}\n    fails: Cut.", ["limits nothing"] },
        { "require: {issuing.kind: [court, judge]}\n    otherwise: reject\n    fails: No court issued it.", "duty: {do: dance, says: Dance}", ["'dance' is not one of tell, ask, recall"] },
        { "require: {issuing.kind: [court, judge]}\n    otherwise: reject\n    fails: No court issued it.", "route: {to: mars, says: Up}", ["'mars' is not one of direct, customer"] },
        { "title: A country", "title: A country\ncompany: {provider.country: ZZ}", ["'company' is not a key that goes here"] },
        { "title: A country", "title: A country\ngroups: [{id: zz.g, citation: Act, members: [Zed]}]", ["'Zed' is not a country"] },
        { "title: A country", "title: A country\nmarks: [{countries: [ZZ]}]", ["'words' is missing"] },
        { "title: A country", "title: A country\ngaps: [{instrument: zz.none, reason: So}]", ["there is no instrument 'zz.none'"] },
        { "title: A country", "title: A country\nfacts: [{name: zz.fact, source: person, values: [a], meaning: M}]", ["'zz.fact' has no question"] },
        { "deadline: {what: Answer, starts: received, days: 3, clock: zz.clock}", "propose: {decision: comply, says: Yes}", ["cannot propose compliance outright"] },
        { "deadline: {what: Answer, starts: received, days: 3, clock: zz.clock}", "notice: {by: newspaper, reason: x}", ["'newspaper' is not one of provider, authority, nobody"] },
        { "zone: Etc/UTC\ninstruments", "zone: ../../etc/passwd\ninstruments", ["is not an IANA time zone"] },
        { "zone: Etc/UTC\ninstruments", "zone: Mars/Olympus\ninstruments", ["'Mars/Olympus' is not an IANA time zone"] },
        { "zone: Etc/UTC\ninstruments", "instruments", ["'zone' is missing"] },
        { "years: [2026]", "years: [26]", ["'26' is not a year"] },
        { "days: [2026-01-01]", "days: [2027-01-01]", ["2027-01-01 is in a year that the calendar does not cover"] },
        { "implies: {instrument.does: production}", "implies: {authenticated: \"true\"}", ["'authenticated' is not a name in facts.yaml that a demand could state"] },
        { "implies: {instrument.does: production}", "implies: {emergency: maybe}", ["'maybe' is not a value of 'emergency'"] },
        { "title: A country", "title: A country\ntitle: Another", ["line 2", "repeats the key 'title'"] },
        { "title: A country", "title: &a A country", ["line 1", "anchor or alias"] },
        { "title: A country", "title: *a", ["anchor or alias"] },
        { "title: A country", "title: !!str A country", ["line 1", "uses a tag"] },
        { "title: A country", "title: [A country", ["law/zz.yaml", "is not YAML"] },
        { "title: A country", "title: {a: {b: {c: 1}}}", ["'title' must be plain text"] },
        { "rules:\n", "rules: none\nx:\n", ["'x' is not a key that goes here"] },
        { "title: A country", "<<: {title: A country}", ["'<<' is not a key that goes here"] },
        { "title: A country", "\ttitle: A country", ["is not YAML"] },
        { "title: A country", "title: A country\n---\n", ["second document"] },
    };

    [Fact]
    public void The_good_book_is_read() => Assert.Equal(["zz.reach", "zz.issuer", "zz.time"], Read(Good).Rules.Select(r => r.Id));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_with_its_place_and_what_to_do(string find, string replace, string[] says)
    {
        var at = Good.IndexOf(find, StringComparison.Ordinal);
        Assert.True(at >= 0, find);
        var error = Assert.Throws<RuleBookException>(() => Read(Good[..at] + replace + Good[(at + find.Length)..]));
        Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_would_unfold_or_go_deep_is_refused()
    {
        var bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        Assert.Contains("anchor or alias", Assert.Throws<RuleBookException>(() => Read(bomb)).Message, StringComparison.Ordinal);
        Assert.Contains("deeper than 16", Assert.Throws<RuleBookException>(() => Read("a: " + new string('[', 200_000))).Message, StringComparison.Ordinal);
        Assert.Contains("deeper than 16", Assert.Throws<RuleBookException>(() => Read(string.Concat(Enumerable.Range(0, 40).Select(n => new string(' ', n) + "a:\n")))).Message, StringComparison.Ordinal);
        Assert.Contains("the most is 262144", Assert.Throws<RuleBookException>(() => Read(new string('#', 262_145))).Message, StringComparison.Ordinal);
        Assert.Contains("is not UTF-8", Assert.Throws<RuleBookException>(() => RuleBook.Read([("facts.yaml", Facts), ("law/zz.yaml", [0x61, 0xff])])).Message, StringComparison.Ordinal);
        Assert.Contains("is empty", Assert.Throws<RuleBookException>(() => Read("# nothing\n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_would_not_be_read_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("rules-").FullName;
        try
        {
            Assert.Contains("is missing", Assert.Throws<RuleBookException>(() => RuleBook.Load(folder)).Message, StringComparison.Ordinal);
            File.WriteAllBytes(Path.Combine(folder, "facts.yaml"), Facts);
            Directory.CreateDirectory(Path.Combine(folder, "law"));
            File.WriteAllText(Path.Combine(folder, "law", "zz.yaml"), Good);
            Assert.Equal(Read(Good).Digest, RuleBook.Load(folder).Digest);
            File.WriteAllText(Path.Combine(folder, "law", "zz.yml"), Good);
            Assert.Contains("quiet exception", Assert.Throws<RuleBookException>(() => RuleBook.Load(folder)).Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(folder, "law", "zz.yml"));
            File.WriteAllText(Path.Combine(folder, "more.yaml"), Good);
            Assert.Contains("does not belong in a rule book", Assert.Throws<RuleBookException>(() => RuleBook.Load(folder)).Message, StringComparison.Ordinal);
            Assert.Contains("is not a folder", Assert.Throws<RuleBookException>(() => RuleBook.Load(Path.Combine(folder, "none"))).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_digest_covers_names_and_bytes_and_not_the_order_given()
    {
        var digest = Repository.Book.Digest;
        Assert.Matches("^[0-9a-f]{64}$", digest);
        Assert.Equal(digest, RuleBook.Read(Repository.RuleFiles.Reverse()).Digest);
        Assert.NotEqual(digest, RuleBook.Read(Repository.RuleFiles.Select(f => f.Name == "law/us-sca.yaml" ? ("law/us-sca2.yaml", f.Bytes) : f)).Digest);
        Assert.NotEqual(digest, RuleBook.Read(Repository.RuleFiles.Select(f => f.Name == "law/us-sca.yaml" ? (f.Name, (byte[])[.. f.Bytes, (byte)'\n']) : f)).Digest);
        // The whole form, by hand: name, zero, length as 8 bytes big-endian, bytes.
        using var stream = new MemoryStream();
        foreach (var (name, bytes) in Repository.RuleFiles.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            stream.Write(Encoding.UTF8.GetBytes(name));
            stream.Write([0, .. BitConverter.GetBytes((long)bytes.Length).Reverse()]);
            stream.Write(bytes);
        }
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream.ToArray())), digest);
    }

    [Fact]
    public void Recorded_facts_that_no_rule_knows_are_named()
    {
        var facts = new Facts(new Dictionary<string, string> { ["authenticated"] = "yes", ["autenticated"] = "true", ["scope.empty"] = "false", ["instrument"] = "eu.epoc", ["secrecy.until"] = "tomorrow", ["data.exists"] = "true" });
        Assert.Equal(
            ["'yes' is no value of 'authenticated'; it takes true, false.", "'autenticated' is no fact that a rule knows; facts.yaml lists them.",
             "'scope.empty' is worked out from the demand; nobody records it.", "'tomorrow' is no value of 'secrecy.until'; it takes a value of type instant."],
            Repository.Book.Mistakes(facts).Order(StringComparer.Ordinal).OrderBy(m => m.Contains("authenticated", StringComparison.Ordinal) ? 0 : m.Contains("autenticated", StringComparison.Ordinal) ? 1 : m.Contains("scope", StringComparison.Ordinal) ? 2 : 3));
    }

    [Fact]
    public void Every_name_that_people_record_is_used_by_a_rule()
    {
        var used = Repository.Book.Rules.SelectMany(r => r.Names).Select(n => n.Name).ToHashSet();
        Assert.Empty(Repository.Book.Facts.Values.Where(f => f.Source == FactSource.Person && !used.Contains(f.Name)).Select(f => f.Name));
    }

    [Fact]
    public void The_engine_names_no_country_no_agency_and_no_instrument()
    {
        var words = Repository.Book.Instruments.Keys.SelectMany(id => id.IndexOf('.', StringComparison.Ordinal) == 2 ? (string[])[id, id[..3]] : [id]).Concat(Repository.Book.Rules.Select(r => r.Id)).Distinct().ToList();
        string[] names = ["FBI", "Europol", "Interpol", "Eurojust", "NSA", "MLAT", "EPOC", "2703", "2702", "2705", "2023/1543", "United", "Denmark", "Europe", "America", "Washington", "Brussels", "German", "French", "British", "Chinese", "Russia"];
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Counterseal.Law"), "*.cs"))
        {
            // Comments may give examples; what runs may not.
            var code = Comments().Replace(File.ReadAllText(path), "");
            Assert.All(words.Concat(names), w => Assert.False(code.Contains(w, StringComparison.Ordinal), $"{Path.GetFileName(path)} names {w}"));
            Assert.DoesNotMatch("\"[A-Z]{2}\"", code);
        }
    }

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
