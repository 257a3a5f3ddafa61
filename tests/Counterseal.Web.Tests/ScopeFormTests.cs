using System.Globalization;
using Counterseal.Law;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Counterseal.Web.Tests;

/// <summary>The form that narrows a scope, over random scopes: as it is written out it reads back the same, and whatever is sent, nothing comes out that was not permitted.</summary>
public sealed class ScopeFormTests
{
    private static readonly Reader English = new(ReaderLanguages.Ours.First, WorkZone.Utc);

    private static readonly DateTimeOffset Day = new(2026, 9, 7, 10, 20, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_written_out_reads_back_the_same() => Holds(Permitted, permitted =>
    {
        var read = ScopeForm.Read(Form(Written(permitted)), permitted, English);
        return read.Items.Select(Text).SequenceEqual(permitted.Items.Select(Text).Distinct());
    });

    [Fact]
    public void What_is_sent_is_refused_or_within_what_is_permitted() => Holds(
        from permitted in Permitted from other in Permitted from sent in Sent(permitted, other) select (permitted, sent),
        one =>
        {
            try
            {
                var read = ScopeForm.Read(Form(one.sent), one.permitted, English);
                return read.Items.Count > 0 && Scope.Within(read, one.permitted)
                    // What was not ticked is not there, and an end that was named is kept.
                    && read.Items.All(item => item.Categories.All(category => one.sent.Any(field => field.Name == "keep" && field.Value.EndsWith("/" + Words.Of(category), StringComparison.Ordinal))));
            }
            catch (FormException no)
            {
                return no is { Message.Length: > 10, Next.Length: > 5 };
            }
        });

    [Fact]
    public void A_narrowed_range_is_the_one_that_was_typed() => Holds(
        from item in Item where item.From is { } first && item.To is { } last && last - first > TimeSpan.FromMinutes(4) select item,
        item =>
        {
            var permitted = new Scope([item]);
            var (from, to) = (Whole(item.From!.Value).AddMinutes(1), Whole(item.To!.Value).AddMinutes(-1));
            var key = ScopeForm.Key(item);
            var read = ScopeForm.Read(Form([.. item.Categories.Select(category => ("keep", $"{key}/{Words.Of(category)}")), ($"from-{key}", ScopeForm.Field(from)), ($"to-{key}", ScopeForm.Field(to))]), permitted, English);
            return read.Items is [var one] && (one.From, one.To) == (from, to) && one.Categories.SequenceEqual(item.Categories);
        });

    [Fact]
    public void The_form_as_it_was_made_from_another_scope_narrows_nothing_that_it_does_not_name() => Holds(
        from permitted in Permitted from other in Permitted select (permitted, other),
        one =>
        {
            var common = one.permitted.Items.Select(Text).Intersect(one.other.Items.Select(Text)).Count();
            try
            {
                // Fields of items that are in both are read, those of others are named and refused.
                return ScopeForm.Read(Form(Written(one.other)), one.permitted, English).Items.Count == common && common == one.other.Items.Select(Text).Distinct().Count();
            }
            catch (FormException no)
            {
                return no.Message.Length > 10 && common < one.other.Items.Select(Text).Distinct().Count();
            }
        });

    private static void Holds<T>(Gen<T> of, Func<T, bool> law) => Prop.ForAll(of.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcDateTime.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerMinute)), TimeSpan.Zero);

    // With fractions of a second, which no field shows, and other offsets than UTC's.
    private static Gen<DateTimeOffset?> Bound { get; } =
        from days in Gen.Choose(-1, 8)
        from beside in Gen.Elements(0, 0, 1, 59, 61, 86_399)
        from fraction in Gen.Elements(0, 0, 1, 500)
        from offset in Gen.Elements(0, 2, -5)
        select days < 0 ? (DateTimeOffset?)null : Day.AddDays(days).AddSeconds(beside).AddMilliseconds(fraction).ToOffset(TimeSpan.FromHours(offset));

    private static Gen<ScopeItem> Item { get; } =
        from selector in Gen.Elements(
            new Selector(SelectorKind.Mailbox, "a@example.org"), new Selector(SelectorKind.Account, "a@example.org"), new Selector(SelectorKind.IpAddress, "192.0.2.1", 443, Day),
            new Selector(SelectorKind.IpAddress, "2001:db8::1"), new Selector(SelectorKind.Telephone, "4930123456"), new Selector(SelectorKind.Account, "a/b=c&\u202e\"<"))
        from categories in Gen.NonEmptyListOf(Gen.Elements(Enum.GetValues<DataCategory>()))
        from first in Bound
        from second in Bound
        from masked in Gen.Elements(false, false, true)
        let backwards = first > second
        where first is null || second is null || first != second
        let kinds = (IReadOnlyList<DataCategory>)[.. categories.Distinct().Order()]
        // As the law makes them: who is masked has an item of traffic data alone.
        select new ScopeItem(selector, masked ? [DataCategory.Traffic] : kinds, backwards ? second : first, backwards ? first : second) { ThirdParties = masked ? ThirdParties.Masked : null };

    // Items twice, and the same selector with other ranges, are there.
    private static Gen<Scope> Permitted { get; } =
        from items in Gen.NonEmptyListOf(Item)
        from twice in Gen.Elements(false, true)
        select new Scope([.. items.Take(5), .. twice ? items.Take(1) : []]);

    private static Gen<(string Name, string Value)[]> Sent(Scope permitted, Scope other)
    {
        var keys = permitted.Items.Concat(other.Items.Take(1)).Select(ScopeForm.Key).Append("").Append("nobody").ToArray();
        var kinds = Enum.GetValues<DataCategory>().Select(Words.Of).Append("everything").ToArray();
        var instants = permitted.Items.SelectMany(item => new[] { ScopeForm.Field(item.From), ScopeForm.Field(item.To) }).Concat(["", "2026-09-08T10:20", "2026-09-10T00:00:01", "0001-01-01T00:00", "9999-12-31T23:59:59", "2026-02-30T00:00", "now", "2026-09-08T10:20Z", "\u202e"]).ToArray();
        var any =
            from key in Gen.Elements(keys)
            from kind in Gen.Elements(kinds)
            from instant in Gen.Elements(instants)
            from which in Gen.Choose(0, 7)
            select which switch { <= 2 => ("keep", $"{key}/{kind}"), 3 or 4 => ($"from-{key}", instant), 5 or 6 => ($"to-{key}", instant), _ => ("mask", "1") };
        // Half of them begin with the form as it was made, of which some fields are changed.
        return from whole in Gen.Elements(true, true, false)
               from drop in Gen.Choose(0, 3)
               from more in Gen.ListOf(any)
               select ((string, string)[])[.. (whole ? Written(permitted) : []).Skip(drop).Where(field => !field.Name.StartsWith("from-", StringComparison.Ordinal) && !field.Name.StartsWith("to-", StringComparison.Ordinal) || !more.Any(one => one.Item1 == field.Name)), .. more.Take(8)];
    }

    /// <summary>The fields as the page has them.</summary>
    private static (string Name, string Value)[] Written(Scope permitted) =>
        [.. permitted.Items.SelectMany(item => new[] { ($"from-{ScopeForm.Key(item)}", ScopeForm.Field(item.From)), ($"to-{ScopeForm.Key(item)}", ScopeForm.Field(item.To)) }.Concat(item.Categories.Select(category => ("keep", $"{ScopeForm.Key(item)}/{Words.Of(category)}")))).Distinct()];

    private static FormCollection Form((string Name, string Value)[] fields) => new(fields.GroupBy(field => field.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => new StringValues([.. same.Select(field => field.Value)])));

    private static string Text(ScopeItem item) => System.Text.Json.JsonSerializer.Serialize(item, LawJson.Options) + item.From?.UtcTicks.ToString(CultureInfo.InvariantCulture) + "/" + item.To?.UtcTicks.ToString(CultureInfo.InvariantCulture);
}
