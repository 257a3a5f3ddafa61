using System.Globalization;
using System.Security.Cryptography;
using Counterseal.Ledger;
using Microsoft.Extensions.Logging;

namespace Counterseal.Custody;

/// <summary>
/// Tripwires: the gate measures what it is about to do, and stops itself when that is more than its operator said. The stop is a note like anybody's, signed by the gate's own key, over everything; it is lifted
/// like anybody's, by a quorum. A lift begins the counting of that wire anew, and the order that crossed it does not cross it again: people have looked at it.
/// </summary>
public sealed partial class Gate
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Before an order is begun.</summary>
    /// <exception cref="TrippedException">Too many orders within the hour, or too many selectors.</exception>
    private void MeasureBegin(Order order)
    {
        var wires = home.Settings.Tripwires;
        var journal = ledger.Journal!;
        if (journal.Find("begun", order.Digest) is null)
            Hold("orders-per-hour", 1 + journal.Count("begun", Since("orders-per-hour", Hour)), wires.OrdersPerHour, order.Digest);
        Hold("selectors-per-order", order.Scope.Items.Select(item => item.Selector).Distinct().LongCount(), wires.SelectorsPerOrder, order.Digest);
    }

    /// <summary>How many bytes an order may collect, and the wire that it meets there.</summary>
    private (long Bytes, string Wire, long Spent, long Limit) Room(Order order)
    {
        var wires = home.Settings.Tripwires;
        var today = measures.Since(Since("bytes-per-day", Measures.Day), order.Digest).Sum(one => one.Bytes);
        var perOrder = Exempt("bytes-per-order", order.Digest) ? long.MaxValue : wires.BytesPerOrder;
        var perDay = Exempt("bytes-per-day", order.Digest) ? long.MaxValue : wires.BytesPerDay - today;
        return perOrder <= perDay ? (perOrder, "bytes-per-order", 0, wires.BytesPerOrder) : (perDay, "bytes-per-day", today, wires.BytesPerDay);
    }

    /// <summary>After collecting and before any effect of it: a release that would cross a wire is not sealed.</summary>
    /// <exception cref="TrippedException">Too many accounts within the day.</exception>
    private void MeasureCollected(Order order, long bytes, CollectionReport report)
    {
        var met = report.Selectors.SelectMany(selector => selector.Accounts).Distinct(StringComparer.Ordinal).ToList();
        var today = measures.Since(Since("accounts-per-day", Measures.Day), order.Digest).SelectMany(one => one.Accounts).Concat(met).Distinct(StringComparer.Ordinal).LongCount();
        Hold("accounts-per-day", today, home.Settings.Tripwires.AccountsPerDay, order.Digest);
        measures.Add(new Measured(order.Digest, clock.GetUtcNow(), bytes, met));
    }

    /// <summary>After a refusal was written down.</summary>
    private void MeasureRefused(string order)
    {
        const string wire = "refused-per-hour";
        var limit = home.Settings.Tripwires.RefusedPerHour;
        if (ledger.Journal is not { } journal || journal.Refused(clock.GetUtcNow() - Hour) <= limit)
            return;
        // Dearer to ask, and rarely needed: whether some of them were before the last lift.
        var count = journal.Refused(Since(wire, Hour));
        if (count > limit)
            Trip(new TrippedException(wire, count, limit), order);
    }

    private void Hold(string wire, long count, long limit, string order)
    {
        if (count > limit && !Exempt(wire, order))
            throw new TrippedException(wire, count, limit);
    }

    /// <summary>From when a wire counts: the length of its window ago, or when people last let the gate go on after it was crossed.</summary>
    private DateTimeOffset Since(string wire, TimeSpan window)
    {
        var since = clock.GetUtcNow() - window;
        foreach (var trip in Trips(wire))
        {
            if (stops.LiftOf(trip.Subject) is { } lift && ledger.Journal!.Find("lifted", lift.Digest) is { } lifted && lifted.Event.At > since)
                since = lifted.Event.At;
        }
        return since;
    }

    private bool Exempt(string wire, string order) => Trips(wire).Any(trip => trip.Read("order") == order && stops.State(trip.Subject).Lifted);

    private IEnumerable<OwnLeaf> Trips(string wire) => ledger.Journal!.All("stopped").Where(leaf => leaf.Read("tripped") == wire);

    /// <summary>Stops everything: the stop holds when this returns; ledger and people hear of it at once, or as soon as they can be reached.</summary>
    private Refusal Trip(TrippedException tripped, string order)
    {
        var refusal = Refusal.Of(Refusal.Stopped, $"the tripwire {tripped.Wire} was crossed ({tripped.Count.ToString(CultureInfo.InvariantCulture)} of {tripped.Limit.ToString(CultureInfo.InvariantCulture)}): the gate has stopped itself", "/");
        lock (recording)
        {
            if (TrippedNow() is not null)
                return refusal;
            var text = Stop.Text(Name, Stop.Everything, clock.GetUtcNow(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            var stop = Stop.Read(SignedNote.Sign(text, home.Signer).Bytes());
            stops.Take(stop, signer: null);
            var body = OwnEvent.Stop(stop.Digest);
            body["tripped"] = tripped.Wire;
            body["order"] = order;
            try
            {
                ledger.Journal?.Intend("stopped", "", Name, body, null);
            }
            catch (IOException e)
            {
                GateLog.JournalUnwritable(log, e);
            }
        }
        foreach (var work in works.Values.Where(work => work.Digest != order))
            _ = work.Cancel();
        GateLog.Tripped(log, tripped.Wire, tripped.Count, tripped.Limit);
        behind.Add(Task.Run(() => TellOfTrip(tripped)));
        return refusal;
    }

    private async Task TellOfTrip(TrippedException tripped)
    {
        await Page(["tripped", tripped.Wire, tripped.Count.ToString(CultureInfo.InvariantCulture), tripped.Limit.ToString(CultureInfo.InvariantCulture)], Everybody());
        try
        {
            if (await ledger.Disagreement(ending.Token) is null)
                await ledger.SendAll(ending.Token);
        }
        catch (Exception e) when (e is RefusalException or OperationCanceledException)
        {
            // It stands in the journal; the next round sends it.
            GateLog.NotReady(log, Refusal.LedgerAway);
        }
    }

    /// <summary>The wire by which the gate has stopped itself, while that stop holds.</summary>
    private string? TrippedNow() => ledger.Journal?.All("stopped").FirstOrDefault(leaf => leaf.Read("tripped").Length > 0 && !stops.State(leaf.Subject).Lifted)?.Read("tripped");

    /// <summary>How many people must sign a lift: as many as the roster asks of any order, and never fewer than two.</summary>
    private static int Quorum(Roster roster) => Math.Max(2, roster.MostNeeded);
}

internal static partial class GateLog
{
    [LoggerMessage(9, LogLevel.Critical, "the tripwire {Wire} was crossed ({Count} of {Limit}); the gate has stopped itself")]
    public static partial void Tripped(ILogger log, string wire, long count, long limit);
}
