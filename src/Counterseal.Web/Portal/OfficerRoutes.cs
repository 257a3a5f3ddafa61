using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>What the staff's pages need about officers of authorities.</summary>
public sealed record OfficerPages
{
    /// <summary>The officers.</summary>
    public required Officers Officers { get; init; }
    /// <summary>The portal's address as others reach it, without a slash at the end.</summary>
    public required string Portal { get; init; }
    /// <summary>The last entry of each authority of the directory.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<DirectoryEntry>>> Entries { get; init; }
    /// <summary>Writes a message to the authority: demand, by, text. Throws <see cref="DeskException"/>.</summary>
    public required Func<string, string, string, CancellationToken, Task> Write { get; init; }
    /// <summary>Demands with a message that waits for our answer, as somebody may see them.</summary>
    public required Func<Sight, CancellationToken, Task<IReadOnlyList<QueueEntry>>> Unanswered { get; init; }
}

/// <summary>A key that an officer proposes and the directory does not have.</summary>
/// <param name="Authority">The authority's id.</param>
/// <param name="Name">Its name in the directory.</param>
/// <param name="Callback">The number to call.</param>
/// <param name="By">The officer.</param>
/// <param name="At">When.</param>
/// <param name="Format">How packages would be encrypted.</param>
/// <param name="Key">The key.</param>
/// <param name="Fingerprint">As it is read out.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Version">The version that a new entry would have.</param>
public sealed record ProposedKeyRow(string Authority, string Name, string Callback, string By, DateTimeOffset At, string Format, string Key, string Fingerprint, string Country, int Version);

/// <summary>The staff's side of the portal: requests, officers of each authority, and messages.</summary>
internal static class OfficerRoutes
{
    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages, OfficerPages own)
    {
        var officers = own.Officers;

        app.MapGet("/officers", Task<IResult> (HttpContext http) => All(http, null));
        app.MapPost("/officers/invite", Task<IResult> (HttpContext http) => Linked(http, async (visitor, form) =>
        {
            var (name, authority) = (form["name"].ToString().Trim(), form["authority"].ToString());
            var (code, until) = await officers.Invite(By(visitor), await Entry(authority, http.RequestAborted), name, form["office"].ToString(), form["reason"].ToString(), http.RequestAborted);
            return (name, $"{own.Portal}/join/{code}", until);
        }));
        app.MapPost("/officers/requests/{request}/confirm", (string request, HttpContext http) => pages.Act(http, "/officers", async (visitor, form) =>
            _ = await officers.Confirm(By(visitor), request, await Entry(form["authority"].ToString(), http.RequestAborted), form["spoke"].ToString(), form["said"].ToString(), http.RequestAborted)));
        app.MapPost("/officers/requests/{request}/refuse", (string request, HttpContext http) => pages.Act(http, "/officers", (visitor, form) => officers.Refuse(By(visitor), request, form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/officers/requests/{request}/invite", Task<IResult> (string request, HttpContext http) => Linked(http, async (visitor, _) =>
        {
            var (code, until) = await officers.InviteAsked(By(visitor), request, http.RequestAborted);
            return ((await officers.Now(http.RequestAborted)).Requests[request].Asked.Name, $"{own.Portal}/join/{code}", until);
        }));
        app.MapPost("/officers/{officer}/end", (string officer, HttpContext http) => pages.Act(http, "/officers", (visitor, form) => officers.End(By(visitor), officer, form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/officers/{officer}/sign-out", (string officer, HttpContext http) => pages.Act(http, "/officers", (visitor, _) => officers.SignOutEverywhere(By(visitor), officer, http.RequestAborted)));
        app.MapPost("/demands/{id}/messages", (string id, HttpContext http) => LetterRoutes.Send(pages, http, id, (by, text) => own.Write(id, by, text, http.RequestAborted)));

        async Task<DirectoryEntry> Entry(string authority, CancellationToken cancel) => (await own.Entries(cancel)).FirstOrDefault(entry => entry.Authority == authority)
            ?? throw new DeskException("malformed", "this authority is not in the directory, so there is no number to call", "have its entry signed first: counterseal directory entry, then counterseal directory add");

        Task<IResult> Linked(HttpContext http, Func<Visitor, IFormCollection, Task<(string, string, DateTimeOffset)>> make) => pages.ShownOnce(http, make, made => All(http, made));

        async Task<IResult> All(HttpContext http, (string, string, DateTimeOffset)? shown)
        {
            var visitor = Visitor.Needed(http);
            return pages.Show<OfficersPage>(http, 200, new()
            {
                [nameof(OfficersPage.Token)] = pages.Token(http),
                [nameof(OfficersPage.Now)] = await officers.Now(http.RequestAborted),
                [nameof(OfficersPage.Entries)] = await own.Entries(http.RequestAborted),
                [nameof(OfficersPage.Proposed)] = await Proposed(own, http.RequestAborted),
                [nameof(OfficersPage.Unanswered)] = await own.Unanswered(visitor.Sight, http.RequestAborted),
                [nameof(OfficersPage.Fresh)] = visitor.Fresh,
                [nameof(OfficersPage.Portal)] = own.Portal,
                [nameof(OfficersPage.Shown)] = shown,
            });
        }
    }

    /// <summary>Keys that officers propose and the directory does not have.</summary>
    public static async Task<IReadOnlyList<ProposedKeyRow>> Proposed(OfficerPages own, CancellationToken cancel)
    {
        var entries = (await own.Entries(cancel)).ToDictionary(entry => entry.Authority, StringComparer.Ordinal);
        return [.. (await own.Officers.Now(cancel)).Keys.Values.OrderBy(key => key.At)
            .Where(key => !entries.TryGetValue(key.Proposed.Authority, out var entry) || !entry.Keys.Contains(key.Proposed.Key, StringComparer.Ordinal))
            .Select(key => (Key: key, Entry: entries.GetValueOrDefault(key.Proposed.Authority)))
            .Select(one => new ProposedKeyRow(one.Key.Proposed.Authority, one.Entry?.Name ?? one.Key.Proposed.Authority, one.Entry?.Callback ?? "", one.Key.By, one.Key.At, one.Key.Proposed.Format, one.Key.Proposed.Key, one.Key.Proposed.Fingerprint, one.Entry?.Country ?? "", (one.Entry?.Version ?? 0) + 1))];
    }

    // Behind the trial's account may be anybody; its name stands in the record, as it does for accounts.
    private static string By(Visitor visitor) => visitor.Person.Name;
}
