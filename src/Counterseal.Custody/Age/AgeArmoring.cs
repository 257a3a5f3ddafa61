using System.Buffers.Text;

namespace Counterseal.Custody;

/// <summary>Writes ASCII armor around an age file (C2SP age, "ASCII armor"): PEM with lines of 64 characters. The counterpart that reads is <see cref="AgeArmor"/>.</summary>
internal sealed class AgeArmoring : SealingStream
{
    private const int LineBytes = 48;
    private const int LineChars = 64;
    private readonly Stream text;
    private readonly byte[] held = new byte[LineBytes];
    private readonly byte[] lines = new byte[1024 * (LineChars + 1)];
    private int count;

    /// <summary>Writes the first line.</summary>
    public AgeArmoring(Stream text)
    {
        this.text = text;
        text.Write("-----BEGIN AGE ENCRYPTED FILE-----\n"u8);
    }

    private protected override void Put(ReadOnlySpan<byte> buffer)
    {
        var at = 0;
        while (buffer.Length > 0)
        {
            if (count == 0 && buffer.Length >= LineBytes)
            {
                Line(buffer[..LineBytes], ref at);
                buffer = buffer[LineBytes..];
                continue;
            }
            var taken = Math.Min(LineBytes - count, buffer.Length);
            buffer[..taken].CopyTo(held.AsSpan(count));
            count += taken;
            buffer = buffer[taken..];
            if (count == LineBytes)
                Line(held, ref at);
        }
        text.Write(lines.AsSpan(0, at));
    }

    private protected override void End()
    {
        var at = 0;
        if (count > 0)
            Line(held.AsSpan(0, count), ref at);
        text.Write(lines.AsSpan(0, at));
        text.Write("-----END AGE ENCRYPTED FILE-----\n"u8);
    }

    private void Line(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at + LineChars + 1 > lines.Length)
        {
            text.Write(lines.AsSpan(0, at));
            at = 0;
        }
        Base64.EncodeToUtf8(bytes, lines.AsSpan(at), out _, out var written);
        lines[at + written] = (byte)'\n';
        at += written + 1;
        count = 0;
    }
}
