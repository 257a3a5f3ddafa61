using System.Globalization;
using System.Text.RegularExpressions;
using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>
/// The words of the public's and the customers' pages in one language, with its way to write dates and numbers: a file in <c>Languages</c>, or one that the operator adds. What the file says of dates and
/// numbers makes its <see cref="Culture"/>, so that a page reads the same on every machine, whatever that machine knows of languages.
/// </summary>
public sealed partial class ReaderLanguage
{
    private static readonly string[] Shape = ["name", "direction", "months", "day", "moment", "group", "decimal"];

    private readonly Dictionary<string, string> texts;

    private ReaderLanguage(string tag, string name, bool rightToLeft, CultureInfo culture, (string Day, string Moment) forms, Dictionary<string, string> texts) =>
        (Tag, Name, RightToLeft, Culture, Forms, this.texts) = (tag, name, rightToLeft, culture, forms, texts);

    /// <summary>BCP 47, e.g. <c>de</c>.</summary>
    public string Tag { get; }
    /// <summary>The language's own name for itself.</summary>
    public string Name { get; }
    /// <summary>Whether it is written from right to left.</summary>
    public bool RightToLeft { get; }
    /// <summary>How it writes numbers and names months.</summary>
    public CultureInfo Culture { get; }
    /// <summary>The names of its sentences.</summary>
    public IReadOnlyCollection<string> Sentences => texts.Keys;

    private (string Day, string Moment) Forms { get; }

    /// <summary>Reads a language's file.</summary>
    /// <param name="file">Its name, for what is wrong with it.</param>
    /// <param name="tag">BCP 47.</param>
    /// <param name="bytes">At most 1 MiB of YAML.</param>
    /// <param name="like">The language whose sentences and places it must have; <c>null</c> for the first.</param>
    /// <exception cref="FormatException">Incomplete or wrong; names file, line and sentence.</exception>
    public static ReaderLanguage Parse(string file, string tag, ReadOnlySpan<byte> bytes, ReaderLanguage? like)
    {
        if (!Tags().IsMatch(tag))
            throw new FormatException($"{file}: \"{tag}\" is not the tag of a language, like de or pt-BR");
        var note = YamlNote.Read(file, bytes);
        var direction = note.Need("direction");
        if (direction.Text is not ("ltr" or "rtl"))
            throw new FormatException($"{direction.Place}: the direction is ltr or rtl, not \"{direction.Text}\"");
        var months = note.Need("months").Items.Select(month => month.Text).ToArray();
        if (months.Length != 12)
            throw new FormatException($"{note.Need("months").Place}: {months.Length} months; a year has 12");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, sentence) in note.Entries.Where(one => !Shape.Contains(one.Key)))
        {
            if (string.IsNullOrWhiteSpace(sentence.Text))
                throw new FormatException($"{sentence.Place}: \"{key}\" is empty");
            if (like is not null && !like.texts.ContainsKey(key))
                throw new FormatException($"{sentence.Place}: no page says \"{key}\"");
            var (has, must) = (Places(sentence.Text), like is null ? "" : Places(like.texts[key]));
            if (like is not null && has != must)
                throw new FormatException($"{sentence.Place}: \"{key}\" has the places [{has}] and must have [{must}]");
            texts[key] = sentence.Text;
        }
        if (like?.texts.Keys.FirstOrDefault(key => !texts.ContainsKey(key)) is { } missing)
            throw new FormatException($"{file}: \"{missing}\" is missing");
        return new(tag, note.Need("name").Text, direction.Text == "rtl", CultureOf(note, months), (note.Need("day").Text, note.Need("moment").Text), texts);
    }

    /// <summary>A sentence without places.</summary>
    public string Say(string name) => texts[name];

    /// <summary>A sentence with its places filled. Where it runs from right to left, what is filled in is isolated (UAX 9, 2.4.2), so that a name in another script cannot turn the words around it.</summary>
    public string Say(string name, params (string Place, string Value)[] values) =>
        PlaceMark().Replace(texts[name], match => Isolated(values.First(value => value.Place == match.Groups[1].Value).Value));

    /// <summary>A whole number, in groups.</summary>
    public string Number(long number) => number.ToString("N0", Culture);

    /// <summary>A day in words.</summary>
    public string Day(DateOnly day) => day.ToString(Forms.Day, Culture);

    /// <summary>Day and time in a zone, and the same in UTC, each with its zone's name.</summary>
    public string Moment(DateTimeOffset at, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var here = TimeZoneInfo.ConvertTime(at, zone.Zone);
        var text = $"{here.ToString(Forms.Moment, Culture)} {zone.Name}";
        if (zone == WorkZone.Utc)
            return Isolated(text);
        var utc = at.UtcDateTime;
        return Isolated(here.Offset == TimeSpan.Zero ? text + " · UTC" : $"{text} · {utc.ToString(utc.Date == here.Date ? "HH:mm" : Forms.Moment, Culture)} UTC");
    }

    private static CultureInfo CultureOf(YamlNote note, string[] months)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.MonthNames = [.. months, ""];
        culture.DateTimeFormat.MonthGenitiveNames = [.. months, ""];
        culture.NumberFormat.NumberGroupSeparator = note.Need("group").Text;
        culture.NumberFormat.NumberDecimalSeparator = note.Need("decimal").Text;
        try
        {
            _ = new DateTime(2026, 11, 29).ToString(note.Need("moment").Text, culture) + new DateOnly(2026, 11, 29).ToString(note.Need("day").Text, culture);
        }
        catch (FormatException)
        {
            throw new FormatException($"{note.Need("moment").Place}: \"day\" and \"moment\" are .NET patterns of a date, e.g. d MMMM yyyy, HH:mm");
        }
        return CultureInfo.ReadOnly(culture);
    }

    private static string Places(string text) => string.Join(", ", PlaceMark().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));

    private string Isolated(string value) => RightToLeft ? $"\u2068{value}\u2069" : value;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PlaceMark();

    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    private static partial Regex Tags();
}
