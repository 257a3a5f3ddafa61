using System.Text.Json.Serialization;

namespace Counterseal.Convention;

/// <summary>Whom an instrument binds, as law sees it.</summary>
public enum Binding
{
    /// <summary>It would bind states that join it, as a treaty does.</summary>
    Treaty,
    /// <summary>It is a political undertaking of states and binds nobody in law.</summary>
    Political,
    /// <summary>Companies bind themselves; no state is bound.</summary>
    Companies,
}

/// <summary>An article of one version, in our own words.</summary>
/// <param name="Id">Within the version.</param>
/// <param name="Title">A few words.</param>
/// <param name="Text">What it asks.</param>
/// <param name="Same">Clauses elsewhere that say the same thing, as this file has them.</param>
public sealed record Clause(string Id, string Title, string Text, IReadOnlyList<ClauseRef> Same);

/// <summary>An instrument as it stood at one time. What is recorded and signed is one of these, whole.</summary>
/// <param name="Instrument">The instrument's id.</param>
/// <param name="Name">The instrument's name.</param>
/// <param name="Short">The same in a word or two.</param>
/// <param name="Binding">Whom it binds.</param>
/// <param name="InstrumentNote">What should be known of the instrument.</param>
/// <param name="Version">E.g. <c>2017-04</c>.</param>
/// <param name="VersionName">E.g. <c>Policy paper of April 2017</c>.</param>
/// <param name="Date">From when it is.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Checked">Whether a person has read the source.</param>
/// <param name="Note">What should be known of this version.</param>
/// <param name="Clauses">Its clauses, in order.</param>
public sealed record InstrumentVersion(
    string Instrument, string Name, string Short, Binding Binding, string? InstrumentNote, string Version, string VersionName, DateOnly Date, string Citation, bool Checked, string? Note, IReadOnlyList<Clause> Clauses)
{
    /// <summary>The subject in the record.</summary>
    [JsonIgnore]
    public string Subject => $"instrument/{Instrument}/{Version}";

    /// <summary>A clause of it; <c>null</c> when it has none of that id.</summary>
    public Clause? Find(string clause) => Clauses.FirstOrDefault(c => c.Id == clause);
}
