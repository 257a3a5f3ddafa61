using System.Security.Cryptography;

namespace Counterseal.Ledger;

/// <summary>The tally's part of a ledger's folder: <c>tally/</c> with its plan, the secret that covers' blindings come from (mode 0600), what waits for its slot, and <c>log/</c>, which alone may be shown to anyone.</summary>
/// <param name="Home">The ledger's home.</param>
public sealed record TallyHome(LedgerHome Home)
{
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The folder.</summary>
    public string Folder => Path.Combine(Home.Folder, "tally");

    /// <summary>The published plan. It never changes.</summary>
    public string Plan => Path.Combine(LogFolder, "plan");

    /// <summary>32 bytes. Who has them can tell covers from leaves.</summary>
    public string Secret => Path.Combine(Folder, "cover.key");

    /// <summary>Leaves that wait for their slots.</summary>
    public string Waiting => Path.Combine(Folder, "waiting");

    /// <summary>The log.</summary>
    public string LogFolder => Path.Combine(Folder, "log");

    /// <summary>Whether the ledger has a tally.</summary>
    public bool Exists => File.Exists(Plan);

    /// <summary>Gives a ledger a tally; the plan's file is written last.</summary>
    /// <param name="plan">The plan's bytes, as they are published.</param>
    /// <exception cref="LedgerException">It has one.</exception>
    public void Create(byte[] plan)
    {
        if (Exists)
            throw new LedgerException($"{Folder} holds a tally already, and a tally's plan never changes");
        using var key = Home.OpenKey();
        Durable.CreateFolder(Folder, Own | UnixFileMode.UserExecute);
        Durable.CreateFolder(Waiting, Own | UnixFileMode.UserExecute);
        Durable.Replace(Secret, RandomNumberGenerator.GetBytes(32), "ledger.tally.secret", Own);
        Durable.Replace(Path.Combine(LogFolder, "checkpoint"), new Checkpoint(OriginOf(key.Name), 0, Merkle.EmptyRoot()).Sign(key.As(OriginOf(key.Name))), "ledger.tally.create");
        Durable.Replace(Plan, plan, "ledger.tally.plan");
    }

    /// <summary>Signs the latest checkpoint with the ledger's next key, of a ledger that does not run. What it covers is looked at when the tally is opened.</summary>
    /// <param name="before">The key so far.</param>
    /// <param name="now">The next one.</param>
    /// <param name="old">The key so far again, where both sign.</param>
    /// <exception cref="LedgerException">The checkpoint is signed by neither.</exception>
    internal void Resign(NoteVerifier before, NoteSigner now, NoteSigner? old)
    {
        if (!Exists)
            return;
        var (file, origin) = (Path.Combine(LogFolder, "checkpoint"), OriginOf(now.Name));
        try
        {
            var at = Checkpoint.Open(File.ReadAllBytes(file), new LogKeys(now.Verifier.As(origin), [new EarlierLogKey(before.As(origin), long.MaxValue, false)]));
            Durable.Replace(file, old is null ? at.Sign(now.As(origin)) : at.Sign(now.As(origin), old.As(origin)), "ledger.key.rotate");
        }
        catch (FormatException e)
        {
            throw new LedgerException($"the tally's checkpoint is not good: {e.Message}");
        }
    }

    /// <summary>The name of the tally that belongs to a log. Its checkpoints are signed by the log's key under this name.</summary>
    public static string OriginOf(string log) => log + "/tally";
}
