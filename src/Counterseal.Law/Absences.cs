namespace Counterseal.Law;

/// <summary>What a book does not say and should: of an instrument, of the days to come, of the letters.</summary>
internal static class Absences
{
    /// <summary>The faults.</summary>
    public static IEnumerable<BookFault> Faults(RuleBook book, DateOnly day, IReadOnlySet<string>? letters) =>
        [.. Instruments(book, day), .. Matrix(book, day), .. Company(book), .. Calendars(book, day), .. Letters(book, letters)];

    private static IEnumerable<BookFault> Instruments(RuleBook book, DateOnly day)
    {
        var today = Clock.DayStarts(day, TimeZoneInfo.Utc);
        foreach (var instrument in book.Instruments.Keys)
        {
            var speaking = book.Rules.Where(r => r.SpeaksOf(instrument) && r.Ends > today).ToList();
            var applying = speaking.Where(r => r.When is not { } when || new Possibilities(book, new Setting(instrument, Later(r.Begins, today))).Can(when, Outcomes.True).Is != false).ToList();
            var gap = book.Gaps.Any(g => g.Instrument == instrument);
            // Who may issue what is reached is asked of the matrix, cell by cell.
            if (!gap && !speaking.Exists(r => r.Effect is Effect.Reach))
                yield return Fault(book, instrument, $"no rule says what '{instrument}' reaches", "write a 'reach' rule, or say under 'gaps' why there is none");
            if (Untold(book, instrument, applying, today) is { Is: true } untold)
                yield return Fault(book, instrument, $"no rule says who tells the customer of '{instrument}'{untold.Shown}", "write a 'notice' rule for that");
            if (!applying.Exists(r => r.Effect is Effect.Clocked { Kind: DeadlineKind.Answer or DeadlineKind.Target or DeadlineKind.Expiry }))
                yield return Fault(book, instrument, $"no rule says by when '{instrument}' is answered", "write a 'deadline' rule of kind answer, target or expiry");
        }
    }

    // Whether there is a case in which no notice rule applies.
    private static Possibility Untold(RuleBook book, string instrument, List<Rule> applying, DateTimeOffset today)
    {
        var notices = applying.Where(r => r.Effect is Effect.Notify && r.InForce(Later(today, r.Begins))).ToList();
        return notices.Exists(r => r.When is null)
            ? Possibility.Never
            : new Possibilities(book, new Setting(instrument, today)).Find([.. notices.Select(r => new Clause(new Wanted(r.When!, Outcomes.False)))]);
    }

    private static IEnumerable<BookFault> Matrix(RuleBook book, DateOnly day)
    {
        var matrix = Law.Matrix.Of(book, day);
        foreach (var sheet in matrix.Sheets)
        {
            // Where nothing at all is said, that is a fault of its own already.
            if (!book.Rules.Any(r => r.Effect is Effect.Reach && r.SpeaksOf(sheet.Instrument.Id))) continue;
            foreach (var gap in from row in sheet.Rows from cell in row.Cells where cell is { Outcome: MatrixOutcome.Gap, Reason: null } group (row, cell) by cell.Sentence)
            {
                var kinds = gap.SelectMany(g => g.row.Issuing).Distinct().Order().Select(Words<AuthorityKind>.Of);
                var categories = gap.Select(g => g.cell.Category).Distinct().Order().Select(Words<DataCategory>.Of);
                yield return Fault(book, sheet.Instrument.Id, $"the matrix of {day:yyyy-MM-dd} has a gap at '{sheet.Instrument.Id}', {string.Join(", ", categories)}, issued by {string.Join(", ", kinds)}: {gap.Key}", "write the rule, or say under 'gaps' why there is none");
            }
        }
        foreach (var gap in book.Gaps)
        {
            // A reason may stand where a rule says no, too: it tells the reader that this is meant.
            var explains = matrix.Sheets.First(s => s.Instrument.Id == gap.Instrument).Rows.Any(r => r.Cells.Any(c => c.Reason == gap.Reason));
            if (!explains)
                yield return new(gap.File, gap.Line, gap.Instrument, BookFaultKind.Unused, $"the matrix of {day:yyyy-MM-dd} has neither a gap nor a no that this reason explains: {gap.Reason}", "take the reason out, or correct what it is for");
        }
    }

    private static IEnumerable<BookFault> Company(RuleBook book) =>
        from fact in book.Facts.Values
        where fact.Source == FactSource.Company && !book.Company.ContainsKey(fact.Name)
        let at = book.Declarations.First(d => d.Kind == DeclarationKind.Fact && d.Id == fact.Name)
        select new BookFault(at.File, at.Line, fact.Name, BookFaultKind.Missing, $"the company has no value of '{fact.Name}', so it is unknown for ever", "set it under 'company' in a policy file");

    private static IEnumerable<BookFault> Calendars(RuleBook book, DateOnly day)
    {
        var until = day.AddYears(1);
        foreach (var calendar in book.Calendars.Values)
        {
            var rules = book.Rules.Where(r => r.Effect is Effect.Clocked { Clock: { } clock } && (clock.Calendar == calendar || (clock.CalendarOf is not null && calendar.Country is not null)) && r.Ends > Clock.DayStarts(day, TimeZoneInfo.Utc)).ToList();
            var missing = Enumerable.Range(day.Year, until.Year - day.Year + 1).Where(y => !calendar.Years.Contains(y)).ToList();
            if (rules.Count == 0 || missing.Count == 0) continue;
            var at = book.Declarations.First(d => d.Kind == DeclarationKind.Calendar && d.Id == calendar.Id);
            yield return new(
                at.File, at.Line, calendar.Id, BookFaultKind.CalendarEnds,
                $"the calendar '{calendar.Id}' does not cover {string.Join(", ", missing)}, and deadlines until {until:yyyy-MM-dd} are counted by it ({string.Join(", ", rules.Take(3).Select(r => r.Id))}{(rules.Count > 3 ? $" and {rules.Count - 3} more" : "")})",
                "add the holidays of those years");
        }
    }

    private static IEnumerable<BookFault> Letters(RuleBook book, IReadOnlySet<string>? letters) =>
        from ground in letters is null ? [] : book.Grounds.Values
        where !letters!.Contains(ground.Letter)
        let at = book.Declarations.First(d => d.Kind == DeclarationKind.Ground && d.Id == ground.Id)
        select new BookFault(at.File, at.Line, ground.Id, BookFaultKind.NoLetter, $"there is no letter '{ground.Letter}'", $"write it; there are {RuleFiles.Listed(letters!.Order(StringComparer.Ordinal))}");

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static BookFault Fault(RuleBook book, string instrument, string what, string next)
    {
        var at = book.Declarations.First(d => d.Kind == DeclarationKind.Instrument && d.Id == instrument);
        return new(at.File, at.Line, instrument, BookFaultKind.Missing, what, next);
    }
}
