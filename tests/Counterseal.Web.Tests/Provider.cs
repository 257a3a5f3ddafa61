using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Counterseal.Web.Tests;

/// <summary>A company's own provider: a real OpenIddict server on this machine. Who is signed in there, since when, and in which groups, is for the test to say.</summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string ClientId = "counterseal-desk";
    public const string ClientSecret = "not-a-secret-but-a-test";

    private readonly WebApplication app;
    private readonly string folder;

    private Provider(WebApplication app, string folder) => (this.app, this.folder) = (app, folder);

    public string Subject { get; set; } = "subject-1";
    public DateTimeOffset Since { get; set; } = TimeProvider.System.GetUtcNow().AddHours(-3);
    public IReadOnlyList<string> Groups { get; set; } = [];
    /// <summary>Whether it does as <c>prompt=login</c> and <c>max_age</c> ask; one that does not must be found out.</summary>
    public bool Obeys { get; set; } = true;
    public List<string> Asked { get; } = [];
    public string Authority => app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public static async Task<Provider> Up()
    {
        var folder = Directory.CreateTempSubdirectory("cs-oidc-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDbContext<Store>(options => options.UseSqlite($"Data Source={Path.Combine(folder, "oidc.db")}").UseOpenIddict());
        Provider? self = null;
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<Store>())
            .AddServer(server =>
            {
                server.SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
                server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
                server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().DisableTransportSecurityRequirement();
            });
        var app = builder.Build();
        app.UseAuthentication();
        app.MapGet("/authorize", (HttpContext http) => self!.Authorize(http));
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<Store>().Database.EnsureCreatedAsync();
        await app.StartAsync();
        return self = new(app, folder);
    }

    /// <summary>Makes a desk known here.</summary>
    public async Task Know(Uri desk)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = ClientId,
            ClientSecret = ClientSecret,
            ConsentType = ConsentTypes.Implicit,
            RedirectUris = { new Uri(desk, "/sign-in/company/back") },
            Permissions = { Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code },
        });
    }

    private IResult Authorize(HttpContext http)
    {
        var request = http.GetOpenIddictServerRequest()!;
        Asked.Add(http.Request.QueryString.Value ?? "");
        if (Obeys && (request.HasPromptValue(PromptValues.Login) || request.MaxAge == 0))
            Since = TimeProvider.System.GetUtcNow();
        var identity = new ClaimsIdentity("test", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, Subject);
        identity.SetClaim(Claims.AuthenticationTime, Since.ToUnixTimeSeconds());
        identity.SetClaims("groups", [.. Groups]);
        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(Scopes.OpenId);
        return Results.SignIn(principal, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Store(DbContextOptions<Store> options) : DbContext(options);
}
