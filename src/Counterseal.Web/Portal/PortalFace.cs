using Counterseal.Desk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>What the portal's pages are made from. The desk's database is not among it: what is asked goes through these delegates.</summary>
public sealed record PortalFaceOptions
{
    /// <summary>Where it listens, and how pages look.</summary>
    public required FaceGround Ground { get; init; }
    /// <summary>Accounts of officers.</summary>
    public required OfficerDoor Officers { get; init; }
    /// <summary>Demands of an authority.</summary>
    public required FilingDoor Filings { get; init; }
    /// <summary>An authority of the directory by its id, as its officers may see it; <c>null</c> for none.</summary>
    public required Func<string, CancellationToken, Task<AuthorityEntry?>> Authority { get; init; }
    /// <summary>Names of kinds of legal process in the rule book, with their titles.</summary>
    public required Func<IReadOnlyList<(string Name, string Title)>> Instruments { get; init; }
}

/// <summary>What the portal asks about officers.</summary>
public sealed record OfficerDoor
{
    /// <summary>How long sessions last.</summary>
    public required SessionLimits Limits { get; init; }
    /// <summary>The session that a cookie's content opens.</summary>
    public required Func<string, CancellationToken, Task<OfficerSession?>> OfSession { get; init; }
    /// <summary>Begins a session; gives what the cookie holds.</summary>
    public required Func<Officer, CancellationToken, Task<string>> Begin { get; init; }
    /// <summary>Ends a session.</summary>
    public required Func<OfficerSession, CancellationToken, Task> End { get; init; }
    /// <summary>Ends all sessions of an officer.</summary>
    public required Func<Officer, CancellationToken, Task> EndAll { get; init; }
    /// <summary>How many sessions of an officer stand.</summary>
    public required Func<string, CancellationToken, Task<int>> Sessions { get; init; }
    /// <summary>An officer whose account stands.</summary>
    public required Func<string, CancellationToken, Task<Officer?>> Find { get; init; }
    /// <summary>Officers of an authority whose accounts stand.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<Officer>>> Colleagues { get; init; }
    /// <summary>Requests of an authority's officers for colleagues that are not settled.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<OfficerRequest>>> Waiting { get; init; }
    /// <summary>The invitation that a link opens; <c>null</c> for one that opens nothing.</summary>
    public required Func<string, CancellationToken, Task<OfficerInvited?>> Opens { get; init; }
    /// <summary>Registers the first passkey: code, digest. Throws <see cref="DeskException"/>.</summary>
    public required Func<string, string, CancellationToken, Task<Officer>> Enrol { get; init; }
    /// <summary>Registers a spare: officer, digest. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, string, CancellationToken, Task> Add { get; init; }
    /// <summary>Gives a passkey up: officer, digest. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, string, CancellationToken, Task> Drop { get; init; }
    /// <summary>Passkeys kept for an account.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<OfficerPasskey>>> KeptOf { get; init; }
    /// <summary>The account for which a credential is kept.</summary>
    public required Func<byte[], CancellationToken, Task<string?>> KeptFor { get; init; }
    /// <summary>Keeps a passkey for an account; it opens nothing by that.</summary>
    public required Func<string, OfficerPasskey, CancellationToken, Task> Keep { get; init; }
    /// <summary>Asks for an account: name, office, authority, mail, telephone, and for a colleague the officer who asks. Throws <see cref="DeskException"/>.</summary>
    public required Func<OfficerAsking, Officer?, CancellationToken, Task> Ask { get; init; }
    /// <summary>Proposes a key. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, RecipientKey, CancellationToken, Task> Propose { get; init; }
    /// <summary>Keys that officers of an authority propose.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyList<ProposedKey>>> Proposed { get; init; }
    /// <summary>Records a look, a sign-in or a refusal: who, what, which demand, what came of it.</summary>
    public required Func<Officer?, string, string?, string, Task> Record { get; init; }
}

/// <summary>What somebody gives who asks for an account.</summary>
/// <param name="Name">The name.</param>
/// <param name="Office">The office.</param>
/// <param name="Authority">The authority, in their words.</param>
/// <param name="Mail">The official mail address.</param>
/// <param name="Telephone">A telephone number; never the one that is called back.</param>
public sealed record OfficerAsking(string Name, string Office, string Authority, string Mail, string Telephone);

/// <summary>What the portal asks about demands; each for one authority, and never about another's.</summary>
public sealed record FilingDoor
{
    /// <summary>Whether officers of an authority filed a demand: authority, demand.</summary>
    public required Func<string, string, CancellationToken, Task<bool>> Has { get; init; }
    /// <summary>An authority's demands, the newest first: authority, how many are left out at the beginning, how many at most.</summary>
    public required Func<string, int, int, CancellationToken, Task<IReadOnlyList<FiledDemand>>> List { get; init; }
    /// <summary>One of an authority's demands.</summary>
    public required Func<string, string, CancellationToken, Task<FiledDemand?>> One { get; init; }
    /// <summary>The receipt as JSON.</summary>
    public required Func<string, string, CancellationToken, Task<byte[]?>> Receipt { get; init; }
    /// <summary>The demand's leaves of the tally; <c>null</c> where there is none.</summary>
    public required Func<string, string, CancellationToken, Task<byte[]?>> Tally { get; init; }
    /// <summary>A file of the package: officer, demand, file, range.</summary>
    public required Func<Officer, string, string, string?, CancellationToken, Task<PackageFile?>> Package { get; init; }
    /// <summary>What door and law would say; nothing is kept. Throws <see cref="DeskException"/>.</summary>
    public required Func<byte[], OriginalCheck> Check { get; init; }
    /// <summary>Files an original; gives the demand's id, or <c>null</c> with its faults. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, byte[], CancellationToken, Task<(string? Demand, IReadOnlyList<Intake.Remark> Faults)>> File { get; init; }
    /// <summary>Writes a message: officer, demand, text. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, string, string, CancellationToken, Task> Write { get; init; }
    /// <summary>Takes a demand back: officer, demand, reason. Throws <see cref="DeskException"/>.</summary>
    public required Func<Officer, string, string, CancellationToken, Task> Withdraw { get; init; }
    /// <summary>How far an officer has read, by demand.</summary>
    public required Func<string, CancellationToken, Task<IReadOnlyDictionary<string, int>>> Read { get; init; }
    /// <summary>An officer has read a demand's messages up to a version.</summary>
    public required Func<string, string, int, CancellationToken, Task> HasRead { get; init; }
}

/// <summary>An authority of the directory, as its officers see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its official name.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Format">How its packages are encrypted.</param>
/// <param name="Fingerprints">Of each key.</param>
/// <param name="Confirmed">When, by whom and how the keys were confirmed.</param>
/// <param name="Keys">The keys themselves.</param>
public sealed record AuthorityEntry(string Id, string Name, string Country, string Format, IReadOnlyList<string> Fingerprints, string Confirmed, IReadOnlyList<string> Keys);

/// <summary>The authorities' portal: accounts of officers, their authority's demands, and nothing about anybody else's.</summary>
public static class PortalFace
{
    /// <summary>A web application that is ready to start; the caller starts, stops and disposes it.</summary>
    public static WebApplication Build(PortalFaceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = options.Ground.Builder(Face.Portal);
        PortalSession.Add(builder.Services, options);
        PortalPasskeys.Add(builder.Services, options);
        builder.Services.AddRateLimiter(limits => FaceLimits.Portal(limits));
        builder.Services.Configure<FormOptions>(form =>
        {
            // An original is held in memory and never on a disk of the face; how many at once is limited where they are read.
            form.MultipartBodyLengthLimit = PortalGuard.LargestUpload;
            form.MemoryBufferThreshold = PortalGuard.LargestUpload;
            form.ValueLengthLimit = PortalGuard.LargestForm;
            form.KeyLengthLimit = 200;
            form.ValueCountLimit = 200;
        });
        var app = builder.Build();
        var pages = new PortalPages(app, options);
        options.Ground.Use(app, Face.Portal);
        app.UseRateLimiter();
        app.UseAuthentication();
        PortalGuard.Use(app, pages);
        FaceGround.MapCommon(app);
        Reader.Map(app, options.Ground, pages.Frame);
        PortalAccountRoutes.Map(app, pages);
        PortalDemandRoutes.Map(app, pages);
        PortalSubmitRoutes.Map(app, pages);
        app.MapFallback((Microsoft.AspNetCore.Http.HttpContext http) => pages.Nothing(http));
        AccessGuard.Hold(app, Door.Portal);
        return app;
    }
}
