namespace Counterseal.Law;

/// <summary>One item of the scope with one category (none when the demand does not say): the smallest thing that a rule can let through or hold.</summary>
/// <param name="Index">Its place among the cells of the demand.</param>
/// <param name="Place">The item's place in the scope.</param>
/// <param name="Item">The item.</param>
/// <param name="Category">The category, or <c>null</c>.</param>
internal sealed record Cell(int Index, int Place, ScopeItem Item, DataCategory? Category);

/// <summary>Some of the cells of one demand.</summary>
internal sealed class CellSet(int size)
{
    private readonly ulong[] _bits = new ulong[(size + 63) / 64];

    public static CellSet Of(int size, IEnumerable<Cell> cells)
    {
        var set = new CellSet(size);
        foreach (var cell in cells) set.Add(cell);
        return set;
    }

    public bool Empty => _bits.AsSpan().IndexOfAnyExcept(0ul) < 0;

    public bool Has(Cell cell) => (_bits[cell.Index >> 6] >> (cell.Index & 63) & 1) != 0;

    public void Add(Cell cell) => _bits[cell.Index >> 6] |= 1ul << (cell.Index & 63);

    public void Add(CellSet other)
    {
        for (var i = 0; i < _bits.Length; i++) _bits[i] |= other._bits[i];
    }

    public bool Meets(CellSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
            if ((_bits[i] & other._bits[i]) != 0) return true;
        return false;
    }
}
