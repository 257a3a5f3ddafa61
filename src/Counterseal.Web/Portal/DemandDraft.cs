using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// The form of a demand as an officer has filled it in. It becomes our own JSON form (<c>docs/demand.schema.json</c>) and is then read by the same door as every other; nothing is judged here. What is left empty is left out.
/// </summary>
public sealed class DemandDraft
{
    /// <summary>How many identifiers the form has room for.</summary>
    public const int Items = 5;

    /// <summary>Kinds of authority, as the JSON writes them and as the reader calls them.</summary>
    public static IReadOnlyList<(string Word, string Title)> Kinds(Reader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return
        [
            ("judge", reader.Word(AuthorityKind.Judge)), ("court", reader.Word(AuthorityKind.Court)), ("investigatingJudge", reader.Word(AuthorityKind.InvestigatingJudge)), ("prosecutor", reader.Word(AuthorityKind.Prosecutor)),
            ("grandJury", reader.Word(AuthorityKind.GrandJury)), ("police", reader.Word(AuthorityKind.Police)), ("administrative", reader.Word(AuthorityKind.Administrative)), ("intelligence", reader.Word(AuthorityKind.Intelligence)),
            ("civilParty", reader.Word(AuthorityKind.CivilParty)),
        ];
    }

    /// <summary>Kinds of identifiers.</summary>
    public static IReadOnlyList<(string Word, string Title)> Selectors(Reader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return [("mailbox", reader.Say("portal.selector.mailbox")), ("account", reader.Say("portal.selector.account")), ("telephone", reader.Say("portal.selector.telephone")), ("ip", reader.Say("portal.selector.ip"))];
    }

    /// <summary>Data categories.</summary>
    public static IReadOnlyList<(string Word, string Title)> Categories(Reader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return [.. CategoryWords.Select(word => (word, reader.Say($"portal.category.{word}")))];
    }

    private static readonly string[] CategoryWords = ["subscriber", "identification", "traffic", "content"];

    /// <summary>Fields, with the place that they have in the JSON and the sentence by which the form calls them. Of items: see <see cref="FieldOf"/>.</summary>
    private static readonly (string Pointer, string Field, string Sentence)[] Places =
    [
        ("/reference", "reference", "portal.field.reference"), ("/instrument", "instrument", "portal.field.instrument"), ("/issuing/name", "issuing-name", "portal.field.issuing"), ("/issuing/country", "issuing-country", "portal.field.issuing.country"),
        ("/issuing/kind", "issuing-kind", "portal.field.issuing.kind"), ("/issuing/officer", "issuing-officer", "portal.field.officer"), ("/validating/name", "validating-name", "portal.field.validating"), ("/validating/country", "validating-country", "portal.field.validating.country"),
        ("/validating/kind", "validating-kind", "portal.field.validating.kind"), ("/issued", "issued", "portal.field.issued"), ("/emergency", "emergency", "portal.field.emergency.of"), ("/secrecy/law", "secrecy-law", "portal.field.secrecy.law.of"), ("/secrecy/until", "secrecy-until", "portal.field.secrecy.until.of"),
        ("/offence", "offence", "portal.field.offence"), ("/citations", "citations", "portal.field.citations"), ("/assistance", "assistance", "portal.field.assistance"),
    ];

    private readonly Dictionary<string, string> values;

    private DemandDraft(Dictionary<string, string> values) => this.values = values;

    /// <summary>What stands in a field.</summary>
    public string this[string field] => values.GetValueOrDefault(field, "");

    /// <summary>An empty form of an officer, with what the directory says of the authority.</summary>
    public static DemandDraft For(Officer officer, AuthorityEntry? entry) => new(new(StringComparer.Ordinal)
    {
        ["issuing-name"] = entry?.Name ?? "",
        ["issuing-country"] = entry?.Country ?? "",
        ["issuing-officer"] = officer.Name,
    });

    /// <summary>A form that was sent.</summary>
    public static DemandDraft Of(IFormCollection form) => new(form.Where(field => field.Key is not ("form" or "do")).ToDictionary(field => field.Key, field => string.Join(' ', field.Value.OfType<string>()), StringComparer.Ordinal));

    /// <summary>Whether a category is ticked.</summary>
    public bool Ticked(int item, string category) => this[$"item{item}-categories"].Split(' ').Contains(category, StringComparer.Ordinal);

    /// <summary>Whether something of an item is filled in.</summary>
    public bool HasItem(int item) => new[] { "value", "port", "at", "from", "to", "categories" }.Any(part => this[$"item{item}-{part}"].Trim().Length > 0);

    /// <summary>The form as our own JSON.</summary>
    /// <param name="authority">The id of the officer's authority, to whose registered key the answer is asked for.</param>
    public byte[] Original(string authority)
    {
        var issuing = Authority("issuing") ?? [];
        // What every demand must have is written even where it is empty, so that the fault names its field.
        issuing["name"] ??= "";
        issuing["country"] ??= "";
        var demand = new JsonObject { ["counterseal"] = "demand/v1", ["reference"] = Said("reference") ?? "" };
        Put(demand, "instrument", Said("instrument"));
        demand["issuing"] = issuing;
        if (Authority("validating") is { } validating)
            demand["validating"] = validating;
        Put(demand, "issued", At("issued"));
        if (Said("emergency") is { } ground)
            demand["emergency"] = new JsonObject { ["ground"] = ground };
        demand["scope"] = new JsonArray([.. Filled().Select(Sought)]);
        var secrecy = new JsonObject();
        Put(secrecy, "law", Said("secrecy-law"));
        Put(secrecy, "until", At("secrecy-until"));
        if (secrecy.Count > 0 || this["secrecy"] == "yes")
            demand["secrecy"] = secrecy;
        Put(demand, "offence", Said("offence"));
        if (this["notified"] is "yes" or "no")
            demand["enforcingAuthorityNotified"] = this["notified"] == "yes";
        demand["recipient"] = authority;
        Lines(demand, "citations");
        Lines(demand, "assistance");
        return Encoding.UTF8.GetBytes(demand.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    /// <summary>The form's field for a place in the JSON; <c>null</c> for a place that is no field's.</summary>
    public DraftField? FieldOf(string pointer)
    {
        ArgumentNullException.ThrowIfNull(pointer);
        if (pointer.StartsWith("/scope/", StringComparison.Ordinal) && pointer.Split('/') is [_, _, var index, ..] parts && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Filled().Skip(at).Select(one => (int?)one).FirstOrDefault() is { } item)
        {
            return parts.ElementAtOrDefault(3) switch
            {
                "from" => new($"item{item}-from", "portal.field.item.from.of", item),
                "to" => new($"item{item}-to", "portal.field.item.to.of", item),
                "categories" => new($"item{item}-subscriber", "portal.field.item.categories.of", item),
                _ => parts.ElementAtOrDefault(4) switch { "port" => new($"item{item}-port", "portal.field.item.port.of", item), "at" => new($"item{item}-at", "portal.field.item.at.of", item), _ => new($"item{item}-value", "portal.field.item", item) },
            };
        }
        if (pointer.StartsWith("/scope", StringComparison.Ordinal))
            return new("item1-value", "portal.field.item", 1);
        return Places.Where(place => pointer == place.Pointer || pointer.StartsWith(place.Pointer + "/", StringComparison.Ordinal)).Select(place => (DraftField?)new DraftField(place.Field, place.Sentence, 0)).FirstOrDefault();
    }

    private IEnumerable<int> Filled() => Enumerable.Range(1, Items).Where(HasItem);

    private JsonObject Sought(int item)
    {
        var kind = this[$"item{item}-kind"];
        var value = this[$"item{item}-value"].Trim();
        var selector = new JsonObject { [kind is "account" or "telephone" or "ip" ? kind : "mailbox"] = value };
        if (kind == "ip")
        {
            if (int.TryParse(this[$"item{item}-port"].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                selector["port"] = port;
            else
                Put(selector, "port", Said($"item{item}-port"));
            Put(selector, "at", At($"item{item}-at"));
        }
        var made = new JsonObject { ["selector"] = selector };
        var categories = CategoryWords.Where(word => Ticked(item, word)).Select(word => (JsonNode)word).ToArray();
        if (categories.Length > 0)
            made["categories"] = new JsonArray(categories);
        Put(made, "from", At($"item{item}-from"));
        Put(made, "to", At($"item{item}-to"));
        return made;
    }

    private JsonObject? Authority(string which)
    {
        var made = new JsonObject();
        foreach (var member in (string[])["name", "country", "kind", "officer"])
            Put(made, member, member == "country" ? Said($"{which}-{member}")?.ToUpperInvariant() : Said($"{which}-{member}"));
        return made.Count > 0 ? made : null;
    }

    private void Lines(JsonObject demand, string field)
    {
        var lines = this[field].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 0)
            demand[field] = new JsonArray([.. lines.Select(line => (JsonNode)line)]);
    }

    private string? Said(string field) => this[field].ReplaceLineEndings("\n").Trim() is { Length: > 0 } said ? said : null;

    /// <summary>A time as the browser's own field writes it is UTC, as the form says; anything else goes on as it was written, and the door says what is wrong with it.</summary>
    private string? At(string field) => Said(field) switch
    {
        null => null,
        { Length: 10 } day when day[4] == '-' => day + "T00:00:00Z",
        { Length: 16 } minute when minute[10] == 'T' => minute + ":00Z",
        { Length: 19 } second when second[10] == 'T' => second + "Z",
        var other => other,
    };

    private static void Put(JsonObject into, string member, string? value)
    {
        if (value is not null)
            into[member] = value;
    }
}

/// <summary>A field of the form.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Sentence">The sentence by which the form calls it.</param>
/// <param name="Item">Which identifier it is of, from 1; 0 for none.</param>
public readonly record struct DraftField(string Field, string Sentence, int Item)
{
    /// <summary>What the form calls it.</summary>
    public string Title(Reader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Say(Sentence, ("n", reader.Number(Item)));
    }
}
