namespace Counterseal.Law;

/// <summary>
/// What people have established about a demand beyond its own text, by the names that the rule books use
/// (<c>authenticated</c>, <c>emergency.credible</c>, <c>customer.type</c>, …). Three-valued: a name that is absent is unknown,
/// and an unknown that matters becomes a question to a person.
/// </summary>
/// <param name="Values">Name to value; a value is a <see cref="string"/> (<c>true</c>, <c>false</c> or a word).</param>
public sealed record Facts(IReadOnlyDictionary<string, string> Values)
{
    /// <summary>Nothing established yet.</summary>
    public static Facts None { get; } = new(new SortedDictionary<string, string>(StringComparer.Ordinal));
}
