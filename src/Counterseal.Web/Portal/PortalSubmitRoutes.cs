using Counterseal.Desk;
using Counterseal.Web.Portal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>Filing a demand: by the form or as a file, looked at before it is filed. What has faults is not kept, and stays in the form.</summary>
internal static class PortalSubmitRoutes
{
    /// <summary>The largest file that the page itself carries on from a look to the filing, in bytes; a larger one is chosen again.</summary>
    private const int LargestKept = 256 * 1024;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, PortalPages pages)
    {
        var filings = pages.Options.Filings;
        var logger = FaceGround.Logger(app);

        app.MapGet("/submit", async Task<IResult> (HttpContext http) => await Page(http, 200, DemandDraft.For(PortalSession.Needed(http), await Entry(http)), null, null));
        app.MapPost("/submit", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var draft = DemandDraft.Of(form);
            return await Looked(http, form["do"] == "file", draft.Original(PortalSession.Needed(http).Authority), draft, null);
        }).RequireRateLimiting(FaceLimits.Submit);
        app.MapPost("/submit/file", async Task<IResult> (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (name, original) = await Given(form, http.RequestAborted);
            if (original.Length == 0)
                return await Page(http, 422, DemandDraft.For(PortalSession.Needed(http), await Entry(http)), null, new("", [], PortalPages.ReaderOf(http).Say("portal.submit.file.choose")));
            return await Looked(http, form["do"] == "file", original, DemandDraft.For(PortalSession.Needed(http), await Entry(http)), name);
        }).RequireRateLimiting(FaceLimits.Submit);

        async Task<IResult> Looked(HttpContext http, bool file, byte[] original, DemandDraft draft, string? name)
        {
            var upload = name is null ? null : new UploadedFile(name, original.Length <= LargestKept ? original : [], null);
            try
            {
                var check = filings.Check(original);
                if (!file || check.Reading.Faults.Count > 0)
                    return await Page(http, check.Reading.Faults.Count > 0 ? 422 : 200, draft, check, upload);
                var (demand, faults) = await filings.File(PortalSession.Needed(http), original, http.RequestAborted);
                FaceLog.Submitted(logger, original.Length, demand is null ? "quarantined" : "received", faults.Count);
                return demand is not null ? DeskPages.Then(http, $"/demands/{demand}?filed")
                    : await Page(http, 422, draft, check with { Reading = check.Reading with { Demand = null, Faults = faults } }, upload);
            }
            catch (DeskException no)
            {
                FaceLog.Submitted(logger, original.Length, no.Code, 0);
                return pages.Refused(http, no);
            }
        }

        Task<AuthorityEntry?> Entry(HttpContext http) => pages.Options.Authority(PortalSession.Needed(http).Authority, http.RequestAborted);

        Task<IResult> Page(HttpContext http, int status, DemandDraft draft, OriginalCheck? check, UploadedFile? upload) => Task.FromResult<IResult>(pages.Show<PortalSubmitPage>(http, status, new()
        {
            [nameof(PortalSubmitPage.Token)] = pages.Token(http),
            [nameof(PortalSubmitPage.Draft)] = draft,
            [nameof(PortalSubmitPage.Check)] = check,
            [nameof(PortalSubmitPage.Upload)] = upload,
            [nameof(PortalSubmitPage.Instruments)] = pages.Options.Instruments(),
        }));
    }

    /// <summary>The file that was chosen, or the one that the page carried on.</summary>
    private static async Task<(string Name, byte[] Bytes)> Given(IFormCollection form, CancellationToken cancel)
    {
        if (form.Files["file"] is { Length: > 0 } chosen)
        {
            using var bytes = new MemoryStream((int)chosen.Length);
            await using var from = chosen.OpenReadStream();
            await from.CopyToAsync(bytes, cancel);
            return (Shown(chosen.FileName), bytes.ToArray());
        }
        var kept = form["kept"].ToString();
        var room = new byte[kept.Length];
        return Convert.TryFromBase64String(kept, room, out var length) ? (Shown(form["name"].ToString()), room[..length]) : ("", []);
    }

    private static string Shown(string name) => new([.. name.Take(100).Where(c => !char.IsControl(c))]);
}

/// <summary>A file on the page of filing.</summary>
/// <param name="Name">As the officer's machine calls it.</param>
/// <param name="Bytes">Its bytes, where the page carries them on; empty where it has to be chosen again.</param>
/// <param name="Wrong">What is wrong with the choice itself.</param>
public sealed record UploadedFile(string Name, byte[] Bytes, string? Wrong);
