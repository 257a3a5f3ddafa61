// tally-bench [PROVEN, 200] [VERIFIED, 50000]: leaves of five tables (kind and four of 256 places), proven on one core and verified on all.
// To verify as many as asked without proving each, the proven ones are taken again and again at their own places: the work for a leaf is the same.
using System.Diagnostics;
using System.Globalization;
using Counterseal.Tally;

var proven = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
var verified = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 50_000;
string[] cells = [.. Enumerable.Range(0, 40).Select(i => $"cell {i}")];
var schema = new TallySchema([.. ((string[])["country", "instrument", "outcome", "received in"]).Select(name => new TallyTable(name, cells))]);
var key = new byte[32];
var leaves = new List<(LeafPlace Place, TallyLeaf Leaf)>();
var each = new List<double>();
for (var i = 0; i < proven; i++)
{
    var place = new LeafPlace("bench.example", i, 0);
    var secret = i % 4 == 0 ? LeafSecret.Uncounted(schema, LeafKind.Cover, "") : LeafSecret.Closed(schema, [.. Enumerable.Range(0, 4).Select(t => cells[(i * (t + 3)) % 40])], i);
    var start = Stopwatch.GetTimestamp();
    var bytes = LeafMaking.Make(schema, place, secret, key);
    each.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    leaves.Add((place, TallyLeaf.Read(schema, bytes)));
}
each.Sort();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores; a leaf has {TallyLeaf.SizeOf(schema)} bytes"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"proving a leaf, one core: median {each[each.Count / 2]:F0} ms, 90th percentile {each[each.Count * 9 / 10]:F0} ms, most {each[^1]:F0} ms ({proven} leaves)"));
var clock = Stopwatch.StartNew();
var used = Process.GetCurrentProcess().TotalProcessorTime;
for (var done = 0; done < verified; done += TallyCheck.Batch)
{
    var batch = Enumerable.Range(done, Math.Min(TallyCheck.Batch, verified - done)).Select(i => leaves[i % leaves.Count]).ToList();
    if (!TallyCheck.Holds(schema, batch, CancellationToken.None))
        throw new InvalidOperationException("an honest leaf does not hold");
}
var processor = (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"verifying {verified} leaves: {clock.Elapsed.TotalSeconds:F1} s wall, {processor:F1} s processor, {processor * 1000 / verified:F2} ms a leaf; most memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB"));
return 0;
