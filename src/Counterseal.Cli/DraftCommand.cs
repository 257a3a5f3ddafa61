using System.CommandLine;
using System.Text;
using Counterseal.Intake;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>draft FILE</c>: the letter that a demand calls for, for counsel to edit; without a server and without keeping anything.</summary>
internal static class DraftCommand
{
    /// <summary>The letters that came with this program.</summary>
    public static string Letters => Path.Combine(AppContext.BaseDirectory, "letters");

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var file = new Argument<FileInfo>("file") { Description = "The demand as it came." }.AcceptExistingOnly();
        var letter = Flags.Text("--letter", "The letter by its name, e.g. refusal. Default: the one that the ground names, or that the assessment calls for most.", required: false);
        var ground = Flags.Text("--ground", "The one ground to give, by its id in the rule books, whether a rule raised it or not. Default: all that were raised and fit the letter.", required: false);
        var facts = new Option<string[]>("--fact") { Description = "NAME=VALUE, what has been established; may be given several times.", DefaultValueFactory = _ => [] };
        var received = Flags.Text("--received", "When the demand was received (RFC 3339). Default: the time of --as-of.", required: false);
        var asOf = Flags.Text("--as-of", "The time to draft for (RFC 3339). Default: now.", required: false);
        var format = new Option<string>("--format") { Description = "markdown, text, or xml (Annex III as data).", DefaultValueFactory = _ => "markdown" }.AcceptOnlyFromAmong("markdown", "text", "xml");
        var output = Flags.Text("--out", "The file to write the draft to; it must not exist. Default: standard output.", required: false);
        var letters = new Option<DirectoryInfo?>("--letters") { Description = "A folder of letters. Default: the ones that came with this program." };
        var rules = new Option<DirectoryInfo?>("--rules") { Description = "A folder of rule books. Default: the ones that came with this program." };
        var schemas = new Option<DirectoryInfo?>("--schemas") { Description = "A folder with ETSI's own XSDs to validate against as well." };
        return Flags.Make("draft", "Drafts the answer that a demand calls for: refusal, objection, clarification, redirect, recall, mlat, motion, annex3. Counsel edits it; nothing is sent.",
            "draft samples/ordinary.json --fact authenticated=true --as-of 2026-11-24T02:00:00Z --letter objection", [file, letter, ground, facts, received, asOf, format, output, letters, rules, schemas],
            (parsed, answer, _) =>
            {
                if (AssessCommand.Read(parsed.GetValue(file)!, parsed.GetValue(schemas), answer) is not { } demand)
                    return Task.FromResult(Answer.Fail($"{parsed.GetValue(file)!.Name} cannot be read as a demand"));
                var at = AssessCommand.At("--as-of", parsed.GetValue(asOf)) ?? TimeProvider.System.GetUtcNow();
                var book = RuleBook.Load(parsed.GetValue(rules)?.FullName ?? AssessCommand.Rules);
                var known = AssessCommand.Known(parsed.GetValue(facts)!);
                if (book.Mistakes(known) is [var mistake, ..])
                    throw new Refused(mistake);
                var matter = Matter.Of(demand, known, book, AssessCommand.At("--received", parsed.GetValue(received)) ?? at, at);
                var xml = parsed.GetValue(format) == "xml";
                var draft = Intake.Letters.Load(parsed.GetValue(letters)?.FullName ?? Letters)
                    .Write(matter, parsed.GetValue(letter), parsed.GetValue(ground), parsed.GetValue(format) == "text" ? DraftFormat.Text : DraftFormat.Markdown);
                if (xml && draft.Annex3 is null)
                    throw new Refused($"--format xml is for the letter annex3, and the draft is {draft.Letter}; add --letter annex3, or choose markdown or text");
                Give(draft, xml ? Encoding.UTF8.GetString(Annex3Xml.Write(draft.Annex3!)) + "\n" : draft.Text, parsed.GetValue(output), answer);
                return Task.FromResult(0);
            });
    }

    private static void Give(Draft draft, string text, string? output, Answer answer)
    {
        if (output is not null)
        {
            // A draft that counsel has edited is not written over.
            using var written = new FileStream(output, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write });
            written.Write(Encoding.UTF8.GetBytes(text));
        }

        answer.Give(draft, _ => { if (output is null) Console.Out.Write(text); });
        if (answer.Json)
            return;
        if (draft.Caution is { } caution)
            Answer.Error.MarkupLineInterpolated($"[red]careful:[/] {caution}");
        var to = string.Join(" and ", draft.To.Select(t => t switch { Recipient.IssuingAuthority => "the issuing authority", Recipient.EnforcingAuthority => "the enforcing authority", _ => "a court" }));
        Answer.Error.WriteLine(Answer.Visible($"{draft.Letter}, to {to}{(output is null ? "" : $", in {output}")}; left to counsel: {draft.Gaps.Count}{(draft.AlsoCalledFor.Count > 0 ? $"; also called for: {string.Join(", ", draft.AlsoCalledFor)}" : "")}"));
    }
}
