// Whole processes to set beside age, cat and sha256sum: each reads standard input or a file once, and ends.
//   seal-bench encrypt age1…            standard input → standard output, as age -r
//   seal-bench decrypt KEYFILE          standard input → standard output, as age -d -i
//   seal-bench seal FILE FOLDER         FILE as one stream of 64 KiB records → FOLDER/NAME.age, synced, and NAME.counterseal
//   seal-bench package FILE FOLDER      the same, verified and opened again, each timed
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;

switch (args)
{
    case ["encrypt", var recipient]:
        using (var output = Console.OpenStandardOutput())
        using (var input = Console.OpenStandardInput())
        using (var age = Age.Encrypt(output, [AgeRecipient.Parse(recipient)]))
            input.CopyTo(age, 1024 * 1024);
        return 0;
    case ["decrypt", var keyFile]:
        using (var output = Console.OpenStandardOutput())
        using (var input = Console.OpenStandardInput())
        using (var identity = AgeIdentity.Parse(File.ReadAllText(keyFile)))
        using (var plain = Age.Decrypt(input, [identity]))
            plain.CopyTo(output, 1024 * 1024);
        return 0;
    case ["seal", var file, var folder]:
        Seal(file, folder, AgeIdentity.Generate(), new Watch());
        return 0;
    case ["package", var file, var folder]:
        Package(file, folder);
        return 0;
    default:
        Console.Error.WriteLine("seal-bench encrypt RECIPIENT | decrypt KEYFILE | seal FILE FOLDER | package FILE FOLDER");
        return 2;
}

static (string Common, Trust Trust) Seal(string path, string folder, AgeIdentity officer, Watch watch)
{
    using var gate = NoteSigner.Generate("gate.example");
    using var log = NoteSigner.Generate("ledger.example");
    var order = "{}"u8.ToArray();
    var now = DateTimeOffset.UtcNow;
    var facts = new PackageFacts("gate.example", true, order, "01J8Z3K4M5N6P7Q8R9S0T1V2W3", new string('a', 64), [], "", PackageRecipients.Of(officer.Recipient), "bench", now);
    var staging = Path.Combine(folder, "staging");
    SealStatement statement;
    using (var age = new FileStream(staging, FileMode.Create, FileAccess.Write, FileShare.None, 0))
    using (var writer = new PackageWriter(age, facts))
    using (var input = File.OpenRead(path))
    {
        writer.Begin("A-1/content", "mbox");
        var record = new byte[64 * 1024];
        for (int read; (read = input.ReadAtLeast(record, record.Length, false)) > 0;)
        {
            writer.Write(record.AsSpan(0, read));
            writer.EndRecord();
        }
        writer.End();
        statement = writer.Finish(new CollectionReport([], []));
        age.Flush(flushToDisk: true);
    }
    Say("sealed", new FileInfo(path).Length, watch);

    var sealedEvent = CanonicalJson.Canonicalize(System.Text.Encoding.UTF8.GetBytes(new JsonObject
    {
        ["v"] = 1,
        ["type"] = "sealed",
        ["demand"] = facts.DemandId,
        ["by"] = facts.Gate,
        ["at"] = "2026-01-01T00:00:00Z",
        ["version"] = 0,
        ["body"] = new JsonObject { ["order"] = statement.Order, ["statement"] = statement.Digest },
    }.ToJsonString()));
    var salt = new byte[32];
    var leaf = new Leaf(new byte[32], Commitment.Of(salt, sealedEvent));
    var proof = new TlogProof(0, [], new Checkpoint("ledger.example", 1, Merkle.LeafHash(leaf.Bytes)).Sign(log));
    File.Move(staging, Path.Combine(folder, statement.Name + ".age"), overwrite: true);
    File.WriteAllBytes(Path.Combine(folder, statement.Name + ".counterseal"), SealFile.Make(statement, sealedEvent, salt, leaf, proof, gate));

    return (Path.Combine(folder, statement.Name), new Trust(gate.Verifier.ToString(), log.Verifier.ToString()));
}

static void Package(string path, string folder)
{
    using var officer = AgeIdentity.Generate();
    var bytes = new FileInfo(path).Length;
    var watch = new Watch();
    var (common, trust) = Seal(path, folder, officer, watch);
    watch.Restart();
    foreach (var check in Counterseal.Custody.Package.Verify(common, trust, CancellationToken.None))
    {
        if (!check.Holds)
            throw new InvalidDataException($"{check.What}: {check.Where}");
    }
    Say("verified", bytes, watch);
    watch.Restart();
    Counterseal.Custody.Package.Open(common, trust, officer, common + ".opened", CancellationToken.None);
    Say("opened", bytes, watch);
}

static void Say(string what, long bytes, Watch watch) =>
    Console.WriteLine($"{what,-10} {watch.Wall,7:F2} s {bytes / 1e6 / watch.Wall,7:F0} MB/s   processor {watch.Processor,6:F2} s {bytes / 1e6 / watch.Processor,7:F0} MB/s   most memory so far {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:F0} MiB");

internal sealed class Watch
{
    private long start = Stopwatch.GetTimestamp();
    private TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime;

    public double Wall => Stopwatch.GetElapsedTime(start).TotalSeconds;

    public double Processor => (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds;

    public void Restart() => (start, used) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
}
