using Counterseal.Law;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

public class AccountTests
{
    private const string Maeve = """{"account":"acc-1","addresses":["Maeve.Quinn@mail.example","mq@mail.example"],"telephones":["353860001001"],"name":"Maeve Quinn","postal":"14 Harbour Row","created":"2019-06-08T04:05:54+01:00","services":["mail"],"mailbox":"a.mbox","sessions":[{"ip":"192.0.2.17","port":50123,"from":"2026-03-01T08:00:00Z","to":"2026-03-01T09:30:00Z"},{"ip":"2001:db8:0:0::1","from":"2026-04-01T08:00:00Z","to":"2026-04-01T09:00:00Z"},{"ip":"::ffff:192.0.2.18","port":1,"from":"2026-05-01T08:00:00Z"}]}""";

    private static ScopeItem Ip(string ip, int? port, string? at, params DataCategory[] categories) => Item(new Selector(SelectorKind.IpAddress, ip, port, At(at)), categories);

    [Theory]
    [InlineData("""{"account":"maeve","addresses":["a@b.example"]}""", """{"account":"rory","addresses":["a@b.example"]}""")]
    [InlineData("""{"account":"maeve","addresses":["a@b.example"]}""", """{"account":"maeve","addresses":["c@b.example"]}""")]
    [InlineData("""{"account":"maeve","addresses":["a@b.example"],"mailbox":"maeve.quinn"}""", "")]
    [InlineData("""{"account":"maeve","addresses":["a@b.example"],"mailbox":"../maeve.quinn"}""", "")]
    public void What_is_wrong_with_the_file_goes_to_the_log_by_its_line_and_without_a_name(string one, string other)
    {
        using var trial = new Trial().Account(one);
        if (other.Length > 0) trial.Account(other);
        var wrong = Assert.Throws<SourceException>(() => trial.Run(new ScopeItem(new Selector(SelectorKind.Mailbox, "a@b.example"), [DataCategory.Content], null, null), new ScopeItem(new Selector(SelectorKind.Account, "maeve"), [DataCategory.Content], null, null)));
        Assert.Contains("line", wrong.Message, StringComparison.Ordinal);
        foreach (var name in new[] { "maeve", "rory", "b.example" })
            Assert.DoesNotContain(name, wrong.ToString().Replace(trial.Folder, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Subscriber_data_has_no_session_and_no_mailbox()
    {
        using var trial = new Trial().Account(Maeve);
        var (report, sink) = trial.Run(Item(new Selector(SelectorKind.Account, "acc-1"), DataCategory.Subscriber) with { From = At("2030-01-01T00:00:00Z") });
        Assert.Equal(1, Assert.Single(report.Accounts).InScope);
        Assert.Equal(
            """{"account":"acc-1","addresses":["Maeve.Quinn@mail.example","mq@mail.example"],"telephones":["353860001001"],"name":"Maeve Quinn","postal":"14 Harbour Row","created":"2019-06-08T03:05:54Z","services":["mail"]}""" + "\n",
            sink.Text("A-ACC-1/subscriber.ndjson"));
    }

    [Fact]
    public void Sessions_that_overlap_the_range_are_in_scope()
    {
        using var trial = new Trial().Account(Maeve);
        ScopeItem Range(string? from, string? to) => new(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Identification], At(from), At(to));
        var (report, sink) = trial.Run(Range("2026-03-01T09:29:59Z", "2026-04-01T08:00:00Z"));
        Assert.Equal((1, 2), (report.Accounts[0].InScope, report.Accounts[0].OutOfScope));
        Assert.Equal("""{"ip":"192.0.2.17","port":50123,"from":"2026-03-01T08:00:00Z","to":"2026-03-01T09:30:00Z"}""" + "\n", sink.Text("A-ACC-1/sessions.ndjson"));
        Assert.Equal(0, trial.Run(Range("2026-03-01T09:30:00Z", "2026-04-01T08:00:00Z")).Report.Accounts[0].InScope);
        Assert.Equal(1, trial.Run(Range("2027-01-01T00:00:00Z", null)).Report.Accounts[0].InScope);
    }

    [Fact]
    public void Who_used_an_address_at_a_time_is_answered_with_that_session_only()
    {
        using var trial = new Trial().Account(Maeve);
        var (report, sink) = trial.Run(Ip("192.0.2.17", 50123, "2026-03-01T08:00:00Z", DataCategory.Identification));
        Assert.Equal((1, 2), (report.Accounts[0].InScope, report.Accounts[0].OutOfScope));
        Assert.Single(sink.Streams["A-ACC-1/sessions.ndjson"]);
    }

    [Theory]
    [InlineData("192.0.2.17", 50123, "2026-03-01T08:00:00Z", 1, false)]
    [InlineData("192.0.2.17", 50123, "2026-03-01T09:30:00Z", 0, false)]
    [InlineData("192.0.2.17", 50124, "2026-03-01T08:00:00Z", 0, false)]
    [InlineData("192.0.2.17", null, "2026-03-01T08:00:00Z", 0, true)]
    [InlineData("192.0.2.17", 50123, null, 0, true)]
    [InlineData("2001:DB8::1", 7, "2026-04-01T08:30:00Z", 1, false)]
    [InlineData("192.0.2.18", 1, "2026-12-01T08:00:00Z", 1, false)]
    [InlineData("::ffff:192.0.2.18", 1, "2026-12-01T08:00:00Z", 1, false)]
    [InlineData("192.0.2", 1, "2026-12-01T08:00:00Z", 0, true)]
    public void An_IP_address_is_found_by_port_and_time_only(string ip, int? port, string? at, int found, bool why)
    {
        using var trial = new Trial().Account(Maeve);
        var selector = Assert.Single(trial.Run(Ip(ip, port, at, DataCategory.Subscriber)).Report.Selectors);
        Assert.Equal((found, why), (selector.Accounts.Count, selector.Why is not null));
    }

    [Fact]
    public void Two_accounts_at_one_address_port_and_time_name_nobody()
    {
        const string session = "\"sessions\":[{\"ip\":\"192.0.2.1\",\"port\":5,\"from\":\"2026-01-01T00:00:00Z\"}]";
        using var trial = new Trial().Account($$"""{"account":"a",{{session}}}""").Account($$"""{"account":"b",{{session}}}""");
        var (report, sink) = trial.Run(Ip("192.0.2.1", 5, "2026-01-02T00:00:00Z", DataCategory.Subscriber));
        Assert.Empty(Assert.Single(report.Selectors).Accounts);
        Assert.Contains("2 accounts", report.Selectors[0].Why, StringComparison.Ordinal);
        Assert.Empty(sink.Streams);
    }

    [Theory]
    [InlineData(SelectorKind.Account, "ACC-1")]
    [InlineData(SelectorKind.Account, "acc-*")]
    [InlineData(SelectorKind.Mailbox, "*@mail.example")]
    [InlineData(SelectorKind.Mailbox, "nobody@mail.example")]
    [InlineData(SelectorKind.Telephone, "35386000100")]
    [InlineData(SelectorKind.Unknown, "acc-1")]
    public void A_selector_that_names_no_account_exactly_comes_to_nothing(SelectorKind kind, string value)
    {
        using var trial = new Trial().Account(Maeve);
        var (report, sink) = trial.Run(Item(new Selector(kind, value), DataCategory.Subscriber));
        Assert.Empty(Assert.Single(report.Selectors).Accounts);
        Assert.Empty(report.Accounts);
        Assert.Empty(sink.Streams);
    }

    [Fact]
    public void Accounts_come_in_order_of_first_mention()
    {
        using var trial = new Trial().Account("""{"account":"a","telephones":["1"]}""").Account("""{"account":"b","telephones":["1"]}""").Account("""{"account":"c"}""");
        var report = trial.Run(
            Item(new Selector(SelectorKind.Account, "c"), DataCategory.Subscriber), Item(new Selector(SelectorKind.Telephone, "1"), DataCategory.Subscriber),
            Item(new Selector(SelectorKind.Account, "a"), DataCategory.Subscriber)).Report;
        Assert.Equal(["A-C", "A-A", "A-B"], report.Accounts.Select(a => a.Account));
        Assert.Equal(["A-A", "A-B"], report.Selectors[1].Accounts);
    }

    [Fact]
    public void An_item_without_categories_collects_nothing_and_is_counted_for_all_four()
    {
        using var trial = new Trial().Account(Maeve);
        trial.MailFile("a.mbox", "From -\nA: b\n\nc\n");
        var item = Item(new Selector(SelectorKind.Mailbox, "mq@mail.example"));
        var (report, sink) = trial.Run(item);
        Assert.Single(report.Selectors[0].Accounts);
        Assert.Empty(report.Accounts);
        Assert.Empty(sink.Streams);
        Assert.Equal([1L, 3L, 1L, 1L], trial.Run([.. Custody.Collection.Counted(new Scope([item])).Items]).Report.Accounts.Select(a => a.InScope));
    }

    [Theory]
    [InlineData("""{"account":"a","colour":"red"}""", "field \"colour\"")]
    [InlineData("""{"account":"a","account":"b"}""", "repeated")]
    [InlineData("""{"addresses":["a@b.example"]}""", "field \"account\"")]
    [InlineData("""{"account":7}""", "field \"account\"")]
    [InlineData("""{"account":"a","addresses":["no"]}""", "field \"addresses[0]\"")]
    [InlineData("""{"account":"a","telephones":["1","+353"]}""", "field \"telephones[1]\"")]
    [InlineData("""{"account":"a","created":"2026-01-01T00:00:00"}""", "field \"created\"")]
    [InlineData("""{"account":"a","framing":"maybe"}""", "field \"framing\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"10.1","from":"2026-01-01T00:00:00Z"}]}""", "field \"sessions[0].ip\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"010.0.0.1","from":"2026-01-01T00:00:00Z"}]}""", "field \"sessions[0].ip\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"fe80::1%2","from":"2026-01-01T00:00:00Z"}]}""", "field \"sessions[0].ip\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"10.0.0.1","port":65536,"from":"2026-01-01T00:00:00Z"}]}""", "field \"sessions[0].port\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"10.0.0.1"}]}""", "field \"sessions[0].from\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"10.0.0.1","from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}]}""", "field \"sessions[0].to\"")]
    [InlineData("""{"account":"a","sessions":[{"ip":"10.0.0.1","from":"2026-01-01T00:00:00Z","x":1}]}""", "field \"sessions[0]\"")]
    [InlineData("""{"account":"a"} {}""", "one JSON object")]
    [InlineData("""{"account":"a",}""", "one JSON object")]
    [InlineData("""["account"]""", "not a JSON object")]
    [InlineData("""{"account":"a","name":"\ud800"}""", "field \"name\"")]
    [InlineData("""{"account":"a","name":{"a":{"a":{"a":{"a":1}}}}}""", "one JSON object")]
    public void A_broken_line_is_refused_with_file_line_and_field(string line, string says)
    {
        using var trial = new Trial().Account("""{"account":"first"}""").Account(line);
        var e = Assert.Throws<SourceException>(() => trial.Run(Item(new Selector(SelectorKind.Account, "first"), DataCategory.Subscriber)));
        Assert.Contains("accounts.ndjson: line 2", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_over_the_limit_is_refused_and_one_at_the_limit_is_not()
    {
        const string frame = """{"account":"a"}""";
        using (var fits = new Trial().Account(frame + new string(' ', AccountFile.LineLimit - frame.Length)).Account("""{"account":"b"}"""))
            Assert.Equal(2, fits.Run(Item(new Selector(SelectorKind.Account, "a"), DataCategory.Subscriber), Item(new Selector(SelectorKind.Account, "b"), DataCategory.Subscriber)).Report.Accounts.Count);
        using var trial = new Trial().Account("""{"account":"b"}""").Account(frame + new string(' ', AccountFile.LineLimit - frame.Length + 1));
        Assert.Contains("line 2", Assert.Throws<SourceException>(() => trial.Run(Item(new Selector(SelectorKind.Account, "a"), DataCategory.Subscriber))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"account":"a"}""", """{"account":"a"}""", SelectorKind.Account, "a")]
    [InlineData("""{"account":"a","addresses":["x@y.example"]}""", """{"account":"b","addresses":["X@Y.example"]}""", SelectorKind.Mailbox, "x@y.example")]
    public void Two_lines_for_one_name_or_address_are_refused(string first, string second, SelectorKind kind, string value)
    {
        using var trial = new Trial().Account(first).Account(second);
        var e = Assert.Throws<SourceException>(() => trial.Run(Item(new Selector(kind, value), DataCategory.Subscriber)));
        Assert.Contains("lines 1 and 2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.mbox")]
    [InlineData("/etc/hostname")]
    [InlineData("x/../../outside.mbox")]
    [InlineData("./a.mbox")]
    [InlineData("link.mbox")]
    [InlineData("linked/outside.mbox")]
    [InlineData("missing.mbox")]
    [InlineData("folder")]
    public void A_mailbox_that_is_missing_or_leaves_the_mail_folder_is_an_error(string mailbox)
    {
        using var trial = new Trial().Account($$"""{"account":"acc-1","mailbox":"{{mailbox}}"}""");
        var outside = Path.Combine(trial.Folder, "outside.mbox");
        File.WriteAllText(outside, "From -\nA: b\n\nc\n");
        File.CreateSymbolicLink(Path.Combine(trial.Sources.Mail, "link.mbox"), outside);
        Directory.CreateSymbolicLink(Path.Combine(trial.Sources.Mail, "linked"), trial.Folder);
        Directory.CreateDirectory(Path.Combine(trial.Sources.Mail, "folder", "cur"));
        trial.MailFile("a.mbox", "From -\nA: b\n\nc\n");
        Assert.Contains("line 1, field \"mailbox\"", Assert.Throws<SourceException>(() => trial.Run(Mail(DataCategory.Content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_account_without_mail_has_no_mail_and_one_with_mail_must_name_its_mailbox()
    {
        using var none = new Trial().Account("""{"account":"acc-1","services":["telephony"]}""");
        Assert.Equal(0, Assert.Single(none.Run(Mail(DataCategory.Content)).Report.Accounts).InScope);
        using var unnamed = new Trial().Account("""{"account":"acc-1","services":["mail"]}""");
        Assert.Contains("names no mailbox", Assert.Throws<SourceException>(() => unnamed.Run(Mail(DataCategory.Content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_accounts_file_is_an_error()
    {
        using var trial = new Trial();
        Assert.Contains("accounts.ndjson", Assert.Throws<SourceException>(() => trial.Run(Mail(DataCategory.Content))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops_the_collector()
    {
        using var trial = new Trial().Mbox("From -\nA: b\n\nc\n");
        File.WriteAllText(trial.Sources.Accounts, """{"account":"acc-1","mailbox":"a.mbox"}""");
        Assert.Throws<OperationCanceledException>(() =>
            Custody.Collection.Run(trial.Sources, new Scope([Mail(DataCategory.Content)]), n => n, new CountSink(), new CancellationToken(canceled: true)));
    }
}
