using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// Narrows a permitted scope by form: boxes for categories, a range, masking, item by item. It can only narrow; what would go beyond is refused and named. Items are known by a digest and not by their
/// place, so that a form that was made from another assessment fits nothing by accident.
/// </summary>
public static class ScopeForm
{
    private const string Minute = "yyyy-MM-dd'T'HH:mm";
    private const string Second = "yyyy-MM-dd'T'HH:mm:ss";

    /// <summary>The name of an item in the form.</summary>
    public static string Key(ScopeItem item) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(item, LawJson.Options)))[..16];

    /// <summary>An instant as a field shows it, UTC.</summary>
    public static string Field(DateTimeOffset? at) => at?.UtcDateTime is not { } utc ? "" : utc.ToString(utc.Second == 0 ? Minute : Second, CultureInfo.InvariantCulture);

    /// <summary>Reads the narrowed scope.</summary>
    /// <param name="form">The form.</param>
    /// <param name="permitted">What it narrows.</param>
    /// <exception cref="DeskException"><c>malformed</c>: it goes beyond, or is not one; says by what.</exception>
    public static Scope Read(IFormCollection form, Scope permitted)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(permitted);
        // What a demand names twice is one thing here: the form has one name for it.
        var items = permitted.Items.DistinctBy(Key, StringComparer.Ordinal).ToDictionary(Key, StringComparer.Ordinal);
        var kept = form["keep"].OfType<string>().ToList();
        if (kept.FirstOrDefault(one => one.Split('/') is not [var key, var name] || !items.TryGetValue(key, out var item) || !item.Categories.Any(c => Words.Of(c) == name)) is { } beyond)
            throw Beyond($"\"{Cut(beyond)}\" is not in what is permitted now");
        var narrowed = new List<ScopeItem>();
        foreach (var (key, item) in items)
        {
            var categories = item.Categories.Where(c => kept.Contains($"{key}/{Words.Of(c)}")).ToList();
            if (categories.Count == 0)
                continue;
            var from = Bound(form, "from-" + key, item.From, item);
            var to = Bound(form, "to-" + key, item.To, item);
            if (item.From is { } first && (from is null || from < first))
                throw Beyond($"{Words.Of(item.Selector)}: {(from is { } early ? $"the range begins {Apart(first - early)} before what is permitted" : "the range has no beginning")}; {Words.Of(item.Categories)} is permitted from {Words.Bound(first)} on");
            if (item.To is { } end && (to is null || to > end))
                throw Beyond($"{Words.Of(item.Selector)}: {(to is { } late ? $"the range ends {Apart(late - end)} after what is permitted" : "the range has no end")}; {Words.Of(item.Categories)} is permitted before {Words.Bound(end)}");
            if (from is not null && to is not null && from >= to)
                throw new DeskException("malformed", $"{Words.Of(item.Selector)}: the range ends before it begins", "put its end after its beginning, or untick all of it");
            narrowed.Add(item with { Categories = categories, From = from, To = to });
        }
        if (narrowed.Count == 0)
            throw new DeskException("malformed", "nothing is left of the scope", "keep something, or decide no data or reject");
        var scope = new Scope(narrowed);
        return form["mask"].Count > 0 ? Scope.Masked(scope) : scope;
    }

    private static DateTimeOffset? Bound(IFormCollection form, string name, DateTimeOffset? whole, ScopeItem item)
    {
        var said = form[name].ToString().Trim();
        if (said.Length == 0)
            return null;
        // What was left as it stood is the very instant, also where the field does not show all of it.
        if (said == Field(whole))
            return whole;
        return DateTimeOffset.TryParseExact(said, [Minute, Second], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
            : throw new DeskException("malformed", $"{Words.Of(item.Selector)}: \"{Cut(said)}\" is not an instant", "write for example 2026-10-01T00:00, in UTC");
    }

    private static string Apart(TimeSpan span) => span.TotalDays >= 1 ? Words.Count((long)span.TotalDays, "day") : span.TotalHours >= 1 ? Words.Count((long)span.TotalHours, "hour") : Words.Count(Math.Max(1, (long)span.TotalMinutes), "minute");

    private static DeskException Beyond(string what) => new("malformed", $"this goes beyond what is permitted. {what}", "a decision can only narrow; what the law does not permit is not handed over");

    private static string Cut(string text) => new([.. text.Take(60).Where(c => !char.IsControl(c))]);
}
