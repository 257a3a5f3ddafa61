using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Law.Tests;

public partial class BookCheckTests
{
    private const string Law = "law/zz.yaml";
    private const string Policy = "policy/handling.yaml";
    private const string Names = "facts.yaml";
    private const string Last = "    route: {to: mlat, says: Please go by mutual legal assistance.}\n";

    private static readonly DateOnly Day = new(2026, 11, 24);

    /// <summary>One mistake that somebody could make, and what must be said of it.</summary>
    /// <param name="Edits">File, what stands there, what stands there instead.</param>
    /// <param name="At">File and text of the line that must be named.</param>
    /// <param name="Rule">The rule, or what is declared.</param>
    /// <param name="Kind">What kind of fault.</param>
    /// <param name="Says">Words of the sentence.</param>
    private sealed record Seed((string File, string Find, string Replace)[] Edits, (string File, string Text) At, string Rule, BookFaultKind Kind, string Says);

    private static Seed One(string file, string find, string replace, string at, string rule, BookFaultKind kind, string says) => new([(file, find, replace)], (file, at), rule, kind, says);

    private static readonly Dictionary<string, Seed> Seeds = new()
    {
        // --- the form; all else of the book is then left ---
        ["a missing citation"] = One(Law, "    citation: Act 1(2)\n", "", "- id: zz.order.content", "zz.order.content", BookFaultKind.Unread, "'citation' is missing"),
        ["a name that no file declares"] = One(Law, "offence.maxMonths: {atLeast: 36}", "offence.maxMonth: {atLeast: 36}", "when: {offence.maxMonth:", "zz.order.content", BookFaultKind.Unread, "'offence.maxMonth' is neither a name in facts.yaml"),

        // --- conditions ---
        ["a condition whose numbers exclude each other"] = One(Law, "when: {offence.maxMonths: {atLeast: 36}}", "when: {all: [{offence.maxMonths: {atLeast: 36}}, {offence.maxMonths: {atMost: 35}}]}",
            "- id: zz.order.content", "zz.order.content", BookFaultKind.NeverHolds, "its 'when' can never hold: offence.maxMonths ≥ 36 and offence.maxMonths ≤ 35"),
        ["not known, which is unknown and never true"] = One(Law, "objection.state: pending}\n    plain: While", "not: {objection.state: {known: true}}}\n    plain: While",
            "- id: zz.conflict\n", "zz.conflict", BookFaultKind.NeverHolds, "its 'when' can never hold: objection.raised is established and not objection.state is established"),
        ["a value that no instrument implies and nobody records"] = One(Law, "when: {emergency: \"false\"}", "when: {instrument.does: prospective}",
            "- id: zz.order.tenDays", "zz.order.tenDays", BookFaultKind.NeverHolds, "its 'when' can never hold: instrument.does = prospective"),
        ["a secrecy order that has an end and is none"] = One(Law, "when: {secrecy: none, issuing.kind: [judge, court]}", "when: {secrecy: none, secrecy.until: {known: true}}",
            "- id: zz.order.notice.authority", "zz.order.notice.authority", BookFaultKind.NeverHolds, "its 'when' can never hold: secrecy = none and secrecy.until is established"),
        ["a clock of another instrument"] = One(Law, "passed: zz.conflict.court, ", "passed: zz.keep.term, ",
            "- id: zz.conflict.remind", "zz.conflict.remind", BookFaultKind.NeverHolds, "the time of zz.keep.term is over"),
        ["a condition that the instrument's kind always meets"] = One(Law, "when: {emergency: \"true\"}", "when: {instrument.does: production}",
            "- id: zz.order.eightHours", "zz.order.eightHours", BookFaultKind.AlwaysHolds, "its 'when' always holds: instrument.does = production"),
        ["a requirement that is always met"] = One(Law, "require: {issuing.kind: {isNot: civilParty}}", "require: {instrument.does: preservation}",
            "- id: zz.keep.issuer", "zz.keep.issuer", BookFaultKind.AlwaysHolds, "what it requires always holds where it applies"),
        ["a requirement against its own condition"] = One(Policy, "require: {emergency.callback: \"true\"}", "require: {emergency: \"false\"}",
            "- id: policy.callback", "policy.callback", BookFaultKind.NeverHolds, "what it requires can never be where it applies: emergency = false"),
        ["a value that another branch has already"] = One(Law, "        - issuing.kind: prosecutor\n          emergency: \"true\"", "        - issuing.kind: [judge, prosecutor]\n          emergency: \"true\"",
            "- id: zz.order.issuer", "zz.order.issuer", BookFaultKind.ChangesNothing, "'issuing.kind = judge' in its 'require' changes nothing: the rest says as much"),
        ["a part that the rest implies"] = One(Law, "require: {issuing.country: {in: zz.union}}", "require: {all: [{issuing.country: {in: zz.union}}, {issuing.country: {isNot: XX}}]}",
            "- id: zz.union\n    citation: Treaty 2", "zz.union", BookFaultKind.ChangesNothing, "'issuing.country is not XX' in its 'require' changes nothing: the rest says as much"),
        ["ifUnknown where nothing is unknown"] = One(Policy, "items: {selector.named: \"false\"}", "items: {selector.named: \"false\"}\n    ifUnknown: note",
            "- id: policy.named", "policy.named", BookFaultKind.ChangesNothing, "its 'ifUnknown' changes nothing"),
        ["an instrument for which the rule never applies"] = One(Policy, "when: {any: [{mail.domain: lookalike}, {citation.fits: foreign}]}", "instruments: [zz.order, zz.letter]\n    when: {emergency: \"false\", any: [{mail.domain: lookalike}, {citation.fits: foreign}]}",
            "- id: policy.mail", "policy.mail", BookFaultKind.Unreachable, "its 'when' can never hold for zz.letter"),

        // --- two rules against each other ---
        ["two requirements that meet and cannot both be met"] = One(Law, "  - id: zz.order.lesser", "  - {id: zz.order.jury, citation: Act 1(5), checked: false, from: 2020-01-01, instruments: zz.order, items: {category: subscriber}, plain: Only a jury., require: {issuing.kind: grandJury}, otherwise: reject, fails: No.}\n  - id: zz.order.lesser",
            "- id: zz.order.lesser", "zz.order.lesser", BookFaultKind.Contradiction, "it and zz.order.jury apply together (as with category = subscriber) and cannot both hold: issuing.kind = judge | court | prosecutor | police, against issuing.kind = grandJury"),
        ["an exclusion of all that a requirement wants"] = One(Law, "  - id: zz.union\n    citation: Treaty 2", "  - {id: zz.none, citation: Act 1(6), checked: false, from: 2020-01-01, instruments: zz.order, when: {issuing.country: {in: zz.union}}, plain: No., exclude: No., otherwise: reject}\n  - id: zz.union\n    citation: Treaty 2",
            "{id: zz.none", "zz.none", BookFaultKind.Contradiction, "it takes out whatever meets zz.union: issuing.country in zz.union"),
        ["the opposite outcome for the same condition"] = One(Policy, "  - id: policy.named", "  - {id: policy.again, citation: Us, checked: true, from: 2020-01-01, plain: The same., require: {authenticated: \"true\"}, otherwise: challenge, fails: No.}\n  - id: policy.named",
            "{id: policy.again", "policy.again", BookFaultKind.Contradiction, "where it fails, policy.authenticated fails too, but it says 'challenge' and the other 'reject'"),
        ["our exception where the law compels"] = One(Policy, "  - id: policy.letter.reach", "  - {id: policy.order.reach, citation: Us, checked: true, from: 2020-01-01, instruments: zz.order, plain: We allow it., reach: {categories: traffic, basis: policy}, fails: No.}\n  - id: policy.letter.reach",
            "{id: policy.order.reach", "policy.order.reach", BookFaultKind.Contradiction, "it reaches traffic as our own exception wherever zz.order.reach compels the same"),
        ["a preservation that hands over"] = One(Law, "content], does: preserve}", "content]}",
            "- id: zz.keep.reach", "zz.keep.reach", BookFaultKind.Contradiction, "that is a preservation: nothing leaves under it"),
        ["a production that only keeps"] = new([(Law, "reach: {categories: [subscriber, identification, traffic]}", "reach: {categories: [subscriber, identification, traffic], does: preserve}"), (Law, "reach: {categories: content}", "reach: {categories: content, does: preserve}")],
            (Law, "- id: zz.order.reach"), "zz.order.reach", BookFaultKind.Contradiction, "no other rule hands it over, but that is a production"),
        ["keeping and handing over on one condition, by an instrument of no kind"] = new([(Law, "Act 1, implies: {instrument.does: production}}", "Act 1}"), (Law, "  - id: zz.order.issuer", "  - {id: zz.order.keep, citation: Act 1(8), checked: false, from: 2020-01-01, instruments: zz.order, plain: Kept., reach: {categories: traffic, does: preserve}, fails: No.}\n  - id: zz.order.issuer")],
            (Law, "{id: zz.order.keep"), "zz.order.keep", BookFaultKind.Contradiction, "it only keeps what zz.order.reach hands over on the same condition"),
        ["a reach that is never the basis"] = One(Law, "  - id: zz.order.issuer", "  - {id: zz.order.again, citation: Act 1(7), checked: false, from: 2021-01-01, instruments: zz.order, plain: Again., reach: {categories: traffic}, fails: No.}\n  - id: zz.order.issuer",
            "{id: zz.order.again", "zz.order.again", BookFaultKind.Unreachable, "it never is the basis: zz.order.reach reaches traffic before it"),

        // --- never reached ---
        ["a notice behind one that always applies"] = One(Policy, Last, Last + "  - {id: policy.notice.last, citation: Us, checked: true, from: 2020-01-01, when: {secrecy: expired}, plain: Tell., notice: {by: provider, reason: It has expired.}}\n",
            "{id: policy.notice.last", "policy.notice.last", BookFaultKind.Unreachable, "its notice is never the first"),
        ["a route behind a wider one"] = One(Policy, Last, Last + "  - {id: policy.route.last, citation: Us, checked: true, from: 2020-01-01, when: {instrument: zz.letter, issuing.country: {notIn: zz.union}, issuing.kind: police}, plain: Go., route: {to: counsel, says: Go.}}\n",
            "{id: policy.route.last", "policy.route.last", BookFaultKind.Unreachable, "its route is never the first: policy.route.letter always goes before it"),
        ["a rule that ends before its instrument begins"] = One(Law, "    from: 2020-01-01\n    instruments: zz.keep\n    plain: What is kept", "    from: 2018-01-01\n    to: 2019-06-30\n    instruments: zz.keep\n    plain: What is kept",
            "- id: zz.keep.term", "zz.keep.term", BookFaultKind.Unreachable, "it ends on 2019-06-30, before zz.keep reaches anything (zz.keep.reach, from 2020-01-01)"),
        ["a rule that begins after its instrument has ended"] = new([(Law, "    from: 2020-01-01\n    instruments: zz.keep\n    plain: A preservation order keeps", "    from: 2020-01-01\n    to: 2026-12-31\n    instruments: zz.keep\n    plain: A preservation order keeps"), (Law, "    from: 2020-01-01\n    instruments: zz.keep\n    plain: What is kept", "    from: 2027-01-01\n    instruments: zz.keep\n    plain: What is kept")],
            (Law, "- id: zz.keep.term"), "zz.keep.term", BookFaultKind.Unreachable, "on none of its days does zz.keep reach anything (zz.keep.reach ends on 2026-12-31)"),
        ["a duty by the clock of another instrument"] = One(Law, "by: zz.conflict.court", "by: zz.keep.term",
            "- id: zz.conflict.remind", "zz.conflict.remind", BookFaultKind.Unreachable, "that deadline is set for other instruments (zz.keep)"),
        ["a clock after one that never runs there"] = One(Law, "what: Answer the emergency, starts: received", "what: Answer the emergency, after: zz.order.tenDays",
            "- id: zz.order.eightHours", "zz.order.eightHours", BookFaultKind.Unreachable, "'after: zz.order.tenDays' never comes true: where this rule applies, that deadline does not run"),
        ["a clock of other days"] = One(Law, "    from: 2020-01-01\n    instruments: zz.order\n    when: {objection.raised: {known: true}}", "    from: 2010-01-01\n    to: 2019-12-31\n    instruments: zz.order\n    when: {objection.raised: {known: true}}",
            "- id: zz.conflict.remind", "zz.conflict.remind", BookFaultKind.NeverHolds, "the time of zz.conflict.court is over"),

        // --- time ---
        ["two days between two versions of a reach"] = new([(Law, "    from: 2020-01-01\n    instruments: zz.keep\n    plain: A preservation order keeps", "    from: 2020-01-01\n    to: 2026-12-30\n    instruments: zz.keep\n    plain: A preservation order keeps"), (Law, "  - id: zz.keep.issuer", "  - {id: zz.keep.2027, citation: Act 2(1), checked: false, from: 2027-01-02, instruments: zz.keep, plain: Keeps., reach: {categories: [subscriber, identification, traffic, content], does: preserve}, fails: No.}\n  - id: zz.keep.issuer")],
            (Law, "{id: zz.keep.2027"), "zz.keep.2027", BookFaultKind.TimeHole, "it begins on 2027-01-02, but zz.keep.reach ends on 2026-12-30: in between, zz.keep reaches no subscriber data"),
        ["a day between two versions of a requirement"] = new([(Law, "    from: 2020-01-01\n    instruments: zz.keep\n    plain: Anyone but", "    from: 2020-01-01\n    to: 2026-12-30\n    instruments: zz.keep\n    plain: Anyone but"), (Law, "  - id: zz.order.tenDays", "  - {id: zz.keep.issuer.2027, citation: Act 2(2), checked: false, from: 2027-01-01, instruments: zz.keep, plain: Courts., require: {issuing.kind: court}, otherwise: reject, fails: No.}\n  - id: zz.order.tenDays")],
            (Law, "{id: zz.keep.issuer.2027"), "zz.keep.issuer.2027", BookFaultKind.TimeHole, "it begins on 2027-01-01, but zz.keep.issuer ends on 2026-12-30: in between, nothing stands in place of zz.keep.issuer"),

        // --- unused ---
        ["a ground that no rule gives"] = One(Law, "    ground: zz.conflict\n", "", "{id: zz.conflict, name", "zz.conflict", BookFaultKind.Unused, "no rule uses the ground 'zz.conflict'"),
        ["a group that no rule reads"] = One(Law, "groups:\n", "groups:\n  - {id: zz.league, citation: Treaty 3, members: [ZZ]}\n", "{id: zz.league", "zz.league", BookFaultKind.Unused, "no rule uses the group 'zz.league'"),
        ["marks that no rule reads"] = new([(Policy, "when: {any: [{mail.domain: lookalike}, {citation.fits: foreign}]}", "when: {mail.domain: lookalike}")], (Law, "{countries: [ZZ]"), "ZZ", BookFaultKind.Unused, "no rule uses the mark of 'ZZ'"),
        ["a clock that no rule counts by"] = One(Law, "clocks:\n", "clocks:\n  - {id: zz.other, zone: Etc/UTC, citation: Act 21}\n", "{id: zz.other", "zz.other", BookFaultKind.Unused, "no rule uses the clock 'zz.other'"),
        ["a calendar that no clock uses"] = One(Law, ", calendarOf: provider.country}", "}", "{id: zz.days", "zz.days", BookFaultKind.Unused, "no rule uses the calendar 'zz.days'"),
        ["a name that no rule reads"] = One(Names, "facts:\n", "facts:\n  - {name: odd, source: person, values: [a, b], meaning: Odd., question: Odd?}\n", "{name: odd", "odd", BookFaultKind.Unused, "no rule uses the name 'odd'"),
        ["a reason for a gap that is none"] = One(Law, "gaps:\n", "gaps:\n  - {instrument: zz.order, categories: subscriber, issuing: court, reason: Nothing is missing here.}\n", "{instrument: zz.order, categories", "zz.order", BookFaultKind.Unused, "has neither a gap nor a no that this reason explains: Nothing is missing here."),

        // --- missing ---
        ["an instrument that reaches nothing"] = One(Law, "instruments:\n", "instruments:\n  - {id: zz.tap, name: Interception, citation: Act 4}\n", "{id: zz.tap", "zz.tap", BookFaultKind.Missing, "no rule says what 'zz.tap' reaches"),
        ["an instrument that anybody may issue"] = One(Law, "require: {issuing.kind: {isNot: civilParty}}", "require: {authenticated: \"true\"}", "{id: zz.keep, name", "zz.keep", BookFaultKind.Missing, "the matrix of 2026-11-24 has a gap at 'zz.keep', subscriber, identification, traffic, content, issued by judge, court, investigatingJudge, prosecutor, grandJury, police, administrative, intelligence, civilParty: kept whoever issues it: no rule says who may"),
        ["a gap in the matrix without a reason"] = One(Law, "gaps:\n  - instrument: zz.letter\n    reason: A letter compels nobody; anyone may write one.\n", "", "{id: zz.letter", "zz.letter", BookFaultKind.Missing, "the matrix of 2026-11-24 has a gap at 'zz.letter', subscriber, issued by judge, court"),
        ["an instrument without a deadline"] = new([(Policy, "{what: Answer the letter, kind: target,", "{what: Answer the letter, kind: theirs,")], (Law, "{id: zz.letter"), "zz.letter", BookFaultKind.Missing, "no rule says by when 'zz.letter' is answered"),
        ["a case in which nobody tells the customer"] = new([(Policy, "    from: 2020-01-01\n    plain: We tell the customer.", "    from: 2020-01-01\n    instruments: [zz.order, zz.letter]\n    plain: We tell the customer.")], (Law, "{id: zz.keep, name"), "zz.keep", BookFaultKind.Missing, "no rule says who tells the customer of 'zz.keep' (as with secrecy = none)"),
        ["a company that is nowhere"] = new([(Policy, "company: {provider.country: ZZ}\n", "")], (Names, "{name: provider.country"), "provider.country", BookFaultKind.Missing, "the company has no value of 'provider.country'"),
        ["a calendar that ends within a year"] = One(Law, "years: [2026, 2027], days: [2026-01-01, 2027-01-01]", "years: [2026], days: [2026-01-01]", "{id: zz.days", "zz.days", BookFaultKind.CalendarEnds, "the calendar 'zz.days' does not cover 2027, and deadlines until 2027-11-24 are counted by it"),
    };

    public static TheoryData<string> Names_of_seeds => [.. Seeds.Keys];

    [Fact]
    public void The_small_book_has_no_fault()
    {
        var faults = BookCheck.Faults(SmallBook.Read(SmallBook.Files), Day, new HashSet<string> { "authority", "conflict" });
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [MemberData(nameof(Names_of_seeds))]
    public void A_seeded_fault_is_found_with_its_place_and_said_in_a_sentence(string name)
    {
        var seed = Seeds[name];
        var files = seed.Edits.Aggregate(SmallBook.Files, (f, e) => SmallBook.With(f, e.File, e.Find, e.Replace));
        var folder = SmallBook.Write(files);
        try
        {
            var faults = BookCheck.Faults(folder, Day);
            var text = files.Single(f => f.Name == seed.At.File).Text;
            var line = text[..text.IndexOf(seed.At.Text, StringComparison.Ordinal)].Count(c => c == '\n') + 1;
            Assert.True(
                faults.Any(f => f.File == seed.At.File && f.Line == line && f.Rule == seed.Rule && f.Kind == seed.Kind && f.What.Contains(seed.Says, StringComparison.Ordinal) && f.Next.Length > 0),
                $"{seed.At.File}:{line} {seed.Rule} {seed.Kind}: {seed.Says}\nfound:\n{string.Join('\n', faults.Select(f => $"{f.File}:{f.Line} {f.Rule} {f.Kind}: {f.What}; {f.Next}"))}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_ground_whose_letter_is_not_there_is_found()
    {
        var fault = Assert.Single(BookCheck.Faults(SmallBook.Read(SmallBook.Files), Day, new HashSet<string> { "authority" }));
        Assert.Equal(("law/zz.yaml", "zz.conflict", BookFaultKind.NoLetter, "there is no letter 'conflict'"), (fault.File, fault.Rule, fault.Kind, fault.What));
    }

    [Fact]
    public void A_condition_too_large_to_decide_is_said_to_be()
    {
        // Pigeons: each of ten is in one of nine holes, and no two in the same. No order of trying is short.
        var names = string.Concat(from p in Enumerable.Range(0, 10) from h in Enumerable.Range(0, 9) select $"  - {{name: p{p}h{h}, source: person, values: [\"true\", \"false\"], meaning: M., question: Q?}}\n");
        var housed = Enumerable.Range(0, 10).Select(p => $"{{any: [{string.Join(", ", Enumerable.Range(0, 9).Select(h => $"{{p{p}h{h}: \"true\"}}"))}]}}");
        var alone = from h in Enumerable.Range(0, 9) from p in Enumerable.Range(0, 10) from q in Enumerable.Range(0, p) select $"{{any: [{{p{p}h{h}: \"false\"}}, {{p{q}h{h}: \"false\"}}]}}";
        var files = SmallBook.With(SmallBook.Files, "facts.yaml", "facts:\n", "facts:\n" + names);
        files = SmallBook.With(files, Policy, Last, Last + $"  - id: policy.pigeons\n    citation: Us\n    checked: true\n    from: 2020-01-01\n    plain: P.\n    risk: R.\n    when: {{all: [{string.Join(", ", housed.Concat(alone))}]}}\n");
        Assert.Contains(BookCheck.Faults(SmallBook.Read(files), Day), f => f is { Rule: "policy.pigeons", Kind: BookFaultKind.TooLarge } && f.What.Contains("too many names and values to decide", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_requirement_of_ours_that_is_said_again_with_another_outcome_is_found()
    {
        // What must be known is never known to fail; its outcome never comes.
        var (book, again) = Repeated(
            r => r.Effect is Effect.Require { Until: null, Condition: not Condition.Is { How: Comparison.Known } },
            block => OtherwiseKey().Match(block) is { Success: true } said ? OtherwiseKey().Replace(block, $"otherwise: {(said.Groups[1].Value == "reject" ? "challenge" : "reject")}", 1) : null);
        var faults = BookCheck.Faults(book, Day).Where(f => f.Kind == BookFaultKind.Contradiction).ToLookup(f => f.Rule!);
        Assert.True(again.Count > 80, $"only {again.Count} rules were said again");
        Assert.All(again, id => Assert.Contains(faults[id + ".again"], f => f.What.Contains($"where it fails, {id} fails too", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_notice_route_proposal_and_reach_of_ours_that_is_said_again_is_found_to_be_behind_the_first()
    {
        var (book, again) = Repeated(r => r.Effect is Effect.Notify or Effect.Way or Effect.Propose or Effect.Reach, block => block);
        var faults = BookCheck.Faults(book, Day).Where(f => f.Kind == BookFaultKind.Unreachable).ToLookup(f => f.Rule!);
        Assert.True(again.Count > 40, $"only {again.Count} rules were said again");
        Assert.All(again, id => Assert.Contains(faults[id + ".again"], f => f.What.Contains("is never the first", StringComparison.Ordinal) || f.What.Contains("it never is the basis", StringComparison.Ordinal)));
    }

    // Our book with some rules repeated right behind themselves, under the id with ".again", as they are changed; null leaves a rule out.
    private static (RuleBook Book, IReadOnlyList<string> Again) Repeated(Predicate<Rule> which, Func<string, string?> changed)
    {
        var again = new List<string>();
        var files = Repository.RuleFiles.Select(f =>
        {
            var lines = Encoding.UTF8.GetString(f.Bytes).Split('\n').ToList();
            foreach (var rule in Repository.Book.Rules.Where(r => r.File == f.Name && which(r)).OrderByDescending(r => r.Line))
            {
                var end = rule.Line;
                while (end < lines.Count && (lines[end].StartsWith("    ", StringComparison.Ordinal) || lines[end].Length == 0)) end++;
                var block = string.Join('\n', lines[(rule.Line - 1)..end]);
                if (!block.Contains($"id: {rule.Id}\n", StringComparison.Ordinal) || changed(block) is not { } otherwise) continue;
                again.Add(rule.Id);
                lines.Insert(end, otherwise.Replace($"id: {rule.Id}\n", $"id: {rule.Id}.again\n", StringComparison.Ordinal));
            }
            return (f.Name, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        }).ToList();
        return (RuleBook.Read(files), again);
    }

    [GeneratedRegex("otherwise: (\\w+)")]
    private static partial Regex OtherwiseKey();

    [Fact]
    public void Our_books_have_no_fault()
    {
        var faults = BookCheck.Faults(Repository.Rules, Day);
        Assert.True(faults.Count == 0, string.Join('\n', faults.Select(f => $"{f.File}:{f.Line} {f.Rule} {f.Kind}: {f.What}; {f.Next}")));
    }
}
