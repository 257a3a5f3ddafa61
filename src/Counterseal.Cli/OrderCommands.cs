using System.CommandLine;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;
using Spectre.Console;

namespace Counterseal.Cli;

/// <summary><c>order</c> and <c>approve</c>: what the gate is asked to do, and the people who say yes or stop.</summary>
internal static class OrderCommands
{
    /// <summary><c>counterseal order</c>.</summary>
    public static Command Order()
    {
        var command = new Command("order", "Orders to the gate. Count, preserve, preview, release and delete go through the desk and wait for approvals; stop and lift go straight to the gate.");
        command.Subcommands.Add(File("count", "Asks how many items are in scope; nothing but counts and an opaque account number comes back.", "order count 01J9Z3… --by niamh"));
        command.Subcommands.Add(File("preserve", "Keeps a snapshot, encrypted to the gate's own vault key; nothing leaves.", "order preserve 01J9Z3… --by niamh"));
        command.Subcommands.Add(File("preview", "Lets named reviewers look, at the gate, at what would leave; nothing leaves.", "order preview 01J9Z3… --viewer alice --by niamh", viewers: true));
        command.Subcommands.Add(File("release", "Makes a package for the decision's recipient.", "order release 01J9Z3… --by niamh"));
        command.Subcommands.Add(File("delete", "Deletes what an earlier order left at the gate, after the demand was withdrawn or closed, and after a delay in which anyone on the roster can stop it.", "order delete 01J9Z3… --order 3f2a91c07be4d815… --by niamh", deletes: true));
        command.Subcommands.Add(Status());
        command.Subcommands.Add(Stop());
        command.Subcommands.Add(Lift());
        return command;
    }

    /// <summary><c>counterseal approve</c>.</summary>
    public static Command Approve()
    {
        var order = new Argument<string>("order") { Description = "The order's digest." };
        var key = Flags.File("--key", "Your key file.");
        var yes = new Option<bool>("--yes") { Description = "Do not ask; for scripts that have shown the order another way." };
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("approve", "Fetches a waiting order from the gate, prints it from its bytes, and signs it if you say so.",
            "approve 3f2a91c07be4d815… --key alice.key", [order, key, yes, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                using var signer = KeyFile.Signer(parsed.GetValue(key)!);
                var digest = parsed.GetValue(order)!;
                var waiting = await WaitingOrder.Fetch(gate, digest, cancel);
                await Console.Error.WriteLineAsync(OrderText.Render(waiting.Envelope, waiting.Assess(), TimeProvider.System.GetUtcNow(), waiting.Plan));
                if (!parsed.GetValue(yes))
                {
                    if (Console.IsInputRedirected)
                        throw new Refused("there is no terminal to ask on; read the order above, then give --yes");
                    if (AnsiConsole.Ask<string>($"Type the first six characters of the order's digest to approve it as {signer.Name}:") != digest[..6])
                        throw new Refused("not approved");
                }

                var got = await waiting.Approve(gate, signer, cancel);
                // A person at a terminal sees the work go on; a script has its answer at once.
                while ((string?)got["state"] == "working" && !Console.IsErrorRedirected)
                {
                    if (got["progress"] is { } progress)
                        ProgressText.Show(ProgressText.Of(progress, TimeProvider.System.GetUtcNow()));
                    await Task.Delay(TimeSpan.FromSeconds(1), cancel);
                    got = WaitingOrder.Told(await gate.Show(digest, cancel));
                    if ((string?)got["state"] != "working")
                        ProgressText.End();
                }
                answer.Give(got, console => console.WriteLine($"approved by {signer.Name}; the order is {got["state"]}{(got["need"] is null ? "" : $" ({got["have"]} of {got["need"]})")}"));
                return 0;
            });
    }

    private static Command File(string kind, string description, string example, bool viewers = false, bool deletes = false)
    {
        var (id, by, home) = (DemandCommands.Id(), DemandCommands.By(), Flags.Home());
        var viewer = new Option<string[]>("--viewer") { Description = "A reviewer on the gate's roster who may look; once for each.", Required = true };
        var earlier = Flags.Text("--order", "The digest of the earlier order whose snapshot, package or preview goes.");
        return Flags.Make(kind, description, example, viewers ? [id, viewer, by, home] : deletes ? [id, earlier, by, home] : [id, by, home],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var order = new JsonObject { ["by"] = parsed.GetValue(by), ["kind"] = kind };
                if (deletes)
                    order["order"] = parsed.GetValue(earlier);
                if (viewers)
                    order["viewers"] = new JsonArray([.. parsed.GetValue(viewer)!.Select(name => JsonValue.Create(name))]);
                var got = await desk.Post($"api/demands/{Uri.EscapeDataString(parsed.GetValue(id)!)}/orders", order, cancel);
                answer.Give(got, console =>
                {
                    console.WriteLine($"filed as order {got["order"]}; {got["have"]} of {got["need"]} approvals");
                    console.WriteLine($"reviewers: counterseal approve {got["order"]} --key FILE");
                });
                return 0;
            });
    }

    private static Command Status()
    {
        var (id, home) = (DemandCommands.Id(), Flags.Home());
        var follow = new Option<bool>("--follow") { Description = "Go on asking, and show how far it is, until the gate works on none of them." };
        return Flags.Make("status", "Asks the gate how a demand's orders stand, and records what it says.", "order status 01J9Z3… --follow", [id, follow, home],
            async (parsed, answer, cancel) =>
            {
                using var desk = new StaffClient(Home.Of(parsed.GetValue(home)));
                var path = $"api/demands/{Uri.EscapeDataString(parsed.GetValue(id)!)}/poll";
                var got = await desk.Post(path, new JsonObject(), cancel);
                var shown = false;
                while (parsed.GetValue(follow) && got["orders"]!.AsArray().FirstOrDefault(order => (string?)order!["state"] == "working") is { } working)
                {
                    if (working["progress"] is { } progress)
                        ProgressText.Show(ProgressText.Of(progress, TimeProvider.System.GetUtcNow()));
                    shown = true;
                    await Task.Delay(TimeSpan.FromSeconds(1), cancel);
                    got = await desk.Post(path, new JsonObject(), cancel);
                }
                if (shown)
                    ProgressText.End();
                answer.Give(got, console =>
                {
                    foreach (var order in got["orders"]!.AsArray())
                        console.WriteLine(Answer.Visible($"{order!["kind"]} {((string)order["order"]!)[..12]}…: {order["state"]}{(order["refusal"] is { } no ? $" ({no["refused"]}: {no["what"]})" : "")}"));
                });
                return 0;
            });
    }

    private static Command Stop()
    {
        var id = new Argument<string>("demand") { Description = "The demand's id, or everything." };
        var key = Flags.File("--key", "Your key file, or an authority's .signer file for its own demand.");
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("stop", "Holds one demand, or everything, at the gate. One person is enough; a quorum must lift it.", "order stop 01J9Z3… --key alice.key", [id, key, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                using var signer = KeyFile.Signer(parsed.GetValue(key)!);
                var note = await StopNote(gate, parsed.GetValue(id)!, signer, cancel);
                var stop = Counterseal.Custody.Stop.Read(note);
                var got = WaitingOrder.Told(await gate.Stop(note, cancel));
                answer.Give(got, console => console.WriteLine($"stopped: {stop.Demand}. To lift it, two people: counterseal order lift {stop.Digest} --key A --key B"));
                return 0;
            });
    }

    /// <summary>A signed stop for the gate that answers.</summary>
    public static async Task<byte[]> StopNote(GateClient gate, string demand, NoteSigner signer, CancellationToken cancel) =>
        SignedNote.Sign(Counterseal.Custody.Stop.Text(await GateName(gate, cancel), demand, TimeProvider.System.GetUtcNow(),
            Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16))), signer).Bytes();

    /// <summary>The name of the gate that answers.</summary>
    public static async Task<string> GateName(GateClient gate, CancellationToken cancel) => (await gate.About(cancel)).Json.GetProperty("gate").GetString()!;

    private static Command Lift()
    {
        var stop = new Argument<string>("stop") { Description = "The stop's digest." };
        var keys = DirectoryCommands.Keys("--key", "A key file; two different people.");
        var (home, reach) = (Flags.Home(), Reach.Gate());
        return Flags.Make("lift", "Lifts one stop; needs a quorum: as many people as the roster asks of any order, at least two.", "order lift 9c41… --key alice.key --key bob.key", [stop, keys, home, .. reach.Options],
            async (parsed, answer, cancel) =>
            {
                using var gate = reach.OpenGate(parsed, Home.Of(parsed.GetValue(home)));
                var signers = parsed.GetValue(keys)!.Select(KeyFile.Signer).ToList();
                var note = SignedNote.Sign(Counterseal.Custody.Lift.Text(await GateName(gate, cancel), parsed.GetValue(stop)!, TimeProvider.System.GetUtcNow()), signers);
                var got = WaitingOrder.Told(await gate.Lift(note.Bytes(), cancel));
                answer.Give(got, console => console.WriteLine("lifted"));
                return 0;
            });
    }
}
