namespace Counterseal.Law;

/// <summary>One thing that is wrong with a rule book, for the person who mends it.</summary>
/// <param name="File">The file's name relative to the book's folder, with <c>/</c>.</param>
/// <param name="Line">The line, from 1; 0 when the whole file is meant.</param>
/// <param name="Rule">The rule's id, or the id of what is declared there; <c>null</c> where there is none.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="What">What is wrong, one sentence.</param>
/// <param name="Next">What to do, one sentence.</param>
public sealed record BookFault(string File, int Line, string? Rule, BookFaultKind Kind, string What, string Next);

/// <summary>Kinds of faults.</summary>
public enum BookFaultKind
{
    /// <summary>The file breaks the format: a key, a value, a citation, a name.</summary>
    Unread,
    /// <summary>A condition that no demand can meet.</summary>
    NeverHolds,
    /// <summary>A condition that every demand meets.</summary>
    AlwaysHolds,
    /// <summary>A part that could be dropped and nothing would come out otherwise.</summary>
    ChangesNothing,
    /// <summary>Two rules that cannot both be meant.</summary>
    Contradiction,
    /// <summary>A rule that no demand reaches, or that another always goes before.</summary>
    Unreachable,
    /// <summary>Days between two versions of a matter on which neither is law.</summary>
    TimeHole,
    /// <summary>A name, group, ground, clock, calendar, mark or reason that no rule uses.</summary>
    Unused,
    /// <summary>An instrument of which something is not said.</summary>
    Missing,
    /// <summary>Holidays that are soon not known any more.</summary>
    CalendarEnds,
    /// <summary>A ground whose letter is not there.</summary>
    NoLetter,
    /// <summary>Too many names and values to decide.</summary>
    TooLarge,
}
