using System.Text.Json.Nodes;
using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Counterseal.Web;

/// <summary>
/// Who comes through the command's socket. A token is a person's, made at the pages after that person's passkey answered; it can do what the person's roles can, and for weighty acts the person must have
/// shown at the pages, just now, that it is them: a token that was stolen decides nothing. In a trial, and only there, the socket without a token is the trial's account.
/// </summary>
public static class StaffDoor
{
    private const string Bearer = "Bearer ";

    /// <summary>Puts the guard before the routes. To be called before they are mapped.</summary>
    public static void Use(WebApplication app, Desk.Desk desk, Accounts accounts)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(accounts);
        app.UseRouting();
        AccessGuard.Use(app, Door.Staff, accounts, http => Who(http, accounts), desk.Sees, _ => Task.FromResult(true), new(
            http => No(http, 401, "sign-in", "this needs a token of yours", "make one at the desk's pages (Your account), put it into a file that only you can read, and name the file in COUNTERSEAL_TOKEN"),
            (http, row) => No(http, 403, "role", $"this is for {string.Join(", ", row.Roles.Select(Roles.Word))}; you are {string.Join(", ", Visitor.Needed(http).Person.Roles.Select(Roles.Word))}", "an administrator changes roles"),
            http => No(http, 404, "unknown", $"there is no demand {http.GetRouteValue("id")}", "look it up in the queue"),
            http => No(http, 403, "step-up", "this weighs much, and it is some time since you showed that it is you", $"open /step-up at the desk's pages; for {accounts.Limits.Fresh.TotalMinutes:0} minutes it is then enough"),
            null));
    }

    /// <summary>Holds the mapped routes against the authorization table.</summary>
    /// <exception cref="InvalidOperationException">A route has no line.</exception>
    public static void Hold(WebApplication app) => AccessGuard.Hold(app, Door.Staff);

    private static async Task<Visitor?> Who(HttpContext http, Accounts accounts)
    {
        var said = http.Request.Headers[HeaderNames.Authorization].ToString();
        var people = await accounts.Now(http.RequestAborted);
        if (said.Length == 0)
            return accounts.IsTrial && people.Find(People.Trial) is { } trial ? new(trial, null, people.SightOf(trial.Account), Fresh: true) : null;
        return said.StartsWith(Bearer, StringComparison.Ordinal) && said.Length < 200 && await accounts.OfToken(said[Bearer.Length..], http.RequestAborted) is { } person
            ? new(person, null, people.SightOf(person.Account), await accounts.IsFresh(person.Account, http.RequestAborted))
            : null;
    }

    private static Task No(HttpContext http, int status, string code, string what, string next)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new JsonObject { ["refused"] = code, ["what"] = what, ["next"] = next }, http.RequestAborted);
    }
}

/// <summary>Compartments, conflicts, who is picked, and the audit file, for the command.</summary>
internal static class StaffKeeping
{
    /// <summary>Maps them.</summary>
    public static void Map(RouteGroupBuilder api, Desk.Desk desk, Accounts accounts)
    {
        api.MapPost("/demands/{id}/recuse", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
            await StaffApi.Stands(desk, await desk.Recuse(id, StaffApi.By(http, said), StaffApi.Text(said, "reason"), StaffApi.Seen(said), cancel), cancel));
        api.MapPost("/demands/{id}/assign", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var person = (string?)said["person"];
            await KeepingRoutes.Picked(accounts, async (one, stop) => (await desk.Show(one, stop)).State, id, person, cancel);
            return await StaffApi.Stands(desk, await desk.Assign(id, StaffApi.By(http, said), person, StaffApi.Seen(said), cancel), cancel);
        });
        api.MapPost("/demands/{id}/restrict", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var compartment = StaffApi.Text(said, "compartment");
            KeepingRoutes.Within(Visitor.Needed(http).Sight, compartment);
            return await StaffApi.Stands(desk, await desk.Restrict(id, StaffApi.By(http, said), compartment, StaffApi.Text(said, "reason"), StaffApi.Seen(said), cancel), cancel);
        });
        api.MapPost("/demands/{id}/unrestrict", async (string id, JsonObject said, HttpContext http, CancellationToken cancel) =>
            await StaffApi.Stands(desk, await desk.Unrestrict(id, StaffApi.By(http, said), StaffApi.Text(said, "reason"), StaffApi.Seen(said), cancel), cancel));
        api.MapPost("/audit", async (JsonObject said, HttpContext http, CancellationToken cancel) =>
        {
            var visitor = Visitor.Needed(http);
            var file = SealedFile();
            await FromDesk.Audit(desk, accounts, visitor.Person, visitor.Sight, StaffApi.Text(said, "recipient"), file, cancel);
            file.Position = 0;
            return Results.Stream(file, "application/octet-stream");
        });
    }

    /// <summary>A file that goes with its handle; what is in it is sealed already.</summary>
    internal static FileStream SealedFile() => new(Path.Combine(Path.GetTempPath(), "counterseal-" + Path.GetRandomFileName()), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
