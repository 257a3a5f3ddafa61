using System.Text;
using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>A book taken apart into one piece of text for each rule, so that it can be put together again with one of them changed or with fewer of them.</summary>
internal sealed class BookText
{
    /// <summary>One rule with its place.</summary>
    public sealed record Piece(string Id, string File, int Line, YamlMappingNode Node, string Text);

    private readonly List<(string File, string Head)> _heads = [];

    public IReadOnlyList<Piece> Rules { get; }

    public BookText(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var rules = new List<Piece>();
        foreach (var (name, bytes) in files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var root = Root(bytes);
            _heads.Add((name, string.Concat(root.Children.Where(e => Key(e.Key) != "rules").Select(e => $"{Flow(e.Key)}: {Flow(e.Value)}\n"))));
            if (root.Children.TryGetValue("rules", out var list))
                rules.AddRange(((YamlSequenceNode)list).Cast<YamlMappingNode>().Select(r => new Piece(Case.Text(r, "id")!, name, (int)r.Start.Line, r, Flow(r))));
        }
        Rules = rules;
    }

    /// <summary>The files of a book with these rules.</summary>
    /// <param name="keep">Which rules stay.</param>
    /// <param name="changed">The rule that is changed.</param>
    /// <param name="to">What it becomes; <c>null</c> drops it.</param>
    public IEnumerable<(string Name, byte[] Bytes)> With(Func<Piece, bool> keep, Piece? changed = null, YamlNode? to = null)
    {
        foreach (var (file, head) in _heads)
        {
            var text = new StringBuilder(head);
            var any = false;
            foreach (var rule in Rules)
            {
                if (rule.File != file || (rule == changed ? to is null : !keep(rule))) continue;
                if (!any) text.Append("rules:\n");
                any = true;
                text.Append("- ").Append(rule == changed ? Flow(to!) : rule.Text).Append('\n');
            }
            yield return (file, Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    public static YamlMappingNode Root(byte[] bytes)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Encoding.UTF8.GetString(bytes)));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    public static string Key(YamlNode node) => ((YamlScalarNode)node).Value!;

    /// <summary>A node on one line. All values are plain text to a rule book, so quoting them changes nothing.</summary>
    public static string Flow(YamlNode node) => node switch
    {
        YamlScalarNode scalar => JsonSerializer.Serialize(scalar.Value),
        YamlSequenceNode list => $"[{string.Join(", ", list.Select(Flow))}]",
        YamlMappingNode map => $"{{{string.Join(", ", map.Children.Select(e => $"{Flow(e.Key)}: {Flow(e.Value)}"))}}}",
        _ => throw new InvalidOperationException(node.GetType().Name),
    };
}
