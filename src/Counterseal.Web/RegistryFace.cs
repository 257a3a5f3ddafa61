using System.Globalization;
using Counterseal.Convention;
using Counterseal.Watch;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>The registry's pages: what is pledged, and who says what of whom. They read what is on the ledger and nothing else.</summary>
public static class RegistryFace
{
    /// <summary>Incidents on one page of a list.</summary>
    public const int PageSize = 50;

    /// <summary>Incidents on a page that is about something else, with a link to all of them.</summary>
    public const int Few = 10;

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder app, FaceGround ground, RegistryReader registry)
    {
        ArgumentNullException.ThrowIfNull(ground);
        ArgumentNullException.ThrowIfNull(registry);
        RazorComponentResult None(HttpContext http, string what, params (string, string)[] values) => PublicRefusal.Of(http, ground, 404, what, values);

        app.MapGet("/registry", async Task<IResult> (HttpContext http) =>
        {
            var cancel = http.RequestAborted;
            return FacePage.Of<RegistryPage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryPage.Book)] = await registry.Instruments(cancel),
                [nameof(RegistryPage.Pledges)] = await registry.Pledges(cancel),
                [nameof(RegistryPage.Today)] = registry.Today,
                [nameof(RegistryPage.Counts)] = await registry.Counts(cancel),
                [nameof(RegistryPage.States)] = await registry.StatesInIncidents(cancel),
                [nameof(RegistryPage.Concerned)] = await registry.ClausesInIncidents(cancel),
                [nameof(RegistryPage.Imports)] = await registry.Imports(cancel),
                [nameof(RegistryPage.Events)] = await registry.Events(12, cancel),
                [nameof(RegistryPage.Editor)] = registry.Editor,
            });
        });

        app.MapGet("/registry/states/{code}", async Task<IResult> (string code, HttpContext http) =>
        {
            if (States.Find(code) is not { } state)
                return None(http, "state", ("code", code));
            if (state.Code != code)
                return Results.Redirect($"/registry/states/{state.Code}");
            var cancel = http.RequestAborted;
            var pledges = (await registry.Pledges(cancel)).Where(p => p.Kind == PledgerKind.State && p.Who == code).ToList();
            List<(Pledge, Comparison?)> compared = [];
            foreach (var pledge in pledges)
                compared.Add((pledge, (await registry.Trend(code, "accused", null, cancel)).Around(pledge.Date.Year)));
            return FacePage.Of<RegistryStatePage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryStatePage.State)] = state,
                [nameof(RegistryStatePage.Book)] = await registry.Instruments(cancel),
                [nameof(RegistryStatePage.Pledges)] = compared,
                [nameof(RegistryStatePage.Accused)] = await registry.Incidents(code, "accused", null, 0, Few, cancel),
                [nameof(RegistryStatePage.Attacked)] = await registry.Incidents(code, "attacked", null, 0, Few, cancel),
                [nameof(RegistryStatePage.Trend)] = await registry.Trend(code, "accused", null, cancel),
                [nameof(RegistryStatePage.Today)] = registry.Today,
            });
        });

        app.MapGet("/registry/instruments/{instrument}/{version}", async Task<IResult> (string instrument, string version, HttpContext http) =>
            await registry.Instrument(instrument, version, http.RequestAborted) is { Count: > 0 } kept
                ? FacePage.Of<RegistryInstrumentPage>(ground.Frame(Face.Public), 200, new()
                {
                    [nameof(RegistryInstrumentPage.Kept)] = kept,
                    [nameof(RegistryInstrumentPage.Pledges)] = (await registry.Pledges(http.RequestAborted)).Where(p => p.Instrument == instrument && p.Version == version).ToList(),
                    [nameof(RegistryInstrumentPage.Concerned)] = await registry.ClausesInIncidents(http.RequestAborted),
                    [nameof(RegistryInstrumentPage.Today)] = registry.Today,
                })
                : None(http, "instrument"));

        app.MapGet("/registry/clauses/{instrument}/{version}/{clause}", async Task<IResult> (string instrument, string version, string clause, HttpContext http) =>
        {
            var cancel = http.RequestAborted;
            // The text comes from this version's own record and from nowhere else.
            if (await registry.Instrument(instrument, version, cancel) is not { Count: > 0 } kept || kept[^1].Item.Find(clause) is null)
                return None(http, "clause");
            var reference = new ClauseRef(instrument, version, clause);
            return FacePage.Of<RegistryClausePage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryClausePage.Reference)] = reference,
                [nameof(RegistryClausePage.Kept)] = kept,
                [nameof(RegistryClausePage.Book)] = await registry.Instruments(cancel),
                [nameof(RegistryClausePage.Incidents)] = await registry.Incidents(null, null, reference, 0, Few, cancel),
                [nameof(RegistryClausePage.Trend)] = await registry.Trend(null, null, reference, cancel),
            });
        });

        app.MapGet("/registry/incidents", async Task<IResult> (HttpContext http) =>
        {
            var page = int.TryParse(http.Request.Query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, 100_000) : 1;
            var (state, role, clause) = Filter(http);
            return FacePage.Of<RegistryIncidentsPage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryIncidentsPage.List)] = await registry.Incidents(state?.Code, role, clause, (page - 1) * PageSize, PageSize, http.RequestAborted),
                [nameof(RegistryIncidentsPage.At)] = page,
                [nameof(RegistryIncidentsPage.State)] = state,
                [nameof(RegistryIncidentsPage.Role)] = role,
                [nameof(RegistryIncidentsPage.Clause)] = clause,
            });
        });

        app.MapGet("/registry/incidents/{id}", async Task<IResult> (string id, HttpContext http) =>
        {
            var cancel = http.RequestAborted;
            if (await registry.Incident(id, cancel) is not { Count: > 0 } kept)
                return None(http, "incident");
            List<Incident> others = [];
            foreach (var other in kept[^1].Item.SameAs)
                if (await registry.Incident(other, cancel) is [.., var latest])
                    others.Add(latest.Item);
            return FacePage.Of<RegistryIncidentPage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryIncidentPage.Kept)] = kept,
                [nameof(RegistryIncidentPage.Others)] = others,
                [nameof(RegistryIncidentPage.ReadFrom)] = await registry.ReadFrom(id, cancel),
                [nameof(RegistryIncidentPage.Book)] = await registry.Instruments(cancel),
            });
        });

        app.MapGet("/registry/trends", async Task<IResult> (HttpContext http) =>
        {
            var cancel = http.RequestAborted;
            var (state, role, clause) = Filter(http);
            var trend = await registry.Trend(state?.Code, role, clause, cancel);
            var pledges = state is null || role == "attacked" ? [] : (await registry.Pledges(cancel)).Where(p => p.Kind == PledgerKind.State && p.Who == state.Code && (clause is null || (p.Instrument == clause.Instrument && p.Version == clause.Version))).ToList();
            return FacePage.Of<RegistryTrendsPage>(ground.Frame(Face.Public), 200, new()
            {
                [nameof(RegistryTrendsPage.Trend)] = trend,
                [nameof(RegistryTrendsPage.State)] = state,
                [nameof(RegistryTrendsPage.Role)] = role,
                [nameof(RegistryTrendsPage.Clause)] = clause,
                [nameof(RegistryTrendsPage.States)] = (await registry.StatesInIncidents(cancel)).Select(s => s.State).ToList(),
                [nameof(RegistryTrendsPage.Book)] = await registry.Instruments(cancel),
                [nameof(RegistryTrendsPage.Pledges)] = pledges.Select(p => (p, trend.Around(p.Date.Year))).ToList(),
            });
        });

        foreach (var (name, type, write) in (ReadOnlySpan<(string, string, Func<RegistryReader, Stream, CancellationToken, Task>)>)[
            ("registry.csv", "text/csv; charset=utf-8", RegistryExport.Csv), ("registry.json", "application/json", RegistryExport.Json), ("registry.stix.json", "application/stix+json;version=2.1", RegistryExport.Stix)])
            app.MapGet($"/registry/download/{name}", (HttpContext http) =>
            {
                http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
                return Results.Stream(to => write(registry, to, http.RequestAborted), type);
            }).RequireRateLimiting(FaceLimits.Submit);
    }

    private static (State? State, string? Role, ClauseRef? Clause) Filter(HttpContext http)
    {
        var state = http.Request.Query["state"].ToString() is { Length: > 0 and < 80 } code ? States.Find(code) : null;
        ClauseRef? clause = null;
        if (http.Request.Query["clause"].ToString() is { Length: > 0 and < 130 } text)
        {
            try
            {
                clause = ClauseRef.Parse(text);
            }
            catch (FormatException)
            {
                // What names no clause narrows nothing; the page says what it shows.
            }
        }
        return (state, state is null ? null : http.Request.Query["role"] == "attacked" ? "attacked" : "accused", clause);
    }
}
