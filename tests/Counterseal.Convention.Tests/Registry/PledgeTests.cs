using System.Text;

namespace Counterseal.Convention.Tests;

public class PledgeTests
{
    private static readonly InstrumentBook Book = InstrumentBook.Read(RegistryStand.Data);
    private static readonly DateOnly Today = new(2026, 11, 24);

    private static IReadOnlyList<Pledge> Own => Pledge.Read("pledges.yaml", File.ReadAllBytes(Path.Combine(RegistryStand.Data, "pledges.yaml")), Book);

    private static IReadOnlyList<Pledge> Read(string yaml) => Pledge.Read("p.yaml", Encoding.UTF8.GetBytes("pledges:\n" + yaml), Book);

    [Fact]
    public void No_state_is_bound_today_and_the_sentence_follows_the_pledges()
    {
        Assert.Equal("States bound by a Digital Geneva Convention: none", RegistryReader.BoundSentence(Own, Today));
        var pledge = Read("  - {id: x, kind: state, who: IE, to: dgc/2017-04, date: 2026-01-01, evidence: {citation: invented, checked: false}}\n")[0];
        Assert.Equal("States bound by a Digital Geneva Convention: Ireland", RegistryReader.BoundSentence([.. Own, pledge], Today));
        Assert.EndsWith(": none", RegistryReader.BoundSentence([pledge with { Withdrawn = Today }], Today), StringComparison.Ordinal);
        Assert.EndsWith(": none", RegistryReader.BoundSentence([pledge with { Date = Today.AddDays(1) }], Today), StringComparison.Ordinal);
        Assert.EndsWith(": none", RegistryReader.BoundSentence([pledge with { Sample = true }], Today), StringComparison.Ordinal);
        Assert.EndsWith(": none", RegistryReader.BoundSentence([pledge with { Kind = PledgerKind.Company }], Today), StringComparison.Ordinal);
    }

    [Fact]
    public void The_projects_signed_sample_verifies_and_no_change_of_it_does()
    {
        var signed = Own.Single(p => p.Signature is not null);
        Assert.Null(signed.SignatureFault());
        Assert.Null(signed.DocumentFault(RegistryStand.Data));
        Assert.NotNull((signed with { Who = "Another" }).SignatureFault());
        Assert.NotNull((signed with { Version = "2019" }).SignatureFault());
        Assert.NotNull((signed with { Date = signed.Date.AddDays(1) }).SignatureFault());
        Assert.NotNull((signed with { Evidence = signed.Evidence with { Sha256 = new string('0', 64) } }).SignatureFault());
        Assert.All(Own, p => Assert.Null(p.DocumentFault(RegistryStand.Data)));
    }

    [Theory]
    [InlineData("  - {id: x, kind: state, who: Ruritania, to: dgc/2017-04, date: 2026-01-01, evidence: {citation: c, checked: false}}", "Ruritania")]
    [InlineData("  - {id: x, kind: state, who: IE, to: dgc/2019, date: 2026-01-01, evidence: {citation: c, checked: false}}", "dgc/2019")]
    [InlineData("  - {id: x, kind: state, who: IE, to: dgc/2017-04, date: 1.1.2026, evidence: {citation: c, checked: false}}", "1.1.2026")]
    [InlineData("  - {id: x, kind: state, who: IE, to: dgc/2017-04, date: 2026-01-01, evidence: {citation: c, document: ../../etc/passwd, sha256: 00, checked: false}}", "own folder")]
    [InlineData("  - {id: x, kind: state, who: IE, to: dgc/2017-04, date: 2026-01-01, evidence: {citation: c, checked: maybe}}", "true or false")]
    [InlineData("  - {id: x, kind: state, who: IE, to: dgc/2017-04, date: 2026-01-01, evidence: {citation: c, checked: false}, withdrawn: {date: 2025-01-01, evidence: {citation: c, checked: false}}}", "before it was made")]
    public void A_pledge_that_cannot_be_so_is_refused_with_its_place(string yaml, string names)
    {
        var refused = Assert.Throws<FormatException>(() => Read(yaml + "\n"));
        Assert.Contains(names, refused.Message, StringComparison.Ordinal);
        Assert.Contains("p.yaml, line 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_instruments_are_the_ones_of_the_facts_and_same_things_are_found_from_both_sides()
    {
        Assert.Equal(["1", "2", "3", "4", "5", "6"], Book.Version("dgc", "2017-02")!.Clauses.Select(c => c.Id));
        Assert.Equal(9, Book.Version("dgc", "2017-04")!.Clauses.Count);
        Assert.Equal("abcdefghijk".Select(c => c.ToString()), Book.Version("un-gge", "2015")!.Clauses.Select(c => c.Id));
        Assert.Equal((9, 4, 1), (Book.Version("paris-call", "2018")!.Clauses.Count, Book.Version("tech-accord", "2018")!.Clauses.Count, Book.Version("us-cn", "2015")!.Clauses.Count));
        Assert.False(Book.Version("us-cn", "2015")!.Checked);
        Assert.Contains(ClauseRef.Parse("dgc/2017-04/6"), Book.Same(ClauseRef.Parse("un-gge/2015/j")));
        foreach (var version in Book.Versions)
            foreach (var clause in version.Clauses)
                foreach (var other in Book.Same(new(version.Instrument, version.Version, clause.Id)))
                    Assert.Contains(new ClauseRef(version.Instrument, version.Version, clause.Id), Book.Same(other));
        Assert.Null(Book.Find(ClauseRef.Parse("dgc/2017-02/9")));
    }

    [Fact]
    public void Every_state_of_the_list_is_found_by_each_of_its_names_and_codes()
    {
        Assert.Equal(250, Watch.States.All.Count(s => !s.Past));
        foreach (var state in Watch.States.All)
        {
            foreach (var name in (string[])[state.Code, state.Alpha3, state.Name, .. state.Aliases, .. state.Formerly])
                Assert.Equal(state, Watch.States.Find($" {name.ToUpperInvariant().Replace(" ", "  ", StringComparison.Ordinal)} "));
            if (state.Cow is { } cow)
                Assert.Equal(state, Watch.States.OfCow(cow));
            Assert.All(state.Became, code => Assert.NotNull(Watch.States.Find(code)));
        }
        Assert.Equal([2, 365, 630, 710, 731, 666, 750, 770], ((string[])["US", "RU", "IR", "CN", "KP", "IL", "IN", "PK"]).Select(code => Watch.States.Find(code)!.Cow!.Value));
        Assert.Null(Watch.States.Code("USSR"));
        Assert.Null(Watch.States.Find("Ruritania"));
        Assert.Null(Watch.States.WithLost("?ran?"));
        Assert.Equal("UA", Watch.States.WithLost("Ukra?ne")?.Code);
        Assert.Null(Watch.States.WithLost("?????"));
    }
}
