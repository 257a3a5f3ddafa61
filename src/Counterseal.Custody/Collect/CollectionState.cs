using System.Text.Json.Serialization;

namespace Counterseal.Custody;

/// <summary>Where a collection stands between two records: enough to go on from there, in another process.</summary>
/// <param name="Selectors">What the selectors came to. If they come to anything else, it begins anew.</param>
/// <param name="Finished">What was read to its end: account, category and collector, in their order.</param>
/// <param name="Begun">The reading that was going on; <c>null</c> between two.</param>
/// <param name="IsComplete">Nothing is left to read.</param>
internal sealed record CollectionState(IReadOnlyList<SelectorResult> Selectors, IReadOnlyList<AccountResult> Finished, BegunReading? Begun, bool IsComplete)
{
    /// <summary>Digest of the rules of minimisation under which it was collected. If they are others now, it begins anew.</summary>
    public string? Minimisation { get; init; }

    /// <summary>Records and bytes written so far.</summary>
    [JsonIgnore]
    public (long Records, long Bytes) Counted => (Results.Sum(result => result.InScope), Results.Sum(result => result.Bytes));

    private IEnumerable<AccountResult> Results => Begun is { } begun ? Finished.Append(begun.SoFar) : Finished;
}

/// <summary>A reading between two of its records.</summary>
/// <param name="SoFar">Its counts so far.</param>
/// <param name="Extension">The form of its stream; <c>null</c> before its first record.</param>
/// <param name="From">The collector's own words for where it goes on.</param>
internal sealed record BegunReading(AccountResult SoFar, string? Extension, string From);

/// <summary>A collection cannot go on from where an earlier attempt stood (the source has changed, or what was kept cannot be read). It begins anew; nothing else is the matter.</summary>
public sealed class CannotResumeException(string message, Exception? inner = null) : Exception(message, inner);
