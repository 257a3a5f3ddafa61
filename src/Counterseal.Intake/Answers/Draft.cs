namespace Counterseal.Intake;

/// <summary>A drafted answer. Counsel edits it and somebody sends it; nothing here is sent by itself.</summary>
/// <param name="Letter">The letter, by its file's name.</param>
/// <param name="To">To whom it is written.</param>
/// <param name="Format">How <paramref name="Text"/> is written.</param>
/// <param name="Text">The draft.</param>
/// <param name="Gaps">What counsel has to complete, in the order in which it stands there.</param>
/// <param name="AlsoCalledFor">Other letters that the same assessment calls for.</param>
/// <param name="Book">Digest of the rule book.</param>
/// <param name="AsOf">The time the draft is made for, UTC.</param>
public sealed record Draft(
    string Letter,
    IReadOnlyList<Recipient> To,
    DraftFormat Format,
    string Text,
    IReadOnlyList<string> Gaps,
    IReadOnlyList<string> AlsoCalledFor,
    string Book,
    DateTimeOffset AsOf)
{
    /// <summary>Form 3 as data; only with the letter <c>annex3</c>.</summary>
    public Annex3? Annex3 { get; init; }

    /// <summary>What counsel must know before anything is sent; for the house alone and not in <see cref="Text"/>.</summary>
    public string? Caution { get; init; }
}

/// <summary>To whom a draft is written.</summary>
public enum Recipient
{
    /// <summary>Who issued the demand.</summary>
    IssuingAuthority,
    /// <summary>The enforcing authority (Regulation (EU) 2023/1543).</summary>
    EnforcingAuthority,
    /// <summary>A court to which we go.</summary>
    Court,
}
