namespace Counterseal.Law;

/// <summary>Selectors × categories × time range. Immutable; the order of items carries no meaning.</summary>
/// <param name="Items">One item for each selector and time range.</param>
public sealed record Scope(IReadOnlyList<ScopeItem> Items)
{
    /// <summary>The scope in which nothing is.</summary>
    public static Scope Nothing { get; } = new([]);

    /// <summary>
    /// Whether everything in <paramref name="inner"/> is in <paramref name="outer"/>: for each selector and category the inner time
    /// range lies inside the union of the outer ones. Selectors must be equal. An inner item without categories is covered only by
    /// outer items without categories: it demands nothing certain, so no list of categories covers it. An inner item whose range is
    /// empty still needs its selector and category in the outer scope. Reflexive and transitive.
    /// </summary>
    public static bool Within(Scope inner, Scope outer)
    {
        var all = outer.Items.SelectMany(Cells).ToList();
        var ranges = all.ToLookup(c => c.Of, c => c.Range);
        var open = all.Where(c => !c.IsMasked).ToLookup(c => c.Of, c => c.Range);
        return inner.Items.SelectMany(Cells).All(c => c.Range.Covered([.. (c.IsMasked ? ranges : open)[c.Of]]));
    }

    /// <summary>Whether third parties are to be masked in an item that has content: nobody can do that, since content is handed over as it is stored or not at all.</summary>
    public static bool MasksContent(Scope scope) => scope.Items.Any(item => item.ThirdParties is not null && item.Categories.Contains(DataCategory.Content));

    /// <summary>The same scope with third parties masked in its traffic data, which has items of its own then; within the scope.</summary>
    public static Scope Masked(Scope scope) => new([.. scope.Items.SelectMany(item => Apart(item with { ThirdParties = Law.ThirdParties.Masked }))]);

    /// <summary>An item that masks third parties as one of traffic data that does, and one of the rest, in which there is nobody to mask.</summary>
    internal static IEnumerable<ScopeItem> Apart(ScopeItem item)
    {
        var rest = item.Categories.Where(c => c != DataCategory.Traffic).ToArray();
        if (item.ThirdParties is null || item.Categories.Count == 0 || rest.Length == 0) return [item];
        return item.Categories.Contains(DataCategory.Traffic) ? [item with { Categories = rest, ThirdParties = null }, item with { Categories = [DataCategory.Traffic] }] : [item with { ThirdParties = null }];
    }

    /// <summary>What is in both, item by item; within each of them. An item without categories meets only items without categories.</summary>
    public static Scope Intersect(Scope one, Scope other) => new(
        [.. from a in one.Items
            from b in other.Items
            where a.Selector == b.Selector && (a.Categories.Count == 0) == (b.Categories.Count == 0)
            let categories = a.Categories.Intersect(b.Categories).Order().ToArray()
            where categories.Length > 0 || a.Categories.Count == 0
            let @from = Later(a.From, b.From)
            let to = Earlier(a.To, b.To)
            where @from is null || to is null || @from < to
            select new ScopeItem(a.Selector, categories, @from, to) { ThirdParties = a.ThirdParties ?? b.ThirdParties }]);

    /// <summary>The same scope with the given categories in items that have none: what a person's answer to "category unknown" makes of it, or what a count counts.</summary>
    public Scope WithCategories(IEnumerable<DataCategory> categories)
    {
        var fill = categories.Distinct().Order().ToArray();
        return new([.. Items.Select(i => i.Categories.Count == 0 ? i with { Categories = fill } : i)]);
    }

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a > b ? a : b;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a < b ? a : b;

    // Who is masked matters in traffic data, and where it is not known what is sought.
    private static IEnumerable<((Selector, DataCategory?) Of, Range Range, bool IsMasked)> Cells(ScopeItem item) => item.Categories.Count == 0
        ? [((item.Selector, null), new(item.From, item.To), item.ThirdParties is not null)]
        : item.Categories.Select(c => ((item.Selector, (DataCategory?)c), new Range(item.From, item.To), item.ThirdParties is not null && c == DataCategory.Traffic));

    private readonly record struct Range(DateTimeOffset? From, DateTimeOffset? To)
    {
        private bool Empty => From is not null && To is not null && From >= To;

        public bool Covered(IReadOnlyCollection<Range> by)
        {
            if (by.Count == 0) return false;
            if (Empty) return true;
            // Walk from the left end; what the outer ranges reach without a gap must pass the right end.
            var reached = From;
            foreach (var range in by.Where(r => !r.Empty).OrderBy(r => r.From ?? DateTimeOffset.MinValue))
            {
                if (range.From is not null && (reached is null || range.From > reached)) break;
                if (range.To is null) return true;
                if (reached is null || range.To > reached) reached = range.To;
                if (To is not null && reached >= To) return true;
            }
            return false;
        }
    }
}

/// <summary>One selector with what is sought of it.</summary>
/// <param name="Selector">The identifier named in the demand.</param>
/// <param name="Categories">What is sought, without repetition, ascending; empty when the demand does not say.</param>
/// <param name="From">First instant in scope, inclusive; <c>null</c> for no lower bound.</param>
/// <param name="To">First instant out of scope, exclusive; <c>null</c> for no upper bound.</param>
public sealed record ScopeItem(Selector Selector, IReadOnlyList<DataCategory> Categories, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>What is done about the people with whom the customer communicated, in traffic data; <c>null</c>, and absent in JSON, where the scope says nothing of them.</summary>
    public ThirdParties? ThirdParties { get; init; }
}

/// <summary>What becomes of the people with whom the customer communicated.</summary>
public enum ThirdParties
{
    /// <summary>Their addresses are replaced by pseudonyms.</summary>
    Masked,
}

/// <summary>The identifier named in the demand.</summary>
/// <param name="Kind">What it identifies.</param>
/// <param name="Value">In normal form: addresses lower case, telephone numbers as digits (E.164 without plus), IP addresses as .NET writes them.</param>
/// <param name="Port">For an IP address behind address translation: the port, 0–65535.</param>
/// <param name="At">For an IP address: the instant at which it was used.</param>
public sealed record Selector(SelectorKind Kind, string Value, int? Port = null, DateTimeOffset? At = null);

/// <summary>What a selector identifies.</summary>
public enum SelectorKind
{
    /// <summary>Something this version does not know how to look up; it becomes a question.</summary>
    Unknown,
    /// <summary>The provider's own account name.</summary>
    Account,
    /// <summary>A mail address, an alias included.</summary>
    Mailbox,
    /// <summary>A telephone number, E.164 digits.</summary>
    Telephone,
    /// <summary>An IP address, with port and time.</summary>
    IpAddress,
}

/// <summary>subscriber · identification · traffic · content, from least to most intrusive.</summary>
public enum DataCategory
{
    /// <summary>Name, address, contact, length and type of service.</summary>
    Subscriber,
    /// <summary>IP addresses with port and time, asked for only to identify the user.</summary>
    Identification,
    /// <summary>Who communicated with whom, when, how; never the subject or the body.</summary>
    Traffic,
    /// <summary>What was communicated or stored.</summary>
    Content,
}
