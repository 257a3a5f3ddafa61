namespace Counterseal.Law;

/// <summary>How citations of a jurisdiction's law look, so that a demand that cites another's is looked at twice.</summary>
/// <param name="Countries">Whose law it is, ISO 3166-1 alpha-2.</param>
/// <param name="Words">Words, one of which stands in such a citation; upper and lower case are the same.</param>
public sealed record Mark(IReadOnlyList<string> Countries, IReadOnlyList<string> Words)
{
    /// <summary>Whether a citation bears this mark: one of the words, not in the middle of another word.</summary>
    public bool On(string citation)
    {
        foreach (var word in Words)
        {
            for (var at = citation.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = citation.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                var end = at + word.Length;
                if ((at == 0 || !char.IsLetterOrDigit(citation[at - 1])) && (end == citation.Length || !char.IsLetterOrDigit(citation[end]))) return true;
            }
        }
        return false;
    }
}
