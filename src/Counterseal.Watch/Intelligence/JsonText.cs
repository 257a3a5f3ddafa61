using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>Text out of JSON that others wrote. <see cref="JsonElement.GetString"/> throws on bytes that are not UTF-8 and on half a surrogate pair; here both are no text.</summary>
internal static class JsonText
{
    public static string? Of(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String) return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member's text, or <c>null</c> where it is absent, no text, or empty.</summary>
    public static string? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && Of(member) is { Length: > 0 } text ? text : null;

    /// <summary>The texts of a member that is a list, or one text; others in it are left out.</summary>
    public static IReadOnlyList<string> Members(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var member)) return [];
        if (member.ValueKind == JsonValueKind.Array) return [.. member.EnumerateArray().Select(Of).OfType<string>().Where(t => t.Length > 0)];
        return Of(member) is { Length: > 0 } text ? [text] : [];
    }

    /// <summary>The items of a member that is a list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Array ? member.EnumerateArray() : [];
}
