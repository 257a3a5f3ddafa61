using System.Globalization;

namespace Counterseal.Law;

/// <summary>One name that rules may use, from <c>facts.yaml</c> or a book's own <c>facts</c>: where its value comes from, what it may be, and how a person is asked.</summary>
/// <param name="Name">E.g. <c>emergency.callback</c>.</param>
/// <param name="Source">Where its value comes from.</param>
/// <param name="Type">What its values look like.</param>
/// <param name="Values">The allowed words, where <paramref name="Type"/> is <see cref="FactType.Word"/>; empty when any word goes.</param>
/// <param name="Silent">What a demand that says nothing means, where counsel has laid that down; <c>null</c> when silence is unknown.</param>
/// <param name="Overrides">Whether a recorded fact replaces what the demand itself states (a renewal does).</param>
/// <param name="Meaning">Plain words.</param>
/// <param name="Question">How a person is asked for it; empty for names that nobody is asked for.</param>
public sealed record FactName(
    string Name, FactSource Source, FactType Type, IReadOnlyList<string> Values, string? Silent, bool Overrides, string Meaning, string Question)
{
    /// <summary>Its place among the names of its book.</summary>
    internal int Slot { get; init; }

    // What findings say most often, made once.
    private readonly Dictionary<string, string> _said = Values.ToDictionary(v => v, v => $"{Name} = {v}", StringComparer.Ordinal);
    private readonly string _unknown = $"{Name} = unknown";

    /// <summary>The name with a value, as a finding says why it fired.</summary>
    internal string Said(string? value) => value is null ? _unknown : _said.TryGetValue(value, out var said) ? said : $"{Name} = {value}";

    /// <summary>Whether a value may be recorded under this name.</summary>
    public bool Allows(string value) => Type switch
    {
        FactType.Word => Values.Count == 0 ? value.Length is > 0 and <= 255 : Values.Contains(value, StringComparer.Ordinal),
        FactType.Instant => TryInstant(value, out _),
        FactType.Country => value.Length == 2 && char.IsAsciiLetterUpper(value[0]) && char.IsAsciiLetterUpper(value[1]),
        FactType.Number => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _),
        _ => Categories(value) is not null,
    };

    /// <summary>Reads an instant in the one form that facts use: RFC 3339 in UTC with <c>Z</c>, from 1700 to 2999, so that every period that is counted from it has an end.</summary>
    internal static bool TryInstant(string value, out DateTimeOffset at) => DateTimeOffset.TryParseExact(
        value, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at) && at.Year is >= 1700 and < 3000;

    /// <summary>Reads a comma-separated list of categories; <c>null</c> when it is none.</summary>
    internal static IReadOnlyList<DataCategory>? Categories(string value)
    {
        var found = new SortedSet<DataCategory>();
        foreach (var word in value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Words<DataCategory>.TryRead(word, out var category)) return null;
            found.Add(category);
        }
        return [.. found];
    }
}

/// <summary>Where a name's value comes from.</summary>
public enum FactSource
{
    /// <summary>A person establishes it.</summary>
    Person,
    /// <summary>The demand's own text; a person may answer where the demand is silent.</summary>
    Demand,
    /// <summary>The engine derives it; nobody records it.</summary>
    Engine,
    /// <summary>One item of the scope and one category of it; only for <c>items</c>.</summary>
    Item,
    /// <summary>One value for every demand, from a policy file; nobody records it.</summary>
    Company,
}

/// <summary>What a name's values look like.</summary>
public enum FactType
{
    /// <summary>A word, of a list or any.</summary>
    Word,
    /// <summary>RFC 3339 in UTC with <c>Z</c>.</summary>
    Instant,
    /// <summary>A decimal number with a point, not negative.</summary>
    Number,
    /// <summary>Data categories, separated by commas.</summary>
    Categories,
    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    Country,
}
