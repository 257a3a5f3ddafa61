using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>What whoever looks at a demand can do there: the ground of all forms of the page.</summary>
public sealed record WorkView
{
    /// <summary>The demand's id.</summary>
    public required string Id { get; init; }
    /// <summary>The version that this page shows; each form carries it.</summary>
    public required int Version { get; init; }
    /// <summary>The anti-forgery value.</summary>
    public required FormToken Token { get; init; }
    /// <summary>Whether the person has just shown that it is them.</summary>
    public bool Fresh { get; init; }
    /// <summary>Whether the person's roles allow an act, by the last part of its address.</summary>
    public required Func<string, bool> May { get; init; }
    /// <summary>Whether an act is weighty.</summary>
    public required Func<string, bool> IsWeighty { get; init; }
    /// <summary>The conflict that the person has declared; then nothing can be done.</summary>
    public string? Conflict { get; init; }
    /// <summary>A form that was not taken, or only looked at.</summary>
    public SentForm? Sent { get; init; }
    /// <summary>What happened since the version that the form had seen.</summary>
    public IReadOnlyList<EventView> Since { get; init; } = [];
    /// <summary>A narrowed scope that is looked at before it is decided.</summary>
    public Scope? Looked { get; init; }
    /// <summary>The directory's newest entries under the authority's own name.</summary>
    public IReadOnlyList<DirectoryRow> Entries { get; init; } = [];
    /// <summary>Other entries of its country.</summary>
    public IReadOnlyList<DirectoryRow> OthersThere { get; init; } = [];
    /// <summary>What a fact may be; <c>null</c> for a name that the book does not know.</summary>
    public Func<string, FactName?> Fact { get; init; } = _ => null;

    /// <summary>What was typed into a field of a form; otherwise what stands there at first.</summary>
    public string Typed(string act, string key, string name, string first = "") => Sent?.Is(act, key) == true ? Sent.Value(name) ?? "" : first;

    /// <summary>Whether an option of a form is the chosen one.</summary>
    public bool Chosen(string act, string key, string name, string value, string first = "") => Typed(act, key, name, first) == value;

    /// <summary>The entries for an authority: the newest version of each, those under its own name first.</summary>
    public static (IReadOnlyList<DirectoryRow> Mine, IReadOnlyList<DirectoryRow> Others) EntriesFor(Demand demand, IReadOnlyList<DirectoryRow> all)
    {
        Authority[] parties = demand.Validating is { } validating ? [demand.Issuing, validating] : [demand.Issuing];
        var there = all.Where(entry => parties.Any(party => party.Country == entry.Country)).GroupBy(entry => entry.Id, StringComparer.Ordinal)
            .Select(versions => versions.MaxBy(entry => entry.Version)!).OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var mine = there.Where(entry => parties.Any(party => party.Country == entry.Country && Same(party.Name, entry.Name))).ToList();
        return (mine, [.. there.Except(mine)]);
    }

    private static bool Same(string one, string other) => string.Equals(Plain(one), Plain(other), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => string.Join(' ', name.Normalize(System.Text.NormalizationForm.FormKC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
