using System.Text.Json;

namespace Counterseal.Intake;

/// <summary>One value of a JSON document, with its place. Made by <see cref="JsonTree"/>, then only read.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Pointer">RFC 6901.</param>
/// <param name="Line">From 1.</param>
internal sealed record JsonPart(JsonValueKind Kind, string Pointer, int Line)
{
    /// <summary>A string's characters or a number as written.</summary>
    public string Text { get; init; } = "";

    public Dictionary<string, JsonPart> Members { get; } = new(StringComparer.Ordinal);

    public List<JsonPart> Items { get; } = [];

    /// <summary>For people.</summary>
    public string KindName => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
