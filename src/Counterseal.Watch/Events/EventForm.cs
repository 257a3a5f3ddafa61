using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>What a file of events looks like.</summary>
public enum EventShape
{
    /// <summary>One JSON object a line.</summary>
    NdJson,

    /// <summary>CSV (RFC 4180).</summary>
    Csv,

    /// <summary>A web server's access log, one request a line, in the combined format.</summary>
    AccessLog,
}

/// <summary>
/// Says what the fields of an event mean: when, whose, where, and which values are looked up. Two forms are built in, <see cref="Ocsf"/> and <see cref="Entra"/>; operators write others
/// as JSON (<c>docs/watch.md</c>).
/// </summary>
public sealed class EventForm
{
    private readonly Dictionary<string, string> roles = new(StringComparer.Ordinal);
    private readonly List<(string Path, ObservableKind Kind, string Scope)> values = [];
    private readonly Dictionary<string, string> only = new(StringComparer.Ordinal);

    private EventForm()
    {
    }

    /// <summary>OCSF Authentication, class 3002, of OCSF 1.x.</summary>
    public static EventForm Ocsf { get; } = Read("""
        { "shape": "ndjson", "only": {"class_uid": "3002"},
          "id": "metadata.uid", "time": "time", "customer": "user.uid", "country": "src_endpoint.location.country", "outcome": "status_id",
          "values": { "src_endpoint.ip": "address", "src_endpoint.hostname": "domain", "dst_endpoint.ip": "address", "dst_endpoint.hostname": "domain",
            "user.email_addr": "mail", "http_request.url.url_string": "url",
            "http_request.user_agent": "text network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'" } }
        """u8.ToArray());

    /// <summary>Sign-in records as Microsoft Graph gives them (signIn).</summary>
    public static EventForm Entra { get; } = Read("""
        { "shape": "ndjson",
          "id": "id", "time": "createdDateTime", "customer": "userId", "country": "location.countryOrRegion", "outcome": "status.errorCode",
          "values": { "ipAddress": "address", "userPrincipalName": "mail",
            "userAgent": "text network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'" } }
        """u8.ToArray());

    /// <summary>What the file looks like.</summary>
    public EventShape Shape { get; private set; }

    internal char Delimiter { get; private set; } = ',';

    internal char? Comment { get; private set; }

    internal bool Header { get; private set; } = true;

    /// <summary>Fields by role: <c>id</c>, <c>time</c>, <c>customer</c>, <c>country</c>, <c>outcome</c>.</summary>
    internal IReadOnlyDictionary<string, string> Roles => roles;

    /// <summary>Fields that are looked up.</summary>
    internal IReadOnlyList<(string Path, ObservableKind Kind, string Scope)> Values => values;

    /// <summary>An event counts only where each of these fields has this value.</summary>
    internal IReadOnlyDictionary<string, string> Only => only;

    /// <summary>Reads a form.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <exception cref="FormatException">It cannot be used; says what and where.</exception>
    public static EventForm Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var form = new EventForm();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "shape":
                        form.Shape = member.Value.GetString() switch { "ndjson" => EventShape.NdJson, "csv" => EventShape.Csv, "accessLog" => EventShape.AccessLog, var other => throw new FormatException($"/shape: {other} is none of ndjson, csv and accessLog.") };
                        break;
                    case "delimiter": form.Delimiter = One(member); break;
                    case "comment": form.Comment = One(member); break;
                    case "header": form.Header = member.Value.GetBoolean(); break;
                    case "id" or "time" or "customer" or "country" or "outcome": form.roles[member.Name] = member.Value.GetString() ?? ""; break;
                    case "only":
                        foreach (var condition in member.Value.EnumerateObject()) form.only[condition.Name] = condition.Value.ValueKind == JsonValueKind.String ? condition.Value.GetString()! : condition.Value.GetRawText();
                        break;
                    case "values":
                        foreach (var value in member.Value.EnumerateObject())
                        {
                            var (kind, scope) = CsvMapping.Kind(value.Value.GetString() ?? "", $"/values/{value.Name}");
                            form.values.Add((value.Name, kind, scope));
                        }

                        break;
                    default:
                        throw new FormatException($"/{member.Name}: a form has shape, delimiter, comment, header, id, time, customer, country, outcome, only and values.");
                }
            }

            if (!form.roles.ContainsKey("time")) throw new FormatException("/time: no field is named that says when the event was.");
            if (form.only.Count > 60) throw new FormatException("/only: more than 60 conditions.");
            if (form.values.Count == 0) throw new FormatException("/values: no field is named that is looked up.");
            if (form.Shape == EventShape.AccessLog)
            {
                foreach (var name in form.roles.Values.Concat(form.values.Select(v => v.Path)).Concat(form.only.Keys))
                    if (!AccessLog.Fields.Contains(name)) throw new FormatException($"{name}: an access log has the fields {string.Join(", ", AccessLog.Fields)}.");
            }

            return form;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"The form is not such a JSON file: {e.Message}", e);
        }
    }

    private static char One(JsonProperty member) => member.Value.GetString() is { Length: 1 } text && text[0] < 128 && text[0] is not ('"' or '\r' or '\n')
        ? text[0]
        : throw new FormatException($"/{member.Name}: one ASCII character is expected.");
}
