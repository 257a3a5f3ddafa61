using System.CommandLine;
using System.Text.Json.Nodes;

namespace Counterseal.Cli;

/// <summary>Who sees a demand and who works on it: parts of <c>counterseal demands</c>.</summary>
internal static class KeepingCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Command> All() => [Assign(), Word("recuse", "Declares your own conflict with a demand, for good: you are not picked for it and decide nothing of it.", "the account is my brother's"), Restrict(), Word("unrestrict", "Takes a demand out of the compartment that a person put it in.", "published by the court")];

    private static Command Assign()
    {
        var (id, by, home) = (DemandCommands.Id(), DemandCommands.By(), Flags.Home());
        var to = Flags.Text("--to", "The person's name; without it the demand is with nobody.", required: false);
        return Flags.Make("assign", "Gives a demand to a person who sees it and has declared no conflict with it.", "demands assign 01J9Z3… --to Rosa --by Cora", [id, to, by, home],
            (parsed, answer, cancel) => DemandCommands.Act(parsed.GetValue(home), parsed.GetValue(id)!, "assign", new JsonObject { ["by"] = parsed.GetValue(by), ["person"] = parsed.GetValue(to) }, answer, cancel));
    }

    private static Command Restrict()
    {
        var (id, by, home) = (DemandCommands.Id(), DemandCommands.By(), Flags.Home());
        var compartment = new Argument<string>("compartment") { Description = "One that you are in." };
        var reason = Flags.Text("--reason", "Why, in a sentence.");
        return Flags.Make("restrict", "Puts a demand into a compartment: only its members see it from then on.", "demands restrict 01J9Z3… 'national security' --by Cora --reason 'says so itself'", [id, compartment, by, reason, home],
            (parsed, answer, cancel) => DemandCommands.Act(parsed.GetValue(home), parsed.GetValue(id)!, "restrict",
                new JsonObject { ["by"] = parsed.GetValue(by), ["compartment"] = parsed.GetValue(compartment), ["reason"] = parsed.GetValue(reason) }, answer, cancel));
    }

    private static Command Word(string act, string description, string example)
    {
        var (id, by, home) = (DemandCommands.Id(), DemandCommands.By(), Flags.Home());
        var reason = Flags.Text("--reason", "Why, in a sentence.");
        return Flags.Make(act, description, $"demands {act} 01J9Z3… --by Cora --reason '{example.Replace("'", "’", StringComparison.Ordinal)}'", [id, by, reason, home],
            (parsed, answer, cancel) => DemandCommands.Act(parsed.GetValue(home), parsed.GetValue(id)!, act, new JsonObject { ["by"] = parsed.GetValue(by), ["reason"] = parsed.GetValue(reason) }, answer, cancel));
    }
}
