namespace Counterseal.Intake;

/// <summary>What kind of thing a member of the model is, so that a template is held against it before anything is drafted.</summary>
internal abstract record LetterShape
{
    /// <summary>One line: printable, and false in a condition where it is not known.</summary>
    internal sealed record Words(bool Theirs) : LetterShape;

    /// <summary>A text of the demand, printed as a quotation by itself.</summary>
    internal sealed record Quotation : LetterShape;

    /// <summary>Yes or no; for conditions.</summary>
    internal sealed record Flag : LetterShape;

    /// <summary>One of these words; for comparisons.</summary>
    internal sealed record Choice(IReadOnlyList<string> Of) : LetterShape;

    /// <summary>The number of a round of a loop.</summary>
    internal sealed record Number : LetterShape;

    /// <summary>Several of one shape; for loops and conditions.</summary>
    internal sealed record List(LetterShape Of) : LetterShape;

    /// <summary>Members by name.</summary>
    internal sealed record Group(IReadOnlyDictionary<string, Member> Members) : LetterShape;

    /// <summary>A member: to whom it may go, and what it is.</summary>
    internal sealed record Member(LetterShape Shape, LetterReaders To, string Meaning);

    /// <summary>What it is, in a word.</summary>
    public string Word => this switch
    {
        Words { Theirs: true } => "their words",
        Words => "our words",
        Quotation => "quotation",
        Flag => "yes or no",
        Choice choice => "one of " + string.Join(", ", choice.Of),
        Number => "number",
        List => "list",
        _ => "group",
    };
}

/// <summary>To whom a letter goes.</summary>
[Flags]
public enum LetterReaders
{
    /// <summary>The issuing authority and, with Annex III, the enforcing authority.</summary>
    Authority = 1,
    /// <summary>A court to which we go.</summary>
    Court = 2,
}
