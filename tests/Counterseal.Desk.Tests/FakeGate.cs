using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace Counterseal.Desk.Tests;

/// <summary>A gate that speaks the protocol and collects nothing: it checks what the desk sends, and answers what the test says.</summary>
internal sealed class FakeGate : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeGate(WebApplication app) => this.app = app;

    public ConcurrentDictionary<string, JsonObject> Filed { get; } = new();
    public ConcurrentDictionary<string, int> Approvals { get; } = new();
    /// <summary>What an order of a kind comes to, once it has its approvals.</summary>
    public Dictionary<string, JsonObject> Results { get; } = [];
    /// <summary>When set, every order is refused so.</summary>
    public (string Code, int Status)? Refuse { get; set; }
    public List<string> Faults { get; } = [];
    /// <summary>When set, an approved order is being worked on, and is so far.</summary>
    public JsonObject? Progress { get; set; }
    /// <summary>The digest of what it would ask of its sources; null for a gate that makes no plans.</summary>
    public string? Plan { get; set; } = new('a', 64);

    public static async Task<FakeGate> Start(string socket, NoteVerifier log)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => { kestrel.ListenUnixSocket(socket); kestrel.Limits.MaxRequestBodySize = 64 << 20; });
        var app = builder.Build();
        var gate = new FakeGate(app);
        app.MapPost("/orders", async Task<IResult> (HttpRequest request) =>
        {
            if (request.Headers.Authorization != "Bearer gate-secret")
                return TypedResults.StatusCode((int)HttpStatusCode.Unauthorized);
            var envelope = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
            var bytes = Convert.FromBase64String((string)envelope["order"]!);
            var digest = Convert.ToHexStringLower(SHA256.HashData([.. "counterseal/order/v1\n"u8, .. bytes]));
            if (gate.Refuse is var (code, status))
                return TypedResults.Json(new JsonObject { ["refused"] = code, ["what"] = $"refused for {code}", ["where"] = "/", ["rule"] = "r", ["next"] = "n" }, statusCode: status);
            gate.Check(envelope, (JsonObject)JsonNode.Parse(bytes)!, bytes, log);
            gate.Filed[digest] = envelope;
            return gate.Stands(digest);
        });
        app.MapPost("/plans", async Task<IResult> (HttpRequest request) =>
        {
            var asked = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
            gate.Fault(asked.Count == 2 && asked["scope"] is JsonObject, "a plan is asked for with a kind and a scope");
            return gate.Plan is null ? TypedResults.NotFound() : TypedResults.Json(new JsonObject { ["plan"] = gate.Plan, ["texts"] = new JsonArray("SELECT") });
        });
        app.MapGet("/orders/{digest}", IResult (string digest) =>
            gate.Filed.ContainsKey(digest) ? gate.Stands(digest) : TypedResults.NotFound());
        app.MapPost("/orders/{digest}/approvals", IResult (string digest) =>
        {
            if (gate.Approvals.GetValueOrDefault(digest) >= 2)
                return TypedResults.Json(new JsonObject { ["refused"] = "same-reviewer-twice", ["what"] = "you have approved", ["where"] = "/", ["rule"] = "r", ["next"] = "n" }, statusCode: 403);
            gate.Approvals.AddOrUpdate(digest, 1, (_, have) => have + 1);
            return gate.Stands(digest);
        });
        app.MapGet("/packages/{digest}/{name}", (string digest, string name) =>
            gate.Filed.ContainsKey(digest) ? TypedResults.Bytes(Encoding.UTF8.GetBytes(name)) : (IResult)TypedResults.NotFound());
        await app.StartAsync();
        return gate;
    }

    public static JsonObject Kind(JsonObject envelope) => (JsonObject)JsonNode.Parse(Convert.FromBase64String((string)envelope["order"]!))!;

    private JsonHttpResult<JsonObject> Stands(string digest)
    {
        var kind = (string)Kind(Filed[digest])["kind"]!;
        var need = kind is "count" or "preserve" ? 1 : 2;
        var have = Approvals.GetValueOrDefault(digest);
        return have < need
            ? TypedResults.Json(new JsonObject { ["order"] = digest, ["state"] = "waiting", ["have"] = have, ["need"] = need }, statusCode: 202)
            : Progress is not null ? TypedResults.Json(new JsonObject { ["order"] = digest, ["state"] = "working", ["progress"] = Progress.DeepClone() }, statusCode: 202)
            : TypedResults.Json(new JsonObject { ["order"] = digest, ["state"] = "done", ["result"] = Results[kind].DeepClone() });
    }

    /// <summary>The proof that comes with an order, checked as a gate would.</summary>
    private void Check(JsonObject envelope, JsonObject order, byte[] bytes, NoteVerifier log)
    {
        var original = Convert.FromBase64String((string)envelope["original"]!);
        var happened = envelope["event"]!;
        var canonical = Convert.FromBase64String((string)happened["bytes"]!);
        var leaf = new Leaf(Convert.FromHexString((string)happened["tag"]!), Commitment.Of(Convert.FromHexString((string)happened["salt"]!), canonical));
        Fault(CanonicalJson.IsCanonical(bytes), "the order is not canonical");
        Fault(CanonicalJson.IsCanonical(canonical), "the event is not canonical");
        Fault(Hex(original) == (string)order["demand"]!["originalDigest"]!, "original and digest differ");
        Fault(Hex(canonical) == (string)order["rests"]!, "the order rests on another event");
        var kind = (string)order["kind"]!;
        Fault(kind == "delete" || (string?)order["plan"] == Plan, "the order does not name the plan that the gate gave");
        string[] types = kind switch { "preview" or "release" => ["decided"], "delete" => ["withdrawn", "closed"], _ => ["received"] };
        var said = JsonNode.Parse(canonical)!;
        Fault(types.Contains((string)said["type"]!), $"a {order["kind"]} rests on {said["type"]}");
        TlogProof.Parse((string)happened["proof"]!).Verify(leaf, log);
        if (types[0] == "decided")
        {
            Fault(Hex(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(order["facts"]!.ToJsonString()))) == (string)said["body"]!["factsDigest"]!, "facts and digest differ");
            Fault(JsonNode.DeepEquals(order["asOf"], said["body"]!["asOf"]), "asOf differs");
            Fault(kind == "preview" ? order["recipient"] is null : JsonNode.DeepEquals(order["recipient"], said["body"]!["recipient"]), "recipient differs");
            Fault(JsonNode.DeepEquals(order["demand"]!["received"], said["body"]!["received"]), "received differs");
            Fault(envelope["directory"] is not null == (kind == "release"), "no directory entry, or one too many");
        }
        else if (types[0] == "received")
        {
            Fault(JsonNode.DeepEquals(order["demand"]!["received"], said["at"]), "received differs");
        }
    }

    private void Fault(bool holds, string otherwise)
    {
        if (!holds)
            Faults.Add(otherwise);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
