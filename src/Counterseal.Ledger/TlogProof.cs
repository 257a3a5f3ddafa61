using System.Globalization;
using System.Text;

namespace Counterseal.Ledger;

/// <summary>A C2SP tlog-proof: that a leaf is at an index of the log under a signed checkpoint, complete and offline. We write no <c>extra</c> line and accept none.</summary>
/// <param name="Index">The leaf's index.</param>
/// <param name="Hashes">Leaf to root, 32 bytes each.</param>
/// <param name="Checkpoint">The signed checkpoint's bytes, verbatim.</param>
public sealed record TlogProof(long Index, IReadOnlyList<byte[]> Hashes, byte[] Checkpoint)
{
    private const string Header = "c2sp.org/tlog-proof@v1";

    /// <summary>Characters of a proof, at most.</summary>
    public const int MaxSize = 64 << 10;

    /// <summary>Hashes of a proof, at most: a log has fewer than 2^63 leaves.</summary>
    public const int MaxHashes = 63;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a proof; at most 64 KiB, at most 63 hashes.</summary>
    /// <exception cref="FormatException">Names the line.</exception>
    public static TlogProof Parse(string text)
    {
        if (text.Length > MaxSize)
            throw new FormatException($"a proof of {text.Length} characters: at most {MaxSize} are read");
        var rest = text.AsSpan();
        if (!Line(ref rest).SequenceEqual(Header))
            throw new FormatException($"line 1: a proof begins with \"{Header}\"");
        var second = Line(ref rest);
        if (!second.StartsWith("index ", StringComparison.Ordinal) || Ledger.Checkpoint.Decimal(second["index ".Length..]) is not long index)
            throw new FormatException("line 2: expected \"index \" and a decimal number without leading zeros (an \"extra\" line is refused)");
        var hashes = new List<byte[]>();
        var line = 3;
        for (; ; line++)
        {
            var one = Line(ref rest);
            if (one.IsEmpty)
                break;
            if (hashes.Count == MaxHashes)
                throw new FormatException($"line {line}: more than {MaxHashes} hashes");
            hashes.Add(Base64.Read(one) is { Length: 32 } hash ? hash : throw new FormatException($"line {line}: a hash is base64 of 32 bytes"));
        }
        try
        {
            var checkpoint = Strict.GetBytes(rest.ToArray());
            Ledger.Checkpoint.Read(SignedNote.Parse(checkpoint).Text);
            return new TlogProof(index, hashes, checkpoint);
        }
        catch (FormatException e)
        {
            throw new FormatException($"in the checkpoint, after line {line}: {e.Message}", e);
        }
        catch (EncoderFallbackException e)
        {
            throw new FormatException("a proof is Unicode text; here is a lone surrogate", e);
        }
    }

    /// <summary>The proof as text; <see cref="Parse"/> of it gives this proof again.</summary>
    public string Text()
    {
        var text = new StringBuilder(Header).Append("\nindex ").Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in Hashes)
            text.Append(Convert.ToBase64String(hash)).Append('\n');
        return text.Append('\n').Append(Strict.GetString(Checkpoint)).ToString();
    }

    /// <summary>Verifies that <paramref name="leaf"/> is in the log; gives the checkpoint it rests on.</summary>
    /// <exception cref="FormatException">It is not, or the checkpoint is not the log's.</exception>
    public Checkpoint Verify(Leaf leaf, LogKeys log)
    {
        var checkpoint = Ledger.Checkpoint.Open(Checkpoint, log);
        if (!Merkle.VerifyInclusion(Index, checkpoint.Size, Merkle.LeafHash(leaf.Bytes), Hashes, checkpoint.Root))
            throw new FormatException($"the leaf is not at index {Index} under the checkpoint of size {checkpoint.Size} of {checkpoint.Origin}: leaf, index or a hash was changed");
        return checkpoint;
    }

    private static ReadOnlySpan<char> Line(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('\n');
        if (end < 0)
            throw new FormatException("the proof ends too early: expected header, index, hashes, a blank line and a checkpoint");
        var line = rest[..end];
        rest = rest[(end + 1)..];
        return line;
    }
}
