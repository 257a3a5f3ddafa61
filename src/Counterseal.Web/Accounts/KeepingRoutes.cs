using Counterseal.Desk;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>What the routes about seeing and picking need of the desk.</summary>
public sealed record KeepingPages
{
    /// <summary>A demand's state; <c>null</c> when there is none.</summary>
    public required Func<string, CancellationToken, Task<DemandState?>> State { get; init; }
    /// <summary>Puts into a compartment: demand, by, compartment, reason.</summary>
    public required Func<string, string, string, string, CancellationToken, Task> Restrict { get; init; }
    /// <summary>Takes out: demand, by, reason.</summary>
    public required Func<string, string, string, CancellationToken, Task> Unrestrict { get; init; }
    /// <summary>Declares a conflict: demand, by, reason.</summary>
    public required Func<string, string, string, CancellationToken, Task> Recuse { get; init; }
    /// <summary>Gives to a person or to nobody: demand, by, person.</summary>
    public required Func<string, string, string?, CancellationToken, Task> Assign { get; init; }
    /// <summary>Writes a sealed audit file: who takes it, what that person may see, to whom it is sealed, where it goes.</summary>
    public required Func<Person, Sight, string, Stream, CancellationToken, Task> Audit { get; init; }
}

/// <summary>Who sees what, and who is picked.</summary>
internal static class KeepingRoutes
{
    private const int Most = 500;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages, KeepingPages keeping)
    {
        var accounts = pages.Options.Accounts;

        app.MapGet("/demands/{id}/access", async Task<IResult> (string id, HttpContext http) =>
        {
            var visitor = Visitor.Needed(http);
            if (await keeping.State(id, http.RequestAborted) is not { } state || !visitor.Sight.Sees(state))
                return pages.Problem(http, 404, DeskPages.Reader(http).Say("absent.none"), DeskPages.Reader(http).Say("absent.none.what"), DeskPages.Reader(http).Say("absent.none.next"));
            return pages.Show<DemandAccessPage>(http, 200, new()
            {
                [nameof(DemandAccessPage.Token)] = pages.Token(http),
                [nameof(DemandAccessPage.State)] = state,
                [nameof(DemandAccessPage.Pickable)] = Desk.Desk.Pickable(await accounts.Now(http.RequestAborted), state),
                [nameof(DemandAccessPage.Mine)] = visitor.Sight.Compartments,
                [nameof(DemandAccessPage.Views)] = visitor.Person.Has(Role.Auditor) ? await accounts.Views.Latest(id, null, null, Most, http.RequestAborted) : null,
                [nameof(DemandAccessPage.Assigns)] = May(visitor, "/demands/{id}/assign"),
                [nameof(DemandAccessPage.Works)] = May(visitor, "/demands/{id}/recuse"),
                [nameof(DemandAccessPage.Restricts)] = May(visitor, "/demands/{id}/restrict"),
                [nameof(DemandAccessPage.Opens)] = May(visitor, "/demands/{id}/unrestrict"),
                [nameof(DemandAccessPage.Fresh)] = visitor.Fresh,
            });
        });
        app.MapPost("/demands/{id}/recuse", (string id, HttpContext http) => pages.Act(http, $"/demands/{id}/access", (visitor, form) => keeping.Recuse(id, visitor.Person.Name, form["reason"].ToString(), http.RequestAborted)));
        app.MapPost("/demands/{id}/assign", (string id, HttpContext http) => pages.Act(http, $"/demands/{id}/access", async (visitor, form) =>
        {
            var person = form["person"].ToString() is { Length: > 0 } name ? name : null;
            await Picked(accounts, keeping.State, id, person, http.RequestAborted);
            await keeping.Assign(id, visitor.Person.Name, person, http.RequestAborted);
        }));
        app.MapPost("/demands/{id}/restrict", (string id, HttpContext http) => pages.Act(http, $"/demands/{id}/access", (visitor, form) =>
        {
            var compartment = form["compartment"].ToString();
            Within(visitor.Sight, compartment);
            return keeping.Restrict(id, visitor.Person.Name, compartment, form["reason"].ToString(), http.RequestAborted);
        }));
        app.MapPost("/demands/{id}/unrestrict", (string id, HttpContext http) => pages.Act(http, $"/demands/{id}/access", (visitor, form) => keeping.Unrestrict(id, visitor.Person.Name, form["reason"].ToString(), http.RequestAborted)));

        app.MapGet("/compartments", async Task<IResult> (HttpContext http) =>
        {
            var (visitor, now) = (Visitor.Needed(http), await accounts.Now(http.RequestAborted));
            return pages.Show<CompartmentsPage>(http, 200, new()
            {
                [nameof(CompartmentsPage.Token)] = pages.Token(http),
                [nameof(CompartmentsPage.Now)] = now,
                [nameof(CompartmentsPage.Mine)] = (IReadOnlyList<Compartment>)[.. now.Compartments.Values.Where(one => one.Members.Contains(visitor.Person.Account) || (one.Members.Count == 0 && visitor.Person.Has(Role.Counsel)))],
                [nameof(CompartmentsPage.Makes)] = May(visitor, "/compartments"),
                [nameof(CompartmentsPage.Fresh)] = visitor.Fresh,
            });
        });
        app.MapPost("/compartments", Task<IResult> (HttpContext http) => pages.Act(http, "/compartments", (visitor, form) => accounts.MakeCompartment(
            visitor.Person.Name, form["compartment"].ToString().Trim(), form["instruments"].ToString().Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries), http.RequestAborted)));
        app.MapPost("/compartments/join", Task<IResult> (HttpContext http) => pages.Act(http, "/compartments", (visitor, form) => accounts.Join(visitor.Person.Name, form["compartment"].ToString(), form["account"].ToString(), http.RequestAborted)));
        app.MapPost("/compartments/leave", Task<IResult> (HttpContext http) => pages.Act(http, "/compartments", (visitor, form) => accounts.Leave(visitor.Person.Name, form["compartment"].ToString(), form["account"].ToString(), http.RequestAborted)));

        app.MapGet("/views", async Task<IResult> (long? before, HttpContext http) =>
        {
            var visitor = Visitor.Needed(http);
            var hidden = pages.Options.Hidden is { } ask ? await ask(visitor.Sight, http.RequestAborted) : new HashSet<string>();
            return pages.Show<ViewsPage>(http, 200, new()
            {
                [nameof(ViewsPage.Token)] = pages.Token(http),
                [nameof(ViewsPage.Views)] = (IReadOnlyList<View>)[.. (await accounts.Views.Latest(null, null, before, Most, http.RequestAborted)).Where(view => view.Demand is null || !hidden.Contains(view.Demand))],
                [nameof(ViewsPage.Fresh)] = visitor.Fresh,
            });
        });
        app.MapPost("/audit", async Task<IResult> (HttpContext http) =>
        {
            var file = StaffKeeping.SealedFile();
            var done = await pages.Act(http, "/views", (visitor, form) => keeping.Audit(visitor.Person, visitor.Sight, form["recipient"].ToString().Trim(), file, http.RequestAborted));
            if (file.Length == 0)
            {
                await file.DisposeAsync();
                return done;
            }
            http.Response.Headers.Location = default;
            file.Position = 0;
            return Results.File(file, "application/octet-stream", "counterseal-audit.age");
        });
    }

    /// <summary>Holds that a person may be picked for a demand.</summary>
    /// <exception cref="DeskException"><c>not-now</c>: not this person.</exception>
    internal static async Task Picked(Accounts accounts, Func<string, CancellationToken, Task<DemandState?>> find, string demand, string? person, CancellationToken cancel)
    {
        if (person is null || await find(demand, cancel) is not { } state)
            return;
        if (state.Recused.ContainsKey(person))
            throw new DeskException("not-now", $"{person} has declared a conflict with this demand and cannot be picked", "pick somebody else");
        if (!Desk.Desk.Pickable(await accounts.Now(cancel), state).Any(one => one.Name == person))
            throw new DeskException("not-now", $"{person} cannot be picked: there is no such person, or the person does not see this demand or does not work on demands", "pick somebody from the list");
    }

    /// <summary>Holds that somebody puts demands only into compartments that they are in.</summary>
    /// <exception cref="DeskException"><c>not-now</c>: not this one.</exception>
    internal static void Within(Sight sight, string compartment)
    {
        if (!sight.Compartments.Contains(compartment))
            throw new DeskException("not-now", "you are not in that compartment, so you would not see the demand again", "ask one of its members");
    }

    private static bool May(Visitor visitor, string pattern) => AccessTable.Find(Door.Desk, "POST", pattern)!.Lets(visitor.Person);
}
