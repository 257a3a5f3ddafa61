using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// ASCII armor around an age file (C2SP age, "ASCII armor"): strict PEM (RFC 7468, figure 3), with white space allowed before and after, and
/// either line ending. A read-only stream of the bytes inside.
/// </summary>
internal sealed class AgeArmor : Stream
{
    private const string Begin = "-----BEGIN AGE ENCRYPTED FILE-----";
    private const string End = "-----END AGE ENCRYPTED FILE-----";
    private const int Columns = 64;
    private const int MaxWhiteSpace = 1024;
    private readonly Stream text;
    private readonly byte[] held = new byte[4096];
    private readonly byte[] line = new byte[Columns / 4 * 3];
    private long position;
    private int heldStart;
    private int heldEnd;
    private int start;
    private int end;
    private bool shortLine;
    private bool begun;
    private bool ended;

    /// <summary>Reads armor from a stream, which is left open. Errors come from reading.</summary>
    public AgeArmor(Stream text) => this.text = text;

    /// <summary>The bytes inside the armor.</summary>
    /// <exception cref="AgeException">The armor is not strict (<see cref="AgeFault.Armor"/>; its offset is in the armored text).</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0)
            return 0;
        if (!begun)
        {
            ReadBegin();
            begun = true;
        }
        while (start == end && !ended)
            ReadBody();
        var taken = Math.Min(end - start, buffer.Length);
        line.AsSpan(start, taken).CopyTo(buffer);
        start += taken;
        return taken;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private void ReadBegin()
    {
        for (var skipped = 0; Peek() is ' ' or '\t' or '\r' or '\n'; skipped++)
        {
            if (skipped == MaxWhiteSpace)
                throw Wrong(position, $"more than {MaxWhiteSpace} characters of white space precede the armor");
            Next();
        }
        var at = position;
        if (ReadLine(out var newline) != Begin || !newline)
            throw Wrong(at, $"the first line is not \"{Begin}\"");
    }

    private void ReadBody()
    {
        var at = position;
        var one = ReadLine(out var newline);
        if (one == End)
        {
            ReadEnd();
            return;
        }
        if (!newline)
            throw Wrong(at, "the armor has no end line");
        if (shortLine)
            throw Wrong(at, $"only the last line may be shorter than {Columns} characters");
        if (one.Length is 0 or > Columns || one.Length % 4 != 0)
            throw Wrong(at, $"a line is {one.Length} characters long, not {Columns} (or, the last one, a multiple of four)");
        if (!Convert.TryFromBase64String(one, line, out end) || Convert.ToBase64String(line.AsSpan(0, end)) != one)
            throw Wrong(at, "a line is not canonical base64");
        // Padding ends the data, as a short line does: nothing may follow it.
        (start, shortLine) = (0, one.Length < Columns || end < line.Length);
    }

    private void ReadEnd()
    {
        for (var skipped = 0; Peek() is { } c; skipped++)
        {
            if (c is not (' ' or '\t' or '\r' or '\n') || skipped == MaxWhiteSpace)
                throw Wrong(position, "there is more after the armor's end line");
            Next();
        }
        ended = true;
    }

    /// <summary>A line without its ending (LF or CRLF); <paramref name="newline"/> says whether there was one.</summary>
    private string ReadLine(out bool newline)
    {
        var at = position;
        var one = new StringBuilder();
        while (Next() is { } c)
        {
            if (c == '\n')
            {
                newline = true;
                return one.Length > 0 && one[^1] == '\r' ? one.ToString(0, one.Length - 1) : one.ToString();
            }
            if (one.Length > Columns)
                throw Wrong(at, $"a line is longer than {Columns} characters");
            one.Append(c);
        }
        newline = false;
        return one.ToString();
    }

    private char? Peek()
    {
        if (heldStart == heldEnd)
            (heldStart, heldEnd) = (0, text.Read(held));
        return heldEnd == 0 ? null : (char)held[heldStart];
    }

    private char? Next()
    {
        if (Peek() is not { } c)
            return null;
        heldStart++;
        position++;
        return c;
    }

    private static AgeException Wrong(long offset, string message) => new(AgeFault.Armor, offset, message);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not known.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not known.</summary>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not possible.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not possible.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
