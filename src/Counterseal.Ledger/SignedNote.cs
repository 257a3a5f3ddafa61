namespace Counterseal.Ledger;

/// <summary>
/// A C2SP signed note (signed-note v1.0.0): a text and signature lines. Checkpoints, approvals, directory entries, stops, lifts and
/// seals are all signed notes, so one verifier, ours or a stranger's, reads them all.
/// </summary>
/// <param name="Text">The text, ending in a newline.</param>
/// <param name="Signatures">The signature lines, in order.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Reads a note; at most 1 MiB and 64 signatures.</summary>
    /// <exception cref="FormatException">Names what is wrong and on which line.</exception>
    public static SignedNote Parse(ReadOnlySpan<byte> note) => throw new NotSupportedException();

    /// <summary>The note's bytes; <see cref="Parse"/> of them gives this note again, and no other bytes do.</summary>
    public byte[] Bytes() => throw new NotSupportedException();

    /// <summary>Signs a text with one key or several.</summary>
    /// <param name="text">Must end in a newline and have no control character but newline.</param>
    /// <param name="signers">In the order of the lines.</param>
    public static SignedNote Sign(string text, params IEnumerable<NoteSigner> signers) => throw new NotSupportedException();

    /// <summary>The names of the verifiers whose valid signature the note carries. A known key whose signature fails makes the whole note fail.</summary>
    /// <exception cref="FormatException">A known key's signature is wrong.</exception>
    public IReadOnlyList<string> VerifiedBy(params IEnumerable<NoteVerifier> known) => throw new NotSupportedException();
}

/// <summary>One signature line: <c>— name base64(key id ‖ signature)</c>.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">Four bytes, big-endian.</param>
/// <param name="Signature">What follows the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature);

/// <summary>An Ed25519 public key by its C2SP vkey, <c>name+hash+base64(0x01 ‖ key)</c>.</summary>
public sealed record NoteVerifier
{
    /// <summary>The key's name.</summary>
    public required string Name { get; init; }
    /// <summary>First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).</summary>
    public required uint KeyId { get; init; }
    /// <summary>32 bytes.</summary>
    public required byte[] PublicKey { get; init; }
    /// <summary>Reads a vkey.</summary>
    /// <exception cref="FormatException">Not a vkey, or its hash does not fit.</exception>
    public static NoteVerifier Parse(string vkey) => throw new NotSupportedException();
    /// <summary>The vkey.</summary>
    public override string ToString() => throw new NotSupportedException();
}

/// <summary>An Ed25519 private key with its note name. Made, kept in a file (mode 0600) and read back only here.</summary>
public sealed class NoteSigner : IDisposable
{
    /// <summary>The key's name.</summary>
    public string Name => Verifier.Name;
    /// <summary>The public half.</summary>
    public NoteVerifier Verifier { get; }
    private NoteSigner(NoteVerifier verifier) => Verifier = verifier;
    /// <summary>Makes a new key.</summary>
    public static NoteSigner Generate(string name) => throw new NotSupportedException(name);
    /// <summary>Reads <c>PRIVATE+KEY+name+hash+base64</c> (the form that Go's sumdb/note writes).</summary>
    /// <exception cref="FormatException">Not such a key.</exception>
    public static NoteSigner Parse(string text) => throw new NotSupportedException(text);
    /// <summary>The private key as text; only for writing the key file.</summary>
    public string Export() => throw new NotSupportedException();
    /// <summary>A signature line for a text.</summary>
    public NoteSignature Sign(string text) => throw new NotSupportedException(text);
    /// <inheritdoc/>
    public void Dispose() { }
}
