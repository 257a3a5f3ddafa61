using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Counterseal.Collectors;

/// <summary>
/// A time in an object's name, by a pattern of <c>yyyy MM dd HH mm ss</c> and other characters, e.g. <c>yyyy/MM/dd/</c>; UTC. What the pattern leaves open makes a span: without hours, the whole day.
/// </summary>
internal sealed class NameTime
{
    private static readonly (string Word, string Group)[] Parts = [("yyyy", "y"), ("MM", "M"), ("dd", "d"), ("HH", "H"), ("mm", "m"), ("ss", "s")];
    private readonly Regex _pattern;
    private readonly string _least;

    private NameTime(Regex pattern, string least) => (_pattern, _least) = (pattern, least);

    /// <summary>Whether it tells an instant, to the second.</summary>
    public bool IsInstant => _least == "s";

    /// <summary>Reads a pattern; <c>null</c> when it lacks year, month or day, leaves a gap, or says one twice.</summary>
    public static NameTime? Parse(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        var seen = new List<string>();
        for (var at = 0; at < pattern.Length;)
        {
            var (word, group) = Parts.FirstOrDefault(part => string.CompareOrdinal(pattern, at, part.Word, 0, part.Word.Length) == 0);
            if (word is null)
            {
                regex.Append(Regex.Escape(pattern[at..(at + 1)]));
                at++;
                continue;
            }
            if (seen.Contains(group)) return null;
            seen.Add(group);
            regex.Append(CultureInfo.InvariantCulture, $"(?<{group}>[0-9]{{{word.Length}}})");
            at += word.Length;
        }
        var order = Parts.Select(part => part.Group).ToList();
        return seen.Count >= 3 && seen.Order(Comparer<string>.Create((a, b) => order.IndexOf(a) - order.IndexOf(b))).SequenceEqual(order.Take(seen.Count))
            ? new NameTime(new Regex(regex.ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking), order[seen.Count - 1])
            : null;
    }

    /// <summary>The span that a name tells; <c>null</c> when it does not fit the pattern or is no date.</summary>
    public (DateTimeOffset First, DateTimeOffset End)? Of(string name)
    {
        var match = _pattern.Match(name);
        if (!match.Success) return null;
        int Part(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        try
        {
            var first = new DateTimeOffset(Part("y"), Part("M"), Part("d"), Part("H"), Part("m"), Part("s"), TimeSpan.Zero);
            return (first, _least switch { "d" => first.AddDays(1), "H" => first.AddHours(1), "m" => first.AddMinutes(1), _ => first });
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
