using System.Text;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Custody;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention.Tests.Vulnerabilities;

public class RegisterTests(Postgres postgres)
{
    public static TheoryData<string> Both => RegisterStand.Both;

    private const string Secret = "the parser of the X-Odd header copies 4 GiB";

    [Fact]
    public async Task A_reporters_message_opens_with_the_intake_key_in_plain_age_and_with_no_other()
    {
        await using var stand = await RegisterStand.Up("sqlite", postgres);
        var mail = RegisterStand.Mail(Secret);
        var receipt = await stand.Register.Take(ReportChannel.Mail, ReportSource.Researcher, mail, null, "intake", default);
        var box = Path.Combine(stand.Folder, "report.age");
        await File.WriteAllBytesAsync(box, (await stand.Register.Sealed(receipt.Report, default))!, TestContext.Current.CancellationToken);
        var (right, wrong) = (Path.Combine(stand.Folder, "right.key"), Path.Combine(stand.Folder, "wrong.key"));
        using var other = AgeIdentity.Generate();
        await File.WriteAllTextAsync(right, stand.Key.Export() + "\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(wrong, other.Export() + "\n", TestContext.Current.CancellationToken);
        if (await Place.Run("age", ["-d", "-i", right, box], []) is not var (code, opened, error))
        {
            Assert.Skip("age is not here");
            return;
        }
        Assert.True(code == 0, error);
        Assert.Equal(mail, opened);
        var refused = (await Place.Run("age", ["-d", "-i", wrong, box], []))!.Value;
        Assert.NotEqual(0, refused.Code);
        Assert.Empty(refused.Output);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task What_a_report_says_is_in_no_file_of_the_register_and_a_receipt_holds_the_ledgers_leaf(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var form = new ReportForm(ReportSource.Customer, "Example Mail Server", Secret, "ada@lab.example", "proof.txt", Encoding.UTF8.GetBytes(Secret));
        Assert.Empty(form.Faults());
        var receipt = await stand.Register.Take(ReportChannel.Page, form.Source, form.Message(stand.Clock.GetUtcNow()), null, "intake", default);
        var proven = Assert.Single(await stand.Register.Proven(receipt.Report, default));
        TlogProof.Parse(proven.Proof).Verify(new Leaf(proven.Tag, Commitment.Of(proven.Salt, proven.Bytes)), stand.Log);
        Assert.Equal(receipt.Leaf, TlogProof.Parse(proven.Proof).Index);
        foreach (var file in Directory.GetFiles(stand.Folder, "*", SearchOption.AllDirectories).Where(File.Exists).Where(f => Path.GetFileName(f) is not ("l.sock" or "lock")))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await open.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)));
            Assert.Equal(-1, bytes.ToArray().AsSpan().IndexOf("ada@lab.example"u8));
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task There_is_no_receipt_and_nothing_is_seen_until_the_ledger_has_it_and_then_all_is_there(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        await stand.StopLedger();
        var mail = RegisterStand.Mail(Secret);
        await Assert.ThrowsAsync<RecordException>(() => stand.Register.Take(ReportChannel.Mail, ReportSource.Unsaid, mail, null, "intake", default));
        Assert.Empty(await stand.Register.Reports(default));
        await stand.StartLedger();
        // The sender has no receipt and sends again: it is the same report.
        var receipt = await (await stand.Another()).Take(ReportChannel.Mail, ReportSource.Unsaid, mail, null, "intake", default);
        Assert.True(receipt.Again);
        Assert.Equal(receipt.Report, Assert.Single(await stand.Register.Reports(default)).Id);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_same_mail_by_two_ways_at_once_is_one_report(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var (one, other) = (stand.Register, await stand.Another());
        var receipts = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? one : other).Take(ReportChannel.Mail, ReportSource.Unsaid, RegisterStand.Mail(Secret), null, "intake", default)));
        Assert.Single(receipts.Select(r => r.Report).Distinct());
        Assert.Single(receipts, r => !r.Again);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Triage_goes_its_way_and_a_decision_stands(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var register = stand.Register;
        async Task<string> Report(ReportSource source) => (await register.Take(ReportChannel.Page, source, RegisterStand.Mail(Guid.NewGuid().ToString()), null, "intake", default)).Report;
        var first = await Report(ReportSource.Government);
        stand.Clock.Advance(TimeSpan.FromHours(5));
        var (second, third) = (await Report(ReportSource.Researcher), await Report(ReportSource.Customer));
        await register.Decide(second, TriageOutcome.NeedsInformation, null, "which version?", "niamh", default);
        var id = await register.Accept(second, RegisterStand.Description(), "seen again", "niamh", default);
        Assert.Matches("^exm-2026-[a-z2-9]{6}$", id);
        await register.Decide(first, TriageOutcome.Duplicate, id, "the same", "niamh", default);
        await register.Decide(third, TriageOutcome.NotAFault, null, "it is meant so", "niamh", default);
        var found = (await register.Find(id, default))!;
        // The first report is the one that came first, whichever was looked at first.
        Assert.Equal((ReportSource.Government, RegisterStand.Start), (found.ToldBy, found.Told));
        Assert.Equal([second, first], found.Reports);
        var again = await Assert.ThrowsAsync<RecordException>(() => register.Decide(third, TriageOutcome.Duplicate, id, "no, it is one", "niamh", default));
        Assert.Contains("was decided", again.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RecordException>(() => register.Accept("r-none", RegisterStand.Description(), "x", "niamh", default));
        await Assert.ThrowsAsync<RecordException>(() => register.Decide(first, TriageOutcome.NotAFault, null, "x", " ", default));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Two_who_decide_at_once_make_one_vulnerability_and_the_register_opens_again(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var (one, other) = (stand.Register, await stand.Another());
        for (var round = 0; round < 3; round++)
        {
            var report = (await one.Take(ReportChannel.Page, ReportSource.Unsaid, RegisterStand.Mail($"{round}"), null, "intake", default)).Report;
            async Task<string?> Accept(VulnerabilityRegister register)
            {
                try
                {
                    return await register.Accept(report, RegisterStand.Description(), "yes", "niamh", default);
                }
                catch (RecordException no)
                {
                    Assert.Contains("was decided", no.Message, StringComparison.Ordinal);
                    return null;
                }
            }
            var made = (await Task.WhenAll(Accept(one), Accept(other), Accept(one))).Where(id => id is not null).Distinct();
            Assert.Equal((await one.FindReport(report, default))!.Triage!.Vulnerability, Assert.Single(made));
        }
        Assert.Equal(3, (await (await stand.Another()).All(default)).Count);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Under_embargo_nothing_is_given_and_published_everything_is(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var (register, id) = (stand.Register, await stand.Accepted());
        Assert.Empty(await register.Published(default));
        Assert.Null(await register.FindPublished(id, default));
        Assert.Empty(await register.Documents(default));
        Assert.Equal("", Encoding.UTF8.GetString((await CsafProvider.Serve(register, "white/index.txt", default))!.Bytes));
        await Assert.ThrowsAsync<RecordException>(() => register.Tell(id, ["a"], (_, _) => Task.FromResult<string?>(null), "niamh", default));
        stand.Clock.Advance(TimeSpan.FromDays(20));
        await stand.State(id, Milestone.FixAvailable, "2026-12-10T10:00:00Z");
        Assert.Equal(1, await register.Publish(id, "first", "niamh", default));
        Assert.Equal(id, Assert.Single(await register.Published(default)).Id);
        Assert.Equal(2, (await register.Documents(default)).Count);
        stand.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, await register.Publish(id, "users were told", "niamh", default));
        var documents = await register.Documents(default);
        Assert.Equal(2, documents.Count);
        Assert.All(documents, d => Assert.Contains("\"version\": \"2\"", Encoding.UTF8.GetString(d.Bytes), StringComparison.Ordinal));
        Assert.Equal([$"2026/{id}-vex.json", $"2026/{id}.json"], Encoding.UTF8.GetString((await CsafProvider.Serve(register, "white/index.txt", default))!.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        // What is served is what was put on the record.
        var published = (VulnerabilityPublished)(await register.Proven(id, default))[^1].Event.Body;
        Assert.Equal(documents.ToDictionary(d => d.Path, d => d.Sha256), published.Documents);
        Assert.StartsWith(documents[0].Sha256 + "  ", Encoding.UTF8.GetString((await CsafProvider.Serve(register, documents[0].Path + ".sha256", default))!.Bytes), StringComparison.Ordinal);
        Assert.Null(await CsafProvider.Serve(register, "white/2026/../../secret.json", default));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task That_a_government_knew_is_said_with_evidence_only_and_a_correction_keeps_what_was_said(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var (register, id) = (stand.Register, await stand.Accepted());
        foreach (var (who, evidence) in ((string?, EvidenceNote[])[])[(null, [new("a filing", "https://court.example/7")]), ("XA", []), ("XA", [new("hearsay")])])
            await Assert.ThrowsAsync<RecordException>(() => stand.State(id, Milestone.FirstGovernmentKnowledge, "2025-03", who, evidence));
        var filing = new EvidenceNote("court filing, exhibit 7", "https://court.example/7", new string('a', 64));
        await stand.State(id, Milestone.FirstGovernmentKnowledge, "2025-03", "XA, by its own filing", filing);
        await stand.State(id, Milestone.FirstGovernmentKnowledge, "2025-01-17", "XA, by its own filing", filing);
        var found = (await register.Find(id, default))!;
        Assert.Equal("2025-01-17", found.Of(Milestone.FirstGovernmentKnowledge)!.When.Text);
        Assert.Equal("2025-03", Assert.Single(found.Earlier).Statement.When.Text);
        await register.Withdraw(id, Milestone.FirstGovernmentKnowledge, "the filing was about another fault", "niamh", default);
        found = (await register.Find(id, default))!;
        Assert.Null(found.Of(Milestone.FirstGovernmentKnowledge));
        Assert.Equal("the filing was about another fault", found.Earlier[^1].Withdrawn);
        await Assert.ThrowsAsync<RecordException>(() => register.Withdraw(id, Milestone.FirstGovernmentKnowledge, "again", "niamh", default));
        await Assert.ThrowsAsync<RecordException>(() => stand.State(id, Milestone.FixAvailable, "2026-11"));
        await Assert.ThrowsAsync<RecordException>(() => stand.State(id, Milestone.FirstKnownUse, "2027-01"));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Each_customer_is_told_once_for_a_revision_and_who_could_not_be_reached_is_tried_again(string store)
    {
        await using var stand = await RegisterStand.Up(store, postgres);
        var (register, id) = (stand.Register, await stand.Accepted());
        await register.Publish(id, "first", "niamh", default);
        var told = new List<string>();
        var away = true;
        Task<string?> Tell(Vulnerability of, string customer)
        {
            told.Add(customer);
            return Task.FromResult(customer == "b" && away ? "550 no such mailbox" : null);
        }
        Assert.Equal((1, 1), await register.Tell(id, ["a", "b"], Tell, "niamh", default));
        away = false;
        Assert.Equal((2, 0), await register.Tell(id, ["a", "b"], Tell, "niamh", default));
        Assert.Equal(["a", "b", "b"], told);
        var first = (await register.Find(id, default))!.Of(Milestone.UsersTold)!;
        Assert.StartsWith("2 customers", first.Who, StringComparison.Ordinal);
        // Asked for once more nobody is told again, nothing is said anew, and the day stays that of the first.
        stand.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal((2, 0), await register.Tell(id, ["a", "b"], Tell, "niamh", default));
        Assert.Equal(first.SaidAt, (await register.Find(id, default))!.Of(Milestone.UsersTold)!.SaidAt);
        Assert.Equal(RegisterStand.Start, first.When.Earliest);
    }

    [Theory]
    [InlineData("Auto-Submitted: auto-replied\r\n", "RFC 3834")]
    [InlineData("Return-Path: <>\r\n", "RFC 5321")]
    public void What_a_program_sent_by_itself_is_no_report(string header, string rule) => Assert.Contains(rule, MailReading.Of(RegisterStand.Mail("x", header)).Refused, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_mail_is_refused_and_says_why_and_nothing_crashes()
    {
        Assert.Null(MailReading.Of(RegisterStand.Mail("x")).Refused);
        Assert.Null(MailReading.Of(RegisterStand.Mail("x", "Auto-Submitted: no\r\n")).Refused);
        foreach (var bytes in (byte[][])[[], "hello"u8.ToArray(), new byte[1000], Encoding.UTF8.GetBytes("Subject: x\r\n\r\nno from"), new byte[MailReading.MostBytes + 1]])
            Assert.NotNull(MailReading.Of(bytes).Refused);
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = RegisterStand.Mail("x");
            for (var k = 0; k < 5; k++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = MailReading.Of(bytes);
        }
    }

    [Theory]
    [InlineData("cve: CVE-26-1", "line 1", "CVE")]
    [InlineData("cwe: 79", "line 1", "CWE")]
    [InlineData("cvss: CVSS:3.1/AV:N", "line 1", "CVSS")]
    [InlineData("severity: high", "line 1", "severity")]
    public void A_description_that_is_wrong_names_line_and_rule(string more, string place, string rule)
    {
        const string rest = "\ntitle: t\nsummary: s\nproducts:\n  - {name: p, affected: [1]}\n";
        var wrong = Assert.Throws<FormatException>(() => VulnerabilityDescription.Parse("f.yaml", Encoding.UTF8.GetBytes(more + rest)));
        Assert.Contains(place, wrong.Message, StringComparison.Ordinal);
        Assert.Contains(rule, wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- {name: p, affected: [\"<2.4\"]}", "neither one version")]
    [InlineData("- {name: p, affected: [1], fixed: [1]}", "one standing")]
    [InlineData("- {name: p, notAffected: {1: because}}", "vulnerableCodeNotPresent")]
    [InlineData("- {name: p}", "0 versions")]
    public void Products_that_are_wrong_are_refused(string product, string rule) => Assert.Contains(rule,
        Assert.Throws<FormatException>(() => VulnerabilityDescription.Parse("f.yaml", Encoding.UTF8.GetBytes($"title: t\nsummary: s\nproducts:\n  {product}\n"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0)]
    [InlineData("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6)]
    public void A_cvss_vector_has_the_score_that_its_authors_give(string vector, double score) => Assert.Equal((decimal)score, Cvss.Of(vector).Score);
}
