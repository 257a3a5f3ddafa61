using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Counterseal.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>
/// Serves the gate's own pages on an origin of their own: orders as their bytes have them, and the questions that passkeys answer. No page of another origin may stand around them, no script
/// but their one file runs in them, and nothing in them comes from elsewhere. It says nothing to the desk and takes nothing from it.
/// </summary>
internal sealed partial class PagesHost : IAsyncDisposable
{
    private const int MostBody = 64 * 1024;
    private static readonly byte[] Style = Resource("gate.css");
    private static readonly byte[] Script = Resource("gate.js");

    private readonly Gate gate;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Visitors visitors;
    private readonly DemandPixels pixels = new();
    private readonly WebApplication app;
    private readonly TokenBucketRateLimiter looks = ConnectionLimits.Rate(200, 50);
    private readonly TokenBucketRateLimiter answers = ConnectionLimits.Rate(40, 5);
    private readonly TokenBucketRateLimiter codes = ConnectionLimits.Rate(20, 1);
    // Stopping has a measure of its own, so that nothing else can use up what it needs.
    private readonly TokenBucketRateLimiter stops = ConnectionLimits.Rate(100, 10);

    private PagesHost(Gate gate, PagesSettings settings, TimeProvider clock, ILogger log)
    {
        (this.gate, this.clock, this.log, visitors) = (gate, clock, log, new Visitors(clock));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(options =>
        {
            ConnectionLimits.Apply(options, MostBody);
            void Configure(ListenOptions listen)
            {
                listen.Protocols = HttpProtocols.Http1;
                if (settings.Certificate is { } certificate)
                    listen.UseHttps(https => Present(https, certificate, settings.CertificateKey));
            }
            if (settings.Listen.StartsWith("localhost:", StringComparison.Ordinal) && int.TryParse(settings.Listen.AsSpan(10), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                options.ListenLocalhost(port, Configure);
            else if (IPEndPoint.TryParse(settings.Listen, out var address))
                options.Listen(address, Configure);
            else
                throw new InvalidDataException($"pages.json: listen is an address with a port, like 127.0.0.1:8474, not \"{settings.Listen}\"");
        });
        app = builder.Build();
        app.Run(Serve);
    }

    /// <summary>The certificate, and those between it and an authority that browsers know, which the file has behind it.</summary>
    private static void Present(HttpsConnectionAdapterOptions https, string certificate, string? key)
    {
        try
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            https.ServerCertificate = X509Certificate2.CreateFromPemFile(certificate, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            https.ServerCertificateChain = [.. chain.Skip(1)];
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"pages.json: the certificate and its key cannot be used ({e.Message})", e);
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="InvalidDataException">The settings cannot be used.</exception>
    public static async Task<PagesHost> Start(Gate gate, PagesSettings settings, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        var host = new PagesHost(gate, settings, clock, log);
        try
        {
            await host.app.StartAsync(cancel);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
        pixels.Dispose();
        foreach (var limiter in (TokenBucketRateLimiter[])[looks, answers, codes, stops])
            limiter.Dispose();
    }

    private async Task Serve(HttpContext http)
    {
        try
        {
            Guard(http.Response.Headers);
            if (gate.RosterNow() is not { Passkeys: { } rules } roster)
                await Page(http, 503, "Not ready", "/", null, DoorPages.Said("The gate has no roster that says where passkeys are used. Its operator mends roster.json."));
            else if (http.Request.Host.Value != new Uri(rules.Origin).Authority)
                await Page(http, 421, "Another address", "/", null, DoorPages.Said($"These pages are served on {rules.Origin} and nowhere else."));
            else
                await Route(http, roster, rules, [.. (http.Request.Path.Value ?? "").Split('/').Skip(1)]);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            await Json(http, Refusal.Of(Refusal.Malformed, "the request cannot be read, or is too large", "/"));
        }
        catch (RefusalException e) when (!http.Response.HasStarted)
        {
            // Not written down: what nobody on the roster has signed comes from anybody, who could fill the journal with it or cross a tripwire.
            if (HttpMethods.IsPost(http.Request.Method))
                await Json(http, e.Refusal);
            else
                await Page(http, e.Refusal.Status, "The gate says no", "/", null, DoorPages.Said($"{e.Refusal.What}. What to do: {e.Refusal.Next}."));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception e)
        {
            GateLog.RequestFailed(log, e);
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private Task Route(HttpContext http, Roster roster, PasskeyRules rules, string[] path)
    {
        if (HttpMethods.IsPost(http.Request.Method))
        {
            return path switch
            {
                // A page of another origin may send a form; it cannot send this header, and the browser says whence it comes.
                _ when http.Request.ContentType != "application/json" || http.Request.Headers.Origin != rules.Origin => Json(http, Refusal.Of(Refusal.Malformed, "this comes from another page than the gate's own", "Origin")),
                ["sign"] => Sign(http),
                ["propose"] => Propose(http, roster, rules),
                ["enrol", "begin"] => BeginEnrolment(http, rules),
                ["enrol"] => Enrol(http, rules),
                ["leave"] => Leave(http),
                _ => Nothing(http),
            };
        }
        using var lease = looks.AttemptAcquire();
        if (!lease.IsAcquired)
            return Page(http, 429, "Too many requests", "/", null, DoorPages.Said("Wait a moment, then load the page again."));
        if (!HttpMethods.IsGet(http.Request.Method))
            return Nothing(http);
        var visitor = Visiting(http, rules);
        // A visit is as good as the passkey that began it: one that was taken off the roster ends it.
        var person = visitor is null ? null : roster.Find(visitor.Name) is { } named && named.Passkeys.Any(passkey => passkey.Name == visitor.Passkey) ? named : null;
        return path switch
        {
            ["gate.css"] => Bytes(http, "text/css; charset=utf-8", Style),
            ["gate.js"] => Bytes(http, "text/javascript; charset=utf-8", Script),
            ["enrol"] => Page(http, 200, "Register a passkey", "/enrol", null, DoorPages.Enrol()),
            // Whoever is on a drafted roster only has that to look at.
            ["roster"] when visitor is not null => Page(http, 200, "Roster", "/roster", visitor.Name, RosterPages.Of(roster, gate.IsFounded, gate.PendingRosters(), visitor.Name, gate.Name, clock.GetUtcNow())),
            [""] when visitor is not null && person is null => Go(http, "/roster"),
            _ when person is null => SignIn(http, rules, path),
            [""] => Page(http, 200, "Orders that wait", "/", person.Name, OrderPages.List(gate.WaitingOrders(), person.Name, gate.HeldStops(), clock.GetUtcNow())),
            ["stops"] => Page(http, 200, "Stop", "/stops", person.Name, StopPages.Of(gate.HeldStops(), person, roster, StopText(Stop.Everything))),
            ["directory"] => Page(http, 200, "Directory", "/directory", person.Name, DirectoryPages.Of(gate.DirectoryNow().Drafted, gate.DirectoryNow().Known, person, roster, gate.Name, clock.GetUtcNow())),
            ["orders", var digest] when Shape.IsHex(digest, 32) => Order(http, digest, person),
            ["orders", var digest, "original", var name] when Shape.IsHex(digest, 32) => Pixels(http, digest, name),
            ["previews"] => Page(http, 200, "Previews", "/previews", person.Name, PreviewPages.List(gate.PreviewsFor(person.Name), clock.GetUtcNow())),
            ["previews", var digest, .. var rest] when Shape.IsHex(digest, 32) => Preview(http, digest, rest, visitor!, person, roster),
            _ => Nothing(http, person.Name),
        };
    }

    private async Task Order(HttpContext http, string digest, RosterPerson person)
    {
        if (await gate.Sight(digest, http.RequestAborted) is not { } sight)
        {
            var ended = gate.Ended(digest);
            await Page(http, ended is null ? 404 : 200, ended is null ? "No such order" : "Order " + digest[..12], "/orders", person.Name,
                gate.PreviewFor(digest, person.Name) is not null ? PreviewPages.Ready(digest)
                : DoorPages.Said(ended is null ? "The gate has no order by that digest: it was never filed here, was refused, or its time is over." : $"This order {ended}."));
            return;
        }
        var original = await DemandPixels.Count(sight.Envelope.Original, http.RequestAborted);
        await Page(http, 200, OrderPages.Title(sight.Envelope.Order), "/orders", person.Name, OrderPages.One(sight, person, gate.HeldStops(), original, StopText(sight.Envelope.Order.DemandId), clock.GetUtcNow()));
    }

    private async Task Pixels(HttpContext http, string digest, string name)
    {
        if (name.EndsWith(".png", StringComparison.Ordinal) && int.TryParse(name.AsSpan(0, name.Length - 4), NumberStyles.None, CultureInfo.InvariantCulture, out var page)
            && gate.OriginalOf(digest) is { } original && await pixels.Page(digest, original, page, http.RequestAborted) is { } png)
            await Bytes(http, "image/png", png);
        else
            await Nothing(http);
    }

    private Task SignIn(HttpContext http, PasskeyRules rules, string[] path)
    {
        var then = path switch
        {
            ["orders", var digest] when Shape.IsHex(digest, 32) => "/orders/" + digest,
            ["stops"] => "/stops",
            ["roster"] => "/roster",
            ["directory"] => "/directory",
            ["previews"] => "/previews",
            ["previews", var digest, ..] when Shape.IsHex(digest, 32) => "/previews/" + digest,
            _ => "/",
        };
        var now = clock.GetUtcNow();
        var text = Custody.SignIn.Text(gate.Name, now, visitors.Nonce(now));
        return Page(http, 200, "The gate's door", "/", null, DoorPages.SignIn(text, StopText(Stop.Everything), rules, then));
    }

    /// <summary>Takes a passkey's answer to any of the pages' questions. Who it is and what was signed is in the answer itself; where it was asked does not matter.</summary>
    private async Task Sign(HttpContext http)
    {
        using var document = Shape.Parse(await Body(http), MostBody, "/");
        var root = Shape.Closed(document.RootElement, "", "text", "credential", "authenticatorData", "clientDataJSON", "signature");
        var text = root.Text("text", MostBody);
        using var lease = (text.StartsWith(Stop.Kind + "\n", StringComparison.Ordinal) ? stops : answers).AttemptAcquire();
        if (!lease.IsAcquired)
        {
            await Json(http, Refusal.Of(Refusal.Busy, "too many requests", "/"));
            return;
        }
        var answer = new PasskeyAnswer(Url64(root, "credential"), Url64(root, "authenticatorData"), Url64(root, "clientDataJSON"), Url64(root, "signature"));
        if (!answer.Fits)
            throw RefusalException.Malformed("a part of the passkey's answer is empty or too long", "/");
        if (gate.HolderOf(answer.Credential) is not var (person, passkey))
            throw new RefusalException(Refusal.Of(Refusal.NotOnRoster, "this passkey is not on the roster", "/credential"));
        var line = answer.Line(person.Name, passkey);
        if (person.Fault(new SignedNote(text, [line])) is { } fault)
            throw new RefusalException(Refusal.Of(Refusal.WrongApproval, fault, "/signature"));
        if (text.StartsWith(Custody.SignIn.Kind + "\n", StringComparison.Ordinal))
            await Admit(http, passkey, new SignedNote(text, [line]));
        else if (text.StartsWith(View.Kind + "\n", StringComparison.Ordinal))
            await Look(http, person, new SignedNote(text, [line]));
        else
            await Json(http, await gate.TakeFromPage(text, line, http.RequestAborted));
    }

    /// <summary>Takes the text of a directory entry from somebody with the role, who has signed in.</summary>
    private async Task Propose(HttpContext http, Roster roster, PasskeyRules rules)
    {
        using var lease = answers.AttemptAcquire();
        if (!lease.IsAcquired)
            throw new RefusalException(Refusal.Of(Refusal.Busy, "too many requests", "/"));
        if (Visiting(http, rules) is not { } visitor || roster.Find(visitor.Name) is not { } person || !person.Passkeys.Any(passkey => passkey.Name == visitor.Passkey) || !person.Roles.Contains(RosterRole.Directory))
            throw new RefusalException(Refusal.Of(Refusal.NotOnRoster, "only a person with the role directory who has signed in proposes an entry", "/"));
        using var document = Shape.Parse(await Body(http), MostBody, "/");
        await Json(http, gate.ProposeEntry(Shape.Closed(document.RootElement, "", "text").Text("text", MostBody)));
    }

    private async Task Admit(HttpContext http, Passkey passkey, SignedNote note)
    {
        var signIn = Custody.SignIn.Read(note.Bytes());
        if (signIn.Gate != gate.Name || !visitors.IsFresh(signIn))
            throw new RefusalException(Refusal.Of(Refusal.WrongApproval, "this question is older than five minutes, was answered before, or is not this gate's: load the page again", "/text"));
        var (name, refusal) = gate.TakeSignIn(note);
        if (name is null)
            throw new RefusalException(refusal!);
        Welcome(http, name, passkey);
        await Json(http, new GateAnswer(200, Canonical.Bytes(new JsonObject { ["name"] = name })));
    }

    /// <summary>Whose visit it is; <c>null</c> where there is none, or the passkey that began it is now nobody's, or somebody else's.</summary>
    private Visitor? Visiting(HttpContext http, PasskeyRules rules) =>
        visitors.Find(http.Request.Cookies[Cookie(rules)]) is { } visitor && gate.HolderOf(Base64Url.DecodeFromChars(visitor.Passkey)) is var (holder, _) && holder.Name == visitor.Name ? visitor : null;

    private void Welcome(HttpContext http, string name, Passkey passkey)
    {
        var rules = gate.RosterNow()!.Passkeys!;
        http.Response.Cookies.Append(Cookie(rules), visitors.Admit(name, passkey.Name), new CookieOptions { HttpOnly = true, Secure = IsSecure(rules), SameSite = SameSiteMode.Lax, Path = "/" });
    }

    private async Task Leave(HttpContext http)
    {
        var rules = gate.RosterNow()!.Passkeys!;
        visitors.Leave(http.Request.Cookies[Cookie(rules)]);
        http.Response.Cookies.Delete(Cookie(rules), new CookieOptions { Secure = IsSecure(rules), Path = "/" });
        await Json(http, new GateAnswer(200, Canonical.Bytes(new JsonObject())));
    }

    private string StopText(string demand) => Stop.Text(gate.Name, demand, clock.GetUtcNow(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));

    private static byte[] Url64(Shape root, string member)
    {
        try
        {
            return Base64Url.DecodeFromChars(root.Text(member, 32 * 1024));
        }
        catch (FormatException)
        {
            throw RefusalException.Malformed("this must be base64url without padding", root.Place(member));
        }
    }

    private static bool IsSecure(PasskeyRules rules) => rules.Origin.StartsWith("https:", StringComparison.Ordinal);

    private static string Cookie(PasskeyRules rules) => IsSecure(rules) ? "__Host-gate" : "gate";

    private static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Embedder-Policy"] = "require-corp";
        headers["Permissions-Policy"] = "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers.StrictTransportSecurity = "max-age=31536000";
        headers.CacheControl = "no-store";
    }

    private Task Page(HttpContext http, int status, string title, string here, string? who, Html body)
    {
        http.Response.StatusCode = status;
        return Bytes(http, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(PageFrame.Of(gate.Name, gate.IsTrial, title, here, who, body).ToString()));
    }

    private Task Nothing(HttpContext http, string? who = null) => Page(http, 404, "Nothing here", "/nothing", who, DoorPages.Said("There is no such page."));

    private static Task Go(HttpContext http, string to)
    {
        http.Response.Redirect(to);
        return Task.CompletedTask;
    }

    private static Task Json(HttpContext http, Refusal refusal) => Json(http, new GateAnswer(refusal.Status, refusal.Json()));

    private static Task Json(HttpContext http, GateAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        return Bytes(http, "application/json", answer.Json);
    }

    private static async Task Bytes(HttpContext http, string type, byte[] bytes)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> Body(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(PagesHost).Assembly.GetManifestResourceStream("Counterseal.Custody.Pages." + name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
