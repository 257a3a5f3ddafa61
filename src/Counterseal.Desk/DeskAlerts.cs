using System.Globalization;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>What somebody is woken for.</summary>
public enum AlertKind
{
    /// <summary>A demand came that says it is an emergency.</summary>
    Emergency,
    /// <summary>Less than a quarter of a clock's time is left.</summary>
    Burning,
    /// <summary>A clock has run out.</summary>
    Late,
}

/// <summary>An alert that is to be handed on, or was.</summary>
/// <param name="Id">The same whenever it is sent: receivers know a second one by it.</param>
/// <param name="Demand">The demand's id.</param>
/// <param name="Reference">The authority's reference; nothing else of the demand leaves the desk with an alert.</param>
/// <param name="Kind">For what.</param>
/// <param name="Step">Which step of the escalation, from 0.</param>
/// <param name="To">A mail address, or <c>webhook</c>.</param>
/// <param name="At">When it was due, UTC.</param>
/// <param name="Due">The clock's end, UTC; <c>null</c> for an emergency without one.</param>
/// <param name="SentAt">When it was handed on; <c>null</c> while it waits.</param>
/// <param name="Failure">What the other side said last; <c>null</c> when all is well.</param>
public sealed record Alert(string Id, string Demand, string Reference, AlertKind Kind, int Step, string To, DateTimeOffset At, DateTimeOffset? Due, DateTimeOffset? SentAt, string? Failure);

/// <summary>An alert in the outbox: there before it is sent, marked after.</summary>
internal sealed class AlertRow
{
    /// <summary>Made of demand, kind, clock, step and addressee, so that no two rounds and no two processes make it twice.</summary>
    public required string Id { get; init; }
    public required string Demand { get; init; }
    public required string Kind { get; init; }
    public required int Step { get; init; }
    public required string To { get; init; }
    public required DateTimeOffset At { get; init; }
    public DateTimeOffset? Due { get; init; }
    public DateTimeOffset? SentAt { get; set; }
    /// <summary>Sent, given up, or of no use any more.</summary>
    public bool Done { get; set; }
    public int Tries { get; set; }
    public DateTimeOffset NotBefore { get; set; }
    public string? Failure { get; set; }
}

/// <content>Alerts: an outbox, filled from the queue and emptied by whoever can send.</content>
public sealed partial class Desk
{
    private const int MostAlerts = 500;
    private const int MostTries = 20;
    /// <summary>What is older is not worth waking anybody for: the desk was down, and the queue shows it.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromHours(24);

    /// <summary>Writes down which alerts are due, then hands on those that wait. Killed anywhere, the next round goes on; only what was handed on and not yet noted goes out again, with the same id.</summary>
    /// <param name="settings">Whom to tell.</param>
    /// <param name="views">By which it is known whether anybody has opened a demand.</param>
    /// <param name="common">What everybody at the desk sees: of what is outside, not even the reference leaves with an alert.</param>
    /// <param name="send">Hands one on; gives what the other side said against it, or <c>null</c>.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>What could not be handed on, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> TendAlerts(AlertSettings settings, ViewLog views, Sight common, Func<Alert, CancellationToken, Task<string?>> send, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(common);
        ArgumentNullException.ThrowIfNull(send);
        await Raise(settings, views, cancel);
        var trouble = new List<string>();
        foreach (var alert in await Waiting(common, cancel))
        {
            var failure = await send(alert, cancel);
            CrashPoint.Reach("desk.alert.handed");
            if (failure is not null)
                trouble.Add($"alert {alert.Id} was not handed on: {failure}");
            await Note(alert, failure, cancel);
        }
        return trouble;
    }

    /// <summary>The latest alerts of the demands that somebody sees, newest first.</summary>
    public async Task<IReadOnlyList<Alert>> Alerts(Sight sight, int most, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        return [.. (await db.Alerts.AsNoTracking().Join(sight.Of(db.Demands.AsNoTracking()), alert => alert.Demand, d => d.Id, (alert, d) => new { alert, d.Reference })
            .OrderByDescending(pair => pair.alert.At).ThenBy(pair => pair.alert.Id).Take(Math.Min(most, MostAlerts)).ToListAsync(cancel)).Select(pair => Of(pair.alert, pair.Reference))];
    }

    private async Task Raise(AlertSettings settings, ViewLog views, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var since = now - Stale;
        await using var db = open();
        var (yes, late) = (true, now.AddDays(-1));
        var burning = await db.Demands.AsNoTracking().Where(d => d.Open == yes && d.Burns <= now && d.Due > late).OrderBy(d => d.Burns).Take(MostAlerts).ToListAsync(cancel);
        var emergencies = await db.Demands.AsNoTracking().Where(d => d.Open == yes && d.Emergency == yes && d.Received > since).OrderBy(d => d.N).Take(MostAlerts).ToListAsync(cancel);
        var causes = emergencies.Select(d => (Row: d, Kind: AlertKind.Emergency, At: d.Received))
            .Concat(burning.Where(d => d.Burns > since && d.Due > now).Select(d => (Row: d, Kind: AlertKind.Burning, At: d.Burns!.Value)))
            .Concat(burning.Where(d => d.Due <= now).Select(d => (Row: d, Kind: AlertKind.Late, At: d.Due!.Value)));
        foreach (var (demand, kind, at) in causes)
        {
            for (var step = 0; step < settings.Steps.Count && now >= at.AddMinutes(settings.Steps[step].AfterMinutes); step++)
            {
                // Whoever opened it after it began has it in hand; nobody further is woken.
                if (step > 0 && await Opened(views, demand.Id, at, cancel))
                    break;
                var to = settings.Steps[step].To.Where(_ => settings.Mail is not null).Concat(step == 0 && settings.Webhook is not null ? ["webhook"] : []);
                foreach (var who in to.Distinct(StringComparer.OrdinalIgnoreCase))
                    await Make(demand, kind, step, who, at, now, cancel);
            }
        }
    }

    private static async Task<bool> Opened(ViewLog views, string demand, DateTimeOffset since, CancellationToken cancel) =>
        (await views.Latest(demand, null, null, 200, cancel)).Any(view => view.At >= since && view.Outcome == "shown" && view.What == "GET /demands/{id}");

    private async Task Make(DemandRow demand, AlertKind kind, int step, string to, DateTimeOffset at, DateTimeOffset now, CancellationToken cancel)
    {
        var clock = kind == AlertKind.Emergency ? "" : demand.Due!.Value.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        var id = Canon.Digest(System.Text.Encoding.UTF8.GetBytes($"{demand.Id}\n{kind}\n{clock}\n{step}\n{to.ToUpperInvariant()}"))[..32];
        await using var db = open();
        if (await db.Alerts.AsNoTracking().AnyAsync(alert => alert.Id == id, cancel))
            return;
        db.Alerts.Add(new AlertRow { Id = id, Demand = demand.Id, Kind = kind.ToString(), Step = step, To = to, At = at, Due = demand.Due, NotBefore = now });
        CrashPoint.Reach("desk.alert.before");
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Another process of this desk made the same one a moment ago; anything else shows in the next round.
            return;
        }
        CrashPoint.Reach("desk.alert.after");
    }

    private async Task<IReadOnlyList<Alert>> Waiting(Sight common, CancellationToken cancel)
    {
        var (now, no) = (time.GetUtcNow(), false);
        await using var db = open();
        var waiting = await db.Alerts.AsNoTracking().Where(alert => alert.Done == no && alert.NotBefore <= now).OrderBy(alert => alert.At).Take(MostAlerts).ToListAsync(cancel);
        var ids = waiting.Select(alert => alert.Demand).Distinct().ToArray();
        var named = await common.Of(db.Demands.AsNoTracking()).Where(d => ids.Contains(d.Id)).ToDictionaryAsync(d => d.Id, d => d.Reference, cancel);
        return [.. waiting.Select(alert => Of(alert, named.GetValueOrDefault(alert.Demand, "a demand that few may see")))];
    }

    private async Task Note(Alert alert, string? failure, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var db = open();
        if (await db.Alerts.FindAsync([alert.Id], cancel) is not { Done: false } row)
            return;
        row.Tries++;
        row.Failure = failure is null ? null : failure[..Math.Min(failure.Length, 300)];
        if (failure is null)
            (row.SentAt, row.Done) = (now, true);
        else if (row.Tries >= MostTries)
            row.Done = true;
        else
            row.NotBefore = now.AddSeconds(30 * Math.Min(row.Tries, 10));
        await db.SaveChangesAsync(cancel);
    }

    private static Alert Of(AlertRow row, string reference) => new(row.Id, row.Demand, reference, Enum.Parse<AlertKind>(row.Kind), row.Step, row.To, row.At, row.Due, row.SentAt, row.Failure);
}
