using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Counterseal.Watch.Tests;

/// <summary>The index of simple indicators: what is found, how, and against a plain search through a list.</summary>
[Collection(nameof(Alone))]
public class IndexTests
{
    private static Observable O(ObservableKind kind, string value, string scope = "") =>
        Observable.TryRead(kind, scope, value, out var o, out var problem) ? o! : throw new FormatException($"{value} {problem}");

    private static IndicatorIndex Index(params Observable[] all) => new(all.Select((o, i) => (o, i)));

    private static string Found(IndicatorIndex index, ObservableKind kind, string value, string scope = "") =>
        string.Join(' ', index.Find(kind, scope, value).OrderBy(h => h.Indicator).Select(h => $"{h.Indicator}{h.How}"));

    [Theory]
    [InlineData("evil.example", "0Same")]
    [InlineData("EVIL.Example.", "0Same")]
    [InlineData("a.evil.example", "0Below 1Same")]
    [InlineData("b.a.evil.example", "0Below 1Below")]
    [InlineData("notevil.example", "")]
    [InlineData("evil.example.org", "")]
    [InlineData("example", "")]
    [InlineData("bücher.example", "2Same")]
    [InlineData("www.xn--bcher-kva.example", "2Below")]
    [InlineData(".evil.example", "0Below")]
    [InlineData("a..evil.example", "0Below")]
    [InlineData("", "")]
    [InlineData(".", "")]
    public void A_domain_is_found_by_itself_and_by_every_name_above_it(string value, string found) =>
        Assert.Equal(found, Found(Index(O(ObservableKind.Domain, "evil.example"), O(ObservableKind.Domain, "a.evil.example"), O(ObservableKind.Domain, "bücher.example")), ObservableKind.Domain, value));

    [Theory]
    [InlineData("198.51.100.7", "0Inside 1Same")]
    [InlineData("198.51.100.8", "0Inside")]
    [InlineData("198.51.101.7", "")]
    [InlineData("::ffff:198.51.100.7", "0Inside 1Same")]
    [InlineData("2001:db8:1::5", "2Inside 3Inside")]
    [InlineData("2001:DB8:0001:0:0::1", "2Inside 3Inside 4Same")]
    [InlineData("2001:db8:2::1", "2Inside")]
    [InlineData("198.51.100.0/24", "0Same")]
    [InlineData("198.51.100.128/25", "0Inside")]
    [InlineData("198.51.0.0/16", "")]
    [InlineData("198.51.100.07", "")]
    [InlineData("fe80::1%eth0", "")]
    [InlineData("not an address", "")]
    public void An_address_is_found_by_itself_and_by_every_network_around_it(string value, string found) =>
        Assert.Equal(found, Found(Index(O(ObservableKind.Address, "198.51.100.99/24"), O(ObservableKind.Address, "198.51.100.7"), O(ObservableKind.Address, "2001:db8::/32"), O(ObservableKind.Address, "2001:db8:1::/48"), O(ObservableKind.Address, "2001:db8:1::1/128")), ObservableKind.Address, value));

    [Theory]
    [InlineData(ObservableKind.Url, "http://evil.example/a?b=c", "", "0Same 1Host")]
    [InlineData(ObservableKind.Url, "HTTP://EVIL.example:80/a?b=c#part", "", "0Same 1Host")]
    [InlineData(ObservableKind.Url, "http://user@evil.example/a?b=c", "", "0Same 1Host")]
    [InlineData(ObservableKind.Url, "http://evil.example:8080/a?b=c", "", "1Host")]
    [InlineData(ObservableKind.Url, "http://www.evil.example/A", "", "1Host")]
    [InlineData(ObservableKind.Url, "http://192.0.2.1/x", "", "2Host")]
    [InlineData(ObservableKind.Url, "http://[2001:db8::1]:443/x", "", "3Host")]
    [InlineData(ObservableKind.Url, "http://evil.example@good.example/", "", "")]
    [InlineData(ObservableKind.Url, "not a url", "", "")]
    [InlineData(ObservableKind.Url, "http://./", "", "")]
    [InlineData(ObservableKind.Mail, "someone@", "", "")]
    [InlineData(ObservableKind.Mail, "Bad.Guy@Mail.Example", "", "4Same")]
    [InlineData(ObservableKind.Mail, "someone@evil.example", "", "1Host")]
    [InlineData(ObservableKind.Hash, "79054025255FB1A26E4BC422AEF54EB4", "md5", "5Same")]
    [InlineData(ObservableKind.Hash, "79054025255fb1a26e4bc422aef54eb4", "SHA-1", "")]
    [InlineData(ObservableKind.Hash, "3:AbCd:eFgH", "ssdeep", "6Same")]
    [InlineData(ObservableKind.Hash, "3:abcd:efgh", "ssdeep", "")]
    [InlineData(ObservableKind.Text, "evil.exe", "process:name", "7Same")]
    [InlineData(ObservableKind.Text, "Evil.exe", "process:name", "")]
    [InlineData(ObservableKind.Text, "evil.exe", "file:name", "")]
    [InlineData(ObservableKind.Text, "evil.exe", "never:seen", "")]
    public void Each_kind_is_found_in_its_own_way(ObservableKind kind, string value, string scope, string found) =>
        Assert.Equal(found, Found(Index(
            O(ObservableKind.Url, "http://Evil.example/a?b=c"), O(ObservableKind.Domain, "evil.example"), O(ObservableKind.Address, "192.0.2.1"), O(ObservableKind.Address, "2001:db8::1"),
            O(ObservableKind.Mail, "bad.guy@mail.example"), O(ObservableKind.Hash, "79054025255fb1a26e4bc422aef54eb4", "MD5"), O(ObservableKind.Hash, "3:AbCd:eFgH", "SSDEEP"), O(ObservableKind.Text, "evil.exe", "process:name")), kind, value, scope));

    [Fact]
    public void Several_indicators_of_one_value_are_all_found() =>
        Assert.Equal("0Same 1Same 3Same", Found(Index(O(ObservableKind.Domain, "a.example"), O(ObservableKind.Domain, "A.EXAMPLE"), O(ObservableKind.Domain, "b.example"), O(ObservableKind.Domain, "*.a.example")), ObservableKind.Domain, "a.example"));

    [Theory]
    [InlineData(ObservableKind.Domain, "com", "single label")]
    [InlineData(ObservableKind.Domain, "bad domain.example", "no domain name")]
    [InlineData(ObservableKind.Domain, "a..example", "no domain name")]
    [InlineData(ObservableKind.Domain, "", "empty")]
    [InlineData(ObservableKind.Address, "0.0.0.0/0", "so wide")]
    [InlineData(ObservableKind.Address, "::/0", "so wide")]
    [InlineData(ObservableKind.Address, "300.0.0.1", "neither")]
    [InlineData(ObservableKind.Mail, "@evil.example", "no mail address")]
    [InlineData(ObservableKind.Mail, "a@b", "no mail address")]
    [InlineData(ObservableKind.Url, "http:///path", "no URL")]
    public void What_would_hit_everything_or_nothing_is_no_indicator(ObservableKind kind, string value, string reason)
    {
        Assert.False(Observable.TryRead(kind, "", value, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_finds_what_a_plain_search_finds()
    {
        var label = Gen.Elements("a", "b", "cc", "evil", "example", "co");
        var name = from n in Gen.Choose(2, 4) from labels in Gen.ArrayOf(label, n) select string.Join('.', labels);
        var address = from a in Gen.Choose(0, 3) from b in Gen.Choose(0, 3) select $"10.0.{a}.{b}";
        var network = from a in address from p in Gen.Choose(20, 32) select $"{a}/{p}";
        var worlds = from d in Gen.ListOf(name) from n in Gen.ListOf(network) from askName in Gen.ListOf(name) from askAddress in Gen.ListOf(address) select (d, n, askName, askAddress);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(worlds.ToArbitrary(), w =>
        {
            var all = w.d.Select(d => O(ObservableKind.Domain, d)).Concat(w.n.Select(n => O(ObservableKind.Address, n))).ToArray();
            var index = Index(all);
            foreach (var asked in w.askName)
            {
                var plain = all.Select((o, i) => (o, i)).Where(x => x.o.Kind == ObservableKind.Domain && (asked == x.o.Value || asked.EndsWith("." + x.o.Value, StringComparison.Ordinal))).Select(x => x.i);
                if (!plain.SequenceEqual(index.Find(ObservableKind.Domain, "", asked).Select(h => h.Indicator).Order())) return false;
            }

            foreach (var asked in w.askAddress)
            {
                var bits = System.Net.IPAddress.Parse(asked);
                var plain = all.Select((o, i) => (o, i)).Where(x => x.o.Kind == ObservableKind.Address && System.Net.IPNetwork.Parse(x.o.Value.Contains('/', StringComparison.Ordinal) ? x.o.Value : x.o.Value + "/32").Contains(bits)).Select(x => x.i);
                if (!plain.SequenceEqual(index.Find(ObservableKind.Address, "", asked).Select(h => h.Indicator).Order())) return false;
            }

            return true;
        }));
    }

    [Fact]
    public void Random_bytes_are_answered()
    {
        var index = Index(O(ObservableKind.Domain, "evil.example"), O(ObservableKind.Mail, "a@evil.example"), O(ObservableKind.Url, "http://evil.example/"), O(ObservableKind.Text, "x", "y"));
        Prop.ForAll<byte[]>(bytes =>
        {
            var hits = new List<IndexHit>();
            foreach (var kind in Enum.GetValues<ObservableKind>()) index.Find(kind, kind == ObservableKind.Hash ? "MD5" : "y", bytes, hits);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
        var long1 = new byte[IndicatorIndex.LongestValue + 1];
        foreach (var kind in Enum.GetValues<ObservableKind>()) Assert.Empty(index.Find(kind, "", Encoding.Latin1.GetString(long1)));
    }

    [Fact]
    public void A_hundred_thousand_indicators_take_less_than_a_hundred_bytes_each_beside_their_values()
    {
        var values = 0L;
        IEnumerable<(Observable, int)> Entries()
        {
            for (var i = 0; i < 100_000; i++)
            {
                var o = (i % 3) switch
                {
                    0 => O(ObservableKind.Domain, string.Create(CultureInfo.InvariantCulture, $"host-{i}.bad-{i % 977}.example")),
                    1 => O(ObservableKind.Address, string.Create(CultureInfo.InvariantCulture, $"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}")),
                    _ => O(ObservableKind.Hash, string.Create(CultureInfo.InvariantCulture, $"{i:x32}"), "MD5"),
                };
                values += o.Value.Length;
                yield return (o, i);
            }
        }

        var index = new IndicatorIndex(Entries());
        Assert.Equal(100_000, index.Count);
        Assert.InRange(index.Bytes, values / 2, values + 100_000 * 100);
        Assert.Equal("99999Below", Found(index, ObservableKind.Domain, string.Create(CultureInfo.InvariantCulture, $"x.host-99999.bad-{99999 % 977}.example")));
        Assert.Empty(index.Find(ObservableKind.Domain, "", "host-99998.bad-1.example"));
    }

    [Fact]
    public void Simple_patterns_go_to_the_index_and_others_to_a_matcher()
    {
        foreach (var (pattern, simple) in new[]
        {
            ("[domain-name:value = 'evil.example']", "Domain  evil.example"),
            ("[domain-name:value IN ('a.example','b.example') OR ipv4-addr:value ISSUBSET '198.51.100.0/24']", "Domain  a.example, Domain  b.example, Address  198.51.100.0/24"),
            ("[file:hashes.sha256 = 'AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F']", "Hash SHA-256 aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"),
            ("[network-traffic:dst_ref.value = '192.0.2.1']", "Address  192.0.2.1"),
            ("[process:name = 'x y']", "Text process:name x y"),
            ("[app:cert.sha256 = 'abc']", "Text app:cert.sha256 abc"),
            ("([url:value = 'http://a.example'])", "Url  http://a.example/"),
            ("[file:name != 'a']", ""), ("[file:name NOT = 'a']", ""), ("[file:name = 'a' AND file:size = 1]", ""), ("[file:size = 1]", ""), ("[file:name LIKE 'a%']", ""),
            ("[file:name = 'a'] AND [file:name = 'b']", ""), ("[file:name = 'a'] REPEATS 2 TIMES", ""), ("[file:name = 'a'] START t'2026-01-01T00:00:00Z' STOP t'2026-02-01T00:00:00Z'", ""),
            ("[domain-name:value = 'com']", ""), ("[file:name = 'a' OR EXISTS file:size]", ""), ("[file:name IN ()]", ""),
        })
        {
            var found = SimplePattern.Of(Pattern.Read(pattern).Pattern!, []);
            Assert.Equal(simple, found is null ? "" : string.Join(", ", found.Select(o => $"{o.Kind} {o.Scope} {o.Value}")));
        }
    }
}
