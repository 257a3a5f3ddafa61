// tally-bench [DEMANDS, 50] [VERIFIED, 50000]: synthetic demands, each with a received and a closed leaf of five tables (kind and four of 256 places), proven on all cores and verified on all; then opened and the opening verified.
// To verify as many as asked without proving each, the proven ones are taken again and again at their own places: the work for a leaf is the same.
using System.Diagnostics;
using System.Globalization;
using Counterseal.Tally;

var demands = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
var verified = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 50_000;
string[] cells = [.. Enumerable.Range(0, 40).Select(i => $"cell {i}")];
var schema = new TallySchema([.. ((string[])["country", "instrument", "outcome", "received in"]).Select(name => new TallyTable(name, cells))]);
var key = new byte[32];
const string origin = "bench.example";
var process = Process.GetCurrentProcess();

LeafSecret[] secrets = [.. Enumerable.Range(0, 2 * demands).Select(i => i % 2 == 0 ? LeafSecret.Uncounted(schema, LeafKind.Received, $"demand {i / 2}") : LeafSecret.Closed(schema, [.. Enumerable.Range(0, 4).Select(t => cells[(i / 2 * (t + 3)) % 40])], i - 1))];
// One after another, for the time of one; then the rest on all cores.
var leaves = new (LeafPlace Place, TallyLeaf Leaf)[secrets.Length];
var alone = new List<double>();
for (var i = 0; i < Math.Min(secrets.Length, 40); i++)
{
    var start = Stopwatch.GetTimestamp();
    Prove(i);
    alone.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}
alone.Sort();
process.Refresh();
var before = process.TotalProcessorTime;
var clock = Stopwatch.StartNew();
Parallel.For(alone.Count, secrets.Length, Prove);
process.Refresh();
var cpu = (process.TotalProcessorTime - before).TotalMilliseconds;
Print($"{Environment.ProcessorCount} cores; a leaf has {TallyLeaf.SizeOf(schema)} bytes");
Print($"proving a leaf, one after another: median {alone[alone.Count / 2]:F0} ms, most {alone[^1]:F0} ms of wall time ({alone.Count} leaves)");
if (secrets.Length > alone.Count)
    Print($"proving {secrets.Length - alone.Count} leaves ({demands} demands) on all cores: {clock.Elapsed.TotalSeconds:F1} s wall, {cpu / (secrets.Length - alone.Count):F0} ms of processor a leaf");

process.Refresh();
before = process.TotalProcessorTime;
clock.Restart();
for (var done = 0; done < verified; done += TallyCheck.Batch)
{
    var batch = Enumerable.Range(done, Math.Min(TallyCheck.Batch, verified - done)).Select(i => leaves[i % leaves.Length]).ToList();
    if (!TallyCheck.Holds(schema, batch, CancellationToken.None))
        throw new InvalidOperationException("an honest leaf does not hold");
}
process.Refresh();
cpu = (process.TotalProcessorTime - before).TotalSeconds;
Print($"verifying {verified} leaves: {clock.Elapsed.TotalSeconds:F1} s wall, {cpu:F1} s processor ({cpu / Environment.ProcessorCount:F1} s on {Environment.ProcessorCount} idle cores), {cpu * 1000 / verified:F2} ms a leaf; most memory {process.PeakWorkingSet64 / 1048576} MiB");

// The opening of all of them as one period, with every named cell of a table behind an interval, which is the most work there can be.
var counts = schema.Tables.Select((_, t) => new long[TallySchema.Places(t)]).ToArray();
var blindings = schema.Tables.Select(_ => Scalar.Zero).ToArray();
var sums = schema.Tables.Select(_ => Point.Identity).ToArray();
for (var i = 0; i < secrets.Length; i++)
{
    for (var t = 0; t < counts.Length; t++)
    {
        counts[t][secrets[i].Places[t]]++;
        blindings[t] += secrets[i].Blindings[t];
        sums[t] += leaves[i].Leaf.Commitments[t];
    }
}
IReadOnlyDictionary<int, (long, long)>[] hidden = [new Dictionary<int, (long, long)>(), .. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 40).ToDictionary(place => place, _ => (0L, (long)demands)))];
clock.Restart();
var opening = PeriodOpening.Make(schema, new PeriodLeaves(origin, 0, 0, secrets.Length, new byte[32]), counts, blindings, hidden, key);
Print($"opening the period, 160 intervals: {clock.Elapsed.TotalSeconds:F1} s, {TallyFile.OpeningBytes(opening).Length / 1024} KiB");
clock.Restart();
if (opening.Faults(schema, sums).Count > 0)
    throw new InvalidOperationException("an honest opening does not hold");
Print($"verifying the opening: {clock.Elapsed.TotalSeconds:F1} s");
return 0;

void Prove(int i)
{
    var place = new LeafPlace(origin, i, 0);
    leaves[i] = (place, TallyLeaf.Read(schema, LeafMaking.Make(schema, place, secrets[i], key)));
}

static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
