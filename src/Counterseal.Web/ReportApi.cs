using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Tally;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>What publishing needs: the desk, its database to read from, and the folder of what was made public.</summary>
/// <param name="Desk">The desk.</param>
/// <param name="Database">Its database.</param>
/// <param name="Shelf">Where published things lie.</param>
/// <param name="Ground">What a report needs besides, asked for each report anew.</param>
/// <param name="Time">The clock.</param>
public sealed record ReportDesk(Desk.Desk Desk, string Database, ReportShelf Shelf, Func<CancellationToken, Task<ReportGround>> Ground, TimeProvider Time) : IDisposable
{
    private readonly SemaphoreSlim one = new(1, 1);
    private (DateTimeOffset At, IReadOnlyList<CountedDemand> Demands)? seen;

    /// <summary>The ledger's tally, by which demands are counted; <c>null</c> where there is none.</summary>
    public TallyClient? Tally { get; init; }

    /// <summary>All demands, as of now.</summary>
    public Task<IReadOnlyList<CountedDemand>> Demands(CancellationToken cancel) => Task.Run(() =>
    {
        var demands = ReportMaking.Demands(Database, Time.GetUtcNow(), null, cancel);
        return Desk.TallyPlan is { } plan ? TalliedDemands.Of(demands, TallyArchive.Leaves(Database, plan.Schema), plan) : demands;
    }, cancel);

    /// <summary>What the desk's page shows of a year, by demands read at most five minutes ago.</summary>
    public Task<ReportDeskView> View(int? year, CancellationToken cancel) => View(Sight.Whole, year, cancel);

    /// <summary>The same as somebody may see it: what is outside that person's compartments is not counted.</summary>
    public async Task<ReportDeskView> View(Sight sight, int? year, CancellationToken cancel)
    {
        var now = Time.GetUtcNow();
        if (seen is not { } read || now - read.At > TimeSpan.FromMinutes(5))
            seen = read = (now, await Demands(cancel));
        var hidden = await Desk.Hidden(sight, cancel);
        IReadOnlyList<CountedDemand> demands = hidden.Count == 0 ? read.Demands : [.. read.Demands.Where(demand => !hidden.Contains(demand.Id))];
        var forms = (await Ground(cancel)).Forms;
        var published = Shelf.Reports().ToDictionary(one => one.Report.Half);
        var of = year ?? read.At.AddMonths(-6).UtcDateTime.Year;
        return new(read.At, [.. ReportMaking.Periods(demands, read.At).Reverse().Select(half =>
            {
                published.TryGetValue(half, out var one);
                return new PeriodStanding(half.Name, one?.Report.Digest, one?.Errata.Count ?? 0, demands.Count(demand => demand.Period == half && demand.Since is not null));
            })], of, Article28.Rows(demands, of, forms), DsaForm.Exact(demands, of, forms), forms);
    }

    /// <summary>Makes a half-year's report without publishing it.</summary>
    public async Task<Report> Make(HalfYear half, CancellationToken cancel) => ReportMaking.Of(await Demands(cancel), half, await Ground(cancel), Time.GetUtcNow());

    /// <summary>Publishes a half-year's report.</summary>
    public Task<PublishedReport> Publish(HalfYear half, string by, CancellationToken cancel) => Alone(async () =>
    {
        // An order in time: what a later report says of earlier ones (bands, sums) must find them there.
        var made = Shelf.Find(half) is null ? await Make(half, cancel) : null;
        Func<string, string, string?, string?, Task<Counterseal.Desk.ProvenEvent>> onRecord = (name, digest, beside, reason) => Desk.Publish(name, digest, beside, reason, by, cancel);
        // A report whose period cannot be opened is not published, so that none stands there unproven for want of a part that does not answer.
        var parts = made is null && Shelf.Opening(half) is not null ? null : await Parts(half, cancel);
        if (made is not null && parts is not null)
            _ = parts.Open(made);
        var published = made is null && parts is not null && Shelf.Find(half) is { } there ? there : await Shelf.Publish(half, () => made!, onRecord);
        if (parts is not null)
            await Shelf.Open(half, report => TallyFile.OpeningBytes(parts.Open(report)), onRecord);
        return published;
    }, cancel);

    /// <summary>What desk, gate and ledger give of a half-year's leaves; <c>null</c> where there is no tally, or it began later.</summary>
    private async Task<OpeningParts?> Parts(HalfYear half, CancellationToken cancel)
    {
        if (Tally is null || Desk.TallyPlan is not { } plan || (await Tally.Periods(cancel)).FirstOrDefault(one => plan.Name(one.Period) == half.Name) is not { } period)
            return null;
        var covers = await Tally.Sums(period.Period, cancel) ?? throw new ReportException("tally", "the ledger does not give the sum of its covers", "look at the ledger's log, then try again");
        return new(plan, Tally.Log.Name, period, TallyArchive.Leaves(Database, plan.Schema), PartSum.Read(plan.Schema, covers), PartSum.Read(plan.Schema, await Desk.GateTally(period.Period, cancel)));
    }

    /// <summary>Publishes a correction beside a report.</summary>
    public Task<Erratum> Correct(HalfYear half, string reason, string by, CancellationToken cancel) => Alone(async () =>
    {
        var (demands, forms, now) = (await Demands(cancel), (await Ground(cancel)).Forms, Time.GetUtcNow());
        return await Shelf.Correct(half, reason, (report, number) => Erratum.Make(report, demands, forms, number, reason, now), (name, digest, beside, why) => Desk.Publish(name, digest, beside, why, by, cancel));
    }, cancel);

    /// <summary>Publishes a signed statement.</summary>
    public Task<Statement> State(byte[] note, string by, CancellationToken cancel) => Alone(() => Shelf.State(note, (name, digest, beside, reason) => Desk.Publish(name, digest, beside, reason, by, cancel)), cancel);

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private async Task<T> Alone<T>(Func<Task<T>> publish, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            return await publish();
        }
        finally
        {
            one.Release();
        }
    }
}

/// <summary>Reports for the <c>counterseal</c> command, on the staff socket only.</summary>
public static class ReportApi
{
    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder routes, ReportDesk reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var api = routes.MapGroup("/api/reports").AddEndpointFilter(Refusals);
        api.MapGet("", async (HttpContext http, CancellationToken cancel) => Results.Json(await List(reports, Visitor.Needed(http).Sight, cancel)));
        api.MapGet("/{period}", async (string period, CancellationToken cancel) => Results.Bytes((await reports.Make(HalfYear.Parse(period), cancel)).Bytes(), "application/json"));
        api.MapPost("/{period}", async (string period, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var published = await reports.Publish(HalfYear.Parse(period), StaffApi.By(http, said), cancel);
            return Results.Json(new JsonObject { ["published"] = published.Report.Period, ["digest"] = published.Report.Digest, ["received"] = published.Report.Totals.Received, ["answered"] = published.Report.Totals.Answered });
        });
        api.MapPost("/{period}/errata", async (string period, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var erratum = await reports.Correct(HalfYear.Parse(period), Text(said, "reason"), StaffApi.By(http, said), cancel);
            return Results.Json(new JsonObject { ["published"] = $"{erratum.Period}/erratum-{erratum.Number}", ["digest"] = erratum.Digest, ["moves"] = erratum.Moves.Sum(move => move.Count), ["others"] = erratum.Others });
        });
        api.MapPost("/statements", async (JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var statement = await reports.State(Encoding.UTF8.GetBytes(Text(said, "note")), StaffApi.By(http, said), cancel);
            return Results.Json(new JsonObject { ["published"] = statement.Id, ["expires"] = statement.Expires.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) });
        });
        // Exact numbers, for those who may demand them; the command says that publishing them undoes the protection.
        api.MapGet("/forms/{form}/{year:int}", async (string form, int year, HttpContext http, CancellationToken cancel) =>
        {
            // Exact numbers would tell how many matters there are that this person may not see; and a form without them would be wrong.
            if ((await reports.Desk.Hidden(Visitor.Needed(http).Sight, cancel)).Count > 0)
                throw new ReportException("not-yours", "there are demands outside your compartments, and a form must have all of them", "somebody who is in every compartment makes it");
            var (demands, forms) = (await reports.Demands(cancel), (await reports.Ground(cancel)).Forms);
            return form switch
            {
                "article28" => Results.Text(Article28.Csv(Article28.Rows(demands, year, forms)), "text/csv"),
                "dsa" => Results.Text(DsaForm.Csv(DsaForm.Exact(demands, year, forms)), "text/csv"),
                _ => throw new ReportException("unknown", $"there is no form \"{form}\"", "article28 or dsa"),
            };
        });
    }

    private static async Task<JsonArray> List(ReportDesk reports, Sight sight, CancellationToken cancel) => [.. (await reports.View(sight, null, cancel)).Periods.Reverse().Select(one => (JsonNode)new JsonObject
    {
        ["period"] = one.Period,
        ["published"] = one.Digest is not null,
        ["digest"] = one.Digest,
        ["errata"] = one.Errata,
        ["changedSince"] = one.Changed,
    })];

    private static string Text(JsonObject said, string name) =>
        said[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : throw new ReportException("malformed", $"\"{name}\" is missing", "say it");

    private static async ValueTask<object?> Refusals(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception no) when (no is ReportException or DeskException or FormatException)
        {
            var (code, then) = no switch { ReportException report => (report.Code, report.Next), DeskException desk => (desk.Code, desk.Next), _ => ("malformed", "correct it and try again") };
            return Results.Json(new JsonObject { ["refused"] = code, ["what"] = no.Message, ["next"] = then }, statusCode: code == "kept" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status409Conflict);
        }
    }
}
