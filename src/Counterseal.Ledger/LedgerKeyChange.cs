namespace Counterseal.Ledger;

/// <summary>Why a log's key changed.</summary>
public enum KeyChangeReason
{
    /// <summary>It was due; the old key signs the change.</summary>
    Rotated,

    /// <summary>The private key is gone. Nobody else has it.</summary>
    Lost,

    /// <summary>The private key is, or may be, in other hands.</summary>
    Compromised,
}

/// <summary>
/// That a log signs with another key from now on, as a signed note: which log, from which key to which, and the tree at that moment. The new key signs it always; the old one when it was due;
/// where the old one is gone or in other hands, those who are to believe it sign, or have it another way.
/// </summary>
/// <param name="Old">The key so far.</param>
/// <param name="New">The key from now on, under the same name.</param>
/// <param name="At">The tree that both stand for; the old key is good up to its size.</param>
/// <param name="Reason">Why.</param>
/// <param name="Note">The signed note.</param>
public sealed record LedgerKeyChange(NoteVerifier Old, NoteVerifier New, Checkpoint At, KeyChangeReason Reason, SignedNote Note)
{
    private const string Kind = "counterseal/ledger-key/v1";

    /// <summary>The text that is signed.</summary>
    public static string Text(NoteVerifier old, NoteVerifier made, Checkpoint at, KeyChangeReason reason)
    {
        ArgumentNullException.ThrowIfNull(at);
        return $"{Kind}\nreason {reason.ToString().ToLowerInvariant()}\nold {old}\nnew {made}\n{at.Text()}";
    }

    /// <summary>Reads a note and verifies the new key's signature and, where the reason is <see cref="KeyChangeReason.Rotated"/>, the old one's.</summary>
    /// <exception cref="FormatException">Not such a note, or a signature is missing or wrong.</exception>
    public static LedgerKeyChange Read(ReadOnlySpan<byte> note)
    {
        if (note.Length > 64 << 10)
            throw new FormatException("a change of a ledger's key has at most 64 KiB");
        var parsed = SignedNote.Parse(note);
        var lines = parsed.Text.Split('\n', 5);
        if (lines.Length != 5 || lines[0] != Kind || Value(lines[1], "reason") is not { } word || Value(lines[2], "old") is not { } old || Value(lines[3], "new") is not { } made)
            throw new FormatException($"a change of a ledger's key is a note whose lines are {Kind}, reason, old, new, and a checkpoint's three");
        var reason = word switch
        {
            "rotated" => KeyChangeReason.Rotated,
            "lost" => KeyChangeReason.Lost,
            "compromised" => KeyChangeReason.Compromised,
            _ => throw new FormatException("line 2: the reason is rotated, lost or compromised"),
        };
        var change = new LedgerKeyChange(NoteVerifier.Parse(old), NoteVerifier.Parse(made), Checkpoint.Read(lines[4]), reason, parsed);
        if (change.Old.Name != change.At.Origin || change.New.Name != change.At.Origin || change.Old == change.New)
            throw new FormatException("the two keys and the checkpoint are of one log, and the keys are two");
        if (parsed.VerifiedBy(change.New).Count == 0 || (reason == KeyChangeReason.Rotated && parsed.VerifiedBy(change.Old).Count == 0))
            throw new FormatException(reason == KeyChangeReason.Rotated ? "the old key and the new one both sign a change that was due" : "the new key signs the change");
        // The text form is the only one: what is read is what was signed.
        return Text(change.Old, change.New, change.At, reason) == parsed.Text ? change : throw new FormatException("the note's text is not the one form of what it says");
    }

    /// <summary>The same note with one more signature.</summary>
    public LedgerKeyChange With(NoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var line = signer.Sign(Note.Text);
        return this with { Note = Note with { Signatures = [.. Note.Signatures.Where(one => one.Name != line.Name || one.KeyId != line.KeyId), line] } };
    }

    /// <summary>
    /// Gives a ledger that does not run another key, which the old one hands over to: from its next start on it signs with both, until <see cref="Retire"/>. Cut off, it is begun again.
    /// </summary>
    /// <exception cref="LedgerException">The folder cannot be used, the ledger runs, or an earlier change is not over.</exception>
    public static async Task<LedgerKeyChange> Rotate(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        if (File.Exists(home.OldKey) && !File.Exists(home.NextKey))
            throw new LedgerException("the key before this one still signs too; when everyone has the present one, `ledger retire-key` ends that");
        using var old = home.OpenKey();
        var at = await Whole(home, old.Verifier);
        using var made = Next(home, old.Name);
        var change = Sign(old.Verifier, made, at, KeyChangeReason.Rotated).With(old);
        Durable.Replace(home.HandOver, change.Note.Bytes(), "ledger.key.rotate");
        new TallyHome(home).Resign(old.Verifier, made, old);
        Durable.Replace(home.Checkpoint, at.Sign(made, old), "ledger.key.rotate");
        Durable.Replace(home.OldKey, await File.ReadAllBytesAsync(home.Key), "ledger.key.rotate", LedgerHome.OwnerOnly);
        InForce(home);
        return change;
    }

    /// <summary>Gives a ledger that does not run a new key for the same tree, without the old one. Cut off, it is begun again.</summary>
    /// <param name="home">The ledger's folder. Its private key, if it is there, is deleted.</param>
    /// <param name="old">The key so far, as those who verify have it.</param>
    /// <param name="reason">Lost or compromised.</param>
    /// <exception cref="LedgerException">The folder cannot be used, the ledger runs, or the log is not the tree that the old key has signed and its witnesses have cosigned.</exception>
    public static async Task<LedgerKeyChange> Replace(LedgerHome home, NoteVerifier old, KeyChangeReason reason)
    {
        ArgumentNullException.ThrowIfNull(home);
        ArgumentNullException.ThrowIfNull(old);
        if (reason == KeyChangeReason.Rotated)
            throw new ArgumentException("a change that was due is signed by the old key", nameof(reason));
        var at = await Whole(home, old);
        using var made = Next(home, old.Name);
        var change = Sign(old, made, at, reason);
        Durable.Replace(home.HandOver, change.Note.Bytes(), "ledger.key.rotate");
        new TallyHome(home).Resign(old, made, null);
        Durable.Replace(home.Checkpoint, at.Sign(made), "ledger.key.rotate");
        Durable.Delete([home.OldKey], "ledger.key.retire");
        InForce(home);
        return change;
    }

    /// <summary>The key before the present one signs no longer, from the ledger's next start on; it is deleted.</summary>
    /// <exception cref="LedgerException">There is none.</exception>
    public static void Retire(LedgerHome home)
    {
        ArgumentNullException.ThrowIfNull(home);
        if (!File.Exists(home.OldKey))
            throw new LedgerException("no earlier key signs beside the present one");
        Durable.Delete([home.OldKey], "ledger.key.retire");
    }

    private static LedgerKeyChange Sign(NoteVerifier old, NoteSigner made, Checkpoint at, KeyChangeReason reason) =>
        new(old, made.Verifier, at, reason, SignedNote.Sign(Text(old, made.Verifier, at, reason), made));

    private static NoteSigner Next(LedgerHome home, string name) => File.Exists(home.NextKey) ? NoteSigner.Open(home.NextKey) : NoteSigner.Create(home.NextKey, name);

    private static void InForce(LedgerHome home)
    {
        CrashPoint.Reach("ledger.key.force.before");
        File.Move(home.NextKey, home.Key, overwrite: true);
        Durable.SyncFolder(home.Folder);
        CrashPoint.Reach("ledger.key.force.after");
    }

    /// <summary>The log's checkpoint, of a log that nobody has open, that adds up, and of which witnesses, where it has any, have cosigned this tree.</summary>
    private static async Task<Checkpoint> Whole(LedgerHome home, NoteVerifier old)
    {
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(home.LogFolder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new LedgerException($"the ledger runs, or there is none in {home.Folder} ({e.Message}); stop it first");
        }
        await using (held)
        {
            // Begun before and cut off, the checkpoint may bear the new key's signature alone.
            LogKeys keys = File.Exists(home.NextKey) ? Begun(home, old) : old;
            var witnesses = LedgerWitnesses.Read(home.Folder) is { } settings && File.Exists(home.Cosigned) ? settings.Policy : null;
            var report = await LedgerCheck.Run(home.LogFolder, keys, witnesses);
            return report.IsGood ? report.Checkpoint! : throw new LedgerException($"the log does not add up, and gets no new key. {string.Join("; ", report.Faults.Take(5))}");
        }
    }

    private static LogKeys Begun(LedgerHome home, NoteVerifier old)
    {
        using var made = NoteSigner.Open(home.NextKey);
        return new LogKeys(made.Verifier, [new EarlierLogKey(old, long.MaxValue, false)]);
    }

    private static string? Value(string line, string word) => line.StartsWith(word + " ", StringComparison.Ordinal) ? line[(word.Length + 1)..] : null;
}
