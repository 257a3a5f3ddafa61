using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Watch.Tests;

/// <summary>Tests that measure the process run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public static class Alone;

/// <summary>Feeds that break the rules: a clear remark, bounded memory, and the rest goes on.</summary>
[Collection(nameof(Alone))]
public class HostileFeedTests
{
    private static readonly string Three = Feed.Bundle(Feed.Indicator("1", "[domain-name:value = 'one.example']"), Feed.Indicator("2", "[domain-name:value = 'two.example']"), Feed.Indicator("3", "[domain-name:value = 'three.example']"));

    [Fact]
    public void A_bundle_cut_at_any_place_gives_what_came_before_and_says_that_it_is_cut()
    {
        var whole = Encoding.UTF8.GetBytes(Three);
        for (var length = 0; length < whole.Length; length++)
        {
            var into = Feed.Stix(whole[..length]);
            var complete = Encoding.UTF8.GetString(whole, 0, length).Split("\"valid_from\":\"2026-01-01T00:00:00Z\"}").Length - 1;
            Assert.Equal(complete, into.Indicators.Count);
            Assert.Contains(into.Dropped(), r => r.What.Contains("ends", StringComparison.Ordinal) || r.What.Contains("empty", StringComparison.Ordinal));
        }

        Assert.Empty(Feed.Stix(whole).Remarks.All);
    }

    [Fact]
    public void An_object_that_is_not_UTF8_costs_that_object()
    {
        var bytes = Encoding.UTF8.GetBytes(Three);
        bytes[Three.IndexOf("two.example", StringComparison.Ordinal)] = 0xFF;
        var into = Feed.Stix(bytes);
        var remark = Assert.Single(into.Dropped());
        Assert.Equal(("This is not UTF-8.", 2L, "/objects/1"), (remark.What, remark.Line, remark.At));
        Assert.Equal(2, into.Indicators.Count);
    }

    [Fact]
    public void Half_a_surrogate_pair_costs_that_object()
    {
        var into = Feed.Stix(Three.Replace("[domain-name:value = 'two.example']", "\\ud800", StringComparison.Ordinal));
        Assert.Equal("/objects/1", Assert.Single(into.Dropped()).At);
        Assert.Equal(2, into.Indicators.Count);
    }

    [Fact]
    public void Nesting_of_any_depth_costs_that_object()
    {
        foreach (var depth in new[] { 65, 200, 1_000_000 })
        {
            var deep = $$"""{"type":"indicator","id":"indicator--d","x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
            var into = Feed.Stix(Feed.Bundle(Feed.Indicator("1"), deep, Feed.Indicator("3")));
            Assert.Equal(2, into.Indicators.Count);
            Assert.Contains("inside one another", Assert.Single(into.Dropped()).What, StringComparison.Ordinal);
        }

        // Deep around the objects instead of in them.
        var around = Feed.Stix(string.Concat(Enumerable.Repeat("{\"objects\":", 1_000_000)));
        Assert.Contains(around.Dropped(), r => r.What.Contains("ends in the middle", StringComparison.Ordinal) || r.What.Contains("cut off", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(',', "comma")]
    [InlineData('}', "closes")]
    public void A_stray_sign_between_objects_costs_nothing(char sign, string word)
    {
        var into = Feed.Stix(Three.Replace("},\n", sign == ',' ? "},,\n" : "},\n", StringComparison.Ordinal).Replace("]}", sign == ',' ? ",]}" : "}}", StringComparison.Ordinal));
        Assert.Equal(3, into.Indicators.Count);
        Assert.Empty(into.Dropped());
        Assert.Contains(into.Mended(), r => r.What.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void A_quote_that_is_not_closed_costs_at_most_what_is_on_its_line()
    {
        var into = Feed.Stix(Three.Replace("\"indicator--2\"", "\"indicator--2", StringComparison.Ordinal));
        Assert.Contains("indicator--1", into.Indicators.Select(i => i.Id));
        Assert.NotEmpty(into.Dropped());
    }

    [Fact]
    public void A_line_of_two_gigabytes_costs_its_object_and_no_memory()
    {
        Bounded(TimeSpan.FromSeconds(20), () =>
        {
            using var stream = new LongStream("{\"objects\":[" + Feed.Indicator("1") + ",{\"type\":\"indicator\",\"id\":\"indicator--2\",\"pattern\":\"", (byte)'a', 1L << 31, "\"}," + Feed.Indicator("3") + "]}");
            var into = Feed.Stix(stream, "long.json");
            Assert.Equal(["indicator--1", "indicator--3"], into.Indicators.Select(i => i.Id));
            var remark = Assert.Single(into.Dropped());
            Assert.Equal(("/objects/1", 1L), (remark.At, remark.Line));
            Assert.Contains("more than 4194304 bytes", remark.What, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_CSV_line_of_two_gigabytes_costs_its_record_and_no_memory()
    {
        foreach (var quote in new[] { "", "\"" })
        {
            Bounded(TimeSpan.FromSeconds(60), () =>
            {
                using var stream = new LongStream("value\none.example\n" + quote, (byte)'a', quote.Length > 0 ? 200L << 20 : 1L << 31, quote + "\nthree.example\n");
                var into = new Intelligence();
                new CsvReader(CsvMapping.Read("""{"columns":{"value":"value"},"fixed":{"type":"domain"}}"""u8.ToArray()), "test", into).Read(stream, "long.csv");
                Assert.Equal(["one.example", "three.example"], into.Indicators.Select(i => i.Text));
                Assert.Equal(3, Assert.Single(into.Dropped()).Line);
            });
        }
    }

    [Fact]
    public void A_file_beyond_the_limit_is_read_to_the_limit()
    {
        var into = Feed.Stix(Three, new FeedLimits { Bytes = Three.Length - 100 });
        Assert.Equal(2, into.Indicators.Count);
        Assert.Contains(into.Dropped(), r => r.What.Contains("the rest is not read", StringComparison.Ordinal));
    }

    [Fact]
    public void A_feed_that_is_wrong_in_every_line_keeps_a_bounded_list_and_counts_the_rest()
    {
        var into = Feed.Csv("""{"columns":{"value":"value"},"fixed":{"type":"domain"}}""", "value\n" + string.Concat(Enumerable.Repeat("no domain\n", 25_000)));
        Assert.Equal((25_000L, FeedRemarks.Kept), (into.Remarks.Count(RemarkKind.Dropped), into.Remarks.All.Count));
    }

    [Fact]
    public void Random_mutations_of_every_format_are_answered()
    {
        var misp = Encoding.UTF8.GetBytes(FeedTests.Event);
        var galaxy = Encoding.UTF8.GetBytes(ActorTests.Galaxy);
        var csv = Encoding.UTF8.GetBytes("value,tlp\n\"one.example\",red\ntwo.example,\n");
        var stix = Encoding.UTF8.GetBytes(Three);
        var mutation = from which in Gen.Choose(0, 3) from edits in Gen.ListOf(Gen.Choose(0, 1 << 20).Zip(Gen.Choose(0, 255))) from cut in Gen.Choose(0, 4) select (which, edits, cut);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), Prop.ForAll(mutation.ToArbitrary(), m =>
        {
            byte[] bytes = [.. new[] { stix, misp, galaxy, csv }[m.which]];
            foreach (var (place, value) in m.edits) bytes[place % bytes.Length] = (byte)value;
            if (m.cut == 0) bytes = bytes[..(bytes.Length / 2)];
            var into = new Intelligence();
            using var stream = new MemoryStream(bytes);
            switch (m.which)
            {
                case 0:
                    Feed.Stix(stream, "m", null, into);
                    break;
                case 1:
                    new MispReader("m", into).Read(stream, "m");
                    break;
                case 2:
                    new GalaxyReader("m", into).Read(stream, "m");
                    _ = new ActorCatalogue(into);
                    break;
                default:
                    new CsvReader(CsvMapping.Read("""{"columns":{"value":"value","tlp":"tlp"},"fixed":{"type":"domain"}}"""u8.ToArray()), "m", into).Read(stream, "m");
                    break;
            }

            _ = into.Index(out _, out _, detectionOnly: false);
            return true;
        }));
    }

    [Fact]
    public void Random_patterns_are_answered()
    {
        string[] words = ["[", "]", "(", ")", "file", ":", "name", ".", "'a'", "=", "AND", "OR", "FOLLOWEDBY", "NOT", "IN", "LIKE", "MATCHES", "'['", "WITHIN", "5", "SECONDS", "REPEATS", "TIMES", "t'2026-01-01T00:00:00Z'", "*", "\\", "'", "\u00e9", "\ud800", " ", "EXISTS", "-", "//", "/*"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(Gen.ListOf(Gen.Elements(words)).ToArbitrary(), list =>
        {
            var reading = Pattern.Read(string.Join(' ', list));
            if (reading.Pattern is not null) _ = new PatternMatcher(reading.Pattern).Match([]);
            return (reading.Pattern is null) == (reading.Fault is { Line: > 0, Column: > 0, What.Length: > 0 });
        }));
    }

    [Fact]
    public void Deep_parentheses_are_refused_instead_of_exhausting_the_stack()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("[(", ")]") })
        {
            var inner = open == "(" ? "[a:b = 1]" : "a:b = 1";
            var text = open[..^1] + new string('(', 100_000) + inner + new string(')', 100_000) + close[1..];
            Assert.Contains("inside one another", Pattern.Read(text).Fault!.What, StringComparison.Ordinal);
        }

        // Long is not deep.
        var many = Pattern.Read("[" + string.Join(" OR ", Enumerable.Range(0, 20_000).Select(i => $"a:b = {i}")) + "]");
        Assert.Equal(PatternOutcome.NotFound, new PatternMatcher(many.Pattern!).Match([]).Outcome);
    }

    private static void Bounded(TimeSpan time, Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        work();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        Assert.True(clock.Elapsed < time, $"{clock.Elapsed}");
    }
}
