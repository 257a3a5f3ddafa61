namespace Counterseal.Watch;

/// <summary>A name of an actor, and who gave it.</summary>
/// <param name="Name">The name as written.</param>
/// <param name="Source">Who calls the actor so.</param>
/// <param name="Primary">The source lists the actor under it.</param>
public sealed record ActorName(string Name, string Source, bool Primary);

/// <summary>Someone says that a state is behind an actor. Never more than that: see <see cref="Suspicion"/>.</summary>
/// <param name="State">ISO 3166-1 alpha-2; <c>null</c> where what was written names none.</param>
/// <param name="AsWritten">What was written.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Carrier">Who passes it on; the source itself where nobody does.</param>
/// <param name="Feed">The operator's name of the feed that brought it.</param>
/// <param name="Confidence">How surely, 0 to 100; <c>null</c> where nothing was said.</param>
/// <param name="Tlp">The strictest mark on it.</param>
public sealed record StateClaim(string? State, string AsWritten, string Source, string Carrier, string Feed, int? Confidence, Tlp Tlp);

/// <summary>An actor as one place of one feed describes it.</summary>
/// <param name="Feed">The operator's name of the feed.</param>
/// <param name="Place">File and line.</param>
/// <param name="Source">Who describes it.</param>
/// <param name="Ids">Identifiers: MISP's UUIDs, STIX ids.</param>
/// <param name="Names">All names; the first is the one that it is listed under.</param>
/// <param name="States">Who is suspected behind it.</param>
/// <param name="Tlp">The strictest mark.</param>
public sealed record ActorEntry(string Feed, string Place, string Source, IReadOnlyList<string> Ids, IReadOnlyList<ActorName> Names, IReadOnlyList<StateClaim> States, Tlp Tlp)
{
    internal ActorEntry WithSource(string source) => source == Source ? this : this with
    {
        Source = source,
        Names = [.. Names.Select(n => n.Source == Source ? n with { Source = source } : n)],
        States = [.. States.Select(s => s with { Source = s.Source == Source ? source : s.Source, Carrier = source })],
    };
}

/// <summary>An actor, with all that the feeds say of it.</summary>
/// <param name="Number">Its place in the catalogue.</param>
/// <param name="Entries">What it was joined from, in the order of reading.</param>
public sealed record Actor(int Number, IReadOnlyList<ActorEntry> Entries)
{
    /// <summary>The name under which the first feed lists it.</summary>
    public string Name => Entries[0].Names[0].Name;

    /// <summary>All names, each with its source.</summary>
    public IReadOnlyList<ActorName> Names => [.. Entries.SelectMany(e => e.Names).Distinct()];

    /// <summary>All that is said of states behind it, with the mark of where it stands.</summary>
    public IReadOnlyList<StateClaim> States => [.. Entries.SelectMany(e => e.States.Select(s => s with { Tlp = TlpMarks.Stricter(s.Tlp, e.Tlp) })).Distinct()];

    /// <summary>The least strict mark under which its existence is known: one open feed is enough to name it.</summary>
    public Tlp Tlp => Entries.Min(e => e.Tlp);
}
