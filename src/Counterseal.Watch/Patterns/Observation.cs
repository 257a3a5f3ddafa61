using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>What was observed at one instant: one or more objects (STIX 2.1, 9.1). An event of a stream is one observation.</summary>
/// <param name="Time">When.</param>
/// <param name="Objects">What.</param>
public sealed record Observation(DateTimeOffset Time, IReadOnlyList<ObservedObject> Objects)
{
    /// <summary>Reads objects: a list of objects as in STIX 2.1, the numbered dictionary of STIX 2.0, or one object alone.</summary>
    /// <param name="time">When they were observed.</param>
    /// <param name="objects">Each with a string <c>type</c>; others are left out.</param>
    public static Observation Read(DateTimeOffset time, JsonElement objects) => new(time, objects.ValueKind switch
    {
        JsonValueKind.Array => [.. objects.EnumerateArray().Select((o, i) => One(o, i.ToString(CultureInfo.InvariantCulture))).OfType<ObservedObject>()],
        JsonValueKind.Object when Type(objects) is not null => [One(objects, "0")!],
        JsonValueKind.Object => [.. objects.EnumerateObject().Select(p => One(p.Value, p.Name)).OfType<ObservedObject>()],
        _ => [],
    });

    internal ObservedObject? Find(string id)
    {
        foreach (var o in Objects)
            if (o.Id == id) return o;
        return null;
    }

    private static ObservedObject? One(JsonElement o, string number) => o.ValueKind == JsonValueKind.Object && Type(o) is { } type
        ? new(type, o.TryGetProperty("id", out var id) ? JsonText.Of(id) ?? number : number, o)
        : null;

    private static string? Type(JsonElement o) => o.TryGetProperty("type", out var type) ? JsonText.Of(type) : null;
}

/// <summary>One object of an observation.</summary>
/// <param name="Type">Its type, e.g. <c>file</c>.</param>
/// <param name="Id">What references name it by.</param>
/// <param name="Properties">The whole object.</param>
public sealed record ObservedObject(string Type, string Id, JsonElement Properties);
