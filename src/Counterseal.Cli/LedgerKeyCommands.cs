using System.CommandLine;
using System.Globalization;
using System.Text;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Watch;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary>Another key for the ledger: made at the ledger, signed by people where the old one cannot hand over, and believed by each part (docs/runbooks/ledger-key.md).</summary>
internal static class LedgerKeyCommands
{
    /// <summary>Those of <c>ledger</c>.</summary>
    public static IEnumerable<Command> Ledger()
    {
        yield return Rotate();
        yield return Replace();
        yield return Retire();
        yield return Sign();
    }

    private static Command Rotate()
    {
        var (home, output) = (Flags.Home(), Output());
        return Flags.Make("rotate-key", "Gives the ledger, which must not run, another key that the old one hands over to; it signs with both until `ledger retire-key`.", "ledger rotate-key --out change.note", [output, home],
            async (parsed, answer, _) => Made(await LedgerKeyChange.Rotate(new LedgerHome(Home.Of(parsed.GetValue(home)).Ledger)), parsed.GetValue(output)!, answer));
    }

    private static Command Replace()
    {
        var (home, output) = (Flags.Home(), Output());
        var lost = new Option<bool>("--lost") { Description = "The private key is gone, and nobody else has it." };
        var compromised = new Option<bool>("--compromised") { Description = "The private key is, or may be, in other hands." };
        var old = Flags.Text("--old", "The key so far (vkey). Default: that of the home's trust.json.", required: false);
        return Flags.Make("replace-key", "Gives the ledger, which must not run, a new key for the same tree without the old one, which is deleted. The log is held against its checkpoint and its witnesses first.",
            "ledger replace-key --compromised --out change.note", [lost, compromised, old, output, home],
            async (parsed, answer, _) =>
            {
                if (parsed.GetValue(lost) == parsed.GetValue(compromised))
                    throw new Refused("say why: --lost or --compromised");
                var place = Home.Of(parsed.GetValue(home));
                var before = parsed.GetValue(old) ?? (place.Exists ? PackageCommands.ReadTrust(new FileInfo(place.Trust)).Ledger : throw new Refused("--old is wanted: the ledger's key so far, as those who verify have it"));
                return Made(await LedgerKeyChange.Replace(new LedgerHome(place.Ledger), NoteVerifier.Parse(before), parsed.GetValue(lost) ? KeyChangeReason.Lost : KeyChangeReason.Compromised), parsed.GetValue(output)!, answer);
            });
    }

    private static Command Retire()
    {
        var home = Flags.Home();
        return Flags.Make("retire-key", "The key before the present one signs no longer, from the ledger's next start on; it is deleted.", "ledger retire-key", [home],
            (parsed, answer, _) =>
            {
                LedgerKeyChange.Retire(new LedgerHome(Home.Of(parsed.GetValue(home)).Ledger));
                answer.Give(new { retired = true }, console => console.WriteLine("deleted; start the ledger again"));
                return Task.FromResult(0);
            });
    }

    private static Command Sign()
    {
        var note = new Argument<FileInfo>("note") { Description = "The change, as `ledger replace-key` made it." }.AcceptExistingOnly();
        var keys = DirectoryCommands.Keys("--key", "Your key file; one or several.");
        return Flags.Make("sign-key", "Prints a change of the ledger's key, and signs it as people of a gate's roster: that this is the ledger's key, and this its tree. A gate wants a quorum where the old key cannot hand over.", "ledger sign-key change.note --key alice.key",
            [note, keys],
            (parsed, answer, _) =>
            {
                var file = parsed.GetValue(note)!.FullName;
                var change = LedgerKeyChange.Read(File.ReadAllBytes(file));
                Console.Error.Write(change.Note.Text);
                foreach (var signer in parsed.GetValue(keys)!.Select(KeyFile.Signer))
                    change = change.With(signer);
                Durable.Replace(file, change.Note.Bytes(), "ledger.key.sign");
                answer.Give(new { signed = change.Note.Signatures.Select(line => line.Name) }, console => console.WriteLine(Answer.Visible($"signed by {string.Join(", ", change.Note.Signatures.Select(line => line.Name))}")));
                return Task.FromResult(0);
            });
    }

    /// <summary><c>keys ledger</c>.</summary>
    public static Command Take()
    {
        var note = new Argument<FileInfo>("note") { Description = "The change of the ledger's key." }.AcceptExistingOnly();
        var without = new Option<bool>("--without-old-key") { Description = "The old key was lost or is in other hands: you have the new one from the ledger's operator another way." };
        var home = Flags.Home();
        return Flags.Make("ledger", "Has each part of this home believe the ledger's next key (desk, gate, bell, registers, and trust.json); none of them may run. The gate wants the old key's signature, or a quorum of its roster.",
            "keys ledger change.note", [note, without, home],
            (parsed, answer, _) =>
            {
                var change = LedgerKeyChange.Read(File.ReadAllBytes(parsed.GetValue(note)!.FullName));
                if (change.Reason != KeyChangeReason.Rotated && !parsed.GetValue(without))
                    throw new Refused("the old key has not signed this change. If you have the new key from the ledger's operator another way, say --without-old-key");
                var place = Home.Of(parsed.GetValue(home));
                var taken = new List<string>();
                // The gate first: it asks most, and what it refuses no other part of this home shall believe.
                if (Directory.Exists(place.Gate))
                {
                    GateHome.TakeLedgerKey(place.Gate, change);
                    taken.Add("gate");
                }
                if (DeskHome.Exists(place.Desk))
                {
                    DeskHome.Change(place.Desk, options => options with { LedgerKey = Next(LogKeys.Parse(options.LedgerKey), change).ToString() });
                    taken.Add("desk");
                }
                Settings("bell", Path.Combine(place.Bell, WatchSettings.FileName), "key");
                Settings("vulnerabilities", Path.Combine(place.Vulnerabilities, Counterseal.Convention.Vulnerabilities.RegisterSettings.FileName), "key");
                Settings("registry", Path.Combine(place.Registry, "registry.yaml"), "ledgerKey");
                if (place.Exists)
                {
                    var trust = PackageCommands.ReadTrust(new FileInfo(place.Trust));
                    var keys = Next(trust.LedgerKeys(), change);
                    Durable.Replace(place.Trust, (trust with { Ledger = keys.Now.ToString(), EarlierLedgers = keys.Earlier }).Bytes(), "home.trust");
                    taken.Add("trust.json");
                }
                if (taken.Count == 0)
                    throw new Refused($"{place.Folder} has nothing that believes a ledger");
                answer.Give(new { key = change.New.ToString(), taken }, console => console.WriteLine($"{string.Join(", ", taken)}: believe {change.New}; start them again"));
                return Task.FromResult(0);

                void Settings(string part, string path, string member)
                {
                    if (!File.Exists(path))
                        return;
                    var lines = File.ReadAllLines(path);
                    var at = Array.FindIndex(lines, line => line.TrimStart().StartsWith(member + ": ", StringComparison.Ordinal) && line.Contains(change.New.Name + "+", StringComparison.Ordinal));
                    if (at < 0)
                        throw new Refused($"{path} names no key of {change.New.Name} as {member}");
                    var head = lines[at][..(lines[at].IndexOf(':', StringComparison.Ordinal) + 2)];
                    lines[at] = $"{head}'{Next(LogKeys.Parse(lines[at][head.Length..].Trim().Trim('"', '\'')), change)}'";
                    Durable.Replace(path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), "home.ledger.key", File.GetUnixFileMode(path));
                    taken.Add(part);
                }
            });
    }

    /// <summary>The keys after the change; given twice, the same.</summary>
    private static LogKeys Next(LogKeys before, LedgerKeyChange change) => before.Now == change.New ? before : before.After(change);

    private static int Made(LedgerKeyChange change, string path, Answer answer)
    {
        Durable.Replace(path, change.Note.Bytes(), "ledger.key.note");
        answer.Give(new { old = change.Old.ToString(), key = change.New.ToString(), size = change.At.Size, file = path }, console =>
        {
            console.WriteLine($"old key: {change.Old}");
            console.WriteLine($"new key: {change.New}");
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: the change, at size {change.At.Size}; for everyone who reads or verifies"));
        });
        return 0;
    }

    private static Option<string> Output() => Flags.Text("--out", "Where the note of the change goes: for everyone who reads the ledger or verifies.");
}
