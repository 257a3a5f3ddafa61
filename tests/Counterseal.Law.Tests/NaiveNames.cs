using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>What each name's value is, from the meanings in rules/facts.yaml.</summary>
internal sealed partial class Naive
{
    private string Source(string name) => Case.Text(book.Names[name], "source")!;

    private string Type(string name) => Case.Text(book.Names[name], "type") ?? "word";

    /// <summary>The value of a name; <c>null</c> when it is unknown.</summary>
    private string? Value(string name, Cell? cell = null)
    {
        switch (Source(name))
        {
            case "item": return OfItem(name, cell!);
            case "company": return book.Company.GetValueOrDefault(name);
            case "engine": return WorkedOut(name) ?? Implied(name) ?? Case.Text(book.Names[name], "silent");
            case "person": return Answer(name) is { } given && Allowed(name, given) ? given : null;
            default:
                var (stated, recorded) = (StatedOrImplied(name), Answer(name));
                if (recorded is not null && !Allowed(name, recorded)) return null;
                if (recorded is not null && Case.Text(book.Names[name], "overrides") == "true") return recorded;
                if (stated is not null && recorded is not null) return Same(name, stated, recorded) ? stated : null;
                return stated ?? recorded ?? (Silent(name) ? Case.Text(book.Names[name], "silent") : null);
        }
    }

    private string? Answer(string name) => facts.Values.GetValueOrDefault(name);

    /// <summary>A recorded answer, where it is one.</summary>
    private string? Recorded(string name) => Answer(name) is { } given && Allowed(name, given) ? given : null;

    private string? StatedOrImplied(string name)
    {
        // What the very kind of the instrument says stands over what the demand says of itself.
        if (Implied(name) is { } implied) return implied;
        var stated = Stated(name);
        // What is none of the name's values says nothing (an instrument that the books do not know); a person may answer.
        return stated is not null && Allowed(name, stated) ? stated : null;
    }

    private string? Implied(string name) => name != "instrument" && Value("instrument") is { } instrument && book.Instruments[instrument].Children.TryGetValue("implies", out var implies)
        ? Case.Text((YamlMappingNode)implies, name) : null;

    // Whether the demand says nothing at all of it. A validating authority of an unknown kind is not silence.
    private bool Silent(string name) => name switch
    {
        "validating.kind" => demand.Validating is null,
        "secrecy" => Stated(name) is null && !EndIsNone(),
        _ => Stated(name) is null,
    };

    private string? Stated(string name) => name switch
    {
        "instrument" => demand.Instrument,
        "emergency" => YesNo(demand.Emergency),
        "issuing.kind" => Kind(demand.Issuing),
        "issuing.country" => demand.Issuing.Country,
        "validating.kind" => demand.Validating is null ? null : Kind(demand.Validating),
        "validating.country" => demand.Validating?.Country,
        "enforcingAuthority.notified" => YesNo(demand.EnforcingAuthorityNotified),
        "secrecy" => EndIsNone() ? null : Moment("secrecy.until") is { } until ? until > asOf ? "dated" : "expired"
            : demand.Secrecy is null ? null : "endless",
        "secrecy.until" => demand.Secrecy?.Until is { } until ? Instant.Text(until) : null,
        "assistance" => demand.Assistance.Count > 0 ? "true" : null,
        "scope.categories" => demand.Scope.Items.Count > 0 && demand.Scope.Items.All(i => i.Categories.Count > 0)
            ? string.Join(',', demand.Scope.Items.SelectMany(i => i.Categories).Distinct().Order().Select(c => Outcome.Word(c))) : null,
        "demand.issued" => demand.Issued is { } issued ? Instant.Text(issued) : null,
        _ => null,
    };

    // An end that was recorded and is no instant leaves it open whether a secrecy order binds.
    private bool EndIsNone() => Answer("secrecy.until") is { } end && !Allowed("secrecy.until", end);

    private static string? YesNo(bool? value) => value is { } b ? b ? "true" : "false" : null;

    private static string? Kind(Authority a) => a.Kind == AuthorityKind.Unknown ? null : Outcome.Word(a.Kind);

    private string? WorkedOut(string name)
    {
        var items = demand.Scope.Items;
        return name switch
        {
            "received" => Instant.Text(received),
            "demand.ageDays" => Moment("demand.issued") is { } issued ? Whole(Math.Max(0, NaiveBook.Day(received, TimeZoneInfo.Utc).DayNumber - NaiveBook.Day(issued, TimeZoneInfo.Utc).DayNumber)) : null,
            "emergency.groundStated" => YesNo(!string.IsNullOrWhiteSpace(demand.EmergencyGround)),
            "offence.stated" => YesNo(!string.IsNullOrWhiteSpace(demand.Offence)),
            "secrecy.days" => Moment("secrecy.until") is { } until ? Whole(Math.Max(0, (int)Math.Floor((until - received).TotalDays))) : null,
            "mail.domain" => MailDomain(),
            "citation.fits" => CitationFits(),
            "scope.empty" => YesNo(items.Count == 0),
            "scope.selectors" => Whole(items.Select(i => i.Selector).Distinct().Count()),
            "scope.days" => items.Count > 0 && items.All(i => i.From is not null && i.To is not null)
                ? Whole(items.Max(i => Math.Max(0, (int)Math.Ceiling((i.To!.Value - i.From!.Value).TotalDays)))) : null,
            "scope.openBeginning" => YesNo(cells.Any(c => c.Item.From is null && c.Category is DataCategory.Traffic or DataCategory.Content)),
            "scope.reached" => ReachedScope(),
            _ => null,
        };
    }

    private static string Whole(int n) => n.ToString(CultureInfo.InvariantCulture);

    private static string? OfItem(string name, Cell cell) => name switch
    {
        "category" => cell.Category is { } category ? Outcome.Word(category) : null,
        "selector.kind" => Outcome.Word(cell.Item.Selector.Kind),
        "selector.named" => YesNo(NamesOne(cell.Item)),
        "item.bounded" => YesNo(cell.Item.From is not null && cell.Item.To is not null),
        _ => throw new InvalidOperationException(name),
    };

    // One account: no pattern, no whole domain; an address of the network only with its time, or over no more than a day, since many have it one after the other.
    private static bool NamesOne(ScopeItem item)
    {
        var selector = item.Selector;
        if (selector.Value.Length == 0 || selector.Value.Contains('*', StringComparison.Ordinal) || selector.Value.Contains('?', StringComparison.Ordinal)) return false;
        return selector.Kind switch
        {
            SelectorKind.Mailbox => selector.Value.IndexOf('@', StringComparison.Ordinal) > 0,
            SelectorKind.IpAddress => selector.At is not null || item.To - item.From <= TimeSpan.FromDays(1),
            _ => true,
        };
    }

    private string? MailDomain()
    {
        if (string.IsNullOrWhiteSpace(demand.Issuing.Mail)) return "absent";
        if (!demand.Issuing.Mail.TrimEnd('@').Contains('@', StringComparison.Ordinal)) return "unknown";
        var domain = demand.Issuing.Mail[(demand.Issuing.Mail.LastIndexOf('@') + 1)..].ToLowerInvariant();
        bool Under(string of) => domain == of || domain.EndsWith("." + of, StringComparison.Ordinal);
        var holders = book.Agencies.Where(a => Case.Texts(a, "domains").Any(d => Under(d))).ToList();
        if (holders.Count > 0 && Value("issuing.country") is null) return null;
        if (holders.Any(a => Case.Text(a, "country") == Value("issuing.country"))) return "known";
        if (holders.Count > 0) return "otherCountry";
        return book.Agencies.SelectMany(a => Case.Texts(a, "domains")).Any(d => Alike(domain, d)) ? "lookalike" : "unknown";
    }

    // One letter more, less or another: the plainest of look-alikes, which is all that the random demands hold.
    private static bool Alike(string one, string other) => Edits(one, other) == 1;

    private static int Edits(string a, string b) => a.Length == 0 ? b.Length : b.Length == 0 ? a.Length
        : Math.Abs(a.Length - b.Length) > 1 ? 2
        : a[0] == b[0] ? Edits(a[1..], b[1..])
        : 1 + (a[1..] == b[1..] || a[1..] == b || a == b[1..] ? 0 : 1);

    private string? CitationFits()
    {
        var cited = demand.Secrecy?.Law is { } law ? [.. demand.Citations, law] : demand.Citations;
        if (cited.Count == 0) return "none";
        var recognised = cited.Select(text => book.Marks.Where(m => Case.Texts(m, "words").Any(w => Regex.IsMatch(text, $@"(?<![\p{{L}}\p{{N}}]){Regex.Escape(w)}(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase)))
            .SelectMany(m => Case.Texts(m, "countries")).ToHashSet()).Where(countries => countries.Count > 0).ToList();
        if (recognised.Count == 0) return "unknown";
        if (Value("issuing.country") is not { } country) return null;
        return recognised.All(countries => countries.Contains(country)) ? "fits" : "foreign";
    }

    private bool Allowed(string name, string value) => name == "instrument" ? book.Instruments.ContainsKey(value) : Type(name) switch
    {
        "instant" => Read(value) is not null,
        "number" => DecimalNumber().IsMatch(value),
        "country" => TwoLetters().IsMatch(value),
        "categories" => CategoriesIn(value) is not null,
        _ => Case.Texts(book.Names[name], "values") is { Count: > 0 } words ? words.Contains(value) : value.Length > 0,
    };

    private bool Same(string name, string one, string other) => Type(name) switch
    {
        "instant" => Read(one) == Read(other),
        "number" => decimal.Parse(one, CultureInfo.InvariantCulture) == decimal.Parse(other, CultureInfo.InvariantCulture),
        "categories" => CategoriesIn(one)!.SequenceEqual(CategoriesIn(other)!),
        _ => one == other,
    };

    private static DateTimeOffset? Read(string text) => DateTimeOffset.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    internal static List<DataCategory>? CategoriesIn(string text)
    {
        var found = new List<DataCategory>();
        foreach (var word in text.Split(',').Select(w => w.Trim()))
        {
            var known = Enum.GetValues<DataCategory>().Where(c => Outcome.Word(c) == word).ToList();
            if (known.Count == 0) return null;
            found.AddRange(known);
        }
        return [.. found.Distinct().Order()];
    }

    [GeneratedRegex(@"^[0-9]+(\.[0-9]+)?$")]
    private static partial Regex DecimalNumber();

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex TwoLetters();
}
