using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// Form 3 of Regulation (EU) 2023/1543 as data: why an EPOC is not executed, for each identifier (Section D), another country's law
/// in the way (E), questions (F), whether the data are kept meanwhile (G). The layout is ours; <see cref="Annex3Xml"/> holds how it is written.
/// What is not known is <c>null</c> and left to counsel.
/// </summary>
/// <param name="Reference">The order's own reference.</param>
/// <param name="IssuingAuthority">Who issued it, as it names itself.</param>
/// <param name="IssuingCountry">ISO 3166-1 alpha-2, as the order gives it.</param>
/// <param name="Addressee">Whom it is addressed to, as it names us.</param>
/// <param name="Issued">When it was issued, UTC.</param>
/// <param name="Received">When it was received, UTC.</param>
/// <param name="To">To whom the form goes: the issuing authority; both, where immunity, privilege or press freedom is in the way (Art. 10(5)).</param>
/// <param name="Identifiers">Section D.</param>
/// <param name="Conflict">Section E; <c>null</c> where no such law is in the way.</param>
/// <param name="Questions">Section F.</param>
/// <param name="Kept">Section G: whether what is demanded is kept meanwhile, so far as there is anything.</param>
public sealed record Annex3(
    string Reference,
    string IssuingAuthority,
    string IssuingCountry,
    string? Addressee,
    DateTimeOffset? Issued,
    DateTimeOffset Received,
    IReadOnlyList<Recipient> To,
    IReadOnlyList<Annex3Identifier> Identifiers,
    Annex3Conflict? Conflict,
    IReadOnlyList<string> Questions,
    bool? Kept)
{
    /// <summary>What the ids of the grounds begin with that are boxes of Section D.</summary>
    public const string Grounds = "eu.annex3.";

    /// <summary>The letter; a ground that names it and is no box of its own is "another reason".</summary>
    public const string Letter = "annex3";

    /// <summary>The form for a matter.</summary>
    /// <param name="matter">The matter.</param>
    /// <param name="ground">A ground that counsel names; only this one is then given, raised by the rules or not.</param>
    public static Annex3 Of(Matter matter, string? ground = null)
    {
        var named = ground is not null && matter.Grounds.TryGetValue(ground, out var known) && Box(ground, known.Letter) is { } stated && matter.Objections.All(o => o.Ground != ground)
            ? new Annex3Reason(stated, null, Legible.Line(known.Citation))
            : null;
        var identifiers = matter.Items.Select(item => new Annex3Identifier(
            item.Demanded.Selector with { Value = Legible.Line(item.Demanded.Selector.Value) }, item.Demanded.Categories, item.Demanded.From, item.Demanded.To,
            named is not null ? [named] : [.. item.Reasons.Where(r => Box(r.Ground, r.Letter) is not null && (ground is null || r.Ground == ground))
                .Select(r => new Annex3Reason(Box(r.Ground, r.Letter)!.Value, r.Sentence is { } sentence ? Legible.Line(sentence) : null, Legible.Line(r.Citation)))])).ToList();
        bool Has(Annex3Box box) => identifiers.Any(i => i.Reasons.Any(r => r.Box == box));
        return new(
            Legible.Line(matter.Demand.Reference), Legible.Line(matter.Demand.Issuing.Name), Legible.Line(matter.Demand.Issuing.Country),
            matter.Demand.Addressee is { } addressee && Legible.Line(addressee) is { Length: > 0 } line ? line : null,
            matter.Demand.Issued?.ToUniversalTime(), matter.Received,
            Has(Annex3Box.ProtectedData) ? [Recipient.IssuingAuthority, Recipient.EnforcingAuthority] : [Recipient.IssuingAuthority],
            identifiers,
            Has(Annex3Box.Conflict) ? new(matter.ConflictWith, null, null, null) : null,
            [.. matter.Asks.Select(Legible.Line)],
            matter.Kept ? true : null);
    }

    /// <summary>The box that a ground is; <c>null</c> where it is none, as for a ground of another letter.</summary>
    public static Annex3Box? Box(string? ground, string? letter) =>
        letter != Letter ? null
        : ground is not null && ground.StartsWith(Grounds, StringComparison.Ordinal) && Boxes.TryGetValue(ground[Grounds.Length..], out var box) ? box
        : Annex3Box.Other;

    private static readonly Dictionary<string, Annex3Box> Boxes = new(StringComparer.Ordinal)
    {
        ["incomplete"] = Annex3Box.Incomplete,
        ["manifestErrors"] = Annex3Box.ManifestErrors,
        ["insufficient"] = Annex3Box.InsufficientInformation,
        ["notStored"] = Annex3Box.NotStored,
        ["impossible"] = Annex3Box.OtherImpossibility,
        ["authority"] = Annex3Box.Authority,
        ["offence"] = Annex3Box.Offence,
        ["service"] = Annex3Box.Service,
        ["protected"] = Annex3Box.ProtectedData,
        ["conflict"] = Annex3Box.Conflict,
    };
}

/// <summary>One identifier of the order, with the reasons that concern it.</summary>
/// <param name="Selector">The identifier; hidden characters in it are spelled out.</param>
/// <param name="Categories">What is sought of it.</param>
/// <param name="From">First instant in scope, UTC.</param>
/// <param name="To">First instant out of scope, UTC.</param>
/// <param name="Reasons">Section D; empty where nothing is said against it.</param>
public sealed record Annex3Identifier(Selector Selector, IReadOnlyList<DataCategory> Categories, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<Annex3Reason> Reasons);

/// <summary>One reason.</summary>
/// <param name="Box">The box.</param>
/// <param name="Explanation">The reason in words; <c>null</c> where counsel has to find them.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Annex3Reason(Annex3Box Box, string? Explanation, string Citation);

/// <summary>Another country's law in the way (Regulation (EU) 2023/1543, Art. 17).</summary>
/// <param name="Country">Whose law, ISO 3166-1 alpha-2.</param>
/// <param name="Law">Which law.</param>
/// <param name="Why">Why complying would break it.</param>
/// <param name="Link">What ties the case or us to that country.</param>
public sealed record Annex3Conflict(string? Country, string? Law, string? Why, string? Link);

/// <summary>The boxes of Section D.</summary>
public enum Annex3Box
{
    /// <summary>The order is incomplete (Art. 10(6)).</summary>
    Incomplete,
    /// <summary>It has manifest errors (Art. 10(6)).</summary>
    ManifestErrors,
    /// <summary>It does not say enough to carry it out (Art. 10(6)).</summary>
    InsufficientInformation,
    /// <summary>The data are not stored by or for us. Never because a count found nothing: that is another answer.</summary>
    NotStored,
    /// <summary>It is in fact impossible for another reason (Art. 10(7)).</summary>
    OtherImpossibility,
    /// <summary>Not issued or validated by an authority that may (Art. 4).</summary>
    Authority,
    /// <summary>The offence is not one for which it may be issued (Art. 5).</summary>
    Offence,
    /// <summary>The service is not one that the Regulation covers.</summary>
    Service,
    /// <summary>Immunity, privilege or press freedom (Art. 10(5)).</summary>
    ProtectedData,
    /// <summary>It conflicts with another country's law (Art. 17).</summary>
    Conflict,
    /// <summary>Another reason (Art. 10(8)).</summary>
    Other,
}
