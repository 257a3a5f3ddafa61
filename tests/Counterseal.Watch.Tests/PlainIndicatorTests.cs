using System.Text;

namespace Counterseal.Watch.Tests;

/// <summary>Plain values of a list, held as bytes, against the same list read record by record.</summary>
public class PlainIndicatorTests
{
    private static readonly string[] Labels = ["a", "evil", "EVIL", "x-1", "_dmarc", "1", "22", "b\u00fccher", "com", "example", "xn--bcher-kva", new('y', 64), ""];
    private static readonly string[] Types = ["domain", "ip", "email", "md5", "sha256", "url", "nonsense", "Domain ", ""];

    private static string Value(Random random) => random.Next(9) switch
    {
        0 => $"{random.Next(300)}.{random.Next(256)}.{random.Next(3)}.{random.Next(256)}{(random.Next(4) == 0 ? $"/{random.Next(40)}" : "")}",
        1 => $"{Labels[random.Next(Labels.Length)]}{(random.Next(3) == 0 ? "[@]" : "@")}{Labels[random.Next(Labels.Length)]}.{Labels[random.Next(Labels.Length)]}",
        2 => string.Concat(Enumerable.Range(0, random.Next(2) == 0 ? 32 : 64).Select(_ => "0123456789abcdefABg"[random.Next(random.Next(40) == 0 ? 19 : 16)])),
        3 => $"http://{Labels[random.Next(Labels.Length)]}.example/{random.Next(5)}",
        4 => $"2001:db8::{random.Next(20):x}",
        5 => " " + Labels[random.Next(Labels.Length)] + ".example ",
        _ => string.Join(random.Next(12) == 0 ? "[.]" : ".", Enumerable.Range(0, random.Next(1, 5)).Select(_ => Labels[random.Next(Labels.Length)])),
    };

    [Fact]
    public void A_canonical_value_is_one_that_reading_takes_and_does_not_change()
    {
        var random = new Random(20261124);
        var yes = new int[6];
        for (var round = 0; round < 200_000; round++)
        {
            var kind = (ObservableKind)random.Next(6);
            var scope = kind == ObservableKind.Hash ? random.Next(2) == 0 ? "MD5" : "SHA-256" : "";
            var value = Value(random);
            if (!Observable.IsCanonical(kind, scope, Encoding.UTF8.GetBytes(value)))
                continue;
            yes[(int)kind]++;
            Assert.True(Observable.TryRead(kind, scope, value, out var read, out var problem), $"{kind} {value} {problem}");
            Assert.Equal((kind, scope, value, ""), (read!.Kind, read.Scope, read.Value, problem));
        }
        Assert.All([ObservableKind.Domain, ObservableKind.Address, ObservableKind.Hash, ObservableKind.Mail], kind => Assert.True(yes[(int)kind] > 300, $"{kind}: only {yes[(int)kind]}"));
    }

    [Fact]
    public void A_list_gives_the_same_indicators_whether_they_are_held_as_bytes_or_as_objects()
    {
        var random = new Random(4711);
        for (var round = 0; round < 60; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 300)).Select(_ => (Type: Types[random.Next(Types.Length)], Value: Value(random))).ToList();
            // A column that the mapping names, and that nobody fills in, is enough to have each read by itself.
            var bytes = Feed.Csv("""{"columns":{"type":"t","value":"v"},"fixed":{"source":"Lab","actor":"Some Bear"}}""", "t,v\n" + string.Concat(rows.Select(r => $"{r.Type},{r.Value}\n")));
            var objects = Feed.Csv("""{"columns":{"type":"t","value":"v","confidence":"c"},"fixed":{"source":"Lab","actor":"Some Bear"}}""", "t,v,c\n" + string.Concat(rows.Select(r => $"{r.Type},{r.Value},\n")));
            Assert.Equal(objects.Indicators.Select(Said).Order(StringComparer.Ordinal), bytes.Indicators.Select(Said).Order(StringComparer.Ordinal));
            Assert.Equal(objects.Indicators.Count, bytes.Indicators.Count);
            Assert.Equal(objects.Remarks.All.Select(r => (r.Kind, r.Line, r.What)), bytes.Remarks.All.Select(r => (r.Kind, r.Line, r.What)));

            var (of, os) = (bytes.Index(out var all, out _), objects.Index(out var others, out _));
            Assert.Equal(os.Count, of.Count);
            foreach (var ask in rows.Select(r => r.Value.Trim()).Concat(["www.evil.example", "10.0.0.1"]))
                foreach (var kind in (ObservableKind[])[ObservableKind.Domain, ObservableKind.Address, ObservableKind.Mail])
                    Assert.Equal(
                        os.Find(kind, "", ask).Select(h => (others[h.Indicator].Id, h.How)).Order(),
                        of.Find(kind, "", ask).Select(h => (all[h.Indicator].Id, h.How)).Order());
        }

        static string Said(Indicator i) => $"{i.Id}|{i.Feed}|{i.Place}|{i.Text}|{string.Join(' ', i.Observables)}|{i.Source}|{i.Confidence}|{i.Tlp}|{string.Join(' ', i.Actors)}|{i.ValidFrom}";
    }

    [Fact]
    public void The_later_of_two_that_say_the_same_holds_also_when_only_one_of_them_is_plain()
    {
        var into = new Intelligence();
        Read("""{"columns":{"value":"v"},"fixed":{"type":"domain"}}""", "v\na.example\nb.example\na.example\n", "one.csv");
        Assert.Equal(["one.csv, line 4", "one.csv, line 3"], into.Indicators.Select(i => i.Place));
        Read("""{"columns":{"value":"v","confidence":"c"},"fixed":{"type":"domain"}}""", "v,c\na.example,70\n", "two.csv");
        Assert.Equal([("b.example", null), ("a.example", 70)], into.Indicators.Select(i => (i.Text, i.Confidence)));
        Assert.Equal(2, into.Index(out var all, out _).Count);
        Assert.Equal("a.example", all[into.Index(out _, out _).Find(ObservableKind.Domain, "", "a.example")[0].Indicator].Text);
        Read("""{"columns":{"value":"v"},"fixed":{"type":"domain"}}""", "v\na.example\nb.example\n", "three.csv");
        Assert.Equal([("a.example", "three.csv, line 2", null), ("b.example", "three.csv, line 3", (int?)null)], into.Indicators.Select(i => (i.Text, i.Place, i.Confidence)));

        void Read(string mapping, string text, string file) =>
            new CsvReader(CsvMapping.Read(Encoding.UTF8.GetBytes(mapping)), "test", into).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), file);
    }

    [Fact]
    public void A_million_plain_values_take_less_than_a_hundred_bytes_each()
    {
        var text = new StringBuilder("v\n", 24 << 20);
        for (var i = 0; i < 1_000_000; i++)
            text.Append("host").Append(i).Append(".example\n");
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        text.Clear();
        var before = GC.GetTotalMemory(true);
        var into = Feed.Csv("""{"columns":{"value":"v"},"fixed":{"type":"domain"}}""", bytes);
        var held = GC.GetTotalMemory(true) - before;
        Assert.Equal(1_000_000, into.Indicators.Count);
        Assert.InRange(held, 0, 100_000_000);
    }
}
