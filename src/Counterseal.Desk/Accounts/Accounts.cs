using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>
/// The people of the desk: who may sign in, with which roles, in which compartments. Every change is an event of the desk's own stream, on the ledger before it holds; what holds is folded from there.
/// </summary>
public sealed partial class Accounts : IAsyncDisposable
{
    private const int MostText = 2000;
    private readonly AccountRecord record;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim one = new(1, 1);
    private People people;
    private readonly string setUp = StaffSecret.NewCode();

    private Accounts(Func<AccountDatabase> open, AccountRecord record, bool trial, SessionLimits limits, TimeProvider time)
    {
        Open = open;
        this.record = record;
        this.time = time;
        Limits = limits;
        IsTrial = trial;
        people = trial ? People.OfTrial : People.Nobody;
        Views = new ViewLog(open, time);
    }

    /// <summary>Contexts on the tables of accounts.</summary>
    public Func<AccountDatabase> Open { get; }

    /// <summary>The record of views.</summary>
    public ViewLog Views { get; }

    /// <summary>Whether this is a trial, with its account for whoever has the code.</summary>
    public bool IsTrial { get; }

    /// <summary>How long sessions last.</summary>
    public SessionLimits Limits { get; }

    /// <summary>Brings the tables up to date and reads who is there.</summary>
    /// <param name="database"><c>sqlite:PATH</c>, or an Npgsql connection string.</param>
    /// <param name="record">Where events go and come from.</param>
    /// <param name="trial">Whether there is a trial's account.</param>
    /// <param name="limits">How long sessions last.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="DeskException"><c>tampered</c>: the record is not as the ledger has it.</exception>
    public static async Task<Accounts> Of(string database, AccountRecord record, bool trial, SessionLimits limits, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        var open = AccountDatabase.Opener(database);
        await using (var db = open())
            await db.Database.MigrateAsync(cancel);
        var accounts = new Accounts(open, record, trial, limits, time);
        _ = await accounts.Now(cancel);
        return accounts;
    }

    /// <summary>Who is there, as of the last event.</summary>
    /// <exception cref="DeskException"><c>tampered</c>.</exception>
    public async Task<People> Now(CancellationToken cancel)
    {
        var seen = people;
        var news = await record.Since(seen.Version, cancel);
        if (news.Count == 0)
            return seen;
        var now = news.Aggregate(seen, (before, happened) => before.Next(happened));
        // Another request may have come further meanwhile; what is folded is the same.
        if (now.Version > people.Version)
            people = now;
        return now;
    }

    /// <summary>The one-time code with which the first administrator registers; <c>null</c> once there is one. New at each start, on the terminal and nowhere else.</summary>
    public async Task<string?> SetUpCode(CancellationToken cancel) => (await Now(cancel)).Founded ? null : setUp;

    /// <summary>Whether this is the set-up code, and it still opens.</summary>
    public async Task<bool> OpensSetUp(string code, CancellationToken cancel) =>
        CryptographicOperations.FixedTimeEquals(Convert.FromHexString(StaffSecret.Digest(code)), Convert.FromHexString(StaffSecret.Digest(setUp))) && !(await Now(cancel)).Founded;

    /// <summary>The invitation or recovery that a code opens; <c>null</c> for a code that opens nothing.</summary>
    public async Task<OpenCode?> Opens(string code, CancellationToken cancel) => (await Now(cancel)).Code(StaffSecret.Digest(code), time.GetUtcNow());

    /// <summary>The first administrator. The passkey is in its table already, and opens nothing before this is on the ledger.</summary>
    public async Task<Person> Found(string code, string account, string name, string passkey, CancellationToken cancel)
    {
        if (!await OpensSetUp(code, cancel))
            throw new DeskException("not-now", "the set-up code opens nothing: it is another, or the first administrator is there already", "ask the first administrator for an invitation");
        return (await Say("set-up", new Founded(account, name, passkey), cancel)).All[account];
    }

    /// <summary>Invites a person.</summary>
    /// <returns>The one-time code; shown once, good for two days.</returns>
    public async Task<string> Invite(string by, string name, IReadOnlyList<Role> roles, CancellationToken cancel)
    {
        var code = StaffSecret.NewCode();
        _ = await Say(by, new Invited(StaffSecret.NewAccount(), name, [.. roles.Order()], StaffSecret.Digest(code), Whole(time.GetUtcNow().AddDays(2))), cancel);
        return code;
    }

    /// <summary>Registers a passkey with a code. A recovery's replaces all earlier ones and ends sessions and tokens.</summary>
    public async Task<Person> Enrol(string code, string passkey, CancellationToken cancel)
    {
        var open = await Opens(code, cancel) ?? throw new DeskException("not-now", "this code opens nothing: it was used, it is over, or it never was one", "ask an administrator for another");
        var after = await Say(open.Name, new Enrolled(open.Account, passkey, open.Code), cancel);
        await using var db = Open();
        await db.Sessions.Where(s => s.Account == open.Account).ExecuteDeleteAsync(cancel);
        return after.All[open.Account];
    }

    /// <summary>Registers a spare passkey of a person who is signed in.</summary>
    public Task<People> AddPasskey(Person person, string passkey, CancellationToken cancel) => Say(person.Name, new Enrolled(person.Account, passkey, null), cancel);

    /// <summary>Gives one of several passkeys up.</summary>
    public Task<People> DropPasskey(Person person, string passkey, CancellationToken cancel) => Say(person.Name, new PasskeyDropped(person.Account, passkey), cancel);

    /// <summary>Changes what a person may do.</summary>
    public Task<People> ChangeRoles(string by, string account, IReadOnlyList<Role> roles, string reason, CancellationToken cancel) => Say(by, new RolesChanged(account, [.. roles.Order()], Text(reason)), cancel);

    /// <summary>Ends an account.</summary>
    public Task<People> End(string by, string account, string reason, CancellationToken cancel) => Say(by, new AccountEnded(account, Text(reason)), cancel);

    /// <summary>Ends all sessions of an account.</summary>
    public async Task SignOutEverywhere(string by, string account, CancellationToken cancel)
    {
        _ = await Say(by, new SignedOutEverywhere(account), cancel);
        await using var db = Open();
        await db.Sessions.Where(s => s.Account == account).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Asks that a person may register a new passkey.</summary>
    public Task<People> AskRecovery(string by, string account, string reason, CancellationToken cancel) => Say(by, new RecoveryAsked(account, Text(reason)), cancel);

    /// <summary>Approves a recovery that another administrator asked for.</summary>
    /// <returns>The one-time code; shown once, good for a day.</returns>
    public async Task<string> ApproveRecovery(string by, string account, CancellationToken cancel)
    {
        var code = StaffSecret.NewCode();
        _ = await Say(by, new RecoveryApproved(account, StaffSecret.Digest(code), Whole(time.GetUtcNow().AddDays(1))), cancel);
        return code;
    }

    /// <summary>Calls a recovery off.</summary>
    public Task<People> DropRecovery(string by, string account, CancellationToken cancel) => Say(by, new RecoveryDropped(account), cancel);

    /// <summary>Makes a token for the command.</summary>
    /// <returns>The token; shown once.</returns>
    public async Task<string> MakeToken(Person person, CancellationToken cancel)
    {
        var token = StaffSecret.NewToken();
        _ = await Say(person.Name, new TokenMade(person.Account, StaffSecret.Digest(token), Whole(time.GetUtcNow() + People.LongestToken)), cancel);
        return token;
    }

    /// <summary>Ends a token.</summary>
    public Task<People> EndToken(Person person, string digest, CancellationToken cancel) => Say(person.Name, new TokenEnded(person.Account, digest), cancel);

    /// <summary>Whose token it is; <c>null</c> when nobody's, or over.</summary>
    public async Task<Person?> OfToken(string token, CancellationToken cancel)
    {
        var now = await Now(cancel);
        return now.Tokens.TryGetValue(StaffSecret.Digest(token), out var known) && time.GetUtcNow() < known.Until ? now.Find(known.Account) : null;
    }

    /// <summary>Makes an address at which a calendar program reads a person's calendar; the one before opens nothing more.</summary>
    /// <returns>The secret part of the address; shown once.</returns>
    public async Task<string> MakeFeed(Person person, CancellationToken cancel)
    {
        var secret = StaffSecret.NewSession();
        _ = await Say(person.Name, new FeedMade(person.Account, StaffSecret.Digest(secret)), cancel);
        return secret;
    }

    /// <summary>Ends the address.</summary>
    public async Task EndFeed(Person person, CancellationToken cancel)
    {
        var feed = (await Now(cancel)).Feeds.GetValueOrDefault(person.Account) ?? throw new DeskException("not-now", "there is no address of the calendar", "make one");
        _ = await Say(person.Name, new FeedEnded(person.Account, feed), cancel);
    }

    /// <summary>Whose calendar an address opens; <c>null</c> when nobody's.</summary>
    public async Task<Person?> OfFeed(string secret, CancellationToken cancel)
    {
        var (now, digest) = (await Now(cancel), StaffSecret.Digest(secret));
        return now.Feeds.FirstOrDefault(one => one.Value == digest).Key is { } account ? now.Find(account) : null;
    }

    /// <summary>Ties an account to the company's own sign-in.</summary>
    public Task<People> Link(Person person, string issuer, string subject, CancellationToken cancel) => Say(person.Name, new CompanyLinked(person.Account, issuer, subject), cancel);

    /// <summary>Makes a compartment.</summary>
    public Task<People> MakeCompartment(string by, string compartment, IReadOnlyList<string> instruments, CancellationToken cancel)
    {
        if (compartment is not { Length: >= 2 and <= 60 } || compartment.Any(char.IsControl) || instruments.Count > 50 || instruments.Any(one => one is not { Length: >= 2 and <= 100 } || one.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-'))))
            throw new DeskException("malformed", "a compartment has a name of 2 to 60 characters, and at most 50 instruments by their names in the rule book", "write for example us.fisa.order");
        return Say(by, new CompartmentMade(compartment, [.. instruments.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]), cancel);
    }

    /// <summary>Lets a person into a compartment.</summary>
    public Task<People> Join(string by, string compartment, string account, CancellationToken cancel) => Say(by, new CompartmentJoined(compartment, account), cancel);

    /// <summary>Puts a person out of a compartment.</summary>
    public Task<People> Leave(string by, string compartment, string account, CancellationToken cancel) => Say(by, new CompartmentLeft(compartment, account), cancel);

    /// <summary>Puts on the ledger how far the record of views has come; nothing when nothing was added.</summary>
    public async Task<Viewed> SealViews(CancellationToken cancel)
    {
        var head = await Views.Head(cancel);
        var known = (await Now(cancel)).Views;
        if (known?.Last == head.Last)
            return known;
        var viewed = new Viewed(head.Last, head.Chain);
        _ = await record.Append(DeskEvent.Own, viewed, cancel);
        return viewed;
    }

    /// <summary>Puts on the ledger that an auditor took a file along.</summary>
    internal Task<int> Record(string by, Audited audited, CancellationToken cancel) => record.Append(by, audited, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Views.DisposeAsync();
        one.Dispose();
    }

    private async Task<People> Say(string by, EventBody body, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var before = await Now(cancel);
            if (PeopleRules.Objection(before, body, by, Whole(time.GetUtcNow())) is { } why)
                throw new DeskException("not-now", why, "look at the page of accounts as it is now");
            var version = await record.Append(by, body, cancel);
            var after = await Now(cancel);
            return after.Void.Contains(version) ? throw new DeskException("conflict", "somebody else changed accounts at the same moment, and this changed nothing", "look at the page of accounts as it is now, then ask again") : after;
        }
        finally
        {
            one.Release();
        }
    }

    private static string Text(string text) => text is { Length: <= MostText } ? text.Trim() : throw new DeskException("malformed", $"a reason has at most {MostText} characters", "say it shorter");

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
