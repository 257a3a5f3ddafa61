using System.Globalization;
using System.Text;

namespace Counterseal.Desk;

/// <summary>
/// The words by which a demand is found: of its id, reference, authorities and selectors, and nothing that its page does not show. Words are letters and digits
/// without marks and in small letters, cut in the same way for what is kept and for what is asked, on both databases. What the filters ask for has words of its
/// own, which begin with an underscore, so that nobody's text can be taken for one.
/// </summary>
internal static class QueueWords
{
    /// <summary>A demand has at most so many words; a demand with a thousand selectors is found by its first ones.</summary>
    private const int Most = 4000;
    private const int Longest = 64;
    /// <summary>A question has at most so many words.</summary>
    private const int MostAsked = 12;

    /// <summary>All words of a demand as it stands, each once, with a space between.</summary>
    public static string Of(DemandState state)
    {
        var demand = state.Received!.Demand;
        var words = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in (string?[])[state.Id, demand.Reference, demand.Issuing.Name, demand.Issuing.Country, demand.Validating?.Name, .. demand.Scope.Items.Select(item => item.Selector.Value)])
        {
            if (words.Count >= Most)
                break;
            words.UnionWith(Cut(text ?? "").Take(200));
            if (Whole(text ?? "") is { Length: > 0 } whole)
                words.Add(whole);
        }
        words.UnionWith(Marks(state.ClosedFor is null && state.WithdrawnFor is null, demand.Emergency == true, demand.Issuing.Country, demand.Instrument, state.AssignedTo, state.Stage));
        return string.Join(' ', words);
    }

    /// <summary>What a question asks for; empty when it has no word.</summary>
    public static IReadOnlyList<string> Asked(string text) => [.. Cut(text).Distinct().Take(MostAsked)];

    /// <summary>The words of the filters that are set.</summary>
    public static IEnumerable<string> Marks(bool? open, bool emergency, string? country, string? instrument, string? assigned, Stage? stage)
    {
        if (open is { } is0)
            yield return is0 ? "_open" : "_ended";
        if (emergency)
            yield return "_emergency";
        if (country is { Length: > 0 })
            yield return "_country_" + Whole(country);
        if (instrument is { Length: > 0 })
            yield return "_instrument_" + Whole(instrument);
        if (assigned is { Length: > 0 })
            yield return "_to_" + Whole(assigned);
        if (stage is { } at)
            yield return "_at_" + at.ToString().ToLowerInvariant();
    }

    /// <summary>All letters and digits as one word, so that a reference is found whichever signs stand between.</summary>
    private static string Whole(string text) => string.Concat(Cut(text)) is { Length: > Longest } longer ? longer[..Longest] : string.Concat(Cut(text));

    private static IEnumerable<string> Cut(string text)
    {
        var word = new StringBuilder();
        foreach (var letter in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(letter))
            {
                if (word.Length < Longest)
                    word.Append(PlainLetters.Of(Rune.ToLowerInvariant(letter).ToString()));
            }
            else if (Rune.GetUnicodeCategory(letter) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark) && word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
        if (word.Length > 0)
            yield return word.ToString();
    }
}
