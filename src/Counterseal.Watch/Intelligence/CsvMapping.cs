using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Says what the columns of a CSV file mean. Written by the operator as JSON; the form is in <c>docs/watch.md</c>.</summary>
public sealed class CsvMapping
{
    private static readonly string[] Fields = ["id", "value", "type", "validFrom", "validUntil", "confidence", "tlp", "actor", "source"];
    private readonly Dictionary<string, string> columns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fixedValues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ObservableKind Kind, string Scope)> types = new(StringComparer.OrdinalIgnoreCase);

    private CsvMapping()
    {
    }

    /// <summary>What stands between two fields.</summary>
    public char Delimiter { get; private set; } = ',';

    /// <summary>Lines that begin with it are left out; <c>null</c> for none.</summary>
    public char? Comment { get; private set; }

    /// <summary>The first line names the columns; otherwise they are numbered from 1.</summary>
    public bool Header { get; private set; } = true;

    /// <summary>Reads a mapping.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <exception cref="FormatException">It cannot be used; says what and where.</exception>
    public static CsvMapping Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var mapping = new CsvMapping();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "delimiter": mapping.Delimiter = One(member); break;
                    case "comment": mapping.Comment = One(member); break;
                    case "header": mapping.Header = member.Value.GetBoolean(); break;
                    case "columns" or "fixed":
                        foreach (var field in member.Value.EnumerateObject())
                        {
                            if (!Fields.Contains(field.Name)) throw new FormatException($"/{member.Name}/{field.Name}: there is no such field; the fields are {string.Join(", ", Fields)}.");
                            var to = member.Name == "columns" ? mapping.columns : mapping.fixedValues;
                            to[field.Name] = field.Value.ValueKind == JsonValueKind.Number ? field.Value.GetRawText() : field.Value.GetString() ?? "";
                        }

                        break;
                    case "types":
                        foreach (var type in member.Value.EnumerateObject()) mapping.types[type.Name] = Kind(type.Value.GetString() ?? "", $"/types/{type.Name}");
                        break;
                    default:
                        throw new FormatException($"/{member.Name}: a mapping has delimiter, comment, header, columns, fixed and types.");
                }
            }

            if (!mapping.columns.ContainsKey("value")) throw new FormatException("/columns/value: no column is named that holds the values.");
            if (!mapping.columns.ContainsKey("type") && !mapping.fixedValues.ContainsKey("type")) throw new FormatException("/fixed/type: neither a column nor a fixed type says what the values are.");
            if (mapping.fixedValues.TryGetValue("type", out var only) && mapping.KindOf(only) is null) throw new FormatException($"/fixed/type: {PatternScanner.Quote(only)} is no type.");
            return mapping;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The mapping is not such a JSON file: {e.Message}", e);
        }
    }

    /// <summary>A field's column by number, from the header or from the mapping's own number; -1 where it has none.</summary>
    internal int Column(string field, IReadOnlyList<string>? header)
    {
        if (!columns.TryGetValue(field, out var name)) return -1;
        if (header is not null)
        {
            for (var i = 0; i < header.Count; i++)
                if (string.Equals(header[i].Trim(), name.Trim(), StringComparison.OrdinalIgnoreCase)) return i;
            return -1;
        }

        return int.TryParse(name, out var number) && number > 0 ? number - 1 : -1;
    }

    internal bool Names(string field) => columns.ContainsKey(field);

    internal string? ColumnName(string field) => columns.GetValueOrDefault(field);

    internal string? Fixed(string field) => fixedValues.GetValueOrDefault(field);

    /// <summary>What a type of the file means: by the mapping's own table, else by its name.</summary>
    internal (ObservableKind Kind, string Scope)? KindOf(string type)
    {
        type = type.Trim();
        if (types.TryGetValue(type, out var kind)) return kind;
        return Builtin(type);
    }

    private static (ObservableKind Kind, string Scope)? Builtin(string type)
    {
        if (HashName.Canonical(type) is { } hash) return (ObservableKind.Hash, hash);
        return type.ToLowerInvariant() switch
        {
            "domain" or "hostname" or "domain-name" or "fqdn" => (ObservableKind.Domain, ""),
            "address" or "ip" or "ipv4" or "ipv6" or "ipv4-addr" or "ipv6-addr" or "cidr" => (ObservableKind.Address, ""),
            "mail" or "email" or "email-addr" => (ObservableKind.Mail, ""),
            "url" or "uri" => (ObservableKind.Url, ""),
            _ => null,
        };
    }

    /// <summary>What a type in an operator's file means.</summary>
    /// <exception cref="FormatException">It means nothing.</exception>
    internal static (ObservableKind Kind, string Scope) Kind(string text, string where)
    {
        if (text.StartsWith("text ", StringComparison.Ordinal)) return (ObservableKind.Text, text[5..].Trim());
        return Builtin(text) ?? throw new FormatException($"{where}: {PatternScanner.Quote(text)} is none of domain, address, mail, url, a hash algorithm, or text PROPERTY.");
    }

    private static char One(JsonProperty member) => member.Value.GetString() is { Length: 1 } text && text[0] is not ('"' or '\r' or '\n') && text[0] < 128
        ? text[0]
        : throw new FormatException($"/{member.Name}: one ASCII character is expected.");
}
