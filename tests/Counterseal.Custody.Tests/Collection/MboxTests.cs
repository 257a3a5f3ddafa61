using System.Text;
using Counterseal.Law;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

public class MboxTests
{
    private const string Stream = "A-ACC-1/content.mbox";

    private static string Message(string subject, string received, string body = "Hello.\n") =>
        $"From x@y.example Thu Jan  1 00:00:00 2026\nReceived: by mx.b.example; {received}\nSubject: {subject}\n\n{body}\n";

    [Fact]
    public void Only_what_lies_in_the_time_range_reaches_the_sink()
    {
        using var trial = new Trial().Mbox(
            Message("before", "Sat, 28 Feb 2026 23:59:59 +0000") +
            Message("first", "Sun, 1 Mar 2026 01:00:00 +0100") +
            Message("last", "Tue, 31 Mar 2026 23:59:59 +0000") +
            Message("after", "Wed, 1 Apr 2026 00:00:00 +0000"));
        var (report, sink) = trial.Run(Mail(DataCategory.Content, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"));

        var result = Assert.Single(report.Accounts);
        Assert.Equal((2, 2, 0), (result.InScope, result.OutOfScope, result.Unreadable.Count));
        Assert.Contains("Subject: first", sink.Text(Stream), StringComparison.Ordinal);
        Assert.Contains("Subject: last", sink.Text(Stream), StringComparison.Ordinal);
        Assert.DoesNotContain("before", sink.Text(Stream), StringComparison.Ordinal);
        Assert.DoesNotContain("after", sink.Text(Stream), StringComparison.Ordinal);
        Assert.Equal([new BasisCount(TimeBasis.Received, 2)], result.Times);
    }

    [Fact]
    public void A_message_reached_by_several_items_goes_once()
    {
        using var trial = new Trial().Mbox(Message("one", "Sun, 1 Mar 2026 00:00:00 +0000") + Message("two", "Thu, 1 Jan 2026 00:00:00 +0000"));
        var (report, sink) = trial.Run(
            Mail(DataCategory.Content, "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"),
            Item(new Selector(SelectorKind.Mailbox, "a@b.example"), DataCategory.Content) with { From = At("2026-02-15T00:00:00Z") });
        Assert.Single(sink.Streams[Stream]);
        Assert.Equal((1, 1), (Assert.Single(report.Accounts).InScope, report.Accounts[0].OutOfScope));
    }

    [Fact]
    public void What_was_stored_comes_back_when_one_sign_is_taken_off_each_quoted_line()
    {
        var body = "Dear all,\n\nFrom now on.\n>From then.\n>>From before\n > From\nFrom\n";
        using var trial = new Trial().Mbox(Message("quoting", "Sun, 1 Mar 2026 00:00:00 +0000", body));
        var (report, sink) = trial.Run(Mail(DataCategory.Content));
        Assert.Equal(1, Assert.Single(report.Accounts).InScope);
        Assert.Contains("\n\nDear all,\n\n>From now on.\n>>From then.\n>>>From before\n > From\nFrom\n\n", sink.Text(Stream), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_before_the_first_From_line_are_unreadable_at_offset_0()
    {
        using var trial = new Trial().Mbox("Subject: lost\n\nbody\n\n" + Message("found", "Sun, 1 Mar 2026 00:00:00 +0000"));
        var (report, sink) = trial.Run(Mail(DataCategory.Content));
        var result = Assert.Single(report.Accounts);
        Assert.Equal("0", Assert.Single(result.Unreadable).Place);
        Assert.DoesNotContain("lost", sink.Text(Stream), StringComparison.Ordinal);
        Assert.Equal(1, result.InScope);
    }

    [Fact]
    public void A_message_without_any_time_is_unreadable_for_a_range_and_in_scope_without_one()
    {
        var timeless = "From -\nDate: Thu, 31 Feb 2026 10:00:00 +0000\nSubject: when\n\nbody\n\n";
        using var trial = new Trial().Mbox(Message("a", "Sun, 1 Mar 2026 00:00:00 +0000") + timeless);
        var (ranged, sink) = trial.Run(Mail(DataCategory.Content, "2026-01-01T00:00:00Z"));
        Assert.Equal((1, 0), (ranged.Accounts[0].InScope, ranged.Accounts[0].OutOfScope));
        var place = int.Parse(Assert.Single(ranged.Accounts[0].Unreadable).Place, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Message("a", "Sun, 1 Mar 2026 00:00:00 +0000").Length, place);
        Assert.DoesNotContain("when", sink.Text(Stream), StringComparison.Ordinal);
        Assert.Equal(2, trial.Run(Mail(DataCategory.Content)).Report.Accounts[0].InScope);
    }

    [Theory]
    [InlineData("From x@y.example Thu Jan  1 00:00:00 2026", "Received: x; Sun, 1 Mar 2026 10:00:00 +0200", "2026-03-01T08:00:00Z", "received")]
    [InlineData("From x@y.example Thu Jan  1 00:00:00 2026", "Received: from sender without a time", "2026-01-01T00:00:00Z", "fromLine")]
    [InlineData("From x@y.example Thu Jan  1 00:00:00 2026 +0100", "X: y", "2025-12-31T23:00:00Z", "fromLine")]
    [InlineData("From - Thu Jan  1 00:00:00 2026", "Date: Sun, 1 Mar 2026 10:00:00 +0200", "2026-01-01T00:00:00Z", "fromLine")]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 10:00:00 EDT (what (ever))", "2026-03-01T14:00:00Z", "date")]
    [InlineData("From -", "Date: 25 Sep 92 14:13 pdt", "1992-09-25T21:13:00Z", "date")]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 10:00:60 Z\nDate: Sun, 1 Mar 2020 10:00:60 Z", "2026-03-01T10:01:00Z", "date")]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 10:00:00 CEST", null, null)]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 10:00:00", null, null)]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 25:00:00 +0000", null, null)]
    [InlineData("From -", "Date: Foo, 1 Mar 2026 10:00:00 +0000", null, null)]
    [InlineData("From -", "Date: Sun, 1 Mar 12026 10:00:00 +0000", null, null)]
    [InlineData("From -", "Date: Sun, 1 Mar 2026 10:00:00 +9900", null, null)]
    [InlineData("From -", "Date:", null, null)]
    public void The_time_comes_from_our_own_server_first(string fromLine, string header, string? time, string? basis)
    {
        using var trial = new Trial().Mbox($"{fromLine}\n{header}\n\nbody\n");
        var line = trial.Run(Mail(DataCategory.Traffic)).Sink.Text("A-ACC-1/traffic.ndjson");
        if (time is null) Assert.DoesNotContain("\"time\"", line, StringComparison.Ordinal);
        else Assert.Contains($"\"time\":\"{time}\",\"timeFrom\":\"{basis}\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Traffic_has_neither_subject_nor_body_wherever_they_hide()
    {
        using var trial = new Trial().Mbox(
            "From x@y.example Thu Jan  1 00:00:00 2026\nFrom: \"Zoë\" <z@y.example>\nTo: a@b.example\rSubject: SECRET1\nsubject : SECRET2\nCc: c@d.example,\n\te@f.example\n" +
            "SUBJECT:\n SECRET3\nX-Note: SECRET4\nThread-Topic: SECRET5\nMessage-ID: <1@y.example>\nComments: SECRET6\n\nTo: SECRET7\n\nSECRET8\n");
        var line = trial.Run(Mail(DataCategory.Traffic)).Sink.Text("A-ACC-1/traffic.ndjson");
        Assert.DoesNotContain("SECRET", line, StringComparison.Ordinal);
        Assert.Equal(
            """{"time":"2026-01-01T00:00:00Z","timeFrom":"fromLine","from":["\"Zoë\" <z@y.example>"],"to":["a@b.example"],"cc":["c@d.example,\te@f.example"],"messageId":["<1@y.example>"],"size":230}""" + "\n",
            line);
    }

    [Fact]
    public void Lines_that_end_in_CRLF_stay_as_they_are()
    {
        var text = (Message("one", "Sun, 1 Mar 2026 00:00:00 +0000") + Message("two", "Sun, 1 Mar 2026 00:00:00 +0000")).Replace("\n", "\r\n", StringComparison.Ordinal);
        using var trial = new Trial().Mbox(text);
        var (report, sink) = trial.Run(Mail(DataCategory.Content, "2026-03-01T00:00:00Z"));
        Assert.Equal(2, report.Accounts[0].InScope);
        Assert.Equal(text, sink.Text(Stream));
    }

    [Fact]
    public void A_From_line_needs_no_empty_line_before_it_and_the_last_line_no_ending()
    {
        using var trial = new Trial().Mbox("From - \nA: 1\n\nbody\nFrom -\nA: 2\n\nFrom me@x.example Mon Jun  3 12:50:27 1996\nA: 3\nFrom - \nA: 4\n\nend");
        var (report, sink) = trial.Run(Mail(DataCategory.Content));
        Assert.Equal(4, report.Accounts[0].InScope);
        Assert.Equal("From - \nA: 4\n\nend\n\n", Encoding.UTF8.GetString(sink.Streams[Stream][3]));
    }

    [Theory]
    [InlineData("", 1, 0, 1)]
    [InlineData(",\"framing\":\"length\"", 2, 0, 0)]
    [InlineData(",\"framing\":\"from\"", 3, 0, 0)]
    public void Where_Content_Length_and_From_lines_disagree_the_operator_must_say_which(string more, int inScope, int outOfScope, int unreadable)
    {
        var body = "See:\nFrom q@r.example Mon Jun  3 12:50:27 1996\nSubject: inner\n\nquoted mail\n";
        var text = $"From -\nSubject: outer\nContent-Length: {body.Length}\n\n{body}\nFrom -\nSubject: next\n\nbody\n";
        using var trial = new Trial().Mbox(text, more);
        var result = Assert.Single(trial.Run(Mail(DataCategory.Content)).Report.Accounts);
        Assert.Equal((inScope, outOfScope, unreadable), (result.InScope, result.OutOfScope, result.Unreadable.Count));
        if (unreadable > 0) Assert.Equal("0", result.Unreadable[0].Place);
    }

    [Fact]
    public void A_message_larger_than_the_buffer_passes_through_whole()
    {
        var line = new string('x', 70) + "\n>From here\nFrom there\n";
        var body = string.Concat(Enumerable.Repeat(line, 3 * MboxReader.BufferLength / line.Length));
        using var trial = new Trial().Mbox(Message("small", "Sun, 1 Mar 2026 00:00:00 +0000") + Message("huge", "Sun, 1 Mar 2026 00:00:00 +0000", body) + Message("last", "Sun, 1 Mar 2026 00:00:00 +0000"));
        var (report, sink) = trial.Run(Mail(DataCategory.Content, "2026-01-01T00:00:00Z"));
        Assert.Equal(3, report.Accounts[0].InScope);
        var expected = Message("huge", "Sun, 1 Mar 2026 00:00:00 +0000", body.Replace(">From here\nFrom there", ">>From here\n>From there", StringComparison.Ordinal));
        Assert.Equal(expected, Encoding.UTF8.GetString(sink.Streams[Stream][1]));
    }

    [Fact]
    public void A_header_block_over_the_limit_is_unreadable_and_the_next_message_is_not()
    {
        using var trial = new Trial().Mbox("From -\n" + string.Concat(Enumerable.Repeat("X-Long: 0123456789\n", 20000)) + "\nbody\n\n" + Message("next", "Sun, 1 Mar 2026 00:00:00 +0000"));
        var result = Assert.Single(trial.Run(Mail(DataCategory.Traffic)).Report.Accounts);
        Assert.Equal((1, "0"), (result.InScope, Assert.Single(result.Unreadable).Place));
    }

    [Fact]
    public void Unreadable_places_are_listed_up_to_a_limit_and_counted_beyond()
    {
        using var trial = new Trial().Mbox(string.Concat(Enumerable.Repeat("From -\nA: b\n\nc\n\n", 5000)));
        var result = Assert.Single(trial.Run(Mail(DataCategory.Content, "2026-01-01T00:00:00Z")).Report.Accounts);
        Assert.Equal((Custody.Collection.ListedUnreadable, 5000), (result.Unreadable.Count, result.UnreadableTotal));
    }

    [Fact]
    public void An_empty_mbox_has_no_messages()
    {
        using var trial = new Trial().Mbox("");
        var (report, sink) = trial.Run(Mail(DataCategory.Content));
        Assert.Equal(0, Assert.Single(report.Accounts).InScope);
        Assert.Empty(sink.Streams);
    }
}
