using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Counterseal.Law;
using Counterseal.Law.Tests;
using RulesEngine.Models;

// Assessments a second on one core over the table of cases, in turns with a peer and the floor, so that all three see the same machine.
//   law-bench [SECONDS a turn, default 2] [TURNS, default 5]
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2;
var turns = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
var book = Repository.Book;
var cases = Case.All;
var originals = cases.Select(c => JsonSerializer.SerializeToUtf8Bytes(c.Demand, LawJson.Options)).ToArray();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{book.Rules.Count} rules, {cases.Count} cases of the table, one thread, {turns} turns of {seconds} s"));

var peer = Peer.Of(book);
var findings = 0L;
(string What, Action<int> Run)[] all =
[
    ("counterseal: assess (findings, scope, clocks, changes)", i => { var c = cases[i]; findings += Engine.Assess(c.Demand, c.Facts, book, c.Received, c.AsOf).Findings.Count; }),
    ("the same, and its JSON written", i => { var c = cases[i]; findings += JsonSerializer.SerializeToUtf8Bytes(Engine.Assess(c.Demand, c.Facts, book, c.Received, c.AsOf), LawJson.Options).Length; }),
    ("RulesEngine 6.0.1: the bare conditions, true or false only", i => peer.Run(cases[i])),
    ("floor: the demand read once from its JSON", i => findings += JsonSerializer.Deserialize<Demand>(originals[i], LawJson.Options)!.Scope.Items.Count),
];
var rates = all.Select(_ => new List<double>()).ToList();
foreach (var (_, run) in all)
    for (var i = 0; i < cases.Count; i++) run(i);
for (var turn = 0; turn < turns; turn++)
{
    for (var k = 0; k < all.Length; k++)
    {
        var (done, watch) = (0L, Stopwatch.StartNew());
        while (watch.Elapsed.TotalSeconds < seconds)
            for (var i = 0; i < cases.Count; i++, done++) all[k].Run(i);
        rates[k].Add(done / watch.Elapsed.TotalSeconds);
    }
}
double Median(List<double> of) => of.Order().ElementAt(of.Count / 2);
Console.WriteLine("| what | a second (median) | least | most | × the first |\n|---|---:|---:|---:|---:|");
for (var k = 0; k < all.Length; k++)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {all[k].What} | {Median(rates[k]):N0} | {rates[k].Min():N0} | {rates[k].Max():N0} | {Median(rates[k]) / Median(rates[0]):0.00} |"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:0} MiB"));
return findings > 0 ? 0 : 1;

/// <summary>The bare conditions of the same rules for a general rules engine: one workflow for each instrument, true or false, no scope, no clocks, no questions.</summary>
internal sealed class Peer
{
    private readonly RulesEngine.RulesEngine _engine;
    private readonly HashSet<string> _workflows;

    private Peer(RulesEngine.RulesEngine engine, HashSet<string> workflows) => (_engine, _workflows) = (engine, workflows);

    /// <summary>What a rule sees of a case: recorded facts, and what the demand plainly says.</summary>
    internal sealed class Seen(Case of)
    {
        public string? Get(string name) => of.Facts.Values.TryGetValue(name, out var value) ? value : name switch
        {
            "instrument" => of.Demand.Instrument,
            "emergency" => of.Demand.Emergency == true ? "true" : "false",
            "issuing.country" => of.Demand.Issuing.Country,
            "issuing.kind" => of.Demand.Issuing.Kind.ToString(),
            _ => null,
        };
    }

    public static Peer Of(RuleBook book)
    {
        var workflows = book.Instruments.Keys.Select(instrument => new Workflow
        {
            WorkflowName = instrument,
            Rules = [.. book.Rules.Where(r => r.Instruments.Count == 0 || r.Instruments.Contains(instrument)).Select(r => new RulesEngine.Models.Rule { RuleName = r.Id, Expression = Expression(r) })],
        }).ToArray();
        return new Peer(new RulesEngine.RulesEngine(workflows, new ReSettings { CustomTypes = [typeof(Seen)], EnableFormattedErrorMessage = false }), [.. book.Instruments.Keys]);
    }

    public void Run(Case of)
    {
        if (of.Demand.Instrument is { } instrument && _workflows.Contains(instrument))
            _engine.ExecuteAllRulesAsync(instrument, new Seen(of)).AsTask().GetAwaiter().GetResult();
    }

    // One comparison for each name that the rule reads: fewer than the rule has, never more.
    private static string Expression(Counterseal.Law.Rule rule)
    {
        var names = rule.ReadNames.ToList();
        return names.Count == 0 ? "true" : string.Join(" && ", names.Select(n => $"input1.Get(\"{n}\") != \"never\""));
    }
}
