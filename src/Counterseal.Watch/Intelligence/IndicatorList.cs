using System.Collections;

namespace Counterseal.Watch;

/// <summary>Indicators in a fixed order, as they are now: the plain ones of each file, made when they are asked for, then those that say more.</summary>
internal sealed class IndicatorList : IReadOnlyList<Indicator>
{
    private readonly PlainIndicators[] plain;
    private readonly int[]?[] held;
    private readonly int[] begins;
    private readonly IReadOnlyList<Indicator> own;

    public IndicatorList(IEnumerable<PlainIndicators> plain, IReadOnlyList<Indicator> own)
    {
        this.plain = [.. plain.Where(values => values.Count > 0)];
        this.own = own;
        held = new int[]?[this.plain.Length];
        begins = new int[this.plain.Length];
        foreach (var (i, values) in this.plain.Index())
        {
            begins[i] = Plain;
            Plain += values.Count;
            if (values.Count < values.Length) held[i] = [.. Enumerable.Range(0, values.Length).Where(values.Holds)];
        }
    }

    /// <summary>How many are plain: the first of the others has this number.</summary>
    public int Plain { get; }

    public int Count => Plain + own.Count;

    public Indicator this[int number]
    {
        get
        {
            if (number >= Plain) return own[number - Plain];
            var (values, place) = Find(number);
            return values[place];
        }
    }

    /// <summary>A plain one's file and its number there.</summary>
    public (PlainIndicators Values, int Number) Find(int number)
    {
        var file = Array.BinarySearch(begins, number);
        if (file < 0) file = ~file - 1;
        number -= begins[file];
        return (plain[file], held[file]?[number] ?? number);
    }

    public IEnumerator<Indicator> GetEnumerator()
    {
        for (var number = 0; number < Count; number++) yield return this[number];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
