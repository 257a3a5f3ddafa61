using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A session at the portal that stands.</summary>
/// <param name="Id">Digest of what the cookie holds.</param>
/// <param name="Officer">Whose it is.</param>
/// <param name="Began">Since when, UTC.</param>
/// <param name="Ends">When it is over in any case, UTC.</param>
/// <param name="FreshUntil">Until when weighty acts need no other answer of a passkey, UTC.</param>
public sealed record OfficerSession(string Id, Officer Officer, DateTimeOffset Began, DateTimeOffset Ends, DateTimeOffset FreshUntil);

/// <summary>A passkey as it is kept: what is needed to judge an answer. It opens nothing by itself (<see cref="Officer.Passkeys"/>).</summary>
/// <param name="Id">The credential's id.</param>
/// <param name="Key">Its public key, COSE.</param>
/// <param name="Made">When it was registered, UTC.</param>
/// <param name="Count">Its counter at the last answer.</param>
/// <param name="Transports">How it is reached.</param>
/// <param name="Verified">Whether it verified its person.</param>
/// <param name="MayMove">Whether it may be on several devices.</param>
/// <param name="Moved">Whether it is.</param>
public sealed record OfficerPasskey(byte[] Id, byte[] Key, DateTimeOffset Made, uint Count, IReadOnlyList<string> Transports, bool Verified, bool MayMove, bool Moved)
{
    /// <summary>As the record names it.</summary>
    public string Digest => People.PasskeyDigest(Id, Key);
}

/// <content>Sessions, passkeys and what was read are rows: they hold nothing that the record does not let them.</content>
public sealed partial class Officers
{
    /// <summary>Begins a session.</summary>
    /// <returns>What the cookie holds.</returns>
    public async Task<string> Begin(Officer officer, CancellationToken cancel)
    {
        var secret = StaffSecret.NewSession();
        var at = time.GetUtcNow();
        await using var db = open();
        await db.OfficerSessions.Where(s => s.Began < at - Limits.Whole).ExecuteDeleteAsync(cancel);
        db.OfficerSessions.Add(new OfficerSessionRow { Id = StaffSecret.Digest(secret), Officer = officer.Id, Began = at, Seen = at });
        await db.SaveChangesAsync(cancel);
        return secret;
    }

    /// <summary>The session that a cookie's content opens; <c>null</c> when it is over or never was.</summary>
    public async Task<OfficerSession?> OfSession(string secret, CancellationToken cancel)
    {
        var id = StaffSecret.Digest(secret);
        var at = time.GetUtcNow();
        await using var db = open();
        var row = await db.OfficerSessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, cancel);
        if (row is null || at - row.Seen > Limits.Idle || at - row.Began > Limits.Whole)
            return null;
        if ((await Now(cancel)).Find(row.Officer) is not { } officer || row.Began < officer.SignedOut)
            return null;
        // Once a minute is exact enough for a limit of many, and keeps pages from writing.
        if (at - row.Seen > TimeSpan.FromMinutes(1))
            await db.OfficerSessions.Where(s => s.Id == id).ExecuteUpdateAsync(set => set.SetProperty(s => s.Seen, at), cancel);
        return new OfficerSession(id, officer, row.Began, row.Began + Limits.Whole, row.Began + Limits.Fresh);
    }

    /// <summary>Ends one session.</summary>
    public async Task EndSession(OfficerSession session, CancellationToken cancel)
    {
        await using var db = open();
        await db.OfficerSessions.Where(s => s.Id == session.Id).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Ends all sessions of an officer.</summary>
    /// <param name="by">The officer, or a person of the desk.</param>
    /// <param name="officer">The account's id.</param>
    /// <param name="cancel">Until the commit.</param>
    public async Task SignOutEverywhere(string by, string officer, CancellationToken cancel)
    {
        _ = await Say(by, new OfficerSignedOut(officer), cancel);
        await using var db = open();
        await db.OfficerSessions.Where(s => s.Officer == officer).ExecuteDeleteAsync(cancel);
    }

    /// <summary>How many sessions of an officer stand.</summary>
    public async Task<int> SessionsOf(string officer, CancellationToken cancel)
    {
        var at = time.GetUtcNow();
        var (idle, whole) = (at - Limits.Idle, at - Limits.Whole);
        await using var db = open();
        return await db.OfficerSessions.AsNoTracking().CountAsync(s => s.Officer == officer && s.Seen >= idle && s.Began >= whole, cancel);
    }

    /// <summary>Keeps a passkey, or what changed of one.</summary>
    public async Task Keep(string officer, OfficerPasskey passkey, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(passkey);
        var id = Convert.ToHexStringLower(passkey.Id);
        await using var db = open();
        var row = await db.OfficerPasskeys.FindAsync([id], cancel);
        if (row is null)
            db.OfficerPasskeys.Add(new OfficerPasskeyRow { Id = id, Officer = officer, Passkey = JsonSerializer.Serialize(passkey) });
        else if (row.Officer == officer)
            row.Passkey = JsonSerializer.Serialize(passkey);
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Passkeys that are kept for an account, whatever the record says of them.</summary>
    public async Task<IReadOnlyList<OfficerPasskey>> KeptOf(string officer, CancellationToken cancel)
    {
        await using var db = open();
        return [.. (await db.OfficerPasskeys.AsNoTracking().Where(p => p.Officer == officer).Select(p => p.Passkey).ToListAsync(cancel)).Select(Read)];
    }

    /// <summary>The account for which a credential's id is kept; <c>null</c> for none.</summary>
    public async Task<string?> KeptFor(byte[] credential, CancellationToken cancel)
    {
        var id = Convert.ToHexStringLower(credential);
        await using var db = open();
        return await db.OfficerPasskeys.AsNoTracking().Where(p => p.Id == id).Select(p => p.Officer).SingleOrDefaultAsync(cancel);
    }

    /// <summary>How far an officer has read the messages of demands: the version of the last event seen, by demand.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ReadBy(string officer, CancellationToken cancel)
    {
        await using var db = open();
        return await db.OfficerReads.AsNoTracking().Where(r => r.Officer == officer).ToDictionaryAsync(r => r.Demand, r => r.Version, StringComparer.Ordinal, cancel);
    }

    /// <summary>An officer has read the messages of a demand up to a version.</summary>
    public async Task HasRead(string officer, string demand, int version, CancellationToken cancel)
    {
        await using var db = open();
        if (await db.OfficerReads.Where(r => r.Officer == officer && r.Demand == demand).ExecuteUpdateAsync(set => set.SetProperty(r => r.Version, r => r.Version > version ? r.Version : version), cancel) > 0)
            return;
        db.OfficerReads.Add(new OfficerReadRow { Officer = officer, Demand = demand, Version = version });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Two windows at once: the other one has marked it.
        }
    }

    private static OfficerPasskey Read(string kept) => JsonSerializer.Deserialize<OfficerPasskey>(kept) ?? throw new DeskException("tampered", "a passkey in the table is none", "restore the database from its copy");
}

/// <summary>A session at the portal.</summary>
internal sealed class OfficerSessionRow
{
    /// <summary>SHA-256 of what the cookie holds.</summary>
    public required string Id { get; init; }
    public required string Officer { get; init; }
    public required DateTimeOffset Began { get; init; }
    public required DateTimeOffset Seen { get; set; }
}

/// <summary>A passkey of an officer.</summary>
internal sealed class OfficerPasskeyRow
{
    /// <summary>The credential's id, lower-case hex.</summary>
    public required string Id { get; init; }
    public required string Officer { get; init; }
    /// <summary>JSON of <see cref="OfficerPasskey"/>.</summary>
    public required string Passkey { get; set; }
}

/// <summary>How far an officer has read.</summary>
internal sealed class OfficerReadRow
{
    public required string Officer { get; init; }
    public required string Demand { get; init; }
    public int Version { get; set; }
}
