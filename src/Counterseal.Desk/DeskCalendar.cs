using System.Text;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>What a day of the calendar is about.</summary>
public enum DayKind
{
    /// <summary>One of our clocks ends: to answer, to object, or what we promise.</summary>
    Deadline,
    /// <summary>An authority's time ends.</summary>
    Theirs,
    /// <summary>A court hears a challenge.</summary>
    Hearing,
    /// <summary>A secrecy order lapses: the customer may be told from then on.</summary>
    Gag,
}

/// <summary>Something that falls on a day.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Reference">The authority's reference.</param>
/// <param name="Kind">What it is.</param>
/// <param name="At">When, UTC.</param>
/// <param name="What">What must be done, in the rule's words; empty for a hearing and a secrecy order.</param>
public sealed record DayEntry(string Demand, string Reference, DayKind Kind, DateTimeOffset At, string What);

/// <summary>A challenge as its list shows it.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Reference">The authority's reference.</param>
/// <param name="Authority">Who issued the demand.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Court">Before which court.</param>
/// <param name="Case">Its number there.</param>
/// <param name="FiledBy">Who filed it.</param>
/// <param name="FiledAt">Since when, UTC.</param>
/// <param name="Standing">Where it stands.</param>
/// <param name="Hearing">The last hearing that is set, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
public sealed record DocketEntry(
    string Demand, string Reference, string Authority, string Country, string Court, string Case, string FiledBy, DateTimeOffset FiledAt, string Standing, DateTimeOffset? Hearing, DateTimeOffset? EndedAt);

/// <summary>A day of a demand as it is kept to be found by its time; made again from the events at any time.</summary>
internal sealed class DayRow
{
    public required string Demand { get; init; }
    public required int Ordinal { get; init; }
    public required string Kind { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string What { get; init; }
}

/// <summary>A challenge as its list shows it; made again from the events at any time.</summary>
internal sealed class DocketRow
{
    public required string Demand { get; init; }
    public required string Court { get; set; }
    public required string Case { get; set; }
    public required string FiledBy { get; set; }
    public required DateTimeOffset FiledAt { get; set; }
    public required string Standing { get; set; }
    public DateTimeOffset? Hearing { get; set; }
    public DateTimeOffset? EndedAt { get; set; }
}

/// <content>The calendar and the docket.</content>
public sealed partial class Desk
{
    private const int MostDays = 2000;

    /// <summary>What falls between two instants, of the demands that somebody sees, by its time; at most 2,000.</summary>
    public async Task<IReadOnlyList<DayEntry>> Calendar(Sight sight, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        var seen = sight.Of(db.Demands.AsNoTracking());
        var rows = await db.Days.AsNoTracking().Where(day => day.At >= from && day.At < to)
            .Join(seen, day => day.Demand, d => d.Id, (day, d) => new { day.Demand, d.Reference, day.Kind, day.At, day.What, day.Ordinal })
            .OrderBy(day => day.At).ThenBy(day => day.Demand).ThenBy(day => day.Ordinal).Take(MostDays).ToListAsync(cancel);
        return [.. rows.Select(day => new DayEntry(day.Demand, day.Reference, Enum.Parse<DayKind>(day.Kind), day.At, day.What))];
    }

    /// <summary>Challenges of the demands that somebody sees: those that go on first, by their next hearing; at most 1,000.</summary>
    public async Task<IReadOnlyList<DocketEntry>> Docket(Sight sight, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        var seen = sight.Of(db.Demands.AsNoTracking());
        return await db.Dockets.AsNoTracking().Join(seen, one => one.Demand, d => d.Id, (one, d) => new { one, d })
            .OrderBy(pair => pair.one.EndedAt != null).ThenBy(pair => pair.one.Hearing == null).ThenBy(pair => pair.one.Hearing).ThenByDescending(pair => pair.one.FiledAt).ThenBy(pair => pair.one.Demand).Take(1000)
            .Select(pair => new DocketEntry(pair.one.Demand, pair.d.Reference, pair.d.Authority, pair.d.Country, pair.one.Court, pair.one.Case, pair.one.FiledBy, pair.one.FiledAt, pair.one.Standing, pair.one.Hearing, pair.one.EndedAt))
            .ToListAsync(cancel);
    }

    /// <summary>Records something of a challenge before a court.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person.</param>
    /// <param name="what">What: one of <see cref="ChallengeFiled"/>, <see cref="FilingMade"/>, <see cref="HearingSet"/>, <see cref="Ruled"/>, <see cref="Appealed"/>, <see cref="ChallengeEnded"/>.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>malformed</c>: too long, or no event of a challenge.</exception>
    public Task<DemandState> Litigate(string demand, string by, EventBody what, int? seen, CancellationToken cancel)
    {
        if (!DocketRules.IsOf(what))
            throw new DeskException("malformed", "this is nothing that happens before a court", "see docs/desk.md, Events");
        string[] said = what switch
        {
            ChallengeFiled c => [c.Court, c.Case, c.FiledBy, c.Grounds],
            FilingMade f => [f.What, f.FiledBy],
            HearingSet h => [h.Where],
            Ruled r => [r.What],
            Appealed a => [a.AppealedBy, a.Court, a.Case],
            ChallengeEnded e => [e.What],
            _ => [],
        };
        foreach (var text in said)
            Text(text, "a part of it");
        return Say(demand, by, seen, _ => what, cancel);
    }
}

/// <summary>What of a demand falls on days.</summary>
internal static class DemandDays
{
    /// <summary>Its days, by kind and time.</summary>
    public static IReadOnlyList<DayRow> Of(DemandState state)
    {
        var days = new List<(DayKind Kind, DateTimeOffset At, string What)>();
        days.AddRange(state.Deadlines.Select(one => (DayKind.Deadline, one.Due, one.What)));
        if (state.ClosedFor is null && state.WithdrawnFor is null)
            days.AddRange((state.Assessed?.Assessment.Deadlines ?? []).Where(one => one.Kind == DeadlineKind.Theirs).Select(one => (DayKind.Theirs, one.Due, one.What)));
        if (state.ToldAt is null && (state.Assessed?.Assessment.Notice.NotBefore ?? state.Received?.Demand.Secrecy?.Until) is { } end)
            days.Add((DayKind.Gag, end, ""));
        if (state.Docket is { EndedAt: null } docket)
            days.AddRange(docket.Hearings.Select(one => (DayKind.Hearing, one.At, "")));
        return [.. days.Distinct().Select((one, i) => new DayRow { Demand = state.Id, Ordinal = i, Kind = one.Kind.ToString(), At = one.At, What = one.What.Length > 255 ? one.What[..255] : one.What })];
    }

    /// <summary>Its challenge as the list shows it; <c>null</c> where there is none.</summary>
    public static DocketRow? Challenge(DemandState state) => state.Docket is not { } docket ? null : new()
    {
        Demand = state.Id,
        Court = docket.Court,
        Case = docket.Case,
        FiledBy = docket.FiledBy,
        FiledAt = docket.FiledAt,
        Standing = docket.Standing,
        Hearing = docket.EndedAt is null && docket.Hearings.Count > 0 ? docket.Hearings[^1].At : null,
        EndedAt = docket.EndedAt,
    };

    /// <summary>Writes both where they changed. Inside the transaction of what happened.</summary>
    public static async Task Keep(DeskDatabase db, DemandRow row, DemandState state, CancellationToken cancel)
    {
        var (days, challenge) = (Of(state), Challenge(state));
        var digest = days.Count == 0 && challenge is null ? "" : Canon.Digest(Encoding.UTF8.GetBytes(
            string.Join('\n', days.Select(day => $"{day.Kind} {Instant.Text(day.At)} {day.What}"))
            + (challenge is null ? "" : $"\n{challenge.Court}\n{challenge.Case}\n{challenge.FiledBy}\n{Instant.Text(challenge.FiledAt)}\n{challenge.Standing}\n{challenge.Hearing:O}\n{challenge.EndedAt:O}")))[..16];
        if (row.Days == digest)
            return;
        await db.Days.Where(day => day.Demand == state.Id).ExecuteDeleteAsync(cancel);
        await db.Dockets.Where(one => one.Demand == state.Id).ExecuteDeleteAsync(cancel);
        db.Days.AddRange(days);
        if (challenge is not null)
            db.Dockets.Add(challenge);
        row.Days = digest;
    }
}
