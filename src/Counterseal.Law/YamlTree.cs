using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Counterseal.Law;

/// <summary>
/// The strict part of YAML 1.2 that rule books use: one document of mappings, lists and plain or quoted text. Anchors, aliases,
/// tags, merge keys and repeated keys are refused, so that what counsel reads is all there is, and no file can unfold.
/// </summary>
internal abstract record YamlTree(string File, int Line)
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>Deepest nesting.</summary>
    public const int MostDepth = 16;

    internal sealed record Text(string File, int Line, string Value) : YamlTree(File, Line);

    internal sealed record List(string File, int Line, IReadOnlyList<YamlTree> Items) : YamlTree(File, Line);

    internal sealed record Map(string File, int Line, IReadOnlyList<(Text Key, YamlTree Value)> Entries) : YamlTree(File, Line)
    {
        public YamlTree? this[string key] => Entries.FirstOrDefault(e => e.Key.Value == key).Value;
    }

    /// <summary>Reads one file.</summary>
    /// <exception cref="RuleBookException">The bytes are not UTF-8, not YAML, or beyond the strict part.</exception>
    public static Map Read(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostBytes)
            throw new RuleBookException($"has {bytes.Length} bytes, the most is {MostBytes}; split it into several files", file);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new RuleBookException("is not UTF-8; save it as UTF-8 without byte order mark", file);
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw new RuleBookException("is empty; a rule file starts with its keys", file);
            parser.Consume<DocumentStart>();
            var root = Node(parser, file, 1);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out var end))
                throw new RuleBookException("holds a second document; put it in a file of its own", file, (int)(parser.Current?.Start.Line ?? 1));
            return root as Map ?? throw new RuleBookException("must be a mapping of keys at its top", file, root.Line);
        }
        catch (YamlException e)
        {
            throw new RuleBookException($"is not YAML ({Plain(e.Message)}); check indentation, colons and quotes there", file, (int)Math.Max(1, e.Start.Line));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The YAML scanner throws these on some broken input; to the reader all of it is "not YAML".
            throw new RuleBookException($"is not YAML ({Plain(e.Message)})", file);
        }
    }

    private static string Plain(string message) => message.ReplaceLineEndings(" ").Trim();

    // Recursion is bounded by MostDepth; the parser underneath keeps its own stack on the heap.
    private static YamlTree Node(Parser parser, string file, int depth)
    {
        var current = parser.Consume<ParsingEvent>();
        var line = (int)current.Start.Line;
        if (depth > MostDepth)
            throw new RuleBookException($"is nested deeper than {MostDepth} levels; flatten it", file, line);
        if (current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw new RuleBookException("uses an anchor or alias (& or *); write the text out", file, line);
        if (current is NodeEvent { Tag.IsEmpty: false })
            throw new RuleBookException("uses a tag (!); all values are plain text here", file, line);
        switch (current)
        {
            case Scalar scalar:
                return new Text(file, line, scalar.Value);
            case SequenceStart:
                var items = new List<YamlTree>();
                while (!parser.Accept<SequenceEnd>(out _)) items.Add(Node(parser, file, depth + 1));
                parser.Consume<SequenceEnd>();
                return new List(file, line, items);
            case MappingStart:
                var entries = new List<(Text, YamlTree)>();
                var seen = new HashSet<string>(StringComparer.Ordinal);
                while (!parser.Accept<MappingEnd>(out _))
                {
                    if (Node(parser, file, depth + 1) is not Text key)
                        throw new RuleBookException("has a key that is not plain text", file, (int)(parser.Current?.Start.Line ?? line));
                    if (!seen.Add(key.Value))
                        throw new RuleBookException($"repeats the key '{key.Value}'; keep one", file, key.Line);
                    entries.Add((key, Node(parser, file, depth + 1)));
                }
                parser.Consume<MappingEnd>();
                return new Map(file, line, entries);
            default:
                throw new RuleBookException("ends in the middle of something", file, line);
        }
    }
}
