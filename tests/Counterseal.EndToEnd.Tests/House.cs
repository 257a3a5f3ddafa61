using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>A whole house for one test: a fresh home, made-up mail, two reviewers, one authority, and the three real processes.</summary>
internal sealed class House : IAsyncDisposable
{
    private Process? serve;
    private string[] first = [];

    private House(string folder)
    {
        Folder = folder;
        Home = new Home(Path.Combine(folder, "h"));
    }

    public string Folder { get; }
    public Home Home { get; }
    public NoteSigner Alice { get; } = NoteSigner.Generate("alice");
    public NoteSigner Bob { get; } = NoteSigner.Generate("bob");
    /// <summary>Signs directory entries with Alice, so that those who approve are not only those who signed the key.</summary>
    public NoteSigner Carol { get; } = NoteSigner.Generate("carol");
    public NoteSigner AuthoritySigner { get; } = NoteSigner.Generate("court.example");
    public AgeIdentity AuthorityKey { get; } = AgeIdentity.Generate();
    public string Entry { get; set; } = "";
    public JsonNode Up { get; private set; } = new JsonObject();
    public int ServeId => serve!.Id;
    public Trust Trust => PackageCommands.ReadTrust(new FileInfo(Home.Trust));

    /// <summary>A house with its home made and its people enrolled, not yet running.</summary>
    public static House Build(string? database = null, bool bell = false)
    {
        // Unix socket paths are short, so the folder is directly under the system's temporary folder.
        var house = new House(Directory.CreateTempSubdirectory("cs-").FullName);
        var sources = Path.Combine(house.Folder, "sources");
        var from = DemoMail.Write(sources);
        TrialHome.Create(house.Home, from.Accounts, from.Mail, database, bell: bell);
        TrialHome.Enrol(house.Home, house.Alice.Verifier, ["reviewer", "directory"]);
        TrialHome.Enrol(house.Home, house.Bob.Verifier, ["reviewer", "directory"]);
        TrialHome.Enrol(house.Home, house.Carol.Verifier, ["directory"]);
        var text = DirectoryEntry.Text("court.example", "IE", "District Court of Example Town", "age-x25519", [house.AuthorityKey.Recipient.Text], house.AuthoritySigner.Verifier.ToString(), "+353 1 555 0100",
            new Confirmation(TimeProvider.System.GetUtcNow(), "alice", "read back by telephone"), 1);
        house.Entry = System.Text.Encoding.UTF8.GetString(SignedNote.Sign(text, house.Alice, house.Carol).Bytes());
        return house;
    }

    /// <summary>A house of which nothing is there but the company's data: the first start makes the home.</summary>
    public static House OnEmptyGround()
    {
        var house = new House(Directory.CreateTempSubdirectory("cs-").FullName);
        var from = DemoMail.Write(Path.Combine(house.Folder, "sources"));
        house.first = ["--accounts", from.Accounts, "--mail", from.Mail];
        return house;
    }

    /// <summary>Where a process is to kill itself, and after that the next; given to <c>serve</c> at its next start.</summary>
    public string? CrashAt { get; set; }

    /// <summary>Starts <c>counterseal serve</c> and returns when it is up.</summary>
    public async Task Start(bool loseUnsynced = false, string? trace = null)
    {
        await Kill();
        var start = Child.Self(["serve", "--home", Home.Folder, "--port", "0", "--public-port", "0", "--watch-port", "0", "--json", .. first]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // They live for seconds: what the runtime would spend on making their code faster is not earned back.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        if (CrashAt is not null)
            start.Environment["COUNTERSEAL_CRASH_AT"] = CrashAt;
        if (loseUnsynced)
            start.Environment["COUNTERSEAL_LOSE_UNSYNCED"] = "1";
        if (trace is not null)
            start.Environment["COUNTERSEAL_CRASH_TRACE"] = trace;
        serve = Process.Start(start)!;
        _ = Drain(serve.StandardError);
        var text = new System.Text.StringBuilder();
        while (await serve.StandardOutput.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (line == "}")
                break;
        }

        if (text.Length == 0)
        {
            // It says no more before it is gone; whether it died of itself is seen then.
            await serve.WaitForExitAsync();
            await Kill();
            throw new IOException($"serve ended before it was up: {string.Join('\n', Words)}");
        }

        Up = JsonNode.Parse(text.ToString())!;
        _ = Drain(serve.StandardOutput);
    }

    /// <summary>How many processes died of themselves: <c>serve</c>, as seen from here, and its children, as it says.</summary>
    public int Deaths { get; private set; }

    /// <summary>Whether <c>serve</c> runs.</summary>
    public bool IsUp => serve is { HasExited: false };

    /// <summary>What the processes said on standard error.</summary>
    public List<string> Words { get; } = [];

    /// <summary>Kills <c>serve</c> (SIGKILL); its children end with it.</summary>
    public async Task Kill()
    {
        if (serve is null)
            return;
        if (serve.HasExited)
            Died();
        else
            serve.Kill(entireProcessTree: true);
        await serve.WaitForExitAsync();
        serve.Dispose();
        serve = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Alice.Dispose();
        Bob.Dispose();
        AuthoritySigner.Dispose();
        AuthorityKey.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task Drain(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (Words)
                Words.Add(line);
            if (line.Contains("beginning it again", StringComparison.Ordinal))
                Died();
        }
    }

    // serve gives its children the next point itself; what it is given is for its own next start.
    private void Died()
    {
        Deaths++;
        CrashAt = CrashPoint.Rest(CrashAt);
    }
}
