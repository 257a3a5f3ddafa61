namespace Counterseal.Law;

/// <summary>
/// Anything a government sends to get data kept or handed over, as a person would read it from the original: order, warrant,
/// subpoena, EPOC, EPOC-PR, emergency request. What the original does not say is <c>null</c> or empty, never guessed.
/// </summary>
public sealed record Demand
{
    /// <summary>The authority's own reference, e.g. <c>XX-ACTOR01-1234</c>; at most 255 characters.</summary>
    public required string Reference { get; init; }

    /// <summary>The kind of legal process by its name in the rule books, e.g. <c>us.sca.2703d</c> or <c>eu.epoc</c>; <c>null</c> when unknown.</summary>
    public string? Instrument { get; init; }

    /// <summary>Who issued it.</summary>
    public required Authority Issuing { get; init; }

    /// <summary>Who validated it, where the law asks for that (Regulation (EU) 2023/1543, Art. 4).</summary>
    public Authority? Validating { get; init; }

    /// <summary>Whom it is addressed to, as the original names the provider.</summary>
    public string? Addressee { get; init; }

    /// <summary>When the authority issued it.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>What is demanded: selectors × categories × time range. An item without categories is a question, not "everything".</summary>
    public required Scope Scope { get; init; }

    /// <summary>Whether the authority says that this is an emergency; <c>null</c> when it does not say.</summary>
    public bool? Emergency { get; init; }

    /// <summary>The ground that the authority gives for the emergency, in its words.</summary>
    public string? EmergencyGround { get; init; }

    /// <summary>The offence or matter as the authority names it.</summary>
    public string? Offence { get; init; }

    /// <summary>A gag that comes with the demand.</summary>
    public SecrecyOrder? Secrecy { get; init; }

    /// <summary>Whether the demand says that the enforcing authority was notified (Regulation (EU) 2023/1543, Art. 8).</summary>
    public bool? EnforcingAuthorityNotified { get; init; }

    /// <summary>The authority's own reference to a registered recipient key, where it gives one.</summary>
    public string? RecipientHint { get; init; }

    /// <summary>The laws that the demand cites, as it writes them.</summary>
    public IReadOnlyList<string> Citations { get; init; } = [];

    /// <summary>Demands for assistance other than data (keys, back doors, standing access), in the authority's words.</summary>
    public IReadOnlyList<string> Assistance { get; init; } = [];
}

/// <summary>A public body as the original names it.</summary>
/// <param name="Name">Its name, as written.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case (<c>XX</c> in examples).</param>
/// <param name="Kind">What it is, as far as the original says.</param>
/// <param name="Officer">The person who signs or asks.</param>
/// <param name="Mail">Where it says it can be written to. Not evidence of identity.</param>
/// <param name="Telephone">Where it says it can be called. Never used for call-back; that number comes from our directory.</param>
public sealed record Authority(
    string Name,
    string Country,
    AuthorityKind Kind = AuthorityKind.Unknown,
    string? Officer = null,
    string? Mail = null,
    string? Telephone = null);

/// <summary>Kinds of authority that rules tell apart.</summary>
public enum AuthorityKind
{
    /// <summary>The original does not say.</summary>
    Unknown,
    /// <summary>A judge.</summary>
    Judge,
    /// <summary>A court.</summary>
    Court,
    /// <summary>An investigating judge.</summary>
    InvestigatingJudge,
    /// <summary>A public prosecutor.</summary>
    Prosecutor,
    /// <summary>A grand jury.</summary>
    GrandJury,
    /// <summary>Police or another law-enforcement body.</summary>
    Police,
    /// <summary>An administrative body with powers of its own.</summary>
    Administrative,
    /// <summary>An intelligence or security service.</summary>
    Intelligence,
    /// <summary>A party to civil proceedings or its lawyer.</summary>
    CivilParty,
}

/// <summary>A gag: who may not be told, until when, under what law.</summary>
/// <param name="Law">Citation as the original gives it, e.g. <c>18 USC 2705(b)</c>.</param>
/// <param name="Until">When it ends; <c>null</c> when it names no end.</param>
public sealed record SecrecyOrder(string? Law, DateTimeOffset? Until);
