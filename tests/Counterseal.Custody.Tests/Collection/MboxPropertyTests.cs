using System.Diagnostics;
using System.Text;
using Counterseal.Law;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>Laws of the mbox reader over many mailboxes, whole and damaged; seeded, so that a failure comes again.</summary>
[Collection(nameof(Alone))]
public class MboxPropertyTests
{
    private static readonly byte[][] _pieces =
    [
        .. ((string[])
        [
            "From ", "\nFrom ", ">From ", "\n>>From x", "From - \n", "From -\nA: b\n\n", "\r\n", "\n", "\n\n", "\r", ">", ":", " ", "Content-Length: ", "Content-Length: 12\n", "Content-Length: 99999999999999999999\n", "0",
            "12", "From a@b.example Thu Jan  1 00:00:00 2026\n", "Received: x; Sun, 1 Mar 2026 10:00:00 +0200\n", "Date: Sun, 1 Mar 2026 10:00:00 (((\n", "Date: Sun, 1 Mar 99999 10:00 +9999\n", "Subject: =?", "\0\0\0", "body\n",
            "\nFrom -\nReceived: x; Sun, 1 Mar 2026 10:00:00 +0200\n\nbody\n", "\nFrom -\nDate: Sun, 1 Mar 2020 10:00:00 EST\n\nbody\n\n", "\r\nFrom a@b.example Thu Jan  1 00:00:00 2026\r\nA: b\r\n\r\nbody\r\n\r\n",
        ]).Select(Encoding.UTF8.GetBytes), [0xFF, 0xFE, 0x80], [0xC3], Encoding.UTF8.GetBytes(new string('y', 1100)),
    ];

    /// <summary>A mailbox of well-formed and broken parts.</summary>
    private static byte[] Mailbox(Random dice)
    {
        using var bytes = new MemoryStream();
        for (var i = dice.Next(60); i > 0; i--) bytes.Write(_pieces[dice.Next(_pieces.Length)]);
        var text = bytes.ToArray();
        for (var i = dice.Next(4); i > 0 && text.Length > 0; i--) text[dice.Next(text.Length)] = (byte)dice.Next(256);
        return text;
    }

    [Fact]
    public void Every_byte_of_any_file_belongs_to_one_entry_and_nothing_crashes()
    {
        using var trial = new Trial();
        var path = Path.Combine(trial.Folder, "x.mbox");
        for (var seed = 0; seed < 1500; seed++)
        {
            var bytes = Mailbox(new Random(seed));
            File.WriteAllBytes(path, bytes);
            foreach (var framing in Enum.GetValues<MboxFraming>())
            {
                using var reader = new MboxReader(path, framing, 2 * (MessageReader.HeaderLimit + MboxFromLine.Lookahead));
                long at = 0;
                while (reader.Read(CancellationToken.None))
                {
                    if (at == 0 && reader.Start > 0) Assert.True(bytes.AsSpan(0, (int)reader.Start).IndexOfAnyExcept(" \t\r\n"u8) < 0, $"seed {seed}");
                    else Assert.True(at == reader.Start, $"seed {seed}: a gap before {reader.Start}");
                    at = reader.End;
                    Assert.True(reader.End > reader.Start && reader.End <= bytes.Length, $"seed {seed}");
                    if (reader.Fault is not null) continue;
                    using var message = new MemoryStream();
                    reader.CopyTo(message.Write, CancellationToken.None);
                    Assert.Equal(reader.Size, message.Length);
                    var stored = bytes.AsSpan((int)reader.Start, reader.FromLine.Length + (int)reader.Size);
                    Assert.True(stored.StartsWith(reader.FromLine) && stored.EndsWith(message.ToArray()), $"seed {seed}");
                    Assert.True(bytes.AsSpan((int)reader.Start + stored.Length, (int)reader.End - (int)reader.Start - stored.Length).ToArray() is [] or [(byte)'\n'] or [(byte)'\r', (byte)'\n'], $"seed {seed}");
                }
                if (at < bytes.Length) Assert.True(at == 0 && bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0, $"seed {seed}: not all was read");
            }
        }
    }

    [Fact]
    public void Records_read_are_in_scope_or_out_of_scope_or_unreadable_and_the_three_add_up()
    {
        using var trial = new Trial().Mbox("");
        var path = Path.Combine(trial.Sources.Mail, "a.mbox");
        long unreadable = 0, outOfScope = 0, inScope = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            File.WriteAllBytes(path, Mailbox(new Random(seed)));
            var all = Assert.Single(trial.Run(Mail(DataCategory.Content)).Report.Accounts);
            var before = Assert.Single(trial.Run(Mail(DataCategory.Content, null, "2026-02-01T00:00:00Z")).Report.Accounts);
            var after = Assert.Single(trial.Run(Mail(DataCategory.Content, "2026-02-01T00:00:00Z")).Report.Accounts);
            var records = all.InScope + all.OutOfScope + all.UnreadableTotal;
            Assert.Equal(records, before.InScope + before.OutOfScope + before.UnreadableTotal);
            Assert.Equal(records, after.InScope + after.OutOfScope + after.UnreadableTotal);
            // What is in one half of time is out of the other, and what has no time is in neither.
            Assert.Equal((before.InScope, before.UnreadableTotal), (after.OutOfScope, after.UnreadableTotal));
            (inScope, outOfScope, unreadable) = (inScope + after.InScope, outOfScope + after.OutOfScope, unreadable + after.UnreadableTotal);
        }
        Assert.True(inScope > 100 && outOfScope > 100 && unreadable > 100, $"the mailboxes must exercise all three: {inScope} {outOfScope} {unreadable}");
    }

    [Fact]
    public void What_leaves_comes_back_as_what_was_stored()
    {
        using var trial = new Trial().Mbox("", ",\"framing\":\"from\"");
        var stored = Path.Combine(trial.Sources.Mail, "a.mbox");
        var given = Path.Combine(trial.Folder, "given.mbox");
        var messages = 0;
        for (var seed = 0; seed < 500; seed++)
        {
            File.WriteAllBytes(stored, Mailbox(new Random(seed)));
            File.WriteAllBytes(given, trial.Run(Mail(DataCategory.Content)).Sink.Bytes("A-ACC-1/content.mbox"));
            var before = Messages(stored).ToList();
            var after = Messages(given).Select(m => (m.From, Unquoted(m.Bytes))).ToList();
            Assert.Equal(before.Count, after.Count);
            for (var i = 0; i < before.Count; i++)
            {
                Assert.True(after[i].From.AsSpan().TrimEnd("\r\n"u8).SequenceEqual(before[i].From.AsSpan().TrimEnd("\r\n"u8)), $"seed {seed}");
                // A last line without an ending is given one, a header block the empty line that ends it; nothing else may change.
                var (b, a) = (before[i].Bytes, after[i].Item2);
                var more = a.AsSpan(Math.Min(b.Length, a.Length));
                var hasBody = Encoding.Latin1.GetString(b) is var text && (text.StartsWith('\n') || text.StartsWith("\r\n", StringComparison.Ordinal) || text.Contains("\n\n", StringComparison.Ordinal) || text.Contains("\n\r\n", StringComparison.Ordinal));
                Assert.True(a.AsSpan().StartsWith(b) && more.TrimEnd("\r\n"u8).Length == 0 && more.Count((byte)'\n') <= (hasBody ? 1 : 2), $"seed {seed}: {text}");
                messages++;
            }
        }
        Assert.True(messages > 500, "the mailboxes must hold messages");
    }

    [Fact]
    public void The_writer_gives_the_same_bytes_however_they_are_cut_into_pieces()
    {
        for (var seed = 0; seed < 1500; seed++)
        {
            var dice = new Random(seed);
            var bytes = Mailbox(dice);
            using var whole = new MemoryStream();
            var writer = new MboxrdWriter(whole.Write);
            writer.Begin("From -\n"u8);
            writer.Write(bytes);
            writer.End();

            using var cut = new MemoryStream();
            writer = new MboxrdWriter(cut.Write);
            writer.Begin("From -\n"u8);
            for (var at = 0; at < bytes.Length;)
            {
                var n = Math.Min(bytes.Length - at, dice.Next(0, 9));
                writer.Write(bytes.AsSpan(at, n));
                at += n;
            }
            writer.End();
            Assert.True(whole.ToArray().AsSpan().SequenceEqual(cut.ToArray()), $"seed {seed}");

            var expected = Encoding.Latin1.GetBytes(System.Text.RegularExpressions.Regex.Replace(
                Encoding.Latin1.GetString(bytes), "(?<=^|\n)(>*From )", ">$1", System.Text.RegularExpressions.RegexOptions.None));
            Assert.True(whole.ToArray().AsSpan("From -\n".Length, expected.Length).SequenceEqual(expected), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("From ")]
    [InlineData("\nFrom \n")]
    [InlineData("From -\n")]
    [InlineData("From a@b.example Thu Jan  1 00:00:00 2026\n")]
    [InlineData("From -\nContent-Length: 7\n\n")]
    [InlineData("From -\nContent-Length: 8000000\n\n")]
    [InlineData("From -\nDate: (((((((((((((((\n")]
    [InlineData("A: b\n")]
    [InlineData(">")]
    [InlineData("\n")]
    [InlineData("\0")]
    public void Hostile_repetition_takes_bounded_time_and_memory(string unit)
    {
        using var trial = new Trial().Mbox(string.Concat(Enumerable.Repeat(unit, 4_000_000 / unit.Length)));
        var watch = Stopwatch.StartNew();
        var scope = new Scope([Mail(DataCategory.Content, "2026-01-01T00:00:00Z"), Mail(DataCategory.Traffic)]);
        File.WriteAllText(trial.Sources.Accounts, """{"account":"acc-1","mailbox":"a.mbox"}""");
        var report = Custody.Collection.Run(trial.Sources, scope, n => n, new CountSink(), CancellationToken.None);
        Assert.All(report.Accounts, a => Assert.True(a.Unreadable.Count <= Custody.Collection.ListedUnreadable));
        // Generous, for a busy machine: each takes well under a second alone, and a reader that is not linear takes minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"{unit}: {watch.Elapsed}");
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) < 300_000_000, unit);
    }

    private static byte[] Unquoted(byte[] bytes) =>
        Encoding.Latin1.GetBytes(System.Text.RegularExpressions.Regex.Replace(Encoding.Latin1.GetString(bytes), "(?<=^|\n)>(>*From )", "$1"));

    private static IEnumerable<(byte[] From, byte[] Bytes)> Messages(string path)
    {
        using var reader = new MboxReader(path, MboxFraming.From);
        while (reader.Read(CancellationToken.None))
        {
            if (reader.Fault is not null) continue;
            using var bytes = new MemoryStream();
            reader.CopyTo(bytes.Write, CancellationToken.None);
            yield return (reader.FromLine.ToArray(), bytes.ToArray());
        }
    }
}
