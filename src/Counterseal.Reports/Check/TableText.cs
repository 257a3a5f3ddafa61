using System.Globalization;
using System.Text;

namespace Counterseal.Reports;

/// <summary>Texts of a table: how they are compared and quoted.</summary>
internal static class TableText
{
    /// <summary>One form for all writings of a name: capitals, blanks of any kind and number, and the kinds of dash and quote do not count.</summary>
    public static string Folded(string text)
    {
        var folded = new StringBuilder(text.Length);
        var blank = false;
        foreach (var c in text)
        {
            if (c is '\u200b' or '\u200c' or '\u200d' or '\u2060' or '\ufeff' or '\u00ad') continue;
            if (char.IsWhiteSpace(c) || char.IsControl(c)) { blank = folded.Length > 0; continue; }
            if (blank) folded.Append(' ');
            blank = false;
            folded.Append(c switch { >= '\u2010' and <= '\u2015' or '\u2212' => '-', '\u2018' or '\u2019' or '\u02bc' => '\'', '\u201c' or '\u201d' => '"', _ => char.ToLowerInvariant(c) });
        }

        return folded.ToString();
    }

    /// <summary>A cell's text in a sentence: in quotes, so that blanks are seen, and not too long.</summary>
    public static string Quoted(string written) => written.ReplaceLineEndings(" ") is var text && text.Length > 60 ? $"\"{text[..(char.IsHighSurrogate(text[59]) ? 59 : 60)]}…\"" : $"\"{text}\"";

    /// <summary>Lines in a sentence: <c>line 4</c>, <c>lines 2-5, 9</c>.</summary>
    public static string LinesOf(IEnumerable<int> lines)
    {
        var all = lines.Distinct().Order().ToList();
        var runs = new List<string>();
        for (var i = 0; i < all.Count;)
        {
            var first = i;
            while (i + 1 < all.Count && all[i + 1] == all[i] + 1) i++;
            runs.Add(string.Create(CultureInfo.InvariantCulture, $"{all[first]}{(i > first ? $"-{all[i]}" : "")}"));
            i++;
        }

        return $"{(all.Count == 1 ? "line" : "lines")} {string.Join(", ", runs.Take(20))}{(runs.Count > 20 ? " …" : "")}";
    }

    /// <summary>Whether one letter was added, left out, or put for another.</summary>
    public static bool OneLetterApart(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 1 || left == right) return false;
        if (left.Length > right.Length) (left, right) = (right, left);
        var i = 0;
        while (i < left.Length && left[i] == right[i]) i++;
        var both = left.Length == right.Length ? 1 : 0;
        return left.AsSpan(i + both).SequenceEqual(right.AsSpan(i + 1)) && char.IsLetter(right[i]) && (both == 0 || char.IsLetter(left[i]));
    }
}
