using System.Collections.Frozen;
using System.Globalization;

namespace Counterseal.Watch;

/// <summary>A state or territory of the one list, <c>registry/states.yaml</c>. A code is a code: the list says nothing about who is a state.</summary>
/// <param name="Code">ISO 3166-1 alpha-2; for one that is no more, ISO 3166-3 (four letters).</param>
/// <param name="Alpha3">ISO 3166-1 alpha-3, or the last one that it had.</param>
/// <param name="Cow">Its Correlates of War code; <c>null</c> where it has none.</param>
/// <param name="Name">As pages show it.</param>
/// <param name="Aliases">Other names that feeds write.</param>
/// <param name="Formerly">Names that it had.</param>
/// <param name="Until">The year in which its code was withdrawn; <c>null</c> for one that is.</param>
/// <param name="Became">Codes of what stands in its place.</param>
/// <param name="Note">What should be known of it.</param>
public sealed record State(string Code, string Alpha3, int? Cow, string Name, IReadOnlyList<string> Aliases, IReadOnlyList<string> Formerly, int? Until, IReadOnlyList<string> Became, string? Note)
{
    /// <summary>Codes of predecessors that feeds use for it.</summary>
    public IReadOnlyList<int> AlsoCow { get; init; } = [];

    /// <summary>Whether it is no more.</summary>
    public bool Past => Until is not null;
}

/// <summary>The states and territories by code and by the names that feeds use. Data only, in <c>registry/states.yaml</c>; an unknown name is <c>null</c> and never guessed.</summary>
public static class States
{
    private sealed record Book(IReadOnlyList<State> All, FrozenDictionary<string, State> ByName, FrozenDictionary<int, State> ByCow);

    private static readonly Lazy<Book> Loaded = new(() => Read(YamlNote.Read("states.yaml", Embedded.Bytes("states.yaml"))));

    /// <summary>All of them, in the order of the list.</summary>
    public static IReadOnlyList<State> All => Loaded.Value.All;

    /// <summary>The alpha-2 code of a state that is, or <c>null</c>.</summary>
    /// <param name="text">A code or a name, in any capitals.</param>
    public static string? Code(string text) => Find(text) is { Past: false } found ? found.Code : null;

    /// <summary>The state of a code or name, in any capitals, or <c>null</c>.</summary>
    public static State? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Loaded.Value.ByName.TryGetValue(text, out var exact) ? exact : Loaded.Value.ByName.GetValueOrDefault(Plain(text));
    }

    /// <summary>The state of a Correlates of War code, or <c>null</c>.</summary>
    public static State? OfCow(int code) => Loaded.Value.ByCow.GetValueOrDefault(code);

    /// <summary>
    /// The one state with a name that differs from a text only where the text has a question mark inside a word, as where a character was lost on the way. <c>null</c> where none or several fit, and where a
    /// question mark stands at the text's end: that may be doubt.
    /// </summary>
    public static State? WithLost(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = Plain(text);
        if (!plain.Contains('?') || plain.EndsWith('?') || plain.Count(char.IsLetter) < 4)
            return null;
        var fit = Loaded.Value.ByName.Where(pair => Fits(plain, pair.Key)).Select(pair => pair.Value).Distinct().Take(2).ToList();
        return fit.Count == 1 ? fit[0] : null;
    }

    private static bool Fits(string text, string name)
    {
        if (text.Length != name.Length)
            return false;
        for (var i = 0; i < text.Length; i++)
            if (text[i] != '?' && char.ToUpperInvariant(text[i]) != char.ToUpperInvariant(name[i]))
                return false;
        return true;
    }

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static Book Read(YamlNote file)
    {
        file.Only("sources", "states");
        var all = new List<State>(300);
        var names = new Dictionary<string, State>(StringComparer.OrdinalIgnoreCase);
        var cow = new Dictionary<int, State>();
        foreach (var note in file.Need("states").Items)
        {
            note.Only("code", "alpha3", "cow", "alsoCow", "name", "aliases", "formerly", "until", "became", "note");
            var state = new State(note.Need("code").Text, note.Need("alpha3").Text, note.Get("cow")?.Number(1, 999), note.Need("name").Text, Texts(note, "aliases"), Texts(note, "formerly"),
                note.Get("until")?.Number(1900, 2100), Texts(note, "became"), note.Get("note")?.Text)
            { AlsoCow = [.. Texts(note, "alsoCow").Select(text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))] };
            all.Add(state);
            foreach (var name in (string[])[state.Code, state.Alpha3, state.Name, .. state.Aliases, .. state.Formerly])
                if (!names.TryAdd(name, state) && names[name] != state)
                    throw new FormatException($"{note.Place}: \"{name}\" is {names[name].Name} already");
            foreach (var code in (int[])[.. state.Cow is { } one ? [one] : (ReadOnlySpan<int>)[], .. state.AlsoCow])
                if (!cow.TryAdd(code, state))
                    throw new FormatException($"{note.Place}: the Correlates of War code {code} is {cow[code].Name} already");
        }
        return new(all, names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), cow.ToFrozenDictionary());

        static string[] Texts(YamlNote note, string key) => note.Get(key) is { } list ? [.. list.Items.Select(item => item.Text)] : [];
    }
}
