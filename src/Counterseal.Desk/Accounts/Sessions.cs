using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>How long sessions last.</summary>
/// <param name="Idle">After so long without a page the session is over.</param>
/// <param name="Whole">After so long it is over in any case.</param>
/// <param name="Fresh">For so long after a passkey's answer weighty acts need no other.</param>
public sealed record SessionLimits(TimeSpan Idle, TimeSpan Whole, TimeSpan Fresh)
{
    /// <summary>Half an hour, twelve hours, ten minutes.</summary>
    public static SessionLimits Usual { get; } = new(TimeSpan.FromMinutes(30), TimeSpan.FromHours(12), TimeSpan.FromMinutes(10));
}

/// <summary>A session that stands.</summary>
/// <param name="Id">Digest of what the cookie holds.</param>
/// <param name="Person">Whose it is, with the roles of now.</param>
/// <param name="Way"><c>passkey</c>, <c>company</c> or <c>trial</c>.</param>
/// <param name="Began">Since when, UTC.</param>
/// <param name="Ends">When it is over in any case, UTC.</param>
/// <param name="FreshUntil">Until when weighty acts need no other answer of a passkey, UTC.</param>
public sealed record Session(string Id, Person Person, string Way, DateTimeOffset Began, DateTimeOffset Ends, DateTimeOffset FreshUntil);

/// <content>Sessions are kept here and not in cookies, so that one that was ended is over at once, wherever its cookie went.</content>
public sealed partial class Accounts
{
    /// <summary>Begins a session.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="way"><c>passkey</c>, <c>company</c> or <c>trial</c>.</param>
    /// <param name="confirmed">When the person showed that it is them, where that was earlier than now: at the company's sign-in.</param>
    /// <param name="granted">Further roles for this session, where the company's sign-in is configured to give them.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <returns>What the cookie holds.</returns>
    public async Task<string> Begin(Person person, string way, DateTimeOffset? confirmed, IReadOnlyList<Role> granted, CancellationToken cancel)
    {
        var secret = StaffSecret.NewSession();
        var now = time.GetUtcNow();
        await using var db = Open();
        await db.Sessions.Where(s => s.Began < now - Limits.Whole).ExecuteDeleteAsync(cancel);
        db.Sessions.Add(new SessionRow { Id = StaffSecret.Digest(secret), Account = person.Account, Way = way, Began = now, Seen = now, Confirmed = confirmed is { } shown && shown < now ? shown : now, Granted = string.Join(' ', granted.Select(Roles.Word)) });
        await db.SaveChangesAsync(cancel);
        return secret;
    }

    /// <summary>The session that a cookie's content opens; <c>null</c> when it is over or never was.</summary>
    public async Task<Session?> OfSession(string secret, CancellationToken cancel)
    {
        var id = StaffSecret.Digest(secret);
        var now = time.GetUtcNow();
        await using var db = Open();
        var row = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancel);
        if (row is null || now - row.Seen > Limits.Idle || now - row.Began > Limits.Whole || (row.Way == "trial" && !IsTrial))
            return null;
        if ((await Now(cancel)).Find(row.Account) is not { } person || row.Began < person.SignedOut)
            return null;
        // Once a minute is exact enough for a limit of many, and keeps pages from writing.
        if (now - row.Seen > TimeSpan.FromMinutes(1))
            await db.Sessions.Where(s => s.Id == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Seen, now), cancel);
        return new Session(id, Granted(person, row), row.Way, row.Began, row.Began + Limits.Whole, row.Confirmed + Limits.Fresh);
    }

    /// <summary>Whether a session still stands; does not count as a look, so that what only listens keeps no session alive.</summary>
    /// <param name="session">The session as it was.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>Its person as of now; <c>null</c> when it is over.</returns>
    public async Task<Person?> Stands(Session session, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(session);
        var now = time.GetUtcNow();
        await using var db = Open();
        var row = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == session.Id, cancel);
        return row is not null && now - row.Seen <= Limits.Idle && now - row.Began <= Limits.Whole && (await Now(cancel)).Find(row.Account) is { } person && row.Began >= person.SignedOut ? Granted(person, row) : null;
    }

    private static Person Granted(Person person, SessionRow row)
    {
        var granted = row.Granted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Roles.Read).OfType<Role>().ToImmutableSortedSet();
        return granted.Count > 0 && !person.Roles.Contains(Role.Administrator) ? person with { Roles = person.Roles.Union(granted.Remove(Role.Administrator)) } : person;
    }

    /// <summary>The person of a session has just shown that it is them: it goes on under another name, so that whoever knew the old one is left behind.</summary>
    /// <param name="session">The session's id, which is no secret.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <returns>What the cookie holds from now on; <c>null</c> when there is no such session.</returns>
    public async Task<string?> Confirm(string session, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var db = Open();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == session, cancel) is not { } row || await db.Sessions.Where(s => s.Id == session).ExecuteDeleteAsync(cancel) != 1)
            return null;
        var secret = StaffSecret.NewSession();
        db.Sessions.Add(new SessionRow { Id = StaffSecret.Digest(secret), Account = row.Account, Way = row.Way, Began = row.Began, Seen = now, Confirmed = now, Granted = row.Granted });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return secret;
    }

    /// <summary>Whether the person of an account has, at the pages, just shown that it is them: what a token for the command cannot show.</summary>
    public async Task<bool> IsFresh(string account, CancellationToken cancel)
    {
        var since = time.GetUtcNow() - Limits.Fresh;
        var person = (await Now(cancel)).Find(account);
        await using var db = Open();
        return person is not null && await db.Sessions.AsNoTracking().AnyAsync(s => s.Account == account && s.Confirmed >= since && s.Began >= person.SignedOut, cancel);
    }

    /// <summary>Ends one session.</summary>
    public async Task End(Session session, CancellationToken cancel)
    {
        await using var db = Open();
        await db.Sessions.Where(s => s.Id == session.Id).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Sessions of an account that stand.</summary>
    public async Task<IReadOnlyList<(DateTimeOffset Began, DateTimeOffset Seen, string Way)>> SessionsOf(string account, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var (idle, whole) = (now - Limits.Idle, now - Limits.Whole);
        await using var db = Open();
        return [.. (await db.Sessions.AsNoTracking().Where(s => s.Account == account && s.Seen >= idle && s.Began >= whole).OrderByDescending(s => s.Began).ToListAsync(cancel)).Select(s => (s.Began, s.Seen, s.Way))];
    }
}
