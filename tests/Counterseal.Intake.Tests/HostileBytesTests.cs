using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Intake.Tests;

/// <summary>Tests that measure the process run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public static class Alone;

/// <summary>Whatever the bytes say, the door answers: a demand or faults, never both, never neither, never an exception.</summary>
[Collection(nameof(Alone))]
public class HostileBytesTests
{
    internal static readonly byte[][] Seeds = [.. Directory.GetFiles(Place.Sample(""), "*.*", SearchOption.AllDirectories)
        .Where(f => Path.GetExtension(f) is ".json" or ".xml" or ".txt" && new FileInfo(f).Length < 100_000)
        .Order(StringComparer.Ordinal).Select(File.ReadAllBytes), Full];

    private static byte[] Full => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "messages", "full.xml"));

    [Fact]
    public void Random_bytes_are_answered() =>
        Prop.ForAll<byte[]>(bytes => Answered(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_text_after_each_beginning_is_answered() =>
        Prop.ForAll<string, int>((text, n) => Answered(Encoding.UTF8.GetBytes((Math.Abs(n % 6)) switch
        {
            0 => "<" + text,
            1 => "{" + text,
            2 => "[" + text,
            3 => "<a>" + text + "</a>",
            4 => "{\"counterseal\":\"" + text + "\"}",
            _ => " \n" + text,
        }))).QuickCheckThrowOnFailure();

    [Fact]
    public void Six_thousand_mutations_of_the_samples_are_answered() => Mutate(Seeds, 6000, 20262);

    [Fact]
    public void Three_thousand_mutations_of_ETSIs_examples_are_answered() => Mutate([.. Place.Examples.Order(StringComparer.Ordinal).Select(File.ReadAllBytes)], 3000, 20263);

    [Fact]
    public void Each_sample_cut_at_each_place_is_refused_with_a_line()
    {
        foreach (var name in new[] { "emergency.json", "unknown-category.xml" })
        {
            var whole = Place.SampleBytes(name);
            var end = Array.LastIndexOf(whole, name.EndsWith("json", StringComparison.Ordinal) ? (byte)'}' : (byte)'>');
            for (var length = 0; length <= end; length += name.EndsWith("json", StringComparison.Ordinal) ? 1 : 7)
            {
                var reading = Door.Read(whole.AsMemory(0, length));
                Assert.Null(reading.Demand);
                Assert.NotNull(Assert.Single(reading.Faults).Line);
            }
        }
    }

    [Theory]
    [InlineData("deep XML", "nested deeper than 64")]
    [InlineData("deep JSON", "not JSON")]
    [InlineData("many elements", "more than 100000 elements")]
    [InlineData("many values", "more than 100000 values")]
    [InlineData("many attributes", "more than 64 attributes")]
    [InlineData("long attribute", "longer than")]
    [InlineData("long name", "longer than 256")]
    [InlineData("long member name", "longer than 256")]
    [InlineData("many namespaces", "more than 64 attributes")]
    [InlineData("long text", "at most 65,535 characters")]
    [InlineData("many unknown members", "is not known here")]
    [InlineData("many unknown elements", "lacks")]
    [InlineData("many selectors", "it takes 1 to 1000")]
    [InlineData("long number", "it takes a whole number")]
    [InlineData("too large", "at most 20971520 are read")]
    [InlineData("long address", "it takes a mail address")]
    public void What_is_too_much_is_refused_soon(string what, string says)
    {
        var bytes = TooMuch(what);
        Door.Read(Encoding.UTF8.GetBytes("<a/>"));
        var before = Environment.CpuUsage.TotalTime;
        var reading = Door.Read(bytes);
        var took = Environment.CpuUsage.TotalTime - before;

        Assert.Null(reading.Demand);
        Assert.Contains(reading.Faults, f => f.What.Contains(says, StringComparison.Ordinal));
        Assert.InRange(reading.Faults.Count, 1, Limits.Remarks);
        Assert.InRange(reading.Warnings.Count, 0, Limits.Remarks);
        Assert.All(reading.Faults, f => Assert.True(f.What.Length < 1000 && f.Element.Length < 5000));
        // Of this process alone, so that a busy machine does not matter; what grew with the square of 20 MiB would take minutes.
        Assert.True(took < TimeSpan.FromSeconds(10), $"{what} took {took} of processor time.");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {bytes.Length} bytes, {took.TotalMilliseconds:f0} ms of processor time"));
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", false)]
    public void A_message_in_UTF_16_is_read_and_in_UTF_32_refused(string encoding, bool read)
    {
        var text = Encoding.UTF8.GetString(Place.SampleBytes("unknown-category.xml"));
        foreach (var declared in new[] { "encoding=\"UTF-16\"", "" })
        {
            var into = Encoding.GetEncoding(encoding);
            var body = into.GetBytes(text.Replace("encoding=\"utf-8\"", declared, StringComparison.Ordinal));
            foreach (var bytes in new[] { (byte[])[.. into.Preamble, .. body], body })
            {
                var reading = Door.Read(bytes);
                Assert.Equal("ts103120", reading.Format);
                Assert.Equal(read, reading.Demand is not null);
                if (!read) Assert.Contains("error 3019", Assert.Single(reading.Faults).Rule, StringComparison.Ordinal);
            }
        }
        var wrong = Door.Read((byte[])[.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(text)]);
        Assert.Contains("declares the encoding “utf-8”, but its bytes are UTF-16", Assert.Single(wrong.Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_of_UTF_8_and_space_before_JSON_do_not_matter()
    {
        var plain = Door.Read(Place.SampleBytes("emergency.json"));
        var marked = Door.Read((byte[])[0xef, 0xbb, 0xbf, .. "\r\n\t "u8, .. Place.SampleBytes("emergency.json")]);
        Assert.Empty(marked.Faults);
        Assert.Equal(plain.Demand!.EmergencyGround, marked.Demand!.EmergencyGround);
    }

    [Fact]
    public void Bytes_that_are_not_of_their_encoding_are_named_by_offset()
    {
        var json = Assert.Single(Door.Read((byte[])[.. "{\n\"a\":\""u8, 0xff, .. "\"}"u8]).Faults);
        Assert.Equal(2, json.Line);
        Assert.Contains("offset 7", json.What, StringComparison.Ordinal);

        var xml = Assert.Single(Door.Read((byte[])[.. "<a>\n\n"u8, 0xe9, .. "</a>"u8]).Faults);
        Assert.Equal(3, xml.Line);
        Assert.Contains("offset 5", xml.What, StringComparison.Ordinal);

        var lone = Assert.Single(Door.Read((byte[])[0xff, 0xfe, .. Encoding.Unicode.GetBytes("<a>"), 0x00, 0xd8, .. Encoding.Unicode.GetBytes("</a>")]).Faults);
        Assert.Contains("is not UTF-16", lone.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_fetched_and_no_entity_expanded()
    {
        foreach (var doctype in new[] { "<!DOCTYPE a>", "<!DOCTYPE a SYSTEM \"http://192.0.2.1/a.dtd\">", "<!DOCTYPE a [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>" })
            Assert.Contains("DTD", Assert.Single(Door.Read(Encoding.UTF8.GetBytes("<?xml version='1.0'?>\n" + doctype + "<a/>")).Faults).What, StringComparison.Ordinal);
        var entity = Door.Read("<a>&later;</a>"u8.ToArray());
        Assert.Contains("not well-formed", Assert.Single(entity.Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_fault_quotes_cannot_turn_a_page_around()
    {
        var reading = Door.Read(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Place.SampleBytes("emergency.json")).Replace("IE-DC", "\u202e\u0007<b>IE", StringComparison.Ordinal)));
        Assert.NotEmpty(reading.Faults);
        Assert.All(reading.Faults, f => Assert.DoesNotContain(f.What, c => char.IsControl(c) || c == '\u202e'));

        var escaped = Door.Read(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Place.SampleBytes("emergency.json")).Replace("IE-DC", "\\u202e\\u0007", StringComparison.Ordinal)));
        Assert.Contains(@"\u{202e}\u{7}", Assert.Single(escaped.Faults).What, StringComparison.Ordinal);
    }

    private static bool Answered(byte[] bytes)
    {
        var reading = Door.Read(bytes);
        return reading.Demand is null == reading.Faults.Count > 0
            && reading.Faults.Concat(reading.Warnings).All(r => r.What.Length is > 10 and < 1000 && r.Rule.Length > 3 && r.Next.Length > 5 && r.Line is null or > 0)
            && (reading.Demand is null || (reading.Demand.Reference.Length is > 0 and <= 255 && reading.Demand.Scope.Items.Count is > 0 and <= Limits.Selectors && Written(reading.Demand)));
    }

    /// <summary>A demand must survive being written and read again, or the record could not hold it.</summary>
    private static bool Written(Law.Demand demand)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(demand, Law.LawJson.Options);
        var again = System.Text.Json.JsonSerializer.Deserialize<Law.Demand>(text, Law.LawJson.Options);
        return System.Text.Json.JsonSerializer.Serialize(again, Law.LawJson.Options) == text;
    }

    private static void Mutate(byte[][] seeds, int count, int seed)
    {
        var (n, taken) = (0, 0);
        foreach (var mutated in Mutations.Of(seeds, count, seed))
        {
            try
            {
                Assert.True(Answered(mutated));
                if (Door.Read(mutated).Demand is not null) taken++;
                n++;
            }
            catch (Exception thrown) when (thrown is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Mutation {n} of seed {seed}: {thrown}\n{Encoding.UTF8.GetString(mutated)}");
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} mutations, {taken} still a demand"));
    }

    private static byte[] TooMuch(string what)
    {
        const int Most = Limits.Bytes;
        const string Open = "<HI1Message xmlns=\"http://uri.etsi.org/03120/common/2019/10/Core\">";
        var json = Encoding.UTF8.GetString(Place.SampleBytes("emergency.json"));
        var full = Encoding.UTF8.GetString(Full);
        string Fill(string head, string unit, string tail) => head + string.Concat(Enumerable.Repeat(unit, (Most - head.Length - tail.Length) / unit.Length)) + tail;
        return Encoding.UTF8.GetBytes(what switch
        {
            "deep XML" => Fill("", "<a>", ""),
            "deep JSON" => Fill("{\"a\":", "[", ""),
            "many elements" => Fill("<a>", "<b/>", "</a>"),
            "many values" => Fill("{\"a\":[", "0,", "0]}"),
            "many attributes" => "<a " + string.Join(' ', Enumerable.Range(0, 1_500_000).Select(i => $"a{i}=''")) + "/>",
            "long attribute" => Fill("<a b='", "b", "'/>"),
            "long name" => Fill("<", "a", "/>"),
            "long member name" => Fill("{\"", "a", "\":1}"),
            "many namespaces" => "<a " + string.Join(' ', Enumerable.Range(0, 700_000).Select(i => $"xmlns:a{i}='u:{i}'")) + "/>",
            "long text" => full.Replace("<UniqueIdentifier>COURT-3</UniqueIdentifier></SenderIdentifier>", "<UniqueIdentifier>" + new string('x', Most - 100_000) + "</UniqueIdentifier></SenderIdentifier>", StringComparison.Ordinal),
            "many unknown members" => "{" + string.Join(',', Enumerable.Range(0, 99_000).Select(i => $"\"a{i}\":{{}}")) + "}",
            "many unknown elements" => Open + string.Concat(Enumerable.Range(0, 99_000).Select(i => $"<a{i} b='c'/>")) + "</HI1Message>",
            "many selectors" => json.Replace("\"scope\": [", "\"scope\": [" + string.Concat(Enumerable.Repeat("{\"selector\":{\"account\":\"a\"}},", 1000)), StringComparison.Ordinal),
            "long number" => json.Replace("{ \"mailbox\": \"Maeve.Quinn@mail.example\" }", "{\"ip\":\"192.0.2.1\",\"port\":1" + new string('0', 1_000_000) + "}", StringComparison.Ordinal),
            "long address" => full.Replace("drop@prosecution.example", "a@" + string.Concat(Enumerable.Repeat("a.", 5_000_000)), StringComparison.Ordinal),
            _ => Fill("{", " ", "}") + "  ",
        });
    }
}
