using System.Globalization;
using System.Text;

namespace Counterseal.Ledger;

/// <summary>What a witness answers.</summary>
/// <param name="Status">200, 400, 403, 404, 409, 422 or 503, as C2SP tlog-witness has them (503: it cannot write).</param>
/// <param name="Body">Cosignature lines, the latest size, or one line that says why.</param>
public sealed record WitnessAnswer(int Status, string Body);

/// <summary>
/// A witness of logs (C2SP tlog-witness v1.0.0): it cosigns what continues the last checkpoint that it cosigned, and nothing else, so nobody can show two views of a log to those who ask for its
/// cosignature. Comparing and writing is one step under the log's lock, and the write is durable before the cosignature leaves.
/// </summary>
public sealed class Witness : IDisposable
{
    /// <summary>Bytes of a request, at most: 63 hashes and a checkpoint with the signatures of many.</summary>
    public const int MaxRequest = 64 << 10;

    private readonly WitnessHome home;
    private readonly NoteSigner signer;
    private readonly TimeProvider clock;
    private readonly FileStream held;
    private readonly Dictionary<string, Watched> logs;

    private Witness(WitnessHome home, NoteSigner signer, TimeProvider clock, FileStream held, Dictionary<string, Watched> logs) =>
        (this.home, this.signer, this.clock, this.held, this.logs) = (home, signer, clock, held, logs);

    /// <summary>Opens a witness's folder; one process at a time.</summary>
    /// <param name="folder">As <see cref="WitnessHome.Create"/> made it.</param>
    /// <param name="clock">The time in its cosignatures.</param>
    /// <exception cref="LedgerException">It cannot be used: it is open already, is a copy, or has lost what it saw.</exception>
    public static Witness Open(string folder, TimeProvider clock)
    {
        var home = new WitnessHome(Path.GetFullPath(folder));
        var signer = home.OpenKey();
        FileStream? held = null;
        try
        {
            held = Hold(home);
            var watched = home.Read();
            home.EnsureWhole(watched);
            var logs = new Dictionary<string, Watched>(StringComparer.Ordinal);
            foreach (var log in watched)
                logs[log.Origin] = new Watched(WitnessHome.KeysOf(log), Last(home, log.Origin));
            return new Witness(home, signer, clock, held, logs);
        }
        catch
        {
            held?.Dispose();
            signer.Dispose();
            throw;
        }
    }

    /// <summary>The witness's public key.</summary>
    public WitnessKey Key => WitnessKey.Of(signer.Name, signer.Verifier.PublicKey);

    /// <summary><c>POST /add-checkpoint</c>.</summary>
    /// <param name="body">The request's bytes; at most <see cref="MaxRequest"/>.</param>
    public WitnessAnswer AddCheckpoint(ReadOnlySpan<byte> body)
    {
        (long Old, List<byte[]> Proof, SignedNote Note, Checkpoint Checkpoint) asked;
        try
        {
            asked = Read(body);
        }
        catch (FormatException e)
        {
            return new WitnessAnswer(400, e.Message);
        }
        if (!logs.TryGetValue(asked.Checkpoint.Origin, out var log))
            return new WitnessAnswer(404, "this witness does not watch that log");
        try
        {
            if (asked.Note.VerifiedBy(log.Keys).Count == 0)
                return new WitnessAnswer(403, "the checkpoint carries no signature by a key that this witness trusts for that log");
        }
        catch (FormatException e)
        {
            return new WitnessAnswer(403, e.Message);
        }
        if (asked.Old > asked.Checkpoint.Size)
            return new WitnessAnswer(400, "the old size is above the checkpoint's");
        lock (log)
            return Cosign(log, asked.Old, asked.Proof, asked.Note, asked.Checkpoint);
    }

    /// <summary><c>GET /&lt;hash of the origin&gt;/checkpoint</c>: the last checkpoint that was cosigned, with the cosignature; <c>null</c> when there is none.</summary>
    public byte[]? Latest(string hash)
    {
        foreach (var (origin, log) in logs)
            if (WitnessHome.Hash(origin) == hash)
                lock (log)
                    return log.Note;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        signer.Dispose();
        held.Dispose();
    }

    private WitnessAnswer Cosign(Watched log, long old, List<byte[]> proof, SignedNote note, Checkpoint checkpoint)
    {
        if (log.IsBroken)
            return new WitnessAnswer(503, "the witness could not write; it signs nothing more of that log until it is started again");
        var latest = log.Latest;
        if (old != (latest?.Size ?? 0))
            return new WitnessAnswer(409, (latest?.Size ?? 0).ToString(CultureInfo.InvariantCulture) + "\n");
        if (checkpoint.Size == 0 && !checkpoint.Root.AsSpan().SequenceEqual(Merkle.EmptyRoot()))
            return new WitnessAnswer(422, "a checkpoint of size 0 has the root of no leaves");
        var follows = old == 0 ? proof.Count == 0 : Merkle.VerifyConsistency(old, checkpoint.Size, latest!.Root, checkpoint.Root, proof);
        if (!follows)
            return new WitnessAnswer(422, old == checkpoint.Size ? "the witness has cosigned another root of that size, or the proof is not empty" : "the proof does not lead from the old size to the checkpoint");
        // The log's own lines only: what else came along is nobody's that is known here.
        var own = note with { Signatures = [.. note.Signatures.Where(line => log.Keys.Any(key => key.Name == line.Name && key.KeyId == line.KeyId))] };
        var line = WitnessKey.Cosign(signer, note.Text, clock.GetUtcNow());
        var bytes = (own with { Signatures = [.. own.Signatures, line] }).Bytes();
        try
        {
            log.IsBroken = true;
            Durable.Replace(home.Seen(checkpoint.Origin), bytes, "witness.checkpoint", WitnessHome.FileMode);
            log.IsBroken = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody knows now what the disk holds; the next start reads it.
            return new WitnessAnswer(503, "the witness cannot write now; it has signed nothing");
        }
        (log.Latest, log.Note) = (checkpoint, bytes);
        return new WitnessAnswer(200, line + "\n");
    }

    /// <summary>The old size, up to 63 hashes, an empty line, and the checkpoint.</summary>
    private static (long, List<byte[]>, SignedNote, Checkpoint) Read(ReadOnlySpan<byte> body)
    {
        if (body.Length > MaxRequest)
            throw new FormatException($"a request of {body.Length} bytes: at most {MaxRequest} are taken");
        var proof = new List<byte[]>();
        long? old = null;
        for (var line = 1; ; line++)
        {
            var end = body.IndexOf((byte)'\n');
            if (end < 0)
                throw new FormatException("the request ends too early: expected the old size, hashes, an empty line and a checkpoint");
            var text = Encoding.Latin1.GetString(body[..end]);
            body = body[(end + 1)..];
            if (line == 1)
                old = text.StartsWith("old ", StringComparison.Ordinal) && Checkpoint.Decimal(text.AsSpan(4)) is { } size ? size : throw new FormatException("line 1: expected \"old \" and a decimal number without leading zeros");
            else if (text.Length == 0)
                break;
            else if (proof.Count == TlogProof.MaxHashes)
                throw new FormatException($"line {line}: more than {TlogProof.MaxHashes} hashes");
            else
                proof.Add(Base64.Read(text) is { Length: Merkle.HashSize } hash ? hash : throw new FormatException($"line {line}: a hash is base64 of 32 bytes"));
        }
        var note = SignedNote.Parse(body);
        return (old!.Value, proof, note, Checkpoint.Read(note.Text));
    }

    private static FileStream Hold(WitnessHome home)
    {
        try
        {
            return new FileStream(Path.Combine(home.Folder, "running"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LedgerException($"another process has the witness in {home.Folder} open ({e.Message})");
        }
    }

    private static (Checkpoint?, byte[]?) Last(WitnessHome home, string origin)
    {
        var bytes = File.ReadAllBytes(home.Seen(origin));
        if (bytes.Length == 0)
            return (null, null);
        try
        {
            return (Checkpoint.Read(SignedNote.Parse(bytes).Text), bytes);
        }
        catch (FormatException e)
        {
            throw new LedgerException($"{home.Seen(origin)}: {e.Message}");
        }
    }

    /// <summary>One log as it was last cosigned; locked while it is compared and written.</summary>
    private sealed class Watched(IReadOnlyList<NoteVerifier> keys, (Checkpoint? Checkpoint, byte[]? Note) last)
    {
        public IReadOnlyList<NoteVerifier> Keys => keys;
        public Checkpoint? Latest { get; set; } = last.Checkpoint;
        public byte[]? Note { get; set; } = last.Note;
        public bool IsBroken { get; set; }
    }
}
