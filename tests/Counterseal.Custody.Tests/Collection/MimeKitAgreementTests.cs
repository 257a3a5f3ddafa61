using Counterseal.Cli;
using Counterseal.Law;
using MimeKit;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>MimeKit as the judge of how an mbox is to be read.</summary>
public class MimeKitAgreementTests
{
    private sealed record Judged(long Offset, long HeadersEnd, byte[] Bytes, MimeMessage Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_real_mailbox_of_1996_is_read_as_MimeKit_reads_it(bool respectContentLength)
    {
        var path = SharedMailbox();
        var judged = Judge(path, respectContentLength);
        Assert.Equal(29, judged.Count);
        AssertSame(judged, path);
    }

    [Fact]
    public void Each_message_of_the_real_mailbox_is_in_scope_or_out_of_scope_or_unreadable_with_its_offset()
    {
        var path = SharedMailbox();
        using var trial = new Trial().Mbox(File.ReadAllBytes(path));
        var judged = Judge(path, false);

        var everything = trial.Run(Mail(DataCategory.Content), Mail(DataCategory.Traffic)).Report.Accounts;
        Assert.All(everything, a => Assert.Equal((29, 0, 0), (a.InScope, a.OutOfScope, a.UnreadableTotal)));

        var (from, to) = ("1996-07-01T00:00:00Z", "1997-01-01T00:00:00Z");
        var (report, sink) = trial.Run(Mail(DataCategory.Content, from, to));
        var result = Assert.Single(report.Accounts);
        Assert.Equal(29, result.InScope + result.OutOfScope + result.UnreadableTotal);

        // By the sender's Date alone, which differs by days at most here, the same messages are in range.
        var expected = judged.Where(j => j.Message.Date >= At(from) && j.Message.Date < At(to)).Select(j => j.Message.MessageId).ToList();
        var given = Judge(Write(trial, sink.Bytes("A-ACC-1/content.mbox")), false).Select(j => j.Message.MessageId).ToList();
        Assert.Equal(expected, given);
        Assert.Equal(expected.Count, result.InScope);
        Assert.Empty(result.Unreadable);
    }

    [Fact]
    public void What_leaves_is_read_by_MimeKit_as_the_same_messages_that_are_stored()
    {
        using var trial = new Trial();
        DemoMail.Write(trial.Folder);
        var (_, sink) = trial.Run(Item(new Selector(SelectorKind.Account, "acc-1001"), DataCategory.Content));
        var stored = Path.Combine(trial.Sources.Mail, "acc-1001.mbox");
        AssertSame(Judge(stored, false), stored);

        var before = Judge(stored, false);
        var after = Judge(Write(trial, sink.Bytes("A-ACC-1001/content.mbox")), false);
        Assert.Equal(before.Count, after.Count);
        for (var i = 0; i < before.Count; i++) Assert.Equal(before[i].Bytes, Unquoted(after[i].Bytes));
    }

    [Fact]
    public void The_headers_of_the_traffic_records_are_those_that_MimeKit_reads()
    {
        var path = SharedMailbox();
        using var trial = new Trial().Mbox(File.ReadAllBytes(path));
        var records = trial.Run(Mail(DataCategory.Traffic)).Sink.Streams["A-ACC-1/traffic.ndjson"];
        var judged = Judge(path, false);
        for (var i = 0; i < judged.Count; i++)
        {
            using var record = System.Text.Json.JsonDocument.Parse(records[i]);
            foreach (var (member, field) in (ReadOnlySpan<(string, HeaderId)>)[("from", HeaderId.From), ("to", HeaderId.To), ("cc", HeaderId.Cc), ("date", HeaderId.Date), ("messageId", HeaderId.MessageId), ("received", HeaderId.Received)])
            {
                var expected = judged[i].Message.Headers.Where(h => h.Id == field).Select(h => Flat(h.RawValue)).ToArray();
                var given = record.RootElement.TryGetProperty(member, out var list) ? list.EnumerateArray().Select(v => v.GetString()!).ToArray() : [];
                Assert.Equal(expected, given);
            }
        }
    }

    private static string Flat(byte[] raw) => System.Text.Encoding.Latin1.GetString(raw).ReplaceLineEndings("").Trim(' ', '\t');

    private static void AssertSame(List<Judged> judged, string path)
    {
        using var reader = new MboxReader(path, MboxFraming.Either);
        var i = 0;
        for (; reader.Read(CancellationToken.None); i++)
        {
            Assert.Null(reader.Fault);
            Assert.Equal(judged[i].Offset, reader.Start);
            Assert.Equal(judged[i].HeadersEnd, reader.Start + reader.FromLine.Length + reader.Headers.Length + 1);
            using var bytes = new MemoryStream();
            reader.CopyTo(bytes.Write, CancellationToken.None);
            Assert.Equal(reader.Size, bytes.Length);
            Assert.Equal(judged[i].Bytes, Trimmed(bytes.ToArray()));
        }
        Assert.Equal(judged.Count, i);
    }

    /// <summary>MimeKit counts the line ending before a From line now to the message, now not; a message's own bytes are compared without the line endings at its end.</summary>
    private static byte[] Trimmed(byte[] bytes) => bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();

    private static byte[] Unquoted(byte[] bytes) =>
        System.Text.Encoding.Latin1.GetBytes(System.Text.RegularExpressions.Regex.Replace(System.Text.Encoding.Latin1.GetString(bytes), "^>(>*From )", "$1", System.Text.RegularExpressions.RegexOptions.Multiline));

    private static List<Judged> Judge(string path, bool respectContentLength)
    {
        var file = File.ReadAllBytes(path);
        using var stream = new MemoryStream(file);
        var parser = new MimeParser(new ParserOptions { RespectContentLength = respectContentLength }, stream, MimeFormat.Mbox);
        var all = new List<Judged>();
        MimeMessageEndEventArgs? end = null;
        parser.MimeMessageEnd += (_, e) => end = e.Parent is null ? e : end;
        while (!parser.IsEndOfStream)
        {
            var message = parser.ParseMessage();
            all.Add(new Judged(parser.MboxMarkerOffset, end!.HeadersEndOffset, Trimmed(file[(int)end.BeginOffset..(int)end.EndOffset]), message));
        }
        return all;
    }

    private static string Write(Trial trial, byte[] bytes)
    {
        var path = Path.Combine(trial.Folder, "given.mbox");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string SharedMailbox()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "counterseal.slnx"))) at = at.Parent;
        var path = Path.Combine(at?.Parent?.FullName ?? "", "shared", "mail", "content-length.mbox");
        if (!File.Exists(path)) Assert.Skip("The real mailbox is data of others and not in this tree; it is looked for in ../shared/mail.");
        return path;
    }
}
