using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What the gate says to the ledger and believes of it: its own leaves (journal first), the last checkpoint it saw, and whether both agree.</summary>
internal sealed class GateLedger : IDisposable
{
    /// <summary>How many tags past the journal's end are looked for in the log.</summary>
    public const int LookAhead = 4096;

    private readonly GateHome home;
    private readonly LedgerClient client;
    private readonly SemaphoreSlim reconciling = new(1, 1);
    private readonly SemaphoreSlim seeing = new(1, 1);
    private Checkpoint? last;
    private Refusal? broken;
    private volatile bool agrees;

    public GateLedger(GateHome home, TimeProvider clock)
    {
        this.home = home;
        client = new LedgerClient(home.Settings.LedgerAddress, home.LedgerKey, home.LedgerCredential, home.Tls);
        try
        {
            Journal = Journal.Open(home.At("journal.ndjson"), clock);
        }
        catch (InvalidDataException e)
        {
            broken = Refusal.Of(Refusal.Journal, "the journal was changed: " + e.Message, "journal.ndjson");
        }
        try
        {
            if (File.Exists(home.At("last-checkpoint")))
                last = Checkpoint.Open(File.ReadAllBytes(home.At("last-checkpoint")), home.LedgerKey);
        }
        catch (FormatException e)
        {
            broken = Refusal.Of(Refusal.Journal, "the last checkpoint that the gate saw cannot be read: " + e.Message, "last-checkpoint");
        }
    }

    /// <summary>The journal; <c>null</c> when it was changed, and then nothing is written to it.</summary>
    public Journal? Journal { get; }

    /// <summary>Whether journal and ledger agree; tries to find out if that is not known yet.</summary>
    public async Task<Refusal?> Disagreement(CancellationToken cancel)
    {
        if (agrees || broken is not null)
            return broken;
        await reconciling.WaitAsync(cancel);
        try
        {
            if (agrees || broken is not null)
                return broken;
            var refusal = await Reconcile(Journal!, cancel);
            if (refusal is null)
                agrees = true;
            else if (refusal.Code is Refusal.Journal or Refusal.Fork)
                broken = refusal;
            return refusal;
        }
        catch (RefusalException e)
        {
            return e.Refusal;
        }
        catch (Exception e) when (Away(e, cancel) || e is LedgerException)
        {
            return LedgerAway();
        }
        finally
        {
            reconciling.Release();
        }
    }

    /// <summary>Puts an event of the gate's own on record: journal, ledger, journal. Returns when the leaf is durable in the log.</summary>
    /// <param name="leaf">As the journal has it, from <see cref="Journal.Intend"/>.</param>
    /// <param name="cancel">Stops waiting; the leaf stays intended.</param>
    /// <exception cref="RefusalException"><c>ledger-away</c>: the leaf is sent again later; <c>fork</c> or <c>journal</c>: nothing runs any more.</exception>
    public async Task<TlogProof> Send(OwnLeaf leaf, CancellationToken cancel)
    {
        try
        {
            var proof = await client.Append(LeafOf(leaf), cancel);
            var checkpoint = proof.Verify(LeafOf(leaf), home.LedgerKey);
            Journal!.Acknowledge(leaf.N, proof.Index);
            if (await See(checkpoint, proof.Checkpoint, cancel) is { } refusal)
            {
                // That the ledger went away before it could be compared is no verdict: it is asked again.
                if (refusal.Code != Refusal.LedgerAway)
                    broken = refusal;
                throw new RefusalException(refusal);
            }
            return proof;
        }
        catch (LedgerException e) when (e.IsConflict)
        {
            broken = Refusal.Of(Refusal.Journal, "the ledger has another commitment under one of the gate's own tags", "journal.ndjson");
            throw new RefusalException(broken);
        }
        catch (Exception e) when (Away(e, cancel) || e is LedgerException or FormatException)
        {
            throw new RefusalException(LedgerAway());
        }
    }

    /// <summary>Sends what the journal intends and the ledger has not acknowledged.</summary>
    public async Task SendAll(CancellationToken cancel)
    {
        foreach (var leaf in Journal!.Leaves.Where(leaf => leaf.Index is null))
            await Send(leaf, cancel);
    }

    /// <summary>Whether an event is in the ledger that this gate knows, under a checkpoint that continues the last one seen; <c>null</c> when it is.</summary>
    public async Task<Refusal?> Fault(ProvenEvent proven, CancellationToken cancel)
    {
        TlogProof proof;
        try
        {
            proof = TlogProof.Parse(proven.Proof);
        }
        catch (FormatException)
        {
            return Refusal.Of(Refusal.Malformed, "this is not a tlog-proof", "/event/proof");
        }
        Checkpoint checkpoint;
        try
        {
            checkpoint = Checkpoint.Open(proof.Checkpoint, home.LedgerKey);
        }
        catch (FormatException)
        {
            return Refusal.Of(Refusal.OtherLog, "the proof's checkpoint is not one of the ledger that this gate knows", "/event/proof");
        }
        try
        {
            proof.Verify(proven.Leaf, home.LedgerKey);
        }
        catch (FormatException)
        {
            return Refusal.Of(Refusal.NotInLedger, "the leaf made of these bytes, this salt and this tag is not at its place under the checkpoint", "/event");
        }
        return await See(checkpoint, proof.Checkpoint, cancel);
    }

    /// <summary>Looks at the ledger as it is now: it must be reachable and continue what was seen; <c>null</c> when it does.</summary>
    public async Task<Refusal?> Look(CancellationToken cancel)
    {
        try
        {
            var before = last;
            var note = await client.Checkpoint(cancel);
            var now = Checkpoint.Open(note, home.LedgerKey);
            return now.Size < before?.Size ? SetBack() : await See(now, note, cancel);
        }
        catch (Exception e) when (e is LedgerException or FormatException)
        {
            return Refusal.Of(Refusal.OtherLog, "the ledger at the gate's address gives no checkpoint of the ledger that this gate knows", "/checkpoint");
        }
        catch (Exception e) when (Away(e, cancel))
        {
            return LedgerAway();
        }
    }

    /// <summary>The newest checkpoint that witnesses have cosigned, which must be of the tree that the gate has seen; nothing when the ledger has none.</summary>
    public async Task<(SignedNote? Note, Refusal? Refusal)> Cosigned(CancellationToken cancel)
    {
        try
        {
            return await client.Cosigned(cancel) is not { } note ? (null, null)
                : await See(Checkpoint.Open(note, home.LedgerKey), note, cancel) is { } refusal ? (null, refusal)
                : (SignedNote.Parse(note), null);
        }
        catch (Exception e) when (e is LedgerException or FormatException)
        {
            return (null, Refusal.Of(Refusal.OtherLog, "the ledger at the gate's address gives no checkpoint of the ledger that this gate knows", "/cosigned"));
        }
        catch (Exception e) when (Away(e, cancel))
        {
            return (null, LedgerAway());
        }
    }

    public void Dispose()
    {
        client.Dispose();
        reconciling.Dispose();
        seeing.Dispose();
    }

    private Leaf LeafOf(OwnLeaf leaf) => new(home.Writer.Tag(leaf.N), Commitment.Of(leaf.Salt, leaf.Event.Canonical));

    private async Task<Refusal?> See(Checkpoint checkpoint, byte[] note, CancellationToken cancel)
    {
        await seeing.WaitAsync(cancel);
        try
        {
            if (last is not null && last.Size == checkpoint.Size)
                return last.Root.AsSpan().SequenceEqual(checkpoint.Root) ? null : Forked();
            if (last is not null)
                await client.EnsureConsistent(last, checkpoint, cancel);
            if (last is null || checkpoint.Size > last.Size)
            {
                Durable.Replace(home.At("last-checkpoint"), note, "gate.checkpoint.write", GateHome.FileMode);
                last = checkpoint;
            }
            return null;
        }
        catch (LedgerException)
        {
            return Forked();
        }
        catch (Exception e) when (Away(e, cancel))
        {
            return LedgerAway();
        }
        finally
        {
            seeing.Release();
        }
    }

    private async Task<Refusal?> Reconcile(Journal journal, CancellationToken cancel)
    {
        byte[] note;
        Checkpoint now;
        try
        {
            note = await client.Checkpoint(cancel);
            now = Checkpoint.Open(note, home.LedgerKey);
        }
        catch (Exception e) when (e is LedgerException or FormatException)
        {
            return Refusal.Of(Refusal.OtherLog, "the ledger at the gate's address gives no checkpoint of the ledger that this gate knows", "/checkpoint");
        }
        if (now.Size < last?.Size)
            return SetBack();
        if (await See(now, note, cancel) is { } refusal)
            return refusal;
        var own = journal.Leaves;
        var places = await Find(now, own, cancel);
        foreach (var leaf in own)
        {
            var found = places.TryGetValue(leaf.N, out var place);
            if (leaf.Index is { } index && (!found || place != index))
                return Refusal.Of(Refusal.Journal, $"the ledger does not have the gate's leaf {leaf.N} where it was acknowledged", "journal.ndjson");
            if (found && leaf.Index is null)
                journal.Acknowledge(leaf.N, place);
        }
        if (places.ContainsKey(Ahead))
            return Refusal.Of(Refusal.Journal, $"the ledger has leaves of the gate's own that its journal of {own.Count} leaves does not know: the journal was rolled back", "journal.ndjson");
        if (places.ContainsKey(Altered))
            return Refusal.Of(Refusal.Journal, "the ledger has another commitment under one of the gate's own tags", "journal.ndjson");
        await SendAll(cancel);
        return null;
    }

    private const long Ahead = -1;
    private const long Altered = -2;

    /// <summary>Where the gate's own leaves are in the log; under <see cref="Ahead"/> and <see cref="Altered"/> what should not be there.</summary>
    private async Task<Dictionary<long, long>> Find(Checkpoint under, IReadOnlyList<OwnLeaf> own, CancellationToken cancel)
    {
        var tags = new Dictionary<UInt128, long>(own.Count + LookAhead);
        for (long n = 0; n < own.Count + LookAhead; n++)
            tags[Key(home.Writer.Tag(n))] = n;
        var places = new Dictionary<long, long>();
        long index = 0;
        await foreach (var leaf in client.Leaves(under, cancel))
        {
            // Half of a tag finds it; all of it and the commitment decide.
            if (tags.TryGetValue(Key(leaf.Tag), out var n) && leaf.Tag.SequenceEqual(home.Writer.Tag(n)))
                places[n >= own.Count ? Ahead : leaf == LeafOf(own[(int)n]) ? n : Altered] = index;
            index++;
        }
        return places;
    }

    private static UInt128 Key(ReadOnlySpan<byte> tag) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(tag);

    private static bool Away(Exception e, CancellationToken cancel) =>
        e is HttpRequestException or IOException || e is OperationCanceledException && !cancel.IsCancellationRequested;

    private static Refusal LedgerAway() => Refusal.Of(Refusal.LedgerAway, "the ledger cannot be reached, or its answer does not verify", "/ledger");

    private static Refusal SetBack() => Refusal.Of(Refusal.Fork, "the ledger is shorter than it was: it was set back", "/checkpoint");

    private static Refusal Forked() => Refusal.Of(Refusal.Fork, "the checkpoint is not consistent with the last one that the gate saw", "/event/proof");
}

/// <summary>Bodies of the gate's own events.</summary>
internal static class OwnEvent
{
    public static JsonObject Book(string digest) => new() { ["book"] = digest };
    public static JsonObject Minimisation(string digest) => new() { ["rules"] = digest };
    public static JsonObject Roster(Roster roster) => new() { ["epoch"] = roster.Epoch, ["roster"] = roster.Digest };
    public static JsonObject Roster(Roster roster, string change) => new() { ["epoch"] = roster.Epoch, ["roster"] = roster.Digest, ["change"] = change };
    public static JsonObject Change(RosterDraft draft) => new() { ["change"] = draft.Digest, ["epoch"] = draft.Roster.Epoch, ["roster"] = draft.Roster.Digest };
    public static JsonObject Halt(string change) => new() { ["change"] = change };
    public static JsonObject Order(string digest) => new() { ["order"] = digest };
    public static JsonObject Sealed(string digest, string statement) => new() { ["order"] = digest, ["statement"] = statement };
    public static JsonObject Key(string vkey) => new() { ["key"] = vkey };
    public static JsonObject View(string order, string view) => new() { ["order"] = order, ["view"] = view };
    public static JsonObject Clock(string digest) => new() { ["clock"] = digest };
    public static JsonObject Stop(string digest) => new() { ["stop"] = digest };
    public static JsonObject Lift(string digest) => new() { ["lift"] = digest };
    public static JsonObject Revoked(Revocation revocation) => new() { ["entry"] = revocation.Entry, ["revocation"] = revocation.Digest };
}
