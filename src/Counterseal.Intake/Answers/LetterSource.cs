using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Intake;

/// <summary>
/// A template's source, read line by line before the template engine sees it: only what a letter needs gets through, and what does
/// not is named with its line. A line that holds nothing but tags leaves no line in the letter.
/// </summary>
internal sealed partial class LetterSource
{
    /// <summary>Bytes of one file.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostDepth = 12;
    private const int MostTag = 200;

    /// <summary>A <c>{{ }}</c> or <c>{% %}</c>, as written between its braces.</summary>
    public readonly record struct Tag(string Code, int Line);

    private readonly List<Tag> _tags = [];
    private readonly List<(string Word, int Line)> _open = [];

    private LetterSource(string file) => File = file;

    public string File { get; }

    /// <summary>What the engine parses: the source with the line feeds of lines that only hold tags moved into the last tag, so that lines keep their numbers.</summary>
    public string Prepared { get; private set; } = "";

    /// <summary>All tags, in their order.</summary>
    public IReadOnlyList<Tag> Tags => _tags;

    /// <summary>To whom the letter goes, by its first line; <c>null</c> for a part.</summary>
    public LetterReaders? To { get; private set; }

    public static LetterSource Read(string file, byte[] bytes, bool part)
    {
        var source = new LetterSource(file);
        if (bytes.Length > MostBytes) throw new LetterException($"has {bytes.Length} bytes, the most is {MostBytes}; shorten it", file);
        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new LetterException("is not UTF-8; save it as UTF-8", file);
        }
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (!part) source.To = source.Readers(lines[0]);
        var prepared = new StringBuilder();
        for (var i = 0; i < lines.Length; i++) prepared.Append(source.Line(lines[i], i + 1, last: i == lines.Length - 1));
        if (source._open.Count > 0) throw source.At(source._open[^1].Line, $"'{source._open[^1].Word}' is never closed; put {{% end{source._open[^1].Word} %}} where it ends");
        source.Prepared = prepared.ToString();
        return source;
    }

    public LetterException At(int line, string what) => new(what, File, line);

    private LetterReaders Readers(string first) => FirstLine().Match(first) is { Success: true } to
        ? to.Groups[1].Value == "court" ? LetterReaders.Court : LetterReaders.Authority
        : throw At(1, "does not say to whom the letter goes; begin with {% comment %} to: authority {% endcomment %} or {% comment %} to: court {% endcomment %}");

    private string Line(string line, int number, bool last)
    {
        var words = new StringBuilder();
        var at = 0;
        var tags = 0;
        var values = 0;
        var end = -1;
        while (at < line.Length)
        {
            var open = NextOpen(line, at);
            words.Append(line, at, (open < 0 ? line.Length : open) - at);
            if (open < 0) break;
            var close = line.IndexOf(line[open + 1] == '{' ? "}}" : "%}", open + 2, StringComparison.Ordinal);
            if (close < 0) throw At(number, $"'{line.Substring(open, 2)}' is not closed on its line; write the whole tag on one line");
            var code = line[(open + 2)..close];
            at = close + 2;
            if (line[open + 1] == '{')
            {
                values++;
                Value(code, number);
                words.Append('x');
                continue;
            }
            tags++;
            end = close;
            if (code.Trim() != "comment")
            {
                Statement(code, number);
                continue;
            }
            if (EndComment().Match(line, at) is not { Success: true } endComment) throw At(number, "a comment begins and ends on one line; write {% comment %} … {% endcomment %}");
            end = endComment.Index + endComment.Length - 2;
            at = end + 2;
        }
        Words(words.ToString(), number);
        if (tags > 0 && values == 0 && string.IsNullOrWhiteSpace(words.ToString())) return last ? line.Trim() : line[..end].TrimStart() + "\n" + line[end..].TrimEnd();
        return last ? line : line + "\n";
    }

    private static int NextOpen(string line, int at)
    {
        for (var i = at; i < line.Length - 1; i++)
            if (line[i] == '{' && line[i + 1] is '{' or '%') return line[i] == '{' ? i : -1;
        return -1;
    }

    private void Value(string code, int line)
    {
        Code(code, line);
        if (!Path().IsMatch(code.Trim())) throw At(line, $"'{Short(code)}' is not a member; write {{{{ demand.reference }}}}, without filters or calculations");
        _tags.Add(new(code, line));
    }

    private void Statement(string code, int line)
    {
        var word = code.Trim().Split(' ', 2)[0];
        if (Known.Contains(word, StringComparer.Ordinal)) Code(code, line);
        switch (word)
        {
            case "if" or "unless" or "for":
                _open.Add((word, line));
                if (_open.Count > MostDepth) throw At(line, $"tags stand inside one another deeper than {MostDepth}; simplify the letter");
                break;
            case "elsif" or "else":
                if (_open.Count == 0 || (word == "elsif" && _open[^1].Word != "if")) throw At(line, $"'{word}' stands outside {(word == "elsif" ? "{% if %}" : "{% if %}, {% unless %} and {% for %}")}; move it inside");
                break;
            case "endif" or "endunless" or "endfor":
                if (_open.Count == 0 || "end" + _open[^1].Word != word) throw At(line, _open.Count == 0 ? $"'{word}' closes nothing; take it out" : $"'{word}' stands where the '{_open[^1].Word}' of line {_open[^1].Line} is still open; close that first");
                _open.RemoveAt(_open.Count - 1);
                break;
            case "part":
                break;
            default:
                throw At(line, code.StartsWith('-') ? Hyphen : $"'{Short(word)}' is not a tag of letters; they have if, elsif, else, unless, for, comment and part");
        }
        if (word is "for" && !ForTag().IsMatch(code)) throw At(line, "a loop is written {% for item in demand.items %}, through a whole list in its order");
        if (word is "part" && !PartTag().IsMatch(code)) throw At(line, "a part is written {% part head %}, with the one name of a file of parts/");
        if (word is "else" or "endif" or "endunless" or "endfor" && code.Trim() != word) throw At(line, $"there is more than '{word}' in its tag; take it out");
        _tags.Add(new(code, line));
    }

    private void Code(string code, int line)
    {
        if (code.Length > MostTag) throw At(line, $"a tag has {code.Length} characters, the most is {MostTag}; shorten it");
        var strange = code.AsSpan().IndexOfAnyExcept(Plain);
        if (strange >= 0) throw At(line, $"'{Short(code[strange].ToString())}' does not go in a tag; tags hold names, words in quotes, ==, !=, and, or");
        if (code.StartsWith('-') || code.EndsWith('-')) throw At(line, Hyphen);
    }

    // What would make a value behave otherwise than as words (a link's address, code, HTML), or pass for a quotation.
    private void Words(string words, int line)
    {
        foreach (var rune in words.EnumerateRunes())
            if (NormalForm.IsHidden(rune)) throw At(line, $"the character U+{rune.Value.ToString("X4", CultureInfo.InvariantCulture)} is hidden; take it out");
        if (words.TrimStart().StartsWith('>')) throw At(line, "a line that begins with > is a quotation of the demand; begin it otherwise");
        foreach (var sign in new[] { "<", "`", "](", "]:", "~~~" })
            if (words.Contains(sign, StringComparison.Ordinal)) throw At(line, $"'{sign}' is not used in letters: no HTML, code or links; write plain words");
    }

    private static string Short(string text) => Remarks.Printable(text.Trim(), 40);

    private const string Hyphen = "the hyphen at a tag's end is not needed; write the tag on a line of its own and it leaves no line in the letter";

    private static readonly string[] Known = ["if", "elsif", "else", "unless", "for", "part", "endif", "endunless", "endfor"];

    private static readonly System.Buffers.SearchValues<char> Plain = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-\"'=! ");

    [GeneratedRegex(@"\A\{% comment %\} to: (authority|court) \{% endcomment %\}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex FirstLine();

    [GeneratedRegex(@"\{%\s*endcomment\s*%\}", RegexOptions.CultureInvariant)]
    private static partial Regex EndComment();

    [GeneratedRegex(@"\A for [a-zA-Z][a-zA-Z0-9]* in [a-zA-Z][a-zA-Z0-9.]* \z", RegexOptions.CultureInvariant)]
    private static partial Regex ForTag();

    [GeneratedRegex(@"\A part [a-z][a-z0-9]* \z", RegexOptions.CultureInvariant)]
    private static partial Regex PartTag();

    [GeneratedRegex(@"\A[a-zA-Z][a-zA-Z0-9]*(\.[a-zA-Z][a-zA-Z0-9]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Path();
}
