using System.Globalization;

namespace Counterseal.Ledger;

/// <summary>A key with which a log no longer signs alone.</summary>
/// <param name="Key">The key.</param>
/// <param name="UpTo">It is believed for checkpoints of at most this size: the log's own when the key was given up.</param>
/// <param name="Doubted">Whether it has been in other hands. Then its signature alone proves nothing to whoever cannot hold the checkpoint against others that he knows.</param>
public sealed record EarlierLogKey(NoteVerifier Key, long UpTo, bool Doubted);

/// <summary>The keys of one log: with which it signs now, and those before. A single key is all that most readers have.</summary>
/// <param name="Now">The present key; its name is the log's origin.</param>
/// <param name="Earlier">Those before it, all under the same name.</param>
public sealed record LogKeys(NoteVerifier Now, IReadOnlyList<EarlierLogKey> Earlier)
{
    /// <summary>Earlier keys, at most.</summary>
    public const int MaxEarlier = 32;

    /// <summary>The log's origin.</summary>
    public string Name => Now.Name;

    /// <summary>A log that has had one key only.</summary>
    public static implicit operator LogKeys(NoteVerifier key) => Of(key);

    /// <summary>A log that has had one key only.</summary>
    public static LogKeys Of(NoteVerifier key) => new(key, []);

    /// <summary>
    /// Reads the text form of settings: the present key (vkey), then for each earlier one a space and <c>vkey@size</c>, with <c>!</c> behind it when it is doubted.
    /// </summary>
    /// <exception cref="FormatException">Not that; says what.</exception>
    public static LogKeys Parse(string text)
    {
        var parts = text.Split(' ');
        if (parts.Length > MaxEarlier + 1)
            throw new FormatException($"a log with more than {MaxEarlier} earlier keys");
        return new LogKeys(NoteVerifier.Parse(parts[0]), [.. parts.Skip(1).Select(Read)]).Checked();
    }

    /// <summary>The same, when all keys are of one log and none stands twice.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public LogKeys Checked()
    {
        if (Earlier.Any(earlier => earlier.Key.Name != Name))
            throw new FormatException($"the earlier keys of {Name} bear its name");
        return Earlier.Select(earlier => earlier.Key).Append(Now).Distinct().Count() == Earlier.Count + 1 ? this : throw new FormatException($"a key of {Name} stands there twice");
    }

    /// <summary>These keys after a change to another.</summary>
    /// <param name="change">What is believed of it, for the caller to say.</param>
    /// <exception cref="FormatException">It does not follow from the present key, or the new key was there before.</exception>
    public LogKeys After(LedgerKeyChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Old != Now)
            throw new FormatException($"the change leads from {change.Old}, and the key that is known here is {Now}");
        return new LogKeys(change.New, [new EarlierLogKey(Now, change.At.Size, change.Reason == KeyChangeReason.Compromised), .. Earlier]).Checked();
    }

    /// <summary>By which key a checkpoint is signed; the present one where it carries several.</summary>
    /// <exception cref="FormatException">By none of these, by an earlier one beyond its size, or a signature fails.</exception>
    public EarlierLogKey? EarlierSigner(SignedNote note, long size)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (note.VerifiedBy(Now).Count > 0)
            return null;
        var old = Earlier.FirstOrDefault(earlier => note.VerifiedBy(earlier.Key).Count > 0)
            ?? throw new FormatException($"the checkpoint carries no signature by {Now}{(Earlier.Count == 0 ? "" : $", nor by one of its {Earlier.Count} earlier keys")}");
        return size <= old.UpTo ? old : throw new FormatException($"the checkpoint of size {size} is signed with an earlier key of {Name}, which is good up to size {old.UpTo}");
    }

    /// <summary>The text form that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Join(' ', Earlier.Select(earlier => string.Create(CultureInfo.InvariantCulture, $"{earlier.Key}@{earlier.UpTo}{(earlier.Doubted ? "!" : "")}")).Prepend(Now.ToString()));

    /// <summary>Equal when all keys are.</summary>
    public bool Equals(LogKeys? other) => other is not null && Now == other.Now && Earlier.SequenceEqual(other.Earlier);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Now, Earlier.Count);

    private static EarlierLogKey Read(string text)
    {
        var doubted = text.EndsWith('!');
        var at = text.LastIndexOf('@');
        return at > 0 && Checkpoint.Decimal(text.AsSpan(at + 1, text.Length - at - 1 - (doubted ? 1 : 0))) is { } size
            ? new EarlierLogKey(NoteVerifier.Parse(text[..at]), size, doubted)
            : throw new FormatException("an earlier key is vkey@size, with ! behind it when it is doubted");
    }
}
