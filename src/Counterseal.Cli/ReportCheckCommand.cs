using System.CommandLine;
using Counterseal.Reports;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>report check</c>: holds any provider's published tables against arithmetic and sense.</summary>
internal static class ReportCheckCommand
{
    private const int Unreadable = 2;

    /// <summary>The command.</summary>
    public static Command Command()
    {
        var file = new Argument<FileSystemInfo>("file") { Description = "A CSV file, a folder of them, or a mapping (.yaml) whose tables lie beside it." }.AcceptExistingOnly();
        var mapping = new Option<FileInfo?>("--mapping") { Description = "The file that says what the columns mean and what adds up to what (docs/report-check.md). Default: guessed from each header, and said." };
        return Flags.Make("check", "Holds published tables of demands against arithmetic and sense: more disclosed than received, parts that do not add up, a half-year missing, bands not on an edge. Exit code 0: nothing impossible; 1: something is; 2: something could not be read.",
            "report check tables --mapping samples/reports-check/github.yaml", [file, mapping],
            (parsed, answer, _) =>
            {
                var (folder, names, map, whole) = Named(parsed.GetValue(file)!, parsed.GetValue(mapping));
                var outcome = TableCheck.Run(Opened(folder, names), map, whole);
                answer.Give(outcome, console => Show(console, outcome));
                return Task.FromResult(outcome.ExitCode);
            }, Unreadable);
    }

    // The folder that files are named in, the files, what they mean, and whether they are all there are.
    private static (string Folder, IReadOnlyList<string> Files, TableMapping? Mapping, bool Whole) Named(FileSystemInfo named, FileInfo? mapping)
    {
        var yaml = named is FileInfo && named.Extension.ToLowerInvariant() is ".yaml" or ".yml";
        if (yaml && mapping is not null)
            throw new Refused($"{named.Name} is a mapping itself; name the folder of the tables before --mapping, or leave --mapping out");
        var map = yaml ? Read(named.FullName) : mapping is null ? null : Read(mapping.FullName);
        if (named is FileInfo && !yaml)
        {
            // A file alone has the mapping's table whose file's name it bears.
            var only = map?.Tables.FirstOrDefault(t => t.File.Split('/')[^1] == named.Name);
            if (map is not null && only is null)
                throw new Refused($"the mapping has no table in a file {named.Name}; it has {string.Join(", ", map.Tables.Select(t => t.File.Split('/')[^1]))}");
            return (Path.GetDirectoryName(named.FullName)!, [named.Name], map is null ? null : map with { Tables = [only! with { File = named.Name }] }, true);
        }

        var folder = yaml ? Path.GetDirectoryName(named.FullName)! : named.FullName;
        var there = Directory.EnumerateFiles(folder, "*.csv", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = FileAttributes.ReparsePoint, MatchCasing = MatchCasing.CaseInsensitive })
            .Select(f => Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/'));
        // Beside a mapping lie perhaps other files than its tables; a folder that is named is meant as a whole.
        var files = (yaml ? map!.Tables.Select(t => t.File).Where(t => File.Exists(Path.Combine(folder, t))) : there.Concat((map?.Tables ?? []).Select(t => t.File).Where(t => File.Exists(Path.Combine(folder, t)))))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            throw new Refused($"{named.Name} has no CSV file{(map is null ? "" : " that the mapping names")}");
        return (folder, files, map, true);
    }

    private static TableMapping Read(string path)
    {
        if (!File.Exists(path))
            throw new Refused($"there is no mapping {path}");
        using var stream = File.OpenRead(path);
        if (stream.Length > 1 << 20)
            throw new Refused($"{Path.GetFileName(path)} has {stream.Length} bytes; a mapping has at most 262144");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return TableMapping.Read(Path.GetFileName(path), bytes);
    }

    private static IEnumerable<TableFile> Opened(string folder, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            using var stream = File.OpenRead(Path.Combine(folder, name));
            yield return new TableFile(name, stream);
        }
    }

    private static void Show(IAnsiConsole console, CheckOutcome outcome)
    {
        foreach (var table in outcome.Tables.Where(t => t.Guesses.Count > 0))
            console.WriteLine(Answer.Visible($"{table.File}: guessed from the header: {string.Join("; ", table.Guesses)}"));
        foreach (var file in outcome.Findings.GroupBy(f => f.File, StringComparer.Ordinal).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var table = new Table { Title = new TableTitle(Markup.Escape(Answer.Visible(file.Key))), Border = TableBorder.Ascii2, ShowRowSeparators = true };
            table.AddColumn("line").AddColumn(new TableColumn("rule").NoWrap()).AddColumn("found, what would be true, what to ask the publisher");
            foreach (var finding in file)
            {
                var colour = finding.Severity switch { TableSeverity.Impossible => "red", TableSeverity.Doubtful => "yellow", _ => "grey" };
                table.AddRow(new Text(Lines(finding.Lines)), new Markup($"[{colour}]{finding.Severity.ToString().ToLowerInvariant()}[/]\n{finding.Rule}"), Plain($"{finding.Found}\nTrue would be: {finding.Expected}\nAsk: {finding.Ask}"));
            }

            console.Write(table);
        }

        foreach (var unread in outcome.Unread)
            Answer.Fail($"{unread.File} could not be checked: {unread.Why}");
        int Count(TableSeverity severity) => outcome.Findings.Count(f => f.Severity == severity);
        console.WriteLine($"{outcome.Tables.Count} tables, {outcome.Tables.Sum(t => t.Rows)} rows, {outcome.Comparisons} comparisons: {Count(TableSeverity.Impossible)} impossible, {Count(TableSeverity.Doubtful)} doubtful, {Count(TableSeverity.Remark)} remarks{(outcome.Further > 0 ? $", and {outcome.Further} more findings that are not listed" : "")}");
    }

    private static string Lines(IReadOnlyList<int> lines) => lines.Count == 0 ? "–" : lines.Count <= 6 ? string.Join(", ", lines) : $"{string.Join(", ", lines.Take(5))} … {lines[^1]}";

    private static Text Plain(string text) => new(Answer.Visible(text));
}
