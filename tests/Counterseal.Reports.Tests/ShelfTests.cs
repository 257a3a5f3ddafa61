using Counterseal.Desk;
using Counterseal.Ledger;

namespace Counterseal.Reports.Tests;

public sealed class ShelfTests : IDisposable
{
    private static readonly HalfYear Half = new(2025, 1);

    private readonly string folder = Directory.CreateTempSubdirectory("cs-shelf-").FullName;
    private readonly List<(string What, string Digest, string? Beside)> ledger = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<ProvenEvent> Put(string what, string digest, string? beside, string? reason)
    {
        if (ledger.Find(one => one.What == what) is { What: not null } same && same.Digest != digest)
            throw new DeskException("published", "other bytes", "");
        ledger.Add((what, digest, beside));
        return Task.FromResult(new ProvenEvent(DeskEvent.Of(DeskEvent.Own, ledger.Count, DateTimeOffset.UnixEpoch, "ana", new Published(what, digest, beside, reason)).Canonical, "", "", ""));
    }

    private static Report Of(int answered) => ReportMaking.Of(
        [.. Enumerable.Range(0, answered).Select(i => new CountedDemand { Id = $"{i}", Received = Half.From, Answered = Half.From.AddHours(i), Country = "DE", Authority = $"{i % 3}", Outcome = i % 2 == 0 ? Outcome.Rejected : Outcome.Partly })],
        Half, CountTests.Ground, Half.To);

    [Fact]
    public async Task What_was_published_stays_and_a_correction_stands_beside_it()
    {
        var shelf = new ReportShelf(folder);
        Assert.Empty(shelf.Reports());
        var first = await shelf.Publish(Half, () => Of(40), Put);
        var again = await Assert.ThrowsAsync<ReportException>(() => shelf.Publish(Half, () => Of(41), Put));
        Assert.Equal("published", again.Code);
        var before = await File.ReadAllBytesAsync(Path.Combine(folder, "2025-H1", "report.json"), TestContext.Current.CancellationToken);
        await shelf.Correct(Half, "a court has spoken", (report, number) => new Erratum(1, "Example Mail", report.Period, number, report.Digest, "a court has spoken", Half.To, [], "<5"), Put);
        await shelf.Correct(Half, "another has", (report, number) => new Erratum(1, "Example Mail", report.Period, number, report.Digest, "another has", Half.To, [], "0"), Put);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(folder, "2025-H1", "report.json"), TestContext.Current.CancellationToken));
        var found = Assert.Single(shelf.Reports());
        Assert.Equal(first.Report.Digest, found.Report.Digest);
        Assert.Equal(["a court has spoken", "another has"], found.Errata.Select(one => one.Erratum.Reason));
        Assert.Equal([("report/2025-H1", null), ("report/2025-H1/erratum-1", "report/2025-H1"), ("report/2025-H1/erratum-2", "report/2025-H1")], ledger.Select(one => (one.What, one.Beside)));
        Assert.Equal("unknown", (await Assert.ThrowsAsync<ReportException>(() => shelf.Correct(Half.Next, "none", (_, _) => throw new InvalidOperationException(), Put))).Code);
    }

    [Fact]
    public async Task After_a_crash_between_the_ledger_and_the_folder_the_very_same_bytes_are_published()
    {
        var shelf = new ReportShelf(folder);
        await Assert.ThrowsAsync<IOException>(() => shelf.Publish(Half, () => Of(40), async (what, digest, beside, reason) =>
        {
            await Put(what, digest, beside, reason);
            throw new IOException("the power went");
        }));
        Assert.Empty(shelf.Reports());
        // By now it would be counted otherwise; what is on the ledger is what must be shown.
        var published = await shelf.Publish(Half, () => Of(60), Put);
        Assert.Equal(40, published.Report.Totals.Answered);
        Assert.Equal(ledger[0].Digest, published.Report.Digest);
        Assert.Single(shelf.Reports());
    }

    [Fact]
    public async Task An_erratum_that_was_interrupted_is_ended_with_its_own_reason_and_whoever_gives_another_is_told()
    {
        var shelf = new ReportShelf(folder);
        await shelf.Publish(Half, () => Of(40), Put);
        Erratum Make(Report report, int number, string reason) => new(1, "Example Mail", report.Period, number, report.Digest, reason, Half.To, [], "0");
        await Assert.ThrowsAsync<IOException>(() => shelf.Correct(Half, "a slip", (report, number) => Make(report, number, "a slip"), (_, _, _, _) => throw new IOException("away")));
        var told = await Assert.ThrowsAsync<ReportException>(() => shelf.Correct(Half, "a court", (report, number) => Make(report, number, "a court"), Put));
        Assert.Equal("finished", told.Code);
        Assert.Equal(2, (await shelf.Correct(Half, "a court", (report, number) => Make(report, number, "a court"), Put)).Number);
        Assert.Equal(["a slip", "a court"], shelf.Find(Half)!.Errata.Select(one => one.Erratum.Reason));
    }

    [Fact]
    public async Task A_statement_holds_until_it_expires_and_is_renewed_by_its_own_key_or_said_not_to_be()
    {
        var shelf = new ReportShelf(folder);
        using var ana = NoteSigner.Generate("ana.example");
        using var bo = NoteSigner.Generate("bo.example");
        var (start, text) = (new DateOnly(2026, 1, 1), "We have never handed over a key.");
        await shelf.State(Statement.Sign("keys", start, start.AddDays(180), text, ana).Note, Put);
        var only = Assert.Single(Statement.Newest(shelf.Statements()));
        Assert.True(only.Newest.Holds(start) && only.Newest.Holds(start.AddDays(179)) && !only.Newest.Holds(start.AddDays(180)) && !only.Newest.Holds(start.AddDays(-1)));
        await shelf.State(Statement.Sign("keys", start.AddDays(170), start.AddDays(350), text, ana).Note, Put);
        Assert.Equal((1, true), Statement.Newest(shelf.Statements()).Select(one => (one.Renewed, one.SameKey)).Single());
        Assert.Equal("old", (await Assert.ThrowsAsync<ReportException>(() => shelf.State(Statement.Sign("keys", start.AddDays(100), start.AddDays(300), text, ana).Note, Put))).Code);
        await shelf.State(Statement.Sign("keys", start.AddDays(340), start.AddDays(500), text, bo).Note, Put);
        Assert.Equal((2, false), Statement.Newest(shelf.Statements()).Select(one => (one.Renewed, one.SameKey)).Single());
        // The same note again is no second publication.
        var count = ledger.Count;
        await shelf.State(shelf.Statements()[0].Note, Put);
        Assert.Equal(count, ledger.Count);
    }

    [Fact]
    public void A_statement_that_somebody_else_wrote_or_that_never_expires_is_refused_with_its_line()
    {
        using var ana = NoteSigner.Generate("ana.example");
        var start = new DateOnly(2026, 1, 1);
        var good = Statement.Sign("keys", start, start.AddDays(10), "True.", ana);
        Assert.Contains("does not verify", Assert.Throws<FormatException>(() => Statement.Read([.. good.Note.Select((b, i) => i == System.Text.Encoding.UTF8.GetString(good.Note).IndexOf("True", StringComparison.Ordinal) ? (byte)'t' : b)])).Message, StringComparison.Ordinal);
        Assert.Contains("line 5", Assert.Throws<FormatException>(() => Statement.Sign("keys", start, start.AddDays(401), "True.", ana)).Message, StringComparison.Ordinal);
        Assert.Contains("line 5", Assert.Throws<FormatException>(() => Statement.Sign("keys", start, start, "True.", ana)).Message, StringComparison.Ordinal);
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => Statement.Sign("../keys", start, start.AddDays(10), "True.", ana)).Message, StringComparison.Ordinal);
        Assert.Contains("line 6", Assert.Throws<FormatException>(() => Statement.Sign("keys", start, start.AddDays(10), " ", ana)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_erratum_says_moves_only_where_enough_demands_made_the_same_one()
    {
        CountedDemand Demand(int i, Outcome then, Outcome? since) => new() { Id = $"{i}", Received = Half.From, Answered = Half.From.AddDays(1), Country = "DE", Authority = $"{i}", Outcome = then, Since = since, Customers = [$"{i}"] };
        var demands = Enumerable.Range(0, 30).Select(i => Demand(i, Outcome.Challenged, i < 12 ? Outcome.ContentDisclosed : i < 14 ? Outcome.Rejected : null)).ToList();
        var report = ReportMaking.Of(demands, Half, CountTests.Ground, Half.To);
        var erratum = Erratum.Make(report, demands, ReportForms.Default, 1, "the court", Half.To);
        // Two were rejected since; they are gathered with the twelve, which are the only others.
        Assert.Empty(erratum.Moves);
        Assert.Equal("14", erratum.Others);
        Assert.Equal("<5", Erratum.Make(report, [.. demands.Take(3)], ReportForms.Default, 1, "the court", Half.To).Others);
        var twelve = Erratum.Make(report, [.. demands.Take(12)], ReportForms.Default, 1, "the court", Half.To);
        Assert.Equal([new ErratumMove("challenged", "contentDisclosed", 12)], twelve.Moves);
        Assert.Equal("0", twelve.Others);
        Assert.Equal(twelve.Digest, Erratum.Read(twelve.Bytes()).Digest);
    }

    [Fact]
    public void A_country_that_is_served_otherwise_is_marked_and_one_that_is_not_is_not()
    {
        var draw = new Random(5);
        CountedDemand Demand(int i, string country, double no) => new()
        {
            Id = $"{country}{i}",
            Received = Half.From,
            Answered = Half.From.AddDays(1),
            Country = country,
            Authority = $"{country}{i % 5}",
            Outcome = draw.NextDouble() < no ? Outcome.Rejected : Outcome.NonContentDisclosed,
            Customers = [$"{country}{i}"],
        };
        var demands = new[] { ("AA", 0.3), ("BB", 0.3), ("CC", 0.75) }.SelectMany(one => Enumerable.Range(0, 200).Select(i => Demand(i, one.Item1, one.Item2))).ToList();
        var found = EqualTreatment.Of(ReportSum.Of([ReportMaking.Of(demands, Half, CountTests.Ground, Half.To)])).Where(one => one.What == "answeredNo").ToList();
        Assert.Equal(["AA", "BB", "CC"], found.Select(one => one.Country).Order(StringComparer.Ordinal));
        Assert.True(found.Single(one => one.Country == "CC").Differs);
        foreach (var one in found)
        {
            Assert.Equal(demands.Count(demand => demand.Country == one.Country && demand.Outcome == Outcome.Rejected), one.Count);
            Assert.InRange(one.Rate, one.Low, one.High);
            Assert.Equal(demands.Count(demand => demand.Country != one.Country && demand.Outcome == Outcome.Rejected) / 400.0, one.Others!.Value, 12);
        }
        // Equal rates, many draws: at 99.9 % hardly ever one is marked.
        var marked = Enumerable.Range(0, 60).Sum(_ => EqualTreatment.Of(ReportSum.Of([ReportMaking.Of([.. new[] { "AA", "BB" }.SelectMany(c => Enumerable.Range(0, 80).Select(i => Demand(i, c, 0.4)))], Half, CountTests.Ground, Half.To)])).Count(one => one is { Differs: true, What: "answeredNo" }));
        Assert.InRange(marked, 0, 6);
    }

    [Fact]
    public void Wilsons_interval_is_that_of_the_textbook() // 15 of 50 at 95 %: 0.191 to 0.438
    {
        var (low, high) = EqualTreatment.Wilson(15, 50, 1.959964);
        Assert.Equal((0.191, 0.438), (Math.Round(low, 3), Math.Round(high, 3)));
        Assert.Equal(0, EqualTreatment.Wilson(0, 10, 1.959964).Low, 12);
    }

    [Fact]
    public void A_name_from_outside_is_no_formula_in_a_spreadsheet()
    {
        var demands = Enumerable.Range(0, 40).Select(i => new CountedDemand { Id = $"{i}", Received = Half.From, Answered = Half.From.AddDays(1), Country = i < 20 ? "AA" : "BB", Authority = i % 2 == 0 ? "=cmd|' /c calc'!a0" : "court, the \"high\"", Outcome = Outcome.Rejected }).ToList();
        var csv = ReportCsv.Of(ReportMaking.Of(demands, Half, CountTests.Ground, Half.To));
        Assert.DoesNotContain(",=cmd", csv, StringComparison.Ordinal);
        Assert.Contains(",\"court, the \"\"high\"\"\",", csv, StringComparison.Ordinal);
        Assert.All(csv.Split("\r\n")[..^1], line => Assert.True(line.Split(',').Length >= 9));
    }
}
