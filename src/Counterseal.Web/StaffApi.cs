using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>
/// The desk's JSON interface for the <c>counterseal</c> command, on the staff socket only (mode 0600). A person's token says who asks, and that person's name is what is recorded; in a trial the socket
/// without a token is the trial's account, behind which anybody may be, and a name given as <c>by</c> is recorded unproven. Shapes: <c>docs/desk.md</c>.
/// </summary>
public static class StaffApi
{
    private const int BodyLimit = Desk.Desk.OriginalLimit + 4096;

    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder routes, Desk.Desk desk, Accounts accounts, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(accounts);
        var api = routes.MapGroup("/api").AddEndpointFilter(Refusals);
        StaffKeeping.Map(api, desk, accounts);
        api.MapPost("/demands", async (HttpRequest request, string? channel, CancellationToken cancel) => await Arrived(desk, await desk.Receive(await Body(request, cancel), channel ?? "command", cancel), cancel));
        api.MapGet("/demands", async (HttpContext http, CancellationToken cancel) => Results.Json(new JsonArray([.. (await desk.Queue(Visitor.Needed(http).Sight, all: true, 1000, cancel)).Select(Row)])));
        api.MapGet("/demands/{id}", async (string id, CancellationToken cancel) => Results.Json(Whole(await desk.Show(id, cancel), desk)));
        api.MapGet("/demands/{id}/original", async (string id, CancellationToken cancel) => Results.Bytes(await desk.OriginalOf(id, cancel)));
        api.MapPost("/demands/{id}/authenticate", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
            await Stands(desk, await desk.Authenticate(id, By(http, said), (string?)said["outcome"] == "notAuthentic" ? Authenticity.NotAuthentic : Authenticity.Authentic, Text(said, "reason"), Text(said, "evidence"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/facts", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
            await Stands(desk, await desk.Establish(id, By(http, said), Text(said, "fact"), (string?)said["value"], Text(said, "reason"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/decide", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var decision = Enum.TryParse<Decision>(Text(said, "decision"), ignoreCase: true, out var one) && one != Decision.Undecided
                ? one
                : throw new DeskException("malformed", $"'{(string?)said["decision"]}' is not a decision", "use comply, complyInPart, noData, redirect, challenge or reject");
            var scope = said["scope"] is { } narrowed ? narrowed.Deserialize<Scope>(LawJson.Options) : null;
            if ((string?)said["thirdParties"] is { } masked)
                scope = masked == "masked" ? Scope.Masked(scope ?? (await desk.Show(id, cancel)).State.Assessed?.Assessment.Permitted ?? Scope.Nothing) : throw new DeskException("malformed", $"'{masked}' is nothing that can be done about third parties", "use masked, or leave it out");
            var recipient = (string?)said["recipient"] is { } authority ? await Recipient(desk, authority, cancel) : null;
            return await Stands(desk, await desk.Decide(id, By(http, said), decision, scope, [Text(said, "reason")], recipient, (string?)said["reissueOf"], Seen(said), cancel), cancel);
        });
        api.MapPost("/demands/{id}/orders", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var by = By(http, said);
            var polled = Text(said, "kind") switch
            {
                "count" => await desk.OrderCount(id, by, null, Seen(said), cancel),
                "preserve" => await desk.OrderPreserve(id, by, Until(said, time), null, Seen(said), cancel),
                "preview" => await desk.OrderPreview(id, by, [.. (said["viewers"] as JsonArray ?? []).Select(viewer => (string?)viewer ?? "")], null, Seen(said), cancel),
                "delete" => await desk.OrderDelete(id, by, Text(said, "order"), null, Seen(said), cancel),
                "release" => await desk.OrderRelease(id, by, null, Seen(said), cancel),
                var other => throw new DeskException("malformed", $"'{other}' is not a kind of order", "use count, preserve, preview, release or delete; stop and lift go straight to the gate"),
            };
            var order = polled.State.Orders[^1];
            var answer = polled.Answers.FirstOrDefault(a => a.Order == order.Digest);
            return Results.Json(new JsonObject { ["order"] = order.Digest, ["kind"] = order.Kind.ToString().ToLowerInvariant(), ["state"] = Standing(order, polled), ["have"] = answer?.Have ?? order.Have, ["need"] = answer?.Need ?? order.Need, ["refusal"] = Refusal(order) ?? Refusal(answer) });
        });
        api.MapPost("/demands/{id}/poll", async (string id, CancellationToken cancel) => Results.Json(Orders(await desk.Poll(id, cancel))));
        api.MapPost("/demands/{id}/perform", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Perform(id, By(http, said), Text(said, "rule"), Text(said, "how"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/tell", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Tell(id, By(http, said), Text(said, "how"), (string?)said["ground"], Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/stay", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Stay(id, By(http, said), Text(said, "reason"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/resume", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Resume(id, By(http, said), Text(said, "reason"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/withdraw", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Withdraw(id, By(http, said), Text(said, "reason"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/close", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Close(id, By(http, said), Text(said, "reason"), Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/docket", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) => await Stands(desk, await desk.Litigate(id, By(http, said), LitigationReading.Of(name => Member(said, name), When, outcome => JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString()), Words.English), Seen(said), cancel), cancel));
        api.MapGet("/demands/{id}/packages/{order}/{file}", (string id, string order, string file, HttpResponse response, CancellationToken cancel) => Fetch(desk, id, order, file, Visitor.Needed(response.HttpContext).Person.Name, response, cancel));
        api.MapGet("/quarantine", async (CancellationToken cancel) => Results.Json(await desk.Quarantine(1000, cancel), LawJson.Options));
        api.MapGet("/directory", async (CancellationToken cancel) => Results.Json(new JsonArray([.. (await desk.Entries(cancel)).Select(e => Entry(e))])));
        api.MapPost("/directory", async (JsonObject said, HttpContext http, CancellationToken cancel) =>
            Results.Json(Entry(await desk.AddEntry(System.Text.Encoding.UTF8.GetBytes(Text(said, "note")), said["by"] is null && Visitor.Needed(http).IsTrial ? "command" : By(http, said), cancel))));
    }

    private static async Task<IResult> Arrived(Desk.Desk desk, Arrival arrival, CancellationToken cancel) => arrival switch
    {
        Receipt receipt => Results.Json(ReceiptJson(receipt, (await desk.Show(receipt.Demand, cancel)).State.Assessed?.Assessment.Questions ?? [])),
        Quarantined kept => Results.Json(
            new JsonObject
            {
                ["what"] = $"this cannot be taken as a demand: {kept.Faults.Count} fault(s)",
                ["quarantine"] = kept.Digest,
                ["format"] = kept.Format,
                ["faults"] = JsonSerializer.SerializeToNode(kept.Faults, LawJson.Options),
                ["next"] = "correct what is named and send it again; the original is kept",
            }, statusCode: StatusCodes.Status422UnprocessableEntity),
        _ => throw new InvalidOperationException($"an arrival of a kind that is not known here: {arrival.GetType().Name}"),
    };

    /// <summary>The receipt as the authority gets it: everything to check the <i>received</i> leaf without us.</summary>
    internal static JsonObject ReceiptJson(Receipt receipt, IReadOnlyList<Question> questions)
    {
        var json = Untallied(receipt, questions);
        // Where the ledger did not take the leaf in time, the status page gives it.
        if (receipt.Tally is { } leaf)
            json["tally"] = leaf.Paper.DeepClone();
        return json;
    }

    private static JsonObject Untallied(Receipt receipt, IReadOnlyList<Question> questions) => new()
    {
        ["counterseal"] = "receipt/v1",
        ["demand"] = receipt.Demand,
        ["token"] = receipt.Token,
        ["reference"] = receipt.Reference,
        ["originalDigest"] = receipt.OriginalDigest,
        ["at"] = Instant.Text(receipt.At),
        ["index"] = TlogProof.Parse(receipt.Received.Proof).Index,
        ["received"] = new JsonObject
        {
            ["event"] = Convert.ToBase64String(receipt.Received.Event),
            ["salt"] = receipt.Received.Salt,
            ["tag"] = receipt.Received.Tag,
            ["proof"] = receipt.Received.Proof,
        },
        ["warnings"] = JsonSerializer.SerializeToNode(receipt.Warnings, LawJson.Options),
        ["questions"] = JsonSerializer.SerializeToNode(questions, LawJson.Options),
    };

    private static JsonObject Row(QueueEntry entry) => new JsonObject
    {
        ["demand"] = entry.Id,
        ["reference"] = entry.Reference,
        ["authority"] = entry.Authority,
        ["country"] = entry.Country,
        ["instrument"] = entry.Instrument,
        ["state"] = Word(entry.Stage),
        ["version"] = entry.Version,
        ["received"] = Instant.Text(entry.Received),
        ["due"] = entry.Due is { } due ? Instant.Text(due) : null,
        ["dueWhat"] = entry.DueWhat,
        ["emergency"] = entry.Emergency,
        ["authenticated"] = entry.Authenticated,
        ["questions"] = entry.Questions,
        ["tampered"] = entry.Tampered,
    };

    private static JsonObject Whole(DemandFile file, Desk.Desk desk)
    {
        var state = file.State;
        return new JsonObject
        {
            ["demand"] = state.Id,
            ["state"] = Word(state.Stage),
            ["version"] = state.Version,
            ["received"] = Instant.Text(state.ReceivedAt),
            ["authenticated"] = state.IsAuthenticated,
            ["read"] = JsonSerializer.SerializeToNode(state.Received?.Demand, LawJson.Options),
            ["originalDigest"] = state.Received?.Original.Digest,
            ["facts"] = JsonSerializer.SerializeToNode(state.Facts, LawJson.Options),
            ["assessment"] = JsonSerializer.SerializeToNode(state.Assessed?.Assessment, LawJson.Options),
            ["decision"] = JsonSerializer.SerializeToNode(state.Decided, LawJson.Options),
            ["orders"] = new JsonArray([.. state.Orders.Select(o => OrderJson(o, null))]),
            ["tampered"] = file.Tampered,
            ["events"] = new JsonArray([.. file.Events.Select(e => EventJson(e, desk))]),
        };
    }

    private static JsonObject EventJson(Counterseal.Desk.LoggedEvent logged, Desk.Desk desk)
    {
        var proven = desk.Prove(logged);
        return new JsonObject
        {
            ["version"] = logged.Event.Version,
            ["type"] = logged.Event.Type,
            ["at"] = Instant.Text(logged.Event.At),
            ["by"] = logged.Event.By,
            ["index"] = logged.LeafIndex,
            ["event"] = Convert.ToBase64String(proven.Event),
            ["salt"] = proven.Salt,
            ["tag"] = proven.Tag,
            ["proof"] = proven.Proof,
        };
    }

    internal static async Task<IResult> Stands(Desk.Desk desk, DemandState state, CancellationToken cancel)
    {
        var file = await desk.Show(state.Id, cancel);
        var law = state.Assessed?.Assessment;
        return Results.Json(new JsonObject
        {
            ["demand"] = state.Id,
            ["state"] = Word(state.Stage),
            ["version"] = state.Version,
            ["index"] = file.Events[^1].LeafIndex,
            ["basis"] = state.Decided?.Basis ?? law?.Basis,
            ["proposed"] = law is null ? null : JsonSerializer.SerializeToNode(law.Proposed, LawJson.Options),
            ["questions"] = JsonSerializer.SerializeToNode(law?.Questions, LawJson.Options),
        });
    }

    private static JsonObject Orders(Polled polled) => new()
    {
        ["demand"] = polled.State.Id,
        ["state"] = Word(polled.State.Stage),
        ["orders"] = new JsonArray([.. polled.State.Orders.Select(o => OrderJson(o, polled))]),
    };

    private static JsonObject OrderJson(OrderState order, Polled? polled) => new()
    {
        ["order"] = order.Digest,
        ["kind"] = order.Kind.ToString().ToLowerInvariant(),
        ["state"] = Standing(order, polled),
        ["have"] = order.Have,
        ["need"] = order.Need,
        ["expires"] = Instant.Text(order.Expires),
        ["released"] = order.ReleasedAt is { } at ? Instant.Text(at) : null,
        ["result"] = order.Count is not null ? JsonSerializer.SerializeToNode(order.Count, LawJson.Options)
            : order.Preserved is not null ? JsonSerializer.SerializeToNode(order.Preserved, LawJson.Options)
            : order.Previewed is not null ? JsonSerializer.SerializeToNode(order.Previewed, LawJson.Options)
            : order.Deleted is not null ? JsonSerializer.SerializeToNode(order.Deleted, LawJson.Options)
            : order.Seal is not null ? JsonSerializer.SerializeToNode(order.Seal, LawJson.Options)
            : null,
        ["progress"] = polled?.Answers.FirstOrDefault(a => a.Order == order.Digest)?.Progress is { } progress ? JsonSerializer.SerializeToNode(progress, LawJson.Options) : null,
        ["refusal"] = Refusal(order) ?? Refusal(polled?.Answers.FirstOrDefault(a => a.Order == order.Digest)),
    };

    private static string Standing(OrderState order, Polled? polled) => order switch
    {
        { Refusal: not null } => "refused",
        { IsOpen: false } => "done",
        _ => polled?.Answers.FirstOrDefault(a => a.Order == order.Digest)?.State ?? "waiting",
    };

    private static JsonObject? Refusal(OrderState order) => order.Refusal is { } no ? Refusal(no.Code, no.What, no.Next) : null;

    private static JsonObject? Refusal(GateAnswer? answer) => answer?.Refusal is { } no ? Refusal(no.Code, no.What, no.Next) : null;

    private static JsonObject Refusal(string code, string what, string? next) => new() { ["refused"] = code, ["what"] = what, ["next"] = next };

    private static JsonObject Entry(Counterseal.Desk.DirectoryEntry entry) => new()
    {
        ["digest"] = entry.Digest,
        ["authority"] = entry.Authority,
        ["country"] = entry.Country,
        ["name"] = entry.Name,
        ["format"] = entry.Format,
        ["fingerprints"] = new JsonArray([.. entry.Fingerprints.Select(one => (JsonNode)one)]),
        ["confirmed"] = entry.Confirmed,
        ["callback"] = entry.Callback,
        ["version"] = entry.Version,
    };

    private static async Task<string> Recipient(Desk.Desk desk, string authority, CancellationToken cancel) =>
        (await desk.Entries(cancel)).Where(e => e.Authority == authority || e.Digest == authority).MaxBy(e => e.Version)?.Digest
        ?? throw new DeskException("unknown", $"'{authority}' is not in the directory", "two people sign an entry with `counterseal directory entry`, then `counterseal directory add` puts it here");

    private static async Task Fetch(Desk.Desk desk, string id, string order, string file, string by, HttpResponse response, CancellationToken cancel)
    {
        var state = (await desk.Show(id, cancel)).State;
        if (state.Package is not { } package || package.Digest != order)
            throw new LifeException("no package of this order is sealed under the current decision");
        var from = await desk.Package(id, file, cancel);
        await using var content = from.Content;
        response.ContentType = "application/octet-stream";
        response.ContentLength = from.Length;
        await content.CopyToAsync(response.Body, cancel);
        if (file != package.Seal!.Counterseal)
            await desk.HandedOut(id, by == People.Trial ? "desk" : by, "fetched over the staff socket", cancel);
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > BodyLimit)
            throw new DeskException("malformed", "a demand may have at most 20 MiB", "send it in parts, each a demand of its own");
        using var buffer = new MemoryStream();
        var piece = new byte[81920];
        int read;
        while ((read = await request.Body.ReadAsync(piece, cancel)) > 0)
        {
            if (buffer.Length + read > BodyLimit)
                throw new DeskException("malformed", "a demand may have at most 20 MiB", "send it in parts, each a demand of its own");
            buffer.Write(piece, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    internal static string Text(JsonObject said, string member) => said[member] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
        ? text
        : throw new DeskException("malformed", $"'{member}' is missing", $"say {member}");

    // A number is as good as its text; anything else says nothing.
    private static string Member(JsonObject said, string member) => said[member] is JsonValue value ? value.TryGetValue<string>(out var text) ? text : value.TryGetValue<int>(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "" : "";

    /// <summary>Who does it: the person of the token, whatever the request says; in a trial whoever it says.</summary>
    internal static string By(HttpContext http, JsonObject said)
    {
        var visitor = Visitor.Needed(http);
        if (visitor.IsTrial)
            return Text(said, "by");
        var name = (string?)said["by"];
        return name is null || name == visitor.Person.Name ? visitor.Person.Name
            : throw new DeskException("malformed", $"your token is {visitor.Person.Name}'s, and nothing is recorded under another name", $"leave --by out, or say {visitor.Person.Name}");
    }

    internal static int? Seen(JsonObject said) => (int?)said["seen"];

    private static DateTimeOffset? When(string? said) => DateTimeOffset.TryParse(said, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static DateTimeOffset Until(JsonObject said, TimeProvider time) => said["until"] is null
        ? time.GetUtcNow().AddDays(90)
        : When((string?)said["until"]) ?? throw new DeskException("malformed", "'until' is not an instant", "write for example 2027-02-22T00:00:00Z");

    private static string Word(Stage stage) => stage.ToString().ToLowerInvariant();

    private static async ValueTask<object?> Refusals(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (DeskException no)
        {
            var status = no.Code switch
            {
                "unknown" => StatusCodes.Status404NotFound,
                "conflict" or "not-now" or "tampered" => StatusCodes.Status409Conflict,
                "kept" or "gate-away" => StatusCodes.Status503ServiceUnavailable,
                "gate-refused" => StatusCodes.Status403Forbidden,
                _ => StatusCodes.Status400BadRequest,
            };
            return Results.Json(new JsonObject { ["refused"] = no.Code, ["what"] = no.Message, ["next"] = no.Next }, statusCode: status);
        }
        catch (FormException no)
        {
            return Results.Json(new JsonObject { ["refused"] = "malformed", ["what"] = no.Message, ["next"] = no.Next }, statusCode: StatusCodes.Status400BadRequest);
        }
        catch (Exception no) when (no is HttpRequestException or LedgerException)
        {
            return Results.Json(new JsonObject { ["refused"] = "ledger-away", ["what"] = no.Message, ["next"] = "try again; nothing is lost" }, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
