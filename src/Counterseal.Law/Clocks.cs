namespace Counterseal.Law;

/// <summary>The deadlines of one demand, each counted when it is first asked for, so that clocks may hang on each other in any order.</summary>
internal sealed class Clocks(RuleBook book, Circumstances known, DateTimeOffset asOf)
{
    private readonly Clock.Count?[] _counts = new Clock.Count?[book.Rules.Count];
    private readonly bool[] _counted = new bool[book.Rules.Count];

    /// <summary>Whether the deadline of a rule is over. A clock that does not run is not over.</summary>
    public bool Passed(string rule) => Of(book.ById[rule]) is { } count && count.Due <= asOf;

    /// <summary>The deadline that a rule sets; <c>null</c> when its clock does not run.</summary>
    public Clock.Count? Of(Rule rule)
    {
        // A ring of clocks is refused when the book is read, so this ends.
        if (_counted[rule.Index]) return _counts[rule.Index];
        _counted[rule.Index] = true;
        return _counts[rule.Index] = Count(rule);
    }

    private Clock.Count? Count(Rule rule)
    {
        if (rule.Effect is not Effect.Clocked clocked || !rule.InForce(known.Received) || !rule.SpeaksOf(known.Instrument)) return null;
        if (rule.When is { } when && when.Holds(known) != Truth.True) return null;
        DateTimeOffset at;
        if (clocked.After is { } before)
        {
            // What is counted from the next hour or day begins with the very next one; what is counted at once begins where the period before ended.
            if (Of(book.ById[before]) is not { } count) return null;
            at = clocked.Unit == TimeUnit.Minutes || (clocked.Unit == TimeUnit.Hours && !clocked.Clock!.HoursFromNext) ? count.Due : count.Due.AddTicks(-1);
        }
        else if (known.At(clocked.At!) is { } instant)
        {
            at = instant;
        }
        else
        {
            return null;
        }
        switch (clocked.From)
        {
            case ClockFrom.Due:
                return new(at.ToUniversalTime(), known.Received.ToUniversalTime(), $"the instant that {clocked.At!.Name} holds, as it stands", []);
            case ClockFrom.Before:
                var due = clocked.Unit == TimeUnit.Hours ? at.AddHours(-clocked.Amount) : at.AddDays(-clocked.Amount);
                return new(due.ToUniversalTime(), known.Received.ToUniversalTime(), $"{clocked.Amount} {Words<TimeUnit>.Of(clocked.Unit)} before {clocked.At!.Name}, plainly counted", []);
        }
        var clock = clocked.Clock!;
        var country = clock.CalendarOf is { } of ? known.Value(of) : null;
        var own = country is null ? null : book.CalendarOf(country);
        var counted = clock.After(at, clocked.Amount, clocked.Unit, own ?? clock.Calendar);
        return clock.CalendarOf is null || own is not null || !counted.Looked ? counted : counted with { WithoutCalendar = country ?? "" };
    }
}
