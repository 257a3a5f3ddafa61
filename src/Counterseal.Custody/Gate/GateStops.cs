using System.Globalization;
using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <content>Stops and lifts: what anyone on the roster can hold, and only a quorum can let go.</content>
public sealed partial class Gate
{
    /// <summary>Takes a stop: it holds at once, whatever else is the matter, and goes on record.</summary>
    public async Task<GateAnswer> TakeStop(ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        try
        {
            var stop = Stop.Read(note.Span);
            if (stop.Gate != Name)
                return Refuse("", Refusal.Of(Refusal.WrongGate, "this stop is for another gate", "/"));
            // Whoever is on the roster may stop everything; an authority, what is meant for it.
            var person = home.ReadRoster().SignersOf(stop.Note).Count > 0;
            var signer = person ? null : directory.SignerOf(stop.Note);
            if (!person && signer is null)
                return Refuse("", Refusal.Of(Refusal.NotOnRoster, "nobody on the roster, and no authority in the directory, has signed this stop", "/"));
            var (taken, lifted) = stops.State(stop.Digest);
            if (!taken || person)
                stops.Take(stop, signer);
            foreach (var work in works.Values.Where(work => stop.Holds(work.Demand) && (signer is null || signer == work.Signer)))
                await work.Cancel();
            if (!taken)
                TellOfStop("stopped", stop);
            await StopOnRecord(stop, cancel);
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["stop"] = stop.Digest, ["state"] = lifted ? "lifted" : "stopped" }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }

    /// <summary>The stops that hold everything: what a lift names. None can be named when they cannot be read.</summary>
    private IReadOnlyList<Stop> HeldEverything()
    {
        try
        {
            return [.. stops.Taken().Where(stop => stop.Demand == Stop.Everything)];
        }
        catch (RefusalException)
        {
            return [];
        }
    }

    /// <summary>A folder that was restored from a copy starts with a stop for everything, signed by the gate itself: what people stopped since the copy was made is not in it.</summary>
    private void StopIfRestored()
    {
        if (Place.IsKnown(home))
            return;
        var text = Stop.Text(Name, Stop.Everything, clock.GetUtcNow(), Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)));
        var stop = Stop.Read(Ledger.SignedNote.Sign(text, home.Signer).Bytes());
        stops.Take(stop, null);
        GateLog.Restored(log, stop.Digest);
        TellOfStop("stopped", stop);
        if (!System.IO.File.Exists(home.At("journal.ndjson")))
            Ledger.Durable.Replace(home.At("journal.ndjson"), [], "gate.place", GateHome.FileMode);
        Place.Keep(home.Folder);
    }

    /// <summary>Ends a stop: on record first, then in effect.</summary>
    /// <param name="note">The lift.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <param name="together">Whether people sign it one after the other: a lift that too few have signed is kept, and the next signature comes to it.</param>
    public async Task<GateAnswer> TakeLift(ReadOnlyMemory<byte> note, CancellationToken cancel, bool together = false)
    {
        try
        {
            var lift = Lift.Read(note.Span);
            if (lift.Gate != Name)
                return Refuse("", Refusal.Of(Refusal.WrongGate, "this lift is for another gate", "/"));
            if (await ledger.Disagreement(cancel) is { } disagreement)
                return Refuse("", disagreement);
            var roster = await RosterOnRecord(cancel);
            if (counters.Take(lifting.New(lift), roster) is { } counter)
                return Refuse("", Refusal.Of(Refusal.WrongApproval, counter, "/"));
            if (together)
                lift = lifting.With(lift);
            var people = roster.SignersOf(lift.Note).Count;
            if (together && people > 0 && people < Quorum(roster) && stops.State(lift.Stop) is (true, false))
            {
                lifting.Keep(lift);
                return new GateAnswer(202, Canonical.Bytes(new JsonObject { ["have"] = people, ["lift"] = lift.Digest, ["state"] = "waiting", ["stop"] = lift.Stop }));
            }
            if (people < Quorum(roster))
                return Refuse("", Refusal.Of(Refusal.TooFewApprovals, $"{people.ToString(CultureInfo.InvariantCulture)} rostered people have signed this lift, and it needs {Quorum(roster).ToString(CultureInfo.InvariantCulture)}", "/"));
            var (taken, lifted) = stops.State(lift.Stop);
            if (!taken)
                return Refuse("", Refusal.Of(Refusal.Unknown, "the gate has no such stop", "/"));
            if (!lifted)
            {
                await Record("lifted", "", OwnEvent.Lift(lift.Digest), lift.Digest, cancel);
                var stop = HeldStops()?.FirstOrDefault(held => held.Stop.Digest == lift.Stop)?.Stop;
                stops.End(lift);
                lifting.Forget(lift.Stop);
                if (stop is not null)
                    TellOfStop("lifted", stop);
            }
            return new GateAnswer(200, Canonical.Bytes(new JsonObject { ["lift"] = lift.Digest, ["state"] = "lifted", ["stop"] = lift.Stop }));
        }
        catch (RefusalException e)
        {
            return Refuse("", e.Refusal);
        }
    }

    /// <summary>A stop does not wait for the ledger, nor does a revocation: what cannot be sent now is sent when the ledger is back.</summary>
    private Task StopOnRecord(Stop stop, CancellationToken cancel) =>
        OnRecord("stopped", stop.Digest, stop.Demand == Stop.Everything ? "" : stop.Demand, OwnEvent.Stop(stop.Digest), cancel);

    private async Task OnRecord(string type, string subject, string demand, JsonObject body, CancellationToken cancel)
    {
        if (ledger.Journal is not { } journal)
            return;
        try
        {
            lock (recording)
            {
                if (journal.Find(type, subject) is null)
                    journal.Intend(type, demand, Name, body, null);
            }
            if (await ledger.Disagreement(cancel) is null)
                await ledger.SendAll(cancel);
        }
        catch (RefusalException e)
        {
            GateLog.NotReady(log, e.Refusal.Code);
        }
        catch (IOException e)
        {
            GateLog.JournalUnwritable(log, e);
        }
    }
}
