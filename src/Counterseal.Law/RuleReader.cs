namespace Counterseal.Law;

/// <summary>Reads one rule: what all rules have, then its one effect. The names that it may use are those that the files declare.</summary>
internal sealed class RuleReader(RuleFiles names)
{
    private static readonly string[] Common = ["id", "citation", "checked", "source", "plain", "from", "to", "instruments", "when"];

    /// <summary>Each effect, and the keys that go with it.</summary>
    private static readonly (string Effect, string[] With)[] Effects =
    [
        ("require", ["items", "otherwise", "holds", "fails", "asks", "before", "ifUnknown", "about", "ground", "weight"]),
        ("exclude", ["items", "otherwise", "asks", "ifUnknown", "about", "ground", "weight"]),
        ("suspend", ["items", "until", "asks", "ifUnknown", "ground"]),
        ("reach", ["otherwise", "holds", "fails"]),
        ("narrow", ["items", "holds", "fails", "ground"]),
        ("deadline", []),
        ("notice", []),
        ("route", []),
        ("duty", ["ground"]),
        ("risk", ["ground", "weight"]),
        ("propose", []),
    ];

    /// <summary>One rule, not yet held against the others.</summary>
    /// <exception cref="RuleBookException">It is not as docs/rule-books.md says; the first fault, with its line.</exception>
    public Rule Read(Entry unnamed, TimeZoneInfo zone)
    {
        var id = unnamed.Text("id");
        var entry = unnamed with { Rule = id };
        entry.Only([.. Common, .. Effects.Select(e => e.Effect), .. Effects.SelectMany(e => e.With).Distinct()]);
        var effects = Effects.Where(e => entry.Has(e.Effect)).ToList();
        if (effects.Count != 1) throw entry.Wrong(effects.LastOrDefault().Effect ?? "id", $"has {(effects.Count == 0 ? "no effect" : "the effects " + string.Join(" and ", effects.Select(e => e.Effect)))}; one rule has one of {string.Join(", ", Effects.Select(e => e.Effect))}");
        if (entry.Has("items") && !effects[0].With.Contains("items")) throw entry.Wrong("items", "is only for rules with 'require', 'exclude', 'suspend' or 'narrow'; use 'when'");
        entry.Only([.. Common, effects[0].Effect, .. effects[0].With]);
        var from = RuleFiles.Date(entry, "from", entry.Text("from"));
        DateOnly? to = entry.Maybe("to") is { } end ? RuleFiles.Date(entry, "to", end) : null;
        if (to < from) throw entry.Wrong("to", $"ends on {to:yyyy-MM-dd} before it begins on {from:yyyy-MM-dd}");
        var instruments = entry.Texts("instruments");
        foreach (var instrument in instruments)
            if (!names.Instruments.ContainsKey(instrument)) throw entry.Wrong("instruments", $"there is no instrument '{instrument}'; the book has {RuleFiles.Listed(names.Instruments.Keys)}");
        var isChecked = entry.YesNo("checked");
        if (isChecked && !entry.Has("source") && entry.Map.File.StartsWith("law/", StringComparison.Ordinal)) throw entry.Wrong("checked", "says that the source was read; name what was read under 'source', or write checked: false");
        var rule = new Rule(id, entry.Text("citation"), entry.Text("plain"), isChecked, entry.Maybe("source"), from, to, instruments, entry.Map.File, entry.Map.Line, zone)
        {
            Items = entry.Has("items") ? Condition(entry, "items", item: true) : null,
            When = entry.Has("when") ? Condition(entry, "when", item: false) : null,
            Weight = entry.Has("weight") ? entry.Number("weight", 1, 100) : 0,
            Ground = entry.Maybe("ground") is not { } ground || names.Grounds.ContainsKey(ground) ? entry.Maybe("ground") : throw entry.Wrong("ground", $"there is no ground '{ground}'; the book has {RuleFiles.Listed(names.Grounds.Keys)}"),
        };
        rule = rule with { Effect = ReadEffect(entry, effects[0].Effect, rule) };
        return rule with { Names = NamesOf(rule) };
    }

    // What a finding of the rule shows of the facts, in the order in which they are written.
    private List<FactName> NamesOf(Rule rule)
    {
        IReadOnlyList<FactName?> own = rule.Effect switch
        {
            Effect.Require require => [.. require.Condition.Names],
            Effect.Narrow narrow => (FactName?[])[narrow.NotBefore, narrow.NotAfter],
            Effect.Clocked clocked => (FactName?[])[clocked.At],
            _ => [],
        };
        var shown = (rule.When?.Names ?? []).Concat(own.OfType<FactName>());
        return [.. (rule.Instruments.Count > 0 && names.Facts.TryGetValue("instrument", out var instrument) ? shown.Prepend(instrument) : shown).Distinct()];
    }

    private Condition Condition(Entry entry, string key, bool item) => Conditions.Read(entry, key, names.Facts, names.Groups, item);

    private Effect ReadEffect(Entry entry, string kind, Rule rule)
    {
        var ifUnknown = entry.Has("ifUnknown") ? entry.Word<IfUnknown>("ifUnknown") : kind == "suspend" ? IfUnknown.Pass : IfUnknown.Ask;
        var assistance = entry.OneOf("about", "assistance", "scope") == "assistance";
        switch (kind)
        {
            case "require":
                return new Effect.Require(
                    Condition(entry, kind, item: false), entry.Word<Otherwise>("otherwise"), entry.Sentence("holds") ?? rule.Plain, entry.Sentence("fails") ?? entry.Text("fails"), entry.Maybe("asks"),
                    entry.OneOf("before", "anyAnswer", "release") == "anyAnswer", ifUnknown, assistance);
            case "exclude":
                return new Effect.Require(
                    Law.Condition.Never, entry.Word<Otherwise>("otherwise"), "", entry.Sentence(kind) ?? entry.Text(kind), entry.Maybe("asks"), false, ifUnknown, assistance);
            case "suspend":
                if (!entry.Has("when")) throw entry.Wrong("suspend", "has no 'when'; what never ends is not a suspension, use 'exclude'");
                return new Effect.Require(
                    Law.Condition.Never, Otherwise.Wait, "", entry.Sentence(kind) ?? entry.Text(kind), entry.Maybe("asks"), false, ifUnknown, false, entry.Text("until"));
            case "reach":
                var reach = entry.Inner("reach");
                reach.Only("categories", "does", "basis");
                return new Effect.Reach(
                    RuleFiles.Categories(reach, "categories"), reach.OneOf("does", "preserve", "release") == "preserve" ? Handling.Preserve : Handling.Release, reach.OneOf("basis", "policy", "compelled") == "policy",
                    entry.Has("otherwise") ? entry.Word<Otherwise>("otherwise") : Otherwise.Reject, entry.Sentence("holds") ?? rule.Plain, entry.Sentence("fails") ?? entry.Text("fails"));
            case "narrow":
                var narrow = entry.Inner("narrow");
                narrow.Only("notBefore", "notAfter", "plusDays");
                if (!narrow.Has("notBefore") && !narrow.Has("notAfter")) throw entry.Wrong("narrow", "limits nothing; give notBefore, notAfter or both");
                if (narrow.Has("plusDays") && !narrow.Has("notAfter")) throw narrow.Wrong("plusDays", "moves notAfter, which is missing");
                return new Effect.Narrow(
                    narrow.Has("notBefore") ? InstantName(narrow, "notBefore") : null, narrow.Has("notAfter") ? InstantName(narrow, "notAfter") : null,
                    narrow.Has("plusDays") ? narrow.Number("plusDays", 1, 3660) : 0, entry.Sentence("holds") ?? rule.Plain, entry.Sentence("fails") ?? entry.Text("fails"));
            case "deadline":
                return ReadDeadline(entry.Inner("deadline"));
            case "notice":
                var notice = entry.Inner("notice");
                notice.Only("by", "notBefore", "timing", "atEnd", "reason");
                return new Effect.Notify(
                    notice.Word<NoticeBy>("by"), notice.Has("notBefore") ? InstantName(notice, "notBefore") : null, notice.Has("timing") ? notice.Word<NoticeTiming>("timing") : NoticeTiming.With,
                    [.. notice.Texts("atEnd").Select(w => Words<WhoIsTold>.TryRead(w, out var who) ? who : throw notice.Wrong("atEnd", $"'{w}' is not one of {RuleFiles.Listed(Words<WhoIsTold>.All)}"))], notice.Text("reason"));
            case "route":
                var route = entry.Inner("route");
                route.Only("to", "says");
                return new Effect.Way(route.Word<RouteKind>("to"), route.Text("says"));
            case "duty":
                var duty = entry.Inner("duty");
                duty.Only("do", "says", "by");
                return new Effect.Must(duty.Word<DutyKind>("do"), duty.Text("says"), duty.Maybe("by"));
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

    private static readonly string[] Begins = ["starts", "after", "before", "due"];

    private Effect.Clocked ReadDeadline(Entry entry)
    {
        entry.Only(["what", "kind", .. Begins, .. Words<TimeUnit>.All, "clock"]);
        var what = entry.Text("what");
        var kind = entry.Has("kind") ? entry.Word<DeadlineKind>("kind") : DeadlineKind.Answer;
        var begins = Begins.Where(entry.Has).ToList();
        if (begins.Count != 1) throw entry.Wrong("what", $"needs exactly one of {RuleFiles.Listed(Begins)}");
        if (begins[0] == "due")
        {
            entry.Only("what", "kind", "due");
            return new Effect.Clocked(what, kind, ClockFrom.Due, InstantName(entry, "due"), null, 0, TimeUnit.Minutes, null);
        }
        var units = Words<TimeUnit>.All.Where(entry.Has).ToList();
        if (units.Count != 1) throw entry.Wrong("what", $"needs exactly one of {RuleFiles.Listed(Words<TimeUnit>.All)}");
        Words<TimeUnit>.TryRead(units[0], out var unit);
        var amount = entry.Number(units[0], 1, unit == TimeUnit.Months ? 1200 : 100_000);
        if (begins[0] == "before")
        {
            entry.Only("what", "kind", "before", units[0]);
            return unit is TimeUnit.Days or TimeUnit.Hours
                ? new Effect.Clocked(what, kind, ClockFrom.Before, InstantName(entry, "before"), null, amount, unit, null)
                : throw entry.Wrong(units[0], "before an instant, hours or days are counted");
        }
        var id = entry.Text("clock");
        if (!names.Clocks.TryGetValue(id, out var clock)) throw entry.Wrong("clock", $"there is no clock '{id}'; the book has {RuleFiles.Listed(names.Clocks.Keys)}");
        return begins[0] == "after"
            ? new Effect.Clocked(what, kind, ClockFrom.Starts, null, entry.Text("after"), amount, unit, clock)
            : new Effect.Clocked(what, kind, ClockFrom.Starts, InstantName(entry, "starts"), null, amount, unit, clock);
    }

    private FactName InstantName(Entry entry, string key)
    {
        var name = entry.Text(key);
        return names.Facts.GetValueOrDefault(name) is { Type: FactType.Instant } fact ? fact : throw entry.Wrong(key, $"'{name}' is not a name in facts.yaml whose type is instant");
    }
}
