using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>Foreign text made safe to look at: what a reviewer sees on a terminal must be what is there.</summary>
internal static class Visible
{
    /// <summary>
    /// The text with every control, format (bidirectional overrides, zero-width), line-separating, private and unassigned character, every lone
    /// surrogate and the backslash written as <c>\u{…}</c>, cut at <paramref name="max"/> characters with the number of those left out.
    /// </summary>
    public static string Text(string text, int max = 500)
    {
        var result = new StringBuilder(text.Length);
        var seen = 0;
        foreach (var rune in Runes(text))
        {
            if (seen++ == max)
            {
                result.Append(CultureInfo.InvariantCulture, $"… ({text.Length} characters in all)");
                break;
            }
            if (rune < 0 || rune == '\\' || Hidden(new Rune(rune)))
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{Math.Abs(rune):X4}}}");
            else
                result.Append(new Rune(rune).ToString());
        }
        return result.ToString();
    }

    /// <summary>Code points; a lone surrogate comes as its negative.</summary>
    private static IEnumerable<int> Runes(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                yield return text[i];
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                yield return char.ConvertToUtf32(text[i], text[++i]);
            else
                yield return -text[i];
        }
    }

    private static bool Hidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => true,
        UnicodeCategory.SpaceSeparator => rune.Value != ' ',
        // Combining marks can strike out or stack over what stands beside them; letters that need them have composed forms.
        UnicodeCategory.EnclosingMark => true,
        _ => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800,
    };
}
