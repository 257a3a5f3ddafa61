using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Counterseal.Desk;

namespace Counterseal.Reports;

/// <summary>What a report needs besides the desk's events.</summary>
/// <param name="Provider">Whose report it is.</param>
/// <param name="Trial">Trial mode.</param>
/// <param name="Forms">Which instruments other people's forms want, and how.</param>
/// <param name="Attacks">Customers first seen attacked by a state, by half-year; <c>null</c> where there is no bell.</param>
public sealed record ReportGround(string Provider, bool Trial, ReportForms Forms, IReadOnlyDictionary<HalfYear, int>? Attacks = null);

/// <summary>The room's entry point: from the desk's events to what may be published of each half-year.</summary>
public static class ReportMaking
{
    /// <summary>Reads all demands.</summary>
    /// <param name="database">The desk's: <c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="until">Events from then on are not looked at.</param>
    /// <param name="progress">Told how many demands have been read, now and then.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="ReportException">Stored bytes are no event.</exception>
    /// <exception cref="System.Data.Common.DbException">The database cannot be read.</exception>
    public static IReadOnlyList<CountedDemand> Demands(string database, DateTimeOffset until, Action<int>? progress = null, CancellationToken cancel = default)
    {
        // One thread reads the database, the others take the events apart.
        using var batches = new BlockingCollection<List<IReadOnlyList<ArchivedEvent>>>(8);
        var read = new ConcurrentBag<List<CountedDemand>>();
        var count = 0;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var workers = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(_ => Task.Run(() =>
        {
            try
            {
                foreach (var batch in batches.GetConsumingEnumerable(CancellationToken.None))
                {
                    if (failed.IsCancellationRequested)
                        continue;
                    var demands = new List<CountedDemand>(batch.Count);
                    foreach (var life in batch)
                    {
                        if (DemandReading.Read(life, until) is { } demand)
                            demands.Add(demand);
                    }
                    read.Add(demands);
                    progress?.Invoke(Interlocked.Add(ref count, batch.Count));
                }
            }
            catch
            {
                failed.Cancel();
                throw;
            }
        }, CancellationToken.None)).ToArray();
        try
        {
            var batch = new List<IReadOnlyList<ArchivedEvent>>();
            foreach (var life in EventArchive.Lives(database, DemandReading.Types, failed.Token))
            {
                batch.Add(life);
                if (batch.Count < 256)
                    continue;
                batches.Add(batch, failed.Token);
                batch = [];
            }
            batches.Add(batch, failed.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // A worker failed; its own exception is the one that is told.
        }
        finally
        {
            batches.CompleteAdding();
            try
            {
                Task.WaitAll(workers, CancellationToken.None);
            }
            catch (AggregateException several)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
            }
        }
        return [.. read.SelectMany(demands => demands).OrderBy(demand => demand.Id, StringComparer.Ordinal)];
    }

    /// <summary>The half-years that are over and in which something was received or answered, with those between them.</summary>
    public static IReadOnlyList<HalfYear> Periods(IReadOnlyList<CountedDemand> demands, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demands);
        if (demands.Count == 0)
            return [];
        var periods = new List<HalfYear>();
        for (var half = demands.Min(demand => demand.Came); half.To <= now; half = half.Next)
            periods.Add(half);
        return periods;
    }

    /// <summary>Makes the reports of all half-years that are over, side by side.</summary>
    /// <exception cref="ReportException">As <see cref="Of"/>.</exception>
    public static IReadOnlyList<Report> All(IReadOnlyList<CountedDemand> demands, ReportGround ground, DateTimeOffset now)
    {
        var periods = Periods(demands, now);
        var reports = new Report[periods.Count];
        Parallel.For(0, periods.Count, i => reports[i] = Of(demands, periods[i], ground, now));
        return reports;
    }

    /// <summary>Makes one half-year's report. The same demands give the same bytes, whenever it is made.</summary>
    /// <param name="demands">All demands, of this and other half-years.</param>
    /// <param name="half">The half-year.</param>
    /// <param name="ground">What else it needs.</param>
    /// <param name="now">Says whether the half-year is over.</param>
    /// <exception cref="ReportException"><c>early</c>: the half-year is not over.</exception>
    public static Report Of(IReadOnlyList<CountedDemand> demands, HalfYear half, ReportGround ground, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(ground);
        if (half.To > now)
            throw new ReportException("early", $"{half} ends on {half.To:yyyy-MM-dd}, and a half-year is counted when it is over", $"make it on that day or later; the last one over is {HalfYear.Of(now.AddMonths(-6))}");
        var open = demands.Where(demand => !ground.Forms.IsBanded(demand.Instrument)).ToList();
        var answered = Tally.Numbered(open.Where(demand => demand.Period == half));
        var country = Partition.Of(By(answered, demand => demand.Country));
        var outcome = Partition.Of(By(answered, demand => Word(demand.Outcome)));
        var instrument = Partition.Of(By(answered, demand => demand.Instrument));
        var crosses = new List<ReportCross>();

        // The order matters: a table may gather more of its columns, and later tables are made of what is left.
        if (Cross("country-outcome", country, demand => demand.Country, outcome, demand => Word(demand.Outcome), zerosKnown: false) is { } byOutcome)
            outcome = byOutcome;
        else if (country.Splits)
            outcome = Partition.Of(By(answered, _ => ""));
        // A country's instruments are its own: who knows the law knows which cells are empty.
        if (Cross("country-instrument", country, demand => demand.Country, instrument, demand => demand.Instrument, zerosKnown: true) is { } byInstrument)
            instrument = byInstrument;
        else if (country.Splits)
            instrument = Partition.Of(By(answered, _ => ""));
        var emergency = Cross("instrument-emergency", instrument, demand => demand.Instrument, Yes(answered, demand => demand.Emergency), demand => YesNo(demand.Emergency), zerosKnown: true);
        var asked = Cross("outcome-asked", outcome, demand => Word(demand.Outcome), Partition.Of(By(answered, Asked)), Asked, zerosKnown: true);
        var secrecy = Cross("outcome-secrecy", outcome, demand => Word(demand.Outcome), Partition.Of(By(answered, demand => Word(demand.Secrecy))), demand => Word(demand.Secrecy), zerosKnown: false);
        var telling = Cross("outcome-telling", outcome, demand => Word(demand.Outcome), Partition.Of(By(answered, demand => Word(demand.Telling))), demand => Word(demand.Telling), zerosKnown: true);
        foreach (var rule in answered.SelectMany(demand => demand.Failed).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            bool Fails(CountedDemand demand) => demand.Failed.Contains(rule, StringComparer.Ordinal);
            Cross("country-failed:" + rule, country, demand => demand.Country, Yes(answered, Fails), demand => YesNo(Fails(demand)), zerosKnown: false);
        }
        if (Authorities(answered, country) is { } authorities)
            crosses.Add(authorities);

        var tables = new List<ReportTable>();
        Table("country", country, demand => demand.Country);
        Table("outcome", outcome, demand => Word(demand.Outcome));
        Table("instrument", instrument, demand => demand.Instrument);
        Table("emergency", emergency, demand => YesNo(demand.Emergency));
        Table("asked", asked, Asked);
        Table("secrecy", secrecy, demand => Word(demand.Secrecy));
        Table("telling", telling, demand => Word(demand.Telling));
        if (answered.Exists(demand => demand.Tallied))
            Table("received", Partition.Of(By(answered, demand => demand.Came.Name)), demand => demand.Came.Name);
        return new Report
        {
            V = Report.Format,
            Provider = ground.Provider,
            Period = half.Name,
            Trial = ground.Trial,
            Least = Tally.Least,
            Totals = Totals(open, answered, half, ground),
            Tables = tables,
            Crosses = crosses,
            Bands = ground.Forms.Bands(demands, half),
        };

        Partition? Cross(string name, Partition down, Func<CountedDemand, string> row, Partition across, Func<CountedDemand, string> column, bool zerosKnown)
        {
            if (!down.Splits || CrossTable.Of(answered, down, row, across, column, zerosKnown) is not { } table)
                return null;
            var (rows, columns) = name.StartsWith("country-failed:", StringComparison.Ordinal) ? ("country", "failed") : (name.Split('-')[0], name.Split('-')[1]);
            crosses.Add(new(name, rows, columns, table.Across.Labels, [.. down.Labels.Select(label =>
            {
                var (shown, rest) = table.Row(label);
                return new ReportLine(label, shown.Sum(cell => cell.Count) + (rest ?? 0), shown.ToDictionary(cell => cell.Label, cell => cell.Count, StringComparer.Ordinal), rest);
            })]));
            return table.Across;
        }

        void Table(string name, Partition? partition, Func<CountedDemand, string> of)
        {
            if (partition is not { Splits: true })
                return;
            var cells = answered.ToLookup(demand => partition.Of(of(demand)), StringComparer.Ordinal);
            tables.Add(new(name, [.. partition.Labels.Select(label => Cell(label, [.. cells[label]]))]));
        }
    }

    /// <summary>An enumeration's value as it stands in the report.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Asked(CountedDemand demand) => demand.Asked is { } category ? Word(category) : "notSaid";

    private static string YesNo(bool yes) => yes ? "yes" : "no";

    private static Partition Yes(IReadOnlyList<CountedDemand> demands, Func<CountedDemand, bool> of) => Partition.Of(By(demands, demand => YesNo(of(demand))));

    private static Dictionary<string, Tally> By(IReadOnlyList<CountedDemand> demands, Func<CountedDemand, string> of)
    {
        var cells = new Dictionary<string, Tally>(StringComparer.Ordinal);
        foreach (var demand in demands)
        {
            var label = of(demand);
            if (!cells.TryGetValue(label, out var cell))
                cells.Add(label, cell = new());
            cell.Add(demand);
        }
        return cells;
    }

    /// <summary>Within each country, by authority. An authority is in one country and in no other table, so each row protects itself.</summary>
    private static ReportCross? Authorities(IReadOnlyList<CountedDemand> answered, Partition country)
    {
        if (!country.Splits)
            return null;
        var lines = new List<ReportLine>();
        foreach (var (label, _) in country.Shown)
        {
            var rows = Partition.Of(By([.. answered.Where(demand => demand.Country == label)], demand => demand.Authority));
            var shown = rows.Shown.ToDictionary(cell => cell.Label, cell => cell.Cell.Count, StringComparer.Ordinal);
            lines.Add(new(label, shown.Values.Sum() + (rows.Others?.Count ?? 0), shown, rows.Others?.Count));
        }
        return new("country-authority", "country", "authority", [.. lines.SelectMany(line => line.Cells.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], lines);
    }

    private static ReportTotals Totals(List<CountedDemand> open, List<CountedDemand> answered, HalfYear half, ReportGround ground)
    {
        var all = Cell("", answered);
        // What was never in the tally is open in reports from before it, and in no total of it.
        var tallied = open.Exists(demand => demand.ReceivedIn <= half);
        return new(
            open.Count(demand => demand.Came == half),
            answered.Count,
            open.Count(demand => demand.Came <= half && !(demand.Period <= half) && !(tallied && demand.ReceivedIn is null)),
            all.Selectors,
            all.Accounts,
            open.Where(demand => demand.Came == half).Sum(demand => demand.Assistance),
            Small(open.Sum(demand => demand.Lapses.Count(at => HalfYear.Of(at) == half))),
            Small(open.Count(demand => demand.ToldAt is { } at && HalfYear.Of(at) == half)),
            ground.Attacks is { } attacks ? Watch.WatchFigures.Published(attacks.GetValueOrDefault(half)) : null,
            all.Median,
            all.Slow);
    }

    private static string Small(int count) => count is > 0 and < Tally.Least ? $"<{Tally.Least}" : count.ToString(CultureInfo.InvariantCulture);

    private static ReportCell Cell(string label, List<CountedDemand> demands)
    {
        var times = demands.Select(demand => demand.Answered!.Value - demand.Received).Order().ToList();
        return new(label, demands.Count, demands.Sum(demand => (long)demand.Accounts), demands.Sum(demand => (long)demand.Selectors), Percentile(times, 50), Percentile(times, 95));
    }

    /// <summary>
    /// Nearest rank, in hours, rounded to two digits, and only where at least <see cref="Tally.Least"/> demands lie on either side: a percentile is one demand's own time.
    /// </summary>
    internal static decimal? Percentile(IReadOnlyList<TimeSpan> sorted, int percent)
    {
        var rank = (int)Math.Ceiling(percent / 100.0 * sorted.Count);
        return rank - 1 < Tally.Least || sorted.Count - rank < Tally.Least ? null : TwoDigits((decimal)sorted[rank - 1].TotalHours);
    }

    private static decimal TwoDigits(decimal hours)
    {
        if (hours <= 0)
            return 0;
        var scale = 1m;
        for (; hours * scale < 10; scale *= 10)
        {
            if (scale >= 1000)
                break;
        }
        for (; hours * scale >= 100; scale /= 10)
        {
        }
        return Math.Round(hours * scale, 0, MidpointRounding.AwayFromZero) / scale;
    }
}
