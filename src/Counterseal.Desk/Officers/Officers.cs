using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>The officers of authorities: who may sign in at the portal. Every change is an event of the desk's own stream, on the ledger before it holds; what holds is folded from there.</summary>
public sealed partial class Officers : IDisposable
{
    private const int MostText = 2000;
    private readonly Func<AccountDatabase> open;
    private readonly AccountRecord record;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim one = new(1, 1);
    private (People People, OfficerRoll Roll) now;

    private Officers(Func<AccountDatabase> open, AccountRecord record, bool trial, SessionLimits limits, TimeProvider time)
    {
        (this.open, this.record, this.time, Limits) = (open, record, time, limits);
        now = (trial ? People.OfTrial : People.Nobody, OfficerRoll.Nobody);
    }

    /// <summary>How long sessions last.</summary>
    public SessionLimits Limits { get; }

    /// <summary>Brings the tables up to date and reads who is there.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="record">Where events go and come from.</param>
    /// <param name="trial">Whether there is a trial's account among the people of the desk.</param>
    /// <param name="limits">How long sessions last.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="DeskException"><c>tampered</c>: the record is not as the ledger has it.</exception>
    public static async Task<Officers> Of(string database, AccountRecord record, bool trial, SessionLimits limits, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var open = AccountDatabase.Opener(database);
        await using (var db = open())
            await db.Database.MigrateAsync(cancel);
        var officers = new Officers(open, record, trial, limits, time);
        _ = await officers.Now(cancel);
        return officers;
    }

    /// <summary>Who is there, as of the last event.</summary>
    /// <exception cref="DeskException"><c>tampered</c>.</exception>
    public async Task<OfficerRoll> Now(CancellationToken cancel)
    {
        var seen = now;
        foreach (var happened in await record.Since(seen.Roll.Version, cancel))
            seen = (seen.People.Next(happened), seen.Roll.Next(happened, seen.People));
        // Another request may have come further meanwhile; what is folded is the same.
        if (seen.Roll.Version > now.Roll.Version)
            now = seen;
        return seen.Roll;
    }

    /// <summary>Somebody asks for an account, for themselves or, signed in, for a colleague.</summary>
    /// <exception cref="DeskException"><c>not-now</c>: a field is missing, or too many wait.</exception>
    public Task<OfficerRoll> Ask(string name, string office, string authority, string mail, string telephone, Officer? colleague, CancellationToken cancel) => Say(
        colleague?.By ?? OfficerRules.Portal, new OfficerAsked(StaffSecret.NewAccount(), Clean(name), Clean(office), colleague?.Authority ?? Clean(authority), Clean(mail), Clean(telephone), colleague?.Id), cancel);

    /// <summary>Records the call-back, on the number that the directory's entry has.</summary>
    public Task<OfficerRoll> Confirm(string by, string request, DirectoryEntry entry, string spokeWith, string said, CancellationToken cancel) =>
        Say(by, new OfficerConfirmed(request, entry.Authority, entry.Digest, entry.Callback, Clean(spokeWith), Text(said)), cancel);

    /// <summary>Refuses a request.</summary>
    public Task<OfficerRoll> Refuse(string by, string request, string reason, CancellationToken cancel) => Say(by, new OfficerRefused(request, Text(reason)), cancel);

    /// <summary>Invites an officer of an authority of the directory.</summary>
    /// <returns>The link's one-time code; shown once, good for three days.</returns>
    public async Task<(string Code, DateTimeOffset Until)> Invite(string by, DirectoryEntry entry, string name, string office, string reason, CancellationToken cancel) =>
        await Invite(by, (code, until) => new(StaffSecret.NewAccount(), entry.Authority, Clean(name), Clean(office), Text(reason), code, until), cancel);

    /// <summary>Invites whom a confirmed request names.</summary>
    /// <returns>The link's one-time code; shown once, good for three days.</returns>
    /// <exception cref="DeskException"><c>not-now</c>: nobody has called back.</exception>
    public async Task<(string Code, DateTimeOffset Until)> InviteAsked(string by, string request, CancellationToken cancel)
    {
        if (!(await Now(cancel)).Requests.TryGetValue(request, out var asked) || asked.Confirmed is not { } confirmed)
            throw new DeskException("not-now", "nobody has called the authority back about this request yet", "call the number of the directory, and record with whom you spoke");
        return await Invite(by, (code, until) => new(StaffSecret.NewAccount(), confirmed.What.Authority, asked.Asked.Name, asked.Asked.Office,
            $"called back on {confirmed.What.Number}, spoke with {confirmed.What.SpokeWith}", code, until, request), cancel);
    }

    /// <summary>The invitation that a link's code opens; <c>null</c> for a code that opens nothing.</summary>
    public async Task<OfficerInvitation?> Opens(string code, CancellationToken cancel) => code.Length > 60 ? null : (await Now(cancel)).Invitation(StaffSecret.Digest(code), time.GetUtcNow());

    /// <summary>Registers the first passkey, with an invitation's code. It is in its table already, and opens nothing before this is on the ledger.</summary>
    public async Task<Officer> Enrol(string code, string passkey, CancellationToken cancel)
    {
        var invitation = await Opens(code, cancel) ?? throw new DeskException("not-now", "this link opens nothing: it was used, it is over, or it never was one", "ask for another");
        var made = invitation.Made;
        return (await Say($"{made.Name} ({made.Authority})", new OfficerEnrolled(made.Officer, passkey, made.Code), cancel)).All[made.Officer];
    }

    /// <summary>Registers a spare passkey.</summary>
    public Task<OfficerRoll> AddPasskey(Officer officer, string passkey, CancellationToken cancel) => Say(officer.By, new OfficerEnrolled(officer.Id, passkey), cancel);

    /// <summary>Gives one of several passkeys up.</summary>
    public Task<OfficerRoll> DropPasskey(Officer officer, string passkey, CancellationToken cancel) => Say(officer.By, new OfficerPasskeyDropped(officer.Id, passkey), cancel);

    /// <summary>Ends an account, or takes an invitation back.</summary>
    public async Task End(string by, string officer, string reason, CancellationToken cancel)
    {
        _ = await Say(by, new OfficerEnded(officer, Text(reason)), cancel);
        await using var db = open();
        await db.OfficerSessions.Where(s => s.Officer == officer).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Proposes a key for the authority's packages.</summary>
    public Task<OfficerRoll> Propose(Officer officer, string format, string key, string fingerprint, CancellationToken cancel) => Say(officer.By, new KeyProposed(officer.Id, officer.Authority, format, key, fingerprint), cancel);

    /// <inheritdoc/>
    public void Dispose() => one.Dispose();

    private async Task<(string Code, DateTimeOffset Until)> Invite(string by, Func<string, DateTimeOffset, OfficerInvited> invited, CancellationToken cancel)
    {
        var (code, until) = (StaffSecret.NewCode(), Whole(time.GetUtcNow().AddDays(3)));
        _ = await Say(by, invited(StaffSecret.Digest(code), until), cancel);
        return (code, until);
    }

    private async Task<OfficerRoll> Say(string by, EventBody body, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var before = await Now(cancel);
            if (OfficerRules.Objection(before, now.People, body, by, Whole(time.GetUtcNow())) is { } why)
                throw new DeskException("not-now", why, "look at the page as it is now");
            var version = await record.Append(by, body, cancel);
            var after = await Now(cancel);
            return after.Void.Contains(version) ? throw new DeskException("conflict", "somebody else changed this at the same moment, and this changed nothing", "look at the page as it is now, then ask again") : after;
        }
        finally
        {
            one.Release();
        }
    }

    private static string Text(string? text) => text is { Length: <= MostText } ? text.Trim() : throw new DeskException("malformed", $"a text has at most {MostText} characters", "say it shorter");

    private static string Clean(string? line) => line is { Length: <= MostText } ? line.Trim() : throw new DeskException("malformed", "a line has at most 255 characters", "say it shorter");

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
