using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Desk;
using Counterseal.Intake;
using Counterseal.Law;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Watch;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>What the public pages are made from. The desk's database is not among it: what is asked goes through these delegates.</summary>
public sealed record PublicFaceOptions
{
    /// <summary>Where it listens, and how pages look.</summary>
    public required FaceGround Ground { get; init; }
    /// <summary>This face's address as others reach it, without a slash at the end, e.g. <c>https://demands.example.org</c>.</summary>
    public required string Origin { get; init; }
    /// <summary>The ledger's vkey.</summary>
    public required string LedgerKey { get; init; }
    /// <summary>The latest signed checkpoint. Throws <see cref="HttpRequestException"/>, <see cref="IOException"/> or <see cref="LedgerException"/> when the ledger cannot be reached or answers wrongly.</summary>
    public required Func<CancellationToken, Task<byte[]>> Checkpoint { get; init; }
    /// <summary>A tile's bytes; <c>null</c> when the ledger does not hold it. Throws as <see cref="Checkpoint"/> does.</summary>
    public required Func<Tile, CancellationToken, Task<byte[]?>> Tile { get; init; }
    /// <summary>What the bearer of a token may know; <c>null</c> for a token that is not one.</summary>
    public required Func<string, CancellationToken, Task<StatusView?>> Status { get; init; }
    /// <summary>A file of the package: the token, the file's name, and a <c>Range</c> header to pass on. <c>null</c> when it is not handed out; the face disposes the stream.</summary>
    public required Func<string, string, string?, CancellationToken, Task<PackageFile?>> Package { get; init; }
    /// <summary>Whether a notice's code is one of ours, asked from an address; <c>null</c> when too many were tried from there. Throws <see cref="HttpRequestException"/> when the bell does not answer. <c>null</c> where there is no bell.</summary>
    public Func<string, IPAddress, CancellationToken, Task<bool?>>? CheckCode { get; init; }
    /// <summary>What was published of transparency reports; <c>null</c> where there are none.</summary>
    public ReportShelf? Reports { get; init; }
    /// <summary>How the forms of reports are made.</summary>
    public ReportForms ReportForms { get; init; } = ReportForms.Default;
    /// <summary>What the pages under <c>/registry</c> read; <c>null</c> where there is no registry.</summary>
    public Counterseal.Convention.RegistryReader? Registry { get; init; }
    /// <summary>The rule books as the public reads them; <c>null</c> where they are not shown.</summary>
    public Func<CancellationToken, Task<PublicRules>>? Rules { get; init; }
    /// <summary>How an authority reaches a person here, as the provider says it; <c>null</c> where it says nothing.</summary>
    public string? Contact { get; init; }
    /// <summary>The vulnerability register, with a database and a credential of its own; <c>null</c> where there is none.</summary>
    public VulnerabilityRegister? Vulnerabilities { get; init; }
    /// <summary>The tally; <c>null</c> where there is none.</summary>
    public TallySource? Tally { get; init; }
    /// <summary>The leaves of a token's demand with their openings, as a file; <c>null</c> where there is none, or for a token that is not one.</summary>
    public Func<string, CancellationToken, Task<byte[]?>>? TallyOf { get; init; }
    /// <summary>Files a demand: the original's bytes.</summary>
    public required Func<byte[], CancellationToken, Task<Submission>> Submit { get; init; }
}

/// <summary>What came of a submission.</summary>
/// <param name="Receipt">The receipt as JSON; <c>null</c> when it was not taken.</param>
/// <param name="Token">The unguessable part of the status page's address; <c>null</c> when it was not taken.</param>
/// <param name="Faults">Why it was not taken.</param>
public sealed record Submission(byte[]? Receipt, string? Token, IReadOnlyList<Remark> Faults);

/// <summary>The pages of authorities and of everybody: front, ledger, status; the door for demands; the ledger's tiles.</summary>
public static class PublicFace
{
    /// <summary>The largest original that is taken, in bytes: 20 MiB.</summary>
    public const int LargestOriginal = 20 * 1024 * 1024;

    /// <summary>A web application that is ready to start; the caller starts, stops and disposes it.</summary>
    public static WebApplication Build(PublicFaceOptions options)
    {
        options = options with { Ground = options.Ground with { Bell = options.CheckCode is not null, Reports = options.Reports is not null, Registry = options.Registry is not null, Vulnerabilities = options.Vulnerabilities is not null, Tally = options.Tally is not null, Rules = options.Rules is not null } };
        var builder = options.Ground.Builder(Face.Public);
        builder.Services.AddRateLimiter(limits => FaceLimits.Public(limits));
        var app = builder.Build();
        options.Ground.Use(app, Face.Public);
        app.UseRateLimiter();
        FaceGround.MapCommon(app);
        MapPages(app, options);
        MapLedger(app, options);
        ProofPages.Map(app, options);
        Reader.Map(app, options.Ground, _ => options.Ground.Frame(Face.Public));
        if (options.Rules is { } rules)
            PublicRulePages.Map(app, options.Ground, rules);
        MapStatus(app, options);
        MapSubmissions(app, options);
        if (options.CheckCode is { } check)
            MapCheck(app, options, check);
        if (options.Reports is { } reports)
            ReportPages.Map(app, options.Ground, reports, options.ReportForms, options.LedgerKey);
        if (options.Registry is { } registry)
            RegistryFace.Map(app, options.Ground, registry);
        if (options.Vulnerabilities is { } register)
            VulnerabilityPages.Map(app, options.Ground, register);
        if (options.Tally is { } tally)
            TallyPages.Map(app, options.Ground, tally);
        app.MapFallback((HttpContext http) => PublicRefusal.Of(http, options.Ground, 404, "page"));
        AccessGuard.Hold(app, Door.Public);
        return app;
    }

    private static void MapPages(WebApplication app, PublicFaceOptions options)
    {
        app.MapGet("/", async Task<IResult> (HttpContext http) => FacePage.Of<FrontPage>(options.Ground.Frame(Face.Public), 200, new()
        {
            [nameof(FrontPage.Ledger)] = await Checkpoint(options, http.RequestAborted),
            [nameof(FrontPage.Report)] = options.Reports?.Latest(),
        }));
        app.MapGet("/ledger", async Task<IResult> (HttpContext http) => FacePage.Of<LedgerPage>(options.Ground.Frame(Face.Public), 200, new()
        {
            [nameof(LedgerPage.Ledger)] = await Checkpoint(options, http.RequestAborted),
            [nameof(LedgerPage.Key)] = options.LedgerKey,
        }));
        app.MapGet("/authorities", () => FacePage.Of<AuthoritiesPage>(options.Ground.Frame(Face.Public), 200, new()
        {
            [nameof(AuthoritiesPage.Origin)] = options.Origin,
            [nameof(AuthoritiesPage.Contact)] = options.Contact,
            [nameof(AuthoritiesPage.Statements)] = options.Reports is { } shelf ? Statement.Newest(shelf.Statements()) : [],
        }));
    }

    /// <summary>The page that says whether a code is one of ours, and nothing else: the same bytes for every yes and for every no.</summary>
    private static void MapCheck(WebApplication app, PublicFaceOptions options, Func<string, IPAddress, CancellationToken, Task<bool?>> check)
    {
        app.MapGet("/check", (HttpContext http) => Page(http, 200, null));
        app.MapPost("/check", async Task<IResult> (HttpContext http) =>
        {
            if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > 4096)
                return PublicRefusal.Of(http, options.Ground, 413, "large");
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            try
            {
                return Page(http, 200, await check(form["code"].ToString(), http.Connection.RemoteIpAddress ?? IPAddress.None, http.RequestAborted) switch { true => "check.yes", false => "check.no", null => "check.later" });
            }
            catch (Exception away) when (IsAway(away))
            {
                http.Response.Headers.RetryAfter = "30";
                return PublicRefusal.Of(http, options.Ground, 503, "codes");
            }
        }).RequireRateLimiting(FaceLimits.Check);

        RazorComponentResult Page(HttpContext http, int status, string? answer)
        {
            var language = NoticeLanguage.Accepted(http.Request.Headers.AcceptLanguage);
            http.Response.Headers.ContentLanguage = language.Tag;
            http.Response.Headers.Vary = "Accept-Language";
            return FacePage.Of<CheckPage>(options.Ground.Frame(Face.Public), status, new() { [nameof(CheckPage.Language)] = language, [nameof(CheckPage.Answer)] = answer });
        }
    }

    private static async Task<LedgerView?> Checkpoint(PublicFaceOptions options, CancellationToken cancel)
    {
        try
        {
            return LedgerView.Of(await options.Checkpoint(cancel));
        }
        catch (Exception away) when (IsAway(away))
        {
            return null;
        }
    }

    private static void MapLedger(WebApplication app, PublicFaceOptions options)
    {
        app.MapGet("/checkpoint", async Task<IResult> (HttpContext http) => await Passed(http, async () => await options.Checkpoint(http.RequestAborted), "text/plain; charset=utf-8", "public, max-age=2"));
        app.MapGet("/tile/{**path}", async Task<IResult> (string? path, HttpContext http) => Ledger.Tile.Parse("tile/" + path) is { } tile
            ? await Passed(http, () => options.Tile(tile, http.RequestAborted), "application/octet-stream", "public, max-age=604800, immutable")
            : PublicRefusal.Of(http, options.Ground, 404, "tile"));

        async Task<IResult> Passed(HttpContext http, Func<Task<byte[]?>> ask, string type, string cache)
        {
            byte[]? bytes;
            try
            {
                bytes = await ask();
            }
            catch (Exception away) when (IsAway(away))
            {
                http.Response.Headers.RetryAfter = "5";
                return Results.Text("The ledger does not answer. Try again in a few seconds.\n", statusCode: 503);
            }

            if (bytes is null)
                return PublicRefusal.Of(http, options.Ground, 404, "beyond");
            // Read by monitors on other origins; it is public and the same for everybody.
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            http.Response.Headers.CacheControl = cache;
            return Results.Bytes(bytes, type);
        }
    }

    private static void MapStatus(WebApplication app, PublicFaceOptions options)
    {
        app.MapGet("/status/{token}", async Task<IResult> (string token, HttpContext http) =>
        {
            http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
            return await Find(options, token, http.RequestAborted) is { } view
                ? FacePage.Of<StatusPage>(options.Ground.Frame(Face.Public), 200, new() { [nameof(StatusPage.View)] = view, [nameof(StatusPage.Token)] = token, [nameof(StatusPage.Tally)] = options.TallyOf is { } leaves && await leaves(token, http.RequestAborted) is not null })
                : NoStatus(http, options);
        }).RequireRateLimiting(FaceLimits.Status);

        app.MapGet("/status/{token}/tally.json", async Task<IResult> (string token, HttpContext http) =>
        {
            http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
            return options.TallyOf is { } leaves && await Find(options, token, http.RequestAborted) is not null && await leaves(token, http.RequestAborted) is { } file
                ? Results.Bytes(file, "application/json", "tally.json") : NoStatus(http, options);
        }).RequireRateLimiting(FaceLimits.Status);

        app.MapGet("/status/{token}/{file}", async Task<IResult> (string token, string file, HttpContext http) =>
        {
            http.Response.Headers["X-Robots-Tag"] = "noindex, nofollow";
            if (await Find(options, token, http.RequestAborted) is not { } view || view.Files.FirstOrDefault(f => f.Name == file) is null)
                return NoStatus(http, options);
            PackageFile? answer;
            try
            {
                answer = await options.Package(token, file, Range(http.Request), http.RequestAborted);
            }
            catch (Exception away) when (IsAway(away))
            {
                http.Response.Headers.RetryAfter = "30";
                return PublicRefusal.Of(http, options.Ground, 503, "answer");
            }

            return answer is null ? NoStatus(http, options) : new Passage(answer, file);
        }).RequireRateLimiting(FaceLimits.Status);
    }

    /// <summary>A token that has not the form of one is not asked for; either way the answer is the same.</summary>
    private static async Task<StatusView?> Find(PublicFaceOptions options, string token, CancellationToken cancel) =>
        token.Length is >= 20 and <= 128 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? await options.Status(token, cancel) : null;

    private static RazorComponentResult NoStatus(HttpContext http, PublicFaceOptions options) => PublicRefusal.Of(http, options.Ground, 404, "token");

    private static void MapSubmissions(WebApplication app, PublicFaceOptions options)
    {
        var logger = FaceGround.Logger(app);
        // Each may hold 20 MiB, so only a few are read at a time.
        var room = new SemaphoreSlim(4, 4);
        app.Lifetime.ApplicationStopped.Register(room.Dispose);

        app.MapPost("/demands", async Task<IResult> (HttpContext http) =>
        {
            var type = http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
            if (type is not ("application/xml" or "text/xml" or "application/json"))
                return Fault(415, "The content type is not one that is taken", "Send application/xml (ETSI TS 103 120) or application/json (our own form).", []);
            if (!await room.WaitAsync(TimeSpan.FromSeconds(10), http.RequestAborted))
                return Fault(503, "Too many submissions at once", "Nothing was taken. Try again in a minute.", []);
            try
            {
                if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                    size.MaxRequestBodySize = LargestOriginal;
                byte[] original;
                try
                {
                    using var body = new MemoryStream((int)Math.Clamp(http.Request.ContentLength ?? 4096, 0, LargestOriginal));
                    await http.Request.Body.CopyToAsync(body, http.RequestAborted);
                    original = body.ToArray();
                }
                catch (BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
                {
                    return Fault(413, "The demand is too large", "At most 20 MiB are taken; nothing was kept. Send attachments by the way agreed with us.", []);
                }

                Submission submission;
                try
                {
                    submission = await options.Submit(original, http.RequestAborted);
                }
                catch (DeskException no)
                {
                    FaceLog.Submitted(logger, original.Length, no.Code, 0);
                    return Fault(no.Code == "malformed" ? 422 : 503, no.Message, no.Next, []);
                }

                FaceLog.Submitted(logger, original.Length, submission.Receipt is null ? "quarantined" : "received", submission.Faults.Count);
                if (submission.Receipt is null)
                    return Fault(422, "The demand cannot be taken", "Each fault names its place and the rule. The bytes are kept in quarantine. Correct the faults and send it again.", submission.Faults);
                if (submission.Token is not null)
                    http.Response.Headers.Location = $"/status/{submission.Token}";
                http.Response.StatusCode = StatusCodes.Status201Created;
                return Results.Bytes(submission.Receipt, "application/json");
            }
            finally
            {
                room.Release();
            }
        }).RequireRateLimiting(FaceLimits.Submit);
    }

    /// <summary>A problem as RFC 9457 writes it; each fault with line, element, rule, what and next.</summary>
    private static IResult Fault(int status, string title, string detail, IReadOnlyList<Remark> faults) =>
        Results.Json(
            new JsonObject
            {
                ["type"] = "about:blank",
                ["title"] = title,
                ["status"] = status,
                ["detail"] = detail,
                ["faults"] = JsonSerializer.SerializeToNode(faults, LawJson.Options),
            }, contentType: "application/problem+json", statusCode: status);

    /// <summary>One range of bytes, so that a download that broke off goes on; any other header is as none (RFC 9110, 14.2).</summary>
    internal static string? Range(HttpRequest request) =>
        RangeHeaderValue.TryParse(request.Headers.Range, out var range) && range is { Unit: "bytes", Ranges.Count: 1 } ? range.ToString() : null;

    internal static bool IsAway(Exception away) =>
        away is HttpRequestException or IOException or LedgerException or DeskException { Code: "gate-away" or "gate-refused" or "kept" };

    /// <summary>A file from the gate, handed on as it comes, never held in memory.</summary>
    internal sealed class Passage(PackageFile answer, string file) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using var content = answer.Content;
            var response = httpContext.Response;
            response.ContentType = file.EndsWith(".counterseal", StringComparison.Ordinal) ? "application/json" : "application/octet-stream";
            response.ContentLength = answer.Length;
            response.Headers.AcceptRanges = "bytes";
            if (answer.Range is { } range)
            {
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = range;
            }

            response.Headers.ContentDisposition = $"attachment; filename=\"{file}\"";
            await content.CopyToAsync(response.Body, httpContext.RequestAborted);
        }
    }
}
