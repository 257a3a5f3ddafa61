using System.Globalization;

namespace Counterseal.Convention;

/// <summary>A row of a CSV file.</summary>
/// <param name="Line">Its first line, from 1.</param>
/// <param name="Next">The byte after it: where reading goes on.</param>
/// <param name="NextLine">The line there.</param>
/// <param name="Cells">Its cells; bytes that are not UTF-8 are U+FFFD.</param>
/// <param name="Fault">Why it cannot be read at all; then there are no cells.</param>
internal readonly record struct CsvRow(long Line, long Next, long NextLine, string[] Cells, string? Fault);

/// <summary>
/// The rows of a CSV file (RFC 4180; LF or CRLF; quoted cells may hold line breaks), from any row on. A quote that nobody closes costs its own line and not the file: where a row that spans lines has another
/// number of cells than the header, its first line is given up and reading goes on with its second.
/// </summary>
internal sealed class CsvRows(Stream stream, int columns)
{
    /// <summary>Bytes of a row, at most: 1 MiB.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>Bytes of a cell, at most: 256 KiB.</summary>
    public const int MostCell = 1 << 18;

    private readonly byte[] buffer = new byte[MostBytes + (1 << 20)];
    private readonly List<(int From, int To, bool Quoted)> cells = [];
    private int at, filled;
    private bool ended;
    private long line = 1, offset;

    /// <summary>How many cells a row has; 0 takes any number (the header).</summary>
    public int Columns { get; set; } = columns;

    /// <summary>Goes to a row that an earlier reading came to.</summary>
    public void GoTo(long to, long atLine)
    {
        stream.Position = offset = to;
        (line, at, filled, ended) = (atLine, 0, 0, false);
    }

    /// <summary>The next row; <c>null</c> at the end. Empty lines are passed over.</summary>
    public CsvRow? Next()
    {
        while (true)
        {
            if (filled - at < MostBytes)
                Fill();
            if (offset == 0 && at == 0 && filled >= 3 && buffer.AsSpan(0, 3).SequenceEqual("\uFEFF"u8))
                (at, offset) = (3, 3);
            if (at == filled)
                return null;
            var first = line;
            var how = Scan(out var length, out var lines, out var firstLine);
            if (Columns > 0 && lines > 1 && (how is not null || cells.Count != Columns))
                how = "a quote is opened and not closed as it should be, so this line's cells cannot be told apart; reading goes on with the next line";
            if (how is null)
            {
                if (cells is [{ Quoted: false } only] && only.From == only.To)
                {
                    Step(length, lines);
                    continue;
                }
                var texts = new string[cells.Count];
                for (var i = 0; i < texts.Length; i++)
                    texts[i] = Text(cells[i].From, cells[i].To, cells[i].Quoted);
                Step(length, lines);
                if (texts.Any(text => text.Length > MostCell))
                    return new(first, offset, line, [], $"a cell has more than {MostCell} bytes");
                return new(first, offset, line, texts, null);
            }
            Step(firstLine, 1);
            SkipToLineEnd();
            return new(first, offset, line, [], how);
        }
    }

    /// <summary>A line that is longer than a row may be goes as one.</summary>
    private void SkipToLineEnd()
    {
        var last = buffer[at - 1];
        while (last != '\n')
        {
            if (at == filled)
                Fill();
            if (at == filled)
                return;
            var newline = buffer.AsSpan(at, filled - at).IndexOf((byte)'\n');
            Step(newline < 0 ? filled - at : newline + 1, 0);
            last = buffer[at - 1];
        }
    }

    private void Step(int bytes, int lines)
    {
        at += bytes;
        offset += bytes;
        line += lines;
    }

    /// <summary>Finds a row's cells from <see cref="at"/> on. <c>null</c>, or what is wrong.</summary>
    private string? Scan(out int length, out int lines, out int firstLine)
    {
        cells.Clear();
        var window = buffer.AsSpan(at, Math.Min(filled - at, MostBytes));
        var newline = window.IndexOf((byte)'\n');
        firstLine = newline < 0 ? window.Length : newline + 1;
        lines = 1;
        length = 0;
        var i = 0;
        while (true)
        {
            var from = i;
            if (i < window.Length && window[i] == '"')
            {
                // Quoted: to the closing quote; two quotes are one.
                for (i++; ; i++)
                {
                    var run = window[i..].IndexOfAny((byte)'"', (byte)'\n');
                    if (run < 0)
                        return Open(window.Length);
                    i += run;
                    if (window[i] == '\n')
                    {
                        lines++;
                        continue;
                    }
                    if (i + 1 < window.Length && window[i + 1] == '"')
                    {
                        i++;
                        continue;
                    }
                    break;
                }
                cells.Add((from + 1, i, true));
                i++;
                if (i < window.Length && window[i] == '\r' && (i + 1 == window.Length || window[i + 1] == '\n'))
                    i++;
                if (i < window.Length && window[i] is not ((byte)',' or (byte)'\n'))
                    return "there is text after a closing quote";
            }
            else
            {
                var run = window[i..].IndexOfAny((byte)',', (byte)'\n');
                i = run < 0 ? window.Length : i + run;
                if (run < 0 && window.Length == MostBytes)
                    return Open(window.Length);
                var to = i > from && window[i - 1] == '\r' && (i == window.Length || window[i] == '\n') ? i - 1 : i;
                cells.Add((from, to, false));
            }
            if (cells.Count > 4096)
                return "the row has more than 4096 cells";
            if (i == window.Length || window[i] == '\n')
            {
                length = Math.Min(i + 1, window.Length);
                return null;
            }
            i++;
        }
    }

    private static string Open(int length) => length < MostBytes ? "a quote is opened and never closed" : string.Create(CultureInfo.InvariantCulture, $"the row has more than {MostBytes} bytes");

    private string Text(int from, int to, bool quoted)
    {
        var text = System.Text.Encoding.UTF8.GetString(buffer, at + from, to - from);
        return quoted && text.Contains("\"\"", StringComparison.Ordinal) ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    private void Fill()
    {
        if (ended)
            return;
        buffer.AsSpan(at, filled - at).CopyTo(buffer);
        (filled, at) = (filled - at, 0);
        while (filled < buffer.Length)
        {
            var read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
            {
                ended = true;
                return;
            }
            filled += read;
        }
    }
}
