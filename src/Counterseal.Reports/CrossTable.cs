namespace Counterseal.Reports;

/// <summary>
/// One attribute against another, under the published sums of both. In each row some cells are shown and the others are one gathered number. What is shown is
/// chosen so that nobody can narrow a small cell down: an audit looks, for each hidden cell that is small (for the public, or for a party that has taken its own demands away), how far its
/// value can move while everything published stays as it is, and gathers more until it can move over at least <see cref="Tally.Least"/> values.
/// </summary>
/// <remarks>
/// The possible values of a hidden cell under known row sums, column sums and shown cells are those of a transportation problem: they are an interval of whole numbers, and its ends are
/// found by pushing units round cycles of hidden cells, starting from the truth.
/// </remarks>
internal sealed class CrossTable
{
    // So many units each way make Least different values.
    private const int Enough = Tally.Least - 1;

    private readonly int rows, columns;
    private readonly Tally[,] cells;
    private readonly bool[,] hidden, possible;

    private CrossTable(Partition across, Partition down, Tally[,] cells, bool zerosKnown)
    {
        Across = across;
        Down = down;
        this.cells = cells;
        (rows, columns) = (cells.GetLength(0), cells.GetLength(1));
        hidden = new bool[rows, columns];
        possible = new bool[rows, columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
                possible[r, c] = !zerosKnown || cells[r, c].Count > 0;
        }
    }

    /// <summary>The columns, with the published sum of each.</summary>
    public Partition Across { get; }

    /// <summary>The rows, with the published sum of each.</summary>
    public Partition Down { get; }

    /// <summary>Counts and protects.</summary>
    /// <param name="demands">All demands that both partitions count.</param>
    /// <param name="down">The rows; what is published of them stays.</param>
    /// <param name="row">A demand's label among the rows.</param>
    /// <param name="across">The columns; coarsened where nothing else helps.</param>
    /// <param name="column">A demand's label among the columns.</param>
    /// <param name="zerosKnown">Whether an attacker is taken to know which cells are empty, since one attribute says much of the other (a country's own instruments).</param>
    /// <returns>The table, whose <see cref="Across"/> may be coarser than what was given; <c>null</c> when nothing can be shown under these rows.</returns>
    public static CrossTable? Of(
        IReadOnlyList<CountedDemand> demands, Partition down, Func<CountedDemand, string> row, Partition across, Func<CountedDemand, string> column, bool zerosKnown)
    {
        for (Partition? columns = across; columns is { Splits: true }; columns = columns.Coarser())
        {
            var table = new CrossTable(columns, down, Count(demands, down, row, columns, column), zerosKnown);
            if (table.Protect())
                return table;
        }
        return null;
    }

    /// <summary>A row's cells that are shown, the most first, with the gathered rest; a row in which nothing is shown is one rest.</summary>
    public (IReadOnlyList<(string Label, int Count)> Shown, int? Held) Row(string label)
    {
        var r = Index(Down.Labels, label);
        var shown = new List<(string, int)>();
        int? rest = null;
        for (var c = 0; c < columns; c++)
        {
            if (hidden[r, c])
                rest = (rest ?? 0) + cells[r, c].Count;
            else
                shown.Add((Across.Labels[c], cells[r, c].Count));
        }
        // An empty cell is shown only where no cell of its row is held back; otherwise it is in the rest like any other.
        return ([.. shown.OrderByDescending(cell => cell.Item2).ThenBy(cell => cell.Item1, StringComparer.Ordinal)], rest);
    }

    private static Tally[,] Count(IReadOnlyList<CountedDemand> demands, Partition down, Func<CountedDemand, string> row, Partition across, Func<CountedDemand, string> column)
    {
        var rows = down.Labels.Select((label, index) => (label, index)).ToDictionary(one => one.label, one => one.index, StringComparer.Ordinal);
        var columns = across.Labels.Select((label, index) => (label, index)).ToDictionary(one => one.label, one => one.index, StringComparer.Ordinal);
        var cells = new Tally[rows.Count, columns.Count];
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < columns.Count; c++)
                cells[r, c] = new();
        }
        foreach (var demand in demands)
            cells[rows[down.Of(row(demand))], columns[across.Of(column(demand))]].Add(demand);
        return cells;
    }

    private bool Protect()
    {
        for (var r = 0; r < rows; r++)
            GatherRow(r);
        // What can move can only move further when more is held back, so a cell that was found safe stays so.
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                if (!hidden[r, c] || !possible[r, c])
                    continue;
                while (!MovesForAll(r, c))
                {
                    if (!HoldBackMore(r, c))
                        return false;
                }
            }
        }
        return true;
    }

    private void GatherRow(int r)
    {
        var order = Enumerable.Range(0, columns).OrderBy(c => cells[r, c].Count).ToList();
        var rest = Tally.Sum(order.Where(c => !cells[r, c].IsSafe).Select(c => cells[r, c]));
        if (rest.Count == 0)
            return;
        for (var c = 0; c < columns; c++)
            hidden[r, c] = !cells[r, c].IsSafe || cells[r, c].Count == 0;
        foreach (var c in order.Where(c => !hidden[r, c]))
        {
            if (rest.IsSafe)
                return;
            rest.Add(cells[r, c]);
            hidden[r, c] = true;
        }
    }

    /// <summary>Holds back the smallest shown cell of the row, else of the column; what was shown may be needed to hide what is not.</summary>
    private bool HoldBackMore(int r, int c)
    {
        var beside = Enumerable.Range(0, columns).Where(other => !hidden[r, other]).Select(other => (R: r, C: other))
            .Concat(Enumerable.Range(0, rows).Where(other => !hidden[other, c] && cells[other, c].Count > 0).Select(other => (R: other, C: c)))
            .OrderBy(one => one.R != r).ThenBy(one => cells[one.R, one.C].Count == 0).ThenBy(one => cells[one.R, one.C].Count).FirstOrDefault((R: -1, C: -1));
        if (beside.R < 0)
        {
            // The rest of the table, the smallest first: a way round may lead over rows and columns that are not its own.
            beside = Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, columns).Where(column => !hidden[row, column]).Select(column => (R: row, C: column)))
                .OrderBy(one => cells[one.R, one.C].Count).FirstOrDefault((R: -1, C: -1));
            if (beside.R < 0)
                return false;
        }
        HoldBack(beside.R, beside.C);
        return true;
    }

    private void HoldBack(int r, int c)
    {
        var first = !Enumerable.Range(0, columns).Any(other => hidden[r, other]);
        hidden[r, c] = true;
        if (!first)
            return;
        // A lone held-back cell is its row's sum less the others; its empty neighbours and the smallest full one go with it.
        for (var other = 0; other < columns; other++)
            hidden[r, other] |= cells[r, other].Count == 0;
        var smallest = Enumerable.Range(0, columns).Where(other => !hidden[r, other]).OrderBy(other => cells[r, other].Count).FirstOrDefault(-1);
        if (smallest >= 0)
            hidden[r, smallest] = true;
    }

    private bool MovesForAll(int r, int c)
    {
        var used = new HashSet<(int, int)> { (r, c) };
        if (IsSmall(cells[r, c].Count) && !Moves(r, c, null, used))
            return false;
        // Who has nothing in this cell, and leaves enough in each cell over which this one moves, sees it move as the public does.
        var parties = new HashSet<int>(cells[r, c].Own.Keys);
        if (IsSmall(cells[r, c].Count))
        {
            foreach (var (row, column) in used)
            {
                if (cells[row, column].Count - cells[row, column].Most < Enough)
                    parties.UnionWith(cells[row, column].Own.Keys);
            }
        }
        foreach (var party in parties)
        {
            if (IsSmall(Left(r, c, party)) && !Moves(r, c, party, []))
                return false;
        }
        return true;
    }

    private static bool IsSmall(int count) => count is > 0 and < Tally.Least;

    private int Left(int r, int c, int? party) => cells[r, c].Count - (party is { } one ? cells[r, c].Own.GetValueOrDefault(one) : 0);

    /// <summary>Whether a hidden cell can take <see cref="Tally.Least"/> different values or more for one who has taken a party's own demands away.</summary>
    private bool Moves(int r, int c, int? party, HashSet<(int, int)> used)
    {
        var up = Push(r, c, +1, party, Enough, used);
        return up >= Enough || up + Push(r, c, -1, party, Enough - up, used) >= Enough;
    }

    /// <summary>How far one cell can grow (or shrink), at most so far, others of the hidden cells making up for it.</summary>
    private int Push(int r, int c, int way, int? party, int most, HashSet<(int, int)> used)
    {
        var value = new int[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                value[row, column] = hidden[row, column] && possible[row, column] ? Left(row, column, party) : -1;
        }
        var pushed = 0;
        while (pushed < most && !(way < 0 && value[r, c] == 0) && Way(value, r, c, way) is { } cycle)
        {
            // One unit at a time: most is four, and a cycle's narrowest place need not be looked for.
            value[r, c] += way;
            foreach (var (row, column, change) in cycle)
            {
                value[row, column] += change;
                used.Add((row, column));
            }
            pushed++;
        }
        return pushed;
    }

    /// <summary>
    /// A shortest way round from a cell back to it that leaves all sums as they are: over hidden cells, alternately in a column and in a row, one taking what the
    /// other gives. <c>null</c> when there is none.
    /// </summary>
    private List<(int R, int C, int Change)>? Way(int[,] value, int r, int c, int way)
    {
        // Growing (r, c): its column must give in another row, that row must take in another column, … until row r gives. Shrinking turns the signs.
        var fromColumn = new int[rows];
        var fromRow = new int[columns];
        Array.Fill(fromColumn, -1);
        Array.Fill(fromRow, -1);
        fromRow[c] = r;
        var queue = new Queue<int>();
        queue.Enqueue(c);
        while (queue.TryDequeue(out var column))
        {
            for (var row = 0; row < rows; row++)
            {
                if (fromColumn[row] >= 0 || value[row, column] < 0 || (row == r && column == c) || (way > 0 && value[row, column] == 0))
                    continue;
                fromColumn[row] = column;
                if (row == r)
                    return Trace(fromColumn, fromRow, r, c, way);
                for (var next = 0; next < columns; next++)
                {
                    if (fromRow[next] >= 0 || value[row, next] < 0 || next == column || (way < 0 && value[row, next] == 0))
                        continue;
                    fromRow[next] = row;
                    queue.Enqueue(next);
                }
            }
        }
        return null;
    }

    private static List<(int R, int C, int Change)> Trace(int[] fromColumn, int[] fromRow, int r, int c, int way)
    {
        var cycle = new List<(int, int, int)>();
        var row = r;
        while (true)
        {
            var column = fromColumn[row];
            cycle.Add((row, column, -way));
            if (column == c)
                return cycle;
            row = fromRow[column];
            cycle.Add((row, column, way));
        }
    }

    private static int Index(IReadOnlyList<string> labels, string label)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] == label)
                return i;
        }
        throw new ArgumentException($"the table has no row \"{label}\"", nameof(label));
    }
}
