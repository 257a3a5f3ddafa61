using System.Diagnostics;
using System.Globalization;
using System.Text;
using Counterseal.Tally;

namespace Counterseal.Reports.Tests;

/// <summary>
/// Who wants to know a number that was held back. Knows everything published of a half-year, all labels that occur, which pairs of closely tied attributes do not occur, and, where it is a party,
/// its own demands. Writes all of it as one linear program over the full cross of all attributes and asks GLPK's <c>glpsol</c> for the least and the greatest value of a cell. It shares no code with the
/// protection and knows nothing of how that works.
/// </summary>
internal sealed class Attacker
{
    private static readonly string[] Attributes = ["country", "authority", "outcome", "instrument", "emergency", "asked", "secrecy", "telling"];

    private readonly List<string[]> types = [];
    private readonly List<string> constraints = [];
    private readonly string folder;
    private readonly IReadOnlyList<string> names;

    /// <param name="report">What is public.</param>
    /// <param name="all">Every demand: only its labels and, for <paramref name="tied"/>, its pairs are looked at.</param>
    /// <param name="own">The demands that the attacker knows to be its own.</param>
    /// <param name="rules">The rules whose failing is published.</param>
    /// <param name="tied">Pairs of attributes of which the attacker knows which combinations do not occur.</param>
    /// <param name="folder">For the program's files.</param>
    public Attacker(Report report, IReadOnlyList<CountedDemand> all, IReadOnlyList<CountedDemand> own, IReadOnlyList<string> rules, IReadOnlyList<(string, string)> tied, string folder)
    {
        this.folder = folder;
        names = [.. Attributes, .. report.Table("received") is null ? (string[])[] : ["received"], .. rules.Select(rule => "failed:" + rule)];
        var labels = names.Select(name => all.Select(demand => Label(demand, name)).Distinct().Order(StringComparer.Ordinal).ToArray()).ToList();
        var pairs = tied.Select(pair => (A: Index(pair.Item1), B: Index(pair.Item2), There: all.Select(demand => (Label(demand, pair.Item1), Label(demand, pair.Item2))).ToHashSet())).ToList();
        foreach (var type in Cross(labels))
        {
            if (pairs.All(pair => pair.There.Contains((type[pair.A], type[pair.B]))))
                types.Add(type);
        }
        var mine = own.ToLookup(demand => string.Join('|', names.Select(name => Label(demand, name))));
        // Its own demands are taken away from every number that counts them.
        void Say(Func<string[], bool> counts, int number)
        {
            var known = mine.Where(group => counts(group.Key.Split('|'))).Sum(group => group.Count());
            var terms = types.Select((type, i) => (type, i)).Where(one => counts(one.type)).Select(one => $"x{one.i}").ToList();
            if (terms.Count == 0)
            {
                Assert.Equal(number, known);
                return;
            }
            constraints.Add($"{Sum(terms)} = {number - known}");
        }
        Say(_ => true, report.Totals.Answered);
        foreach (var table in report.Tables)
        {
            var (at, shown) = (Index(table.Name), table.Cells.Select(cell => cell.Of).ToHashSet());
            foreach (var cell in table.Cells)
                Say(type => cell.Of == "others" ? !shown.Contains(type[at]) : type[at] == cell.Of, cell.Count);
        }
        foreach (var cross in report.Crosses)
        {
            var row = Index(cross.Rows);
            var column = Index(cross.Columns == "failed" ? "failed:" + cross.Name.Split(':')[1] : cross.Columns);
            var (rows, columns) = (cross.Lines.Select(line => line.Of).ToHashSet(), cross.ColumnLabels.ToHashSet());
            bool InRow(string[] type, string label) => label == "others" ? !rows.Contains(type[row]) : type[row] == label;
            bool InColumn(string[] type, string label) => label == "others" ? !columns.Contains(type[column]) : type[column] == label;
            foreach (var line in cross.Lines)
            {
                Say(type => InRow(type, line.Of), line.Count);
                foreach (var (label, count) in line.Cells)
                    Say(type => InRow(type, line.Of) && InColumn(type, label), count);
            }
        }
    }

    /// <summary>Is given the tally as well: each number and each interval of the opening beside the report.</summary>
    public void Learn(PeriodOpening opening, TallyPlan plan, IReadOnlyList<CountedDemand> own)
    {
        for (var t = 1; t < opening.Tables.Count; t++)
        {
            var at = plan.Schema.Tables[t].Name;
            if (!names.Contains(at))
                continue;
            var index = Index(at);
            foreach (var cell in opening.Tables[t].Cells.Where(cell => cell.Place < plan.Schema.Tables[t].Cells.Count))
            {
                var label = plan.Schema.CellName(t, cell.Place);
                var terms = types.Select((type, i) => (type, i)).Where(one => one.type[index] == label).Select(one => $"x{one.i}").ToList();
                var known = own.Count(demand => Label(demand, at) == label);
                if (terms.Count == 0)
                    continue;
                constraints.Add($"{Sum(terms)} >= {cell.Least - known}");
                constraints.Add($"{Sum(terms)} <= {cell.Most - known}");
            }
        }
        // Closed, without national security: at least what the band begins with.
        var closed = opening.Tables[0].Cells.Single(cell => cell.Place == (int)LeafKind.Closed);
        constraints.Add($"{Sum(types.Select((_, i) => $"x{i}"))} <= {closed.Most - own.Count}");
    }

    /// <summary>The least and the greatest number of demands (not its own) with these labels that agree with all that the attacker knows.</summary>
    public async Task<(int Least, int Most)> Range(params (string Attribute, string Label)[] of)
    {
        var at = of.Select(one => (Index: Index(one.Attribute), one.Label)).ToList();
        var terms = types.Select((type, i) => (type, i)).Where(one => at.All(a => one.type[a.Index] == a.Label)).Select(one => $"x{one.i}").ToList();
        if (terms.Count == 0)
            return (0, 0);
        return ((int)Math.Ceiling(await Solve("Minimize", terms) - 1e-6), (int)Math.Floor(await Solve("Maximize", terms) + 1e-6));
    }

    /// <summary>A demand's label for an attribute.</summary>
    public static string Label(CountedDemand demand, string attribute) => attribute switch
    {
        "country" => demand.Country,
        "authority" => demand.Authority,
        "outcome" => ReportMaking.Word(demand.Outcome),
        "instrument" => demand.Instrument,
        "emergency" => demand.Emergency ? "yes" : "no",
        "asked" => demand.Asked is { } asked ? ReportMaking.Word(asked) : "notSaid",
        "secrecy" => ReportMaking.Word(demand.Secrecy),
        "telling" => ReportMaking.Word(demand.Telling),
        "received" => demand.Came.Name,
        _ => demand.Failed.Contains(attribute["failed:".Length..], StringComparer.Ordinal) ? "yes" : "no",
    };

    private int Index(string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }
        throw new ArgumentException(name);
    }

    private async Task<double> Solve(string way, List<string> terms)
    {
        var (program, answer) = (Path.Combine(folder, "attack.lp"), Path.Combine(folder, "attack.txt"));
        var text = new StringBuilder($"{way}\n goal: {Sum(terms)}\nSubject To\n");
        for (var i = 0; i < constraints.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $" c{i}: {constraints[i]}\n");
        text.Append("End\n");
        await File.WriteAllTextAsync(program, text.ToString());
        using var solver = Process.Start(new ProcessStartInfo("glpsol", ["--lp", program, "-w", answer]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await solver.StandardOutput.ReadToEndAsync();
        await solver.WaitForExitAsync();
        Assert.Equal(0, solver.ExitCode);
        // "s bas ROWS COLUMNS PRIMAL DUAL VALUE": f is feasible.
        var said = File.ReadLines(answer).First(line => line.StartsWith("s bas", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(("f", "f"), (said[4], said[5]));
        return double.Parse(said[6], CultureInfo.InvariantCulture);
    }

    // A line of an LP file has a limit; terms stand under each other.
    private static string Sum(IEnumerable<string> terms) => string.Join("\n + ", terms);

    private static IEnumerable<string[]> Cross(List<string[]> labels) =>
        labels.Aggregate((IEnumerable<string[]>)[[]], (sofar, next) => sofar.SelectMany(one => next.Select(label => (string[])[.. one, label])));
}
