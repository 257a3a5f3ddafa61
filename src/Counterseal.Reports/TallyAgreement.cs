using System.Globalization;
using Counterseal.Tally;

namespace Counterseal.Reports;

/// <summary>
/// What a period's opening may say beside a report. Every number and every interval of it follows from the report, from the number of leaves, and from multiples of the plan's band; so an opening tells nothing that the report
/// does not, and suppression was solved once, in the report.
/// </summary>
public static class TallyAgreement
{
    /// <summary>The interval of a table's cell.</summary>
    /// <param name="report">The report.</param>
    /// <param name="plan">The tally's plan.</param>
    /// <param name="table">The table, from 1.</param>
    /// <param name="place">The place of a named cell.</param>
    public static (long Least, long Most) Cell(Report report, TallyPlan plan, int table, int place)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(plan);
        var name = plan.Schema.CellName(table, place);
        // A table that the report leaves out says nothing but that all of it is all.
        if (report.Table(plan.Schema.Tables[table].Name) is not { } published)
            return (0, report.Totals.Answered);
        if (published.Cells.FirstOrDefault(cell => cell.Of == name && name != Partition.OthersLabel) is { } shown)
            return (shown.Count, shown.Count);
        return (0, published.Cells.FirstOrDefault(cell => cell.Of == Partition.OthersLabel)?.Count ?? 0);
    }

    /// <summary>The interval that a number is in, given what the report says of it without national security.</summary>
    public static (long Least, long Most) Banded(long said, long count, TallyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Band == 0)
            return (said, said);
        var least = said + ((count - said) / plan.Band * plan.Band);
        return (least, least + plan.Band - 1);
    }

    /// <summary>The interval of the packages: so wide that it tells no single one.</summary>
    public static (long Least, long Most) Seals(long count, TallyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var width = Math.Max(Tally.Least, plan.Band);
        return (count / width * width, (count / width * width) + width - 1);
    }

    /// <summary>What of an opening does not agree with the report of its half-year; none when all does.</summary>
    public static IReadOnlyList<string> Faults(Report report, TallyPlan plan, PeriodOpening opening)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(opening);
        if (plan.Name(opening.Leaves.Period) != report.Period)
            return [$"{report.Period}: the opening beside it is of {plan.Name(opening.Leaves.Period)}"];
        if (opening.Tables.Count != plan.Schema.Tables.Count)
            return [$"{report.Period}: {opening.Tables.Count} tables are opened of {plan.Schema.Tables.Count}"];
        var faults = new List<string>();
        var leaves = opening.Leaves.To - opening.Leaves.From;
        var kinds = Enum.GetValues<LeafKind>().ToDictionary(kind => kind, kind => Said(opening.Tables[0], (int)kind));
        Band("received", kinds[LeafKind.Received], report.Totals.Received);
        Band("closed", kinds[LeafKind.Closed], report.Totals.Answered);
        if (Seals(kinds[LeafKind.Sealed].Least, plan) != kinds[LeafKind.Sealed])
            Fault("sealed", kinds[LeafKind.Sealed], "an interval that begins at a multiple of its width");
        for (var t = 1; t < opening.Tables.Count; t++)
        {
            var (table, name) = (opening.Tables[t], plan.Schema.Tables[t].Name);
            for (var place = 0; place < plan.Schema.Tables[t].Cells.Count; place++)
            {
                var (said, wanted) = (Said(table, place), Cell(report, plan, t, place));
                if (said != wanted)
                    Fault($"{name}, {plan.Schema.CellName(t, place)}", said, Text(wanted));
            }
            Band($"{name}, national security", Said(table, TallySchema.Security), 0);
            if (Said(table, TallySchema.NotCounted) != (Math.Max(0, leaves - kinds[LeafKind.Closed].Most), leaves - kinds[LeafKind.Closed].Least))
                Fault($"{name}, not counted", Said(table, TallySchema.NotCounted), "what is not closed");
            foreach (var strange in table.Cells.Where(cell => cell.Most > 0 && cell.Place >= plan.Schema.Tables[t].Cells.Count && cell.Place is not (TallySchema.Security or TallySchema.NotCounted)))
                Fault($"{name}, place {strange.Place.ToString(CultureInfo.InvariantCulture)}", (strange.Least, strange.Most), "0");
        }
        return faults;

        void Band(string what, (long Least, long Most) said, long number)
        {
            if (said.Least < number || (plan.Band == 0 ? said != (number, number) : said.Most - said.Least != plan.Band - 1 || (said.Least - number) % plan.Band != 0))
                Fault(what, said, plan.Band == 0 ? $"{number}" : $"{number} and a whole number of bands of {plan.Band}");
        }

        void Fault(string what, (long, long) said, string wanted) => faults.Add($"{report.Period}: {what}: the opening says {Text(said)}, and by the report it is {wanted}");
    }

    /// <summary>What an opened table says of a place: 0 where it is not listed.</summary>
    internal static (long Least, long Most) Said(PublishedTable table, int place) => table.Cells.FirstOrDefault(cell => cell.Place == place) is { } cell ? (cell.Least, cell.Most) : (0, 0);

    private static string Text((long Least, long Most) of) => of.Least == of.Most ? $"{of.Least}" : $"{of.Least} to {of.Most}";
}
