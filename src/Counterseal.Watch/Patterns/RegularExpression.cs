using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>
/// MATCHES (STIX 2.1, 9.6.1) asks for PCRE; what .NET writes otherwise is rewritten here. An expression runs without backtracking, so in time linear in the value, where
/// it has neither lookaround nor back references; all run under <see cref="PatternLimits.Matching"/>.
/// </summary>
internal static class RegularExpression
{
    // Counted repeats are unrolled into states; beyond this many the expression falls back to backtracking under the time limit.
    static RegularExpression() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 10_000);

    /// <summary>Makes an expression ready.</summary>
    /// <exception cref="ArgumentException">It cannot be read (<see cref="RegexParseException"/> says where) or is too long.</exception>
    public static Regex Compile(string pcre)
    {
        if (pcre.Length > PatternLimits.Expression)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"it has {pcre.Length} characters; at most {PatternLimits.Expression} are read."));
        var expression = Rewritten(pcre);
        const RegexOptions always = RegexOptions.CultureInvariant;
        try
        {
            return new(expression, always | RegexOptions.NonBacktracking, PatternLimits.Matching);
        }
        catch (NotSupportedException)
        {
            return new(expression, always, PatternLimits.Matching);
        }
    }

    private static string Rewritten(string pcre)
    {
        var written = new StringBuilder(pcre.Length + 8);
        var inClass = false;
        for (var i = 0; i < pcre.Length; i++)
        {
            var rest = pcre.AsSpan(i);
            if (rest.StartsWith(@"\x{") && rest.IndexOf('}') is var close and > 3 && int.TryParse(rest[3..close], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code))
            {
                if (code > 0xFFFF && inClass) throw new ArgumentException("a character beyond U+FFFF stands in a class.");
                foreach (var unit in new Rune(code).ToString()) written.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
                i += close;
            }
            else if (rest.StartsWith(@"\h")) { written.Append(inClass ? @" \t\u00A0" : @"[ \t\u00A0]"); i++; }
            else if (rest.StartsWith(@"\Q"))
            {
                var end = pcre.IndexOf(@"\E", i + 2, StringComparison.Ordinal);
                if (end < 0) end = pcre.Length;
                written.Append(Regex.Escape(pcre[(i + 2)..end]));
                i = Math.Min(end + 1, pcre.Length);
            }
            else if (rest[0] == '\\' && rest.Length > 1) { written.Append(rest[..2]); i++; }
            else if (!inClass && rest.StartsWith("(?P<")) { written.Append("(?<"); i += 3; }
            else if (!inClass && rest.StartsWith("(?P=") && rest.IndexOf(')') is var end and > 4) { written.Append(CultureInfo.InvariantCulture, $"\\k<{rest[4..end]}>"); i += end; }
            else
            {
                if (rest[0] == '[' && !inClass)
                {
                    // A ] right after [ or [^ is itself in PCRE and in .NET alike.
                    inClass = true;
                    written.Append('[');
                    if (rest.Length > 1 && rest[1] == '^') { written.Append('^'); i++; }
                    if (i + 1 < pcre.Length && pcre[i + 1] == ']') { written.Append(@"\]"); i++; }
                    continue;
                }

                if (rest.StartsWith("[:") && rest.IndexOf(":]") is var close2 and > 2)
                {
                    written.Append(Posix(rest[2..close2]));
                    i += close2 + 1;
                    continue;
                }

                if (rest[0] == '[') { written.Append(@"\["); continue; }
                if (rest[0] == ']') inClass = false;
                written.Append(rest[0]);
            }
        }

        return written.ToString();
    }

    private static string Posix(ReadOnlySpan<char> name) => name switch
    {
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "alnum" => "A-Za-z0-9",
        "upper" => "A-Z",
        "lower" => "a-z",
        "xdigit" => "A-Fa-f0-9",
        "space" => @"\s",
        "blank" => @" \t",
        "punct" => @"!-/:-@\[-`{-~",
        "word" => @"\w",
        _ => throw new ArgumentException($"there is no class [:{name}:]."),
    };
}
