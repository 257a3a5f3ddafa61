using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// Reads the project's own JSON form. <c>docs/demand.schema.json</c> says the same for machines; the tests let another's
/// validator judge that both agree. Every fault names the place in that schema.
/// </summary>
internal sealed partial class CountersealJson
{
    private const string Mend = "Mend it and send the document again.";

    private static readonly string[] Names =
    [
        "counterseal", "reference", "instrument", "issuing", "validating", "addressee", "issued", "emergency", "scope", "secrecy",
        "offence", "enforcingAuthorityNotified", "recipient", "citations", "assistance",
    ];

    private readonly Remarks _remarks;

    private CountersealJson(Remarks remarks) => _remarks = remarks;

    public static Demand? Read(ReadOnlySpan<byte> bytes, Script script, Remarks remarks)
    {
        var root = JsonTree.Read(bytes, script, remarks);
        if (root is null) return null;
        var demand = new CountersealJson(remarks).Demand(root);
        return remarks.Clean ? demand : null;
    }

    private Demand? Demand(JsonPart root)
    {
        if (!IsObject(root, "#", Names, "counterseal", "reference", "issuing", "scope")) return null;
        if (Member(root, "counterseal") is { } version && version is not { Kind: JsonValueKind.String, Text: "demand/v1" })
            Fault(version, "#/properties/counterseal/const", $"The version is {Shown(version)}; this door reads demand/v1.");
        var emergency = Member(root, "emergency");
        if (emergency is not null && !IsObject(emergency, "#/properties/emergency", ["ground"], "ground")) emergency = null;
        var secrecy = Member(root, "secrecy");
        if (secrecy is not null && !IsObject(secrecy, "#/properties/secrecy", ["law", "until"])) secrecy = null;
        return new()
        {
            Reference = Line(Member(root, "reference"), "#/$defs/line") ?? "",
            Instrument = Word(Member(root, "instrument"), "#/properties/instrument/pattern", InstrumentName(), "a name like eu.epoc or us.sca.2703d"),
            Issuing = Authority(Member(root, "issuing")) ?? new("", ""),
            Validating = Authority(Member(root, "validating")),
            Addressee = Line(Member(root, "addressee"), "#/$defs/line"),
            Issued = Instant(Member(root, "issued")),
            Scope = Scope(Member(root, "scope")),
            Emergency = emergency is null ? null : true,
            EmergencyGround = emergency is null ? null : Text(Member(emergency, "ground")),
            Offence = Text(Member(root, "offence")),
            Secrecy = secrecy is null ? null : new(Line(Member(secrecy, "law"), "#/$defs/line"), Instant(Member(secrecy, "until"))),
            EnforcingAuthorityNotified = Flag(Member(root, "enforcingAuthorityNotified"), "#/properties/enforcingAuthorityNotified/type"),
            RecipientHint = Line(Member(root, "recipient"), "#/$defs/line"),
            Citations = [.. Array(Member(root, "citations"), "#/properties/citations", 0, 100).Select(c => Line(c, "#/$defs/line")).OfType<string>()],
            Assistance = [.. Array(Member(root, "assistance"), "#/properties/assistance", 0, 100).Select(Text).OfType<string>()],
        };
    }

    private Authority? Authority(JsonPart? part)
    {
        const string At = "#/$defs/authority";
        if (part is null || !IsObject(part, At, ["name", "country", "kind", "officer", "mail", "telephone"], "name", "country")) return null;
        var kind = AuthorityKind.Unknown;
        if (Member(part, "kind") is { } named
            && (named.Kind != JsonValueKind.String || !Kinds.TryGetValue(named.Text, out kind)))
            Fault(named, At + "/properties/kind/enum", $"The kind is {Shown(named)}; it is one of {string.Join(", ", Kinds.Keys)}.");
        return new(
            Line(Member(part, "name"), "#/$defs/line") ?? "",
            Word(Member(part, "country"), At + "/properties/country/pattern", Country(), "two capital letters (ISO 3166-1 alpha-2)") ?? "",
            kind,
            Line(Member(part, "officer"), "#/$defs/line"),
            Line(Member(part, "mail"), "#/$defs/line"),
            Line(Member(part, "telephone"), "#/$defs/line"));
    }

    private Scope Scope(JsonPart? part)
    {
        var items = new List<ScopeItem>();
        foreach (var item in Array(part, "#/properties/scope", 1, Limits.Selectors))
        {
            const string At = "#/$defs/item";
            if (!IsObject(item, At, ["selector", "categories", "from", "to"], "selector")) continue;
            var selector = Selector(Member(item, "selector"));
            var categories = new SortedSet<DataCategory>();
            foreach (var named in Array(Member(item, "categories"), At + "/properties/categories", 0, 4))
            {
                if (named.Kind != JsonValueKind.String || !Categories.TryGetValue(named.Text, out var category))
                    Fault(named, At + "/properties/categories/items/enum", $"The category is {Shown(named)}; it is one of {string.Join(", ", Categories.Keys)}.");
                else if (!categories.Add(category))
                    Fault(named, At + "/properties/categories/uniqueItems", $"The category {Shown(named)} stands twice.");
            }
            var (from, to) = (Instant(Member(item, "from")), Instant(Member(item, "to")));
            if (from >= to) Fault(Member(item, "to")!, "docs/intake.md, JSON", "The end of the range, to, is not after its beginning, from.");
            if (selector is not null) items.Add(new(selector, [.. categories], from, to));
        }
        return new(items);
    }

    private Selector? Selector(JsonPart? part)
    {
        const string At = "#/$defs/selector";
        if (part is null) return null;
        string[] kinds = ["mailbox", "account", "telephone", "ip"];
        if (!IsObject(part, At + "/oneOf", [.. kinds, "port", "at"])) return null;
        var named = kinds.Where(part.Members.ContainsKey).ToArray();
        if (named.Length != 1)
        {
            Fault(part, At + "/oneOf", named.Length == 0
                ? "The selector has none of mailbox, account, telephone, ip."
                : $"The selector has {string.Join(" and ", named)}; it takes one of them, and other selectors are items of their own.");
            return null;
        }
        var value = part.Members[named[0]];
        foreach (var name in new[] { "port", "at" })
            if (named[0] != "ip" && Member(part, name) is { } stray)
                Fault(stray, At + "/oneOf", $"The member {name} stands beside {named[0]}; it belongs to ip.");
        var text = value.Kind == JsonValueKind.String ? value.Text : null;
        var (kind, normal, shape) = named[0] switch
        {
            "mailbox" => (SelectorKind.Mailbox, text is null ? null : NormalForm.Mailbox(text), "one mail address, without wildcard, comment or quotes"),
            "account" => (SelectorKind.Account, text is null ? null : NormalForm.Account(text), "an account name of at most 255 characters, without wildcard"),
            "telephone" => (SelectorKind.Telephone, text is null ? null : NormalForm.Telephone(text), "an international number of at most 15 digits, with its country code"),
            _ => (SelectorKind.IpAddress, text is null ? null : NormalForm.Ip(text), "one IPv4 or IPv6 address, no range"),
        };
        if (normal is null)
        {
            Fault(value, $"{At}/oneOf/{System.Array.IndexOf(kinds, named[0])}/properties/{named[0]}", $"The {named[0]} is {Shown(value)}; it takes {shape}.");
            return null;
        }
        return kind == SelectorKind.IpAddress
            ? new(kind, normal, Port(Member(part, "port")), Instant(Member(part, "at")))
            : new(kind, normal);
    }

    private int? Port(JsonPart? part)
    {
        if (part is null) return null;
        if (part.Kind == JsonValueKind.Number && part.Text.Length is > 0 and <= 32
            && double.TryParse(part.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number is >= 0 and <= 65535 && double.IsInteger(number))
            return (int)number;
        Fault(part, "#/$defs/selector/oneOf/3/properties/port", $"The port is {Shown(part)}; it takes a whole number from 0 to 65535.");
        return null;
    }

    private DateTimeOffset? Instant(JsonPart? part)
    {
        if (part is null) return null;
        if (part.Kind == JsonValueKind.String && Rfc3339().IsMatch(part.Text)
            && DateTimeOffset.TryParse(part.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return at.ToUniversalTime();
        Fault(part, "#/$defs/instant", $"The time is {Shown(part)}; it takes RFC 3339 with an offset, like 2026-03-01T00:00:00Z, of the years 1900 to 2999.");
        return null;
    }

    private bool? Flag(JsonPart? part, string rule)
    {
        if (part is null || part.Kind is JsonValueKind.True or JsonValueKind.False) return part is null ? null : part.Kind == JsonValueKind.True;
        Fault(part, rule, $"The value is {part.KindName}; it takes true or false.");
        return null;
    }

    private string? Line(JsonPart? part, string rule)
    {
        if (part is null) return null;
        if (part.Kind == JsonValueKind.String && NormalForm.Length(part.Text) <= 255 && NormalForm.IsLine(part.Text)) return part.Text;
        Fault(part, rule, $"The value is {Shown(part)}; it takes one line of 1 to 255 characters, not blank, without control or direction characters.");
        return null;
    }

    private string? Text(JsonPart? part)
    {
        if (part is null) return null;
        if (part.Kind == JsonValueKind.String && NormalForm.Length(part.Text) <= 4000 && NormalForm.IsText(part.Text)) return part.Text;
        Fault(part, "#/$defs/text", $"The value is {Shown(part)}; it takes 1 to 4,000 characters, not blank, without control or direction characters other than line breaks and tabs.");
        return null;
    }

    private string? Word(JsonPart? part, string rule, Regex pattern, string shape)
    {
        if (part is null) return null;
        if (part.Kind == JsonValueKind.String && part.Text.Length <= 64 && pattern.IsMatch(part.Text)) return part.Text;
        Fault(part, rule, $"The value is {Shown(part)}; it takes {shape}.");
        return null;
    }

    private List<JsonPart> Array(JsonPart? part, string rule, int least, int most)
    {
        if (part is null) return [];
        if (part.Kind == JsonValueKind.Array && part.Items.Count >= least && part.Items.Count <= most) return part.Items;
        Fault(part, rule, part.Kind == JsonValueKind.Array
            ? $"The array has {part.Items.Count} items; it takes {least} to {most}."
            : $"The value is {part.KindName}; it takes an array.");
        return [];
    }

    private bool IsObject(JsonPart part, string rule, string[] known, params string[] required)
    {
        // A choice of objects has these keywords in its branches.
        string Keyword(string name) => rule.EndsWith("/oneOf", StringComparison.Ordinal) ? rule : $"{rule}/{name}";
        if (part.Kind != JsonValueKind.Object)
        {
            Fault(part, Keyword("type"), $"The value is {part.KindName}; it takes an object.");
            return false;
        }
        foreach (var (name, member) in part.Members)
            if (!known.Contains(name))
                Fault(member, Keyword("additionalProperties"), $"The member {Remarks.Quote(name)} is not known here.");
        foreach (var name in required)
            if (!part.Members.ContainsKey(name))
                Fault(part, Keyword("required"), $"The member {name} is missing.");
        return true;
    }

    private static JsonPart? Member(JsonPart part, string name) => part.Members.GetValueOrDefault(name);

    private static string Shown(JsonPart part) => part.Kind switch
    {
        JsonValueKind.String => Remarks.Quote(part.Text),
        JsonValueKind.Number => part.Text,
        _ => part.KindName,
    };

    private void Fault(JsonPart part, string rule, string what) =>
        _remarks.Fault(part.Line, part.Pointer, rule.StartsWith('#') ? "docs/demand.schema.json" + rule : rule, what, Mend);

    private static readonly Dictionary<string, AuthorityKind> Kinds = Enum.GetValues<AuthorityKind>()
        .Where(k => k != AuthorityKind.Unknown)
        .ToDictionary(k => JsonNamingPolicy.CamelCase.ConvertName(k.ToString()), StringComparer.Ordinal);

    private static readonly Dictionary<string, DataCategory> Categories = Enum.GetValues<DataCategory>()
        .ToDictionary(c => JsonNamingPolicy.CamelCase.ConvertName(c.ToString()), StringComparer.Ordinal);

    [GeneratedRegex(@"\A[a-z][a-z0-9]*([.-][a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex InstrumentName();

    [GeneratedRegex(@"\A[A-Z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Country();

    [GeneratedRegex(@"\A(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
