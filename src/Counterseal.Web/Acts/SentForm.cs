using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>A form of a demand's page as it came, with what was said to it; the page shows it again with all that was typed.</summary>
/// <param name="Act">The last part of its address, e.g. <c>decide</c>.</param>
/// <param name="Key">Which of several forms of that act: a fact, a rule, a kind of order; empty where there is one.</param>
/// <param name="Values">What was typed.</param>
/// <param name="Seen">The version that the person had seen; <c>null</c> when the form did not say.</param>
public sealed record SentForm(string Act, string Key, IReadOnlyList<KeyValuePair<string, string>> Values, int? Seen)
{
    /// <summary>Fields that are ours and not typed by anybody.</summary>
    private static readonly string[] Ours = ["form", "seen"];

    /// <summary>Why it was not taken, in the reader's language; <c>null</c> where it was only looked at.</summary>
    public string? No { get; init; }
    /// <summary>What the desk said besides, in English; <c>null</c> for nothing.</summary>
    public string? Said { get; init; }
    /// <summary>What to do now, in the reader's language.</summary>
    public string? Next { get; init; }
    /// <summary>What the desk says to do, in English; <c>null</c> for nothing.</summary>
    public string? SaidNext { get; init; }
    /// <summary>Whether somebody was first.</summary>
    public bool IsConflict { get; init; }
    /// <summary>Whether the person must show first that it is them.</summary>
    public bool NeedsStepUp { get; init; }

    /// <summary>Reads it; values that nobody can have typed into our forms are cut.</summary>
    public static SentForm Of(string act, IFormCollection form) => new(
        act,
        act switch
        {
            "facts" => form["fact"].ToString(),
            "perform" => form["rule"].ToString(),
            "docket" => form["kind"].ToString(),
            "orders" => form["kind"].ToString() + (form["order"].ToString() is { Length: > 0 } order ? "-" + order : ""),
            _ => "",
        },
        [.. form.Where(field => !Ours.Contains(field.Key)).SelectMany(field => field.Value.OfType<string>().Select(value => KeyValuePair.Create(field.Key, value)))],
        int.TryParse(form["seen"], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seen) ? seen : null);

    /// <summary>The id of its form on the page.</summary>
    public string Place => PlaceOf(Act, Key);

    /// <summary>The id of a form on the page.</summary>
    public static string PlaceOf(string act, string key) =>
        "act-" + act + (key.Length == 0 ? "" : "-" + string.Concat(key.Take(100).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')));

    /// <summary>Whether this is that form.</summary>
    public bool Is(string act, string key = "") => Act == act && Key == key;

    /// <summary>What was typed into a field; <c>null</c> for nothing.</summary>
    public string? Value(string name) => Values.Where(one => one.Key == name).Select(one => one.Value).FirstOrDefault();

    /// <summary>Whether a box was ticked.</summary>
    public bool Has(string name, string value) => Values.Any(one => one.Key == name && one.Value == value);
}
