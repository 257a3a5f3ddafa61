using System.Globalization;

namespace Counterseal.Ledger;

/// <summary>
/// A C2SP tlog-checkpoint: origin, size, root; no extension lines are written, and none are accepted. The bytes that travel are a
/// <see cref="SignedNote"/> over <see cref="Text"/>; a <see cref="Checkpoint"/> from <see cref="Open"/> has been verified.
/// </summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">32 bytes, RFC 6962 root hash.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The three lines.</summary>
    public string Text() => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root)}\n";

    /// <summary>The signed checkpoint's bytes.</summary>
    /// <param name="log">The log's key, whose name must be the origin; two while it changes from one to the other.</param>
    /// <exception cref="ArgumentException">A key bears another name.</exception>
    public byte[] Sign(params IReadOnlyList<NoteSigner> log)
    {
        if (log.FirstOrDefault(key => key.Name != Origin) is { } other)
            throw new ArgumentException($"the key of {other.Name} does not sign checkpoints of {Origin}", nameof(log));
        return SignedNote.Sign(Text(), log).Bytes();
    }

    /// <summary>Reads and verifies a signed checkpoint.</summary>
    /// <param name="note">The note's bytes.</param>
    /// <param name="log">The log's keys; their name must be the origin. An earlier one is good up to its size.</param>
    /// <exception cref="FormatException">Not a checkpoint, another log's, or not signed by a key that is good for it.</exception>
    public static Checkpoint Open(ReadOnlySpan<byte> note, LogKeys log)
    {
        var signed = SignedNote.Parse(note);
        var checkpoint = Read(signed.Text);
        if (checkpoint.Origin != log.Name)
            throw new FormatException($"line 1: a checkpoint of \"{checkpoint.Origin}\", not of {log.Name}");
        _ = log.EarlierSigner(signed, checkpoint.Size);
        return checkpoint;
    }

    /// <summary>Reads the three lines, without regard to who signed them.</summary>
    /// <exception cref="FormatException">Names the line.</exception>
    internal static Checkpoint Read(string text)
    {
        var lines = text.Split('\n');
        if (lines.Length != 4 || lines[3].Length != 0)
            throw new FormatException($"a checkpoint here is three lines (origin, size, root), not {lines.Length - 1}; extension lines are refused");
        if (lines[0].Length == 0)
            throw new FormatException("line 1: a checkpoint begins with its origin");
        var size = Decimal(lines[1]) ?? throw new FormatException("line 2: the size is a decimal number without leading zeros, below 2^63");
        if (Base64.Read(lines[2]) is not { Length: 32 } root)
            throw new FormatException("line 3: the root is base64 of 32 bytes");
        return new Checkpoint(lines[0], size, root);
    }

    /// <summary>A decimal number in its one form: no sign, no leading zero, below 2^63.</summary>
    internal static long? Decimal(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && (text[0] != '0' || text.Length == 1) ? value : null;

    /// <summary>Equal when origin, size and root are.</summary>
    public bool Equals(Checkpoint? other) => other is not null && Origin == other.Origin && Size == other.Size && Root.AsSpan().SequenceEqual(other.Root);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Origin, Size);
}
