using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Watch;

/// <summary>A finding with its customer's name.</summary>
/// <param name="State">The finding and what was decided.</param>
/// <param name="CustomerName">As the directory has it, or the customer's id.</param>
/// <param name="Extent">How much the evidence comes to by now.</param>
public sealed record FindingRow(FindingState State, string CustomerName, FindingExtent Extent);

/// <summary>Evidence with the reason of the rule that weighed it.</summary>
/// <param name="Evidence">The evidence.</param>
/// <param name="Because">Why it counts.</param>
public sealed record WeighedEvidence(Evidence Evidence, string Because);

/// <summary>An event of the record with what a stranger needs to check it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Bytes">Its canonical bytes.</param>
/// <param name="Salt">The commitment's salt.</param>
/// <param name="Tag">The leaf's tag.</param>
/// <param name="Proof">The ledger's proof.</param>
public sealed record ProvenEvent(RecordEvent Event, byte[] Bytes, byte[] Salt, byte[] Tag, string Proof);

/// <summary>A notice as staff see it.</summary>
/// <param name="State">How far it has come.</param>
/// <param name="CustomerName">As the directory has it, or the customer's id.</param>
/// <param name="Next">When it is looked at again; <c>null</c> when there is nothing to do.</param>
public sealed record NoticeRow(NoticeState State, string CustomerName, DateTimeOffset? Next);

/// <summary>A finding whole: what an analyst reads before deciding.</summary>
/// <param name="Row">The finding.</param>
/// <param name="Country">The customer's country, or empty.</param>
/// <param name="Evidence">Its evidence.</param>
/// <param name="Events">Its life on the record.</param>
/// <param name="Notices">Its notices.</param>
public sealed record FindingFile(FindingRow Row, string Country, IReadOnlyList<WeighedEvidence> Evidence, IReadOnlyList<ProvenEvent> Events, IReadOnlyList<NoticeRow> Notices);

/// <summary>What a part of a file came to.</summary>
/// <param name="Position">How far the source is read now.</param>
/// <param name="Taken">New events.</param>
/// <param name="Repeated">Events that were there already.</param>
/// <param name="Evidence">New evidence.</param>
/// <param name="LeftOut">Lines that were left out.</param>
/// <param name="Faults">Which and why; the first hundred.</param>
public sealed record TakenPart(FeedPosition Position, long Taken, long Repeated, long Evidence, long LeftOut, IReadOnlyList<string> Faults);

/// <summary>What a retro-hunt came to.</summary>
/// <param name="Events">Kept events that present indicators may fit.</param>
/// <param name="Evidence">Evidence that was not there before.</param>
/// <param name="Findings">Findings raised or changed.</param>
public sealed record HuntResult(long Events, long Evidence, int Findings);

/// <summary>What one round came to.</summary>
/// <param name="Findings">Findings raised or changed.</param>
/// <param name="Notices">Notices handed on.</param>
public sealed record RoundResult(int Findings, int Notices);

/// <summary>The feeds with what was remarked of them.</summary>
/// <param name="Feeds">The feeds.</param>
/// <param name="Values">Values that are looked up.</param>
/// <param name="Remarks">What was left out, put right or of no use.</param>
/// <param name="WarningLists">What of the warning lists could not be used.</param>
public sealed record FeedsReport(IReadOnlyList<FeedStatus> Feeds, int Values, IReadOnlyList<NamedRemark> Remarks, IReadOnlyList<string> WarningLists)
{
    /// <summary>Remarks in a report, at most.</summary>
    public const int Most = 1000;

    /// <summary>The report of a shelf.</summary>
    public static FeedsReport Of(FeedShelf shelf)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        return new(shelf.Feeds, shelf.Matching.Values, [.. shelf.Remarks.OrderBy(r => r.Remark.Kind).Take(Most).Select(r => new NamedRemark(r.Feed, r.Remark))], shelf.ListFaults);
    }
}

/// <summary>A remark with its feed.</summary>
/// <param name="Feed">The feed's name.</param>
/// <param name="Remark">The remark.</param>
public sealed record NamedRemark(string Feed, FeedRemark Remark);

/// <summary>
/// What staff ask of the bell, as JSON over a Unix socket of mode 0600: the desk's pages and the <c>counterseal watch</c> command. As at the desk's own staff socket, names given as <c>by</c> are recorded
/// and not proven.
/// </summary>
internal static class BellStaff
{
    private const int MostRows = 1000, Batch = 2000, MostFaults = 100;

    public static void Map(IEndpointRouteBuilder routes, BellHost host, TimeProvider time)
    {
        var bell = host.Bell;
        var api = routes.MapGroup("").AddEndpointFilter(Refusals);
        api.MapGet("/findings", async (CancellationToken cancel) =>
        {
            var extents = await bell.Extents(cancel);
            return Give((await bell.Findings(cancel))
                .OrderBy(f => f.Status).ThenByDescending(f => f.Finding.Verdict).ThenByDescending(f => f.Finding.Confidence).ThenBy(f => f.Raised).Take(MostRows)
                .Select(f => new FindingRow(f, host.NameOf(f.Finding.Customer), extents.GetValueOrDefault(f.Finding.Id) ?? FindingExtent.Of(f.Finding))));
        });
        api.MapGet("/findings/{id}", async (string id, CancellationToken cancel) => Give(await File(host, id, cancel)));
        api.MapPost("/findings/{id}/confirm", (string id, Said said, CancellationToken cancel) => Decided(host, id, bell.Confirm, said, cancel));
        api.MapPost("/findings/{id}/dismiss", (string id, Said said, CancellationToken cancel) => Decided(host, id, bell.Dismiss, said, cancel));
        api.MapGet("/notices", async (CancellationToken cancel) => Give((await bell.Notices(cancel))
            .OrderByDescending(n => n.Status == NoticeStatus.Unreachable).ThenBy(n => n.Planned.Due).Take(MostRows).Select(host.Row)));
        api.MapGet("/figures", async (CancellationToken cancel) => Give(await bell.Figures(cancel)));
        api.MapGet("/feeds", () => Give(FeedsReport.Of(host.Shelf)));
        api.MapPost("/feeds", async (CancellationToken cancel) =>
        {
            await host.Refresh(all: true, cancel);
            return Give(FeedsReport.Of(host.Shelf));
        });
        api.MapPost("/hunt", async (DateTimeOffset since, CancellationToken cancel) => Give(await host.Hunt(since, cancel)));
        api.MapPost("/round", async (CancellationToken cancel) => Give(await host.Round(cancel)));
        api.MapPost("/check", async (Asked asked, CancellationToken cancel) =>
            Give(new Answered(await bell.CheckPublicly(asked.Code, IPAddress.TryParse(asked.Client, out var client) ? client : IPAddress.None, cancel) is { } ours ? ours : null)));
        api.MapPost("/customer/banners", async (OfCustomer asked, CancellationToken cancel) => Give(await bell.Banners(asked.Account, asked.Administers, asked.Language, cancel)));
        api.MapPost("/customer/opened", async (OfCustomer asked, CancellationToken cancel) =>
        {
            await bell.Opened(asked.Account, asked.Administers, asked.Notice ?? "", cancel);
            return Give(new Answered(true));
        });
        api.MapPost("/customer/code", async (OfCustomer asked, CancellationToken cancel) => Give(new Answered(await bell.CheckSignedIn(asked.Account, asked.Administers, asked.Code ?? "", cancel))));
        api.MapGet("/position", async (string source, CancellationToken cancel) => Give(await bell.Position(source, cancel)));
        api.MapPost("/take", Task<IResult> (HttpContext http) => Take(bell, http, time));
    }

    public sealed record Said(string By, string Reason);

    public sealed record Asked(string Code, string Client);

    public sealed record Answered(bool? Ours);

    public sealed record OfCustomer(string Account, string? Administers = null, string? Language = null, string? Notice = null, string? Code = null);

    public sealed record Refusal(string What);

    private static IResult Give<T>(T what) => Results.Json(what, WatchJson.Options);

    private static async Task<FindingFile> File(BellHost host, string id, CancellationToken cancel)
    {
        var state = await host.Bell.Find(id, cancel) ?? throw new KeyNotFoundException($"there is no finding {id}");
        var weighed = await host.Bell.Why(id, cancel);
        return new(
            new(state, host.NameOf(state.Finding.Customer), FindingExtent.Of(state.Finding, [.. weighed.Select(why => why.Evidence)])), host.CountryOf(state.Finding.Customer),
            [.. weighed.Select(why => new WeighedEvidence(why.Evidence, why.Because))],
            await host.Bell.Events(id, cancel),
            [.. (await host.Bell.Notices(cancel)).Where(n => n.Planned.Finding == id).Select(host.Row)]);
    }

    private static async Task<IResult> Decided(BellHost host, string id, Func<string, string, string, CancellationToken, Task> decide, Said said, CancellationToken cancel)
    {
        await decide(id, said.By, said.Reason, cancel);
        return Give(await File(host, id, cancel));
    }

    /// <summary>
    /// A part of a file: whole lines, from a position on. Before them may stand a mapping file and the file's first line, whose lengths the query says. The position moves with what is committed, so whoever
    /// sends it twice, or is killed in between, asks where to go on.
    /// </summary>
    private static async Task<IResult> Take(Bell bell, HttpContext http, TimeProvider time)
    {
        var (query, cancel) = (http.Request.Query, http.RequestAborted);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        long Number(string name) => long.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var (mapping, header) = (Number("mapping"), Number("header"));
        if (mapping > 1 << 20 || header > EventLines.MostBytes)
            throw new RecordException("a mapping file, and the first line of a file, have at most 1 MiB");
        var (name, form) = (query["source"].ToString(), query["form"].ToString());
        var body = http.Request.Body;
        var first = new byte[mapping];
        await body.ReadExactlyAsync(first, cancel);
        EventReading reading;
        try
        {
            reading = mapping > 0 ? EventMapping.Parse(form, first).NewReading() : form is "ocsf" or "entra" ? EventReadings.Named(form) : throw new FormatException($"\"{form}\" is no form of events: ocsf, entra, or a mapping file");
        }
        catch (FormatException wrong)
        {
            throw new RecordException(wrong.Message, wrong);
        }
        var head = new byte[header];
        await body.ReadExactlyAsync(head, cancel);
        if (header > 0)
            _ = reading(head, default, out _);
        var position = new FeedPosition(Number("lines"), Number("bytes"));
        var kept = name.Length > 0;
        if (kept && await bell.Position(name, cancel) is var there && there != position)
            throw new RecordException(string.Create(CultureInfo.InvariantCulture, $"{name} is read to line {there.Lines:N0}, and not to line {position.Lines:N0}: somebody else reads it too; ask again"));
        var (events, faults, lost, total) = (new List<WatchEvent>(Batch), new List<string>(), 0L, default(BatchResult));
        await foreach (var line in EventFeed.Rest(body, kept ? name : "standard input", reading, position, time, cancel))
        {
            if (line.Fault is { } fault)
            {
                lost += fault.Lost ? 1 : 0;
                if (faults.Count < MostFaults)
                    faults.Add($"{fault.Place}: {fault.What}");
            }
            if (line.Event is { } happened)
                events.Add(happened);
            position = line.Next;
            if (events.Count == Batch)
                await Flush();
        }
        await Flush();
        return Give(new TakenPart(position, total.Events, total.Repeated, total.Evidence, lost, faults));

        async Task Flush()
        {
            var one = await bell.Take(events, kept ? (name, position) : null, cancel);
            total = new(total.Events + one.Events, total.Repeated + one.Repeated, total.Evidence + one.Evidence);
            events.Clear();
        }
    }

    private static async ValueTask<object?> Refusals(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (KeyNotFoundException no)
        {
            return Results.Json(new Refusal(no.Message), WatchJson.Options, statusCode: StatusCodes.Status404NotFound);
        }
        catch (RecordException no)
        {
            return Results.Json(new Refusal(no.Message), WatchJson.Options, statusCode: StatusCodes.Status409Conflict);
        }
    }
}
