using System.Text;

namespace Counterseal.Custody;

/// <summary>A recipient stanza: arguments of printable ASCII and a body (C2SP age, "Recipient stanza"). It wraps the file key for one recipient.</summary>
/// <param name="Arguments">At least one; the first is the type.</param>
/// <param name="Body">The decoded body.</param>
/// <param name="Offset">The byte of the age file where it begins.</param>
internal sealed record AgeStanza(IReadOnlyList<string> Arguments, byte[] Body, long Offset)
{
    private const int Columns = 64;

    /// <summary>The type, e.g. <c>X25519</c>.</summary>
    public string Type => Arguments[0];

    /// <summary>The stanza as header lines, each ending in a newline.</summary>
    public string Text()
    {
        var text = new StringBuilder("-> ").AppendJoin(' ', Arguments).Append('\n');
        var body = EncodeBase64(Body);
        for (var at = 0; at <= body.Length; at += Columns)
            text.Append(body.AsSpan(at, Math.Min(Columns, body.Length - at))).Append('\n');
        return text.ToString();
    }

    /// <summary>Reads the stanza whose first line is given; the body's lines follow in the input.</summary>
    /// <exception cref="AgeException">Names the rule and the byte.</exception>
    public static AgeStanza Read(ReadOnlySpan<byte> first, long offset, AgeInput input)
    {
        var arguments = Encoding.Latin1.GetString(first[3..]).Split(' ');
        foreach (var argument in arguments)
        {
            if (argument.Length == 0)
                throw new AgeException(AgeFault.Header, offset, "a stanza's argument is empty: one space goes between two");
            if (argument.AsSpan().ContainsAnyExceptInRange('!', '~'))
                throw new AgeException(AgeFault.Header, offset, "a stanza's argument has a character outside printable ASCII");
        }
        using var body = new MemoryStream();
        while (true)
        {
            var at = input.Position;
            var line = input.ReadLine();
            if (line.Length > Columns)
                throw new AgeException(AgeFault.Header, at, $"a line of a stanza's body is longer than {Columns} characters");
            body.Write(DecodeBase64(line) ?? throw new AgeException(AgeFault.Header, at, "a line of a stanza's body is not canonical base64 without padding"));
            if (line.Length < Columns)
                return new AgeStanza(arguments, body.ToArray(), offset);
        }
    }

    /// <summary>Standard base64 without padding.</summary>
    public static string EncodeBase64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Reads canonical standard base64 without padding; null for anything else.</summary>
    public static byte[]? DecodeBase64(ReadOnlySpan<byte> text)
    {
        // .NET's decoder passes over white space, and takes spare bits that are not zero: comparing the text again refuses both.
        var padded = Encoding.Latin1.GetString(text) + ((text.Length % 4) switch { 2 => "==", 3 => "=", _ => "" });
        var bytes = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
            return null;
        var decoded = bytes.AsSpan(0, length);
        return Encoding.Latin1.GetBytes(EncodeBase64(decoded)).AsSpan().SequenceEqual(text) ? decoded.ToArray() : null;
    }
}
