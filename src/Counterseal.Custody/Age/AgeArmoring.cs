using System.Buffers.Text;

namespace Counterseal.Custody;

/// <summary>Writes ASCII armor around an age file (C2SP age, "ASCII armor"): PEM with lines of 64 characters. The counterpart that reads is <see cref="AgeArmor"/>.</summary>
internal sealed class AgeArmoring : Stream
{
    private const int LineBytes = 48;
    private const int LineChars = 64;
    private readonly Stream text;
    private readonly byte[] held = new byte[LineBytes];
    private readonly byte[] lines = new byte[1024 * (LineChars + 1)];
    private int count;
    private bool ended;

    /// <summary>Writes the first line.</summary>
    public AgeArmoring(Stream text)
    {
        this.text = text;
        text.Write("-----BEGIN AGE ENCRYPTED FILE-----\n"u8);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(ended, this);
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

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writes the last line and the end; nothing can be written after it. Disposing does it too.</summary>
    public void Finish()
    {
        if (ended)
            return;
        ended = true;
        var at = 0;
        if (count > 0)
            Line(held.AsSpan(0, count), ref at);
        text.Write(lines.AsSpan(0, at));
        text.Write("-----END AGE ENCRYPTED FILE-----\n"u8);
    }

    /// <summary>Gives up: no end line is written, so that nobody can take what is there for a whole file.</summary>
    public void Abandon() => ended = true;

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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Finish();
        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !ended;

    /// <summary>Not known.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Passes on whole lines; the one that is being filled stays.</summary>
    public override void Flush() => text.Flush();

    /// <summary>Not possible.</summary>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();
}
