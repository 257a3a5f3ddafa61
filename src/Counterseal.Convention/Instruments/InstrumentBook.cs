using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>All instruments that are known, and which of their clauses say the same thing.</summary>
public sealed class InstrumentBook
{
    private readonly Dictionary<ClauseRef, (InstrumentVersion Version, Clause Clause)> clauses = [];
    private readonly Dictionary<ClauseRef, SortedSet<string>> same = [];

    /// <summary>A book of versions.</summary>
    /// <exception cref="FormatException">Two of one name, or a clause that says the same as one that is not there.</exception>
    public InstrumentBook(IEnumerable<InstrumentVersion> versions)
    {
        Versions = [.. versions.OrderBy(v => v.Date).ThenBy(v => v.Subject, StringComparer.Ordinal)];
        foreach (var version in Versions)
            foreach (var clause in version.Clauses)
                if (!clauses.TryAdd(new(version.Instrument, version.Version, clause.Id), (version, clause)))
                    throw new FormatException($"{version.Subject} has clause {clause.Id} twice");
        foreach (var (reference, (_, clause)) in clauses)
            foreach (var other in clause.Same)
            {
                if (!clauses.ContainsKey(other))
                    throw new FormatException($"{reference} says the same as {other}, which there is not");
                // Whoever wrote it down on one side only meant both.
                Link(reference, other);
                Link(other, reference);
            }

        void Link(ClauseRef from, ClauseRef to)
        {
            if (!same.TryGetValue(from, out var links))
                same[from] = links = new(StringComparer.Ordinal);
            links.Add(to.ToString());
        }
    }

    /// <summary>All versions, oldest first.</summary>
    public IReadOnlyList<InstrumentVersion> Versions { get; }

    /// <summary>A clause with its version; <c>null</c> when there is none.</summary>
    public (InstrumentVersion Version, Clause Clause)? Find(ClauseRef reference) => clauses.TryGetValue(reference, out var found) ? found : null;

    /// <summary>A version; <c>null</c> when there is none.</summary>
    public InstrumentVersion? Version(string instrument, string version) => Versions.FirstOrDefault(v => v.Instrument == instrument && v.Version == version);

    /// <summary>The clauses that say the same thing as one, whichever side wrote it down.</summary>
    public IReadOnlyList<ClauseRef> Same(ClauseRef reference) => same.TryGetValue(reference, out var links) ? [.. links.Select(ClauseRef.Parse)] : [];

    /// <summary>Reads <c>instruments/*.yaml</c> of a registry's data folder.</summary>
    /// <exception cref="FormatException">Names file, line and what is wrong.</exception>
    public static InstrumentBook Read(string folder)
    {
        var versions = new List<InstrumentVersion>();
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "instruments"), "*.yaml").Order(StringComparer.Ordinal))
            versions.AddRange(Read(YamlNote.Read("instruments/" + Path.GetFileName(file), File.ReadAllBytes(file))));
        return new(versions);
    }

    internal static IEnumerable<InstrumentVersion> Read(YamlNote note)
    {
        note.Only("id", "name", "short", "kind", "binding", "note", "versions");
        foreach (var version in note.Need("versions").Items)
        {
            version.Only("version", "name", "date", "citation", "checked", "note", "clauses");
            var read = new InstrumentVersion(
                Plain(note.Need("id")), note.Need("name").Text, note.Need("short").Text, note.Need("binding").Word<Binding>(), note.Get("note")?.Text, Plain(version.Need("version")), version.Need("name").Text,
                Day(version.Need("date")), version.Need("citation").Text, Yes(version.Need("checked")), version.Get("note")?.Text, [.. version.Need("clauses").Items.Select(Clause)]);
            if (read.Clauses.Count == 0)
                throw new FormatException($"{version.Place}: a version without clauses says nothing");
            yield return read;
        }
    }

    private static Clause Clause(YamlNote note)
    {
        note.Only("id", "title", "text", "same");
        return new(Plain(note.Need("id")), note.Need("title").Text, note.Need("text").Text, note.Get("same") is { } same ? [.. same.Items.Select(Ref)] : []);
    }

    internal static ClauseRef Ref(YamlNote note)
    {
        try
        {
            return ClauseRef.Parse(note.Text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{note.Place}: {e.Message}", e);
        }
    }

    private static string Plain(YamlNote note) => ClauseRef.Plain(note.Text) ? note.Text : throw new FormatException($"{note.Place}: \"{note.Text}\" stands in addresses; at most forty letters, digits and hyphens");

    internal static bool Yes(YamlNote note) => note.Text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new FormatException($"{note.Place}: true or false is expected"),
    };

    internal static DateOnly Day(YamlNote note) => DateOnly.TryParseExact(note.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day : throw new FormatException($"{note.Place}: \"{note.Text}\" is no day; write 2017-04-01");
}
