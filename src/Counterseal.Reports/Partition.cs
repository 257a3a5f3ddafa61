namespace Counterseal.Reports;

/// <summary>
/// Cells that exclude each other and together are everything: those that may be shown, and the others gathered into one that may be shown too. Gathering instead of
/// blanking: nothing is missing from the sum, so that nothing follows from it.
/// </summary>
/// <param name="Shown">Each label with its cell, the most first.</param>
/// <param name="Others">What was gathered; <c>null</c> when nothing had to be.</param>
internal sealed record Partition(IReadOnlyList<(string Label, Tally Cell)> Shown, Tally? Others)
{
    /// <summary>How the gathered cell is called.</summary>
    public const string OthersLabel = "others";

    private readonly HashSet<string> labels = [.. Shown.Select(cell => cell.Label)];

    /// <summary>Whether it says more than its sum.</summary>
    public bool Splits => Shown.Count + (Others is null ? 0 : 1) > 1;

    /// <summary>The cell that a label is in.</summary>
    public string Of(string label) => labels.Contains(label) ? label : OthersLabel;

    /// <summary>The names of all cells.</summary>
    public IReadOnlyList<string> Labels => Others is null ? [.. Shown.Select(cell => cell.Label)] : [.. Shown.Select(cell => cell.Label), OthersLabel];

    /// <summary>All cells.</summary>
    public IEnumerable<Tally> Cells => Others is null ? Shown.Select(cell => cell.Cell) : Shown.Select(cell => cell.Cell).Append(Others);

    /// <summary>Gathers what may not be shown, and as many of the smallest others as it takes to show their sum.</summary>
    public static Partition Of(IEnumerable<KeyValuePair<string, Tally>> cells)
    {
        var shown = cells.Where(cell => cell.Value.Count > 0).OrderByDescending(cell => cell.Value.Count).ThenBy(cell => cell.Key, StringComparer.Ordinal).Select(cell => (cell.Key, cell.Value)).ToList();
        var gathered = shown.Where(cell => !cell.Value.IsSafe).Select(cell => cell.Value).ToList();
        shown.RemoveAll(cell => !cell.Value.IsSafe);
        if (gathered.Count == 0)
            return new(shown, null);
        var others = Tally.Sum(gathered);
        while (!others.IsSafe && shown.Count > 0)
        {
            others.Add(shown[^1].Value);
            shown.RemoveAt(shown.Count - 1);
        }
        return new(shown, others);
    }

    /// <summary>The same with the smallest shown cell gathered as well; <c>null</c> when there is none left.</summary>
    public Partition? Coarser()
    {
        if (Shown.Count == 0)
            return null;
        var others = Tally.Sum(Others is null ? [Shown[^1].Cell] : [Others, Shown[^1].Cell]);
        return new([.. Shown.Take(Shown.Count - 1)], others);
    }
}
