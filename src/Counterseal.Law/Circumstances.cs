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
        ["assistance"] = "whether anything besides data is demanded",
        ["scope.empty"] = "whether nobody is named",
        ["scope.categories"] = "which categories are sought",
        [Reached] = "how much of the scope the instrument reaches",
        ["category"] = "the category of one cell of the scope",
        ["selector.kind"] = "what the selector of one item identifies",
        ["selector.named"] = "whether the selector of one item names one account",
    };

    private readonly Demand _demand;
    private readonly Facts _facts;
    private readonly RuleBook _book;
    private readonly DateTimeOffset _received;
    private readonly DateTimeOffset _asOf;
    private readonly Instrument? _instrument;

    public Circumstances(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf)
    {
        (_demand, _facts, _book, _received, _asOf) = (demand, facts, book, received, asOf);
        _instrument = Value("instrument") is { } id ? book.Instruments[id] : null;
    }

    /// <summary>The instrument, once it is known.</summary>
    public string? Instrument => _instrument?.Id;

    /// <summary>How much of the scope is reached, once the reach rules have been read.</summary>
    public string? ReachedValue { get; set; }

    /// <summary>The value of a name, or <c>null</c> when it is unknown: nobody said, the recorded value is none of the allowed, or the record contradicts the demand.</summary>
    public string? Value(string name)
    {
        var fact = _book.Facts[name];
        var stated = _instrument?.Implies.GetValueOrDefault(name) ?? Stated(name);
        if (fact.Source == FactSource.Engine) return stated ?? fact.Silent;
        if (!_facts.Values.TryGetValue(name, out var recorded)) return stated ?? fact.Silent;
        if (!_book.Allows(fact, recorded)) return null;
        return stated is null || stated == recorded || fact.Overrides ? recorded : null;
    }

    /// <summary>The instant that a name holds.</summary>
    public DateTimeOffset? At(string name) => Value(name) is { } text && FactName.TryInstant(text, out var at) ? at : null;

    /// <summary>How a person is asked for a name, with what is wrong with the present record where there is one.</summary>
    public string Question(string name, string? ruleText)
    {
        var fact = _book.Facts[name];
        var text = ruleText ?? (fact.Question.Length > 0 ? fact.Question : fact.Meaning);
        if (!_facts.Values.TryGetValue(name, out var recorded) || fact.Source == FactSource.Engine) return text;
        return !_book.Allows(fact, recorded)
            ? $"{text} (Recorded is '{recorded}', but {name} takes {_book.Takes(fact)}.)"
            : $"{text} (Recorded is '{recorded}', but the demand itself says '{Stated(name)}'; one of the two must be corrected.)";
    }

    /// <summary>The value of a name of one cell of the scope.</summary>
    public static string? OfCell(string name, ScopeItem item, DataCategory? category) => name switch
    {
        "category" => category is { } known ? Words<DataCategory>.Of(known) : null,
        "selector.kind" => Words<SelectorKind>.Of(item.Selector.Kind),
        _ => Named(item) ? "true" : "false",
    };

    private string? Stated(string name) => name switch
    {
        "received" => Instant.Text(_received),
        "demand.issued" => _demand.Issued is { } issued ? Instant.Text(issued) : null,
        // A name that the book does not know is no name yet: a person says which of the known ones is meant.
        "instrument" => _demand.Instrument is { } id && _book.Instruments.ContainsKey(id) ? id : null,
        "emergency" => Word(_demand.Emergency),
        "emergency.groundStated" => Word(!string.IsNullOrWhiteSpace(_demand.EmergencyGround)),
        "issuing.kind" => Kind(_demand.Issuing),
        "issuing.country" => Country(_demand.Issuing),
        "validating.kind" => Kind(_demand.Validating),
        "validating.country" => Country(_demand.Validating),
        "enforcingAuthority.notified" => Word(_demand.EnforcingAuthorityNotified),
        "offence.stated" => Word(!string.IsNullOrWhiteSpace(_demand.Offence)),
        "secrecy" => At("secrecy.until") is { } until ? (until > _asOf ? "dated" : "expired") : _demand.Secrecy is not null ? "endless" : null,
        "secrecy.until" => _demand.Secrecy?.Until is { } end ? Instant.Text(end) : null,
        "assistance" => _demand.Assistance.Count > 0 ? "true" : null,
        "scope.empty" => Word(_demand.Scope.Items.Count == 0),
        "scope.categories" => _demand.Scope.Items.Any(i => i.Categories.Count == 0)
            ? null
            : string.Join(',', _demand.Scope.Items.SelectMany(i => i.Categories).Distinct().Order().Select(Words<DataCategory>.Of)),
        Reached => ReachedValue,
        _ => null,
    };

    private static string? Word(bool? value) => value switch { null => null, true => "true", false => "false" };

    private static string? Kind(Authority? authority) => authority is null || authority.Kind == AuthorityKind.Unknown ? null : Words<AuthorityKind>.Of(authority.Kind);

    private static string? Country(Authority? authority) => string.IsNullOrWhiteSpace(authority?.Country) ? null : authority.Country;

    // A pattern, an empty name or a whole domain names everybody behind it; so does an IP address at any time at all.
    private static bool Named(ScopeItem item)
    {
        var (kind, value, _, at) = item.Selector;
        if (string.IsNullOrWhiteSpace(value) || value.IndexOfAny(['*', '%']) >= 0) return false;
        return kind switch
        {
            SelectorKind.Mailbox => value.IndexOf('@', StringComparison.Ordinal) is > 0 and var sign && sign < value.Length - 1 && value.IndexOfAny([',', ';', ' ', '?']) < 0,
            SelectorKind.IpAddress => !value.Contains('/', StringComparison.Ordinal) && (at is not null || item is { From: not null, To: not null }),
            SelectorKind.Telephone => value.All(char.IsAsciiDigit),
            _ => true,
        };
    }
}
