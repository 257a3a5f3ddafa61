using System.Globalization;
using System.Text.RegularExpressions;
using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>
/// The words of all pages in one language, with its way to write dates and numbers: the files of a folder in <c>Languages</c>, or what the operator adds. What they say of dates and numbers makes its
/// <see cref="Culture"/>, so that a page reads the same on every machine, whatever that machine knows of languages.
/// </summary>
public sealed partial class ReaderLanguage
{
    private static readonly string[] Shape = ["name", "direction", "months", "monthsShort", "weekdays", "first", "day", "moment", "full", "brief", "group", "decimal"];

    private readonly Dictionary<string, string> texts;

    private ReaderLanguage(string tag, string name, bool rightToLeft, CultureInfo culture, DateForms forms, Dictionary<string, string> texts) =>
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

    private DateForms Forms { get; }

    /// <summary>Reads a language's files.</summary>
    /// <param name="tag">BCP 47.</param>
    /// <param name="files">Each with its name, for what is wrong with it, and at most 1 MiB of YAML; together they have each sentence once. The first has what is said of dates and numbers.</param>
    /// <param name="like">The language whose sentences and places it must have; <c>null</c> for the first.</param>
    /// <exception cref="FormatException">Incomplete or wrong; names file, line and sentence.</exception>
    public static ReaderLanguage Parse(string tag, IReadOnlyList<(string Name, byte[] Bytes)> files, ReaderLanguage? like)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!Tags().IsMatch(tag))
            throw new FormatException($"{files[0].Name}: \"{tag}\" is not the tag of a language, like de or pt-BR");
        var notes = files.Select(file => YamlNote.Read(file.Name, file.Bytes)).ToList();
        var note = notes.FirstOrDefault(one => one.Get("name") is not null, notes[0]);
        var direction = note.Need("direction");
        if (direction.Text is not ("ltr" or "rtl"))
            throw new FormatException($"{direction.Place}: the direction is ltr or rtl, not \"{direction.Text}\"");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, sentence) in notes.SelectMany(one => one.Entries.Where(entry => one != note || !Shape.Contains(entry.Key))))
        {
            if (string.IsNullOrWhiteSpace(sentence.Text))
                throw new FormatException($"{sentence.Place}: \"{key}\" is empty");
            if (like is not null && !like.texts.ContainsKey(key))
                throw new FormatException($"{sentence.Place}: no page says \"{key}\"");
            var (has, must) = (Places(sentence.Text), like is null ? "" : Places(like.texts[key]));
            if (like is not null && has != must)
                throw new FormatException($"{sentence.Place}: \"{key}\" has the places [{has}] and must have [{must}]");
            if (!texts.TryAdd(key, sentence.Text))
                throw new FormatException($"{sentence.Place}: \"{key}\" stands in two files");
        }
        if (like?.texts.Keys.FirstOrDefault(key => !texts.ContainsKey(key)) is { } missing)
            throw new FormatException($"{files[0].Name}: \"{missing}\" is missing");
        return new(tag, note.Need("name").Text, direction.Text == "rtl", CultureOf(note), new(note.Need("day").Text, note.Need("moment").Text, note.Need("full").Text, note.Need("brief").Text, note.Get("first") is { Text: { Length: > 0 } first } && first.All(char.IsLetterOrDigit) ? first : null), texts);
    }

    /// <summary>A sentence without places.</summary>
    public string Say(string name) => texts[name];

    /// <summary>A sentence with its places filled. Where it runs from right to left, what is filled in is isolated (UAX 9, 2.4.2), so that a name in another script cannot turn the words around it.</summary>
    public string Say(string name, params (string Place, string Value)[] values) =>
        PlaceMark().Replace(texts[name], match => Isolated(values.First(value => value.Place == match.Groups[1].Value).Value));

    /// <summary>The word for a value, e.g. of a decision: the sentence <c>word.Decision.Comply</c>.</summary>
    public string Word<T>(T value) where T : struct, Enum => texts[$"word.{typeof(T).Name}.{value}"];

    /// <summary>A count with its noun: of the sentences <c>NAME.one</c> and <c>NAME.many</c> the one that fits, its place <c>n</c> filled.</summary>
    public string Count(string name, long n) => Say(name + (n == 1 ? ".one" : ".many"), ("n", Number(n)));

    /// <summary>A whole number, in groups.</summary>
    public string Number(long number) => number.ToString("N0", Culture);

    /// <summary>A day in words.</summary>
    public string Day(DateOnly day) => day.ToString(Forms.Of(Forms.Day, day.Day), Culture);

    /// <summary>Day and time in a zone, and the same in UTC, each with its zone's name.</summary>
    public string Moment(DateTimeOffset at, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var here = TimeZoneInfo.ConvertTime(at, zone.Zone);
        var text = $"{here.ToString(Forms.Of(Forms.Moment, here.Day), Culture)} {zone.Name}";
        if (zone == WorkZone.Utc)
            return Isolated(text);
        var utc = at.UtcDateTime;
        return Isolated(here.Offset == TimeSpan.Zero ? text + " · UTC" : $"{text} · {utc.ToString(utc.Date == here.Date ? "HH:mm" : Forms.Of(Forms.Moment, utc.Day), Culture)} UTC");
    }

    /// <summary>Day and time in a zone and in UTC, with the day of the week, in few letters, as the desk's lists have it.</summary>
    public string Full(DateTimeOffset at, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Isolated(zone.Write(at, Forms.Of(Forms.Full, DayIn(zone, at)), Culture));
    }

    /// <summary>The same without the year.</summary>
    public string Brief(DateTimeOffset at, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Isolated(zone.Write(at, Forms.Of(Forms.Brief, DayIn(zone, at)), Culture));
    }

    /// <summary>The same in the zone alone, where a column's head names it.</summary>
    public string Here(DateTimeOffset at, WorkZone zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Isolated(TimeZoneInfo.ConvertTime(at, zone.Zone).ToString(Forms.Of(Forms.Brief, DayIn(zone, at)), Culture));
    }

    private static CultureInfo CultureOf(YamlNote note)
    {
        var (months, monthsShort, weekdays) = (Names("months", 12, "a year has 12"), Names("monthsShort", 12, "a year has 12"), Names("weekdays", 7, "a week has 7"));
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.MonthNames = [.. months, ""];
        culture.DateTimeFormat.MonthGenitiveNames = [.. months, ""];
        culture.DateTimeFormat.AbbreviatedMonthNames = [.. monthsShort, ""];
        culture.DateTimeFormat.AbbreviatedMonthGenitiveNames = [.. monthsShort, ""];
        // .NET's week begins on Sunday, the file's on Monday (ISO 8601).
        culture.DateTimeFormat.AbbreviatedDayNames = [weekdays[^1], .. weekdays[..^1]];
        culture.NumberFormat.NumberGroupSeparator = note.Need("group").Text;
        culture.NumberFormat.NumberDecimalSeparator = note.Need("decimal").Text;
        try
        {
            foreach (var form in (string[])["moment", "full", "brief"])
                _ = new DateTime(2026, 11, 29).ToString(note.Need(form).Text, culture);
            _ = new DateOnly(2026, 11, 29).ToString(note.Need("day").Text, culture);
        }
        catch (FormatException)
        {
            throw new FormatException($"{note.Need("moment").Place}: \"day\", \"moment\", \"full\" and \"brief\" are .NET patterns of a date, e.g. d MMMM yyyy, HH:mm");
        }
        return CultureInfo.ReadOnly(culture);

        string[] Names(string key, int count, string law)
        {
            string[] names = [.. note.Need(key).Items.Select(item => item.Text)];
            return names.Length == count ? names : throw new FormatException($"{note.Need(key).Place}: {names.Length} in \"{key}\"; {law}");
        }
    }

    private static string Places(string text) => string.Join(", ", PlaceMark().Matches(text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));

    private string Isolated(string value) => RightToLeft ? $"\u2068{value}\u2069" : value;

    /// <summary>.NET's patterns of a date.</summary>
    /// <param name="Day">A day.</param>
    /// <param name="Moment">Day and time.</param>
    /// <param name="Full">Day and time with the day of the week, in few letters.</param>
    /// <param name="Brief">The same without the year.</param>
    /// <param name="First">How a month's first day is numbered where it is otherwise than the others (French: <c>1er</c>).</param>
    private readonly record struct DateForms(string Day, string Moment, string Full, string Brief, string? First)
    {
        /// <summary>A pattern for a day of the month.</summary>
        public string Of(string pattern, int day) => day == 1 && First is not null ? DayMark().Replace(pattern, $"'{First}'") : pattern;
    }

    private static int DayIn(WorkZone zone, DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone.Zone).Day;

    [GeneratedRegex("(?<![d'])d(?![d'])")]
    private static partial Regex DayMark();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PlaceMark();

    [GeneratedRegex("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    private static partial Regex Tags();
}
