using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <content>What a gate that does not run is told of its ledger: the next key, and whose times count.</content>
public sealed partial class GateHome
{
    /// <summary>
    /// Has a gate that does not run believe the ledger's next key. When it was due, the old key's signature says so; when that was lost or is in other hands, only a quorum of the gate's own roster does.
    /// </summary>
    /// <param name="folder">The gate's folder.</param>
    /// <param name="change">The change, read and so verified by its own keys.</param>
    /// <returns>The keys that it believes now.</returns>
    /// <exception cref="InvalidDataException">The folder cannot be used, the gate runs, or the change is not one that it can believe.</exception>
    /// <exception cref="RefusalException">The roster cannot be used.</exception>
    public static LogKeys TakeLedgerKey(string folder, LedgerKeyChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        using var home = Open(folder);
        if (home.LedgerKey.Now == change.New)
            return home.LedgerKey;
        LogKeys keys;
        try
        {
            keys = home.LedgerKey.After(change);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
        var roster = home.ReadRoster();
        var (people, need) = (roster.SignersOf(change.Note).Count, Math.Max(2, roster.MostNeeded));
        if (change.Reason != KeyChangeReason.Rotated && people < need)
            throw new InvalidDataException($"{people} people of the gate's roster have signed the change, and it needs {need}: the old key cannot hand over, so they say which key and which tree is the ledger's (counterseal ledger sign-key)");
        // The tree for which the new key stands must be no other than the gate has seen. Where the gate has seen less, its next start asks the ledger.
        if (File.Exists(home.At("last-checkpoint")))
        {
            var last = Checkpoint.Open(File.ReadAllBytes(home.At("last-checkpoint")), new LogKeys(change.New, [new EarlierLogKey(change.Old, long.MaxValue, false), .. home.LedgerKey.Earlier]));
            var signedByNew = SignedNote.Parse(File.ReadAllBytes(home.At("last-checkpoint"))).VerifiedBy(change.New).Count > 0;
            if ((last.Size > change.At.Size && !signedByNew) || (last.Size == change.At.Size && !last.Root.AsSpan().SequenceEqual(change.At.Root)))
                throw new InvalidDataException($"the gate has seen {last.Size} leaves of the ledger, and the change stands for {change.At.Size} of another tree, or fewer: a fork, or a ledger that was set back. Keep {home.At("last-checkpoint")} and the note; they are the evidence");
        }
        Durable.Replace(home.At("gate.json"), SettingsJson(home.Settings with { LedgerKey = keys.ToString() }), "gate.ledger.key", FileMode);
        return keys;
    }

    /// <summary>Changes whose times a gate that does not run holds its clock against.</summary>
    /// <param name="folder">The gate's folder.</param>
    /// <param name="witnesses">The witnesses; <c>null</c> for none.</param>
    /// <param name="ahead">How far the clock may be ahead of them; <c>null</c> to leave it.</param>
    /// <exception cref="InvalidDataException">The folder cannot be used, or the gate runs.</exception>
    public static void SetWitnesses(string folder, Func<WitnessPolicy?, WitnessPolicy?> witnesses, TimeSpan? ahead)
    {
        ArgumentNullException.ThrowIfNull(witnesses);
        using var home = Open(folder);
        var settings = home.Settings with { Witnesses = witnesses(home.Settings.Witnesses), ClockAhead = ahead ?? home.Settings.ClockAhead };
        Durable.Replace(home.At("gate.json"), SettingsJson(settings), "gate.witnesses", FileMode);
    }
}
