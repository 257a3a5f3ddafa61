namespace Counterseal.Law.Tests;

public class BookDiffTests
{
    private static readonly DateTimeOffset Received = Case.Instant("2026-09-07T10:20:00Z");
    private static readonly RuleBook Old = SmallBook.Read(SmallBook.Files);

    private static readonly RuleBook New = SmallBook.Read(new (string File, string Find, string Replace)[]
    {
        ("law/zz.yaml", "offence.maxMonths: {atLeast: 36}", "offence.maxMonths: {atLeast: 48}"),
        ("law/zz.yaml", "require: {issuing.kind: [judge, court, prosecutor, police]}", "require: {issuing.kind: [judge, court, prosecutor]}"),
        ("law/zz.yaml", "starts: received, days: 10, clock", "starts: received, days: 7, clock"),
        ("law/zz.yaml", "members: [ZZ, ZY,", "members: [ZZ, ZW,"),
        ("law/zz.yaml", "  - id: zz.conflict.remind", "  - {id: zz.sealed, citation: Act 14, checked: false, from: 2026-09-01, instruments: zz.keep, plain: Orders to keep are complete., require: {order.complete: \"true\"}, otherwise: challenge, fails: Incomplete.}\n  - id: zz.conflict.remind"),
        ("facts.yaml", "facts:\n", "facts:\n  - {name: order.complete, source: person, values: [\"true\", \"false\"], meaning: It is complete., question: Is it complete?}\n"),
        ("facts.yaml", "  - {name: data.exists, source: person, values: [\"true\", \"false\"], meaning: A count found something., question: Does a count find anything?}\n", ""),
        ("policy/handling.yaml", "  - id: policy.noData\n    citation: \"Our policy: no data\"\n    checked: true\n    from: 2020-01-01\n    when: {data.exists: \"false\"}\n    plain: Where a count finds nothing we say so.\n    propose: {decision: noData, says: A count found nothing.}\n", ""),
        ("policy/handling.yaml", "notice: {by: provider, timing: before, reason: We tell the customer first.}", "notice: {by: provider, reason: We tell the customer.}"),
        ("policy/handling.yaml", "route: {to: mlat,", "route: {to: counsel,"),
    }.Aggregate(SmallBook.Files, (f, e) => SmallBook.With(f, e.File, e.Find, e.Replace)));

    private static PastDemand Past(string name, string instrument, AuthorityKind issuer, string country, DataCategory category, params (string, string)[] facts) => new(
        name,
        new Demand { Reference = name, Instrument = instrument, Issuing = new Authority("A", country, issuer), Scope = new Scope([new ScopeItem(new Selector(SelectorKind.Mailbox, "a@example.org"), [category], null, null)]) },
        new Facts(new SortedDictionary<string, string>(facts.Prepend(("authenticated", "true")).ToDictionary(f => f.Item1, f => f.Item2), StringComparer.Ordinal)), Received, Received.AddHours(1));

    private static readonly (PastDemand Demand, string[] Otherwise)[] Ten =
    [
        (Past("content at 40 months", "zz.order", AuthorityKind.Court, "ZZ", DataCategory.Content, ("offence.maxMonths", "40")),
            ["decision: comply → reject", "permitted: a@example.org content → none", "basis: zz.order.content → none", "deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)"]),
        (Past("content at 60 months", "zz.order", AuthorityKind.Court, "ZZ", DataCategory.Content, ("offence.maxMonths", "60")), ["deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)"]),
        (Past("content, nobody knows the sentence", "zz.order", AuthorityKind.Court, "ZZ", DataCategory.Content), ["deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)"]),
        (Past("police, subscriber", "zz.order", AuthorityKind.Police, "ZZ", DataCategory.Subscriber),
            ["decision: comply → reject", "permitted: a@example.org subscriber → none", "basis: zz.order.reach → none", "deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)", "notice: provider, before anything leaves → provider, with the disclosure", "grounds: none → zz.authority"]),
        (Past("court of ZW", "zz.order", AuthorityKind.Court, "ZW", DataCategory.Traffic),
            ["decision: reject → comply", "permitted: none → a@example.org traffic", "basis: none → zz.order.reach", "deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)"]),
        (Past("kept for ZZ", "zz.keep", AuthorityKind.Police, "ZZ", DataCategory.Traffic),
            ["decision: comply → undecided", "basis: zz.keep.reach → none", "questions: none → order.complete", "notice: provider, before anything leaves → provider, with the disclosure"]),
        (Past("kept for a party", "zz.keep", AuthorityKind.CivilParty, "ZZ", DataCategory.Traffic), ["notice: provider, before anything leaves → provider, with the disclosure"]),
        (Past("nothing found", "zz.order", AuthorityKind.Court, "ZZ", DataCategory.Traffic, ("data.exists", "false")),
            ["decision: noData → comply", "permitted: none → a@example.org traffic", "basis: none → zz.order.reach", "deadlines: Answer the order: 2026-09-18T00:00:00Z (answer) → Answer the order: 2026-09-15T00:00:00Z (answer)"]),
        (Past("a foreign letter", "zz.letter", AuthorityKind.Police, "ZV", DataCategory.Subscriber, ("emergency.callback", "true")), ["notice: provider, before anything leaves → provider, with the disclosure", "route: mlat → counsel"]),
        (Past("a letter under a secrecy order without an end", "zz.letter", AuthorityKind.Police, "ZZ", DataCategory.Subscriber, ("emergency.callback", "true"), ("secrecy", "endless")), []),
    ];

    [Fact]
    public void Ten_past_demands_come_out_as_the_new_book_says()
    {
        var diff = BookDiff.Of(Old, New, Ten.Select(t => t.Demand));
        Assert.Equal(10, diff.Compared);
        foreach (var (demand, otherwise) in Ten)
        {
            var change = diff.Demands.SingleOrDefault(d => d.Name == demand.Name);
            Assert.Equal(otherwise, change?.Fields.Select(f => $"{f.Field}: {f.Old} → {f.New}") ?? []);
        }
        Assert.Equal(["'data.exists' is no fact that a rule knows; facts.yaml lists them."], diff.Demands.Single(d => d.Name == "nothing found").Mistakes);
        Assert.Equal(["subscriber data: ordered by nobody who may."], diff.Demands.Single(d => d.Name == "police, subscriber").Reasons);
    }

    [Fact]
    public void Rules_and_declarations_are_compared_key_by_key()
    {
        var diff = BookDiff.Of(Old, New, []);
        string Said(BookChange change) => $"{change.Kind} {change.What} {change.Id}: {string.Join("; ", change.Fields.Where(_ => change.Kind == ChangeKind.Changed).Select(f => $"{f.Field}: {f.Old} → {f.New}"))}";
        Assert.Equal(
            [
                "Changed rule zz.order.content: when: offence.maxMonths ≥ 36 → offence.maxMonths ≥ 48",
                "Changed rule zz.order.lesser: require: issuing.kind = judge | court | prosecutor | police → issuing.kind = judge | court | prosecutor",
                "Changed rule zz.order.tenDays: counted: answer: 10 days from received, counted by Act 20 → answer: 7 days from received, counted by Act 20",
                "Removed rule policy.noData: ",
                "Changed rule policy.notice: notice: provider, before anything leaves → provider, with the disclosure; reason: We tell the customer first. → We tell the customer.",
                "Changed rule policy.route.letter: route: mlat → counsel",
                "Added rule zz.sealed: ",
            ],
            diff.Rules.Select(Said));
        Assert.Equal(
            ["Removed name data.exists: ", "Changed group zz.union: members: ZZ, ZY, ZX until 2025-01-01T00:00:00Z → ZZ, ZW, ZX until 2025-01-01T00:00:00Z", "Added name order.complete: "],
            diff.Declared.Select(Said));
    }

    [Fact]
    public void A_book_against_itself_is_no_difference()
    {
        var same = BookDiff.Of(Old, SmallBook.Read(SmallBook.Files), Ten.Select(t => t.Demand));
        Assert.True(same.Empty);
        Assert.Equal((same.Old, 10), (same.New, same.Compared));
    }

    [Fact]
    public void A_notice_that_moved_behind_another_is_a_change()
    {
        var endless = "  - id: policy.notice.endless\n    citation: \"Our policy: notice\"\n    checked: true\n    from: 2020-01-01\n    when: {secrecy: endless}\n    plain: A secrecy order without an end is held against.\n    notice: {by: nobody, reason: A secrecy order without an end binds us.}\n";
        var moved = SmallBook.Read(SmallBook.With(SmallBook.With(SmallBook.Files, "policy/handling.yaml", endless, ""), "policy/handling.yaml", "  - id: policy.route.letter", endless + "  - id: policy.route.letter"));
        var diff = BookDiff.Of(Old, moved, [Ten[9].Demand]);
        Assert.Contains(diff.Rules, r => r.Id == "policy.notice.endless" && r.Fields.Single() == new FieldChange("place", "after policy.notice.secrecy", "after policy.notice"));
        Assert.Contains(Assert.Single(diff.Demands).Fields, f => f is { Field: "notice", Old: "nobody, with the disclosure", New: "provider, before anything leaves" });
    }
}
