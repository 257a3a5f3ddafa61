using System.Text.Json.Nodes;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>
/// People who keep at it: the whole walk, where each step is tried again after a crash until it is done. What was acknowledged is
/// remembered, to be held against what is there at the end.
/// </summary>
internal sealed class Stubborn(House house, CancellationToken cancel) : IDisposable
{
    private readonly Walk walk = new(house.Home, TimeProvider.System);
    private string demand = "";

    /// <summary>Every receipt that was given.</summary>
    public List<JsonNode> Receipts { get; } = [];

    /// <summary>The package that was fetched.</summary>
    public string Package { get; private set; } = "";

    /// <summary>How often something had to be tried again.</summary>
    public int Retries { get; private set; }

    /// <summary>Goes the whole way: quarantine, receipt, count, preserve, decision, stop, lift, release, package.</summary>
    public async Task GoAllTheWay()
    {
        await Until(async () => (await Desk("api/quarantine")).AsArray().Count > 0, async () =>
        {
            try
            {
                await walk.Submit("no demand"u8.ToArray(), cancel);
            }
            catch (DeskRefused refused) when (refused.Status == 422)
            {
                // That is the answer: it is in quarantine.
            }
        });
        await Until(async () => (await Desk("api/directory")).AsArray().Count > 0, () => walk.AddToDirectory(house.Entry, cancel));
        await Until(() => Task.FromResult(Receipts.Count > 0), async () => Receipts.Add(await walk.Submit(Steps.Emergency, cancel)));
        demand = (string)Receipts[0]["demand"]!;
        await Order("count", [house.Alice]);
        await Order("preserve", [house.Bob]);
        await Until(async () => (bool)(await Show())["authenticated"]!, () => walk.Authenticate(demand, "niamh", "called back", "note 1", cancel));
        await Until(async () => (await Show())["assessment"]?["questions"] is JsonArray { Count: 0 }, () => DemoScript.AnswerQuestions(walk, demand, cancel));
        await Until(async () => (await Show())["decision"] is not null, () => walk.Decide(demand, "niamh", "comply", "lawful", "court.example", cancel));
        await StopAndLift();
        var release = await Order("release", [house.Alice, house.Bob]);
        var name = (string)release["result"]!["name"]!;
        await Until(() => Task.FromResult(Package.Length > 0), async () => Package = await walk.Fetch(demand, (string)release["order"]!, name, Path.Combine(house.Folder, "out"), cancel));
    }

    /// <summary>The demand as the desk shows it.</summary>
    public Task<JsonNode> Show() => walk.Show(demand, cancel);

    /// <inheritdoc/>
    public void Dispose() => walk.Dispose();

    private async Task<JsonNode> Order(string kind, NoteSigner[] reviewers)
    {
        JsonNode? done = null;
        await Until(async () => (await Show())["orders"]!.AsArray().Any(o => (string)o!["kind"]! == kind), () => walk.Order(demand, "niamh", kind, cancel));
        await Until(async () =>
        {
            using var desk = new StaffClient(house.Home);
            var polled = await desk.Post($"api/demands/{demand}/poll", new JsonObject(), cancel);
            var mine = polled["orders"]!.AsArray().Last(o => (string)o!["kind"]! == kind)!;
            if ((string)mine["state"]! == "refused")
                throw new Refused($"{kind} is refused: {mine["refusal"]}");
            done = (string)mine["state"]! == "done" ? mine : null;
            return done is not null;
        }, async () =>
        {
            var order = (string)(await Show())["orders"]!.AsArray().Last(o => (string)o!["kind"]! == kind)!["order"]!;
            foreach (var reviewer in reviewers)
            {
                try
                {
                    await walk.Approve(order, reviewer, cancel);
                }
                catch (Refused again) when (again.Message.Contains("nothing is left to approve", StringComparison.Ordinal) || again.Message.Contains("same-reviewer-twice", StringComparison.Ordinal))
                {
                    // The approval was taken before the crash.
                }
            }
        });
        return done!;
    }

    private async Task StopAndLift()
    {
        var everything = Array.Empty<byte>();
        var lifted = false;
        using var gate = new GateClient(house.Home.GateAddress);
        await Until(() => Task.FromResult(everything.Length > 0), async () =>
        {
            var note = await OrderCommands.StopNote(gate, demand, house.Alice, cancel);
            WaitingOrder.Told(await gate.Stop(note, cancel));
            everything = note;
        });
        // A stop that was taken but not acknowledged is still a stop, so every stop of the gate's folder is lifted.
        await Until(() => Task.FromResult(lifted), async () =>
        {
            var name = (await gate.About(cancel)).Json.GetProperty("gate").GetString()!;
            foreach (var file in Directory.GetFiles(Path.Combine(house.Home.Gate, "stops"), "*.json"))
            {
                var text = Lift.Text(name, Path.GetFileNameWithoutExtension(file), TimeProvider.System.GetUtcNow());
                var reply = await gate.Lift(SignedNote.Sign(text, house.Alice, house.Bob).Bytes(), cancel);
                if (reply.Refused is not null)
                    WaitingOrder.Told(reply);
            }

            lifted = true;
        });
    }

    private async Task<JsonNode> Desk(string path)
    {
        using var desk = new StaffClient(house.Home);
        return await desk.Get(path, cancel);
    }

    private async Task Until(Func<Task<bool>> done, Func<Task> act)
    {
        Exception? last = null;
        for (var tries = 0; tries < 100; tries++)
        {
            try
            {
                if (!house.IsUp)
                    await house.Start();
                if (await done())
                    return;
                await act();
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or DeskRefused or Refused)
            {
                last = fault;
                Retries++;
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
            }
        }

        throw new InvalidOperationException($"a step was not done after a hundred tries; the last fault: {last}; the processes said: {string.Join('\n', house.Words.TakeLast(20))}");
    }
}
