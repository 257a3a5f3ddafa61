using Counterseal.Law;

namespace Counterseal.Intake;

/// <summary>
/// What letters are drafted from: the demand and what may be said of it. Made by <see cref="Of"/> alone, the one place where an
/// assessment is turned into words for outside.
/// </summary>
public sealed record Matter
{
    /// <summary>The demand, as read.</summary>
    public required Demand Demand { get; init; }

    /// <summary>When it was received, UTC.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The time of the assessment, and the date of the draft, UTC.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Digest of the rule book.</summary>
    public required string Book { get; init; }

    /// <summary>The kind of legal process by its name and citation; <c>null</c> where it is not known.</summary>
    public Instrument? Instrument { get; init; }

    /// <summary>What the law leads to, as if there were data.</summary>
    public required Decision Proposed { get; init; }

    /// <summary>The identifiers, with what is permitted and left out of each.</summary>
    public required IReadOnlyList<MatterItem> Items { get; init; }

    /// <summary>The grounds on which we say no, those that decide before those that only raise a doubt, otherwise in the order of the book.</summary>
    public required IReadOnlyList<Said> Objections { get; init; }

    /// <summary>What fails besides the objections, and may be said; for a court.</summary>
    public required IReadOnlyList<Said> Findings { get; init; }

    /// <summary>What the authority may be asked, in the book's words.</summary>
    public required IReadOnlyList<string> Asks { get; init; }

    /// <summary>Which way the authority is sent.</summary>
    public required RouteKind Route { get; init; }

    /// <summary>Why, where that may be said.</summary>
    public required Said RouteSaid { get; init; }

    /// <summary>Deadlines that may be named: not our own promises, nor when something is destroyed.</summary>
    public required IReadOnlyList<Deadline> Deadlines { get; init; }

    /// <summary>What holds the execution up.</summary>
    public required IReadOnlyList<(Said Said, string Until)> Suspended { get; init; }

    /// <summary>What is called back.</summary>
    public required IReadOnlyList<(Said Said, DateTimeOffset? Due)> Recalls { get; init; }

    /// <summary>Who tells the customer; <see cref="NoticeBy.Nobody"/> where nothing may be said of it.</summary>
    public required Notice Notice { get; init; }

    /// <summary>Whether what is demanded is kept meanwhile, so far as there is anything.</summary>
    public required bool Kept { get; init; }

    /// <summary>The country whose law is said to be in the way (ISO 3166-1 alpha-2); <c>null</c> where nobody says so.</summary>
    public string? ConflictWith { get; init; }

    /// <summary>The grounds of the book, by id.</summary>
    public required IReadOnlyDictionary<string, Ground> Grounds { get; init; }

    /// <summary>The letters that this calls for, the most pressing first; empty where there is nothing to answer but the data.</summary>
    public required IReadOnlyList<string> CalledFor { get; init; }

    /// <summary>What counsel must know before anything is sent, for the house alone; <c>null</c> where there is nothing.</summary>
    public string? Caution { get; init; }

    /// <summary>Assesses a demand and keeps of it what may go outside.</summary>
    /// <param name="demand">As read from the original.</param>
    /// <param name="facts">What people have established. What they say of data, customer and sender is used and not told.</param>
    /// <param name="book">The rules.</param>
    /// <param name="received">When it was received.</param>
    /// <param name="asOf">The time the draft is made for.</param>
    public static Matter Of(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, DateTimeOffset asOf)
    {
        var uncounted = Discretion.Uncounted(facts);
        var whole = Engine.Assess(demand, uncounted, book, received, asOf);
        var open = Engine.Assess(Discretion.Open(demand), Discretion.Open(facts), book, received, asOf);
        var sayable = new Sayable(open);
        var signs = whole.Findings.GroupBy(f => f.Rule, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Any(f => f.Sign == Sign.Fails), StringComparer.Ordinal);
        var objections = whole.Objections.OrderByDescending(o => signs.GetValueOrDefault(o.Rule)).Select(sayable.Of).ToList();
        var asks = whole.Questions.Where(q => book.Facts.TryGetValue(q.Fact, out var fact) && Discretion.MayBeAsked(fact)).Select(q => book.Facts[q.Fact].Question).ToList();
        var instrument = demand.Instrument ?? facts.Values.GetValueOrDefault("instrument");
        return new()
        {
            Demand = demand,
            Received = received.ToUniversalTime(),
            AsOf = whole.AsOf,
            Book = book.Digest,
            Instrument = instrument is null ? null : book.Instruments.GetValueOrDefault(instrument),
            Proposed = whole.Proposed,
            Items = Split(demand, uncounted, book, received, whole, sayable),
            Objections = objections,
            Findings = [.. whole.Findings.Where(f => f.Sign == Sign.Fails && whole.Objections.All(o => o.Rule != f.Rule) && sayable.Of(f.Rule, f.Sentence) is not null).Select(f => new Said("", f.Sentence, f.Citation))],
            Asks = asks,
            Route = whole.Route.To,
            RouteSaid = new("", sayable.Of(whole.Route.Rule, whole.Route.Sentence), whole.Route.Citation),
            Deadlines = [.. whole.Deadlines.Where(d => d.Kind is not (DeadlineKind.Retention or DeadlineKind.Target) && open.Deadlines.Any(o => o.Rule == d.Rule && o.Due == d.Due)).Select(d => NamesFact(d.Counted, book) ? d with { Counted = "" } : d)],
            Suspended = [.. whole.Suspended.Select(s => (new Said("", sayable.Of(s.Rule, s.Sentence), s.Citation), s.Until))],
            Recalls = [.. whole.Duties.Where(d => d.Do == DutyKind.Recall).Select(d => (new Said("", sayable.Of(d.Rule, d.Sentence), d.Citation), d.Due))],
            Notice = whole.Notice.By == open.Notice.By && whole.Notice.Rule == open.Notice.Rule ? whole.Notice : whole.Notice with { By = NoticeBy.Nobody },
            Kept = open.Preserve.Items.Count > 0,
            ConflictWith = facts.Values.GetValueOrDefault("conflict.country"),
            Grounds = book.Grounds,
            CalledFor = Letters.CalledFor(whole, objections, asks.Count > 0, facts.Values.GetValueOrDefault("authenticated") == "false"),
            Caution = facts.Values.GetValueOrDefault("authenticated") switch
            {
                "true" => null,
                "false" => "the demand is not from whom it says, and nothing is told to its sender",
                _ => "it is not established from whom the demand is, and nothing is sent before that",
            },
        };
    }

    // Each identifier and category is assessed by itself as well: that says which of the whole demand's objections are about it.
    private static IReadOnlyList<MatterItem> Split(Demand demand, Facts facts, RuleBook book, DateTimeOffset received, Assessment whole, Sayable sayable)
    {
        var raised = whole.Objections.Select(o => (o.Rule, o.Ground)).ToHashSet();
        var met = new HashSet<(string, string)>();
        var alone = new List<IReadOnlyList<Said>>();
        foreach (var item in demand.Scope.Items)
        {
            var reasons = new Dictionary<(string, string), Said>();
            foreach (var cell in item.Categories.Count == 0 ? [item] : item.Categories.Select(c => item with { Categories = [c] }))
            {
                foreach (var o in Engine.Assess(demand with { Scope = new([cell]) }, facts, book, received, whole.AsOf).Objections)
                {
                    if (!raised.Contains((o.Rule, o.Ground))) continue;
                    met.Add((o.Rule, o.Ground));
                    reasons.TryAdd((o.Rule, o.Ground), sayable.Of(whole.Objections.First(w => w.Rule == o.Rule && w.Ground == o.Ground)));
                }
            }
            alone.Add([.. reasons.Values]);
        }

        // What only the demand as a whole meets (too many people, all of it out of reach) is about every identifier.
        var common = whole.Objections.Where(o => !met.Contains((o.Rule, o.Ground))).Select(sayable.Of).ToList();
        return [.. demand.Scope.Items.Select((item, i) => new MatterItem(
            item, Scope.Intersect(new([item]), whole.Permitted).Items, whole.Proposed == Decision.Undecided,
            [.. alone[i].Concat(common).OrderBy(s => IndexOf(whole.Objections, s))]))];
    }

    // "The instant that secrecy.until holds" is for us.
    private static bool NamesFact(string words, RuleBook book) => book.Facts.Keys.Any(name => name.Contains('.', StringComparison.Ordinal) && words.Contains(name, StringComparison.Ordinal));

    private static int IndexOf(IReadOnlyList<Objection> objections, Said said) => objections.TakeWhile(o => o.Rule != said.Rule || o.Ground != said.Ground).Count();

    // A sentence may be said when it would be said just so by somebody who knows nothing that stays in the house.
    private sealed class Sayable(Assessment open)
    {
        private readonly HashSet<(string?, string)> _said =
        [
            .. open.Findings.Select(f => ((string?)f.Rule, f.Sentence)), .. open.Objections.Select(o => ((string?)o.Rule, o.Sentence)),
            .. open.Duties.Select(d => ((string?)d.Rule, d.Sentence)), .. open.Suspended.Select(s => ((string?)s.Rule, s.Sentence)), (open.Route.Rule, open.Route.Sentence),
        ];

        public Said Of(Objection o) => new(o.Name, Of(o.Rule, o.Sentence), o.Citation) { Ground = o.Ground, Letter = o.Letter, Rule = o.Rule };

        public string? Of(string? rule, string sentence) => _said.Contains((rule, sentence)) ? sentence : null;
    }
}

/// <summary>Something of the assessment that goes into a letter.</summary>
/// <param name="Name">What people call the ground; empty where there is none.</param>
/// <param name="Sentence">The finding's sentence; <c>null</c> where it would tell what stays in the house, so that counsel words it.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record Said(string Name, string? Sentence, string Citation)
{
    /// <summary>The ground's id, where there is one.</summary>
    public string? Ground { get; init; }

    /// <summary>The letter that the ground names.</summary>
    public string? Letter { get; init; }

    /// <summary>The rule that raised it.</summary>
    public string? Rule { get; init; }
}

/// <summary>One identifier of the demand.</summary>
/// <param name="Demanded">As demanded.</param>
/// <param name="Permitted">What of it the law permits; nothing while that is open.</param>
/// <param name="Open">Whether that is open.</param>
/// <param name="Reasons">The objections that concern it.</param>
public sealed record MatterItem(ScopeItem Demanded, IReadOnlyList<ScopeItem> Permitted, bool Open, IReadOnlyList<Said> Reasons);
