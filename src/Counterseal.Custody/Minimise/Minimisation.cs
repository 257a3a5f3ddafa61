namespace Counterseal.Custody;

/// <summary>The rules at work for one order: who is the account's own, and what others are called.</summary>
/// <param name="Rules">The gate's rules.</param>
/// <param name="Pseudonym">What a person's address becomes: the same within an order's demand, unlike for another demand.</param>
internal sealed record Minimisation(MinimisationRules Rules, Func<string, string> Pseudonym)
{
    /// <summary>The reason by which a privileged record is counted.</summary>
    public const string Privileged = "privileged: held for counsel";

    /// <summary>Nothing but what always holds; where a scope masks, everybody is called alike.</summary>
    public static Minimisation None { get; } = new(MinimisationRules.None, _ => "masked");

    /// <summary>Whether a message is from or to a privileged correspondent.</summary>
    public bool Holds(SourceMessage message)
    {
        if (Rules.Addresses.Count + Rules.Domains.Count == 0) return false;
        foreach (var field in Correspondents.Fields)
            foreach (var value in MessageHeaders.All(message.Headers, field))
                if (Correspondents.Names(value, Rules)) return true;
        return false;
    }

    /// <summary>Whether a row names a privileged correspondent.</summary>
    public bool Holds(SourceRow row, IReadOnlyList<string> parties) =>
        row.Fields.Any(field => parties.Contains(field.Key) && Texts(field.Value).Any(text => Correspondents.Names(text, Rules)));

    /// <summary>The people of a header field: the account's own as they are, the others as pseudonyms.</summary>
    public IReadOnlyList<string> Masked(IEnumerable<string> values, IReadOnlySet<string> own) =>
        [.. values.SelectMany(Correspondents.In).Select(address => own.Contains(address) ? address : Pseudonym(address))];

    /// <summary>A row with its parties masked.</summary>
    public SourceRow Masked(SourceRow row, IReadOnlyList<string> parties, IReadOnlySet<string> own)
    {
        string Mask(string text) => own.Contains(text.Trim().ToLowerInvariant()) ? text : Pseudonym(text.Trim().ToLowerInvariant());
        return new SourceRow(row.Place, row.Time, [.. row.Fields.Select(field => !parties.Contains(field.Key) || field.Value is null ? field
            : KeyValuePair.Create(field.Key, field.Value is IReadOnlyList<string> list ? (object?)list.Select(Mask).ToList() : Mask(Texts(field.Value).First())))]);
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        null => [],
        string text => [text],
        IReadOnlyList<string> list => list,
        _ => [Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!],
    };
}
