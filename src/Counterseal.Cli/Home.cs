namespace Counterseal.Cli;

/// <summary>The folder that <c>counterseal serve</c> keeps: one folder for each part, their sockets, and the public keys.</summary>
/// <param name="Folder">The folder.</param>
internal sealed record Home(string Folder)
{
    /// <summary>The desk's folder.</summary>
    public string Desk => Path.Combine(Folder, "desk");
    /// <summary>The gate's folder.</summary>
    public string Gate => Path.Combine(Folder, "gate");
    /// <summary>The ledger's folder.</summary>
    public string Ledger => Path.Combine(Folder, "ledger");
    /// <summary>The bell's folder.</summary>
    public string Bell => Path.Combine(Folder, "bell");
    /// <summary>What was made public: reports, statements.</summary>
    public string Reports => Path.Combine(Folder, "public", "reports");
    /// <summary>The rule books that were in force, each under its digest.</summary>
    public string Rules => Path.Combine(Folder, "public", "rules");
    /// <summary>A trial's stand-in for the product that signs customers in.</summary>
    public string ProductKey => Path.Combine(Folder, "keys", "product.key");
    /// <summary>Languages that the operator adds to the public's and the customers' pages.</summary>
    public string Languages => Path.Combine(Folder, "languages");
    /// <summary>The operator's own letters, in place of those that came with the program.</summary>
    public string Letters => Path.Combine(Folder, "letters");
    /// <summary>The registry's folder.</summary>
    public string Registry => Path.Combine(Folder, "registry");
    /// <summary>The bell's staff socket.</summary>
    public string BellSocket => Path.Combine(Folder, "run", "bell.sock");
    /// <summary>The vulnerability register's folder.</summary>
    public string Vulnerabilities => Path.Combine(Folder, "vulnerabilities");
    /// <summary>In a trial, the private half of the intake key; apart from the register, which never reads it.</summary>
    public string IntakeKey => Path.Combine(Folder, "keys", "vulnerability-intake.key");
    /// <summary>The folder of a witness, which another organisation runs in a home of its own.</summary>
    public string Witness => Path.Combine(Folder, "witness");
    /// <summary>The witness's socket.</summary>
    public string WitnessSocket => Path.Combine(Folder, "run", "witness.sock");
    /// <summary>The staff socket.</summary>
    public string DeskSocket => Path.Combine(Folder, "run", "desk.sock");
    /// <summary>The gate's socket.</summary>
    public string GateSocket => Path.Combine(Folder, "run", "gate.sock");
    /// <summary>The ledger's socket.</summary>
    public string LedgerSocket => Path.Combine(Folder, "run", "ledger.sock");
    /// <summary>Where the gate answers on this machine.</summary>
    public string GateAddress => $"unix:{GateSocket}";
    /// <summary>Where the ledger answers on this machine.</summary>
    public string LedgerAddress => $"unix:{LedgerSocket}";
    /// <summary>Public keys for verifiers.</summary>
    public string Trust => Path.Combine(Folder, "trust.json");
    /// <summary>Whether anything is here.</summary>
    public bool Exists => File.Exists(Trust);

    /// <summary>The home that an option names.</summary>
    public static Home Of(DirectoryInfo? folder) => new(folder!.FullName);

    /// <summary>Unix socket paths are at most 107 bytes.</summary>
    /// <exception cref="Refused">The folder's path is too long.</exception>
    public void CheckPaths()
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(LedgerSocket);
        if (length > 107)
            throw new Refused($"the path of --home is too long for a Unix socket ({length} bytes with /run/ledger.sock, at most 107); choose a shorter one");
    }
}
