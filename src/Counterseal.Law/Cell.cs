namespace Counterseal.Law;

/// <summary>One item of the scope with one category (none when the demand does not say): the smallest thing that a rule can let through or hold.</summary>
/// <param name="Index">Its place among the cells of the demand.</param>
/// <param name="Place">The item's place in the scope.</param>
/// <param name="Item">The item.</param>
/// <param name="Category">The category, or <c>null</c>.</param>
internal sealed record Cell(int Index, int Place, ScopeItem Item, DataCategory? Category);

/// <summary>Some of the cells of one demand: a bit for each, the first 64 without an array.</summary>
internal struct CellSet(int size)
{
    private readonly ulong[] _more = size > 64 ? new ulong[(size - 1) / 64] : [];
    private ulong _first;

    public static CellSet Of(int size, IEnumerable<Cell> cells)
    {
        var set = new CellSet(size);
        foreach (var cell in cells) set.Add(cell);
        return set;
    }

    public readonly bool Empty => _first == 0 && (_more.Length == 0 || _more.AsSpan().IndexOfAnyExcept(0ul) < 0);

    public readonly bool Has(Cell cell) => ((cell.Index < 64 ? _first : _more[(cell.Index >> 6) - 1]) >> (cell.Index & 63) & 1) != 0;

    public void Add(Cell cell)
    {
        if (cell.Index < 64) _first |= 1ul << cell.Index;
        else _more[(cell.Index >> 6) - 1] |= 1ul << (cell.Index & 63);
    }

    public void Add(CellSet other)
    {
        _first |= other._first;
        for (var i = 0; i < _more.Length; i++) _more[i] |= other._more[i];
    }

    public readonly bool Meets(CellSet other)
    {
        if ((_first & other._first) != 0) return true;
        for (var i = 0; i < _more.Length; i++)
            if ((_more[i] & other._more[i]) != 0) return true;
        return false;
    }
}
