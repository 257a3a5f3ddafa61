using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Reports;

/// <summary>Demands that would be counted under another outcome today.</summary>
/// <param name="From">The outcome that was published.</param>
/// <param name="To">The outcome of today.</param>
/// <param name="Count">How many.</param>
public sealed record ErratumMove(string From, string To, int Count);

/// <summary>
/// What stands beside a published report and corrects it. The report itself stays as it was. Moves are said only where enough demands made the same one, so that a correction
/// tells of no single demand.
/// </summary>
/// <param name="V">The format's number: 1.</param>
/// <param name="Provider">Whose report it is.</param>
/// <param name="Period">The report's half-year.</param>
/// <param name="Number">From 1 for each report.</param>
/// <param name="Of">The report's digest.</param>
/// <param name="Reason">Why, in a person's words.</param>
/// <param name="AsOf">Events up to then were looked at, UTC.</param>
/// <param name="Moves">Outcomes that have changed since, the most first.</param>
/// <param name="Others">Further changes that are too few to be told apart: none, a number, or fewer than five.</param>
public sealed record Erratum(int V, string Provider, string Period, int Number, string Of, string Reason, DateTimeOffset AsOf, IReadOnlyList<ErratumMove> Moves, string Others)
{
    /// <summary>The bytes that are published.</summary>
    public byte[] Bytes() => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(this, LawJson.Options));

    /// <summary>SHA-256 of <see cref="Bytes"/>, lower-case hex.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Bytes()));

    /// <summary>Makes the next erratum of a published report.</summary>
    /// <param name="published">The report.</param>
    /// <param name="demands">All demands, of which those of its half-year are looked at.</param>
    /// <param name="forms">Says which demands are in no table.</param>
    /// <param name="number">Its number.</param>
    /// <param name="reason">Why.</param>
    /// <param name="asOf">When the demands were read.</param>
    public static Erratum Make(Report published, IReadOnlyList<CountedDemand> demands, ReportForms forms, int number, string reason, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(published);
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(forms);
        var cells = new Dictionary<string, Tally>(StringComparer.Ordinal);
        foreach (var demand in Tally.Numbered(demands.Where(demand => demand.Period == published.Half && demand.Since is not null && !forms.IsBanded(demand.Instrument))))
        {
            var move = $"{ReportMaking.Word(demand.Outcome)}>{ReportMaking.Word(demand.Since!.Value)}";
            if (!cells.TryGetValue(move, out var cell))
                cells.Add(move, cell = new());
            cell.Add(demand);
        }
        var all = Partition.Of(cells);
        var others = all.Others is null ? "0" : all.Others.IsSafe ? all.Others.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"<{Tally.Least}";
        return new(1, published.Provider, published.Period, number, published.Digest, reason, asOf, [.. all.Shown.Select(cell => new ErratumMove(cell.Label.Split('>')[0], cell.Label.Split('>')[1], cell.Cell.Count))], others);
    }

    /// <summary>Reads published bytes.</summary>
    /// <exception cref="FormatException">They are no erratum.</exception>
    public static Erratum Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 1 << 20 || !CanonicalJson.IsCanonical(bytes))
            throw new FormatException("these bytes are not an erratum as it was published");
        try
        {
            return JsonSerializer.Deserialize<Erratum>(bytes, LawJson.Options)!;
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"this is no erratum: {wrong.Message}", wrong);
        }
    }
}
