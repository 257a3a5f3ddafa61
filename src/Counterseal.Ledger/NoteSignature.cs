using System.Buffers.Binary;

namespace Counterseal.Ledger;

/// <summary>One signature line: <c>— name base64(key id ‖ signature)</c>.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">Four bytes, big-endian.</param>
/// <param name="Signature">What follows the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Signature)
{
    private const string Dash = "— ";

    /// <summary>Reads one line, without its newline.</summary>
    internal static NoteSignature Parse(ReadOnlySpan<char> text, int line)
    {
        if (!text.StartsWith(Dash, StringComparison.Ordinal))
            throw new FormatException($"line {line}: a signature line begins with an em dash and a space");
        var rest = text[Dash.Length..];
        var space = rest.IndexOf(' ');
        var name = space < 0 ? "" : rest[..space].ToString();
        if (!IsName(name))
            throw new FormatException($"line {line}: a signature line is an em dash, a key name (no space, no '+') and base64, with one space between each");
        var bytes = Base64.Read(rest[(space + 1)..]);
        if (bytes is null || bytes.Length < 5)
            throw new FormatException($"line {line}: the signature by {name} is not base64 of a key id and a signature");
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4..]);
    }

    /// <summary>The line, without its newline.</summary>
    public override string ToString()
    {
        var bytes = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes, 4);
        return $"{Dash}{Name} {Convert.ToBase64String(bytes)}";
    }

    /// <summary>True for what signed-note allows as a key's name: not empty, no Unicode space, no '+', no control character, no lone surrogate.</summary>
    public static bool IsName(string name)
    {
        if (string.IsNullOrEmpty(name))
            return false;
        foreach (var rune in name.EnumerateRunes())
            if (rune.Value is '+' or < 0x20 or 0xFFFD || System.Text.Rune.IsWhiteSpace(rune))
                return false;
        return true;
    }

    /// <summary>Equal when name, key id and signature bytes are.</summary>
    public bool Equals(NoteSignature? other) =>
        other is not null && Name == other.Name && KeyId == other.KeyId && Signature.AsSpan().SequenceEqual(other.Signature);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId, Signature.Length);
}
