using System.Security.Cryptography;
using Counterseal.Bench;
using Counterseal.Custody;
using Counterseal.Law;

// What bench/mailbox.sh runs, one process for each measurement:
//   generate FOLDER MEGABYTES    makes FOLDER/mail/large.mbox and FOLDER/accounts.ndjson
//   count|hash|seal|traffic FOLDER [FROM TO]
switch (args)
{
    case ["generate", var folder, var megabytes]:
        LargeMailbox.Write(folder, long.Parse(megabytes, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000);
        return 0;
    case [("count" or "hash" or "seal" or "traffic") and var what, var folder, .. var range]:
        Collect(what, folder, range is [var from, var to] ? (Instant(from), Instant(to)) : (Instant("2026-01-01T00:00:00Z"), Instant("2027-01-01T00:00:00Z")));
        return 0;
    default:
        Console.Error.WriteLine("generate FOLDER MEGABYTES | count|hash|seal|traffic FOLDER [FROM TO]");
        return 2;
}

static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

static void Collect(string what, string folder, (DateTimeOffset From, DateTimeOffset To) range)
{
    var sources = new Sources(Path.Combine(folder, "accounts.ndjson"), Path.Combine(folder, "mail"));
    var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Account, "large"), [what == "traffic" ? DataCategory.Traffic : DataCategory.Content], range.From, range.To)]);
    CollectionReport report;
    if (what == "seal")
    {
        using var recipient = AgeIdentity.Generate();
        var facts = new PackageFacts("bench", true, "{}"u8.ToArray(), new string('0', 26), new string('0', 64), [], "", PackageRecipients.Of(recipient.Recipient), "Bench", DateTimeOffset.UnixEpoch);
        using var file = new FileStream(Path.Combine(folder, "large.age"), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using var writer = new PackageWriter(file, facts);
        report = Collection.Run(sources, scope, _ => "A-LARGE", writer, CancellationToken.None);
        writer.Finish(report);
        file.Flush(flushToDisk: true);
    }
    else
    {
        using var hash = new HashSink();
        report = Collection.Run(sources, scope, _ => "A-LARGE", what == "hash" ? hash : new CountSink(), CancellationToken.None);
    }
    var result = report.Accounts[0];
    Console.WriteLine($"{result.InScope} in scope, {result.OutOfScope} out of scope, {result.UnreadableTotal} unreadable, {result.Bytes} bytes");
}

namespace Counterseal.Bench
{
    /// <summary>SHA-256 of what is collected: what a collector costs at the least, before anything is sealed.</summary>
    internal sealed class HashSink : IRecordSink, IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Begin(string name, string extension) { }

        public void Write(ReadOnlySpan<byte> piece) => _hash.AppendData(piece);

        public void EndRecord() { }

        public void End() => _hash.GetHashAndReset();

        public void Dispose() => _hash.Dispose();
    }

    /// <summary>A mailbox of any size, made of the demo's conversations; the same bytes every time.</summary>
    internal static class LargeMailbox
    {
        public static void Write(string folder, long size)
        {
            Directory.CreateDirectory(Path.Combine(folder, "mail"));
            File.WriteAllText(Path.Combine(folder, "accounts.ndjson"), """{"account":"large","mailbox":"large.mbox"}""" + "\n");
            using var file = new FileStream(Path.Combine(folder, "mail", "large.mbox"), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
            for (ulong seed = 1; file.Length < size; seed++)
            {
                var mail = Cli.DemoThreads.Make((int)(seed % 22), new Cli.Dice(seed), Begin, Begin.AddDays(240), 5000);
                Cli.DemoMail.WriteMbox(file, mail);
            }
        }

        private static DateTimeOffset Begin { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
