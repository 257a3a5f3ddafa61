using System.Globalization;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>One rule of a book as its YAML says it, with the zone of its file.</summary>
internal sealed record NaiveRule(string Id, YamlMappingNode Node, TimeZoneInfo Zone)
{
    private static readonly string[] Effects = ["reach", "require", "exclude", "suspend", "narrow", "deadline", "notice", "route", "duty", "risk", "propose"];

    /// <summary>Which of the eleven things it does.</summary>
    public string Effect { get; } = Effects.Single(e => Node.Children.ContainsKey(e));

    public string? Text(string key) => Case.Text(Node, key);

    public YamlMappingNode? Map(string key) => Node.Children.TryGetValue(key, out var value) ? (YamlMappingNode)value : null;
}

/// <summary>A book of rules for the second evaluator: the YAML of its files and nothing worked out from it. Written from docs/rule-books.md alone.</summary>
internal sealed class NaiveBook
{
    public List<NaiveRule> Rules { get; } = [];
    public Dictionary<string, YamlMappingNode> Names { get; } = [];
    public Dictionary<string, YamlMappingNode> Instruments { get; } = [];
    public Dictionary<string, (YamlMappingNode Node, TimeZoneInfo Zone)> Groups { get; } = [];
    public Dictionary<string, YamlMappingNode> Calendars { get; } = [];
    public Dictionary<string, YamlMappingNode> Clocks { get; } = [];
    public List<YamlMappingNode> Marks { get; } = [];
    public List<YamlMappingNode> Agencies { get; } = [];
    public Dictionary<string, string> Company { get; } = [];

    public static NaiveBook Of(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var book = new NaiveBook();
        foreach (var (_, bytes) in files.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(Encoding.UTF8.GetString(bytes)));
            book.Add((YamlMappingNode)stream.Documents[0].RootNode);
        }
        return book;
    }

    private void Add(YamlMappingNode file)
    {
        var zone = Case.Text(file, "zone") is { } id ? TimeZoneInfo.FindSystemTimeZoneById(id) : TimeZoneInfo.Utc;
        foreach (var entry in Entries(file, "facts")) Names[Case.Text(entry, "name")!] = entry;
        foreach (var entry in Entries(file, "instruments")) Instruments[Case.Text(entry, "id")!] = entry;
        foreach (var entry in Entries(file, "groups")) Groups[Case.Text(entry, "id")!] = (entry, zone);
        foreach (var entry in Entries(file, "calendars")) Calendars[Case.Text(entry, "id")!] = entry;
        foreach (var entry in Entries(file, "clocks")) Clocks[Case.Text(entry, "id")!] = entry;
        Marks.AddRange(Entries(file, "marks"));
        Agencies.AddRange(Entries(file, "agencies"));
        foreach (var (name, value) in Case.Pairs(file, "company")) Company[name] = value;
        foreach (var entry in Entries(file, "rules")) Rules.Add(new NaiveRule(Case.Text(entry, "id")!, entry, zone));
    }

    private static IEnumerable<YamlMappingNode> Entries(YamlMappingNode file, string key) =>
        file.Children.TryGetValue(key, out var list) && list is YamlSequenceNode nodes ? nodes.Cast<YamlMappingNode>() : [];

    /// <summary>Whether a country is of a group on a day.</summary>
    public bool Member(string group, string country, DateTimeOffset at)
    {
        var (node, zone) = Groups[group];
        var day = Day(at, zone);
        foreach (var member in (YamlSequenceNode)node["members"])
        {
            if (member is YamlScalarNode word && word.Value == country) return true;
            if (member is YamlMappingNode dated && Case.Text(dated, "country") == country && Within(dated, day)) return true;
        }
        return false;
    }

    /// <summary>Whether a day lies between <c>from</c> and <c>to</c>, both included, where they are written.</summary>
    public static bool Within(YamlMappingNode node, DateOnly day) =>
        (Case.Text(node, "from") is not { } from || day >= Date(from)) && (Case.Text(node, "to") is not { } to || day <= Date(to));

    public static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static DateOnly Day(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
}
