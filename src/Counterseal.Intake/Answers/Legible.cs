using System.Globalization;
using System.Text;

namespace Counterseal.Intake;

/// <summary>
/// Somebody else's words, made so that a reader sees all of them and nothing more: nothing hidden, nothing that turns the writing
/// direction, no space wide enough to look like a new line. What is hidden is spelled out (<c>\u{202e}</c>), never dropped.
/// </summary>
internal static class Legible
{
    /// <summary>Characters of one line; the rest is cut and "…" put there.</summary>
    public const int MostInLine = 2000;

    /// <summary>Characters of a text of several lines.</summary>
    public const int MostInText = 8000;

    // Marks that sit on one letter; living languages need no more in a row.
    private const int MostMarks = 3;

    /// <summary>One line: line breaks are spelled out too. Empty where there is nothing to see.</summary>
    public static string Line(string text) => Seen(text, MostInLine, breaks: false).Trim(' ');

    /// <summary>A text of several lines, joined by line feeds; blank lines at its ends are left out.</summary>
    public static string Text(string text) => string.Join('\n', Seen(text.ReplaceLineEndings("\n"), MostInText, breaks: true).Split('\n').Select(l => l.Trim(' '))).Trim('\n');

    private static string Seen(string text, int most, bool breaks)
    {
        var seen = new StringBuilder();
        var marks = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (seen.Length >= most) return seen.Append('…').ToString();
            var kind = Rune.GetUnicodeCategory(rune);
            marks = kind is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (rune.Value == '\n' && breaks) seen.Append('\n');
            else if (IsBlank(rune, kind) || (rune.Value == '\t' && breaks)) { if (seen.Length > 0 && seen[^1] != ' ') seen.Append(' '); }
            else if (marks > MostMarks || IsHidden(kind)) seen.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else seen.Append(rune.ToString());
        }
        return seen.ToString();
    }

    private static bool IsHidden(UnicodeCategory kind) => kind is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // The letters among these have no shape: Hangul fillers and the empty braille pattern.
    private static bool IsBlank(Rune rune, UnicodeCategory kind) => kind == UnicodeCategory.SpaceSeparator || rune.Value is 0x115f or 0x1160 or 0x3164 or 0xffa0 or 0x2800;
}
