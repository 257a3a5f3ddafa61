namespace Counterseal.Law;

/// <summary>An instrument and an instant of receipt: what decides which rules are law for a demand.</summary>
/// <param name="Instrument">The instrument; <c>null</c> while it is unknown.</param>
/// <param name="Received">The instant.</param>
internal readonly record struct Setting(string? Instrument, DateTimeOffset Received)
{
    /// <summary>
    /// The settings in which all of some rules are law, one for each difference that their conditions could notice: what the instrument implies, and who is a member
    /// of a group. Empty when the rules are never law together for one instrument.
    /// </summary>
    /// <param name="book">The book.</param>
    /// <param name="rules">The rules that are law in each setting; one or more.</param>
    /// <param name="beside">Rules that may be law or not, and matter where they are.</param>
    public static IReadOnlyList<Setting> Of(RuleBook book, IReadOnlyList<Rule> rules, IReadOnlyList<Rule>? beside = null)
    {
        var begins = rules.Max(r => r.Begins);
        var ends = rules.Min(r => r.Ends);
        if (begins >= ends) return [];
        IReadOnlyList<Rule> others = beside ?? [];
        var conditions = rules.Concat(others).SelectMany(r => Conditions(r)).ToList();
        var clocks = Clocks(book, conditions);
        conditions.AddRange(clocks.Select(c => c.When).OfType<Condition>());
        var names = conditions.SelectMany(c => c.Names).Distinct().ToList();
        IEnumerable<DateTimeOffset> changes = conditions.SelectMany(c => c.Leaves).OfType<Condition.Is>().SelectMany(l => l.Group?.Members ?? []).SelectMany(m => new[] { m.From, m.To })
            .Concat(clocks.Concat(others).SelectMany(c => new[] { c.Begins, c.Ends }));
        List<DateTimeOffset> instants = [begins, .. changes.Where(at => at > begins && at < ends).Distinct().Order()];
        IEnumerable<string?> instruments = ((IEnumerable<string?>)[null, .. book.Instruments.Keys]).Where(i => rules.All(r => r.SpeaksOf(i)));
        // An instrument matters by its own name, by what it implies, and by the rules that speak of it.
        string Noticed(string? instrument) => string.Join('\n', names.Select(n =>
                n.Name == book.InstrumentName.Name ? instrument : instrument is null ? null : book.Instruments[instrument].Implies.GetValueOrDefault(n.Name)))
            + string.Join('\n', clocks.Concat(others).Select(c => c.SpeaksOf(instrument)));
        return [.. from instrument in instruments.DistinctBy(Noticed) from at in instants select new Setting(instrument, at)];
    }

    /// <summary>The conditions that a rule holds.</summary>
    public static IEnumerable<Condition> Conditions(Rule rule) =>
        new[] { rule.When, rule.Items, (rule.Effect as Effect.Require)?.Condition }.OfType<Condition>();

    // The rules whose deadlines the conditions speak of, and those that these hang on.
    private static List<Rule> Clocks(RuleBook book, IEnumerable<Condition> conditions)
    {
        var found = new List<Rule>();
        var next = new Queue<string>(conditions.SelectMany(c => c.Leaves).OfType<Condition.Passed>().Select(p => p.Rule));
        while (next.TryDequeue(out var id))
        {
            var rule = book.ById[id];
            if (found.Contains(rule)) continue;
            found.Add(rule);
            foreach (var (_, other) in RuleFiles.Clocked(rule)) next.Enqueue(other);
        }
        return found;
    }
}
