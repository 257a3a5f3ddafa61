using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What is checked of a package without its key, in order.</summary>
internal static class PackageChecks
{
    // Enough to see a pattern; a volume that is all wrong would otherwise fill the page.
    private const int MaxNamedBlocks = 16;

    /// <summary>Reads and checks <c>NAME.counterseal</c>; null where it cannot be read at all.</summary>
    public static SealFile? Seal(string path, Trust trust, List<Check> checks)
    {
        NoteVerifier gate;
        LogKeys ledger;
        IReadOnlyList<(NoteVerifier Key, long Before)> earlier;
        try
        {
            (gate, ledger, earlier) = trust.Keys();
        }
        catch (SealFormatException e)
        {
            checks.Add(new Check(false, $"the trusted keys can be read: {e.Message}", $"trust file, {e.Where}"));
            return null;
        }
        SealFile seal;
        try
        {
            seal = SealFile.Read(ReadFile(path));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            checks.Add(new Check(false, $"the counterseal is the one canonical encoding of what it says, every member in its form: {e.Message}", e is SealFormatException { Where: var where } ? $"{path}, {where}" : path));
            return null;
        }
        checks.Add(new Check(true, "the counterseal is the one canonical encoding of what it says, every member in its form", null));
        Signature(seal, gate, earlier, path, checks);
        Event(seal, path, checks);
        Leaf(seal, ledger, path, checks);
        Doubted(seal, gate, ledger, trust.Witnesses, path, checks);
        if (trust.Witnesses is { } witnesses)
            Witnessed(seal, ledger, witnesses, path, checks);
        return seal;
    }

    private static void Signature(SealFile seal, NoteVerifier gate, IReadOnlyList<(NoteVerifier Key, long Before)> earlier, string path, List<Check> checks)
    {
        string? fault = null;
        try
        {
            // An earlier key is good only for what the ledger had before it was given up; where the leaf is, its proof says, which is checked further down.
            if (seal.Seal.VerifiedBy(gate).Count == 0)
            {
                fault = earlier.FirstOrDefault(key => seal.Seal.VerifiedBy(key.Key).Count == 1) is not { Key: not null } old ? $"it carries no signature by {gate.Name} with a key that is trusted"
                    : TlogProof.Parse(seal.Sealed.Proof).Index is var index && index < old.Before ? null
                    : $"it is signed with an earlier key, which is good for leaves before {old.Before}, and its leaf is number {index}";
            }
        }
        catch (FormatException e)
        {
            fault = e.Message;
        }
        Add(checks, "the seal is signed by the gate's key that is trusted", fault, $"{path}, /seal");
        var lines = seal.Seal.Text.Split('\n');
        Add(checks, "the seal is this gate's", lines[1] == $"gate {seal.Statement.Gate}" ? null : "it names another gate than the statement", $"{path}, /statement/gate");
        Add(checks, "the seal covers the statement", lines[2] == $"statement {seal.Statement.Digest}" ? null : "the statement is not the one that was signed", $"{path}, /statement");
        Add(checks, "the seal covers the leaf and its proof", lines[3] == $"leaf {seal.LeafDigest}" ? null : "they are not those that were signed", $"{path}, /leaf");
    }

    private static void Event(SealFile seal, string path, List<Check> checks)
    {
        var (logged, statement) = (seal.Sealed.Event, seal.Statement);
        var where = $"{path}, /leaf/event";
        Add(checks, "the event is the gate's own, of the type \"sealed\"", logged.Type != "sealed" ? $"its type is \"{Visible.Text(logged.Type)}\"" : logged.By != statement.Gate ? "it is another gate's" : null, where);
        Add(checks, "the event is about this demand", logged.Demand == statement.DemandId ? null : "it names another", where);
        string? order = null, digest = null, fault = null;
        try
        {
            using var document = JsonDocument.Parse(logged.Body);
            var body = Shape.Closed(document.RootElement, "/body", "order", "statement");
            (order, digest) = (body.Hex("order", 32), body.Hex("statement", 32));
        }
        catch (RefusalException e)
        {
            fault = $"{e.Refusal.What} ({e.Refusal.Where})";
        }
        Add(checks, "the event names this order", fault ?? (order == statement.Order ? null : "it names another"), where);
        Add(checks, "the event names this statement", fault ?? (digest == statement.Digest ? null : "it names another"), where);
    }

    private static void Leaf(SealFile seal, LogKeys ledger, string path, List<Check> checks)
    {
        try
        {
            var checkpoint = TlogProof.Parse(seal.Sealed.Proof).Verify(seal.Sealed.Leaf, ledger);
            checks.Add(new Check(true, $"the event's leaf is in the log {checkpoint.Origin}, under a checkpoint of {checkpoint.Size} leaves signed by the key that is trusted", null));
        }
        catch (FormatException e)
        {
            checks.Add(new Check(false, $"the event's leaf is in the log whose key is trusted: {e.Message}", $"{path}, /leaf/proof"));
        }
    }

    /// <summary>
    /// Where the proof rests on a ledger's key that has been in other hands, somebody else must vouch for it: the gate, whose present key signs over the very proof that it had held against the ledger; witnesses; or a newer proof
    /// beside it, under a key that is good. An earlier key of the gate does not do, since its own end is counted in the ledger's leaves.
    /// </summary>
    private static void Doubted(SealFile seal, NoteVerifier gate, LogKeys ledger, WitnessPolicy? witnesses, string path, List<Check> checks)
    {
        try
        {
            var proof = TlogProof.Parse(seal.Sealed.Proof);
            var note = SignedNote.Parse(proof.Checkpoint);
            if (ledger.EarlierSigner(note, Checkpoint.Open(proof.Checkpoint, ledger).Size) is not { Doubted: true } old)
                return;
            var what = $"the proof rests on a key of {ledger.Name} that has been in other hands, and somebody else vouches for it";
            if (seal.Seal.VerifiedBy(gate).Count > 0 || (witnesses is not null && witnesses.Fault(note) is null))
            {
                checks.Add(new Check(true, what, null));
                return;
            }
            var beside = Path.ChangeExtension(path, ".tlog-proof");
            var newer = File.Exists(beside) && new FileInfo(beside).Length <= TlogProof.MaxSize ? TlogProof.Parse(File.ReadAllText(beside)) : null;
            Add(checks, what, newer is null ? $"only {old.Key} does; `counterseal ledger renew` gets a proof of the same leaf under the present key"
                : newer.Verify(seal.Sealed.Leaf, ledger) is var seen && newer.Index != proof.Index ? "the newer proof is of another place in the log"
                : ledger.EarlierSigner(SignedNote.Parse(newer.Checkpoint), seen.Size) is { Doubted: true } ? "the newer proof rests on a doubted key too"
                : null, beside);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // A proof that does not verify at all has its own line; a newer one that does not is no help.
            Add(checks, "the proof rests on a key of the ledger that is good for it", e.Message, path);
        }
    }

    /// <summary>Checks that enough witnesses have cosigned a checkpoint that the leaf is under: that of the seal, or that of a newer proof beside it, <c>NAME.tlog-proof</c>.</summary>
    private static void Witnessed(SealFile seal, LogKeys ledger, WitnessPolicy witnesses, string path, List<Check> checks)
    {
        var what = $"the leaf is under a checkpoint that {witnesses.Need} of {witnesses.Keys.Count} trusted witnesses have cosigned";
        var beside = Path.ChangeExtension(path, ".tlog-proof");
        try
        {
            var proof = TlogProof.Parse(seal.Sealed.Proof);
            if (witnesses.Fault(SignedNote.Parse(proof.Checkpoint)) is not null && File.Exists(beside))
            {
                if (new FileInfo(beside).Length > TlogProof.MaxSize)
                    throw new FormatException("the proof beside it is too large");
                proof = TlogProof.Parse(File.ReadAllText(beside));
                proof.Verify(seal.Sealed.Leaf, ledger);
            }
            Add(checks, what, witnesses.Fault(SignedNote.Parse(proof.Checkpoint)) is { } fault ? $"{fault}; `counterseal ledger renew` gets a cosigned proof of the same leaf" : null, beside);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            Add(checks, what, e.Message, beside);
        }
    }

    /// <summary>Checks that the files have the name that the statement gives.</summary>
    public static void Name(string name, SealStatement statement, string path, List<Check> checks) =>
        Add(checks, "the files have the name stated", name == statement.Name ? null : $"they should be called {statement.Name}", path);

    /// <summary>Checks the time stamp beside the package, if there is one. That there is none is no fault: an authority may be away, or none be asked.</summary>
    public static void Stamp(string path, SealStatement statement, Trust trust, List<Check> checks)
    {
        if (!File.Exists(path))
        {
            checks.Add(new Check(true, "no time stamp by another authority is beside it", null));
            return;
        }
        try
        {
            using var file = OpenFile(path);
            if (file.Length > TimeStamp.Limit)
                throw new FormatException($"{file.Length} bytes are more than the {TimeStamp.Limit} that are taken");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var stamp = TimeStamp.Read(bytes, statement);
            var said = $"a time stamp over the statement says {Law.Instant.Text(stamp.At)}, signed by {stamp.Signer}";
            if (trust.TimeStamps.Count == 0)
                checks.Add(new Check(true, $"{said}; the trust file names no authority for time stamps, so whether to believe it is for you to say", null));
            else
                Add(checks, said, TimeStamp.Certificates(trust.TimeStamps).Any(one => one.AsSpan().SequenceEqual(stamp.Certificate)) ? null : "that certificate is not one that is trusted", path);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            checks.Add(new Check(false, $"the time stamp is one over this statement: {e.Message}", path));
        }
    }

    /// <summary>Checks that the file begins with a way in for each recipient stated and for nobody else: one more would be one more reader.</summary>
    public static void Header(string path, SealStatement statement, List<Check> checks)
    {
        var word = PackageRecipients.WordOf(statement.Encryption);
        var what = $"{statement.Volumes[0].Name} is encrypted ({word}) for as many recipients as are stated ({statement.Recipients.Count}), and no other";
        try
        {
            using var file = OpenFile(path);
            var fault = statement.Encryption is PackageFormat.AgeX25519 or PackageFormat.AgeHybrid ? AgeFault(file, statement) : OpenPgpSessionKey.Fault(file, statement);
            Add(checks, what, fault, path);
        }
        catch (Exception e) when (e is AgeException or FormatException or IOException or UnauthorizedAccessException)
        {
            Add(checks, what, e.Message, path);
        }
    }

    private static string? AgeFault(FileStream file, SealStatement statement)
    {
        var type = statement.Encryption == PackageFormat.AgeHybrid ? AgeHeader.HybridType : AgeHeader.X25519Type;
        var stanzas = AgeHeader.Read(new AgeInput(Plain(file))).Stanzas;
        var other = stanzas.FirstOrDefault(stanza => stanza.Type != type);
        return other is not null ? $"it has a stanza of type {Visible.Text(other.Type, 40)}" : stanzas.Count != statement.Recipients.Count ? $"it is for {stanzas.Count}" : null;
    }

    /// <summary>The age file, out of its armor if it is in one.</summary>
    private static Stream Plain(FileStream file)
    {
        var first = file.ReadByte();
        file.Position = 0;
        return first == '-' ? Age.Dearmor(file) : file;
    }

    /// <summary>Checks every block of a volume.</summary>
    public static void Volume(string path, SealedVolume volume, List<Check> checks, CancellationToken cancel)
    {
        FileStream file;
        try
        {
            file = OpenFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            checks.Add(new Check(false, $"{volume.Name} can be read: {e.Message}", path));
            return;
        }
        using (file)
        using (var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            Add(checks, $"{volume.Name} has the length stated ({volume.Length} bytes)", LengthFault(file.Length, volume), $"{path}, byte {Math.Min(file.Length, volume.Length)}");
            var buffer = new byte[BlockDigests.Size];
            var count = volume.Blocks.Length / 32;
            var bad = new List<long>();
            for (var index = 0L; index < count; index++)
            {
                cancel.ThrowIfCancellationRequested();
                var read = file.ReadAtLeast(buffer.AsSpan(0, volume.BlockLength(index)), volume.BlockLength(index), throwOnEndOfStream: false);
                whole.AppendData(buffer, 0, read);
                if (read < volume.BlockLength(index) || !volume.HasBlock(index, SHA256.HashData(buffer.AsSpan(0, read))))
                    bad.Add(index);
            }
            foreach (var index in bad.Take(MaxNamedBlocks))
                checks.Add(new Check(false, $"block {index} of {volume.Name} is the one stated", Place(path, volume, index)));
            Add(checks, $"each of the {count} blocks of {volume.Name} is the one stated", bad.Count == 0 ? null : $"{bad.Count} are not", $"{path}, {bad.Count} blocks of 1 MiB, the first at byte {(bad.Count == 0 ? 0 : bad[0] * BlockDigests.Size)}");
            var digest = Convert.ToHexStringLower(whole.GetHashAndReset());
            Add(checks, $"{volume.Name} has the digest stated", digest == volume.Digest && file.Length == volume.Length ? null : "it has another", path);
        }
    }

    /// <summary>Opens a volume for reading; its length must be the one stated.</summary>
    /// <exception cref="PackageException">It is not there, or shorter or longer.</exception>
    public static FileStream OpenVolume(string path, SealedVolume volume)
    {
        try
        {
            var file = OpenFile(path);
            if (LengthFault(file.Length, volume) is not { } fault)
                return file;
            file.Dispose();
            throw new PackageException($"{path}: {fault}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PackageException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>File and bytes of a block, in words.</summary>
    public static string Place(string path, SealedVolume volume, long index) =>
        $"{path}, bytes {index * BlockDigests.Size} to {index * BlockDigests.Size + volume.BlockLength(index) - 1}";

    private static string? LengthFault(long length, SealedVolume volume) => (length - volume.Length) switch
    {
        < 0 => $"it is cut off: {volume.Length - length} bytes are missing at its end",
        > 0 => $"it goes on for {length - volume.Length} bytes after its end",
        _ => null,
    };

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    private static byte[] ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        if (file.Length > SealStatement.Limit)
            throw new FormatException($"{file.Length} bytes are more than the {SealStatement.Limit} that are taken");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static void Add(List<Check> checks, string what, string? fault, string where) =>
        checks.Add(fault is null ? new Check(true, what, null) : new Check(false, $"{what}: {fault}", where));
}
