namespace Counterseal.Law;

/// <summary>What a book declares and no rule uses.</summary>
internal static class Leftovers
{
    /// <summary>The faults, each where the thing is declared.</summary>
    public static IEnumerable<BookFault> Faults(RuleBook book)
    {
        var conditions = book.Rules.SelectMany(Setting.Conditions).ToList();
        var leaves = conditions.SelectMany(c => c.Leaves).OfType<Condition.Is>().ToList();
        var clocks = book.Rules.Select(r => (r.Effect as Effect.Clocked)?.Clock).OfType<Clock>().Distinct().ToList();
        var names = conditions.SelectMany(c => c.Names)
            .Concat(book.Rules.SelectMany(r => r.Effect switch
            {
                Effect.Narrow narrow => [narrow.NotBefore, narrow.NotAfter],
                Effect.Clocked clocked => [clocked.At],
                Effect.Notify notify => [notify.NotBefore],
                _ => (IEnumerable<FactName?>)[],
            }).OfType<FactName>())
            .Concat(clocks.Select(c => c.CalendarOf).OfType<FactName>())
            .Select(n => n.Name).Concat(book.Instruments.Values.SelectMany(i => i.Implies.Keys)).ToHashSet(StringComparer.Ordinal);
        var groups = leaves.Select(l => l.Group?.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var grounds = book.Rules.Select(r => r.Ground).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var calendars = book.Calendars.Values.Where(c => clocks.Exists(k => k.Calendar == c || (k.CalendarOf is not null && c.Country is not null))).Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        var named = book.Rules.SelectMany(r => r.Instruments).ToHashSet(StringComparer.Ordinal);
        foreach (var declared in book.Declarations)
        {
            var (what, unused) = declared.Kind switch
            {
                // What the engine reads itself must be declared, used or not.
                DeclarationKind.Fact => ("name", !names.Contains(declared.Id) && !Circumstances.Derived.ContainsKey(declared.Id)),
                DeclarationKind.Company => ("value of the name", !names.Contains(declared.Id)),
                DeclarationKind.Group => ("group", !groups.Contains(declared.Id)),
                DeclarationKind.Ground => ("ground", !grounds.Contains(declared.Id)),
                DeclarationKind.Calendar => ("calendar", !calendars.Contains(declared.Id)),
                DeclarationKind.Clock => ("clock", !clocks.Exists(c => c.Id == declared.Id)),
                DeclarationKind.Mark => ("mark of", !names.Contains("citation.fits")),
                _ => ("instrument", !named.Contains(declared.Id) && !book.Gaps.Any(g => g.Instrument == declared.Id)),
            };
            if (unused)
                yield return new(declared.File, declared.Line, declared.Id, BookFaultKind.Unused, $"no rule uses the {what} '{declared.Id}'", "take it out, or write the rule that it is for");
        }
    }
}
