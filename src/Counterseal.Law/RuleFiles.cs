using System.Globalization;
using static Counterseal.Law.YamlTree;

namespace Counterseal.Law;

/// <summary>Reads the files of one book into rules, and holds them against each other. Everything unknown is refused.</summary>
internal sealed class RuleFiles
{
    private readonly Dictionary<string, FactName> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CountryGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Ground> _grounds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HolidayCalendar> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Clock> _clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _company = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Rule> _byId = new(StringComparer.Ordinal);
    private readonly List<Rule> _rules = [];
    private readonly List<Mark> _marks = [];
    private readonly List<Agency> _agencies = [];
    private readonly List<Gap> _gaps = [];
    private readonly List<Declaration> _declarations = [];
    private readonly List<RuleBookException> _faults = [];

    public IReadOnlyList<Rule> Rules => _rules;

    public IReadOnlyDictionary<string, Rule> ById => _byId;

    public IReadOnlyDictionary<string, Instrument> Instruments => _instruments;

    public IReadOnlyDictionary<string, FactName> Facts => _facts;

    public IReadOnlyDictionary<string, CountryGroup> Groups => _groups;

    public IReadOnlyDictionary<string, Ground> Grounds => _grounds;

    public IReadOnlyDictionary<string, HolidayCalendar> Calendars => _calendars;

    public IReadOnlyDictionary<string, Clock> Clocks => _clocks;

    public IReadOnlyDictionary<string, string> Company => _company;

    public IReadOnlyList<Mark> Marks => _marks;

    public IReadOnlyList<Agency> Agencies => _agencies;

    public IReadOnlyList<Gap> Gaps => _gaps;

    public IReadOnlyList<Declaration> Declarations => _declarations;

    /// <summary>All that is wrong, in the order in which it was met; the first is often the cause of others.</summary>
    public IReadOnlyList<RuleBookException> Faults => _faults;

    private RuleFiles()
    {
    }

    /// <summary>Reads all files: names first, then the declarations of every file, then the rules, so that files may refer to each other. What is wrong is listed, and the rest is read on.</summary>
    public static RuleFiles Read(IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        var read = new RuleFiles();
        var trees = new List<Map>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, bytes) in files)
        {
            read.Try(() =>
            {
                if (!seen.Add(name)) throw new RuleBookException("is given twice", name);
                if (name == "facts.yaml")
                {
                    var facts = new Entry(YamlTree.Read(name, bytes), null);
                    facts.Only("facts");
                    read.ReadFacts(facts);
                }
                else if ((name.StartsWith("law/", StringComparison.Ordinal) || name.StartsWith("policy/", StringComparison.Ordinal)) && name.EndsWith(".yaml", StringComparison.Ordinal))
                {
                    trees.Add(YamlTree.Read(name, bytes));
                }
                else
                {
                    throw new RuleBookException("does not belong in a rule book; a book holds facts.yaml, law/*.yaml and policy/*.yaml", name);
                }
            });
        }
        read.Try(() =>
        {
            if (!seen.Contains("facts.yaml")) throw new RuleBookException("is missing; it lists the names that the rules use", "facts.yaml");
            foreach (var (name, what) in Circumstances.Derived)
                if (!read._facts.ContainsKey(name)) throw new RuleBookException($"lacks the name '{name}' ({what}), which the engine reads from the demand; add it", "facts.yaml");
        });
        foreach (var entry in trees.Select(t => new Entry(t, null)))
        {
            read.Try(() =>
            {
                entry.Only([.. Anywhere, .. entry.Map.File.StartsWith("policy/", StringComparison.Ordinal) ? PolicyOnly : []]);
                entry.Text("title");
            });
            read.ReadFacts(entry);
        }
        foreach (var entry in trees.Select(t => new Entry(t, null)))
        {
            read.Each(entry, "instruments", read.ReadInstrument);
            read.Each(entry, "groups", g => read.ReadGroup(g, Zone(entry)));
            read.Each(entry, "grounds", read.ReadGround);
            read.Each(entry, "marks", read.ReadMark);
            read.Each(entry, "calendars", read.ReadCalendar);
            read.Each(entry, "agencies", read.ReadAgency);
            read.Try(() => read.ReadCompany(entry));
        }
        foreach (var entry in trees.Select(t => new Entry(t, null)))
        {
            read.Each(entry, "clocks", read.ReadClock);
            read.Each(entry, "gaps", read.ReadGap);
        }
        foreach (var entry in trees.Select(t => new Entry(t, null)))
        {
            read.Try(() =>
            {
                var zone = Zone(entry);
                read.Each(entry, "rules", r => read.ReadRule(r, zone));
            });
        }
        foreach (var rule in read._rules) read.Try(() => read.HoldAgainst(rule));
        if (read._faults.Count == 0)
            foreach (var rule in read._rules) read.Try(() => read.NoRing(rule, []));
        return read;
    }

    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (RuleBookException fault)
        {
            _faults.Add(fault);
        }
    }

    private void Each(Entry entry, string key, Action<Entry> read)
    {
        IReadOnlyList<Entry> entries = [];
        Try(() => entries = [.. entry.Maps(key)]);
        foreach (var one in entries) Try(() => read(one));
    }

    private static readonly string[] Anywhere = ["title", "zone", "facts", "instruments", "groups", "grounds", "marks", "calendars", "clocks", "gaps", "rules"];

    private static readonly string[] PolicyOnly = ["company", "agencies"];

    private void ReadFacts(Entry top) => Each(top, "facts", entry =>
    {
        entry.Only("name", "source", "type", "values", "silent", "overrides", "meaning", "question");
        var name = entry.Text("name");
        var source = entry.Word<FactSource>("source");
        var type = entry.Has("type") ? entry.Word<FactType>("type") : FactType.Word;
        var values = entry.Texts("values");
        if (values.Distinct(StringComparer.Ordinal).Count() < values.Count) throw entry.Wrong("values", "lists a value twice; keep one");
        if (values.Count > 0 && type != FactType.Word) throw entry.Wrong("values", "lists values for a type that is not 'word'; leave one of the two out");
        var fact = new FactName(name, source, type, values, entry.Maybe("silent"), entry.Has("overrides") && entry.YesNo("overrides"), entry.Text("meaning"), entry.Maybe("question") ?? "") { Slot = _facts.Count };
        if (source is FactSource.Person or FactSource.Demand && fact.Question.Length == 0) throw entry.Wrong("name", $"'{name}' has no question; say how a person is asked for it");
        if (source is not (FactSource.Person or FactSource.Company) && !Circumstances.Derived.ContainsKey(name)) throw entry.Wrong("source", $"says that '{name}' is read from the demand, but the engine reads no such name; use source: person, or one of {string.Join(", ", Circumstances.Derived.Keys)}");
        if (source is FactSource.Person or FactSource.Company && Circumstances.Derived.ContainsKey(name)) throw entry.Wrong("source", $"says that '{name}' comes from elsewhere, but the engine reads it itself");
        if (fact.Silent is not null && (source is not (FactSource.Demand or FactSource.Engine) || !fact.Allows(fact.Silent))) throw entry.Wrong("silent", $"'{fact.Silent}' is not a value of '{name}' that a demand could state");
        if (!_facts.TryAdd(name, fact)) throw entry.Wrong("name", $"'{name}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Fact, name, entry.Map.File, entry.Map.Line));
    });

    private void ReadGroup(Entry entry, TimeZoneInfo zone)
    {
        entry.Only("id", "citation", "members");
        if (entry.Map["members"] is not List { Items.Count: > 0 } list) throw entry.Wrong("members", "'members' must be a list of countries, such as [XX, {country: XZ, from: 2020-01-01}]");
        var members = list.Items.Select(item =>
        {
            var one = item is Map map ? new Entry(map, null) : null;
            one?.Only("country", "from", "to");
            var country = one?.Text("country") ?? (item as Text)?.Value ?? "";
            if (!IsCountry(country)) throw new RuleBookException($"'{country}' is not a country; write its two capital letters (ISO 3166-1)", item.File, item.Line);
            DateOnly? from = one?.Maybe("from") is { } f ? Date(one, "from", f) : null;
            DateOnly? to = one?.Maybe("to") is { } t ? Date(one, "to", t) : null;
            if (to < from) throw new RuleBookException($"the membership ends on {to:yyyy-MM-dd} before it begins on {from:yyyy-MM-dd}", item.File, item.Line);
            return new CountryGroup.Member(
                country, from is { } first ? Clock.DayStarts(first, zone) : DateTimeOffset.MinValue, to is { } last ? Clock.DayStarts(last.AddDays(1), zone) : DateTimeOffset.MaxValue);
        }).ToList();
        var group = new CountryGroup(entry.Text("id"), entry.Text("citation"), members);
        if (!_groups.TryAdd(group.Id, group)) throw entry.Wrong("id", $"the group '{group.Id}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Group, group.Id, entry.Map.File, entry.Map.Line));
    }

    private void ReadGround(Entry entry)
    {
        entry.Only("id", "name", "citation", "letter");
        var ground = new Ground(entry.Text("id"), entry.Text("name"), entry.Text("citation"), entry.Text("letter"));
        if (ground.Letter.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')) throw entry.Wrong("letter", $"'{ground.Letter}' is not the name of a letter; names have small letters, digits and hyphens");
        if (!_grounds.TryAdd(ground.Id, ground)) throw entry.Wrong("id", $"the ground '{ground.Id}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Ground, ground.Id, entry.Map.File, entry.Map.Line));
    }

    private void ReadMark(Entry entry)
    {
        entry.Only("countries", "words");
        var mark = new Mark(Countries(entry, "countries"), entry.Texts("words"));
        if (mark.Words.Count == 0) throw entry.Wrong("words", "'words' is missing; list how such citations look");
        _marks.Add(mark);
        _declarations.Add(new(DeclarationKind.Mark, string.Join(", ", mark.Countries), entry.Map.File, entry.Map.Line));
    }

    private void ReadAgency(Entry entry)
    {
        entry.Only("name", "country", "domains");
        var domains = entry.Texts("domains");
        foreach (var domain in domains.DefaultIfEmpty(""))
            if (domain.Length is 0 or > 253 || domain.StartsWith('.') || domain.EndsWith('.') || domain.Any(c => c is not ('.' or '-') && !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
                throw entry.Wrong("domains", $"'{domain}' is not a domain in small letters; write police.example (other alphabets as xn--…)");
        _agencies.Add(new Agency(entry.Text("name"), Country(entry, "country"), domains));
    }

    private void ReadCompany(Entry entry)
    {
        if (!entry.Has("company")) return;
        var inner = entry.Inner("company");
        foreach (var (key, _) in inner.Map.Entries)
        {
            if (!_facts.TryGetValue(key.Value, out var fact) || fact.Source != FactSource.Company) throw inner.Wrong(key.Value, $"'{key.Value}' is not a name of source company");
            var value = inner.Text(key.Value);
            if (!fact.Allows(value)) throw inner.Wrong(key.Value, $"'{value}' is not a value of '{key.Value}'; it takes {Takes(fact)}");
            if (!_company.TryAdd(key.Value, value)) throw inner.Wrong(key.Value, $"'{key.Value}' is set twice; keep one");
            _declarations.Add(new(DeclarationKind.Company, key.Value, key.File, key.Line));
        }
    }

    private void ReadGap(Entry entry)
    {
        entry.Only("instrument", "categories", "issuing", "reason");
        var instrument = entry.Text("instrument");
        if (!_instruments.ContainsKey(instrument)) throw entry.Wrong("instrument", $"there is no instrument '{instrument}'; the book has {Listed(_instruments.Keys)}");
        _gaps.Add(new Gap(
            instrument, entry.Has("categories") ? Categories(entry, "categories") : [],
            [.. entry.Texts("issuing").Select(k => Words<AuthorityKind>.TryRead(k, out var kind) ? kind : throw entry.Wrong("issuing", $"'{k}' is not one of {Listed(Words<AuthorityKind>.All)}"))],
            entry.Text("reason"), entry.Map.File, entry.Map.Line));
    }

    internal static IReadOnlyList<DataCategory> Categories(Entry entry, string key) =>
        FactName.Categories(string.Join(',', entry.Texts(key))) ?? throw entry.Wrong(key, $"must list some of {Listed(Words<DataCategory>.All)}");

    private static string Country(Entry entry, string key) => IsCountry(entry.Text(key)) ? entry.Text(key) : throw entry.Wrong(key, $"'{entry.Text(key)}' is not a country; write its two capital letters (ISO 3166-1)");

    private static IReadOnlyList<string> Countries(Entry entry, string key)
    {
        var countries = entry.Texts(key);
        return countries.Count > 0 && countries.All(IsCountry) ? countries : throw entry.Wrong(key, $"'{key}' must list countries by their two capital letters (ISO 3166-1)");
    }

    private static bool IsCountry(string text) => text.Length == 2 && text.All(char.IsAsciiLetterUpper);

    private void ReadInstrument(Entry entry)
    {
        entry.Only("id", "name", "citation", "implies");
        var implies = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (entry.Has("implies"))
        {
            var inner = entry.Inner("implies");
            foreach (var (key, _) in inner.Map.Entries)
            {
                if (!_facts.TryGetValue(key.Value, out var fact) || fact.Source is not (FactSource.Demand or FactSource.Engine)) throw inner.Wrong(key.Value, $"'{key.Value}' is not a name in facts.yaml that a demand could state");
                var value = inner.Text(key.Value);
                if (!fact.Allows(value)) throw inner.Wrong(key.Value, $"'{value}' is not a value of '{key.Value}'; it takes {Takes(fact)}");
                implies.Add(key.Value, value);
            }
        }
        var instrument = new Instrument(entry.Text("id"), entry.Text("name"), entry.Text("citation"), implies);
        if (!_instruments.TryAdd(instrument.Id, instrument)) throw entry.Wrong("id", $"the instrument '{instrument.Id}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Instrument, instrument.Id, entry.Map.File, entry.Map.Line));
    }

    private void ReadCalendar(Entry entry)
    {
        entry.Only("id", "country", "source", "years", "days");
        var years = entry.Texts("years").Select(y => int.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is > 1900 and < 3000
            ? n : throw entry.Wrong("years", $"'{y}' is not a year; write 2026")).ToHashSet();
        var days = entry.Texts("days").Select(d => Date(entry, "days", d)).ToHashSet();
        foreach (var day in days)
            if (!years.Contains(day.Year)) throw entry.Wrong("days", $"{day:yyyy-MM-dd} is in a year that the calendar does not cover; add the year when all its days are in");
        var calendar = new HolidayCalendar(entry.Text("id"), entry.Text("source"), years, days, entry.Has("country") ? Country(entry, "country") : null);
        if (calendar.Country is not null && _calendars.Values.Any(c => c.Country == calendar.Country)) throw entry.Wrong("country", $"there is a calendar of {calendar.Country} already; keep one");
        if (!_calendars.TryAdd(calendar.Id, calendar)) throw entry.Wrong("id", $"the calendar '{calendar.Id}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Calendar, calendar.Id, entry.Map.File, entry.Map.Line));
    }

    private void ReadClock(Entry entry)
    {
        entry.Only("id", "zone", "citation", "hours", "hoursEndingOnRestDay", "daysEndingOnRestDay", "leastWorkingDays", "calendar", "calendarOf");
        HolidayCalendar? calendar = null;
        FactName? calendarOf = null;
        if (entry.Maybe("calendarOf") is { } name && !(_facts.TryGetValue(name, out calendarOf) && calendarOf.Type == FactType.Country)) throw entry.Wrong("calendarOf", $"'{name}' is not a name whose type is country");
        if (entry.Maybe("calendar") is { } id && !_calendars.TryGetValue(id, out calendar)) throw entry.Wrong("calendar", $"there is no calendar '{id}'; the book has {Listed(_calendars.Keys)}");
        var clock = new Clock(
            entry.Text("id"), Zone(entry), entry.Text("citation"),
            entry.OneOf("hours", "fromNextHour", "atOnce") == "fromNextHour",
            entry.OneOf("daysEndingOnRestDay", "nextWorkingDay", "stay") == "nextWorkingDay",
            entry.OneOf("hoursEndingOnRestDay", "sameHourNextWorkingDay", "stay") == "sameHourNextWorkingDay",
            entry.Has("leastWorkingDays") ? entry.Number("leastWorkingDays", 0, 10) : 0,
            calendar, calendarOf);
        if (!_clocks.TryAdd(clock.Id, clock)) throw entry.Wrong("id", $"the clock '{clock.Id}' is there twice; keep one");
        _declarations.Add(new(DeclarationKind.Clock, clock.Id, entry.Map.File, entry.Map.Line));
    }

    private void ReadRule(Entry entry, TimeZoneInfo zone)
    {
        var rule = new RuleReader(this).Read(entry, zone) with { Index = _rules.Count };
        if (_byId.TryGetValue(rule.Id, out var other)) throw (entry with { Rule = rule.Id }).Wrong("id", $"the id is already used in {other.File}, line {other.Line}; each rule has its own");
        _byId.Add(rule.Id, rule);
        _rules.Add(rule);
    }

    // What can only be held against each other when every rule is known.
    private void HoldAgainst(Rule rule)
    {
        foreach (var (key, id) in Clocked(rule))
        {
            if (!_byId.TryGetValue(id, out var clocked) || clocked.Effect is not Effect.Clocked)
                throw new RuleBookException($"'{key}: {id}' names no rule with a deadline; name one", rule.File, rule.Line, rule.Id);
        }
        if (rule.Effect is Effect.Reach or Effect.Clocked && rule.When?.Names.Any(n => n.Name == Circumstances.Reached) == true)
            throw new RuleBookException($"'{Circumstances.Reached}' is known only after all reach rules; only requirements, risks and proposals may use it", rule.File, rule.Line, rule.Id);
    }

    // A clock that waits for itself never runs.
    private void NoRing(Rule rule, List<string> way)
    {
        if (rule.Effect is not Effect.Clocked) return;
        if (way.Contains(rule.Id, StringComparer.Ordinal)) throw new RuleBookException($"the deadline waits for itself: {string.Join(", ", way)}; break the ring", rule.File, rule.Line, rule.Id);
        foreach (var (_, id) in Clocked(rule)) NoRing(_byId[id], [.. way, rule.Id]);
    }

    /// <summary>The rules whose deadlines a rule speaks of, each with the key that does.</summary>
    internal static IEnumerable<(string Key, string Rule)> Clocked(Rule rule)
    {
        Condition?[] conditions = [rule.When, (rule.Effect as Effect.Require)?.Condition];
        foreach (var passed in conditions.OfType<Condition>().SelectMany(c => c.Leaves).OfType<Condition.Passed>()) yield return ("passed", passed.Rule);
        if (rule.Effect is Effect.Clocked { After: { } after }) yield return ("after", after);
        if (rule.Effect is Effect.Must { By: { } by }) yield return ("by", by);
    }

    internal static string Takes(FactName fact) => fact.Type == FactType.Word ? (fact.Values.Count == 0 ? "any word" : Listed(fact.Values)) : $"a value of type {Words<FactType>.Of(fact.Type)}";

    internal static string Listed(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } list ? list : "none";

    internal static DateOnly Date(Entry entry, string key, string value) => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is >= 1700 and < 3000
        ? date
        : throw entry.Wrong(key, $"'{value}' is not a date; write year-month-day, e.g. 2026-08-18");

    private static TimeZoneInfo Zone(Entry entry)
    {
        var id = entry.Text("zone");
        // The system looks zones up as files: only letters and the few signs that IANA names have go there.
        var plain = id.Contains('/', StringComparison.Ordinal) && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+') && !id.StartsWith('/');
        return plain && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
            ? zone
            : throw entry.Wrong("zone", $"'{id}' is not an IANA time zone; write one such as Etc/UTC");
    }
}
