namespace Counterseal.Web;

/// <summary>What <c>live.js</c> says on an open page, in the reader's language: attributes of the element in which it says it.</summary>
internal static class LiveWords
{
    /// <summary>The attributes. Places in braces are filled by the script.</summary>
    public static IReadOnlyDictionary<string, object> Of(Reader reader) => new Dictionary<string, object>
    {
        ["data-by-you"] = reader.Say("live.byYou"),
        ["data-by-other"] = reader.Say("live.byOther"),
        ["data-typing"] = reader.Say("live.typing"),
        ["data-absent"] = reader.Say("live.absent"),
        ["data-again"] = reader.Say("live.again"),
        ["data-enough"] = reader.Say("live.enough"),
        ["data-over"] = reader.Say("live.over"),
        // The types of events as words, by their names.
        ["data-types"] = string.Join('\n', reader.Language.Sentences.Where(name => name.StartsWith("eventType.", StringComparison.Ordinal)).Select(name => $"{name["eventType.".Length..]} {reader.Say(name)}")),
    };
}
