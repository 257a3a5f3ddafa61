using System.Security.Cryptography;
using Counterseal.Bench;
using Counterseal.Custody;
using Counterseal.Law;

// What bench/mailbox.sh runs, one process for each measurement:
//   generate FOLDER MEGABYTES    makes FOLDER/mail/large.mbox and FOLDER/accounts.ndjson
//   maildir FOLDER               FOLDER/mail/large.mbox once more as FOLDER/Maildir, a file a message
//   count|hash|seal|seal-both|traffic FOLDER [FROM TO]
switch (args)
{
    case ["generate", var folder, var megabytes]:
        LargeMailbox.Write(folder, long.Parse(megabytes, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000);
        return 0;
    case ["maildir", var folder]:
        LargeMailbox.Split(folder);
        return 0;
    case [("count" or "hash" or "seal" or "seal-both" or "traffic") and var what, var folder, .. var range]:
        Collect(what, folder, range is [var from, var to] ? (Instant(from), Instant(to)) : (Instant("2026-01-01T00:00:00Z"), Instant("2027-01-01T00:00:00Z")));
        return 0;
    default:
        Console.Error.WriteLine("generate FOLDER MEGABYTES | maildir FOLDER | count|hash|seal|seal-both|traffic FOLDER [FROM TO]");
        return 2;
}

static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

static void Collect(string what, string folder, (DateTimeOffset From, DateTimeOffset To) range)
{
    var sources = new Sources(Path.Combine(folder, "accounts.ndjson"), Path.Combine(folder, "mail"));
    DataCategory[] categories = what switch
    {
        "traffic" => [DataCategory.Traffic],
        "seal-both" => [DataCategory.Traffic, DataCategory.Content],
        _ => [DataCategory.Content],
    };
    var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Account, "large"), categories, range.From, range.To)]);
    CollectionReport report;
    if (what is "seal" or "seal-both")
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

        /// <summary>A Maildir of the same messages: From lines begin at an empty line, which is all that the generator writes.</summary>
        public static void Split(string folder)
        {
            foreach (var part in (string[])["cur", "new", "tmp"])
                Directory.CreateDirectory(Path.Combine(folder, "Maildir", part));
            using var file = new StreamReader(Path.Combine(folder, "mail", "large.mbox"), System.Text.Encoding.Latin1, false, 1 << 20);
            StreamWriter? message = null;
            for (long n = 0; file.ReadLine() is { } line;)
            {
                if (line.StartsWith("From ", StringComparison.Ordinal))
                {
                    message?.Dispose();
                    message = new StreamWriter(Path.Combine(folder, "Maildir", "cur", $"{1_700_000_000 + n}.{n++}.bench:2,S"), false, System.Text.Encoding.Latin1) { NewLine = "\n" };
                }
                else
                {
                    message!.WriteLine(line);
                }
            }
            message?.Dispose();
        }

        private static DateTimeOffset Begin { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
