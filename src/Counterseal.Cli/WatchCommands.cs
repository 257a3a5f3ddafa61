using System.CommandLine;
using System.Globalization;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>watch</c>: attacks by states, and telling those who are attacked.</summary>
internal static class WatchCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var watch = new Command("watch", "Attacks by states: what is known of them, held against events; findings; notices.");
        watch.Subcommands.Add(Demo());
        watch.Subcommands.Add(WatchServe.Init());
        watch.Subcommands.Add(WatchServe.Serve());
        watch.Subcommands.Add(WatchServe.Stream());
        watch.Subcommands.Add(WatchServe.Dkim());
        watch.Subcommands.Add(WatchStaff.Take());
        watch.Subcommands.Add(WatchStaff.Feeds());
        watch.Subcommands.Add(WatchStaff.Findings());
        watch.Subcommands.Add(WatchStaff.Show());
        watch.Subcommands.Add(WatchStaff.Decide("confirm", "An analyst holds a finding to be so: its customer is told.", (bell, id, by, reason, cancel) => bell.Confirm(id, by, reason, cancel)));
        watch.Subcommands.Add(WatchStaff.Decide("dismiss", "An analyst holds a finding not to be so; a new indicator opens it again.", (bell, id, by, reason, cancel) => bell.Dismiss(id, by, reason, cancel)));
        watch.Subcommands.Add(WatchStaff.Notices());
        watch.Subcommands.Add(WatchStaff.Figures());
        watch.Subcommands.Add(WatchStaff.Hunt());
        return watch;
    }

    private static Command Demo()
    {
        var folder = new Option<string>("--folder") { Description = "Where everything goes. An interrupted demo goes on from there.", DefaultValueFactory = _ => "watch-demo" };
        var events = new Option<long>("--events") { Description = "Sign-ins.", DefaultValueFactory = _ => 5_000_000 };
        var customers = new Option<int>("--customers") { Description = "Customers.", DefaultValueFactory = _ => 200_000 };
        var intel = new Option<DirectoryInfo?>("--intel") { Description = "Feeds: threat-actor.json, stix/, misp/. Default: ../shared/intel beside the project if it is there." };
        return Flags.Make("demo", "Real indicators planted in five million sign-ins: what is found, who is told, and how it is proven.", "watch demo", [folder, events, customers, intel],
            async (parsed, answer, cancel) =>
            {
                var (count, people) = (parsed.GetValue(events), parsed.GetValue(customers));
                if (people is < 1000 or > 999_999 || count < people)
                    throw new Refused("at least 1,000 and at most 999,999 customers, and at least as many sign-ins");
                var place = Path.GetFullPath(parsed.GetValue(folder)!);
                var result = await WatchDemo.Run(place, count, people, parsed.GetValue(intel)?.FullName ?? WatchDemo.IntelBeside(), sentence =>
                {
                    if (!answer.Json)
                        Answer.Output.WriteLine(Answer.Visible(sentence));
                }, cancel);
                answer.Give(result, console => Tell(console, result, place));
                return result.Good ? 0 : 1;
            });
    }

    private static void Tell(IAnsiConsole console, WatchDemoResult result, string place)
    {
        var figures = result.Figures;
        console.WriteLine();
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[bold]{result.Customers:N0} customers in {result.Countries} countries[/] were attacked, {figures.Compromised:N0} of them compromised, by {figures.Actors.Count} actors."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.SignIns:N0} events read in {result.Seconds:N1} s, each held against {result.Indicators:N0} values; {result.Found} of {result.Planted} planted attacks found, {result.Missed} missed, {result.Invented} invented."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Notices:N0} notices handed on, {result.Mails:N0} in the mailbox, DKIM verifies on {result.Signed:N0}; the page after sign-in {(result.Banner ? "shows" : "DOES NOT SHOW")} the banner; {result.Leaves:N0} events on the ledger."));
        var table = new Table().AddColumn("suspected state").AddColumn("year").AddColumn("customers").AddColumn("as published");
        foreach (var trend in figures.Trend)
            table.AddRow(trend.State, trend.Year.ToString(CultureInfo.InvariantCulture), trend.Customers.ToString(CultureInfo.InvariantCulture), WatchFigures.Published(trend.Customers));
        console.Write(table);
        console.WriteLine("A state is spoken of only where two independent sources name it; what one feed alone says stays \"unknown\".");
        console.WriteLine($"To look at: {place}  (mailbox/new, after-sign-in.html, dkim.txt)");
        console.MarkupLine(result.Good ? "[green]Everything came out as it should.[/]" : "[red]Something did not come out as it should; see above.[/]");
    }
}
