using Counterseal.Law;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

public class MaildirTests
{
    private const string Stream = "A-ACC-1/content.mbox";

    private static Trial Maildir(params (string Name, string Text)[] files)
    {
        var trial = new Trial().Account("""{"account":"acc-1","mailbox":"md"}""");
        foreach (var part in (string[])["cur", "new", "tmp"]) Directory.CreateDirectory(Path.Combine(trial.Sources.Mail, "md", part));
        foreach (var (name, text) in files) trial.MailFile(Path.Combine("md", name), text);
        return trial;
    }

    private static string Message(string subject, string received = "Sun, 1 Mar 2026 10:00:00 +0200") =>
        $"Received: by mx.b.example; {received}\nSubject: {subject}\n\nFrom here\n";

    [Fact]
    public void Messages_come_by_name_each_once_with_a_From_line_made_for_them()
    {
        using var trial = Maildir(
            ("cur/1700000003.a:2,S", Message("third")), ("new/1700000001.a", Message("first")), ("cur/1700000002.a:2,RS", Message("second")),
            ("new/1700000002.a", Message("second, seen twice while it moves")), ("tmp/1700000000.a", Message("not delivered")), ("cur/.hidden", Message("hidden")));
        var (report, sink) = trial.Run(Mail(DataCategory.Content, "2026-03-01T08:00:00Z", "2026-03-01T08:00:01Z"));
        Assert.Equal((3, 0, 0), (report.Accounts[0].InScope, report.Accounts[0].OutOfScope, report.Accounts[0].UnreadableTotal));
        Assert.Equal(
            string.Concat(((string[])["first", "second", "third"]).Select(s => "From MAILER-DAEMON Sun Mar 1 08:00:00 2026\n" + Message(s).Replace("From here", ">From here", StringComparison.Ordinal) + "\n")),
            sink.Text(Stream));
    }

    [Fact]
    public void Folders_beside_the_inbox_belong_to_the_account()
    {
        using var trial = Maildir(("cur/1700000001.a:2,S", Message("inbox")), (".Sent/cur/1700000001.a:2,S", Message("sent")), (".Sent/new/x", Message("x")), (".Sent/tmp/x", ""));
        Assert.Equal(3, trial.Run(Mail(DataCategory.Content)).Report.Accounts[0].InScope);
    }

    [Fact]
    public void What_cannot_be_read_is_named_and_not_passed_over()
    {
        using var trial = Maildir(("cur/1:2,S", Message("one")), ("cur/2:2,S", ""), ("cur/3:2,S", string.Concat(Enumerable.Repeat("X: 0123456789\n", 20000)) + "\nbody"), ("cur/4/x", ""));
        var outside = trial.MailFile("outside", Message("outside"));
        File.CreateSymbolicLink(Path.Combine(trial.Sources.Mail, "md/new/5"), outside);
        Directory.CreateSymbolicLink(Path.Combine(trial.Sources.Mail, "md/.Elsewhere"), trial.Folder);
        var (report, sink) = trial.Run(Mail(DataCategory.Content));
        var result = Assert.Single(report.Accounts);
        Assert.Equal(1, result.InScope);
        Assert.Equal(["cur/2:2,S", "cur/3:2,S", "cur/4", "new/5", ".Elsewhere"], result.Unreadable.Select(u => u.Place));
        Assert.DoesNotContain("outside", sink.Text(Stream), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_name_tells_the_time_when_nothing_else_does()
    {
        using var trial = Maildir(("cur/1772359200.M1P2.host:2,S", "Subject: x\n\nbody\n"), ("cur/nonsense:2,S", "Subject: y\n\nbody\n"), ("cur/1700000000.old:2,S", "Date: Sun, 1 Mar 2026 10:00:00 +0000\n\nbody\n"));
        var result = Assert.Single(trial.Run(Mail(DataCategory.Content, "2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z")).Report.Accounts);
        Assert.Equal((2, 0), (result.InScope, result.OutOfScope));
        Assert.Equal("cur/nonsense:2,S", Assert.Single(result.Unreadable).Place);
        Assert.Equal([new BasisCount(TimeBasis.Date, 1), new BasisCount(TimeBasis.FileName, 1)], result.Times);
    }

    [Fact]
    public void A_message_of_any_size_passes_through()
    {
        var body = string.Concat(Enumerable.Repeat("0123456789\nFrom x\n", 200000));
        using var trial = Maildir(("cur/1:2,S", "Subject: big\n\n" + body));
        var text = trial.Run(Mail(DataCategory.Content)).Sink.Text(Stream);
        Assert.EndsWith("\n\n" + body.Replace("From x", ">From x", StringComparison.Ordinal) + "\n", text, StringComparison.Ordinal);
    }
}
