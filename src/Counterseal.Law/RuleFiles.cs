using System.Globalization;
using static Counterseal.Law.YamlTree;

namespace Counterseal.Law;

/// <summary>Reads the files of one book into rules, and holds them against each other. Everything unknown is refused.</summary>
internal sealed class RuleFiles
{
    private readonly Dictionary<string, FactName> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Instrument> _instruments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HolidayCalendar> _calendars = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Clock> _clocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Rule> _byId = new(StringComparer.Ordinal);
    private readonly List<Rule> _rules = [];

    public IReadOnlyList<Rule> Rules => _rules;

    public IReadOnlyDictionary<string, Instrument> Instruments => _instruments;

    public IReadOnlyDictionary<string, FactName> Facts => _facts;

    private RuleFiles()
    {
    }

    /// <summary>Reads all files; <c>facts.yaml</c> first, then the declarations of every file, then the rules, so that files may refer to each other.</summary>
    public static RuleFiles Read(IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        var read = new RuleFiles();
        var trees = new List<Map>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, bytes) in files)
        {
            if (!seen.Add(name)) throw new RuleBookException("is given twice", name);
            if (name == "facts.yaml") read.ReadFacts(YamlTree.Read(name, bytes));
            else if ((name.StartsWith("law/", StringComparison.Ordinal) || name.StartsWith("policy/", StringComparison.Ordinal)) && name.EndsWith(".yaml", StringComparison.Ordinal)) trees.Add(YamlTree.Read(name, bytes));
            else throw new RuleBookException("does not belong in a rule book; a book holds facts.yaml, law/*.yaml and policy/*.yaml", name);
        }
        if (!seen.Contains("facts.yaml")) throw new RuleBookException("is missing; it lists the names that the rules use", "facts.yaml");
        foreach (var (name, what) in Circumstances.Derived)
            if (!read._facts.ContainsKey(name)) throw new RuleBookException($"lacks the name '{name}' ({what}), which the engine reads from the demand; add it", "facts.yaml");
        foreach (var tree in trees)
        {
            var entry = new Entry(tree, null);
            entry.Only("title", "zone", "instruments", "calendars", "clocks", "rules");
            entry.Text("title");
            foreach (var item in entry.Maps("instruments")) read.ReadInstrument(item);
            foreach (var item in entry.Maps("calendars")) read.ReadCalendar(item);
        }
        foreach (var tree in trees)
            foreach (var item in new Entry(tree, null).Maps("clocks")) read.ReadClock(item);
        foreach (var tree in trees)
        {
            var entry = new Entry(tree, null);
            var zone = Zone(entry);
            foreach (var item in entry.Maps("rules")) read.ReadRule(item, zone);
        }
        foreach (var rule in read._rules) read.HoldAgainst(rule);
        return read;
    }

    private void ReadFacts(Map tree)
    {
        var top = new Entry(tree, null);
        top.Only("facts");
        foreach (var entry in top.Maps("facts"))
        {
            entry.Only("name", "source", "type", "values", "silent", "overrides", "meaning", "question");
            var name = entry.Text("name");
            var source = entry.Word<FactSource>("source");
            var type = entry.Has("type") ? entry.Word<FactType>("type") : FactType.Word;
            var values = entry.Texts("values");
            if (values.Count > 0 && type != FactType.Word) throw entry.Wrong("values", "lists values for a type that is not 'word'; leave one of the two out");
            var fact = new FactName(name, source, type, values, entry.Maybe("silent"), entry.Has("overrides") && entry.YesNo("overrides"), entry.Text("meaning"), entry.Maybe("question") ?? "");
            if (source is FactSource.Person or FactSource.Demand && fact.Question.Length == 0) throw entry.Wrong("name", $"'{name}' has no question; say how a person is asked for it");
            if (source != FactSource.Person && !Circumstances.Derived.ContainsKey(name)) throw entry.Wrong("source", $"says that '{name}' is read from the demand, but the engine reads no such name; use source: person, or one of {string.Join(", ", Circumstances.Derived.Keys)}");
            if (source == FactSource.Person && Circumstances.Derived.ContainsKey(name)) throw entry.Wrong("source", $"says that a person establishes '{name}', but the engine reads it itself");
            if (fact.Silent is not null && (source is not (FactSource.Demand or FactSource.Engine) || !fact.Allows(fact.Silent))) throw entry.Wrong("silent", $"'{fact.Silent}' is not a value of '{name}' that a demand could state");
            if (!_facts.TryAdd(name, fact)) throw entry.Wrong("name", $"'{name}' is there twice; keep one");
        }
    }

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
    }

    private void ReadCalendar(Entry entry)
    {
        entry.Only("id", "source", "years", "days");
        var years = entry.Texts("years").Select(y => int.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is > 1900 and < 3000
            ? n : throw entry.Wrong("years", $"'{y}' is not a year; write 2026")).ToHashSet();
        var days = entry.Texts("days").Select(d => Date(entry, "days", d)).ToHashSet();
        foreach (var day in days)
            if (!years.Contains(day.Year)) throw entry.Wrong("days", $"{day:yyyy-MM-dd} is in a year that the calendar does not cover; add the year when all its days are in");
        var calendar = new HolidayCalendar(entry.Text("id"), entry.Text("source"), years, days);
        if (!_calendars.TryAdd(calendar.Id, calendar)) throw entry.Wrong("id", $"the calendar '{calendar.Id}' is there twice; keep one");
    }

    private void ReadClock(Entry entry)
    {
        entry.Only("id", "zone", "citation", "hours", "hoursEndingOnRestDay", "daysEndingOnRestDay", "leastWorkingDays", "calendar");
        HolidayCalendar? calendar = null;
        if (entry.Maybe("calendar") is { } id && !_calendars.TryGetValue(id, out calendar)) throw entry.Wrong("calendar", $"there is no calendar '{id}'; the book has {Listed(_calendars.Keys)}");
        var clock = new Clock(
            entry.Text("id"), Zone(entry), entry.Text("citation"),
            entry.OneOf("hours", "fromNextHour", "atOnce") == "fromNextHour",
            entry.OneOf("daysEndingOnRestDay", "nextWorkingDay", "stay") == "nextWorkingDay",
            entry.OneOf("hoursEndingOnRestDay", "sameHourNextWorkingDay", "stay") == "sameHourNextWorkingDay",
            entry.Has("leastWorkingDays") ? entry.Number("leastWorkingDays", 0, 10) : 0,
            calendar);
        if (!_clocks.TryAdd(clock.Id, clock)) throw entry.Wrong("id", $"the clock '{clock.Id}' is there twice; keep one");
    }

    private static readonly string[] Common = ["id", "citation", "checked", "plain", "from", "to", "instruments", "items", "when"];

    private static readonly string[] Effects = ["require", "exclude", "reach", "deadline", "notice", "risk", "propose"];

    private void ReadRule(Entry unnamed, TimeZoneInfo zone)
    {
        var id = unnamed.Text("id");
        var entry = unnamed with { Rule = id };
        entry.Only([.. Common, .. Effects, "otherwise", "holds", "fails", "asks", "before", "ifUnknown", "about"]);
        var effects = Effects.Where(entry.Has).ToList();
        if (effects.Count != 1) throw entry.Wrong(effects.LastOrDefault() ?? "id", $"has {(effects.Count == 0 ? "no effect" : "the effects " + string.Join(" and ", effects))}; one rule has one of {string.Join(", ", Effects)}");
        var from = Date(entry, "from", entry.Text("from"));
        DateOnly? to = entry.Maybe("to") is { } end ? Date(entry, "to", end) : null;
        if (to < from) throw entry.Wrong("to", $"ends on {to:yyyy-MM-dd} before it begins on {from:yyyy-MM-dd}");
        var instruments = entry.Texts("instruments");
        foreach (var instrument in instruments)
            if (!_instruments.ContainsKey(instrument)) throw entry.Wrong("instruments", $"there is no instrument '{instrument}'; the book has {Listed(_instruments.Keys)}");
        var rule = new Rule(id, entry.Text("citation"), entry.Text("plain"), entry.YesNo("checked"), from, to, instruments, entry.Map.File, entry.Map.Line, zone)
        {
            Items = entry.Has("items") ? Conditions.Read(entry, "items", _facts, item: true) : null,
            When = entry.Has("when") ? Conditions.Read(entry, "when", _facts, item: false) : null,
        };
        rule = rule with { Effect = ReadEffect(entry, effects[0], rule) };
        if (rule.Items is not null && rule.Effect is not Effect.Require) throw entry.Wrong("items", "is only for rules with 'require' or 'exclude'; use 'when'");
        if (_byId.TryGetValue(id, out var other)) throw entry.Wrong("id", $"the id is already used in {other.File}, line {other.Line}; each rule has its own");
        _byId.Add(id, rule);
        _rules.Add(rule);
    }

    private Effect ReadEffect(Entry entry, string kind, Rule rule)
    {
        string[] own = kind switch
        {
            "require" => ["otherwise", "holds", "fails", "asks", "before", "ifUnknown", "about"],
            "exclude" => ["otherwise", "asks", "ifUnknown", "about"],
            "reach" => ["otherwise", "holds", "fails"],
            _ => [],
        };
        entry.Only([.. Common, kind, .. own]);
        switch (kind)
        {
            case "require":
                return new Effect.Require(
                    Conditions.Read(entry, kind, _facts, item: false), entry.Word<Otherwise>("otherwise"), entry.Sentence("holds") ?? rule.Plain, entry.Sentence("fails") ?? entry.Text("fails"), entry.Maybe("asks"),
                    entry.OneOf("before", "anyAnswer", "release") == "anyAnswer",
                    entry.Has("ifUnknown") ? entry.Word<IfUnknown>("ifUnknown") : IfUnknown.Ask,
                    entry.OneOf("about", "assistance", "scope") == "assistance");
            case "exclude":
                return new Effect.Require(
                    Condition.Never, entry.Word<Otherwise>("otherwise"), "", entry.Sentence(kind) ?? entry.Text(kind), entry.Maybe("asks"), false,
                    entry.Has("ifUnknown") ? entry.Word<IfUnknown>("ifUnknown") : IfUnknown.Ask,
                    entry.OneOf("about", "assistance", "scope") == "assistance");
            case "reach":
                var reach = entry.Inner("reach");
                reach.Only("categories", "does", "basis");
                var categories = FactName.Categories(string.Join(',', reach.Texts("categories"))) ?? throw reach.Wrong("categories", $"must list some of {Listed(Words<DataCategory>.All)}");
                return new Effect.Reach(
                    categories, reach.OneOf("does", "preserve", "release") == "preserve" ? Handling.Preserve : Handling.Release, reach.OneOf("basis", "policy", "compelled") == "policy",
                    entry.Has("otherwise") ? entry.Word<Otherwise>("otherwise") : Otherwise.Reject, entry.Sentence("holds") ?? rule.Plain, entry.Sentence("fails") ?? entry.Text("fails"));
            case "deadline":
                return ReadDeadline(entry.Inner("deadline"));
            case "notice":
                var notice = entry.Inner("notice");
                notice.Only("by", "notBefore", "reason");
                return new Effect.Notify(notice.Word<NoticeBy>("by"), notice.Maybe("notBefore") is { } name ? InstantName(notice, "notBefore", name) : null, notice.Text("reason"));
            case "risk":
                return new Effect.Risk(entry.Text("risk"));
            default:
                var propose = entry.Inner("propose");
                propose.Only("decision", "says");
                var decision = propose.Word<Decision>("decision");
                if (decision is Decision.Comply or Decision.ComplyInPart or Decision.Undecided) throw propose.Wrong("decision", "a rule cannot propose compliance outright; what is reached and required decides that");
                return new Effect.Propose(decision, propose.Text("says"));
        }
    }

    private Effect.Clocked ReadDeadline(Entry entry)
    {
        entry.Only("what", "starts", "minutes", "hours", "days", "clock", "due");
        var what = entry.Text("what");
        if (entry.Has("due"))
        {
            entry.Only("what", "due");
            return new Effect.Clocked(what, null, 0, TimeUnit.Minutes, null, InstantName(entry, "due", entry.Text("due")));
        }
        var units = Words<TimeUnit>.All.Where(entry.Has).ToList();
        if (units.Count != 1) throw entry.Wrong("what", "needs exactly one of minutes, hours, days");
        Words<TimeUnit>.TryRead(units[0], out var unit);
        var id = entry.Text("clock");
        if (!_clocks.TryGetValue(id, out var clock)) throw entry.Wrong("clock", $"there is no clock '{id}'; the book has {Listed(_clocks.Keys)}");
        return new Effect.Clocked(what, InstantName(entry, "starts", entry.Text("starts")), entry.Number(units[0], 1, 100_000), unit, clock, null);
    }

    private string InstantName(Entry entry, string key, string name) => _facts.TryGetValue(name, out var fact) && fact.Type == FactType.Instant
        ? name
        : throw entry.Wrong(key, $"'{name}' is not a name in facts.yaml whose type is instant");

    // What can only be held against each other when every rule is known.
    private void HoldAgainst(Rule rule)
    {
        Condition?[] conditions = [rule.When, (rule.Effect as Effect.Require)?.Condition];
        foreach (var passed in conditions.OfType<Condition>().SelectMany(c => c.Leaves).OfType<Condition.Passed>())
        {
            if (!_byId.TryGetValue(passed.Rule, out var clocked) || clocked.Effect is not Effect.Clocked)
                throw new RuleBookException($"'passed: {passed.Rule}' names no rule with a deadline; name one", rule.File, rule.Line, rule.Id);
            if (rule.Effect is Effect.Clocked)
                throw new RuleBookException("a deadline cannot wait for another deadline; write the whole period", rule.File, rule.Line, rule.Id);
        }
        if (rule.Effect is Effect.Reach or Effect.Clocked && rule.When?.Names.Contains(Circumstances.Reached) == true)
            throw new RuleBookException($"'{Circumstances.Reached}' is known only after all reach rules; only requirements, risks and proposals may use it", rule.File, rule.Line, rule.Id);
    }

    internal static string Takes(FactName fact) => fact.Type == FactType.Word ? (fact.Values.Count == 0 ? "any word" : Listed(fact.Values)) : $"a value of type {Words<FactType>.Of(fact.Type)}";

    internal static string Listed(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } list ? list : "none";

    private static DateOnly Date(Entry entry, string key, string value) => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
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
