using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Cli;

namespace Counterseal.EndToEnd.Tests;

/// <summary><c>counterseal rules</c> as counsel and a program see it, over the small book that the law's own tests use.</summary>
public sealed partial class RulesCommandTests : IDisposable
{
    private static readonly string Small = Path.Combine(Place.Root, "tests", "Counterseal.Law.Tests", "books", "small");

    private readonly string _folder = Directory.CreateTempSubdirectory("rules").FullName;

    public RulesCommandTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "letters"));
        foreach (var letter in (string[])["authority", "conflict"]) File.WriteAllText(Path.Combine(_folder, "letters", letter + ".liquid"), "");
    }

    private string Letters => Path.Combine(_folder, "letters");

    // The small book with one passage of one file replaced.
    private string Changed(string file, string find, string replace)
    {
        var copy = Path.Combine(_folder, "changed");
        foreach (var path in Directory.EnumerateFiles(Small, "*.yaml", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy, Path.GetRelativePath(Small, path));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(path, to, overwrite: true);
        }

        var text = File.ReadAllText(Path.Combine(copy, file));
        Assert.Contains(find, text, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(copy, file), text.Replace(find, replace, StringComparison.Ordinal));
        return copy;
    }

    [Fact]
    public void A_book_without_fault_is_said_to_be_so_and_what_nobody_has_read_is_counted()
    {
        var (code, said, _) = Rules("check", Small, "--day", "2026-11-24", "--letters", Letters);
        Assert.Equal(0, code);
        Assert.Contains("26 rules on 3 instruments", said, StringComparison.Ordinal);
        Assert.Contains("nothing wrong", said, StringComparison.Ordinal);
        Assert.Contains("1 in law/zz.yaml", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fault_is_named_with_its_place_and_what_to_do_and_the_exit_code_is_1()
    {
        var changed = Changed("law/zz.yaml", "require: {issuing.country: {in: zz.union}}", "require: {all: [{issuing.country: {in: zz.union}}, {issuing.country: XX}]}");
        var (code, said, _) = Rules("check", changed, "--day", "2026-11-24", "--letters", Letters);
        Assert.Equal(1, code);
        Assert.Contains("line 74, zz.union: can never hold", said, StringComparison.Ordinal);
        Assert.Contains("what is always out is written with 'exclude'", said, StringComparison.Ordinal);
        var json = JsonNode.Parse(Rules("check", changed, "--day", "2026-11-24", "--letters", Letters, "--json").Out)!;
        Assert.Equal(("law/zz.yaml", 74, "neverHolds"), ((string?)json["faults"]![0]!["file"], (int)json["faults"]![0]!["line"]!, (string?)json["faults"]![0]!["kind"]));
    }

    [Fact]
    public void All_faults_of_form_are_shown_at_once()
    {
        var (code, said, _) = Rules("check", Changed("law/zz.yaml", "    citation: Act 1(", "    citations: Act 1("), "--letters", Letters);
        Assert.Equal(1, code);
        Assert.Equal(4, Occurrences(said, "'citations' is not a key that goes here"));
        Assert.Contains("4 faults of form", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_is_text_or_one_page_that_needs_nothing_else()
    {
        var (code, said, _) = Rules("matrix", Small, "--day", "2026-11-24");
        Assert.Equal((0, File.ReadAllText(Small + ".matrix.txt")), (code, said));
        var page = Path.Combine(_folder, "m.html");
        Assert.Equal(0, Rules("matrix", Small, "--day", "2026-11-24", "--out", page).Code);
        var html = File.ReadAllText(page);
        Assert.DoesNotMatch("<script|<link|<img|@import|url\\(|https?:", html);
        var anchors = Ids().Matches(html).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.All(Links().Matches(html), m => Assert.Contains(m.Groups[1].Value, anchors));
        Assert.Equal(2, Occurrences(html, "traffic data: ordered by nobody who may") + Occurrences(html, "Traffic and content data: ordered by nobody who may") - 1);
        Assert.Contains("Meant so: A letter compels nobody; anyone may write one.", html, StringComparison.Ordinal);
        Assert.Contains("<span class=\"unread\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_without_a_reason_is_exit_code_1_and_one_instrument_can_be_asked_for_alone()
    {
        var changed = Changed("law/zz.yaml", "gaps:\n  - instrument: zz.letter\n    reason: A letter compels nobody; anyone may write one.\n", "");
        Assert.Equal(1, Rules("matrix", changed, "--day", "2026-11-24").Code);
        var (code, said, _) = Rules("matrix", changed, "--day", "2026-11-24", "--instrument", "zz.keep");
        Assert.Equal(0, code);
        Assert.DoesNotContain("zz.letter:", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Past_demands_that_would_be_decided_otherwise_are_shown()
    {
        var past = Path.Combine(_folder, "past");
        Directory.CreateDirectory(past);
        File.WriteAllText(Path.Combine(past, "one.json"), """{"counterseal":"demand/v1","reference":"R-1","instrument":"zz.order","issuing":{"name":"Police","country":"ZZ","kind":"police"},"scope":[{"selector":{"mailbox":"a@example.org"},"categories":["subscriber"]}]}""");
        File.WriteAllText(Path.Combine(past, "one.facts.json"), """{"received":"2026-09-07T10:20:00Z","facts":{"authenticated":"true"}}""");
        File.WriteAllText(Path.Combine(past, "two.json"), """{"counterseal":"demand/v1","reference":"R-2","instrument":"zz.keep","issuing":{"name":"Police","country":"ZZ","kind":"police"},"scope":[{"selector":{"mailbox":"a@example.org"},"categories":["subscriber"]}]}""");
        var changed = Changed("law/zz.yaml", "require: {issuing.kind: [judge, court, prosecutor, police]}", "require: {issuing.kind: [judge, court, prosecutor]}");
        var (code, said, _) = Rules("diff", Small, changed, "--demands", past, "--received", "2026-09-07T10:20:00Z");
        Assert.Equal(1, code);
        Assert.Contains("one.json, received 2026-09-07T10:20:00Z", said, StringComparison.Ordinal);
        Assert.Contains("decision: comply → reject", said, StringComparison.Ordinal);
        Assert.Contains("1 rules and 0 declarations are otherwise; 1 of 2 demands would be decided otherwise", said, StringComparison.Ordinal);
        Assert.Equal(0, Rules("diff", Small, Small, "--demands", past).Code);

        File.WriteAllText(Path.Combine(past, "three.json"), "{}");
        var (trouble, _, why) = Rules("diff", Small, Small, "--demands", past);
        Assert.Equal(2, trouble);
        Assert.Contains("three.json cannot be read as a demand and was not compared", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demands_of_a_running_desk_are_compared_and_left_as_they_are()
    {
        await using var house = House.Build();
        await house.Start();
        using var desk = new StaffClient(house.Home);
        var cancel = TestContext.Current.CancellationToken;
        var got = await desk.PostBytes("api/demands?channel=command", await File.ReadAllBytesAsync(Path.Combine(Place.Root, "samples", "ordinary.json"), cancel), cancel);
        var before = (await desk.Get($"api/demands/{got["demand"]}", cancel)).ToJsonString();
        var (code, said, why) = Rules("diff", AssessCommand.Rules, Small, "--home", house.Home.Folder);
        Assert.True(why.Length == 0, why);
        Assert.Equal(1, code);
        Assert.Contains($"{got["demand"]} (4:26-mj-00317)", said, StringComparison.Ordinal);
        Assert.Contains("1 of 1 demands would be decided otherwise", said, StringComparison.Ordinal);
        Assert.Equal(before, (await desk.Get($"api/demands/{got["demand"]}", cancel)).ToJsonString());
    }

    [Theory]
    [InlineData("is not a folder", "check", "nowhere")]
    [InlineData("--day 'soon' is not a day", "matrix", "--day", "soon")]
    [InlineData("the book has no instrument 'zz.none'", "matrix", "--instrument", "zz.none")]
    [InlineData("there is no file or folder nothing.json", "diff", "SMALL", "SMALL", "--demands", "nothing.json")]
    [InlineData("Required argument 'new' missing", "diff", "SMALL")]
    [InlineData("Unrecognized command", "judge")]
    public void What_cannot_be_asked_is_one_sentence_and_exit_code_2(string says, params string[] arguments)
    {
        var (code, _, said) = Rules([.. arguments.Select(a => a == "SMALL" ? Small : a)]);
        Assert.Equal(2, code);
        Assert.Contains(says, said.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static int Occurrences(string text, string of) => text.Split(of).Length - 1;

    private static (int Code, string Out, string Error) Rules(params string[] arguments)
    {
        var start = Child.Self(["rules", .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex("id=\"([^\"]+)\"")]
    private static partial Regex Ids();

    [GeneratedRegex("href=\"#([^\"]+)\"")]
    private static partial Regex Links();
}
