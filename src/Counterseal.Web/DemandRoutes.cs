using Counterseal.Desk;
using Counterseal.Intake;
using Counterseal.Law;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>A demand's page and its forms. A form that is not taken comes back with all that was typed and with why; when somebody was first, with what changed since.</summary>
internal static class DemandRoutes
{
    private const string Folder = "/demands/{id}/";
    /// <summary>What is larger is to be had as a file, and not shown on the page: 64 KiB.</summary>
    private const int MostShown = 64 << 10;
    private const int MostLines = 1500;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, DeskPages pages)
    {
        app.MapGet("/demands/{id}", (string id, HttpContext http) => Page(pages, http, id, 200, null, null));
        if (pages.Options.Original is { } original)
        {
            app.MapGet("/demands/{id}/original", async Task<IResult> (string id, HttpContext http) => await original(id, http.RequestAborted) is { } bytes
                // Foreign bytes: kept as a file, whatever they are, and never shown as what they say they are.
                ? Results.File(bytes, "application/octet-stream", $"{id}.original")
                : Problem(pages, http, "original"));
        }
        if (pages.Options.Act is null)
            return;
        foreach (var name in ActReading.Names)
            app.MapPost(Folder + name, (string id, HttpContext http) => Act(pages, http, id, name));
        app.MapPost(Folder + "look", (string id, HttpContext http) => Look(pages, http, id));
    }

    /// <summary>A weighty form of somebody who has not shown just now that it is them: it comes back as it was, so that it can be sent again. Of another route <c>null</c>.</summary>
    public static async Task<IResult?> StepUp(DeskPages pages, HttpContext http)
    {
        var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        if (pages.Options.Act is null || !pattern.StartsWith(Folder, StringComparison.Ordinal) || !ActReading.Names.Contains(pattern[Folder.Length..]))
            return null;
        var sent = SentForm.Of(pattern[Folder.Length..], await http.Request.ReadFormAsync(http.RequestAborted));
        return await Page(pages, http, (string)http.GetRouteValue("id")!, 403, sent with
        {
            No = ReaderOf(http).Say("sent.stale"),
            Next = ReaderOf(http).Say("sent.stale.next"),
            NeedsStepUp = true,
        }, null);
    }

    private static async Task<IResult> Act(DeskPages pages, HttpContext http, string id, string name)
    {
        var visitor = Visitor.Needed(http);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (sent, reader) = (SentForm.Of(name, form), ReaderOf(http));
        try
        {
            if (await pages.Options.Demand(visitor.Sight, id, reader, http.RequestAborted) is not { } view)
                return NoSuch(pages, http);
            if (view.Recused.TryGetValue(visitor.Person.Name, out var why))
                throw new FormException(reader.Say("refuse.conflict", ("why", why)), reader.Say("refuseNext.conflict"));
            if (sent.Seen is not { } seen)
                throw new FormException(reader.Say("refuse.seen"), reader.Say("refuseNext.seen"));
            // What was seen is held first: a form of yesterday is not read by what is offered today.
            if (seen != view.Version && name != "poll")
                throw new ConflictException(id, seen, null);
            await pages.Options.Act!(id, visitor.Person.Name, ActReading.Read(name, form, view, await Work(pages, http, view, null, null), reader), seen, http.RequestAborted);
            return DeskPages.Then(http, $"/demands/{id}#{sent.Place}");
        }
        catch (ConflictException)
        {
            return await Page(pages, http, id, 409, sent with { IsConflict = true, No = reader.Say("sent.first"), Next = reader.Say("sent.first.next") }, null);
        }
        catch (FormException no)
        {
            return await Page(pages, http, id, 422, Refused(sent, no, reader), null);
        }
        catch (DeskException no)
        {
            return await Page(pages, http, id, no.Code switch { "tampered" => 409, "kept" or "gate-away" => 503, _ => 422 }, Refused(sent, no, reader), null);
        }
    }

    /// <summary>Shows what a narrowing leaves out, before it is decided. Nothing is recorded but the look.</summary>
    private static async Task<IResult> Look(DeskPages pages, HttpContext http, string id)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (sent, reader) = (SentForm.Of("decide", form), ReaderOf(http));
        if (await pages.Options.Demand(Visitor.Needed(http).Sight, id, reader, http.RequestAborted) is not { } view)
            return NoSuch(pages, http);
        try
        {
            return await Page(pages, http, id, 200, sent, ActReading.Narrowed(form, view, reader));
        }
        catch (FormException no)
        {
            return await Page(pages, http, id, 422, Refused(sent, no, reader), null);
        }
        catch (DeskException no)
        {
            return await Page(pages, http, id, 422, Refused(sent, no, reader), null);
        }
    }

    private static SentForm Refused(SentForm sent, FormException no, Reader reader) =>
        sent with { No = reader.Say("sent.no", ("what", DeskPages.Sentence(no.Message))), Next = reader.Say("sent.next", ("what", no.Next)) };

    // Where the ledger or the gate does not answer, the words say what is kept; everything else changed nothing.
    private static SentForm Refused(SentForm sent, DeskException no, Reader reader) => sent with
    {
        No = no.Code is "kept" or "gate-away" ? "" : reader.Say("sent.nothing"),
        Said = DeskPages.Sentence(no.Message),
        Next = reader.Say("sent.do"),
        SaidNext = no.Next + (no.Next.EndsWith('.') ? "" : "."),
    };

    private static async Task<IResult> Page(DeskPages pages, HttpContext http, string id, int status, SentForm? sent, Scope? looked)
    {
        var options = pages.Options;
        if (await options.Demand(Visitor.Needed(http).Sight, id, ReaderOf(http), http.RequestAborted) is not { } view)
            return NoSuch(pages, http);
        LiveRoutes.Listen(options, http);
        var bytes = options.Original is { } original && view.Original.Length <= MostShown ? await original(id, http.RequestAborted) : null;
        return FacePage.Of<DemandPage>(pages.Frame(http), status, new()
        {
            [nameof(DemandPage.View)] = view,
            [nameof(DemandPage.MayAssign)] = QueueFace.MayAssign(options.Queue, http),
            [nameof(DemandPage.Book)] = options.Book?.Invoke() ?? (await options.Books(http.RequestAborted)).Book,
            [nameof(DemandPage.Source)] = bytes is null ? null : SourceText.Of(bytes, MostShown, MostLines),
            [nameof(DemandPage.Download)] = options.Original is not null,
            [nameof(DemandPage.Live)] = options.Live is not null,
            [nameof(DemandPage.Work)] = options.Act is null ? null : await Work(pages, http, view, sent, looked),
        });
    }

    private static async Task<WorkView> Work(DeskPages pages, HttpContext http, DemandView view, SentForm? sent, Scope? looked)
    {
        var (options, visitor) = (pages.Options, Visitor.Needed(http));
        var (mine, others) = WorkView.EntriesFor(view.Demand, await options.Directory(http.RequestAborted));
        var book = options.Book?.Invoke() ?? (await options.Books(http.RequestAborted)).Book;
        return new()
        {
            Id = view.Id,
            Version = view.Version,
            Token = pages.Token(http),
            Fresh = visitor.Fresh,
            May = act => Row(act).Lets(visitor.Person) && view.Tampered is null,
            IsWeighty = act => Row(act).Fresh,
            Conflict = view.Recused.GetValueOrDefault(visitor.Person.Name),
            Sent = sent,
            Since = sent is { IsConflict: true, Seen: { } seen } ? [.. view.Events.Where(one => one.Version > seen)] : [],
            Looked = looked,
            Entries = mine,
            OthersThere = others,
            Fact = name => book.Facts.GetValueOrDefault(name),
        };
    }

    private static AccessRow Row(string act) => AccessTable.Find(Door.Desk, "POST", Folder + act) ?? throw new InvalidOperationException($"no line in AccessTable says who may {act}");

    private static Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult NoSuch(DeskPages pages, HttpContext http) =>
        Problem(pages, http, "none");

    /// <summary>A page that says that something is not there.</summary>
    private static Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult Problem(DeskPages pages, HttpContext http, string what) =>
        pages.Problem(http, 404, ReaderOf(http).Say($"absent.{what}"), ReaderOf(http).Say($"absent.{what}.what"), ReaderOf(http).Say($"absent.{what}.next"));

    private static Reader ReaderOf(HttpContext http) => http.RequestServices.GetRequiredService<Reader>();
}
