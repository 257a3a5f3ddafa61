using FsCheck.Fluent;

namespace Counterseal.Law.Tests;

public class ScopeTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Selector Someone = new(SelectorKind.Mailbox, "someone@example.org");

    private static ScopeItem Item(int? from, int? to, params DataCategory[] categories) =>
        new(Someone, categories, from is { } f ? Day.AddDays(f) : null, to is { } t ? Day.AddDays(t) : null);

    private static Scope Of(params ScopeItem[] items) => new(items);

    [Fact]
    public void A_scope_is_within_itself() => Draw.Holds(Draw.Scope, s => Scope.Within(s, s));

    [Fact]
    public void Within_is_transitive() => Draw.Holds(
        from a in Draw.Scope from b in Draw.Scope from c in Draw.Scope select (a, b, c: new Scope([.. c.Items, .. b.Items])),
        t => !(Scope.Within(t.a, t.b) && Scope.Within(t.b, t.c)) || Scope.Within(t.a, t.c));

    [Fact]
    public void The_intersection_is_within_both() => Draw.Holds(
        from a in Draw.Scope from b in Draw.Scope select (a, b),
        t => Scope.Intersect(t.a, t.b) is var both && Scope.Within(both, t.a) && Scope.Within(both, t.b));

    [Fact]
    public void Within_agrees_with_asking_for_every_hour() => Draw.Holds(
        from a in Draw.Scope from b in Draw.Scope select (a, b),
        t =>
        {
            // The world is small: bounds lie on days, so sampling between them decides inclusion of non-empty ranges.
            var hours = Enumerable.Range(-2, 12).Select(n => Draw.Received.AddDays(n).AddHours(12)).ToList();
            static bool Has(Scope s, Selector of, DataCategory? category, DateTimeOffset at) => s.Items.Any(i =>
                i.Selector == of && (category is { } c ? i.Categories.Contains(c) : i.Categories.Count == 0) && (i.From is null || at >= i.From) && (i.To is null || at < i.To));
            var cells = t.a.Items.SelectMany(i => i.Categories.Count == 0 ? [(i.Selector, (DataCategory?)null)] : i.Categories.Select(c => (i.Selector, (DataCategory?)c)));
            var sampled = cells.All(cell => hours.All(at => !Has(t.a, cell.Item1, cell.Item2, at) || Has(t.b, cell.Item1, cell.Item2, at)));
            var within = Scope.Within(t.a, t.b);
            var empty = t.a.Items.Any(i => i.From >= i.To);
            return within ? sampled : !sampled || empty;
        });

    [Fact]
    public void Two_outer_items_together_cover_what_neither_covers_alone()
    {
        var inner = Of(Item(0, 10, DataCategory.Traffic));
        Assert.True(Scope.Within(inner, Of(Item(5, 12, DataCategory.Traffic), Item(-1, 5, DataCategory.Traffic))));
        Assert.False(Scope.Within(inner, Of(Item(6, 12, DataCategory.Traffic), Item(-1, 5, DataCategory.Traffic))));
        Assert.False(Scope.Within(inner, Of(Item(0, 10, DataCategory.Subscriber), Item(0, 5, DataCategory.Traffic))));
    }

    [Fact]
    public void An_open_end_is_covered_only_by_open_ends()
    {
        Assert.False(Scope.Within(Of(Item(0, null, DataCategory.Content)), Of(Item(0, 1000, DataCategory.Content))));
        Assert.False(Scope.Within(Of(Item(null, 5, DataCategory.Content)), Of(Item(0, 5, DataCategory.Content))));
        Assert.True(Scope.Within(Of(Item(null, null, DataCategory.Content)), Of(Item(null, 5, DataCategory.Content), Item(4, null, DataCategory.Content))));
    }

    [Fact]
    public void An_item_without_categories_is_covered_by_no_list_of_categories()
    {
        Assert.False(Scope.Within(Of(Item(0, 1)), Of(Item(0, 1, Enum.GetValues<DataCategory>()))));
        Assert.False(Scope.Within(Of(Item(0, 1, DataCategory.Subscriber)), Of(Item(0, 1))));
        Assert.True(Scope.Within(Of(Item(0, 1, DataCategory.Subscriber)), Of(Item(0, 1)).WithCategories([DataCategory.Subscriber])));
    }

    [Fact]
    public void An_empty_range_still_needs_its_selector()
    {
        var other = new ScopeItem(new Selector(SelectorKind.Mailbox, "other@example.org"), [DataCategory.Subscriber], Day, Day);
        Assert.False(Scope.Within(Of(other), Of(Item(null, null, DataCategory.Subscriber))));
    }

    [Fact]
    public void A_selector_differs_by_port_and_time()
    {
        var at = new ScopeItem(new Selector(SelectorKind.IpAddress, "192.0.2.1", 443, Day), [DataCategory.Identification], null, null);
        Assert.False(Scope.Within(Of(at), Of(at with { Selector = at.Selector with { Port = 444 } })));
        Assert.False(Scope.Within(Of(at), Of(at with { Selector = at.Selector with { At = Day.AddTicks(1) } })));
        Assert.True(Scope.Within(Of(at), Of(at with { Selector = at.Selector with { At = Day.ToOffset(TimeSpan.FromHours(2)) } })));
    }

    [Fact]
    public void Masking_third_parties_is_narrower_and_never_the_other_way_round()
    {
        var open = Of(Item(0, 10, DataCategory.Traffic));
        var masked = Scope.Masked(open);
        Assert.True(Scope.Within(masked, open));
        Assert.False(Scope.Within(open, masked));
        Assert.True(Scope.Within(masked, masked));
        // What is open in part is open there only.
        var partly = new Scope([.. masked.Items, .. Of(Item(0, 5, DataCategory.Traffic)).Items]);
        Assert.True(Scope.Within(Of(Item(1, 4, DataCategory.Traffic)), partly));
        Assert.False(Scope.Within(Of(Item(1, 6, DataCategory.Traffic)), partly));
        Assert.True(Scope.Within(Scope.Masked(Of(Item(1, 6, DataCategory.Traffic))), partly));
        Assert.Equal(ThirdParties.Masked, Scope.Intersect(open, masked).Items.Single().ThirdParties);
        // Nothing but traffic data has third parties to mask.
        var all = Of(Item(0, 10, DataCategory.Subscriber, DataCategory.Traffic, DataCategory.Content));
        Assert.Equal([(2, null), (1, ThirdParties.Masked)], Scope.Masked(all).Items.Select(item => (item.Categories.Count, item.ThirdParties)));
        Assert.False(Scope.MasksContent(Scope.Masked(all)));
        Assert.True(Scope.MasksContent(Of(all.Items[0] with { ThirdParties = ThirdParties.Masked })));
        Assert.False(Scope.Within(all, Scope.Masked(all)));
    }

    [Fact]
    public void A_scope_that_says_nothing_of_third_parties_is_written_as_it_always_was()
    {
        var json = System.Text.Json.JsonSerializer.Serialize(Of(Item(0, 1, DataCategory.Traffic)), LawJson.Options);
        Assert.DoesNotContain("thirdParties", json, StringComparison.Ordinal);
        Assert.Contains("\"thirdParties\":\"masked\"", System.Text.Json.JsonSerializer.Serialize(Scope.Masked(Of(Item(0, 1, DataCategory.Traffic))), LawJson.Options), StringComparison.Ordinal);
        Assert.Null(System.Text.Json.JsonSerializer.Deserialize<Scope>(json, LawJson.Options)!.Items[0].ThirdParties);
    }
}
