using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>One entry of <c>collectors</c> in <c>gate.json</c> (<c>docs/sources.md</c>).</summary>
/// <param name="Name">Lower-case letters, digits and hyphens, at most 20.</param>
/// <param name="Kind">Which collector, e.g. <c>postgresql</c>.</param>
public sealed partial record CollectorSettings(string Name, string Kind)
{
    /// <summary>What the kind needs, by name: an address, a folder.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The file in the gate's folder that holds its credential, mode 0600; <c>null</c> where it needs none.</summary>
    public string? CredentialFile { get; init; }

    /// <summary>The query by which it finds accounts, for each kind of selector that it can.</summary>
    public IReadOnlyDictionary<SelectorKind, string> Find { get; init; } = new Dictionary<SelectorKind, string>();

    /// <summary>What it serves.</summary>
    public IReadOnlyDictionary<DataCategory, CategorySettings> Categories { get; init; } = new Dictionary<DataCategory, CategorySettings>();

    /// <summary>Reads the credential; called when it is needed, so that it is in no record that could be printed.</summary>
    public Func<string> Credential { get; init; } = () => throw new InvalidDataException("this collector needs a credential, and gate.json names no file for it");

    /// <summary>A setting that must be there.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public string Need(string setting) => Settings.TryGetValue(setting, out var value) ? value : throw Wrong($"the setting \"{setting}\" is missing");

    /// <summary>Refuses settings that the kind does not know.</summary>
    /// <exception cref="InvalidDataException">Names the setting.</exception>
    public void Only(params IEnumerable<string> known)
    {
        if (Settings.Keys.Except(known).FirstOrDefault() is { } unknown) throw Wrong($"there is no setting \"{unknown}\" for this kind");
    }

    /// <summary>What is wrong with this entry, for an operator.</summary>
    public InvalidDataException Wrong(string what) => new($"gate.json: collector \"{Name}\" ({Kind}): {what} (docs/sources.md)");

    internal static IReadOnlyList<CollectorSettings> Read(JsonElement list, Func<string, string> readCredential)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > 50) throw RefusalException.Malformed("this must be a list of at most 50 collectors", "gate.json/collectors");
        var all = new List<CollectorSettings>();
        foreach (var element in list.EnumerateArray())
        {
            var one = Shape.Closed(element, $"gate.json/collectors/{all.Count}", "name", "kind", "settings", "credential", "find", "categories");
            var name = one.Text("name", 20);
            if (!Names().IsMatch(name) || all.Exists(other => other.Name == name)) throw RefusalException.Malformed("a collector's name is of lower-case letters, digits and hyphens, at most 20, and there is one of it", one.Place("name"));
            var file = one.Has("credential") ? one.Text("credential", 80) : null;
            if (file is not null && (!Bag.IsSegment(file) || !file.EndsWith(".credential", StringComparison.Ordinal))) throw RefusalException.Malformed("a credential is a file in the gate's folder whose name ends in .credential", one.Place("credential"));
            var settings = new CollectorSettings(name, one.Text("kind", 100))
            {
                Settings = Texts(one, "settings"),
                CredentialFile = file,
                Find = Texts(one, "find").ToDictionary(query => Word<SelectorKind>(query.Key, one.Place("find")), query => query.Value),
                Categories = one.Has("categories") ? CategorySettings.Read(one.Member("categories"), one.Place("categories")) : new Dictionary<DataCategory, CategorySettings>(),
            };
            all.Add(file is null ? settings : settings with { Credential = () => readCredential(file) });
        }
        return all;
    }

    internal JsonObject Json()
    {
        var json = new JsonObject { ["name"] = Name, ["kind"] = Kind };
        if (Settings.Count > 0) json["settings"] = new JsonObject(Settings.Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)setting.Value)));
        if (CredentialFile is not null) json["credential"] = CredentialFile;
        if (Find.Count > 0) json["find"] = new JsonObject(Find.Select(query => KeyValuePair.Create(Word(query.Key), (JsonNode?)query.Value)));
        if (Categories.Count > 0) json["categories"] = new JsonObject(Categories.Select(category => KeyValuePair.Create(Word(category.Key), (JsonNode?)category.Value.Json())));
        return json;
    }

    internal static T Word<T>(string word, string where)
        where T : struct, Enum =>
        Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Word(value!.Value) == word) ?? throw RefusalException.Malformed($"\"{Visible.Text(word)}\" is none of {string.Join(", ", Enum.GetValues<T>().Select(Word))}", where);

    internal static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static Dictionary<string, string> Texts(Shape of, string member)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!of.Has(member)) return texts;
        var inner = of.OpenObject(member);
        foreach (var one in of.Member(member).EnumerateObject()) texts[one.Name] = inner.Text(one.Name, 64 * 1024);
        return texts;
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,19}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}

/// <summary>What a collector of rows is told of one category; collectors of messages and files need none of it.</summary>
public sealed record CategorySettings
{
    /// <summary>Fields that a traffic record can never have, whatever the operator wrote: they are what traffic is not.</summary>
    private static readonly string[] NotTraffic = ["subject", "body", "text", "content", "message", "snippet", "preview"];

    /// <summary>The query, with its parameters by name.</summary>
    public string? Query { get; init; }

    /// <summary>The column that has the record's time.</summary>
    public string? Time { get; init; }

    /// <summary>The column that names the record.</summary>
    public string? Place { get; init; }

    /// <summary>How rows are ordered by <see cref="Place"/>, each of which is there once, so that a reading that was cut off goes on behind one; <c>null</c> where they are in no such order.</summary>
    public PlaceOrder? Order { get; init; }

    /// <summary>The columns that leave, in this order, and which of them name people who communicate.</summary>
    public RowFields Fields { get; init; } = RowFields.None;

    internal static Dictionary<DataCategory, CategorySettings> Read(JsonElement element, string where)
    {
        _ = Shape.Open(element, where);
        var all = new Dictionary<DataCategory, CategorySettings>();
        foreach (var member in element.EnumerateObject())
        {
            var category = CollectorSettings.Word<DataCategory>(member.Name, where);
            var one = Shape.Closed(member.Value, $"{where}/{member.Name}", "query", "time", "place", "order", "fields", "parties");
            var names = one.Has("fields") ? one.Texts("fields", 200, 100) : [];
            var parties = one.Has("parties") ? one.Texts("parties", 200, 100) : [];
            if (names.Distinct(StringComparer.Ordinal).Count() != names.Count || parties.Except(names).Any()) throw RefusalException.Malformed("a field is named once, and parties are among the fields", one.Place("fields"));
            if (category == DataCategory.Traffic && names.FirstOrDefault(name => NotTraffic.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } never)
                throw RefusalException.Malformed($"\"{never}\" is never traffic data", one.Place("fields"));
            all[category] = new CategorySettings
            {
                Query = one.Has("query") ? one.Text("query", 64 * 1024) : null,
                Time = one.Has("time") ? one.Text("time", 100) : null,
                Place = one.Has("place") ? one.Text("place", 100) : null,
                Order = one.Has("order") ? CollectorSettings.Word<PlaceOrder>(one.Text("order", 20), one.Place("order")) : null,
                Fields = new RowFields(names, parties),
            };
        }
        return all;
    }

    internal JsonObject Json()
    {
        var json = new JsonObject();
        if (Query is not null) json["query"] = Query;
        if (Time is not null) json["time"] = Time;
        if (Place is not null) json["place"] = Place;
        if (Order is { } order) json["order"] = CollectorSettings.Word(order);
        if (Fields.Names.Count > 0) json["fields"] = new JsonArray([.. Fields.Names.Select(name => JsonValue.Create(name))]);
        if (Fields.Parties.Count > 0) json["parties"] = new JsonArray([.. Fields.Parties.Select(name => JsonValue.Create(name))]);
        return json;
    }
}

/// <summary>How rows are ordered by the column that names them.</summary>
public enum PlaceOrder
{
    /// <summary>Ascending whole numbers.</summary>
    Number,
    /// <summary>Texts, ascending by their code points (in PostgreSQL <c>COLLATE "C"</c>).</summary>
    Text,
}
