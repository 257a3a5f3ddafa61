using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>The words of notices in one language: a file in <c>Notices/Languages</c>. A file that lacks a sentence, or a place in a sentence, is refused as a whole.</summary>
public sealed partial class NoticeLanguage
{
    private readonly Dictionary<string, string> texts;
    private readonly string[] months;

    private NoticeLanguage(string tag, bool rightToLeft, string[] months, Dictionary<string, string> texts) =>
        (Tag, RightToLeft, this.months, this.texts) = (tag, rightToLeft, months, texts);

    /// <summary>The steps that a notice can advise.</summary>
    public static IReadOnlyList<string> StepNames { get; } = ["password", "sessions", "recovery", "forwarding", "hardwareKey", "device", "helpline", "mail"];

    /// <summary>What a file must hold, each with the places that its sentence must have.</summary>
    public static IReadOnlyDictionary<string, string[]> Sentences { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["month"] = ["monthName", "year"],
        ["subject.targeted"] = [],
        ["subject.compromised"] = [],
        ["subject.organisation.targeted"] = [],
        ["subject.organisation.compromised"] = [],
        ["happened.targeted"] = ["account", "month"],
        ["happened.compromised"] = ["account", "month"],
        ["happened.organisation.targeted"] = ["customer", "month", "accounts"],
        ["happened.organisation.compromised"] = ["customer", "month", "accounts"],
        ["who.state"] = [],
        ["who.unknown"] = [],
        ["confidence.low"] = [],
        ["confidence.moderate"] = [],
        ["confidence.high"] = [],
        ["taken.targeted"] = [],
        ["taken.compromised"] = [],
        ["silent"] = [],
        ["heading.do"] = [],
        ["step.password"] = [],
        ["step.sessions"] = [],
        ["step.recovery"] = [],
        ["step.forwarding"] = [],
        ["step.hardwareKey"] = [],
        ["step.device"] = [],
        ["step.helpline"] = [],
        ["step.mail"] = [],
        ["heading.real"] = [],
        ["real"] = ["site", "code"],
        ["real.never"] = [],
        ["heading.talk"] = [],
        ["talk"] = ["helpline"],
        ["escalated"] = [],
        ["sender"] = ["provider"],
        ["banner.targeted"] = [],
        ["banner.compromised"] = [],
        ["banner.read"] = [],
        ["check.title"] = [],
        ["check.prompt"] = [],
        ["check.button"] = [],
        ["check.yes"] = [],
        ["check.no"] = [],
        ["check.later"] = [],
    };

    /// <summary>The languages that come with the room.</summary>
    public static IReadOnlyList<NoticeLanguage> All { get; } =
        [.. ((string[])["en", "de", "fr", "es", "ar"]).Select(tag => Parse(tag + ".yaml", tag, Embedded.Bytes($"notice.{tag}.yaml")))];

    /// <summary>BCP 47, e.g. <c>ar</c>.</summary>
    public string Tag { get; }

    /// <summary>Whether it is written from right to left.</summary>
    public bool RightToLeft { get; }

    /// <summary>The language that a reader asks for, by tag (<c>de-AT</c> is <c>de</c>); English where there is none.</summary>
    public static NoticeLanguage For(string? tag)
    {
        var first = (tag ?? "").Split('-', '_')[0];
        return All.FirstOrDefault(language => language.Tag.Equals(first, StringComparison.OrdinalIgnoreCase)) ?? All[0];
    }

    /// <summary>The language that an <c>Accept-Language</c> header asks for first of those that we have (RFC 9110, 12.5.4).</summary>
    public static NoticeLanguage Accepted(string? header)
    {
        var wanted = (header ?? "").Split(',', 20)
            .Select(part => part.Split(';', 2, StringSplitOptions.TrimEntries))
            .Select(part => (Tag: part[0], Weight: part.Length < 2 ? 1 : part[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(part[1].AsSpan(2), System.Globalization.CultureInfo.InvariantCulture, out var q) ? q : 0))
            .Where(one => one.Weight > 0).OrderByDescending(one => one.Weight)
            .Select(one => All.FirstOrDefault(language => language.Tag.Equals(one.Tag.Split('-')[0], StringComparison.OrdinalIgnoreCase)));
        return wanted.FirstOrDefault(language => language is not null) ?? All[0];
    }

    /// <summary>Reads a language's file.</summary>
    /// <exception cref="FormatException">Incomplete or wrong; names file, line and sentence.</exception>
    public static NoticeLanguage Parse(string file, string tag, ReadOnlySpan<byte> bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only(["name", "direction", "months", .. Sentences.Keys]);
        _ = note.Need("name").Text;
        var direction = note.Need("direction");
        if (direction.Text is not ("ltr" or "rtl"))
            throw new FormatException($"{direction.Place}: the direction is ltr or rtl, not \"{direction.Text}\"");
        var months = note.Need("months").Items.Select(month => month.Text).ToArray();
        if (months.Length != 12)
            throw new FormatException($"{note.Need("months").Place}: {months.Length} months; a year has 12");
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, places) in Sentences)
        {
            var sentence = note.Need(name);
            if (string.IsNullOrWhiteSpace(sentence.Text))
                throw new FormatException($"{sentence.Place}: \"{name}\" is empty");
            var has = PlaceMark().Matches(sentence.Text).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal).ToList();
            if (!has.SequenceEqual(places.Order(StringComparer.Ordinal)))
                throw new FormatException($"{sentence.Place}: \"{name}\" has the places [{string.Join(", ", has)}] and must have [{string.Join(", ", places)}]");
            texts[name] = sentence.Text;
        }
        return new NoticeLanguage(tag, direction.Text == "rtl", months, texts);
    }

    /// <summary>A sentence without places.</summary>
    public string Say(string name) => texts[name];

    /// <summary>A sentence with its places filled. What is filled in is isolated (UAX 9, 2.4.2), so that a name in one script cannot turn the words around it.</summary>
    public string Say(string name, params ReadOnlySpan<(string Place, string Value)> values)
    {
        var text = texts[name];
        var filled = values.ToArray();
        return PlaceMark().Replace(text, match => Isolated(filled.First(value => value.Place == match.Groups[1].Value).Value));
    }

    /// <summary>A sentence's parts: words as they stand, and what was filled in, for a form that isolates by itself (HTML's <c>bdi</c>).</summary>
    public IEnumerable<(string Text, bool Filled)> Parts(string name, params (string Place, string Value)[] values)
    {
        var text = texts[name];
        var at = 0;
        foreach (Match match in PlaceMark().Matches(text))
        {
            if (match.Index > at)
                yield return (text[at..match.Index], false);
            yield return (values.First(value => value.Place == match.Groups[1].Value).Value, true);
            at = match.Index + match.Length;
        }
        if (at < text.Length)
            yield return (text[at..], false);
    }

    /// <summary>A month in words: as exact as a notice gets, so that it does not tell the attacker which attempt was seen.</summary>
    public string Month(DateTimeOffset at) =>
        texts["month"].Replace("{monthName}", months[at.UtcDateTime.Month - 1], StringComparison.Ordinal)
            .Replace("{year}", at.UtcDateTime.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private string Isolated(string value) => RightToLeft ? $"\u2068{value}\u2069" : value;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PlaceMark();
}
