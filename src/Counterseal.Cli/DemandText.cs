using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>One demand as people read it on a terminal.</summary>
internal static class DemandText
{
    /// <summary>Shows it.</summary>
    public static void Show(IAnsiConsole console, JsonNode demand)
    {
        if ((string?)demand["tampered"] is { } tampered)
            console.MarkupLineInterpolated($"[red]The database does not agree with the ledger:[/] {Answer.Visible(tampered)}");
        var read = demand["read"].Deserialize<Demand>(LawJson.Options);
        console.MarkupLineInterpolated($"[bold]{Answer.Visible((string)demand["demand"]!)}[/] · {(string?)demand["state"]} · received {(string?)demand["received"]}");
        if (read is not null)
        {
            console.WriteLine(Answer.Visible($"{read.Reference} · {read.Instrument ?? "instrument unknown"} · {read.Issuing.Name} ({read.Issuing.Country}, {read.Issuing.Kind})"));
            foreach (var item in read.Scope.Items)
                console.WriteLine(Answer.Visible($"  {AssessmentText.Item(item)}"));
        }

        if (demand["assessment"].Deserialize<Assessment>(LawJson.Options) is { } assessment)
            AssessmentText.Show(console, assessment);
        foreach (var order in demand["orders"]!.AsArray())
            console.WriteLine(Answer.Visible($"order {order!["kind"]} {((string)order["order"]!)[..12]}…: {order["state"]} ({order["have"]} of {order["need"]})"));
        foreach (var logged in demand["events"]!.AsArray())
            console.WriteLine(Answer.Visible($"  {logged!["version"],3}  {logged["at"]}  {((string)logged["type"]!).PadRight(14)} {((string)logged["by"]!).PadRight(12)} ledger {logged["index"]}"));
    }
}
