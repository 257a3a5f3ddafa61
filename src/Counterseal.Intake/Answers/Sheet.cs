using System.Text;

namespace Counterseal.Intake;

/// <summary>
/// The paper that a template writes on. The template's own text goes on as it is; values go through one of four functions, which keep
/// what the demand says from passing for what we say: a value never breaks a line, never is markup, and where it would begin a line it
/// stands in quotation marks; a text of several lines is a quotation, each line of it behind <c>&gt; </c>, folded so that no
/// screen of 80 columns folds it elsewhere. Bounded.
/// </summary>
/// <param name="file">The letter's file, for errors.</param>
/// <param name="format">How the draft is written.</param>
internal sealed class Sheet(string file, DraftFormat format) : TextWriter
{
    /// <summary>Characters of one draft.</summary>
    public const int Most = 4 * 1024 * 1024;

    private const int Fold = 72;
    private const string GapMark = "to be completed by counsel";

    private readonly StringBuilder _text = new();
    private readonly List<string> _gaps = [];

    // Whether a word of ours already stands on this line.
    private bool _spoken;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>What the draft leaves to counsel, in its order.</summary>
    public IReadOnlyList<string> Gaps => _gaps;

    /// <summary>Words of ours or of the rule book: one line, no markup.</summary>
    public void Ours(string text) => Put(Plain(Legible.Line(text)), spoken: true);

    /// <summary>Words of the demand: one line, no markup, in quotation marks where nothing of ours stands before them on the line.</summary>
    public void Theirs(string text)
    {
        // Within quotation marks only we open and close them.
        var line = Legible.Line(text).Replace('“', '"').Replace('”', '"');
        var quoted = !_spoken || line.Contains(GapMark, StringComparison.OrdinalIgnoreCase);
        if (quoted) Put("“", spoken: true);
        Put(Plain(line), spoken: true);
        if (quoted) Put("”", spoken: true);
    }

    /// <summary>Words of the demand, of several lines: a quotation that stands by itself.</summary>
    public void Quotation(string text)
    {
        Put("\n\n", spoken: false);
        foreach (var line in Legible.Text(text).Split('\n').SelectMany(Folded))
        {
            _spoken = false;
            Put("> " + Plain(line) + "\n", spoken: false);
        }
        Put("\n", spoken: false);
    }

    /// <summary>What counsel has to fill in.</summary>
    public void Gap(string what)
    {
        _gaps.Add(what);
        Put($"[{GapMark}: {what}]", spoken: true);
    }

    /// <summary>The finished draft: no space at the end of a line, never two blank lines together, one line feed at the end.</summary>
    public string Finish()
    {
        var lines = _text.ToString().Split('\n').Select(l => l.TrimEnd(' ')).ToList();
        var kept = lines.Where((line, i) => line.Length > 0 || (i > 0 && lines[i - 1].Length > 0));
        return string.Join('\n', kept).Trim('\n') + "\n";
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        NoteGaps(value);
        Put(value, spoken: _spoken);
        var line = value[(value.LastIndexOf('\n') + 1)..];
        _spoken = (_spoken && line.Length == value.Length) || line.Any(char.IsLetter);
    }

    public override System.Threading.Tasks.Task WriteAsync(char value)
    {
        Write(value);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    public override System.Threading.Tasks.Task WriteAsync(string? value)
    {
        Write(value);
        return System.Threading.Tasks.Task.CompletedTask;
    }

    public override System.Threading.Tasks.Task FlushAsync() => System.Threading.Tasks.Task.CompletedTask;

    private void Put(string text, bool spoken)
    {
        if (_text.Length + text.Length > Most)
            throw new LetterException($"the draft has more than {Most} characters; let the template say less of each identifier", file);
        _text.Append(text);
        _spoken = spoken;
    }

    private void NoteGaps(string own)
    {
        for (var at = own.IndexOf("[" + GapMark, StringComparison.Ordinal); at >= 0; at = own.IndexOf("[" + GapMark, at + 1, StringComparison.Ordinal))
        {
            var end = own.IndexOf(']', at);
            _gaps.Add((end < 0 ? own[(at + 1)..] : own[(at + 1)..end])[GapMark.Length..].Trim(' ', ':'));
        }
    }

    private string Plain(string line)
    {
        if (format == DraftFormat.Text) return line;
        var plain = new StringBuilder(line.Length + 8);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            var begins = !_spoken && (i == 0 ? c is '#' or '+' or '-' or '=' or ':' : c is '.' or ')' && line.AsSpan(0, i).IndexOfAnyExceptInRange('0', '9') < 0);
            // What readers of Markdown turn into links by themselves: word:more and www.more.
            var links = (c == ':' && i > 0 && char.IsLetterOrDigit(line[i - 1]) && i + 1 < line.Length && !char.IsAsciiDigit(line[i + 1]) && line[i + 1] != ' ')
                || (c == '.' && line.AsSpan(0, i).EndsWith("www", StringComparison.OrdinalIgnoreCase));
            if (begins || links || c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '~' or '&' or '$') plain.Append('\\');
            plain.Append(c);
        }
        return plain.ToString();
    }

    private static IEnumerable<string> Folded(string line)
    {
        while (Columns(line) is > 0 and var fits && fits < line.Length)
        {
            var space = line.LastIndexOf(' ', fits);
            yield return line[..(space > 0 ? space : fits)];
            line = line[(space > 0 ? space + 1 : fits)..];
        }
        yield return line;
    }

    // How many characters of a line fit; what may be shown two columns wide is counted as two.
    private static int Columns(string line)
    {
        var columns = 0;
        var at = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            columns += rune.Value >= 0x1100 ? 2 : 1;
            if (columns > Fold) return at;
            at += rune.Utf16SequenceLength;
        }
        return at;
    }
}
