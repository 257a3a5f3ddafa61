using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>
/// Every runbook, played as it is written: the commands of its blocks, in their order, in one shell, against a home that works. What <c>systemctl</c> is told, the test does to the
/// processes of the home; a command that fails fails the test, and afterwards a whole demand goes its way.
/// </summary>
public sealed partial class RunbookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Path.Combine(Place.Root, "docs", "runbooks"), "*.md").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Pages))]
    public async Task A_runbooks_commands_do_what_it_says_and_the_house_goes_on(string page)
    {
        await using var play = await Play.Begin();
        var lost = play.Before(page);
        await play.Run(await File.ReadAllTextAsync(Path.Combine(Place.Root, "docs", "runbooks", page + ".md"), Cancel), page == "backup-and-restore" ? lost : null);
        await play.After(page);
        await play.Release();
    }

    [Fact]
    public void Every_page_is_on_the_list_and_every_page_on_the_list_is_there()
    {
        var folder = Path.Combine(Place.Root, "docs", "runbooks");
        var listed = Links().Matches(File.ReadAllText(Path.Combine(folder, "README.md"))).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileName).Where(name => name != "README.md").Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task A_copy_that_is_older_or_was_tampered_with_is_named_and_a_restored_gate_does_nothing_until_it_is_lifted()
    {
        await using var play = await Play.Begin();
        var page = await File.ReadAllTextAsync(Path.Combine(Place.Root, "docs", "runbooks", "backup-and-restore.md"), Cancel);
        var blocks = Blocks(page);
        await play.Script(string.Join('\n', blocks[..2]));
        await play.Release();
        await play.House.Kill();

        // A backup with one byte changed opens to nobody; the wrong digest is named before that.
        var bad = await File.ReadAllBytesAsync(play["backup/gate.age"], Cancel);
        bad[^100] ^= 1;
        await File.WriteAllBytesAsync(play["bad.age"], bad, Cancel);
        Directory.Move(play.House.Home.Gate, play["gate-now"]);
        await play.Script("! counterseal restore --part gate --from bad.age --key backup.key", "fails verification|does not verify|was changed|authenticat");
        await play.Script("! counterseal restore --part desk --from backup/gate.age --key backup.key", "backup of the gate, not of the desk|has a desk already");
        await play.Script("! counterseal restore --part gate --from bad.age --key backup.key --digest $(sha256sum < backup/gate.age | cut -d' ' -f1)", "it was changed");

        // The gate of before the last release, beside the ledger of after it.
        await play.Script("counterseal restore --part gate --from backup/gate.age --key backup.key");
        await play.Script("! counterseal check", "this copy of the gate is older than the ledger");
        Directory.Delete(play.House.Home.Gate, recursive: true);
        Directory.Move(play["gate-now"], play.House.Home.Gate);

        // The ledger of before it, beside the gate and the desk of after it.
        Directory.Move(play.House.Home.Ledger, play["ledger-now"]);
        await play.Script("counterseal restore --part ledger --from backup/ledger.age --key backup.key");
        await play.Script("! counterseal check", "the ledger's copy is older than the gate's");
        Directory.Delete(play.House.Home.Ledger, recursive: true);
        Directory.Move(play["ledger-now"], play.House.Home.Ledger);

        // The desk's database of before it, in another file.
        Directory.Move(play.House.Home.Desk, play["desk-now"]);
        await play.Script("counterseal restore --part desk --from backup/desk.age --key backup.key");
        await play.Script("! counterseal check", "the database is older than the ledger");
        Directory.Delete(play.House.Home.Desk, recursive: true);
        Directory.Move(play["desk-now"], play.House.Home.Desk);
        await play.Script("counterseal check");

        // The same folder in another place is a restored one, by whatever program.
        await play.Script("cp -a $COUNTERSEAL_HOME/gate gate-copy && rm -r $COUNTERSEAL_HOME/gate && mv gate-copy $COUNTERSEAL_HOME/gate && systemctl start counterseal-gate && test $(counterseal gate stops | wc -l) = 1");
        using var walk = new Walk(play.House.Home, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<Refused>(async () => await walk.Order(await play.Decided(walk), "niamh", "release", Cancel));
        Assert.Contains("stopped", refused.Message, StringComparison.Ordinal);
        await play.Script("counterseal order lift \"$(counterseal gate stops)\" --key alice.key --key bob.key");
        await play.Release();
    }

    [Fact]
    public async Task A_desk_on_PostgreSQL_is_backed_up_and_restored_into_another_database()
    {
        await using var server = new Counterseal.Desk.Tests.Postgres();
        await using var play = await Play.Begin(await server.NewDatabase());
        var other = await server.NewDatabase();
        await play.Script($"""
            age-keygen -o backup.key 2>/dev/null
            systemctl stop counterseal-desk
            counterseal backup --part desk --to "$(age-keygen -y backup.key)" --out desk.age
            rm -r $COUNTERSEAL_HOME/desk
            counterseal restore --part desk --from desk.age --key backup.key --database '{other}'
            counterseal check
            systemctl start counterseal-desk
            """);
        await play.Release();
    }

    internal static List<string> Blocks(string page) => [.. ShellBlocks().Matches(page).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();

    [GeneratedRegex(@"\(([a-z-]+\.md)\)")]
    private static partial Regex Links();

    /// <summary>A house with one released package, a folder to work in, and the commands that runbooks use.</summary>
    private sealed class Play : IAsyncDisposable
    {
        private readonly NoteSigner dora = NoteSigner.Generate("dora");
        private readonly CancellationTokenSource ending = new();
        private Task systemctl = Task.CompletedTask;
        private string demand = "", released = "", package = "", waiting = "";
        private string key = "";

        private Play(House house) => House = house;

        public House House { get; }

        public string this[string name] => Path.Combine(House.Folder, "work", name);

        public static async Task<Play> Begin(string? database = null)
        {
            Assert.SkipWhen(!File.Exists("/usr/bin/age-keygen"), "age is not on this machine");
            var play = new Play(House.Build(database));
            Directory.CreateDirectory(play["bin"]);
            TrialHome.Enrol(play.House.Home, play.dora.Verifier, ["directory"]);
            await File.WriteAllTextAsync(play["court.note"], play.House.Entry, Cancel);
            foreach (var signer in new[] { play.House.Alice, play.House.Bob, play.House.Carol, play.dora })
                await File.WriteAllTextAsync(play[signer.Name + ".key"], signer.Export() + "\n", Cancel);
            var self = Child.Self();
            play.Program("counterseal", $"exec {self.FileName} {string.Join(' ', self.ArgumentList)} \"$@\"");
            // Witnesses are another organisation's, each a process of its own. What else is asked for lies in a file until it is done.
            play.Program("systemctl", $$"""
                if [[ "$2" == counterseal-witness@* ]]; then
                  which=${2#*@}
                  if [ "$1" = start ]; then
                    counterseal witness serve --home witness-$which --socket {{play["w-"]}}$which > /dev/null 2>&1 &
                    echo $! > $which.pid
                    while [ ! -S {{play["w-"]}}$which ]; do sleep 0.05; done
                  else
                    kill $(cat $which.pid)
                  fi
                  exit
                fi
                """ + $"\necho \"$1\" > {play["asked.new"]}; mv {play["asked.new"]} {play["asked"]}; while [ -e {play["asked"]} ]; do sleep 0.05; done");
            play.systemctl = play.Obey();
            await play.House.Start();
            await play.Release();
            return play;
        }

        /// <summary>What must be there before a page is played; gives the block before which everything is lost.</summary>
        public int Before(string page)
        {
            key = File.ReadAllText(Path.Combine(House.Home.Gate, "gate.key"));
            File.Copy(House.Home.Trust, this["first-trust.json"]);
            return page == "backup-and-restore" ? 2 : -1;
        }

        /// <summary>A ledger and a gate that have one witness already.</summary>
        private const string OldWitness = """
            counterseal witness init --home witness-old --name w1.example > old.key
            counterseal witness watch "$LEDGER_KEY" --home witness-old
            systemctl start counterseal-witness@old
            systemctl stop counterseal-desk counterseal-gate counterseal-ledger
            counterseal ledger witness add "$(cat old.key)" --at "$FIRST"
            counterseal gate witness add "$(cat old.key)"
            systemctl start counterseal-ledger counterseal-gate counterseal-desk

            """;

        public async Task Run(string page, int? lossBefore)
        {
            var blocks = Blocks(page);
            Assert.NotEmpty(blocks);
            if (page.Contains("$ORDER", StringComparison.Ordinal))
            {
                // An order that waits with an approval that will be void.
                using var walk = new Walk(House.Home, TimeProvider.System);
                waiting = await walk.Order(await Decided(walk), "niamh", "release", Cancel);
                await walk.Approve(waiting, House.Bob, Cancel);
            }
            if (lossBefore is { } at)
                blocks.Insert(at, "systemctl stop counterseal-desk counterseal-gate counterseal-ledger\nrm -rf \"$COUNTERSEAL_HOME\"\n");
            if (page.Contains("$LEDGER_KEY", StringComparison.Ordinal))
                blocks.Insert(0, OldWitness);
            if (page.Contains("$COUNTERSEAL_HOME/desk/tls.pem", StringComparison.Ordinal))
                blocks.Insert(0, "counterseal keys tls desk --out \"$COUNTERSEAL_HOME/desk/tls.pem\"\nBEFORE=$(sha256sum < \"$COUNTERSEAL_HOME/desk/tls.pem\")\n");
            await Script(string.Join('\n', blocks));
        }

        /// <summary>That the page has done what it is for.</summary>
        public async Task After(string page)
        {
            switch (page)
            {
                case "gate-key":
                    Assert.NotEqual(key, await File.ReadAllTextAsync(Path.Combine(House.Home.Gate, "gate.key"), Cancel));
                    Assert.Single(House.Trust.Earlier);
                    Assert.All(Package.Verify(package, House.Trust, Cancel), check => Assert.True(check.Holds, check.What));
                    break;
                case "ledger-key":
                    Assert.Equal(3, House.Trust.EarlierLedgers.Count);
                    Assert.Equal([true, false, false], House.Trust.EarlierLedgers.Select(earlier => earlier.Doubted));
                    Assert.All(Package.Verify(package, House.Trust, Cancel), check => Assert.True(check.Holds, check.What));
                    // Who has never heard of a change still verifies what was sealed before it.
                    await Script("counterseal verify \"$PACKAGE\" --trust first-trust.json");
                    break;
                case "witness-keys":
                    await Script("counterseal gate clock", "the gate's journal and 1 of 1 witnesses, who last agreed on");
                    await Script("systemctl stop counterseal-witness@next");
                    break;
                case "reviewer":
                    House.Entry = await File.ReadAllTextAsync(this["court.note"], Cancel);
                    using (var walk = new Walk(House.Home, TimeProvider.System))
                        Assert.NotNull(await walk.Done(demand, waiting, Cancel));
                    break;
                case "recipient":
                    using (var identity = KeyFile.Identity(new FileInfo(this["court-2.key"])))
                    using (var walk = new Walk(House.Home, TimeProvider.System))
                    {
                        var order = Directory.EnumerateDirectories(Path.Combine(House.Home.Gate, "packages")).Select(Path.GetFileName).Single(name => name != released && Directory.EnumerateFiles(Path.Combine(House.Home.Gate, "packages", name!), "*.counterseal").Any())!;
                        await walk.Done(demand, order, Cancel);
                        var path = Directory.EnumerateFiles(Path.Combine(House.Home.Gate, "packages", order), "*.counterseal").Single();
                        Assert.NotEmpty(Package.Open(path, House.Trust, identity, this["opened"], Cancel));
                        Assert.Throws<PackageException>(() => Package.Open(path, House.Trust, House.AuthorityKey, this["opened-by-the-old"], Cancel));
                    }
                    break;
                case "writer-keys":
                    Assert.Equal(32 + 40, new FileInfo(Path.Combine(House.Home.Gate, "writer.key")).Length);
                    break;
                case "tls":
                    await Script("test \"$(counterseal keys tls x --out $COUNTERSEAL_HOME/desk/tls.pem --renew --json | grep -o '[0-9a-f]\\{64\\}')\" = \"$(grep -o '[0-9a-f]\\{64\\}' $COUNTERSEAL_HOME/gate/tls.json)\"");
                    break;
                default:
                    Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(House.Home.Gate, "gate.key"), Cancel));
                    break;
            }
        }

        /// <summary>A demand, decided and ready for its order.</summary>
        public async Task<string> Decided(Walk walk) => demand = await Steps.Decided(House, walk, Cancel);

        /// <summary>A whole demand goes its way: to a package that verifies.</summary>
        public async Task Release()
        {
            using var walk = new Walk(House.Home, TimeProvider.System);
            var one = await Decided(walk);
            released = await walk.Order(one, "niamh", "release", Cancel);
            foreach (var reviewer in new[] { House.Alice, House.Bob })
                await walk.Approve(released, reviewer, Cancel);
            await walk.Done(one, released, Cancel);
            package = Directory.EnumerateFiles(Path.Combine(House.Home.Gate, "packages", released), "*.counterseal").Single();
            Assert.All(Package.Verify(package, House.Trust, Cancel), check => Assert.True(check.Holds, check.What));
        }

        /// <summary>Runs lines of shell; the first that fails fails the test. With a pattern, what is said must match it.</summary>
        public async Task Script(string lines, string? says = null)
        {
            var start = new ProcessStartInfo("bash") { WorkingDirectory = this[""], RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            start.ArgumentList.Add("-euo");
            start.ArgumentList.Add("pipefail");
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(lines);
            start.Environment["PATH"] = $"{this["bin"]}:{start.Environment["PATH"]}";
            start.Environment["COUNTERSEAL_HOME"] = House.Home.Folder;
            start.Environment["DEMAND"] = demand;
            start.Environment["RELEASED"] = released;
            start.Environment["PACKAGE"] = package;
            start.Environment["LEDGER_KEY"] = House.Trust.Ledger;
            start.Environment["FIRST"] = "unix:" + this["w-old"];
            start.Environment["NEXT"] = "unix:" + this["w-next"];
            start.Environment["ORDER"] = waiting;
            start.Environment["OLD"] = DirectoryEntry.Read(Encoding.UTF8.GetBytes(House.Entry)).Digest;
            using var shell = Process.Start(start)!;
            shell.StandardInput.Close();
            var said = new StringBuilder();
            await Task.WhenAll(Gather(shell.StandardOutput), Gather(shell.StandardError));
            await shell.WaitForExitAsync(Cancel);
            Assert.True(shell.ExitCode == 0, $"{lines}\nended with {shell.ExitCode}:\n{said}");
            if (says is not null)
                Assert.Matches(says, said.ToString());

            async Task Gather(StreamReader from)
            {
                while (await from.ReadLineAsync(Cancel) is { } line)
                {
                    lock (said)
                        said.AppendLine(line);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await systemctl;
            ending.Dispose();
            dora.Dispose();
            await House.DisposeAsync();
        }

        private void Program(string name, string body)
        {
            var path = Path.Combine(this["bin"], name);
            File.WriteAllText(path, $"#!/bin/bash\n{body}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        /// <summary>In a trial all parts are one process and its children: stopping one stops all, starting one starts what is not up.</summary>
        private async Task Obey()
        {
            while (!ending.IsCancellationRequested)
            {
                await Task.Delay(20, CancellationToken.None);
                if (!File.Exists(this["asked"]))
                    continue;
                var what = (await File.ReadAllTextAsync(this["asked"], CancellationToken.None)).Trim();
                if (what is "stop" or "restart")
                    await House.Kill();
                if (what is "restart" || (what is "start" && !House.IsUp))
                    await House.Start();
                File.Delete(this["asked"]);
            }
        }
    }
}
