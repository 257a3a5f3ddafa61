using System.Globalization;
using static Counterseal.Law.YamlTree;

namespace Counterseal.Law;

/// <summary>One mapping of a rule file, read key by key; every mistake is named with file, line and rule.</summary>
/// <param name="Map">The mapping.</param>
/// <param name="Rule">The rule's id, once known.</param>
internal sealed record Entry(Map Map, string? Rule)
{
    private const int MostText = 2000;

    public bool Has(string key) => Map[key] is not null;

    /// <summary>Refuses every other key.</summary>
    public void Only(params ReadOnlySpan<string> keys)
    {
        foreach (var (key, _) in Map.Entries)
            if (!keys.Contains(key.Value)) throw new RuleBookException($"'{Short(key.Value)}' is not a key that goes here; here go {string.Join(", ", keys.ToArray())}", key.File, key.Line, Rule);
    }

    public string Text(string key) => Maybe(key) ?? throw new RuleBookException($"'{key}' is missing; add it", Map.File, Map.Line, Rule);

    public string? Maybe(string key) => Map[key] switch
    {
        null => null,
        YamlTree.Text { Value.Length: > MostText } => throw Wrong(key, $"is longer than {MostText} characters; shorten it"),
        YamlTree.Text text when text.Value.Trim().Length > 0 => text.Value.Trim(),
        YamlTree.Text => throw Wrong(key, $"'{key}' is empty; fill it in or take it out"),
        _ => throw Wrong(key, $"'{key}' must be plain text"),
    };

    /// <summary>A sentence for a finding, in which only <c>{categories}</c> is filled in.</summary>
    public string? Sentence(string key) => Maybe(key) is { } text && text.Replace("{categories}", "", StringComparison.Ordinal).IndexOfAny(['{', '}']) >= 0
        ? throw Wrong(key, $"'{key}' holds braces; only {{categories}} is filled in")
        : Maybe(key);

    /// <summary>A list of texts, or one text; empty when the key is absent.</summary>
    public IReadOnlyList<string> Texts(string key) => Map[key] switch
    {
        null => [],
        List list => [.. list.Items.Select(i => i is YamlTree.Text { Value.Length: > 0 and <= MostText } text ? text.Value : throw new RuleBookException($"'{key}' must be a list of plain texts", i.File, i.Line, Rule))],
        _ => [Text(key)],
    };

    /// <summary>A list of mappings; empty when the key is absent.</summary>
    public IEnumerable<Entry> Maps(string key) => Map[key] switch
    {
        null => [],
        List list => list.Items.Select(i => i is Map map ? new Entry(map, Rule) : throw new RuleBookException($"'{key}' must be a list of entries, each with its own keys", i.File, i.Line, Rule)),
        _ => throw Wrong(key, $"'{key}' must be a list of entries"),
    };

    public Entry Inner(string key) => Map[key] is Map map ? new Entry(map, Rule) : throw Wrong(key, $"'{key}' must have keys of its own");

    public bool YesNo(string key) => Text(key) switch
    {
        "true" => true,
        "false" => false,
        var other => throw Wrong(key, $"'{Short(other)}' is neither true nor false"),
    };

    public int Number(string key, int least, int most) => int.TryParse(Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most
        ? n
        : throw Wrong(key, $"'{Short(Text(key))}' is not a whole number from {least} to {most}");

    /// <summary>One of the words; the last one when the key is absent.</summary>
    public string OneOf(string key, params ReadOnlySpan<string> words)
    {
        if (!Has(key)) return words[^1];
        var word = Text(key);
        return words.Contains(word) ? word : throw Wrong(key, $"'{Short(word)}' is not one of {string.Join(", ", words.ToArray())}");
    }

    public T Word<T>(string key) where T : struct, Enum => Words<T>.TryRead(Text(key), out var value)
        ? value
        : throw Wrong(key, $"'{Short(Text(key))}' is not one of {string.Join(", ", Words<T>.All)}");

    /// <summary>What is wrong with a key's value, at its line.</summary>
    public RuleBookException Wrong(string key, string what) => new(what, Map.File, Map[key]?.Line ?? Map.Line, Rule);

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
