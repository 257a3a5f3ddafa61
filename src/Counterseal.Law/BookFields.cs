using System.Globalization;

namespace Counterseal.Law;

/// <summary>What a book says of one thing, key by key, as people read it; what two books say can be held side by side.</summary>
internal static class BookFields
{
    /// <summary>What a rule says, by the keys of the rule file; keys that it leaves out are not there.</summary>
    public static IReadOnlyList<(string Key, string Words)> Of(Rule rule)
    {
        IReadOnlyList<(string, string?)> common =
        [
            ("citation", rule.Citation), ("checked", YesNo(rule.Checked)), ("source", rule.Source), ("from", Date(rule.From)), ("to", rule.To is { } to ? Date(to) : null), ("zone", rule.Zone.Id),
            ("instruments", rule.Instruments.Count == 0 ? null : string.Join(", ", rule.Instruments)), ("plain", rule.Plain),
            ("items", rule.Items is { } items ? ConditionText.Of(items) : null), ("when", rule.When is { } when ? ConditionText.Of(when) : null),
            ("weight", rule.Weight == 0 ? null : Number(rule.Weight)), ("ground", rule.Ground),
        ];
        return Filled(common.Concat(Of(rule.Effect)));
    }

    private static IEnumerable<(string, string?)> Of(Effect effect) => effect switch
    {
        Effect.Require { Until: { } until } held => [("suspend", held.Fails), ("until", until), .. Guarded(held)],
        Effect.Require excluded when ReferenceEquals(excluded.Condition, Condition.Never) => [("exclude", excluded.Fails), ("otherwise", Words<Otherwise>.Of(excluded.Otherwise)), .. Guarded(excluded)],
        Effect.Require require =>
        [
            ("require", ConditionText.Of(require.Condition)), ("otherwise", Words<Otherwise>.Of(require.Otherwise)), ("holds", require.Holds), ("fails", require.Fails),
            ("before", require.BeforeAnyAnswer ? "anyAnswer" : null), .. Guarded(require),
        ],
        Effect.Reach reach =>
        [
            ("reach", Categories(reach.Categories)), ("does", Words<Handling>.Of(reach.Does)), ("basis", reach.Policy ? "policy" : "compelled"), ("otherwise", Words<Otherwise>.Of(reach.Otherwise)),
            ("holds", reach.Holds), ("fails", reach.Fails),
        ],
        Effect.Narrow narrow => [("narrow", MatrixNeed.Limits(narrow)), ("holds", narrow.Holds), ("fails", narrow.Fails)],
        Effect.Clocked clocked => [("deadline", clocked.What), ("counted", MatrixMaker.Counted(clocked)), ("clock", clocked.Clock?.Id)],
        Effect.Notify notify => [("notice", MatrixMaker.Told(notify)), ("reason", notify.Reason)],
        Effect.Way way => [("route", Words<RouteKind>.Of(way.To)), ("says", way.Says)],
        Effect.Must must => [("duty", Words<DutyKind>.Of(must.Do)), ("says", must.Says), ("by", must.By)],
        Effect.Risk risk => [("risk", risk.Says)],
        Effect.Propose propose => [("propose", Words<Decision>.Of(propose.Decision)), ("says", propose.Says)],
        _ => throw new InvalidOperationException($"an effect of a kind that is not known here: {effect.GetType().Name}"),
    };

    private static IEnumerable<(string, string?)> Guarded(Effect.Require require) =>
        [("asks", require.Asks), ("ifUnknown", Words<IfUnknown>.Of(require.IfUnknown)), ("about", require.Assistance ? "assistance" : null)];

    /// <summary>What a book declares besides rules: each thing by what it is and its id, with its keys.</summary>
    public static Dictionary<(string What, string Id), IReadOnlyList<(string Key, string Words)>> Of(RuleBook book)
    {
        var things = new Dictionary<(string, string), IReadOnlyList<(string, string)>>();
        void Add(string what, string id, params IEnumerable<(string, string?)> fields)
        {
            // Marks, agencies and reasons have no id of their own; the second of one name is told apart by its number.
            var name = id;
            for (var n = 2; !things.TryAdd((what, name), Filled(fields)); n++) name = $"{id} ({n})";
        }
        foreach (var fact in book.Facts.Values)
            Add("name", fact.Name, ("source", Words<FactSource>.Of(fact.Source)), ("type", Words<FactType>.Of(fact.Type)), ("values", Listed(fact.Values)), ("silent", fact.Silent), ("overrides", fact.Overrides ? "true" : null), ("meaning", fact.Meaning), ("question", fact.Question));
        foreach (var instrument in book.Instruments.Values)
            Add("instrument", instrument.Id, ("name", instrument.Name), ("citation", instrument.Citation), ("implies", Listed(instrument.Implies.Select(i => $"{i.Key} = {i.Value}"))));
        foreach (var group in book.Groups.Values)
            Add("group", group.Id, ("citation", group.Citation), ("members", Listed(group.Members.Select(Member))));
        foreach (var ground in book.Grounds.Values)
            Add("ground", ground.Id, ("name", ground.Name), ("citation", ground.Citation), ("letter", ground.Letter));
        foreach (var mark in book.Marks) Add("mark", string.Join(", ", mark.Countries), ("words", Listed(mark.Words)));
        foreach (var agency in book.Agencies) Add("agency", agency.Name, ("country", agency.Country), ("domains", Listed(agency.Domains)));
        foreach (var calendar in book.Calendars.Values)
            Add("calendar", calendar.Id, ("country", calendar.Country), ("source", calendar.Source), ("years", Listed(calendar.Years.Order().Select(y => Number(y)))), ("days", Listed(calendar.Days.Order().Select(Date))));
        foreach (var clock in book.Clocks.Values)
        {
            Add("clock", clock.Id, ("zone", clock.Zone.Id), ("citation", clock.Citation), ("hours", clock.HoursFromNext ? "fromNextHour" : "atOnce"), ("hoursEndingOnRestDay", clock.HoursShift ? "sameHourNextWorkingDay" : "stay"),
                ("daysEndingOnRestDay", clock.DaysShift ? "nextWorkingDay" : "stay"), ("leastWorkingDays", clock.LeastWorkingDays == 0 ? null : Number(clock.LeastWorkingDays)), ("calendar", clock.Calendar?.Id), ("calendarOf", clock.CalendarOf?.Name));
        }
        foreach (var (name, value) in book.Company) Add("company's value", name, ("value", value));
        foreach (var gap in book.Gaps)
            Add("reason for a gap", gap.Instrument, ("categories", gap.Categories.Count == 0 ? null : Categories(gap.Categories)), ("issuing", Listed(gap.Issuing.Select(Words<AuthorityKind>.Of))), ("reason", gap.Reason));
        return things;
    }

    private static List<(string, string)> Filled(IEnumerable<(string Key, string? Words)> fields) => [.. fields.Where(f => !string.IsNullOrEmpty(f.Words)).Select(f => (f.Key, f.Words!))];

    private static string Member(CountryGroup.Member member) =>
        member.Country + (member.From == DateTimeOffset.MinValue ? "" : $" from {Instant.Text(member.From)}") + (member.To == DateTimeOffset.MaxValue ? "" : $" until {Instant.Text(member.To)}");

    private static string? Listed(IEnumerable<string> words) => string.Join(", ", words) is { Length: > 0 } list ? list : null;

    private static string Categories(IEnumerable<DataCategory> categories) => string.Join(", ", categories.Order().Select(Words<DataCategory>.Of));

    private static string YesNo(bool value) => value ? "true" : "false";

    private static string Date(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);
}
