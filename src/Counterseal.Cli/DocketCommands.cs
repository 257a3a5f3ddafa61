using System.CommandLine;
using System.Text.Json.Nodes;

namespace Counterseal.Cli;

/// <summary><c>demands docket</c>: what happens to a challenge before a court, as counsel records it on the demand's page.</summary>
internal static class DocketCommands
{
    /// <summary>The command with one below it for each thing that can happen.</summary>
    public static Command Docket()
    {
        var command = new Command("docket", "Records what happens to a challenge of a demand before a court.");
        command.Subcommands.Add(Kind("filed", "A challenge was filed: by us, the customer or somebody else.", "--court 'High Court' --case '2026 No. 417 JR' --filed-by 'Example Mail' --grounds 'wider than the law'", [
            (Flags.Text("--court", "Before which court."), "court"), (Flags.Text("--case", "Under which case number, or: not given yet."), "case"),
            (Flags.Text("--filed-by", "Who filed it."), "filedBy"), (Flags.Text("--grounds", "On which grounds."), "grounds")]));
        command.Subcommands.Add(Kind("filing", "Something was filed in the case.", "--what 'reply of the authority' --filed-by 'the authority'", [(Flags.Text("--what", "What was filed."), "what"), (Flags.Text("--filed-by", "Who filed it."), "filedBy")]));
        command.Subcommands.Add(Kind("hearing", "The court set a hearing; it stands in the calendar.", "--at 2026-12-08T09:30Z --where 'Court 4, on the stay'", [
            (Flags.Text("--at", "When (RFC 3339; without a zone it is UTC)."), "at"), (Flags.Text("--where", "Where, and what is heard."), "where"),
            (Flags.Text("--instead", "The version of the event that set the hearing which this one takes the place of.", required: false), "instead")]));
        command.Subcommands.Add(Kind("ruling", "The court ruled.", "--what 'the period is cut to a month'", [(Flags.Text("--what", "What it ruled."), "what")]));
        command.Subcommands.Add(Kind("appeal", "Somebody appealed.", "--appealed-by 'the authority' --court 'Court of Appeal' --case 2027/12", [
            (Flags.Text("--appealed-by", "Who appealed."), "appealedBy"), (Flags.Text("--court", "To which court."), "court"), (Flags.Text("--case", "Under which case number there, or: not given yet."), "case")]));
        command.Subcommands.Add(Kind("outcome", "The challenge is over.", "--outcome inPart --what 'a month of it stands'", [
            (new Option<string>("--outcome") { Description = "How it ended: upheld (the demand does not stand), inPart, rejected (the demand stands), settled.", Required = true }.AcceptOnlyFromAmong("upheld", "inPart", "rejected", "settled"), "outcome"),
            (Flags.Text("--what", "How, in a sentence."), "what")]));
        return command;
    }

    private static Command Kind(string kind, string description, string example, IReadOnlyList<(Option<string> Option, string Member)> said)
    {
        var (id, by, home) = (DemandCommands.Id(), DemandCommands.By(), Flags.Home());
        return Flags.Make(kind, description, $"demands docket {kind} 01J9Z3… --by niamh {example}", [id, .. said.Select(one => one.Option), by, home], (parsed, answer, cancel) =>
        {
            var body = new JsonObject { ["kind"] = kind, ["by"] = parsed.GetValue(by) };
            foreach (var (option, member) in said)
                body[member] = parsed.GetValue(option);
            return DemandCommands.Act(parsed.GetValue(home), parsed.GetValue(id)!, "docket", body, answer, cancel);
        });
    }
}
