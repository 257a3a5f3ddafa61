using System.Globalization;
using System.Text;
using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>Where a reading of ordered rows stands: behind which row of the query of which range.</summary>
/// <param name="Range">The range's place, from 0.</param>
/// <param name="Key">The row's place, as its column has it.</param>
internal sealed record RowPlace(int Range, string Key)
{
    private const int Longest = 1000;

    /// <exception cref="CannotResumeException">It is no such place, or the rows are in no order any more.</exception>
    public static RowPlace Read(string text, int ranges, PlaceOrder? order)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return order is { } by && space > 0 && int.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var range) && range < ranges
            && (by == PlaceOrder.Text || long.TryParse(text.AsSpan(space + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                ? new RowPlace(range, text[(space + 1)..])
                : throw new CannotResumeException("the rows are in another order than when it was begun");
    }

    /// <summary>Which comes first.</summary>
    public static int Compare(string one, string other, PlaceOrder order) => order == PlaceOrder.Number
        ? long.Parse(one, CultureInfo.InvariantCulture).CompareTo(long.Parse(other, CultureInfo.InvariantCulture))
        : Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    /// <summary>As <see cref="Read"/> reads it; <c>null</c> where the key is too long to be kept.</summary>
    public override string? ToString() => Key.Length > Longest ? null : string.Create(CultureInfo.InvariantCulture, $"{Range} {Key}");
}
