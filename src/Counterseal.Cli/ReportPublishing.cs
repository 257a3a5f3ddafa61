using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Reports;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>report list</c>, <c>make</c>, <c>publish</c>, <c>erratum</c>, <c>state</c>, <c>forms</c>: the desk's own transparency report.</summary>
internal static class ReportPublishing
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Commands() => [List(), Make(), Publish(), Erratum(), State(), Forms()];

    private static Argument<string> Period() => new("period") { Description = "A half-year that is over, e.g. 2026-H1." };

    private static Command List()
    {
        var home = Flags.Home();
        return Flags.Make("list", "Lists the half-years that are over: published or not, with corrections, and how many demands stand otherwise by now.", "report list", [home], async (parsed, answer, cancel) =>
        {
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var rows = (await desk.Get("/api/reports", cancel)).AsArray();
            answer.Give(rows, console =>
            {
                if (rows.Count == 0)
                    console.WriteLine("no half-year in which something was received is over yet");
                var table = new Table().AddColumns("half-year", "published", "corrections", "changed since");
                foreach (var row in rows)
                    table.AddRow((string)row!["period"]!, (bool)row["published"]! ? Markup.Escape($"{(string?)row["digest"]}"[..12] + "…") : "no", $"{(int)row["errata"]!}", $"{(int)row["changedSince"]!}");
                if (rows.Count > 0)
                    console.Write(table);
            });
            return 0;
        });
    }

    private static Command Make()
    {
        var (period, home) = (Period(), Flags.Home());
        var output = new Option<FileInfo?>("--out") { Description = "The file to write. Default: standard output." };
        var csv = new Option<bool>("--csv") { Description = "As CSV instead of the bytes that would be published." };
        return Flags.Make("make", "Makes a half-year's report and publishes nothing.", "report make 2026-H1 --out report.json", [period, home, output, csv], async (parsed, answer, cancel) =>
        {
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var bytes = await desk.GetBytes($"/api/reports/{HalfYear.Parse(parsed.GetValue(period)!).Name}", cancel);
            var report = Report.Read(bytes);
            if (parsed.GetValue(csv))
                bytes = System.Text.Encoding.UTF8.GetBytes(ReportCsv.Of(report));
            if (parsed.GetValue(output) is not { } file)
            {
                await using var standard = Console.OpenStandardOutput();
                await standard.WriteAsync(bytes, cancel);
                return 0;
            }
            await File.WriteAllBytesAsync(file.FullName, bytes, cancel);
            answer.Give(new { file = file.FullName, digest = report.Digest }, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{file.Name}: {report.Totals.Received} came, {report.Totals.Answered} answered, {report.Tables.Count} tables, {report.Crosses.Count} cross tables; not published")));
            return 0;
        });
    }

    private static Command Publish()
    {
        var (period, home) = (Period(), Flags.Home());
        var by = Flags.Text("--by", "Who publishes.");
        return Flags.Make("publish", "Puts a half-year's report on the ledger and then on the public page. It stays as it is.", "report publish 2026-H1 --by alice", [period, home, by], async (parsed, answer, cancel) =>
        {
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var said = await desk.Post($"/api/reports/{HalfYear.Parse(parsed.GetValue(period)!).Name}", new JsonObject { ["by"] = parsed.GetValue(by) }, cancel);
            answer.Give(said, console => console.WriteLine($"{(string?)said["published"]} is published: {(int)said["received"]!} came, {(int)said["answered"]!} answered; digest {(string?)said["digest"]}"));
            return 0;
        });
    }

    private static Command Erratum()
    {
        var (period, home) = (Period(), Flags.Home());
        var by = Flags.Text("--by", "Who corrects.");
        var reason = Flags.Text("--reason", "What was wrong, or what has changed, in a sentence that is published.");
        return Flags.Make("erratum", "Publishes a correction beside a report, with the outcomes that have changed since.", "report erratum 2026-H1 --by alice --reason 'Two challenges were lost in August.'", [period, home, by, reason], async (parsed, answer, cancel) =>
        {
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var said = await desk.Post($"/api/reports/{HalfYear.Parse(parsed.GetValue(period)!).Name}/errata", new JsonObject { ["by"] = parsed.GetValue(by), ["reason"] = parsed.GetValue(reason) }, cancel);
            answer.Give(said, console => console.WriteLine($"{(string?)said["published"]} stands beside the report: {(int)said["moves"]!} demands with another outcome, further ones: {(string?)said["others"]}"));
            return 0;
        });
    }

    private static Command State()
    {
        var id = new Argument<string>("id") { Description = "What it is about, in one word, e.g. keys." };
        var home = Flags.Home();
        var text = Flags.Text("--text", "What is stated.");
        var key = Flags.File("--key", "The key file of the person who states it.");
        var days = new Option<int>("--days") { Description = $"For how many days it holds, at most {Statement.MostDays}.", DefaultValueFactory = _ => 190 };
        return Flags.Make("state", "Signs a standing statement and publishes it. It lapses by itself unless it is signed anew.", "report state keys --text 'We have never handed over a key.' --key alice.key", [id, home, text, key, days], async (parsed, answer, cancel) =>
        {
            using var signer = KeyFile.Signer(parsed.GetValue(key)!);
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var statement = Statement.Sign(parsed.GetValue(id)!, today, today.AddDays(parsed.GetValue(days)), parsed.GetValue(text)!, signer);
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var said = await desk.Post("/api/reports/statements", new JsonObject { ["note"] = System.Text.Encoding.UTF8.GetString(statement.Note), ["by"] = signer.Name }, cancel);
            answer.Give(said, console => console.WriteLine($"\"{(string?)said["published"]}\" is published and holds until {(string?)said["expires"]}"));
            return 0;
        });
    }

    private static Command Forms()
    {
        var year = new Argument<int>("year") { Description = "A calendar year." };
        var home = Flags.Home();
        var folder = new Option<DirectoryInfo>("--out") { Description = "The folder to write into.", Required = true };
        return Flags.Make("forms", "Writes the exact forms of a year: Art. 28(4) for the Commission, DSA rows for an authority that may demand them. Published, they undo the report's protection.", "report forms 2026 --out ./forms", [year, home, folder], async (parsed, answer, cancel) =>
        {
            using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
            var (of, into) = (parsed.GetValue(year), parsed.GetValue(folder)!);
            into.Create();
            var files = new List<string>();
            foreach (var form in new[] { "article28", "dsa" })
            {
                var file = Path.Combine(into.FullName, string.Create(CultureInfo.InvariantCulture, $"{form}-{of}-exact.csv"));
                await File.WriteAllBytesAsync(file, await desk.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/api/reports/forms/{form}/{of}"), cancel), cancel);
                files.Add(file);
            }
            answer.Give(new { files }, console =>
            {
                foreach (var file in files)
                    console.WriteLine(file);
                console.WriteLine("These numbers are exact. Send them to who may demand them; published beside the report they undo its protection.");
            });
            return 0;
        });
    }
}
