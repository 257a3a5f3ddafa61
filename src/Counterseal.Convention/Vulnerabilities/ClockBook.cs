using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>In what a clock's limit is counted.</summary>
public enum ClockUnit
{
    /// <summary>A duty without a number.</summary>
    None,

    /// <summary>Hours.</summary>
    Hours,

    /// <summary>Days.</summary>
    Days,

    /// <summary>Calendar months.</summary>
    Months,
}

/// <summary>A clock as the book has it: data, with the law or policy that it is taken from.</summary>
/// <param name="Id">E.g. <c>cra.earlyWarning</c>.</param>
/// <param name="What">What is due.</param>
/// <param name="Starts">The milestone that starts it: a <see cref="Milestone"/> in camelCase, or <c>told</c> (the first report).</param>
/// <param name="Needs">A milestone without which it does not run, or <c>null</c>.</param>
/// <param name="Ends">The milestone that stops it, or <c>published</c>.</param>
/// <param name="Limit">How many of the unit.</param>
/// <param name="Unit">In what it is counted.</param>
/// <param name="WholeDays">Whether it ends with the last hour of its last day, and not at the hour at which it started.</param>
/// <param name="MovesPastWeekends">Whether an end on a Saturday or Sunday moves to the end of Monday.</param>
/// <param name="Since">The first day on which it can start, or <c>null</c>.</param>
/// <param name="Citation">The source.</param>
/// <param name="Why">How it is counted, and by which rule.</param>
/// <param name="Checked">Whether somebody has read the source.</param>
/// <param name="ReadIn">In which copy.</param>
public sealed record ClockRule(
    string Id, string What, string Starts, string? Needs, string Ends, int Limit, ClockUnit Unit, bool WholeDays, bool MovesPastWeekends, DateOnly? Since, string Citation, string Why, bool Checked, string ReadIn)
{
    /// <summary>The limit in words, e.g. <c>24 hours</c>.</summary>
    public string LimitText => Unit switch
    {
        ClockUnit.None => "no number",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Limit} {(Limit == 1 ? Unit.ToString().ToLowerInvariant()[..^1] : Unit.ToString().ToLowerInvariant())}"),
    };

    /// <summary>When it ends.</summary>
    /// <param name="start">When it starts.</param>
    /// <param name="zone">Whose days are counted.</param>
    public DateTimeOffset? End(DateTimeOffset start, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (Unit == ClockUnit.None)
            return null;
        DateTimeOffset end;
        if (!WholeDays)
            end = start + (Unit == ClockUnit.Hours ? TimeSpan.FromHours(Limit) : TimeSpan.FromDays(Limit));
        else
        {
            var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(start, zone).Date);
            end = Midnight((Unit == ClockUnit.Months ? day.AddMonths(Limit) : day.AddDays(Limit)).AddDays(1), zone);
        }
        if (!MovesPastWeekends)
            return end;
        // The day in which the last moment lies; an end at midnight belongs to the day before.
        var last = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(end.AddTicks(-1), zone).Date);
        return last.DayOfWeek switch { DayOfWeek.Saturday => Midnight(last.AddDays(3), zone), DayOfWeek.Sunday => Midnight(last.AddDays(2), zone), _ => end };
    }

    // Where the clocks jump over midnight the day begins with the first moment that there is.
    internal static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(15);
        return new DateTimeOffset(local, zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local)).ToUniversalTime();
    }
}

/// <summary>The clocks.</summary>
/// <param name="Clocks">In the file's order.</param>
public sealed record ClockBook(IReadOnlyList<ClockRule> Clocks)
{
    /// <summary>The book that comes with Counterseal, <c>registry/vulnerability-clocks.yaml</c>.</summary>
    public static ClockBook Own { get; } = Parse("vulnerability-clocks.yaml", RegisterData.Bytes("vulnerability-clocks.yaml"));

    /// <summary>Reads a book.</summary>
    /// <exception cref="FormatException">Not one; names file, line and rule.</exception>
    public static ClockBook Parse(string file, ReadOnlySpan<byte> bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only("clocks");
        var clocks = new List<ClockRule>();
        foreach (var one in note.Need("clocks").Items)
        {
            one.Only("id", "what", "starts", "needs", "ends", "limit", "counting", "weekends", "since", "citation", "why", "checked", "read");
            var (limit, unit) = Limit(one.Need("limit"));
            var whole = one.Get("counting") is { } counting && Either(counting, "elapsed", "days");
            if (unit != ClockUnit.None && one.Get("counting") is null)
                throw new FormatException($"{one.Place}: \"counting\" is missing: elapsed or days");
            if (whole ? unit == ClockUnit.Hours : unit == ClockUnit.Months)
                throw new FormatException($"{one.Need("counting").Place}: hours are counted as elapsed, months as days");
            clocks.Add(new(one.Need("id").Text, one.Need("what").Text, Start(one.Need("starts"), "told"), one.Get("needs") is { } needs ? Start(needs, "told") : null, Start(one.Need("ends"), "published"), limit, unit, whole,
                one.Get("weekends") is { } weekends && Either(weekends, "stay", "move"),
                one.Get("since") is { } since ? DateOnly.TryParseExact(since.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new FormatException($"{since.Place}: \"{since.Text}\" is no day, e.g. 2026-09-11") : null,
                one.Need("citation").Text, one.Need("why").Text, Either(one.Need("checked"), "false", "true"), one.Get("read")?.Text ?? ""));
        }
        if (clocks.GroupBy(c => c.Id).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FormatException($"{file}: the clock {twice.Key} stands there twice");
        return new(clocks);
    }

    private static (int, ClockUnit) Limit(YamlNote note)
    {
        if (note.Text == "none")
            return (0, ClockUnit.None);
        return note.Text.Split(' ') is [var number, var unit] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and < 100_000
            && unit switch { "hours" => ClockUnit.Hours, "days" => ClockUnit.Days, "months" => ClockUnit.Months, _ => ClockUnit.None } is var read and not ClockUnit.None
            ? (limit, read)
            : throw new FormatException($"{note.Place}: \"{note.Text}\" is no limit, e.g. 24 hours, 14 days, 1 months or none");
    }

    private static bool Either(YamlNote note, string no, string yes) => note.Text == yes || (note.Text == no ? false : throw new FormatException($"{note.Place}: \"{note.Text}\" is neither {no} nor {yes}"));

    private static string Start(YamlNote note, string other) => note.Text == other || Enum.GetValues<Milestone>().Any(m => YamlNote.Spelled(m) == note.Text)
        ? note.Text : throw new FormatException($"{note.Place}: \"{note.Text}\" is neither {other} nor one of {string.Join(", ", Enum.GetValues<Milestone>().Select(YamlNote.Spelled))}");
}
