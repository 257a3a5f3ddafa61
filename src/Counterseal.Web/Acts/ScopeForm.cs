using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Law;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// Narrows a permitted scope by form: boxes for categories, a range, masking, item by item. It can only narrow; what would go beyond is refused and named. Items are known by a digest and not by their
/// place, so that a form that was made from another assessment fits nothing by accident.
/// </summary>
public static class ScopeForm
{
    private const string Minute = "yyyy-MM-dd HH:mm";
    private const string Second = "yyyy-MM-dd HH:mm:ss";
    /// <summary>With the letter between day and time as well (RFC 3339), and a day alone for its beginning.</summary>
    private static readonly string[] Forms = [Minute, Second, "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd"];

    /// <summary>The name of an item in the form.</summary>
    public static string Key(ScopeItem item) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(item, LawJson.Options)))[..16];

    /// <summary>An instant as a field shows it, UTC.</summary>
    public static string Field(DateTimeOffset? at) => at?.UtcDateTime is not { } utc ? "" : utc.ToString(utc.Second == 0 ? Minute : Second, CultureInfo.InvariantCulture);

    /// <summary>Reads an instant as a field takes it, UTC; <c>null</c>: it is none.</summary>
    public static DateTimeOffset? Instant(string said) =>
        DateTimeOffset.TryParseExact(said, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    /// <summary>Reads the narrowed scope.</summary>
    /// <param name="form">The form.</param>
    /// <param name="permitted">What it narrows.</param>
    /// <param name="reader">Who sent it.</param>
    /// <exception cref="FormException">It goes beyond, or is not one; says by what.</exception>
    public static Scope Read(IFormCollection form, Scope permitted, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(permitted);
        ArgumentNullException.ThrowIfNull(reader);
        var items = permitted.Items.ToDictionary(Key, StringComparer.Ordinal);
        var kept = form["keep"].OfType<string>().ToList();
        if (kept.FirstOrDefault(one => one.Split('/') is not [var key, var name] || !items.TryGetValue(key, out var item) || !item.Categories.Any(c => Words.Of(c) == name)) is { } beyond)
            throw Beyond("narrow.unknown", ("what", Cut(beyond)));
        var narrowed = new List<ScopeItem>();
        foreach (var (key, item) in items)
        {
            var categories = item.Categories.Where(c => kept.Contains($"{key}/{Words.Of(c)}")).ToList();
            if (categories.Count == 0)
                continue;
            var (selector, kinds) = (("selector", reader.Selector(item.Selector)), ("categories", reader.Categories(item.Categories)));
            var from = Bound("from-" + key, item.From, selector);
            var to = Bound("to-" + key, item.To, selector);
            if (item.From is { } first && from is null)
                throw Beyond("narrow.noBeginning", selector, kinds, ("at", reader.Bound(first)));
            if (item.From is { } least && from < least)
                throw Beyond("narrow.early", selector, kinds, ("at", reader.Bound(least)), ("time", Apart(reader, least - from.Value)));
            if (item.To is { } end && to is null)
                throw Beyond("narrow.noEnd", selector, kinds, ("at", reader.Bound(end)));
            if (item.To is { } most && to > most)
                throw Beyond("narrow.late", selector, kinds, ("at", reader.Bound(most)), ("time", Apart(reader, to.Value - most)));
            if (from is not null && to is not null && from >= to)
                throw new FormException(reader.Say("narrow.backwards", selector), reader.Say("narrow.backwards.next"));
            narrowed.Add(item with { Categories = categories, From = from, To = to });
        }
        if (narrowed.Count == 0)
            throw new FormException(reader.Say("narrow.nothing"), reader.Say("narrow.nothing.next"));
        var scope = new Scope(narrowed);
        return form["mask"].Count > 0 ? Scope.Masked(scope) : scope;

        DateTimeOffset? Bound(string name, DateTimeOffset? whole, (string, string) selector)
        {
            var said = form[name].ToString().Trim();
            if (said.Length == 0)
                return null;
            // What was left as it stood is the very instant, also where the field does not show all of it.
            if (said == Field(whole))
                return whole;
            return Instant(said) ?? throw new FormException(reader.Say("narrow.noInstant", selector, ("said", Cut(said))), reader.Say("narrow.noInstant.next"));
        }

        FormException Beyond(string name, params (string, string)[] places) => new(reader.Say("narrow.beyond", ("what", reader.Say(name, places))), reader.Say("narrow.beyond.next"));
    }

    private static string Apart(Reader reader, TimeSpan span) => span.TotalDays >= 1 ? reader.Count("count.day", (long)span.TotalDays) : span.TotalHours >= 1 ? reader.Count("count.hour", (long)span.TotalHours) : reader.Count("count.minute", Math.Max(1, (long)span.TotalMinutes));

    private static string Cut(string text) => new([.. text.Take(60).Where(c => !char.IsControl(c))]);
}
