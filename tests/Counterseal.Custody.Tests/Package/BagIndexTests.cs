using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Custody.Tests;

/// <summary>The readable index of an opened bag.</summary>
[Collection(nameof(Alone))]
public class BagIndexTests
{
    [Theory]
    [InlineData("=?utf-7?B?K0FHRS0=?=")]
    [InlineData("=?no-such-charset?Q?x?=")]
    [InlineData("=?utf-8?B?not base64?=")]
    public void A_subject_that_names_an_encoding_which_nobody_reads_is_shown_as_it_stands(string subject) => Assert.Equal(subject, EncodedWords.Decode(subject));

    [Fact]
    public void A_subject_made_to_take_long_does_not_hold_the_index_up()
    {
        var subject = string.Concat(Enumerable.Repeat("=?a?B?", 40_000));
        var began = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(subject, EncodedWords.Decode(subject));
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(30), $"{began.Elapsed}");
    }

    [Fact]
    public void The_index_names_every_record_and_leaves_the_bag_as_it_was()
    {
        using var made = new MadePackage();
        made.Write(2000,
            ("A-7F3K2M9QXTBC/subscriber", "ndjson", [Encoding.UTF8.GetBytes("{\"account\":\"maeve\",\"addresses\":[\"maeve@mail.example\",\"m@mail.example\"],\"name\":\"Mæve <b>Quinn</b>\"}\n")]),
            ("A-7F3K2M9QXTBC/traffic", "ndjson", [.. Enumerable.Range(0, 450).Select(i => Encoding.UTF8.GetBytes($"{{\"time\":\"2026-10-{1 + i % 20:D2}T12:00:00Z\",\"from\":[\"x{i}@example.org\"],\"size\":{i}}}\n"))]),
            ("A-7F3K2M9QXTBC/content", "mbox", [.. Enumerable.Range(0, 205).Select(Message)]));
        var checks = made.Open();
        var before = Contents(made.Scratch["opened"]);
        var first = Package.Index(made.AgePath, made.Scratch["opened"], checks, CancellationToken.None);
        Assert.Equal(before, Contents(made.Scratch["opened"]));
        Assert.Equal(Path.Combine(made.Scratch["opened-index"], "index.html"), first);
        Assert.Equal(
            ["A-7F3K2M9QXTBC-content.mbox-0001.html", "A-7F3K2M9QXTBC-content.mbox-0002.html", "A-7F3K2M9QXTBC-subscriber.ndjson-0001.html", "A-7F3K2M9QXTBC-traffic.ndjson-0001.html", "A-7F3K2M9QXTBC-traffic.ndjson-0002.html", "A-7F3K2M9QXTBC-traffic.ndjson-0003.html", "index.html"],
            Directory.GetFiles(made.Scratch["opened-index"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var index = File.ReadAllText(first);
        foreach (var shown in new[] { "Amtsgericht Musterstadt", "Trial mode", MadePackage.OrderDigest, ">205<", ">450<", "2026-10-01 12:00Z", "2026-10-20 12:00Z", "place: 4711 · reason: no From line", "the bag is whole" })
            Assert.Contains(shown, index, StringComparison.Ordinal);
        var mail = File.ReadAllText(made.Scratch["opened-index/A-7F3K2M9QXTBC-content.mbox-0001.html"]) + File.ReadAllText(made.Scratch["opened-index/A-7F3K2M9QXTBC-content.mbox-0002.html"]);
        for (var i = 0; i < 205; i++)
            Assert.Contains($"Grüße {i}<", mail, StringComparison.Ordinal);
        Assert.Equal(205 + 2, Regex.Count(mail, "<tr>"));
        Assert.Contains("Mæve &lt;b&gt;Quinn&lt;/b&gt;", File.ReadAllText(made.Scratch["opened-index/A-7F3K2M9QXTBC-subscriber.ndjson-0001.html"]), StringComparison.Ordinal);
        Assert.Contains("maeve@mail.example, m@mail.example", File.ReadAllText(made.Scratch["opened-index/A-7F3K2M9QXTBC-subscriber.ndjson-0001.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_message_is_where_its_row_says()
    {
        using var made = new MadePackage();
        made.Write(3000, ("A-1/content", "mbox", [.. Enumerable.Range(0, 60).Select(Message)]));
        Package.Index(made.AgePath, made.Scratch["opened"], made.Open(), CancellationToken.None);
        var rows = Regex.Matches(File.ReadAllText(made.Scratch["opened-index/A-1-content.mbox-0001.html"]), "Grüße ([0-9]+)<.*?href=\"([^\"]+)\".*?byte ([0-9,]+)<", RegexOptions.Singleline);
        Assert.Equal(60, rows.Count);
        foreach (Match row in rows)
        {
            var part = File.ReadAllBytes(Path.GetFullPath(row.Groups[2].Value, made.Scratch["opened-index"]));
            var message = Encoding.UTF8.GetString(part[int.Parse(row.Groups[3].Value, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture)..]);
            Assert.StartsWith($"From x@example.org Sat Oct 10 12:00:00 2026\nFrom: \"X\" <x@example.org>\nTo: maeve@mail.example\nSubject: {Encoded(int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))}\n", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_that_the_data_says_becomes_markup_or_a_link_elsewhere()
    {
        using var made = new MadePackage();
        const string hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&#60;\u202Eabc";
        made.Write(1 << 20,
            ("A-1/content", "mbox", [Encoding.UTF8.GetBytes($"From -\nFrom: {hostile}\nTo: {hostile}\nSubject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(hostile))}?=\nDate: {hostile}\n\n{hostile}\n\n")]),
            ("A-1/traffic", "ndjson", [Encoding.UTF8.GetBytes($"{{\"<script>\":\"{hostile.Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}\n"), Encoding.UTF8.GetBytes(hostile + "\n"), "[1]\n"u8.ToArray(), "\"x\"\n"u8.ToArray()]));
        Package.Index(made.AgePath, made.Scratch["opened"], made.Open(), CancellationToken.None);
        foreach (var path in Directory.GetFiles(made.Scratch["opened-index"]))
        {
            var html = File.ReadAllText(path);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain('\u202E', html);
            Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
            Assert.All(Regex.Matches(html, "(?:href|src)=\"([^\"]*)\""), link => Assert.Matches(@"\A(?:index\.html|A-1-(?:content\.mbox|traffic\.ndjson)-0001\.html|\.\./opened/data/A-1/(?:content-0001\.mbox|traffic-0001\.ndjson))\z", link.Groups[1].Value));
        }
    }

    [Fact]
    public void A_hundred_thousand_records_take_no_more_memory_than_a_page()
    {
        using var made = new MadePackage();
        var lines = new StringBuilder();
        for (var i = 0; i < 100_000; i++)
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"time\":\"2026-10-01T12:00:00Z\",\"from\":[\"x{i}@example.org\"]}}\n");
        var parts = Encoding.ASCII.GetBytes(lines.ToString());
        made.Write(1 << 20, ("A-1/traffic", "ndjson", [parts]));
        var checks = made.Open();
        var statement = SealFile.Read(File.ReadAllBytes(made.SealPath)).Statement;
        lines.Clear();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        BagIndex.Write(made.Scratch["opened"], made.Scratch["index"], statement, checks, CancellationToken.None);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, -100_000_000, 10_000_000);
        Assert.Equal(501, Directory.GetFiles(made.Scratch["index"]).Length);
    }

    [Fact]
    public void An_index_that_is_there_is_not_written_over_and_a_cancelled_one_leaves_nothing()
    {
        using var made = new MadePackage();
        made.WriteSmall();
        var checks = made.Open();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => Package.Index(made.AgePath, made.Scratch["opened"], checks, cancelled.Token));
        Assert.False(Directory.Exists(made.Scratch["opened-index"]));
        Package.Index(made.AgePath, made.Scratch["opened"], checks, CancellationToken.None);
        Assert.Contains("is there already", Assert.Throws<PackageException>(() => Package.Index(made.AgePath, made.Scratch["opened"], checks, CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?UTF-8?B?IGFuIGFsbGU=?=", "Grüße an alle")]
    [InlineData("=?iso-8859-1?q?caf=E9_noir?= and tea", "café noir and tea")]
    [InlineData("a =?utf-8?Q?b?= c", "a b c")]
    [InlineData("=?nonsense?Q?b?=", "=?nonsense?Q?b?=")]
    [InlineData("=?utf-8?B?!!!?=", "=?utf-8?B?!!!?=")]
    [InlineData("plain", "plain")]
    public void Encoded_words_are_shown_as_people_read_them(string value, string shown) => Assert.Equal(shown, EncodedWords.Decode(value));

    private static string Encoded(int i) => $"=?utf-8?Q?Gr=C3=BC=C3=9Fe_{i}?=";

    private static byte[] Message(int i) => Encoding.UTF8.GetBytes(
        $"From x@example.org Sat Oct 10 12:00:00 2026\nFrom: \"X\" <x@example.org>\nTo: maeve@mail.example\nSubject: {Encoded(i)}\nDate: Sat, 10 Oct 2026 12:00:00 +0000\n\nBody {i}\n>From here on\nSubject: not this\n\n");

    private static string Contents(string folder) =>
        string.Join('\n', Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => path + " " + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))));
}
