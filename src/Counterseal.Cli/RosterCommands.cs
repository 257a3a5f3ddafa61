using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>gate roster</c>: what the gate's operator does in a ceremony. It needs the gate's folder; the people sign on the gate's page.</summary>
internal static class RosterCommands
{
    /// <summary>The command.</summary>
    public static Command Command()
    {
        var command = new Command("roster", "Who may approve: invites people to register passkeys, and drafts the roster that they sign on the gate's page.");
        command.Subcommands.Add(Invite());
        command.Subcommands.Add(Draft());
        command.Subcommands.Add(Show());
        return command;
    }

    private static Command Invite()
    {
        var name = new Argument<string>("name") { Description = "The person's name on the roster: letters, digits, dot, dash and underline." };
        var roles = new Option<string[]>("--role") { Description = "reviewer, directory; may be given twice. Default: reviewer.", DefaultValueFactory = _ => ["reviewer"] };
        var home = Flags.Home();
        return Flags.Make("invite", "Prints a code with which one person registers passkeys on the gate's page. Give it to that person alone; it is good for two days.",
            "gate roster invite alice --role reviewer", [name, roles, home],
            (parsed, answer, _) =>
            {
                var (folder, roster) = Gate(Home.Of(parsed.GetValue(home)));
                if (roster.Passkeys is not { } rules)
                    throw new Refused("the roster does not say where passkeys are used: put passkeys (rpId, origin, backedUp) into roster.json, as docs/gate-protocol.md has it");
                if (parsed.GetValue(roles)!.FirstOrDefault(role => role is not ("reviewer" or "directory")) is { } other)
                    throw new Refused($"a role is reviewer or directory, not {other}");
                string code;
                try
                {
                    code = RosterCeremony.Invite(folder, parsed.GetValue(name)!, parsed.GetValue(roles)!, TimeProvider.System.GetUtcNow());
                }
                catch (FormatException e)
                {
                    throw new Refused(e.Message);
                }
                answer.Give(new { name = parsed.GetValue(name), code, address = rules.Origin + "/enrol" }, console =>
                {
                    console.WriteLine($"code for {parsed.GetValue(name)}: {code}");
                    console.WriteLine($"to be entered on {rules.Origin}/enrol");
                });
                return Task.FromResult(0);
            });
    }

    private static Command Draft()
    {
        var without = new Option<string[]>("--without") { Description = "A person who shall not be on it any more; may be given often.", DefaultValueFactory = _ => [] };
        var settings = new Option<FileInfo?>("--settings") { Description = "A JSON file with members that take the place of the old: approvals, passkeys, keyFiles, change." };
        var home = Flags.Home();
        return Flags.Make("draft", "Drafts the next roster from the one in force and the people who have registered. It is nothing until people have signed it on the gate's page.",
            "gate roster draft --without bob", [without, settings, home],
            (parsed, answer, _) =>
            {
                var (folder, roster) = Gate(Home.Of(parsed.GetValue(home)));
                string change;
                try
                {
                    var members = parsed.GetValue(settings) is { } file ? JsonNode.Parse(File.ReadAllBytes(file.FullName)) as JsonObject ?? throw new Refused($"{file.FullName} is not a JSON object") : null;
                    if (members?.FirstOrDefault(member => member.Key is not ("approvals" or "passkeys" or "keyFiles" or "change")).Key is { } other)
                        throw new Refused($"settings are approvals, passkeys, keyFiles and change, not {other}");
                    change = RosterCeremony.Draft(folder, parsed.GetValue(without)!, members, TimeProvider.System.GetUtcNow());
                }
                catch (RefusalException e)
                {
                    throw new Refused($"the roster would not be valid: {e.Refusal.What} ({e.Refusal.Where})");
                }
                catch (JsonException e)
                {
                    throw new Refused($"the settings cannot be read: {e.Message}");
                }
                answer.Give(new { change, address = roster.Passkeys?.Origin + "/roster" }, console => console.WriteLine($"drafted: change {change[..12]}…; the people sign it on {roster.Passkeys?.Origin}/roster"));
                return Task.FromResult(0);
            });
    }

    private static Command Show()
    {
        var home = Flags.Home();
        return Flags.Make("show", "Prints the roster in the gate's folder.", "gate roster show", [home],
            (parsed, answer, _) =>
            {
                var (_, roster) = Gate(Home.Of(parsed.GetValue(home)));
                answer.Give(new
                {
                    epoch = roster.Epoch,
                    digest = roster.Digest,
                    people = roster.People.Select(person => new { name = person.Name, roles = person.Roles.Select(role => role.ToString().ToLowerInvariant()), passkeys = person.Passkeys.Count, keyFile = person.Key is not null }),
                    ceremony = roster.Change is not null,
                }, console =>
                {
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {roster.Epoch}, digest {roster.Digest}"));
                    foreach (var person in roster.People)
                        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {person.Name}: {string.Join(", ", person.Roles.Select(role => role.ToString().ToLowerInvariant()))}; {person.Passkeys.Count} passkeys{(person.Key is null ? "" : ", a key file")}"));
                });
                return Task.FromResult(0);
            });
    }

    private static (string Folder, Roster Roster) Gate(Home home)
    {
        var path = Path.Combine(home.Gate, "roster.json");
        if (!File.Exists(path))
            throw new Refused($"{home.Folder} has no gate of its own; run this where the gate's folder is");
        try
        {
            return (home.Gate, Roster.Read(File.ReadAllBytes(path)));
        }
        catch (RefusalException e)
        {
            throw new Refused($"{path} cannot be used: {e.Refusal.What}");
        }
    }
}
