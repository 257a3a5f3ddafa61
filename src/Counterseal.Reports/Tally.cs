namespace Counterseal.Reports;

/// <summary>How many demands are in a cell, and how many of them each party that knows its own demands has there.</summary>
internal sealed class Tally
{
    /// <summary>A number below this is not published, nor one that is below it once any one party has taken its own demands away.</summary>
    public const int Least = 5;

    private readonly Dictionary<int, int> own = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Each party with its own count: issuing authorities, and customers.</summary>
    public IReadOnlyDictionary<int, int> Own => own;

    /// <summary>The most that any one party has here.</summary>
    public int Most { get; private set; }

    /// <summary>Counts one demand, whose parties were numbered.</summary>
    public void Add(CountedDemand demand)
    {
        Count++;
        foreach (var party in demand.Parties)
            Grow(party, 1);
    }

    /// <summary>The same demands with their parties numbered: the issuing authority, and each customer. One numbering for all cells of a report.</summary>
    public static List<CountedDemand> Numbered(IEnumerable<CountedDemand> demands)
    {
        var numbers = new Dictionary<(string, string), int>();
        return [.. demands.Select(demand => demand with { Parties = [Number((demand.Country, demand.Authority)), .. demand.Customers.Select(customer => Number(("", customer)))] })];

        int Number((string, string) party)
        {
            ref var number = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(numbers, party, out var known);
            return known ? number : number = numbers.Count;
        }
    }

    /// <summary>Counts another cell's demands as well.</summary>
    public void Add(Tally other)
    {
        Count += other.Count;
        foreach (var (party, count) in other.own)
            Grow(party, count);
    }

    /// <summary>
    /// Whether the number may be published: none, or enough, and enough or none again after any one party has taken its own away.
    /// </summary>
    public bool IsSafe => Count == 0 || (Count >= Least && (Count - Most >= Least || own.Values.All(mine => Count == mine || Count - mine >= Least)));

    /// <summary>A sum of cells.</summary>
    public static Tally Sum(IEnumerable<Tally> cells)
    {
        var sum = new Tally();
        foreach (var cell in cells)
            sum.Add(cell);
        return sum;
    }

    private void Grow(int party, int by)
    {
        ref var mine = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(own, party, out _);
        mine += by;
        Most = Math.Max(Most, mine);
    }
}
