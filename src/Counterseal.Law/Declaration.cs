namespace Counterseal.Law;

/// <summary>What a rule file declares before its rules, and where.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id or name; for marks, their countries.</param>
/// <param name="File">The file's name relative to the book's folder.</param>
/// <param name="Line">From 1.</param>
internal sealed record Declaration(DeclarationKind Kind, string Id, string File, int Line);

/// <summary>What can be declared.</summary>
internal enum DeclarationKind
{
    /// <summary>A name with its values.</summary>
    Fact,
    /// <summary>A kind of legal process.</summary>
    Instrument,
    /// <summary>Countries that rules speak of together.</summary>
    Group,
    /// <summary>A ground for an answer.</summary>
    Ground,
    /// <summary>How citations of a jurisdiction look.</summary>
    Mark,
    /// <summary>Holidays.</summary>
    Calendar,
    /// <summary>A way of counting.</summary>
    Clock,
    /// <summary>The company's value of a name.</summary>
    Company,
}
