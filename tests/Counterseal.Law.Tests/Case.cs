using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>One case of the table: a demand, the facts, and what counsel expects. The format is the one at the head of <see cref="Expectation"/> and of <see cref="DemandKeys"/>.</summary>
internal sealed record Case(
    string File, int Line, string Name, IReadOnlyList<string> Rows, string Citation, Demand Demand, Facts Facts, DateTimeOffset Received, DateTimeOffset AsOf, Expectation Expect)
{
    private static readonly string[] FileKeys = ["rows", "cases"];
    private static readonly string[] Keys = ["name", "rows", "citation", "demand", "facts", "received", "asOf", "expect"];
    private static readonly string[] DemandKeys =
        ["instrument", "issuer", "country", "validator", "emergency", "ground", "notified", "offence", "secrecy", "assistance", "citations", "mail", "issued", "categories", "items"];
    private static readonly string[] ItemKeys = ["selector", "categories", "from", "to"];

    private static readonly IReadOnlyList<(string File, YamlMappingNode Root)> Files =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Counterseal.Law.Tests", "cases"), "*.yaml").Order(StringComparer.Ordinal).Select(Load)];

    /// <summary>All cases, in the order of the files.</summary>
    public static IReadOnlyList<Case> All { get; } = [.. Files.SelectMany(f => ((YamlSequenceNode)f.Root["cases"]).Select(c => Read(f.File, (YamlMappingNode)c)))];

    /// <summary>The rows of the fact sheets that each file says it covers.</summary>
    public static IReadOnlyList<(string File, string Key, string Fact)> Declared { get; } = [.. Files.SelectMany(f => Pairs(f.Root, "rows").Select(p => (f.File, p.Key, p.Value)))];

    /// <summary>How it comes out under a book.</summary>
    public Assessment Assess(RuleBook book) => Engine.Assess(Demand, Facts, book, Received, AsOf);

    /// <summary>What comes out otherwise than counsel expects; <c>null</c> when nothing does.</summary>
    public static string? Mismatch(Case c, RuleBook book) => c.Expect.Mismatch(c.Assess(book));

    private static (string, YamlMappingNode) Load(string path)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(path);
        stream.Load(reader);
        var root = (YamlMappingNode)stream.Documents[0].RootNode;
        OnlyKeys(root, FileKeys, Path.GetFileName(path));
        return (Path.GetFileName(path), root);
    }

    private static Case Read(string file, YamlMappingNode map)
    {
        OnlyKeys(map, Keys, file);
        var received = Instant(Text(map, "received") ?? "2026-09-07T10:20:00Z");
        return new Case(
            file, (int)map.Start.Line, Text(map, "name")!, Texts(map, "rows"), Text(map, "citation")!, ReadDemand((YamlMappingNode)map["demand"], file),
            new Facts(new SortedDictionary<string, string>(Pairs(map, "facts").ToDictionary(), StringComparer.Ordinal)),
            received, Text(map, "asOf") is { } asOf ? Instant(asOf) : received.AddHours(1), Expectation.Read((YamlMappingNode)map["expect"], file));
    }

    private static Demand ReadDemand(YamlMappingNode map, string file)
    {
        OnlyKeys(map, DemandKeys, file);
        var items = map.Children.TryGetValue("items", out var list)
            ? ((YamlSequenceNode)list).Cast<YamlMappingNode>().Select(i => ReadItem(i, file)).ToList()
            : [new ScopeItem(new Selector(SelectorKind.Mailbox, "someone@example.org"), [.. Texts(map, "categories").Select(Category).Order()], null, null)];
        return new Demand
        {
            Reference = "A-1",
            Instrument = Text(map, "instrument"),
            Issuing = new Authority("An authority", Text(map, "country") ?? "XX", Kind(Text(map, "issuer") ?? "unknown"), Mail: Text(map, "mail")),
            Validating = Text(map, "validator") is { } validator ? new Authority("Another authority", Text(map, "country") ?? "XX", Kind(validator)) : null,
            Issued = MaybeInstant(map, "issued"),
            Scope = new Scope(items),
            Emergency = Text(map, "emergency") is { } emergency ? emergency == "true" : null,
            EmergencyGround = Text(map, "ground"),
            EnforcingAuthorityNotified = Text(map, "notified") is { } notified ? notified == "true" : null,
            Offence = Text(map, "offence"),
            Secrecy = Text(map, "secrecy") is { } secrecy ? new SecrecyOrder("A law", secrecy == "endless" ? null : Instant(secrecy)) : null,
            Assistance = Texts(map, "assistance"),
            Citations = Texts(map, "citations"),
        };
    }

    private static ScopeItem ReadItem(YamlMappingNode map, string file)
    {
        OnlyKeys(map, ItemKeys, file);
        return new ScopeItem(Selector(Text(map, "selector")!), [.. Texts(map, "categories").Select(Category).Order()], MaybeInstant(map, "from"), MaybeInstant(map, "to"));
    }

    // "kind:value", e.g. mailbox:someone@example.org
    private static Selector Selector(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return new Selector(Enum.Parse<SelectorKind>(text[..at], ignoreCase: true), text[(at + 1)..]);
    }

    private static AuthorityKind Kind(string text) => Enum.Parse<AuthorityKind>(text, ignoreCase: true);

    public static DataCategory Category(string text) => Enum.Parse<DataCategory>(text, ignoreCase: true);

    public static DateTimeOffset Instant(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DateTimeOffset? MaybeInstant(YamlMappingNode map, string key) => Text(map, key) is { } text ? Instant(text) : null;

    public static string? Text(YamlMappingNode map, string key) => map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    public static IReadOnlyList<string> Texts(YamlMappingNode map, string key) => !map.Children.TryGetValue(key, out var value) ? []
        : value is YamlSequenceNode list ? [.. list.Select(i => ((YamlScalarNode)i).Value!)] : [((YamlScalarNode)value).Value!];

    public static IEnumerable<KeyValuePair<string, string>> Pairs(YamlMappingNode map, string key) => !map.Children.TryGetValue(key, out var value) ? []
        : ((YamlMappingNode)value).Children.Select(p => KeyValuePair.Create(((YamlScalarNode)p.Key).Value!, ((YamlScalarNode)p.Value).Value!));

    public static void OnlyKeys(YamlMappingNode map, string[] keys, string file)
    {
        foreach (var key in map.Children.Keys)
            if (!keys.Contains(((YamlScalarNode)key).Value)) throw new InvalidDataException($"{file}, line {key.Start.Line}: no such key {key}");
    }
}
