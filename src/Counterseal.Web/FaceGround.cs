using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web;

/// <summary>What every face stands on: where it listens, how its pages look, and the rules that hold for each answer.</summary>
public sealed record FaceGround
{
    /// <summary>Address and port; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }
    /// <summary>Host names by which people call this face; others are refused, so that no foreign page can speak to it by a name of its own.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = ["localhost", "127.0.0.1", "[::1]"];
    /// <summary>For HTTPS; without it the face speaks plain HTTP and belongs on a loopback address or behind a proxy.</summary>
    public X509Certificate2? Certificate { get; init; }
    /// <summary>The face's address as browsers know it, without a path, e.g. <c>https://desk.example</c>, where a proxy in front speaks TLS; its name belongs into <see cref="Hosts"/>, too. <c>null</c>: as requests say.</summary>
    public string? Origin { get; init; }
    /// <summary>Whose data it is about.</summary>
    public string Provider { get; init; } = "this provider";
    /// <summary>Trial mode: said on every page.</summary>
    public bool Trial { get; init; }
    /// <summary>The zone that times are written in beside UTC.</summary>
    public WorkZone Zone { get; init; } = WorkZone.Utc;
    /// <summary>The languages that the public's and the customers' pages are there in.</summary>
    public ReaderLanguages Languages { get; init; } = ReaderLanguages.Ours;
    /// <summary>The origin of the gate's own pages, e.g. <c>https://gate.example</c>, to which an order is linked; <c>null</c> where the gate has none.</summary>
    public string? GatePages { get; init; }
    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
    /// <summary>Adds where logs go; none by default. What the face logs never holds a path, a token or personal data.</summary>
    public Action<ILoggingBuilder>? Logs { get; init; }

    internal bool Bell { get; init; }
    internal bool Reports { get; init; }
    /// <summary>Whether there are calendar, docket, alerts and hand-over.</summary>
    internal bool Shift { get; init; }

    /// <summary>Whether letters are drafted.</summary>
    internal bool Letters { get; init; }
    /// <summary>Whether the proof that a customer was told is given.</summary>
    internal bool ToldProof { get; init; }

    internal bool Registry { get; init; }

    internal bool Vulnerabilities { get; init; }
    /// <summary>Whether there is a tally.</summary>
    internal bool Tally { get; init; }
    /// <summary>Whether there is a portal for authorities.</summary>
    internal bool Officers { get; init; }
    /// <summary>Whether the rule books are shown to the public.</summary>
    internal bool Rules { get; init; }

    internal bool IsHttps => Certificate is not null || Origin?.StartsWith("https://", StringComparison.Ordinal) == true;

    /// <summary>A cookie's name; over HTTPS with the prefix by which browsers keep it to this host alone.</summary>
    internal string CookieName(string name) => IsHttps ? "__Host-" + name : name;

    internal CookieSecurePolicy CookieSecurity => IsHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    internal Frame Frame(Face face) => new(face, Provider, Trial, Zone, Time.GetUtcNow()) { Bell = Bell, Reports = Reports, Registry = Registry, Vulnerabilities = Vulnerabilities, Tally = Tally, Officers = Officers, Shift = Shift, Letters = Letters, ToldProof = ToldProof, Rules = Rules, Languages = Languages, GatePages = GatePages };

    internal static ILogger Logger(WebApplication app) => app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Counterseal.Web");

    /// <summary>A builder that reads nothing from the environment or the current folder: what it does depends on these options alone.</summary>
    internal WebApplicationBuilder Builder(Face face)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(FaceGround).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory });
        Logs?.Invoke(builder.Logging);
        // ASP.NET's own request log, its scopes and its fault log carry the path, which on the public face holds a secret.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
            kestrel.Limits.MaxRequestLineSize = 4 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MaxConcurrentConnections = 1024;
            kestrel.Listen(Listen, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                if (Certificate is not null)
                    listen.UseHttps(Certificate);
                else
                    listen.Protocols = HttpProtocols.Http1;
            });
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(Time);
        // Keys of cookies and forms live as long as the process: a restart signs everybody out.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRazorComponents();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped(services => Reader.Of(services.GetRequiredService<IHttpContextAccessor>().HttpContext, this));
        builder.Services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = CookieName(face switch { Face.Desk => "counterseal-desk-form", Face.Portal => "counterseal-portal-form", Face.Customer => "counterseal-customer-form", _ => "counterseal-form" });
            forms.Cookie.HttpOnly = true;
            forms.Cookie.SameSite = SameSiteMode.Strict;
            forms.Cookie.SecurePolicy = CookieSecurity;
            forms.FormFieldName = "form";
            forms.SuppressXFrameOptionsHeader = true;
        });
        builder.Services.Configure<HostFilteringOptions>(filter =>
        {
            filter.AllowedHosts = [.. Hosts];
            filter.AllowEmptyHosts = false;
            filter.IncludeFailureMessage = false;
        });
        return builder;
    }

    /// <summary>The rules that hold for each answer, before anything else.</summary>
    internal void Use(WebApplication app, Face face)
    {
        var logger = Logger(app);
        app.Use(next => context => FaceLog.Around(context, next, face, logger, Frame(face)));
        app.Use(next => context =>
        {
            SecurityHeaders.Set(context.Response.Headers, face, IsHttps);
            if (IsHttps)
                context.Request.Scheme = Uri.UriSchemeHttps;
            return next(context);
        });
        app.UseHostFiltering();
        app.UseRouting();
    }

    /// <summary>Assets and <c>/healthz</c>.</summary>
    internal static void MapCommon(WebApplication app)
    {
        foreach (var asset in Asset.All)
        {
            app.MapGet(asset.Path, (HttpContext http) =>
            {
                http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                http.Response.Headers.Vary = "Accept-Encoding";
                // Assets are the same for everybody and hold no secret; pages are not packed, since they hold a form's secret beside what others wrote.
                var (bytes, coding) = asset.In(http.Request.Headers.AcceptEncoding);
                if (coding is not null)
                    http.Response.Headers.ContentEncoding = coding;
                return Results.Bytes(bytes, asset.Type);
            }).AllowAnonymous().DisableRateLimiting();
        }

        app.MapGet("/healthz", () => Results.Text("ok\n")).AllowAnonymous().DisableRateLimiting();
    }
}
