using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Cli;

namespace Counterseal.EndToEnd.Tests;

/// <summary><c>counterseal draft</c> as a person and a program see it, over the small book that the drafts' own tests use.</summary>
public sealed class DraftCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("draft").FullName;

    public DraftCommandTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "rules", "law"));
        File.Copy(Path.Combine(Place.Root, "rules", "facts.yaml"), Path.Combine(_folder, "rules", "facts.yaml"));
        File.Copy(Path.Combine(Place.Root, "tests", "Counterseal.Intake.Tests", "drafts", "book.yaml"), Path.Combine(_folder, "rules", "law", "example.yaml"));
    }

    [Fact]
    public void A_draft_goes_to_standard_output_and_what_is_left_to_counsel_to_standard_error()
    {
        var (code, draft, said) = Draft("--fact", "immunity.seen=true");
        Assert.Equal(0, code);
        Assert.StartsWith("DRAFT for counsel; not sent.\n", draft, StringComparison.Ordinal);
        Assert.Contains("- Your reference: IE-DC-2026-0417\n", draft, StringComparison.Ordinal);
        Assert.Contains("annex3, to the issuing authority and the enforcing authority; left to counsel: 2; also called for: clarification, objection", said, StringComparison.Ordinal);
    }

    [Fact]
    public void For_a_program_it_is_one_JSON_document_with_Annex_III_as_data()
    {
        var (code, json, _) = Draft("--ground", "eu.annex3.protected", "--json");
        Assert.Equal(0, code);
        var draft = JsonNode.Parse(json)!;
        Assert.Equal("annex3", (string?)draft["letter"]);
        Assert.Equal("protectedData", (string?)draft["annex3"]!["identifiers"]![0]!["reasons"]![0]!["box"]);
    }

    [Fact]
    public void Annex_III_as_XML_goes_to_a_file_that_is_never_written_over()
    {
        var file = Path.Combine(_folder, "form.xml");
        Assert.Equal(0, Draft("--letter", "annex3", "--format", "xml", "--out", file).Code);
        var written = File.ReadAllBytes(file);
        Assert.NotNull(Intake.Annex3Xml.Read(written).Form);
        var (code, _, said) = Draft("--letter", "annex3", "--out", file);
        Assert.Equal(1, code);
        Assert.Contains("already exists", said, StringComparison.Ordinal);
        Assert.Equal(written, File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("there is no letter 'poem'; the folder has annex3", "--letter", "poem")]
    [InlineData("has no ground 'a.b'", "--ground", "a.b")]
    [InlineData("'nope' is no fact that a rule knows", "--fact", "nope=1")]
    [InlineData("--format xml is for the letter annex3", "--letter", "refusal", "--format", "xml")]
    [InlineData("--received 'yesterday' is not an instant", "--received", "yesterday")]
    public void What_is_wrong_is_one_sentence(string says, params string[] arguments)
    {
        var (code, _, said) = Draft(arguments);
        Assert.Equal(1, code);
        Assert.Contains(says, said.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private (int Code, string Out, string Error) Draft(params string[] arguments)
    {
        var start = Child.Self(["draft", Path.Combine(Place.Root, "samples", "emergency.json"), "--rules", Path.Combine(_folder, "rules"), "--as-of", "2026-10-02T10:00:00Z", .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
