using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// What a passkey answers when a person is asked to sign a note's text (a WebAuthn assertion), and the note's signature line that carries it: C2SP signed-note
/// type <c>0xff</c>, four fields each behind its length as u16 big-endian.
/// </summary>
/// <param name="Credential">The credential's id.</param>
/// <param name="AuthenticatorData">What the authenticator signed about itself.</param>
/// <param name="ClientData">The <c>clientDataJSON</c> that the browser wrote.</param>
/// <param name="Signature">Over authenticator data and SHA-256 of the client data.</param>
public sealed record PasskeyAnswer(byte[] Credential, byte[] AuthenticatorData, byte[] ClientData, byte[] Signature)
{
    private const string Domain = "counterseal/passkey/v1\n";
    private static readonly int[] Most = [1023, 1024, 4096, 1024];

    /// <summary>What a passkey must be asked for when the note's text is to be signed: SHA-256 of <c>counterseal/passkey/v1\n</c> and the text.</summary>
    public static byte[] Challenge(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(Domain + text));

    /// <summary>The key id of a line: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0xFF ‖ <c>counterseal/passkey/v1\n</c> ‖ credential id ‖ COSE key).</summary>
    public static uint KeyId(string name, ReadOnlySpan<byte> credential, ReadOnlySpan<byte> coseKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', 0xff, .. Encoding.UTF8.GetBytes(Domain), .. credential, .. coseKey]));

    /// <summary>The signature line by a person and one of that person's passkeys.</summary>
    public NoteSignature Line(string name, Passkey passkey)
    {
        var bytes = new List<byte>();
        foreach (var one in Fields)
        {
            bytes.Add((byte)(one.Length >> 8));
            bytes.Add((byte)one.Length);
            bytes.AddRange(one);
        }
        return new NoteSignature(name, passkey.KeyId(name), [.. bytes]);
    }

    /// <summary>Reads the bytes of a line behind its key id.</summary>
    /// <exception cref="FormatException">Not four fields, or one that is too long.</exception>
    public static PasskeyAnswer Read(ReadOnlySpan<byte> line)
    {
        var fields = new byte[4][];
        for (var i = 0; i < fields.Length; i++)
        {
            if (line.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(line) is var length && (length > Most[i] || line.Length - 2 < length))
                throw new FormatException("the passkey's signature line is cut off, or a field of it is too long");
            fields[i] = line.Slice(2, length).ToArray();
            line = line[(2 + length)..];
        }
        if (!line.IsEmpty)
            throw new FormatException("the passkey's signature line has bytes behind its four fields");
        return new PasskeyAnswer(fields[0], fields[1], fields[2], fields[3]);
    }

    /// <summary>Whether every field has a length that a line can carry.</summary>
    public bool Fits => Fields.Select((one, i) => one.Length > 0 && one.Length <= Most[i]).All(fits => fits);

    private byte[][] Fields => [Credential, AuthenticatorData, ClientData, Signature];
}
