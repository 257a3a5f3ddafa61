namespace Counterseal.Convention;

/// <summary>What an editor may change of an incident. What a feed said stays in the versions before.</summary>
public static class Corrections
{
    /// <summary>The items of a correction.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="id">The incident.</param>
    /// <param name="sameAs">Another one that is the same; both then name each other.</param>
    /// <param name="title">What it is to be called.</param>
    /// <param name="answer">An accused state's answer, as <c>RU: it denies it</c>.</param>
    /// <param name="source">Where the answer is written.</param>
    /// <param name="contest">Who contests the attributions, and why.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="RegistryException">There is no such incident, or the answer is not of an accused state.</exception>
    public static async Task<IReadOnlyList<RegistryItem>> Of(RegistryReader registry, string id, string? sameAs, string? title, string? answer, string? source, string? contest, CancellationToken cancel)
    {
        var incident = await Latest(registry, id, cancel);
        List<RegistryItem> items = [];
        if (sameAs is not null)
        {
            if (sameAs == id)
                throw new RegistryException("an incident is the same as itself; name another");
            var other = await Latest(registry, sameAs, cancel);
            incident = incident with { SameAs = [.. incident.SameAs.Append(sameAs).Distinct().Order(StringComparer.Ordinal)] };
            items.Add(RegistryItem.Of(other with { SameAs = [.. other.SameAs.Append(id).Distinct().Order(StringComparer.Ordinal)] }));
        }
        if (title is not null)
            incident = incident with { Title = title.Trim() is { Length: > 0 and <= 300 } called ? called : throw new RegistryException("a title has one to three hundred letters") };
        if (answer is not null)
        {
            if (answer.Split(':', 2, StringSplitOptions.TrimEntries) is not [var state, { Length: > 0 } says] || source is null)
                throw new RegistryException("an answer is written \"RU: what it says\", and --source says where that is written");
            if (!incident.Accused.Contains(state))
                throw new RegistryException($"{state} is not named in {id}; named are: {string.Join(", ", incident.Accused)}");
            incident = incident with { Answers = [.. incident.Answers, new(state, null, says, source)] };
        }
        if (contest is not null)
            incident = incident with { Attributions = [.. incident.Attributions.Select(a => a with { Contested = contest })] };
        items.Add(RegistryItem.Of(incident));
        return items;
    }

    private static async Task<Incident> Latest(RegistryReader registry, string id, CancellationToken cancel) =>
        await registry.Incident(id, cancel) is [.., var latest] ? latest.Item : throw new RegistryException($"there is no incident {id}");
}
