using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Watch;

/// <summary>
/// This room's data files (mappings, evidence rules, the languages of notices, contacts): one YAML document of mappings, lists and text, with no anchors, tags or repeated keys. Every
/// refusal names file and line.
/// </summary>
internal readonly record struct YamlNote(string File, YamlNode Node)
{
    private const int MostBytes = 1 << 20;

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="FormatException">Not such a document.</exception>
    public static YamlNote Read(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostBytes)
            throw new FormatException($"{file} has {bytes.Length} bytes; the most is {MostBytes}");
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(new UTF8Encoding(false, true).GetString(bytes)));
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"{file} is not UTF-8");
        }
        catch (YamlException e)
        {
            throw new FormatException($"{file}, line {e.Start.Line}: not YAML ({e.Message.ReplaceLineEndings(" ")})");
        }
        if (stream.Documents.Count != 1)
            throw new FormatException($"{file} holds {stream.Documents.Count} documents; one is read");
        var note = new YamlNote(file, stream.Documents[0].RootNode);
        foreach (var node in stream.Documents[0].AllNodes)
            if (!node.Anchor.IsEmpty || node is YamlScalarNode { Tag.IsEmpty: false } or YamlMappingNode { Tag.IsEmpty: false } && !node.Tag.Value.StartsWith("tag:yaml.org", StringComparison.Ordinal))
                throw new FormatException($"{file}, line {node.Start.Line}: anchors and tags are not read; write the text out");
        return note;
    }

    /// <summary>Where this is, for a sentence.</summary>
    public string Place => $"{File}, line {Node.Start.Line}";

    /// <summary>Whether this is a single text.</summary>
    public bool IsText => Node is YamlScalarNode;

    /// <summary>This as text.</summary>
    public string Text => Node is YamlScalarNode scalar ? scalar.Value ?? "" : throw new FormatException($"{Place}: a text is expected");

    /// <summary>The keys of this mapping, in order.</summary>
    public IEnumerable<(string Key, YamlNote Value)> Entries
    {
        get
        {
            var file = File;
            return Node is YamlMappingNode map
                ? map.Children.Select(pair => (((YamlScalarNode)pair.Key).Value ?? "", new YamlNote(file, pair.Value)))
                : throw new FormatException($"{Place}: a mapping of keys is expected");
        }
    }

    /// <summary>The items of this list; a single text is a list of one.</summary>
    public IEnumerable<YamlNote> Items
    {
        get
        {
            var file = File;
            return Node switch
            {
                YamlSequenceNode list => list.Children.Select(item => new YamlNote(file, item)),
                YamlScalarNode => [this],
                _ => throw new FormatException($"{Place}: a list is expected"),
            };
        }
    }

    /// <summary>What a key holds; <c>null</c> when it is not there.</summary>
    public YamlNote? Get(string key)
    {
        foreach (var (name, value) in Entries)
            if (name == key)
                return value;
        return null;
    }

    /// <summary>What a key holds, which must be there.</summary>
    public YamlNote Need(string key) => Get(key) ?? throw new FormatException($"{Place}: \"{key}\" is missing");

    /// <summary>Refuses keys that nobody reads, so that a slip of the pen is no silent change.</summary>
    public void Only(params ReadOnlySpan<string> keys)
    {
        foreach (var (key, value) in Entries)
            if (!keys.Contains(key))
                throw new FormatException($"{value.Place}: \"{key}\" is not known here; known are: {string.Join(", ", keys.ToArray())}");
    }

    /// <summary>A whole number within limits.</summary>
    public int Number(int least, int most) =>
        int.TryParse(Text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{Place}: \"{Text}\" is no number from {least} to {most}");

    /// <summary>A word of an enumeration, in camelCase.</summary>
    public T Word<T>() where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Spelled(value) == Text)
                return value;
        throw new FormatException($"{Place}: \"{Text}\" is none of {string.Join(", ", Enum.GetValues<T>().Select(Spelled))}");
    }

    /// <summary>An enumeration's value as it is written in files.</summary>
    public static string Spelled<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
