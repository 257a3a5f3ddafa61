namespace Counterseal.Law;

/// <summary>What is wrong with a rule book beyond its form: what contradicts itself, what is never reached, what is missing.</summary>
public static class BookCheck
{
    /// <summary>All faults of a folder of rule files. While a file breaks the format, only such faults are shown: the rest hangs on what could not be read.</summary>
    /// <param name="folder">Folder with <c>facts.yaml</c>, <c>law/*.yaml</c> and <c>policy/*.yaml</c>.</param>
    /// <param name="day">Today: calendars must reach a year beyond it, and the matrix is that of this day.</param>
    /// <param name="letters">The names of the letters that there are; <c>null</c> where they are not looked at.</param>
    /// <returns>In the order of files and lines; empty when nothing is wrong.</returns>
    public static IReadOnlyList<BookFault> Faults(string folder, DateOnly day, IReadOnlySet<string>? letters = null) =>
        RuleBook.Faults(folder) is { Count: > 0 } unread ? [.. unread.Select(Unread)] : Faults(RuleBook.Load(folder), day, letters);

    /// <summary>All faults of a book that could be read.</summary>
    /// <param name="book">The book.</param>
    /// <param name="day">Today.</param>
    /// <param name="letters">The names of the letters that there are; <c>null</c> where they are not looked at.</param>
    public static IReadOnlyList<BookFault> Faults(RuleBook book, DateOnly day, IReadOnlySet<string>? letters = null)
    {
        ArgumentNullException.ThrowIfNull(book);
        var idle = new IdleConditions(book);
        IEnumerable<BookFault> faults =
        [
            .. idle.Faults(),
            .. new Contradictions(book, idle.Never).Faults(),
            .. new Unreached(book, idle.Never).Faults(),
            .. TimeHoles.Faults(book),
            .. Leftovers.Faults(book),
            .. Absences.Faults(book, day, letters),
        ];
        return [.. faults.Distinct().OrderBy(f => f.File, StringComparer.Ordinal).ThenBy(f => f.Line).ThenBy(f => f.Kind)];
    }

    // The sentence already says what to do, after its first semicolon.
    private static BookFault Unread(RuleBookException fault)
    {
        var start = fault.Message.IndexOf(": ", fault.File.Length, StringComparison.Ordinal) + 2;
        var (what, next) = fault.Message[start..] is var sentence && sentence.IndexOf("; ", StringComparison.Ordinal) is > 0 and var at ? (sentence[..at], sentence[(at + 2)..]) : (sentence, "correct it; the format stands in docs/rule-books.md");
        return new(fault.File, fault.Line, fault.Rule, BookFaultKind.Unread, what, next);
    }
}
