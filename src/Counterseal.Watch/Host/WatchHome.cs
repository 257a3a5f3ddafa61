using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>What a new bell is made with.</summary>
/// <param name="LedgerAddress">The ledger's address.</param>
/// <param name="LedgerKey">The ledger's key.</param>
/// <param name="LedgerCredential">The bell's own credential there.</param>
/// <param name="Feeds">Feeds to begin with, copied: path under <c>feeds/</c> and bytes.</param>
public sealed record NewBell(string LedgerAddress, string LedgerKey, string LedgerCredential, IReadOnlyList<(string Path, byte[] Bytes)> Feeds);

/// <summary>The bell's folder.</summary>
public static class WatchHome
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whether a folder is a bell's.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, WatchSettings.FileName));

    /// <summary>Makes a bell's folder with trial values and new secrets. Killed in the middle there is no <c>watch.yaml</c> yet, and it is made again.</summary>
    /// <exception cref="RecordException">There is a bell already.</exception>
    public static void Create(string folder, NewBell made)
    {
        ArgumentNullException.ThrowIfNull(made);
        folder = Path.GetFullPath(folder);
        if (Exists(folder))
            throw new RecordException($"{folder} has a bell already; a new writer key would make it a stranger to its own leaves");
        Durable.CreateFolder(folder, Private | UnixFileMode.UserExecute);
        foreach (var name in (string[])["feeds", "warning-lists"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        foreach (var (path, bytes) in made.Feeds)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, "feeds", path))!);
            File.WriteAllBytes(Path.Combine(folder, "feeds", path), bytes);
        }
        (string Name, string Text)[] secrets =
        [
            ("ledger.credential", made.LedgerCredential), ("writer.key", Random()), ("notices.secret", Random()), ("dkim.pem", DkimKey.Create()), ("logger.credential", Random()), ("product.credential", Random()),
            ("customers.ndjson", Example),
        ];
        Durable.Replace([.. secrets.Select(one => (Path.Combine(folder, one.Name), Encoding.UTF8.GetBytes(one.Text.TrimEnd() + "\n")))], "watch.home.secrets", Private);
        // The settings come last: a folder with them is whole.
        Durable.Replace(Path.Combine(folder, WatchSettings.FileName), Encoding.UTF8.GetBytes(Text(made)), "watch.home", Private);
    }

    private static string Random() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private const string Example =
        """{"id":"example","name":"Example Ltd","country":"IE","sector":"industry","security":{"language":"en","channels":[{"kind":"mail","to":"security@example.example"}]},"holders":{"ada@example.example":{"language":"en","channels":[{"kind":"mail","to":"ada@example.example"}]}}}""";

    private static string Text(NewBell made) => string.Create(CultureInfo.InvariantCulture, $"""
        # What the bell runs by; every key is described in docs/bell.md. These are values for a trial. Paths are taken from this folder; what is secret lies in files of mode 600.
        trial: true
        database: sqlite:watch.db
        listen: 127.0.0.1:8472
        ledger:
          address: {made.LedgerAddress}
          key: {made.LedgerKey}
          credential: ledger.credential
        writerKey: writer.key
        secret: notices.secret
        provider:
          name: Example Mail
          site: mail.example
          helpline: the access helpline, help@helpline.example
          from: security@notices.example
        customers: customers.ndjson
        feeds: feeds
        warningLists: warning-lists
        minimumConfidence: 50
        unsaidConfidence: 50
        mail:
          mailbox: mailbox
        dkim:
          domain: notices.example
          selector: trial
          key: dkim.pem
        # So that a trial shows its notices at once. Without this section: a day, daily and five days for targeted; an hour, every four and a day for compromised.
        schedule:
          targeted:
            delay: 0
            batch: 0
            patience: 7200
          compromised:
            delay: 0
            batch: 0
            patience: 1440
        doors:
          logger: logger.credential
          product: product.credential
        keep:
          folder: kept
          days: 90
        round: 10

        """);
}
