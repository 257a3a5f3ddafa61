using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Counterseal.Reports;

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Cells">Its cells, blanks and all.</param>
internal sealed record CsvRow(int Line, string[] Cells);

/// <summary>
/// A CSV file (RFC 4180) with everything that is odd about its bytes. The bell's <c>CsvRecords</c> is not used: it is made for feeds of gigabytes and forgives on purpose what is a finding here (a byte
/// order mark, line ends that differ, an open quote, a file that breaks off).
/// </summary>
internal sealed class CsvText
{
    private const string AskFile = "Publish the file again as UTF-8 CSV (RFC 4180), with the same cells in each row.";
    private readonly byte[] bytes;
    private readonly string file;
    private readonly byte delimiter;
    private readonly CheckLimits limits;
    private readonly FindingList findings;
    private readonly List<int> carriageLines = [], lineFeedLines = [], bareReturnLines = [];
    private readonly HashSet<string> pool = new(StringComparer.Ordinal);
    private int crlf, lf, cr;
    private int recovered;
    private int at;
    private int line = 1;

    private CsvText(byte[] bytes, string file, char delimiter, CheckLimits limits, FindingList findings) =>
        (this.bytes, this.file, this.delimiter, this.limits, this.findings) = (bytes, file, (byte)delimiter, limits, findings);

    /// <summary>The rows; the first one is the header.</summary>
    public List<CsvRow> Rows { get; } = [];

    /// <summary><c>CRLF</c>, <c>LF</c> or <c>CR</c>: what most lines end with; empty when none ends.</summary>
    public string LineEnd => crlf == 0 && lf == 0 && cr == 0 ? "" : crlf >= lf && crlf >= cr ? "CRLF" : lf >= cr ? "LF" : "CR";

    /// <summary>Why the file cannot be checked; <c>null</c> when it can.</summary>
    public string? Unread { get; private set; }

    /// <summary>Reads bytes. Never throws for what they say.</summary>
    public static CsvText Read(byte[] bytes, string file, char delimiter, CheckLimits limits, FindingList findings)
    {
        var text = new CsvText(bytes, file, delimiter, limits, findings);
        text.Read();
        return text;
    }

    private void Read()
    {
        if (bytes.Length == 0) { Unread = "The file is empty."; return; }
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) { Unread = "The file is UTF-16; save it as UTF-8."; return; }
        if (bytes.AsSpan().StartsWith("PK\u0003\u0004"u8)) { Unread = "The file is a ZIP archive or a workbook, not CSV; save the sheet as CSV."; return; }
        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            at = 3;
            findings.Add(TableSeverity.Remark, "bytes-bom", file, [1], [], "The file begins with a byte order mark (EF BB BF).", "The first column's name begins with the first byte.", "Publish the file without the mark; many programs take it for a part of the first column's name.");
        }

        while (at < bytes.Length)
        {
            if (Rows.Count > limits.Rows) { Unread = string.Create(CultureInfo.InvariantCulture, $"The file has more than {limits.Rows} rows; split it."); return; }
            Record();
        }

        if (Rows.Count == 0) { Unread = "The file has no row."; return; }
        if ((crlf > 0 ? 1 : 0) + (lf > 0 ? 1 : 0) + (cr > 0 ? 1 : 0) > 1)
        {
            var odd = LineEnd switch { "CRLF" => lineFeedLines.Concat(bareReturnLines), "LF" => carriageLines.Concat(bareReturnLines), _ => carriageLines.Concat(lineFeedLines) };
            findings.Add(TableSeverity.Remark, "line-ends-mixed", file, odd, [], string.Create(CultureInfo.InvariantCulture, $"Lines end in several ways: {crlf} with CRLF, {lf} with LF, {cr} with CR."), $"All lines end with {LineEnd}.", "Were rows put in by hand or from another program?");
        }

        if (bytes[^1] is not ((byte)'\n' or (byte)'\r'))
            findings.Add(TableSeverity.Remark, "line-end-final", file, [Rows[^1].Line], [], "The last line has no end.", "The last line ends like the others; where it does not, nobody can tell whether the file is whole.", "Is the file whole, or was it cut off?");
    }

    // A file with more open quotes than these is read without quotes from there on, so that trying again costs no more than reading it a few times.
    private const int MostRecovered = 20;

    private void Record()
    {
        var (from, began) = (at, line);
        var (rowCrlf, rowLf, rowCr) = (crlf, lf, cr);
        var cells = new List<string>();
        // A cell over several lines in a row of a wrong length is no cell either: the quote was closed by that of a later row.
        if (!Cells(cells, quotes: recovered < MostRecovered) || (recovered < MostRecovered && line - began > 1 && Rows.Count > 0 && cells.Count != Rows[0].Cells.Length))
        {
            recovered++;
            // A quote that nobody closes must not swallow the rest of the table: the row is read again with its quotes as plain text.
            findings.Add(TableSeverity.Doubtful, "quote-open", file, [began], [], "A quote opens a cell and is not closed where the cell ends; the row was read with its quotes as text.", "A quoted cell ends with a quote, behind which the next cell or line begins.", AskFile);
            (at, line) = (from, began);
            (crlf, lf, cr) = (rowCrlf, rowLf, rowCr);
            cells.Clear();
            Cells(cells, quotes: false);
        }

        if (cells is [""])
        {
            if (at < bytes.Length || Rows.Count > 0) findings.Add(TableSeverity.Remark, "row-blank", file, [began], [], "The line is empty.", "Each line is a row.", "Was a row lost here?");
            return;
        }

        if (!Utf8.IsValid(bytes.AsSpan(from, at - from)))
            findings.Add(TableSeverity.Doubtful, "bytes-utf8", file, [began], [], "The row has bytes that are not UTF-8.", "All text is UTF-8.", AskFile);
        if (cells.Any(c => c.AsSpan().ContainsAnyInRange('\0', '\u0008') || c.AsSpan().ContainsAnyInRange('\u000e', '\u001f')))
            findings.Add(TableSeverity.Doubtful, "cell-control", file, [began], [], "The row has control characters.", "Cells hold text.", AskFile);
        Rows.Add(new CsvRow(began, [.. cells]));
    }

    /// <summary>Reads one row's cells. <c>false</c>: a quote stays open.</summary>
    private bool Cells(List<string> cells, bool quotes)
    {
        var cell = new List<byte>();
        bool quoted = false, was = false, huge = false;
        var first = line;
        while (at < bytes.Length)
        {
            var b = bytes[at++];
            if (quoted)
            {
                if (b == '"' && at < bytes.Length && bytes[at] == '"') { at++; Keep(b); }
                else if (b == '"') quoted = false;
                else
                {
                    if (b == '\n') line++;
                    Keep(b);
                }

                if (huge) return false;
                continue;
            }

            if (quotes && b == '"' && cell.Count == 0 && !was) { quoted = was = true; continue; }
            if (b == delimiter) { End(); continue; }
            if (b is (byte)'\n' or (byte)'\r')
            {
                if (b == '\r' && at < bytes.Length && bytes[at] == '\n') { at++; crlf++; Note(carriageLines); }
                else if (b == '\n') { lf++; Note(lineFeedLines); }
                else { cr++; Note(bareReturnLines); }
                line++;
                End();
                return true;
            }

            // RFC 4180, 2: what follows a closing quote is a delimiter or the line's end; else it was the opening quote of a later cell.
            if (was) return false;
            Keep(b);
        }

        End();
        return !quoted;

        void Keep(byte b)
        {
            if (cell.Count < limits.CellBytes) cell.Add(b);
            else huge = true;
        }

        void End()
        {
            if (huge) findings.Add(TableSeverity.Doubtful, "cell-huge", file, [first], [], string.Create(CultureInfo.InvariantCulture, $"Cell {cells.Count + 1} has more than {limits.CellBytes} bytes; the rest of it was not read."), "A cell holds a name or a number.", AskFile);
            // One more than the limit, so that the row's own check sees that it is too long.
            if (cells.Count <= limits.Columns) cells.Add(cell.Count == 0 ? "" : Pooled(CollectionsMarshal.AsSpan(cell)));
            cell.Clear();
            (was, huge) = (false, false);
        }

        // The same few words and numbers fill a table.
        string Pooled(ReadOnlySpan<byte> utf8)
        {
            if (utf8.Length > 64 || pool.Count > 50_000) return Encoding.UTF8.GetString(utf8);
            Span<char> chars = stackalloc char[64];
            var text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
            var lookup = pool.GetAlternateLookup<ReadOnlySpan<char>>();
            if (lookup.TryGetValue(text, out var there)) return there;
            lookup.Add(text);
            return lookup.TryGetValue(text, out there) ? there : "";
        }

        void Note(List<int> lines)
        {
            if (lines.Count < 50) lines.Add(line);
        }
    }
}
