using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>gate clock</c> and <c>gate witness</c>: what the gate's clock is held against.</summary>
internal static class GateClockCommands
{
    /// <summary><c>gate clock</c>.</summary>
    public static Command Clock()
    {
        var keys = new Option<FileInfo[]>("--key") { Description = "A key file; a quorum of them has the journal's latest time forgotten. Without any, only says how the clock stands." };
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("clock", "Says what the running gate holds its clock against. With the keys of a quorum: the time is right now, whatever the journal says (after a clock that was ahead by mistake).",
            "gate clock --key alice.key --key bob.key", [keys, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                if (parsed.GetValue(keys) is { Length: > 0 } files)
                {
                    var signers = files.Select(KeyFile.Signer).ToList();
                    var note = SignedNote.Sign(ClockNote.Text(await OrderCommands.GateName(gate, cancel), TimeProvider.System.GetUtcNow()), signers);
                    var got = WaitingOrder.Told(await gate.Clock(note.Bytes(), cancel));
                    answer.Give(got, console => console.WriteLine($"on record; the gate is {got["state"]}"));
                    return 0;
                }
                var (about, health) = ((await gate.About(cancel)).Json.GetProperty("clock"), (await gate.Health(cancel)).Json);
                answer.Give(new { clock = about, state = health.GetProperty("state").GetString(), what = health.TryGetProperty("what", out var what) ? what.GetString() : null }, console =>
                {
                    console.WriteLine(Said(about));
                    console.WriteLine(Answer.Visible(health.TryGetProperty("what", out var why) ? $"doubted: {why.GetString()}" : "nothing speaks against it"));
                });
                return 0;
            });
    }

    /// <summary><c>gate witness</c>.</summary>
    public static Command Witness()
    {
        var command = new Command("witness", "The ledger's witnesses whose times the gate holds its clock against: the gate's own choice, whatever the ledger asks.");
        command.Subcommands.Add(Change("add", "Believes one more witness.", (before, key) => before.Contains(key) ? before : [.. before, key]));
        command.Subcommands.Add(Change("remove", "Believes a witness no longer; with the last one gone the journal alone is held against the clock.",
            (before, key) => before.Contains(key) ? [.. before.Where(one => one != key)] : throw new Refused("the gate does not believe that witness")));
        return command;
    }

    private static Command Change(string verb, string description, Func<IReadOnlyList<string>, string, IReadOnlyList<string>> change)
    {
        var (key, home) = (new Argument<string>("key") { Description = "The witness's key (vkey)." }, Flags.Home());
        var need = new Option<int?>("--need") { Description = "How many of them must have reached a time. Default: more than half." };
        var ahead = new Option<int?>("--ahead") { Description = "How many minutes the clock may be ahead of them (1 to 1440). Default: as it was, 60 at first." };
        return Flags.Make(verb, $"{description} The gate must not run.", $"gate witness {verb} witness.example+…", [key, need, ahead, home],
            (parsed, answer, _) =>
            {
                var witness = WitnessKey.Parse(parsed.GetValue(key)!).ToString();
                WitnessPolicy? settled = null;
                if (parsed.GetValue(ahead) is < 1 or > 1440)
                    throw new Refused("--ahead is from 1 to 1440 minutes");
                GateHome.SetWitnesses(Home.Of(parsed.GetValue(home)).Gate, before =>
                {
                    var keys = change([.. (before?.Keys ?? []).Select(one => one.ToString())], witness);
                    return settled = keys.Count == 0 ? null : WitnessPolicy.Of(parsed.GetValue(need) ?? keys.Count / 2 + 1, keys);
                }, parsed.GetValue(ahead) is { } minutes ? TimeSpan.FromMinutes(minutes) : null);
                answer.Give(new { need = settled?.Need ?? 0, keys = settled?.Keys.Select(one => one.ToString()) ?? [] }, console =>
                    console.WriteLine(settled is null ? "the gate holds its clock against its journal alone; start it again" : string.Create(CultureInfo.InvariantCulture, $"{settled.Need} of {settled.Keys.Count} witnesses must have reached a time; start the gate again")));
                return Task.FromResult(0);
            });
    }

    private static string Said(JsonElement about) => !about.TryGetProperty("witnesses", out var witnesses)
        ? "held against the gate's journal alone: no witnesses are set, so a clock that was set forward is not noticed (`counterseal gate witness add`)"
        : string.Create(CultureInfo.InvariantCulture, $"held against the gate's journal and {witnesses.GetProperty("need").GetInt32()} of {witnesses.GetProperty("keys").GetArrayLength()} witnesses{(about.TryGetProperty("agreed", out var agreed) ? $", who last agreed on {agreed.GetString()}" : ", who have not been heard yet")}; at most {about.GetProperty("ahead").GetInt64() / 60} minutes ahead of them");
}
