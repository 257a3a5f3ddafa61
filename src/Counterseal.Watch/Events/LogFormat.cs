using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// A web server's log format, as its <c>LogFormat</c> line has it: directives (<c>%h</c>, <c>%&gt;s</c>, <c>%{User-Agent}i</c>) with text between them. A directive runs to the text that
/// follows it; a quoted one may hold <c>\"</c>. <c>%t</c> stands for the time with its brackets taken off.
/// </summary>
internal sealed class LogFormat
{
    private readonly List<(string Text, bool Directive)> parts;

    private LogFormat(List<(string, bool)> parts) => this.parts = parts;

    /// <summary>The directives, in order.</summary>
    public IEnumerable<string> Directives => parts.Where(p => p.Directive).Select(p => p.Text);

    public static LogFormat Parse(YamlNote note)
    {
        var format = note.Text;
        var parts = new List<(string, bool)>();
        var literal = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                literal.Append(format[at]);
                continue;
            }
            var end = at + 1;
            while (end < format.Length && format[end] is '<' or '>' or '!')
                end++;
            if (end < format.Length && format[end] == '{')
                end = format.IndexOf('}', end) + 1;
            if (end <= at || end >= format.Length || !char.IsAsciiLetter(format[end]))
                throw new FormatException($"{note.Place}: character {at + 1} of the log format begins no directive like %h or %{{Referer}}i");
            var directive = format[at..(end + 1)];
            if (literal.Length == 0 && parts.Count > 0)
                throw new FormatException($"{note.Place}: {directive} follows another directive without a character between them; where one ends could not be told");
            if (directive == "%t")
                literal.Append('[');
            if (literal.Length > 0)
                parts.Add((literal.ToString(), false));
            literal.Clear();
            parts.Add((directive, true));
            if (directive == "%t")
                literal.Append(']');
            at = end;
        }
        if (literal.Length > 0)
            parts.Add((literal.ToString(), false));
        return new LogFormat(parts);
    }

    /// <summary>Cuts a line; gives why it does not fit, or <c>null</c>.</summary>
    public string? Cut(string line, out List<string> values)
    {
        values = [];
        var at = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            var (text, directive) = parts[i];
            if (!directive)
            {
                if (!line.AsSpan(at).StartsWith(text))
                    return $"character {at + 1}: \"{text}\" is expected by the log format; left out";
                at += text.Length;
                continue;
            }
            var quoted = i + 1 < parts.Count && parts[i + 1].Text[0] == '"' && at > 0 && line[at - 1] == '"';
            var end = i + 1 == parts.Count ? line.Length : line.IndexOf(parts[i + 1].Text, at, StringComparison.Ordinal);
            while (quoted && end > at && Backslashes(line, end) % 2 == 1)
                end = line.IndexOf(parts[i + 1].Text, end + 1, StringComparison.Ordinal);
            if (end < 0)
                return $"character {at + 1}: {text} is not followed by \"{parts[i + 1].Text}\"; left out";
            values.Add(line[at..end]);
            at = end;
        }
        return at == line.Length ? null : $"character {at + 1}: more than the log format has; left out";
    }

    private static int Backslashes(string line, int before)
    {
        var count = 0;
        while (before - count > 0 && line[before - count - 1] == '\\')
            count++;
        return count;
    }
}
