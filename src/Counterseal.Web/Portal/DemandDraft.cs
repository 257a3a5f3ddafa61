using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// The form of a demand as an officer has filled it in. It becomes our own JSON form (<c>docs/demand.schema.json</c>) and is then read by the same door as every other; nothing is judged here. What is left empty is left out.
/// </summary>
public sealed class DemandDraft
{
    /// <summary>How many identifiers the form has room for.</summary>
    public const int Items = 5;

    /// <summary>Kinds of authority, as the form names and the JSON writes them.</summary>
    public static IReadOnlyList<(string Word, string Title)> Kinds { get; } =
    [
        ("judge", "judge"), ("court", "court"), ("investigatingJudge", "investigating judge"), ("prosecutor", "prosecutor"), ("grandJury", "grand jury"), ("police", "police"), ("administrative", "administrative body"), ("intelligence", "intelligence service"), ("civilParty", "party to civil proceedings"),
    ];

    /// <summary>Kinds of identifiers.</summary>
    public static IReadOnlyList<(string Word, string Title)> Selectors { get; } = [("mailbox", "mailbox (mail address)"), ("account", "account, by our name for it"), ("telephone", "telephone number with country code"), ("ip", "IP address")];

    /// <summary>Data categories.</summary>
    public static IReadOnlyList<(string Word, string Title)> Categories { get; } =
    [
        ("subscriber", "subscriber: name, address, contact, service"), ("identification", "identification: IP addresses with port and time, only to identify the user"), ("traffic", "traffic: who communicated with whom, when and how"), ("content", "content: what was communicated or stored"),
    ];

    /// <summary>Fields, with the place that they have in the JSON and what the form calls them. Of items: see <see cref="FieldOf"/>.</summary>
    private static readonly (string Pointer, string Field, string Title)[] Places =
    [
        ("/reference", "reference", "Your reference"), ("/instrument", "instrument", "Kind of legal process"), ("/issuing/name", "issuing-name", "Issuing authority"), ("/issuing/country", "issuing-country", "Country of the issuing authority"),
        ("/issuing/kind", "issuing-kind", "What the issuing authority is"), ("/issuing/officer", "issuing-officer", "Who signs or asks"), ("/validating/name", "validating-name", "Validating authority"), ("/validating/country", "validating-country", "Country of the validating authority"),
        ("/validating/kind", "validating-kind", "What the validating authority is"), ("/issued", "issued", "When it was issued"), ("/emergency", "emergency", "Ground of the emergency"), ("/secrecy/law", "secrecy-law", "Law of the secrecy order"), ("/secrecy/until", "secrecy-until", "End of the secrecy order"),
        ("/offence", "offence", "Offence or matter"), ("/citations", "citations", "Laws on which it rests"), ("/assistance", "assistance", "Anything else that is asked for"),
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

    /// <summary>The form's field for a place in the JSON, and what the form calls it; <c>null</c> for a place that is no field's.</summary>
    public (string Field, string Title)? FieldOf(string pointer)
    {
        if (pointer.StartsWith("/scope/", StringComparison.Ordinal) && pointer.Split('/') is [_, _, var index, ..] parts && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && Filled().Skip(at).Select(one => (int?)one).FirstOrDefault() is { } item)
        {
            return parts.ElementAtOrDefault(3) switch
            {
                "from" => ($"item{item}-from", $"Identifier {item}: from"),
                "to" => ($"item{item}-to", $"Identifier {item}: to"),
                "categories" => ($"item{item}-subscriber", $"Identifier {item}: data categories"),
                _ => parts.ElementAtOrDefault(4) switch { "port" => ($"item{item}-port", $"Identifier {item}: port"), "at" => ($"item{item}-at", $"Identifier {item}: at"), _ => ($"item{item}-value", $"Identifier {item}") },
            };
        }
        if (pointer.StartsWith("/scope", StringComparison.Ordinal))
            return ("item1-value", "Identifier 1");
        return Places.Where(place => pointer == place.Pointer || pointer.StartsWith(place.Pointer + "/", StringComparison.Ordinal)).Select(place => ((string, string)?)(place.Field, place.Title)).FirstOrDefault();
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
        var categories = Categories.Where(one => Ticked(item, one.Word)).Select(one => (JsonNode)one.Word).ToArray();
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
