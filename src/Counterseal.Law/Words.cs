using System.Text.Json;

namespace Counterseal.Law;

/// <summary>The camelCase word for each member of an enum: the same word in rule books, facts and JSON.</summary>
internal static class Words<T> where T : struct, Enum
{
    private static readonly Dictionary<string, T> ByWord = Enum.GetValues<T>().ToDictionary(Of, StringComparer.Ordinal);

    /// <summary>All words, in the order of the enum.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The word for a value.</summary>
    public static string Of(T value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>The value for a word.</summary>
    public static bool TryRead(string word, out T value) => ByWord.TryGetValue(word, out value);
}
