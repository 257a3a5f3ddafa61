namespace Counterseal.Law;

/// <summary>What is known of one demand at one time, by name: what its text says, what its kind implies, what people recorded. Nothing is guessed.</summary>
internal sealed class Circumstances
{
    /// <summary>The one name that is known only after all reach rules.</summary>
    public const string Reached = "scope.reached";

    /// <summary>The names that the engine reads itself, and what they are.</summary>
    public static IReadOnlyDictionary<string, string> Derived { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["received"] = "when the demand came in",
        ["demand.issued"] = "when the authority issued it",
        ["demand.ageDays"] = "how old it was then",
        ["instrument"] = "the kind of legal process",
        ["instrument.does"] = "what the instrument asks for",
        ["emergency"] = "whether it is an emergency",
        ["emergency.groundStated"] = "whether a ground for the emergency is given",
        ["issuing.kind"] = "what the issuing authority is",
        ["issuing.country"] = "its country",
        ["validating.kind"] = "what the validating authority is",
        ["validating.country"] = "its country",
        ["enforcingAuthority.notified"] = "whether the enforcing authority was notified",
        ["offence.stated"] = "whether an offence is named",
        ["secrecy"] = "whether a secrecy order binds",
        ["secrecy.until"] = "when the secrecy order ends",
        ["secrecy.days"] = "how long it binds",
        ["assistance"] = "whether anything besides data is demanded",
        ["mail.domain"] = "what the domain of the mail address is to the directory",
        ["citation.fits"] = "whether the laws cited are the issuing country's",
        ["scope.empty"] = "whether nobody is named",
        ["scope.categories"] = "which categories are sought",
        ["scope.selectors"] = "how many selectors are named",
        ["scope.days"] = "the longest period",
        ["scope.openBeginning"] = "whether traffic or content is sought without a beginning",
        [Reached] = "how much of the scope the instrument reaches",
        ["category"] = "the category of one cell of the scope",
        ["selector.kind"] = "what the selector of one item identifies",
        ["selector.named"] = "whether the selector of one item names one account",
        ["item.bounded"] = "whether one item has a beginning and an end",
    };

    private readonly Demand _demand;
    private readonly RuleBook _book;
    private readonly DateTimeOffset _asOf;
    private readonly Instrument? _instrument;
    private readonly string?[] _recorded;
    private readonly string?[] _values;
    private readonly bool[] _read;

    public Circumstances(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf)
    {
        (_demand, _book, _asOf, Received) = (demand, book, asOf, received);
        (_recorded, _values, _read) = (new string?[book.Facts.Count], new string?[book.Facts.Count], new bool[book.Facts.Count]);
        foreach (var (name, value) in facts.Values)
            if (book.Facts.TryGetValue(name, out var fact) && fact.Source is FactSource.Person or FactSource.Demand) _recorded[fact.Slot] = value;
        Clocks = new Clocks(book, this, asOf);
        _instrument = Value(book.InstrumentName) is { } id ? book.Instruments[id] : null;
        Instrument = _instrument?.Id;
        // What was read before the instrument was known may hang on it.
        Array.Clear(_read);
    }

    /// <summary>When the demand came in.</summary>
    public DateTimeOffset Received { get; }

    /// <summary>The deadlines that run.</summary>
    public Clocks Clocks { get; }

    /// <summary>The instrument, once it is known.</summary>
    public string? Instrument { get; }

    /// <summary>How much of the scope is reached, once the reach rules have been read.</summary>
    public string? ReachedValue { get; set; }

    /// <summary>The value of a name, or <c>null</c> when it is unknown: nobody said, the recorded value is none of the allowed, or the record contradicts the demand.</summary>
    /// <param name="name">A name of the book.</param>
    /// <param name="cell">The cell of the scope, for names of source item.</param>
    public string? Value(FactName name, Cell? cell = null)
    {
        if (name.Source == FactSource.Item) return cell is null ? null : OfCell(name.Name, cell);
        if (ReferenceEquals(name, _book.ReachedName)) return ReachedValue;
        if (_read[name.Slot]) return _values[name.Slot];
        _read[name.Slot] = true;
        return _values[name.Slot] = Compute(name);
    }

    private string? Compute(FactName fact)
    {
        if (fact.Source == FactSource.Company) return _book.Company.GetValueOrDefault(fact.Name);
        var stated = _instrument?.Implies.GetValueOrDefault(fact.Name) ?? (fact.Source == FactSource.Person ? null : Stated(fact.Name));
        if (fact.Source == FactSource.Engine) return stated ?? fact.Silent;
        if (_recorded[fact.Slot] is not { } recorded) return stated ?? (Speaks(fact.Name) ? null : fact.Silent);
        if (!_book.Allows(fact, recorded)) return null;
        return stated is null || stated == recorded || fact.Overrides ? recorded : null;
    }

    // A demand that names something without saying what it is, is not silent.
    private bool Speaks(string name) => name switch
    {
        "validating.kind" or "validating.country" => _demand.Validating is not null,
        "secrecy" => _demand.Secrecy is not null || _recorded[_book.Facts["secrecy.until"].Slot] is not null,
        _ => false,
    };

    /// <summary>The instant that a name holds.</summary>
    public DateTimeOffset? At(FactName name) => Value(name) is { } text && FactName.TryInstant(text, out var at) ? at : null;

    /// <summary>How a person is asked for a name, with what is wrong with the present record where there is one.</summary>
    public string Question(FactName fact, string? ruleText)
    {
        var text = ruleText ?? (fact.Question.Length > 0 ? fact.Question : fact.Meaning);
        if (_recorded[fact.Slot] is not { } recorded) return text;
        return !_book.Allows(fact, recorded)
            ? $"{text} (Recorded is '{recorded}', but {fact.Name} takes {_book.Takes(fact)}.)"
            : $"{text} (Recorded is '{recorded}', but the demand itself says '{_instrument?.Implies.GetValueOrDefault(fact.Name) ?? Stated(fact.Name)}'; one of the two must be corrected.)";
    }

    private static string? OfCell(string name, Cell cell) => name switch
    {
        "category" => cell.Category is { } known ? Words<DataCategory>.Of(known) : null,
        "selector.kind" => Words<SelectorKind>.Of(cell.Item.Selector.Kind),
        "item.bounded" => cell.Item is { From: not null, To: not null } ? "true" : "false",
        _ => Named(cell.Item) ? "true" : "false",
    };

    private string? Stated(string name)
    {
        switch (name)
        {
            case "received":
                return Instant.Text(Received);
            case "demand.issued":
                return _demand.Issued is { } issued ? Instant.Text(issued) : null;
            case "demand.ageDays":
                return At(_book.Facts["demand.issued"]) is { } since ? Number(Math.Max(0, (Received.UtcDateTime.Date - since.UtcDateTime.Date).Days)) : null;
            // A name that the book does not know is no name yet: a person says which of the known ones is meant.
            case "instrument":
                return _demand.Instrument is { } id && _book.Instruments.ContainsKey(id) ? id : null;
            case "emergency":
                return Word(_demand.Emergency);
            case "emergency.groundStated":
                return Word(!string.IsNullOrWhiteSpace(_demand.EmergencyGround));
            case "issuing.kind":
                return Kind(_demand.Issuing);
            case "issuing.country":
                return Country(_demand.Issuing);
            case "validating.kind":
                return Kind(_demand.Validating);
            case "validating.country":
                return Country(_demand.Validating);
            case "enforcingAuthority.notified":
                return Word(_demand.EnforcingAuthorityNotified);
            case "offence.stated":
                return Word(!string.IsNullOrWhiteSpace(_demand.Offence));
            case "secrecy":
                return At(_book.Facts["secrecy.until"]) is { } until ? (until > _asOf ? "dated" : "expired") : _demand.Secrecy is { Until: null } && _recorded[_book.Facts["secrecy.until"].Slot] is null ? "endless" : null;
            case "secrecy.until":
                return _demand.Secrecy?.Until is { } end ? Instant.Text(end) : null;
            case "secrecy.days":
                return At(_book.Facts["secrecy.until"]) is { } last ? Days(Received, last) : null;
            case "assistance":
                return _demand.Assistance.Count > 0 ? "true" : null;
            case "mail.domain":
                return _book.LookAlike.Of(_demand.Issuing.Mail, Value(_book.Facts["issuing.country"]));
            case "citation.fits":
                return CitationFits();
            case "scope.empty":
                return Word(_demand.Scope.Items.Count == 0);
            case "scope.selectors":
                return Number(_demand.Scope.Items.Select(i => i.Selector).Distinct().Count());
            case "scope.days":
                return _demand.Scope.Items.Count > 0 && _demand.Scope.Items.All(i => i is { From: not null, To: not null })
                    ? Number(_demand.Scope.Items.Max(i => i.To > i.From ? (long)Math.Ceiling((i.To!.Value - i.From!.Value).TotalDays) : 0))
                    : null;
            case "scope.openBeginning":
                var answer = Answered();
                return Word(_demand.Scope.Items.Any(i => i.From is null && (i.Categories.Count > 0 ? i.Categories : answer).Any(c => c is DataCategory.Traffic or DataCategory.Content)));
            case "scope.categories":
                return _demand.Scope.Items.Count == 0 || _demand.Scope.Items.Any(i => i.Categories.Count == 0)
                    ? null
                    : string.Join(',', _demand.Scope.Items.SelectMany(i => i.Categories).Distinct().Order().Select(Words<DataCategory>.Of));
            default:
                return null;
        }
    }

    /// <summary>The categories that a person said an item without categories means; empty when nobody did.</summary>
    public IReadOnlyList<DataCategory> Answered() => Value(_book.Facts["scope.categories"]) is { } list ? FactName.Categories(list) ?? [] : [];

    // A citation of another country's law among those of the issuing country is enough to look twice.
    private string? CitationFits()
    {
        var country = Value(_book.Facts["issuing.country"]);
        IEnumerable<string> cited = _demand.Secrecy?.Law is { Length: > 0 } law ? [.. _demand.Citations, law] : _demand.Citations;
        var (any, fits) = (false, false);
        foreach (var citation in cited)
        {
            any = true;
            var marks = _book.Marks.Where(m => m.On(citation)).ToList();
            if (marks.Count == 0) continue;
            if (country is null) return null;
            if (!marks.Any(m => m.Countries.Contains(country, StringComparer.Ordinal))) return "foreign";
            fits = true;
        }
        return fits ? "fits" : any ? "unknown" : "none";
    }

    private static string Days(DateTimeOffset from, DateTimeOffset to) => Number(Math.Max(0, (long)Math.Floor((to - from).TotalDays)));

    private static string Number(long n) => n.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string? Word(bool? value) => value switch { null => null, true => "true", false => "false" };

    private static string? Kind(Authority? authority) => authority is null || authority.Kind == AuthorityKind.Unknown ? null : Words<AuthorityKind>.Of(authority.Kind);

    private static string? Country(Authority? authority) => authority?.Country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] ? authority.Country : null;

    // A pattern, an empty name or a whole domain names everybody behind it; so does an IP address over more than a day.
    private static bool Named(ScopeItem item)
    {
        var (kind, value, _, at) = item.Selector;
        if (string.IsNullOrWhiteSpace(value) || value.IndexOfAny(['*', '%']) >= 0) return false;
        return kind switch
        {
            SelectorKind.Mailbox => value.IndexOf('@', StringComparison.Ordinal) is > 0 and var sign && sign < value.Length - 1 && value.IndexOfAny([',', ';', ' ', '?']) < 0,
            SelectorKind.IpAddress => !value.Contains('/', StringComparison.Ordinal) && (at is not null || (item is { From: { } from, To: { } to } && to - from <= TimeSpan.FromDays(1))),
            SelectorKind.Telephone => value.All(char.IsAsciiDigit),
            _ => true,
        };
    }
}
