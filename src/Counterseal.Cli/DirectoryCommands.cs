using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>directory</c>: the authorities whose keys two of our people have signed in.</summary>
internal static class DirectoryCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("directory", "Authorities, the keys that their packages are encrypted to, and the numbers that we call back. Two people sign each entry.");
        command.Subcommands.Add(Entry());
        command.Subcommands.Add(Sign());
        command.Subcommands.Add(Add());
        command.Subcommands.Add(List());
        command.Subcommands.Add(Revoke());
        return command;
    }

    private static Command Entry()
    {
        var authority = Flags.Text("--authority", "Its id, e.g. garda.example.");
        var country = Flags.Text("--country", "ISO 3166-1 alpha-2.");
        var name = Flags.Text("--name", "Its official name.");
        var recipients = new Option<string[]>("--recipient") { Description = "A key that its packages are encrypted to: age1…, age1pq1…, or the file of an OpenPGP certificate. May be given several times, for keys of one kind.", Required = true };
        var armor = new Option<bool>("--armor") { Description = "Make age packages in ASCII armor." };
        var confirmedBy = Flags.Text("--confirmed-by", "Who of the signers confirmed the keys with the authority, another way than they came.");
        var confirmed = Flags.Text("--confirmed", "How, e.g. 'read back by telephone, number from the court's own pages'.");
        var signer = Flags.Text("--signer", "Its Ed25519 vkey for stopping its own demands, or none.", required: false);
        var callback = Flags.Text("--callback", "The number that you found independently, never the one in a demand.");
        var version = new Option<long>("--version-number") { Description = "From 1, rising with each change.", DefaultValueFactory = _ => 1 };
        var sign = Keys("--sign", "A key file of a person with the role directory; give it twice when both are here.");
        var output = Flags.Text("--out", "The file to write.");
        return Flags.Make("entry", "Writes an entry and signs it.",
            "directory entry --authority garda.example --country IE --name 'An Garda Síochána' --recipient age1… --callback '+353 1 555 0100' --confirmed-by alice --confirmed 'read back by telephone' --sign alice.key --sign bob.key --out garda.note",
            [authority, country, name, recipients, armor, signer, callback, confirmedBy, confirmed, version, sign, output],
            async (parsed, answer, cancel) =>
            {
                var now = TimeProvider.System.GetUtcNow();
                var (format, keys) = await Keys(parsed.GetValue(recipients)!, parsed.GetValue(armor), now, cancel);
                var text = DirectoryEntry.Text(parsed.GetValue(authority)!, parsed.GetValue(country)!, parsed.GetValue(name)!, format, keys,
                    parsed.GetValue(signer), parsed.GetValue(callback)!, new Confirmation(now, parsed.GetValue(confirmedBy)!, parsed.GetValue(confirmed)!), parsed.GetValue(version));
                var signers = parsed.GetValue(sign)!.Select(KeyFile.Signer).ToList();
                var note = SignedNote.Sign(text, signers);
                var entry = DirectoryEntry.Read(note.Bytes());
                await File.WriteAllBytesAsync(parsed.GetValue(output)!, note.Bytes(), cancel);
                answer.Give(new { file = parsed.GetValue(output), digest = entry.Digest, signatures = note.Signatures.Count }, console =>
                {
                    console.WriteLine($"{parsed.GetValue(output)}: entry {entry.Digest[..12]}… with {note.Signatures.Count.ToString(CultureInfo.InvariantCulture)} signature(s); it needs two");
                });
                return 0;
            });
    }

    private static Command Sign()
    {
        var file = new Argument<FileInfo>("file") { Description = "The entry." }.AcceptExistingOnly();
        var key = Flags.File("--key", "Your key file.");
        return Flags.Make("sign", "Prints an entry and adds your signature to it.", "directory sign garda.note --key bob.key", [file, key],
            async (parsed, answer, cancel) =>
            {
                var path = parsed.GetValue(file)!.FullName;
                var note = DirectoryEntry.Read(await File.ReadAllBytesAsync(path, cancel)).Note;
                using var signer = KeyFile.Signer(parsed.GetValue(key)!);
                if (note.Signatures.Any(s => s.Name == signer.Name))
                    throw new Refused($"{signer.Name} has signed this entry already");
                var entry = DirectoryEntry.Read(note.Bytes());
                Answer.Error.WriteLine(Answer.Visible($"{entry.Name}, {entry.Country}, {entry.Authority}, version {entry.Version.ToString(CultureInfo.InvariantCulture)}; call back {entry.Callback}; packages as {entry.Format}; confirmed {entry.Confirmed.Text}"));
                foreach (var (shown, fingerprint) in entry.ShownKeys())
                    Answer.Error.WriteLine(Answer.Visible($"{shown}\n  {fingerprint}"));
                var both = new SignedNote(note.Text, [.. note.Signatures, signer.Sign(note.Text)]);
                await File.WriteAllBytesAsync(path, both.Bytes(), cancel);
                answer.Give(new { file = path, signatures = both.Signatures.Count }, console => console.WriteLine($"signed by {string.Join(" and ", both.Signatures.Select(s => s.Name))}"));
                return 0;
            });
    }

    private static Command Add()
    {
        var file = new Argument<FileInfo>("file") { Description = "The entry with two signatures." }.AcceptExistingOnly();
        var home = Flags.Home();
        var reach = Reach.Gate();
        return Flags.Make("add", "Puts an entry on the desk's list, and shows it to the gate, which judges its signatures itself and knows the authority's stops from then on.", "directory add garda.note", [file, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var note = await File.ReadAllTextAsync(parsed.GetValue(file)!.FullName, Encoding.UTF8, cancel);
                var got = await desk.Post("api/directory", new JsonObject { ["note"] = note }, cancel);
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                WaitingOrder.Told(await gate.Directory(Encoding.UTF8.GetBytes(note), cancel));
                answer.Give(got, console => console.WriteLine(Answer.Visible($"{got["authority"]}: on the list as {got["digest"]}")));
                return 0;
            });
    }

    private static Command List()
    {
        var home = Flags.Home();
        return Flags.Make("list", "The entries on the desk's list.", "directory list", [home],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var rows = await desk.Get("api/directory", cancel);
                answer.Give(rows, console =>
                {
                    if (rows.AsArray().Count == 0)
                        console.WriteLine("no entries yet; `counterseal directory entry` makes one, `counterseal directory add` puts it here");
                    foreach (var row in rows.AsArray())
                        console.WriteLine(Answer.Visible($"{row!["authority"]}  {((string)row["digest"]!)[..12]}…"));
                });
                return 0;
            });
    }

    private static Command Revoke()
    {
        var entry = new Argument<string>("entry") { Description = "The entry's digest." };
        var reason = Flags.Text("--reason", "Why, e.g. 'the authority reports its key lost'.");
        var key = Flags.File("--key", "The key file of a person with the role directory, or the authority's own signer.");
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("revoke", "Ends an entry at the gate, at once and for good: nothing is sealed or handed out to its keys any more. A new key is a new entry with a higher version.",
            "directory revoke 9c41… --reason 'key lost' --key alice.key", [entry, reason, key, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var signer = KeyFile.Signer(parsed.GetValue(key)!);
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                var note = SignedNote.Sign(Revocation.Text(await OrderCommands.GateName(gate, cancel), parsed.GetValue(entry)!, TimeProvider.System.GetUtcNow(), parsed.GetValue(reason)!), signer);
                var got = WaitingOrder.Told(await gate.Revoke(note.Bytes(), cancel));
                answer.Give(got, console => console.WriteLine($"revoked: {parsed.GetValue(entry)}"));
                return 0;
            });
    }

    /// <summary>The format of keys as they are given, and each in the form that an entry has.</summary>
    private static async Task<(string Format, IReadOnlyList<string> Keys)> Keys(IReadOnlyList<string> given, bool armor, DateTimeOffset now, CancellationToken cancel)
    {
        var keys = new List<string>();
        var format = "";
        foreach (var one in given)
        {
            if (one.StartsWith("age1", StringComparison.Ordinal))
            {
                keys.Add(one);
                format = AgeRecipient.Parse(one).Kind == AgeKind.Hybrid ? "age-hybrid" : "age-x25519";
                continue;
            }
            if (!File.Exists(one))
                throw new Refused($"{one} is neither an age recipient nor a file");
            if (new FileInfo(one).Length > 2 * OpenPgpCertificate.Limit)
                throw new Refused($"{one} is too large for a certificate; export it without foreign signatures (gpg --export-options export-minimal --export)");
            var certificate = OpenPgpCertificate.Parse(await File.ReadAllBytesAsync(one, cancel), now);
            keys.Add(Convert.ToBase64String(certificate.Bytes));
            format = certificate.Version == 6 ? "openpgp-9580" : "openpgp-gpg";
        }
        return (armor ? format + " armor" : format, keys);
    }

    /// <summary>An option for key files that may be given several times.</summary>
    public static Option<FileInfo[]> Keys(string name, string description) =>
        new Option<FileInfo[]>(name) { Description = description, Required = true, AllowMultipleArgumentsPerToken = false }.AcceptExistingOnly();
}
