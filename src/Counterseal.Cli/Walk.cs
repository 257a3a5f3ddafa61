using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>
/// A demand's way, one call a step, as the commands and people would go it: the desk over its staff socket, approvals straight to
/// the gate. The demo and the end-to-end tests both walk it, so that what is shown is what is tested.
/// </summary>
internal sealed class Walk(Home home, TimeProvider time) : IDisposable
{
    private readonly StaffClient desk = new(home);

    /// <summary>Hands a demand in; gives the receipt.</summary>
    public Task<JsonNode> Submit(byte[] original, CancellationToken cancel) => desk.PostBytes("api/demands?channel=command", original, cancel);

    /// <summary>A person has established that the demand is from whom it says.</summary>
    public Task<JsonNode> Authenticate(string demand, string by, string reason, string evidence, CancellationToken cancel) =>
        desk.Post($"api/demands/{demand}/authenticate", new JsonObject { ["by"] = by, ["reason"] = reason, ["evidence"] = evidence }, cancel);

    /// <summary>A person answers a question.</summary>
    public Task<JsonNode> Establish(string demand, string by, string fact, string value, string reason, CancellationToken cancel) =>
        desk.Post($"api/demands/{demand}/facts", new JsonObject { ["by"] = by, ["fact"] = fact, ["value"] = value, ["reason"] = reason }, cancel);

    /// <summary>A person decides.</summary>
    public Task<JsonNode> Decide(string demand, string by, string decision, string reason, string? recipient, CancellationToken cancel, string? reissueOf = null) =>
        desk.Post($"api/demands/{demand}/decide", new JsonObject { ["by"] = by, ["decision"] = decision, ["reason"] = reason, ["recipient"] = recipient, ["reissueOf"] = reissueOf }, cancel);

    /// <summary>Files an order with the gate; gives its digest.</summary>
    public async Task<string> Order(string demand, string by, string kind, CancellationToken cancel)
    {
        var got = await desk.Post($"api/demands/{demand}/orders", new JsonObject { ["by"] = by, ["kind"] = kind }, cancel);
        if (got["refusal"] is { } no)
            throw new Refused($"the gate refuses the order: {no["refused"]}: {no["what"]}");
        return (string)got["order"]!;
    }

    /// <summary>One demand whole.</summary>
    public Task<JsonNode> Show(string demand, CancellationToken cancel) => desk.Get($"api/demands/{demand}", cancel);

    /// <summary>A reviewer approves: the order is fetched from the gate and signed over its digest.</summary>
    public async Task Approve(string order, NoteSigner reviewer, CancellationToken cancel)
    {
        using var gate = new GateClient(home.GateAddress);
        await (await WaitingOrder.Fetch(gate, order, cancel)).Approve(gate, reviewer, cancel);
    }

    /// <summary>Asks the desk to ask the gate until the order is done or refused.</summary>
    /// <exception cref="Refused">The gate refuses the order, in its words; or it is not done within two minutes.</exception>
    public async Task<JsonNode> Done(string demand, string order, CancellationToken cancel)
    {
        var until = time.GetUtcNow().AddMinutes(2);
        while (true)
        {
            var got = await desk.Post($"api/demands/{demand}/poll", new JsonObject(), cancel);
            var mine = got["orders"]!.AsArray().FirstOrDefault(o => (string?)o!["order"] == order);
            switch ((string?)mine?["state"])
            {
                case "done":
                    return mine!["result"]!;
                case "refused":
                    throw new Refused($"{mine!["refusal"]!["refused"]}: {mine["refusal"]!["what"]}");
            }

            if (time.GetUtcNow() > until)
                throw new Refused($"order {order[..12]} is still {(string?)mine?["state"] ?? "unknown"} after two minutes");
            await Task.Delay(TimeSpan.FromMilliseconds(40), time, cancel);
        }
    }

    /// <summary>Fetches the files of a package into a folder; gives their common path.</summary>
    public async Task<string> Fetch(string demand, string order, string name, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var common = Path.Combine(folder, name);
        await File($"{name}.counterseal");
        // The counterseal says which volumes there are.
        foreach (var volume in SealFile.Read(await System.IO.File.ReadAllBytesAsync($"{common}.counterseal", cancel)).Statement.Volumes)
            await File(volume.Name);
        return common;

        Task File(string file) => desk.Download($"api/demands/{demand}/packages/{order}/{file}", Path.Combine(folder, file), cancel);
    }

    /// <summary>Puts a directory entry on the desk's list.</summary>
    public Task<JsonNode> AddToDirectory(string note, CancellationToken cancel) => desk.Post("api/directory", new JsonObject { ["note"] = note }, cancel);

    /// <inheritdoc/>
    public void Dispose() => desk.Dispose();
}
