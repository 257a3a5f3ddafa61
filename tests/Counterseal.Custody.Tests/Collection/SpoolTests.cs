using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>A collection that is cut off anywhere and taken up again comes to the same as one that was not.</summary>
public class SpoolTests
{
    private static readonly ScopeItem[] Scope =
    [
        new(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Subscriber, DataCategory.Identification, DataCategory.Traffic, DataCategory.Content], Trial.At("2026-10-05T00:00:00Z"), Trial.At("2026-10-25T00:00:00Z")),
        new(new Selector(SelectorKind.Account, "acc-2"), [DataCategory.Content], null, null),
    ];

    /// <summary>Passes on until it is told to fail, as a full disk would or a kill.</summary>
    private sealed class Cut(IRecordSink sink, int after) : IRecordSink
    {
        private int left = after;

        public void Begin(string name, string extension) => sink.Begin(name, extension);

        public void Write(ReadOnlySpan<byte> piece)
        {
            if (left-- == 0)
                throw new IOException("cut off");
            sink.Write(piece);
        }

        public void EndRecord() => sink.EndRecord();

        public void End() => sink.End();
    }

    private static Trial Sources()
    {
        var trial = new Trial();
        var mbox = new StringBuilder();
        for (var day = 1; day <= 30; day++)
        {
            var at = new DateTimeOffset(2026, 10, day, 12, 0, 0, TimeSpan.Zero);
            mbox.Append(CultureInfo.InvariantCulture, $"From x@example.org {at.UtcDateTime:ddd MMM dd HH:mm:ss yyyy}\nFrom: x@example.org\nDate: {at.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\nSubject: {day}\n\n{new string('b', day * 40)}\n\n");
            if (day == 12)
                mbox.Append(CultureInfo.InvariantCulture, $"From x@example.org {at.UtcDateTime:ddd MMM dd HH:mm:ss yyyy}\nX: {new string('h', 300_000)}\n\nno header block is this long\n\n");
            trial.MailFile($"rory/{(day % 3 == 0 ? "new" : "cur")}/17{day:D8}.M{day}.host:2,S", $"From: y@example.org\nDate: {at.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\nSubject: r{day}\n\nbody {day}\n");
        }
        Directory.CreateDirectory(Path.Combine(trial.Sources.Mail, "rory", "tmp"));
        trial.Mbox(mbox.ToString(), ",\"sessions\":[{\"ip\":\"192.0.2.17\",\"port\":50123,\"from\":\"2026-10-06T08:00:00Z\",\"to\":\"2026-10-06T09:30:00Z\"}]");
        trial.Account("""{"account":"acc-2","addresses":["rory@b.example"],"mailbox":"rory"}""");
        return trial;
    }

    private static (string Report, Recorded Sink) Whole(Trial trial)
    {
        var (report, sink) = trial.Run(Scope);
        return (Json(report), sink);
    }

    private static string Json(CollectionReport report) => JsonSerializer.Serialize(report, LawJson.Options);

    private static CollectionReport Collect(Trial trial, AgeIdentity vault, IRecordSink sink, long segment, out Spool spool, Action<long, long>? passed = null, string rules = "{}")
    {
        using var store = new MailStore(trial.Sources);
        using var kept = spool = new Spool(Path.Combine(trial.Folder, "spool"), vault, segment, sink);
        return Custody.Collection.Run([store], new Scope(Scope), name => "A-" + name.ToUpperInvariant(), spool, spool, passed, new Minimisation(MinimisationRules.Read(Encoding.UTF8.GetBytes(rules)), address => $"P({address})"), CancellationToken.None);
    }

    private static void Same(Recorded expected, Recorded sink)
    {
        Assert.Equal(expected.Streams.Keys, sink.Streams.Keys);
        Assert.All(expected.Streams, stream => Assert.Equal(stream.Value, sink.Streams[stream.Key]));
    }

    [Fact]
    public void What_was_left_out_before_the_cut_is_counted_on_and_under_other_rules_it_begins_anew()
    {
        const string rules = """{"privileged":{"addresses":["x@example.org"]}}""";
        using var trial = Sources();
        using var vault = AgeIdentity.Generate();
        _ = Whole(trial);
        var whole = Json(Collect(trial, vault, new Recorded(), 1, out _, rules: rules));
        Spool.Delete(Path.Combine(trial.Folder, "spool"));
        Assert.Contains("privileged: held for counsel", whole, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => Collect(trial, vault, new Cut(new Recorded(), 5), 1, out _, rules: rules));
        Assert.Throws<CannotResumeException>(() => Collect(trial, vault, new Recorded(), 1, out _));
        Assert.Equal(whole, Json(Collect(trial, vault, new Recorded(), 1, out var spool, rules: rules)));
        Assert.True(spool.Resumed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2000)]
    [InlineData(100_000)]
    public void Cut_off_anywhere_and_taken_up_again_it_comes_to_the_same(long segment)
    {
        using var trial = Sources();
        var (report, whole) = Whole(trial);
        using var vault = AgeIdentity.Generate();
        var resumed = 0;
        for (var after = 0; ; after += 7)
        {
            var sink = new Recorded();
            CollectionReport came;
            try
            {
                came = Collect(trial, vault, new Cut(sink, after), segment, out _);
            }
            catch (IOException)
            {
                sink = new Recorded();
                came = Collect(trial, vault, sink, segment, out var spool);
                resumed += spool.Resumed ? 1 : 0;
            }
            Assert.Equal(report, Json(came));
            Same(whole, sink);
            if (after > 2 * whole.Streams.Values.Sum(stream => stream.Count) && !Directory.EnumerateFiles(Path.Combine(trial.Folder, "spool"), "*.partial").Any())
                break;
            Spool.Delete(Path.Combine(trial.Folder, "spool"));
        }
        Assert.True(segment > 50_000 || resumed > 5, $"{resumed} resumed");
    }

    [Fact]
    public void Cut_off_again_and_again_it_gets_on_and_reads_nothing_twice_that_is_kept()
    {
        using var trial = Sources();
        var (report, whole) = Whole(trial);
        using var vault = AgeIdentity.Generate();
        var (attempts, segments) = (0, 0);
        long behind = 0;
        while (true)
        {
            var sink = new Recorded();
            var first = long.MaxValue;
            try
            {
                // What was kept does not count towards the next cut: each attempt gets some records further.
                var replayed = Directory.Exists(Path.Combine(trial.Folder, "spool")) ? Replayed(trial, vault) : 0;
                var came = Collect(trial, vault, new Cut(sink, replayed + 20), 300, out _, (read, _) => first = Math.Min(first, read));
                Assert.Equal(report, Json(came));
                Same(whole, sink);
                break;
            }
            catch (IOException)
            {
                attempts++;
                var now = Directory.EnumerateFiles(Path.Combine(trial.Folder, "spool"), "*.age").Count();
                Assert.True(now >= segments, "a closed segment was lost");
                // What an attempt reads begins no earlier than that of the one before.
                Assert.True(first >= behind, $"{first} bytes where {behind} were read before");
                (segments, behind) = (now, first == long.MaxValue ? behind : first);
            }
        }
        Assert.True(attempts > 3, $"{attempts} attempts");
    }

    [Fact]
    public void Mail_that_comes_meanwhile_is_not_in_it_and_a_mailbox_written_anew_begins_anew()
    {
        using var trial = Sources();
        var (report, whole) = Whole(trial);
        using var vault = AgeIdentity.Generate();
        var mbox = Path.Combine(trial.Sources.Mail, "a.mbox");
        // Within the mbox's content, after some of it was kept.
        var content = 1 + 1 + whole.Streams["A-ACC-1/traffic.ndjson"].Count;
        Assert.Throws<IOException>(() => Collect(trial, vault, new Cut(new Recorded(), content + 50), 300, out _));
        File.AppendAllText(mbox, "From x@example.org Thu Oct  8 12:00:00 2026\nFrom: x@example.org\nDate: Thu, 08 Oct 2026 12:00:00 +0000\n\ncame later\n\n");
        var sink = new Recorded();
        Assert.Equal(report, Json(Collect(trial, vault, sink, 300, out var spool)));
        Assert.True(spool.Resumed);
        Same(whole, sink);

        Spool.Delete(Path.Combine(trial.Folder, "spool"));
        Assert.Throws<IOException>(() => Collect(trial, vault, new Cut(new Recorded(), content + 50), 300, out _));
        File.WriteAllText(mbox, File.ReadAllText(mbox).Replace('b', 'c'));
        Assert.Throws<CannotResumeException>(() => Collect(trial, vault, new Recorded(), 300, out _));
    }

    [Fact]
    public void What_is_kept_is_for_the_vault_only_each_segment_under_a_key_of_its_own_and_damage_is_noticed()
    {
        using var trial = Sources();
        Whole(trial);
        using var vault = AgeIdentity.Generate();
        Collect(trial, vault, new Recorded(), 300, out _);
        var segments = Directory.EnumerateFiles(Path.Combine(trial.Folder, "spool")).Order(StringComparer.Ordinal).ToList();
        Assert.True(segments.Count > 5);
        Assert.Equal(segments.Count, segments.Select(path => Encoding.Latin1.GetString(File.ReadAllBytes(path)).Split("\n---")[0]).Distinct().Count());
        Assert.All(segments, path => Assert.DoesNotContain("example.org", Encoding.Latin1.GetString(File.ReadAllBytes(path)), StringComparison.Ordinal));
        using var stranger = AgeIdentity.Generate();
        Assert.Throws<CannotResumeException>(() => Collect(trial, stranger, new Recorded(), 300, out _));
        var bytes = File.ReadAllBytes(segments[2]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(segments[2], bytes);
        Assert.Throws<CannotResumeException>(() => Collect(trial, vault, new Recorded(), 300, out _));
    }

    private static int Replayed(Trial trial, AgeIdentity vault)
    {
        var writes = new Counting();
        using var spool = new Spool(Path.Combine(trial.Folder, "spool"), vault, 300, writes);
        return writes.Writes;
    }

    private sealed class Counting : IRecordSink
    {
        public int Writes { get; private set; }

        public void Begin(string name, string extension) { }

        public void Write(ReadOnlySpan<byte> piece) => Writes++;

        public void EndRecord() { }

        public void End() { }
    }
}
