using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>Demanded against permitted for one selector, on one time axis.</summary>
/// <param name="Item">The demanded item.</param>
/// <param name="Bars">A bar for each category; one without a category when the demand names none.</param>
/// <param name="HasAxis">False when neither side names a time.</param>
public sealed record ScopeComparison(ScopeItem Item, IReadOnlyList<ScopeBar> Bars, bool HasAxis)
{
    /// <summary>Compares; one result for each demanded item, in its order.</summary>
    /// <param name="reader">Who reads it.</param>
    /// <param name="demanded">The wider one.</param>
    /// <param name="permitted">The narrower one.</param>
    /// <param name="narrowing">Whether the wider one is itself what is permitted, and the other what a narrowing keeps of it.</param>
    public static IReadOnlyList<ScopeComparison> Of(Reader reader, Scope demanded, Scope permitted, bool narrowing = false) =>
        [.. demanded.Items.Select(item => Compare(reader, item, [.. permitted.Items.Where(p => p.Selector == item.Selector)], narrowing))];

    private static ScopeComparison Compare(Reader reader, ScopeItem item, IReadOnlyList<ScopeItem> permitted, bool narrowing)
    {
        var axis = Axis.Over(permitted.Append(item));
        var whole = axis.Place(item.From, item.To);
        var bars = item.Categories.Count == 0
            ? [new ScopeBar(null, whole, [], [whole], reader.Say("scope.bar.unknown"))]
            : item.Categories.Select(category =>
            {
                var kept = permitted.Where(p => p.Categories.Contains(category)).ToList();
                var spans = Union(kept.Select(p => axis.Place(p.From, p.To).Within(whole)).Where(s => s.Width > 0));
                var left = Without(whole, spans);
                return new ScopeBar(category, whole, spans, left, Sentence(reader, category, kept, spans, left, narrowing));
            }).ToList();
        return new(item, bars, axis.Named);
    }

    private static string Sentence(Reader reader, DataCategory category, List<ScopeItem> kept, List<ScopeSpan> spans, List<ScopeSpan> left, bool narrowing)
    {
        var name = ("category", reader.Word(category));
        if (spans.Count == 0)
            return reader.Say("scope.bar.none", name);
        var masked = category == DataCategory.Traffic && kept.TrueForAll(p => p.ThirdParties is not null) ? "masked" : "plain";
        var word = narrowing ? "kept" : "permitted";
        return left.Count == 0
            ? reader.Say($"scope.bar.{word}.whole.{masked}", name)
            : reader.Say($"scope.bar.{word}.part.{masked}", name, ("range", reader.All([.. kept.Select(p => reader.Range(p.From, p.To))])));
    }

    private static List<ScopeSpan> Union(IEnumerable<ScopeSpan> spans)
    {
        var merged = new List<ScopeSpan>();
        foreach (var span in spans.OrderBy(s => s.From))
        {
            if (merged.Count > 0 && span.From <= merged[^1].To)
                merged[^1] = new(merged[^1].From, Math.Max(merged[^1].To, span.To));
            else
                merged.Add(span);
        }

        return merged;
    }

    private static List<ScopeSpan> Without(ScopeSpan whole, IReadOnlyList<ScopeSpan> taken)
    {
        var left = new List<ScopeSpan>();
        var from = whole.From;
        foreach (var span in taken)
        {
            if (span.From > from)
                left.Add(new(from, span.From));
            from = Math.Max(from, span.To);
        }

        if (whole.To > from)
            left.Add(new(from, whole.To));
        return left;
    }

    /// <summary>The time axis: from the earliest to the latest bound named; an open end gets a margin of 15 % to run into.</summary>
    private sealed record Axis(DateTimeOffset Start, TimeSpan Length, bool Named)
    {
        public static Axis Over(IEnumerable<ScopeItem> items)
        {
            var all = items.ToList();
            var bounds = all.SelectMany(i => new[] { i.From, i.To }).OfType<DateTimeOffset>().ToList();
            if (bounds.Count == 0)
                return new(DateTimeOffset.UnixEpoch, TimeSpan.FromDays(1), false);
            var (start, end) = (bounds.Min(), bounds.Max());
            var margin = end > start ? (end - start) * 0.15 : TimeSpan.FromDays(1);
            if (all.Any(i => i.From is null) && start - DateTimeOffset.MinValue > margin)
                start -= margin;
            if (all.Any(i => i.To is null) && DateTimeOffset.MaxValue - end > margin)
                end += margin;
            return new(start, end > start ? end - start : TimeSpan.FromTicks(1), true);
        }

        public ScopeSpan Place(DateTimeOffset? from, DateTimeOffset? to) =>
            new(from is { } f ? Share(f) : 0, to is { } t ? Share(t) : 1);

        private double Share(DateTimeOffset at) => Math.Clamp((at - Start) / Length, 0, 1);
    }
}

/// <summary>One category's bar.</summary>
/// <param name="Category">The category; <c>null</c> when the demand names none.</param>
/// <param name="Demanded">What is demanded.</param>
/// <param name="Permitted">What is permitted of it.</param>
/// <param name="LeftOut">The rest.</param>
/// <param name="Sentence">The same in words.</param>
public sealed record ScopeBar(DataCategory? Category, ScopeSpan Demanded, IReadOnlyList<ScopeSpan> Permitted, IReadOnlyList<ScopeSpan> LeftOut, string Sentence);

/// <summary>A stretch of the axis, as shares of its length, 0 to 1.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
public readonly record struct ScopeSpan(double From, double To)
{
    /// <summary>Its share of the axis.</summary>
    public double Width => Math.Max(0, To - From);

    /// <summary>The part of it that lies in another.</summary>
    public ScopeSpan Within(ScopeSpan other) => new(Math.Max(From, other.From), Math.Min(To, other.To));
}
