using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>One row of the case table: a demand, the facts, and what counsel expects.</summary>
internal sealed record Case(string File, int Line, string Name, string Citation, Demand Demand, Facts Facts, DateTimeOffset Received, DateTimeOffset AsOf, YamlMappingNode Expect)
{
    private static readonly string[] Keys = ["name", "citation", "demand", "facts", "received", "asOf", "expect"];
    private static readonly string[] DemandKeys =
        ["instrument", "issuer", "country", "validator", "emergency", "ground", "notified", "offence", "secrecy", "assistance", "categories", "items"];

    public static IReadOnlyList<Case> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Counterseal.Law.Tests", "cases"), "*.yaml").Order(StringComparer.Ordinal).SelectMany(Read)];

    private static IEnumerable<Case> Read(string path)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(path);
        stream.Load(reader);
        var file = Path.GetFileName(path);
        foreach (var node in (YamlSequenceNode)((YamlMappingNode)stream.Documents[0].RootNode)["cases"])
        {
            var map = (YamlMappingNode)node;
            OnlyKeys(map, Keys, file);
            var received = Instant(Text(map, "received") ?? "2026-09-07T10:20:00Z");
            yield return new Case(
                file, (int)map.Start.Line, Text(map, "name")!, Text(map, "citation")!, ReadDemand((YamlMappingNode)map["demand"], file),
                new Facts(new SortedDictionary<string, string>(Pairs(map, "facts").ToDictionary(), StringComparer.Ordinal)),
                received, Text(map, "asOf") is { } asOf ? Instant(asOf) : received.AddHours(1), (YamlMappingNode)map["expect"]);
        }
    }

    private static Demand ReadDemand(YamlMappingNode map, string file)
    {
        OnlyKeys(map, DemandKeys, file);
        var categories = Texts(map, "categories").Select(Category).ToList();
        var items = map.Children.TryGetValue("items", out var list)
            ? ((YamlSequenceNode)list).Cast<YamlMappingNode>().Select(i => new ScopeItem(Selector(Text(i, "selector")!), [.. Texts(i, "categories").Select(Category)], null, null)).ToList()
            : [new ScopeItem(new Selector(SelectorKind.Mailbox, "someone@example.org"), categories, null, null)];
        return new Demand
        {
            Reference = "A-1",
            Instrument = Text(map, "instrument"),
            Issuing = new Authority("An authority", Text(map, "country") ?? "XX", Kind(Text(map, "issuer") ?? "unknown")),
            Validating = Text(map, "validator") is { } validator ? new Authority("Another authority", Text(map, "country") ?? "XX", Kind(validator)) : null,
            Scope = new Scope(items),
            Emergency = Text(map, "emergency") is { } emergency ? emergency == "true" : null,
            EmergencyGround = Text(map, "ground"),
            EnforcingAuthorityNotified = Text(map, "notified") is { } notified ? notified == "true" : null,
            Offence = Text(map, "offence"),
            Secrecy = Text(map, "secrecy") is { } secrecy ? new SecrecyOrder("18 USC 2705(b)", secrecy == "endless" ? null : Instant(secrecy)) : null,
            Assistance = Texts(map, "assistance"),
        };
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
