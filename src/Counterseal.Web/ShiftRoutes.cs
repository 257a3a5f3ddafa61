using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>What calendar, docket, alerts and hand-over are made from.</summary>
public sealed record ShiftPages
{
    /// <summary>What falls between two instants, as somebody sees it.</summary>
    public required Func<Sight, DateTimeOffset, DateTimeOffset, CancellationToken, Task<IReadOnlyList<DayEntry>>> Calendar { get; init; }
    /// <summary>Challenges before courts.</summary>
    public required Func<Sight, CancellationToken, Task<IReadOnlyList<DocketEntry>>> Docket { get; init; }
    /// <summary>Alerts, the newest first.</summary>
    public required Func<Sight, CancellationToken, Task<IReadOnlyList<Alert>>> Alerts { get; init; }
    /// <summary>What changed since an instant.</summary>
    public required Func<Sight, DateTimeOffset, CancellationToken, Task<IReadOnlyList<ShiftChange>>> Changes { get; init; }
    /// <summary>The note of the last shift.</summary>
    public required Func<CancellationToken, Task<ShiftNote?>> Note { get; init; }
    /// <summary>Leaves a note: by whom, what.</summary>
    public required Func<string, string, CancellationToken, Task> HandOver { get; init; }
}

/// <summary>The pages of a shift: calendar and its feed, docket, alerts, hand-over.</summary>
internal static class ShiftRoutes
{
    /// <summary>How long a shift is, for what changed in it and what is due in the next.</summary>
    private static readonly TimeSpan Shift = TimeSpan.FromHours(12);

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages, ShiftPages shift)
    {
        var (accounts, ground) = (pages.Options.Accounts, pages.Options.Ground);

        app.MapGet("/calendar", async Task<IResult> (string? month, HttpContext http) =>
        {
            var view = CalendarMonth.Of(month, ground.Time.GetUtcNow(), DeskPages.Reader(http).Zone);
            return pages.Show<CalendarPage>(http, 200, new() { [nameof(CalendarPage.View)] = view with { Days = view.Filled(await shift.Calendar(Visitor.Needed(http).Sight, view.From, view.To, http.RequestAborted)) } });
        });
        app.MapGet("/calendar/feed/{token}", async Task<IResult> (string token, HttpContext http) =>
        {
            // A program asks, not a person: what it may see is what its person may see now, or nothing.
            if (token is not { Length: > 4 and < 100 } || !token.EndsWith(".ics", StringComparison.Ordinal) || await accounts.OfFeed(token[..^4], http.RequestAborted) is not { } person || !AccessTable.Find(Door.Desk, "GET", "/calendar")!.Lets(person))
                return Results.Text("There is no calendar at this address. Make one at your account's page.\n", statusCode: StatusCodes.Status404NotFound);
            var now = ground.Time.GetUtcNow();
            var days = await shift.Calendar((await accounts.Now(http.RequestAborted)).SightOf(person.Account), now.AddDays(-30), now.AddDays(400), http.RequestAborted);
            await accounts.Views.Record(person.Account, person.Name, "GET /calendar/feed/{token}", null, "shown");
            return Results.Bytes(ICalendar.Write(days, now), "text/calendar; charset=utf-8");
        }).RequireRateLimiting(FaceLimits.SignIn);
        app.MapPost("/account/calendar/end", Task<IResult> (HttpContext http) => pages.Act(http, "/account", (visitor, _) => accounts.EndFeed(visitor.Person, http.RequestAborted)));

        app.MapGet("/docket", async Task<IResult> (HttpContext http) => pages.Show<DocketPage>(http, 200, new() { [nameof(DocketPage.Rows)] = await shift.Docket(Visitor.Needed(http).Sight, http.RequestAborted) }));
        app.MapGet("/alerts", async Task<IResult> (HttpContext http) => pages.Show<AlertsPage>(http, 200, new() { [nameof(AlertsPage.Rows)] = await shift.Alerts(Visitor.Needed(http).Sight, http.RequestAborted) }));

        app.MapGet("/handover", Task<IResult> (HttpContext http) => HandOver(http, 200, null, null));
        app.MapPost("/handover", async Task<IResult> (HttpContext http) =>
        {
            var note = (await http.Request.ReadFormAsync(http.RequestAborted))["note"].ToString();
            try
            {
                await shift.HandOver(Visitor.Needed(http).Person.Name, note, http.RequestAborted);
                return DeskPages.Then(http, "/handover");
            }
            catch (DeskException no)
            {
                return await HandOver(http, no.Code switch { "kept" => 503, "conflict" => 409, _ => 422 }, note, $"{DeskPages.Sentence(no.Message)} What to do: {no.Next}.");
            }
        });

        async Task<IResult> HandOver(HttpContext http, int status, string? typed, string? refused)
        {
            var (sight, now) = (Visitor.Needed(http).Sight, ground.Time.GetUtcNow());
            return pages.Show<HandOverPage>(http, status, new()
            {
                [nameof(HandOverPage.Token)] = pages.Token(http),
                [nameof(HandOverPage.Changes)] = await shift.Changes(sight, now - Shift, http.RequestAborted),
                [nameof(HandOverPage.Due)] = await shift.Calendar(sight, now - Shift, now + Shift, http.RequestAborted),
                [nameof(HandOverPage.Note)] = await shift.Note(http.RequestAborted),
                [nameof(HandOverPage.Writes)] = AccessTable.Find(Door.Desk, "POST", "/handover")!.Lets(Visitor.Needed(http).Person),
                [nameof(HandOverPage.Typed)] = typed,
                [nameof(HandOverPage.Refused)] = refused,
            });
        }
    }
}
