using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Counterseal.Ledger.Tests;

public class CanonicalJsonTests
{
    [Theory]
    [InlineData("{}", "{}")]
    [InlineData(" [ ] ", "[]")]
    [InlineData("{ \"b\" : 1, \"a\" : [ true , false,null ] }", "{\"a\":[true,false,null],\"b\":1}")]
    [InlineData("{\"b\":{\"z\":1,\"y\":{\"q\":0,\"p\":[]}},\"a\":\"\"}", "{\"a\":\"\",\"b\":{\"y\":{\"p\":[],\"q\":0},\"z\":1}}")]
    [InlineData("\"\\u0041\\/\\u20ac\\u000f\\u000a\\\"\\\\\\b\\f\\r\\t\\u001F\\u007f\"", "\"A/€\\u000f\\n\\\"\\\\\\b\\f\\r\\t\\u001f\u007f\"")]
    [InlineData("\"\\ud83d\\ude02<script>&'\\u2028\"", "\"😂<script>&'\u2028\"")]
    public void Whitespace_goes_members_are_sorted_and_strings_have_the_fewest_escapes(string json, string canonical) =>
        Assert.Equal(canonical, Canonical(json));

    [Fact]
    public void Members_are_sorted_by_utf16_code_units_and_not_by_code_points()
    {
        // U+FB33 is above the surrogates that write U+1F600, though its code point is below: RFC 8785, 3.2.3.
        Assert.Equal("{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\ufb33\":7}",
            Canonical("{\"\ufb33\":7,\"😀\":6,\"€\":5,\"ö\":4,\"\u0080\":3,\"1\":2,\"\\r\":1}"));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0e7", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-1E2", "-100")]
    [InlineData("1e21", "1e+21")]
    [InlineData("999999999999999999999", "1e+21")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("0.00000123", "0.00000123")]
    [InlineData("0.000000123", "1.23e-7")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("1E30", "1e+30")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("9007199254740993", "9007199254740992")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("2e-324", "0")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("295147905179352830000", "295147905179352830000")]
    [InlineData("9.5367431640625e-7", "9.5367431640625e-7")]
    public void Numbers_are_printed_as_ecmascript_prints_them(string json, string canonical)
    {
        Assert.Equal(canonical, Canonical(json));
        if (canonical != "0")
            Assert.Equal("-" + canonical.TrimStart('-'), Canonical("-" + json.TrimStart('-')));
    }

    [Fact]
    public async Task Node_prints_ten_thousand_awkward_doubles_the_same()
    {
        if (Place.Program("node") is not { } node)
        {
            Assert.Skip("node is not installed");
            return;
        }
        var random = new Random(8785);
        var bits = new List<long>();
        for (var e = 0; e < 2047; e++)
            bits.AddRange([(long)e << 52, ((long)e << 52) + 1, ((long)e << 52) - 1 & long.MaxValue]);
        for (var i = 0; i < 4000; i++)
            bits.Add(random.NextInt64() & long.MaxValue);
        for (var i = 0; i < 2000; i++)
            bits.Add(BitConverter.DoubleToInt64Bits(random.NextInt64(1L << 60) / Math.Pow(10, random.Next(0, 25))));
        bits.RemoveAll(b => !double.IsFinite(BitConverter.Int64BitsToDouble(b)));
        const string script = "const f=new Float64Array(1),b=new BigInt64Array(f.buffer);"
            + "for(const l of require('fs').readFileSync(0,'utf8').trim().split('\\n')){b[0]=BigInt(l);console.log(String(f[0]))}";
        var info = new ProcessStartInfo(node, ["-e", script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(info)!;
        var answer = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(string.Join('\n', bits));
        process.StandardInput.Close();
        var printed = (await answer).TrimEnd('\n').Split('\n');
        Assert.Equal(bits.Count, printed.Length);
        for (var i = 0; i < printed.Length; i++)
            Assert.Equal(printed[i], Canonical(BitConverter.Int64BitsToDouble(bits[i]).ToString("E17", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("{\"a\":1,\"b\":2,\"\\u0061\":3}", "byte 13: the member \"a\" is there twice")]
    [InlineData("[1,\"\\ud800\"]", "byte 3: this string is not Unicode")]
    [InlineData("{\"\\udc00x\":1}", "byte 1: this string is not Unicode")]
    [InlineData("[1,\n 1e999]", "byte 5: this number is beyond")]
    [InlineData("[1,\n 2,\n x]", "byte 9: not JSON")]
    [InlineData("", "byte 0: not JSON")]
    [InlineData("1 2", "byte 2: not JSON")]
    [InlineData("[1,]", "byte 3: not JSON")]
    [InlineData("01", "byte 1: not JSON")]
    [InlineData("NaN", "byte 0: not JSON")]
    [InlineData("// c\n1", "byte 0: not JSON")]
    [InlineData("\ufeff{}", "byte 0: not JSON")]
    public void What_has_no_canonical_form_is_refused_with_its_place(string json, string message)
    {
        var error = Assert.Throws<FormatException>(() => Canonical(json));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.False(CanonicalJson.IsCanonical(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused() =>
        Assert.Contains("not Unicode", Assert.Throws<FormatException>(() => CanonicalJson.Canonicalize([(byte)'"', 0xc3, 0x28, (byte)'"'])).Message, StringComparison.Ordinal);

    [Fact]
    public void Depth_64_is_read_and_depth_65_is_refused()
    {
        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
        Assert.Equal(Nested(64), Canonical(Nested(64)));
        Assert.StartsWith("byte 64: ", Assert.Throws<FormatException>(() => Canonical(Nested(65))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_canonical_form_of_a_canonical_form_is_itself_and_order_and_spacing_do_not_matter()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var one = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(Write(new Random(seed), new Random(seed), 0)));
            var other = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(Write(new Random(seed), new Random(-seed - 1), 0)));
            Assert.Equal(one, other);
            Assert.Equal(one, CanonicalJson.Canonicalize(one));
            Assert.True(CanonicalJson.IsCanonical(one));
            Assert.False(CanonicalJson.IsCanonical([.. one, (byte)'\n']));
        }
    }

    [Fact]
    public void A_flipped_byte_is_another_value_or_not_canonical_or_refused_and_never_a_crash()
    {
        var bytes = CanonicalJson.Canonicalize("{\"a\":[1,2.5e30,\"x\\u000f€\"],\"b\":{\"c\":null,\"d\":true},\"e\":-0.001}"u8);
        for (var i = 0; i < bytes.Length; i++)
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[i] ^= (byte)(1 << bit);
                try
                {
                    var canonical = CanonicalJson.Canonicalize(changed);
                    Assert.True(!canonical.AsSpan().SequenceEqual(bytes) || !CanonicalJson.IsCanonical(changed));
                }
                catch (FormatException e)
                {
                    Assert.StartsWith("byte ", e.Message, StringComparison.Ordinal);
                }
            }
    }

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json)));

    /// <summary>A value chosen by one source of randomness, written (order of members, blanks, escapes) by another.</summary>
    private static string Write(Random value, Random style, int depth)
    {
        string Blank() => new(' ', style.Next(2));
        string Quoted(string text)
        {
            var all = new StringBuilder("\"");
            foreach (var rune in text.EnumerateRunes())
                all.Append(rune.Value is '"' or '\\' or < ' ' || style.Next(3) == 0 ? string.Concat(rune.ToString().Select(c => $"\\u{(int)c:x4}")) : rune.ToString());
            return all.Append('"').ToString();
        }
        string Any() => string.Concat(Enumerable.Range(0, value.Next(4)).Select(_ => new[] { "a", "b", "\"", "\\", "\n", "é", "€", "😀", "\ufb33", "\u0001" }[value.Next(10)]));
        switch (value.Next(depth > 4 ? 4 : 6))
        {
            case 0: return Blank() + new[] { "null", "true", "false" }[value.Next(3)];
            case 1: return Blank() + (value.Next(1000) * Math.Pow(10, value.Next(-12, 12))).ToString(style.Next(2) == 0 ? "R" : "E17", CultureInfo.InvariantCulture);
            case 2: return Quoted(Any()) + Blank();
            case 3: return value.Next().ToString(CultureInfo.InvariantCulture) + (style.Next(2) == 0 ? ".0" : "");
            case 4: return "[" + string.Join(',', Enumerable.Range(0, value.Next(4)).Select(_ => Write(value, style, depth + 1))) + Blank() + "]";
            default:
                var members = Enumerable.Range(0, value.Next(5)).Select(i => (Name: Any() + i, Value: Write(value, style, depth + 1))).ToArray();
                style.Shuffle(members);
                return "{" + string.Join(',', members.Select(m => Quoted(m.Name) + Blank() + ":" + m.Value)) + "}";
        }
    }
}
