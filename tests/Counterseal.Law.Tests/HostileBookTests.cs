using System.Text;
using FsCheck;
using FsCheck.Fluent;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>Rule files from somebody who means harm, or from a broken disk: read or refused by name, quickly; and what is read never makes the engine fall over.</summary>
public class HostileBookTests
{
    // Of the processor: far above what the largest book takes, far below what anything that unfolds or backtracks would.
    private static readonly TimeSpan Quickly = TimeSpan.FromSeconds(5);

    private static readonly byte[][] Scraps =
    [
        .. new[]
        {
            "{", "}", "[", "]", ": ", "\n", "- ", "&a ", "*a", "!x ", "? ", "|", ">", "'", "\"", "\t", "#", "%YAML 9.9\n", "---\n", "...\n", "\0", "\u2028", "\ufeff", "<<: ", "true", "~", "99999999999999999999", "-1", "0x7f", "1e999",
            "{categories}", "{categories", "[[[[[[[[[[[[[[[[[[[[", "{a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: x", "9999-12-31", "0001-01-01", "2026-02-29", "Etc/../../passwd", "\u202eabc", "é̂̂̂", "𝕏", "rules:\n", "- id: x\n",
            "all: []", "not: {}", "passed: ", "sameAs: instrument", "atLeast: 1e9", "months: 1200", "hours: 100000",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x85], [0x7f],
    ];

    private static readonly string[] Values = ["", " ", "0", "1", "-1", "100000", "999999999999", "1e9", "true", "false", "none", "received", "instrument", "category", "scope.reached", "policy.utc", "{categories}", "{x}", "9999-12-31", "0001-01-01", new('x', 3000)];

    private static Gen<(int File, IReadOnlyList<(int Kind, int At, int More)> Cuts)> Bytewise { get; } =
        from file in Gen.Choose(0, Repository.RuleFiles.Count - 1)
        from cuts in Gen.ListOf(from kind in Gen.Choose(0, 4) from at in Gen.Choose(0, int.MaxValue - 1) from more in Gen.Choose(0, int.MaxValue - 1) select (kind, at, more))
        select (file, (IReadOnlyList<(int, int, int)>)[.. cuts.Take(6)]);

    [Fact]
    public void Bytes_that_were_changed_anywhere_are_read_or_refused_by_name()
    {
        var (read, refused) = (0, 0);
        Draw.Holds(Bytewise, t =>
        {
            var bytes = Repository.RuleFiles[t.File].Bytes.ToList();
            foreach (var (kind, at, more) in t.Cuts) Cut(bytes, kind, at, more);
            if (ReadOrRefused(Repository.RuleFiles.Select((f, i) => i == t.File ? (f.Name, bytes.ToArray()) : f)) is not { } book) return ++refused > 0;
            read++;
            return StillStands(book, t.File);
        }, 800);
        Assert.True(read > 50 && refused > 50, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Files_of_nothing_but_noise_are_refused_by_name() => Draw.Holds(
        from noise in Gen.ListOf(Gen.Elements(Scraps)) from more in Gen.ListOf(Gen.Choose(0, 255)) select noise.SelectMany(s => s).Concat(more.Select(b => (byte)b)).ToArray(),
        bytes => ReadOrRefused([Repository.RuleFiles.Single(f => f.Name == "facts.yaml"), ("law/zz.yaml", bytes)]) is null && ReadOrRefused([("facts.yaml", bytes)]) is null, 2000);

    [Fact]
    public void Trees_whose_values_were_exchanged_are_read_or_refused_by_name()
    {
        var (read, refused) = (0, 0);
        Draw.Holds(from n in Gen.Choose(0, 199) from seed in Gen.Choose(0, int.MaxValue - 1) select (Book: new DrawnBook(n), seed), t =>
        {
            var random = new Random(t.seed);
            var file = random.Next(3);
            var files = t.Book.Files.Select((f, i) => i == file ? (f.Name, Encoding.UTF8.GetBytes(BookText.Flow(Exchanged(BookText.Root(f.Bytes), random)))) : f).ToList();
            if (ReadOrRefused(files) is not { } book) return ++refused > 0;
            read++;
            return StillStands(book, t.seed);
        }, 2500);
        Assert.True(read > 50 && refused > 50, $"{read} read, {refused} refused");
    }

    [Fact]
    public void What_is_as_large_or_as_deep_as_may_be_is_read_or_refused_quickly()
    {
        var facts = Repository.RuleFiles.Single(f => f.Name == "facts.yaml");
        const string head = "title: T\nzone: Etc/UTC\n";
        string Rule(int n, string when) => $"- {{id: r{n}, citation: c, checked: false, from: 2020-01-01, plain: p, when: {when}, risk: x}}\n";
        var wide = "{any: [" + string.Join(", ", Enumerable.Repeat("{emergency: \"true\", assistance: \"false\"}", 5000)) + "]}";
        var deep = string.Concat(Enumerable.Repeat("{not: ", 12)) + "{emergency: \"true\"}" + new string('}', 12);
        // Alternatives of alternatives: what would change it must not be unfolded into all of their products.
        var product = "{all: [" + string.Join(", ", Enumerable.Range(0, 400).Select(_ => "{any: [{emergency: \"true\"}, {assistance: \"true\"}, {issuing.kind: judge}, {secrecy: dated}]}")) + "]}";
        var chain = head + "clocks: [{id: k, zone: Etc/UTC, citation: c, hours: atOnce, daysEndingOnRestDay: stay}]\nrules:\n" + string.Concat(Enumerable.Range(0, 900).Select(n =>
            $"- {{id: d{n}, citation: c, checked: false, from: 2020-01-01, plain: p, deadline: {{what: w, {(n == 0 ? "starts: received" : $"after: d{n - 1}")}, days: 1, clock: k}}}}\n"));
        foreach (var text in new[]
        {
            head + "rules:\n" + Rule(0, wide), head + "rules:\n" + Rule(0, deep), head + "rules:\n" + Rule(0, product), head + "rules:\n" + Rule(0, product).Replace("when:", "require:", StringComparison.Ordinal).Replace("risk: x", "otherwise: reject, fails: f", StringComparison.Ordinal),
            chain, head + "rules:\n" + string.Concat(Enumerable.Range(0, 2000).Select(n => Rule(n, "{emergency: \"true\"}"))), head + "x: '" + new string('y', 262_000) + "'", head + new string(' ', 200_000) + "x: y",
            head + "marks: [{countries: [ZZ], words: [" + string.Join(", ", Enumerable.Repeat("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 5000)) + "]}]\n",
        })
        {
            Assert.True(text.Length <= 262_144 || text.Contains("yyyy", StringComparison.Ordinal), $"{text.Length} bytes");
            if (ReadOrRefused([facts, ("law/zz.yaml", Encoding.UTF8.GetBytes(text))]) is { } book) Assert.True(StillStands(book, 1));
        }
    }

    // The book; null where it is refused. Anything but a refusal by name, and anything slow, fails here.
    private static RuleBook? ReadOrRefused(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var began = ProcessorTime.Now;
        try
        {
            return RuleBook.Read(files);
        }
        catch (RuleBookException e)
        {
            Assert.Contains(".yaml", e.Message, StringComparison.Ordinal);
            Assert.True(e.Message.Length < 4000, "an error of " + e.Message.Length + " characters");
            return null;
        }
        finally
        {
            Assert.True(ProcessorTime.Now - began < Quickly, $"took {ProcessorTime.Now - began}");
        }
    }

    private static bool StillStands(RuleBook book, int which)
    {
        var began = ProcessorTime.Now;
        foreach (var c in Enumerable.Range(0, 3).Select(n => Case.All[(int)(((uint)which + (uint)n * 97) % Case.All.Count)])) c.Assess(book);
        return ProcessorTime.Now - began < Quickly;
    }

    private static void Cut(List<byte> bytes, int kind, int at, int more)
    {
        at %= bytes.Count + 1;
        switch (kind)
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << (more % 8)); break;
            case 1: bytes.RemoveRange(at, Math.Min(more % 60, bytes.Count - at)); break;
            case 2: bytes.InsertRange(at, Scraps[more % Scraps.Length]); break;
            case 3 when bytes.Count > 80: bytes.InsertRange(at, bytes.GetRange(more % (bytes.Count - 70), 70)); break;
            case 4 when more % 5 == 0: bytes.RemoveRange(at, bytes.Count - at); break;
            default: break;
        }
    }

    // The tree with a few of its values put in the wrong places, of the wrong kind, doubled or lost.
    private static YamlNode Exchanged(YamlNode root, Random random)
    {
        var all = root.AllNodes.ToList();
        var chosen = Enumerable.Range(0, random.Next(1, 4)).Select(_ => all[random.Next(all.Count)]).ToHashSet(ReferenceEqualityComparer.Instance);
        return Walk(root);

        YamlNode Walk(YamlNode node)
        {
            if (chosen.Contains(node) && node != root)
            {
                return random.Next(6) switch
                {
                    0 => all[random.Next(all.Count)],
                    1 => new YamlScalarNode(Values[random.Next(Values.Length)]),
                    2 => new YamlSequenceNode(node),
                    3 => new YamlMappingNode(new YamlScalarNode(Values[random.Next(Values.Length)]), node),
                    4 => new YamlSequenceNode(),
                    _ => new YamlMappingNode(),
                };
            }
            switch (node)
            {
                case YamlSequenceNode list:
                    return new YamlSequenceNode(list.Select(Walk));
                case YamlMappingNode map:
                    var walked = new YamlMappingNode();
                    foreach (var (key, value) in map.Children)
                    {
                        var name = chosen.Contains(key) ? new YamlScalarNode(Values[random.Next(Values.Length)]) : key;
                        if (!walked.Children.ContainsKey(name)) walked.Add(name, Walk(value));
                    }
                    return walked;
                default:
                    return node;
            }
        }
    }
}
