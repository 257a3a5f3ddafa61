using System.Text;

namespace Counterseal.Ledger;

/// <summary>
/// A C2SP signed note (signed-note v1.0.0): a text and signature lines. Checkpoints, approvals, directory entries, stops, lifts and
/// seals are all signed notes, so one verifier, ours or a stranger's, reads them all.
/// </summary>
/// <param name="Text">The text, ending in a newline.</param>
/// <param name="Signatures">The signature lines, in order.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Bytes of a note, at most (1 MiB).</summary>
    public const int MaxSize = 1 << 20;

    /// <summary>Signature lines of a note, at most. The standard asks verifiers to bear 16.</summary>
    public const int MaxSignatures = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a note; at most 1 MiB and 64 signatures.</summary>
    /// <exception cref="FormatException">Names what is wrong and on which line.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> note)
    {
        if (note.Length > MaxSize)
            throw new FormatException($"a note of {note.Length} bytes: at most {MaxSize} are read");
        string all;
        try
        {
            all = Strict.GetString(note);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"byte {e.Index}: a note is UTF-8", e);
        }
        RefuseControls(all);
        var blank = all.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0)
            throw new FormatException("no blank line between text and signatures: not a signed note");
        var text = all[..(blank + 1)];
        var line = Lines(text) + 2;
        var rest = all.AsSpan(blank + 2);
        if (rest.IsEmpty || rest[^1] != '\n')
            throw new FormatException($"line {line}: a note ends in signature lines, the last with its newline");
        var signatures = new List<NoteSignature>();
        foreach (var range in rest[..^1].Split('\n'))
        {
            if (signatures.Count == MaxSignatures)
                throw new FormatException($"line {line}: more than {MaxSignatures} signatures");
            signatures.Add(NoteSignature.Parse(rest[range], line++));
        }
        return new SignedNote(text, signatures);
    }

    /// <summary>The note's bytes; <see cref="Parse"/> of them gives this note again, and no other bytes do.</summary>
    public byte[] Bytes()
    {
        var note = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
            note.Append(signature).Append('\n');
        return Strict.GetBytes(note.ToString());
    }

    /// <summary>Signs a text with one key or several.</summary>
    /// <param name="text">Must end in a newline and have no control character but newline.</param>
    /// <param name="signers">In the order of the lines.</param>
    /// <exception cref="FormatException">The text cannot be a note's.</exception>
    public static SignedNote Sign(string text, params IEnumerable<NoteSigner> signers)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("a note's text ends in a newline");
        RefuseControls(text);
        return new SignedNote(text, [.. signers.Select(signer => signer.Sign(text))]);
    }

    /// <summary>
    /// The names of the verifiers whose valid signature the note carries, each once, in the order of the lines. Signatures by unknown keys
    /// are passed over. A known key whose signature fails makes the whole note fail.
    /// </summary>
    /// <exception cref="FormatException">A known key's signature is wrong.</exception>
    public IReadOnlyList<string> VerifiedBy(params IEnumerable<NoteVerifier> known)
    {
        var keys = known.ToList();
        var text = Strict.GetBytes(Text);
        var names = new List<string>();
        foreach (var signature in Signatures)
        {
            // Two different keys may share name and id only by collision of 32 bits; then the signature must verify under one of them.
            var candidates = keys.Where(key => key.Name == signature.Name && key.KeyId == signature.KeyId).ToList();
            if (candidates.Count == 0)
                continue;
            if (!candidates.Any(key => key.Verify(text, signature.Signature)))
                throw new FormatException($"the signature by {signature.Name} does not verify: the text or the signature was changed, or another key made it");
            if (!names.Contains(signature.Name))
                names.Add(signature.Name);
        }
        return names;
    }

    private static void RefuseControls(string text)
    {
        var at = text.AsSpan().IndexOfAnyInRange('\0', '\t');
        if (at < 0)
            at = text.AsSpan().IndexOfAnyInRange('\v', '\x1f');
        if (at >= 0)
            throw new FormatException($"line {Lines(text[..at]) + 1}: control character U+{(int)text[at]:X4}; a note has none but newline");
    }

    private static int Lines(string text) => text.AsSpan().Count('\n');
}
