using System.Globalization;
using System.Text;

namespace Counterseal.Reports.Tests.Check;

/// <summary>A sound set of tables of a provider that does not exist, made from a seed: every figure follows from the same demands.</summary>
internal sealed class TableSet
{
    public const string DemandsHalf = "demands-half.csv", DemandsYear = "demands-year.csv", CountriesHalf = "countries/half.csv", CountriesYear = "countries/year.csv", Security = "security.csv", Emergencies = "emergencies.csv";

    public const string Mapping = """
        provider: Example Mail
        tables:
          demands by half:
            file: demands-half.csv
            columns:
              year: year
              half: half
              type:
                is: kind
                total: Total
                within: {threat to life: emergency request}
                values: [Total, court order, search warrant, subpoena, emergency request, threat to life]
              received: received
              in full: disclosedInFull
              in part: disclosedInPart
              disclosed: disclosed
              rejected: rejected
              no data: noData
              withdrawn: withdrawn
              accounts: accounts
              told: notified
              gagged: gag
              rate: {is: percent, part: disclosed, of: received}
            rows:
              - {sum: [disclosed, rejected, no data, withdrawn], is: received}
            expect: {from: 2021-H1, to: 2023-H2}
            exact: true
          demands by year:
            file: demands-year.csv
            columns:
              year: year
              type: {is: kind, total: Total, within: {threat to life: emergency request}}
              received: received
              disclosed: disclosed
              rejected: rejected
            expect: {from: 2021, to: 2023}
            exact: true
          countries by half:
            file: countries/half.csv
            delimiter: ";"
            columns: {period: period, country: {is: country, total: All}, code: code, received: received, disclosed: disclosed}
          countries by year:
            file: countries/year.csv
            columns: {year: year, country: country, code: code, received: received, disclosed: disclosed}
          security:
            file: security.csv
            columns:
              year: year
              months: range
              figure: {is: measure, measures: {Orders: received, Accounts: accounts}}
              band: {is: band, bands: [250, 500, 1000]}
          emergencies:
            file: emergencies.csv
            columns: {period: period, received: {is: received, hidden: {"*": 1-4}}}
        sums:
          - {name: halves make the year, whole: demands by year, parts: demands by half, by: type, columns: {received: received, disclosed: disclosed, rejected: rejected}}
          - {name: halves make the year, whole: countries by year, parts: countries by half, by: code, columns: {received: received, disclosed: disclosed}}
          - {name: countries make the total, whole: demands by half, where: {type: Total}, parts: countries by half, columns: {received: received, disclosed: disclosed}}
          - {name: countries make the total, whole: demands by year, parts: countries by year, columns: {received: received, disclosed: disclosed}}
          - {name: quarters are within the half, whole: demands by half, where: {type: emergency request}, parts: emergencies, partsWhere: {}, columns: {received: received}, atMost: true}
          - {name: accounts are affected when something was disclosed, whole: demands by year, where: {type: Total}, parts: demands by half, partsWhere: {type: Total}, columns: {disclosed: accounts}, together: true}
        """;

    private static readonly string[] Kinds = ["court order", "search warrant", "subpoena", "emergency request"];
    private static readonly (string Name, string Code)[] Countries = [("France", "FR"), ("Germany", "DE"), ("India", "IN"), ("Brazil", "BR"), ("Japan", "JP"), ("Canada", "CA"), ("Poland", "PL")];

    /// <summary>The rows of each file; the first is the header.</summary>
    public Dictionary<string, List<string[]>> Rows { get; } = new(StringComparer.Ordinal);

    public Random Random { get; }

    public TableSet(int seed)
    {
        Random = new Random(seed);
        Demands();
        SecurityBands();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Demands()
    {
        List<string[]> half = [["year", "half", "type", "received", "in full", "in part", "disclosed", "rejected", "no data", "withdrawn", "accounts", "told", "gagged", "rate"]];
        List<string[]> year = [["year", "type", "received", "disclosed", "rejected"]];
        List<string[]> countryHalf = [["period", "country", "code", "received", "disclosed"]];
        List<string[]> countryYear = [["year", "country", "code", "received", "disclosed"]];
        List<string[]> emergencies = [["period", "received"]];
        for (var y = 2023; y >= 2021; y--)
        {
            var ofYear = new Dictionary<string, int[]>(StringComparer.Ordinal);
            var countriesOfYear = Countries.ToDictionary(c => c.Code, _ => new int[2], StringComparer.Ordinal);
            var quarters = new List<(int Quarter, int Count)>();
            for (var h = 2; h >= 1; h--)
            {
                var rows = new List<(string Kind, int[] Figures)>();
                foreach (var kind in Kinds)
                {
                    int full = Random.Next(11, 90), part = Random.Next(10, 60), rejected = Random.Next(30, 80), none = Random.Next(5, 30), withdrawn = Random.Next(2, 9);
                    var received = full + part + rejected + none + withdrawn;
                    rows.Add((kind, [received, full, part, full + part, rejected, none, withdrawn, Random.Next(full + part, 2 * (full + part)), Random.Next(15, received / 2), Random.Next(15, received / 2)]));
                }

                var emergency = rows[^1].Figures;
                rows.Add(("threat to life", [.. emergency.Select(f => f / 2)]));
                var life = rows[^1].Figures;
                life[3] = life[1] + life[2];
                life[0] = life[3] + life[4] + life[5] + life[6];
                rows.Insert(0, ("Total", [.. Enumerable.Range(0, 10).Select(i => rows.Take(Kinds.Length).Sum(r => r.Figures[i]))]));
                foreach (var (kind, f) in rows)
                {
                    half.Add([Text(y), Text(h), kind, .. f.Select(Text), Rate(f[3], f[0])]);
                    if (!ofYear.TryGetValue(kind, out var sums)) ofYear[kind] = sums = new int[3];
                    sums[0] += f[0];
                    sums[1] += f[3];
                    sums[2] += f[4];
                }

                // The demands of the half, dealt out over countries.
                var total = rows[0].Figures;
                var (left, leftDisclosed) = (total[0], total[3]);
                countryHalf.Add([$"{y}-H{h}", "All", "", Text(total[0]), Text(total[3])]);
                foreach (var (number, (name, code)) in Countries.Index())
                {
                    var last = number == Countries.Length - 1;
                    var disclosed = last ? leftDisclosed : Math.Min(leftDisclosed, (total[3] / Countries.Length) + Random.Next(-9, 9));
                    var received = last ? left : disclosed + Math.Min(left - leftDisclosed, ((total[0] - total[3]) / Countries.Length) + Random.Next(-9, 9));
                    (left, leftDisclosed) = (left - received, leftDisclosed - disclosed);
                    countryHalf.Add([$"{y}-H{h}", name, code, Text(received), Text(disclosed)]);
                    countriesOfYear[code][0] += received;
                    countriesOfYear[code][1] += disclosed;
                }

                var first = Random.Next(emergency[0] / 3, emergency[0] * 2 / 3);
                quarters.Add((2 * h, first));
                quarters.Add(((2 * h) - 1, emergency[0] - first - Random.Next(0, 5)));
            }

            foreach (var (kind, sums) in ofYear) year.Add([Text(y), kind, .. sums.Select(Text)]);
            foreach (var (name, code) in Countries) countryYear.Add([Text(y), name, code, .. countriesOfYear[code].Select(Text)]);
            emergencies.Add([Text(y), Text(quarters.Sum(q => q.Count))]);
            foreach (var (quarter, count) in quarters) emergencies.Add([$"{y} Q{quarter}", Text(count)]);
        }

        Rows[DemandsHalf] = half;
        Rows[DemandsYear] = year;
        Rows[CountriesHalf] = countryHalf;
        Rows[CountriesYear] = countryYear;
        Rows[Emergencies] = emergencies;
    }

    private void SecurityBands()
    {
        List<string[]> rows = [["year", "months", "figure", "band"]];
        for (var y = 2023; y >= 2021; y--)
        {
            foreach (var months in (string[])["Jul-Dec", "Jan-Jun"])
            {
                rows.Add([Text(y), months, "Orders", Random.Next(2) == 0 ? "0-249" : "250-499"]);
                rows.Add([Text(y), months, "Accounts", Random.Next(2) == 0 ? "250-499" : "500-749"]);
            }
        }

        Rows[Security] = rows;
    }

    /// <summary>A rate with one decimal.</summary>
    public static string Rate(int part, int whole) => Math.Round(100m * part / whole, 1, MidpointRounding.AwayFromZero).ToString("0.0", CultureInfo.InvariantCulture) + "%";

    public static string Delimiter(string file) => file == CountriesHalf ? ";" : ",";

    /// <summary>The files as bytes.</summary>
    public Dictionary<string, byte[]> Files() => Rows.ToDictionary(r => r.Key, r => Encoding.UTF8.GetBytes(string.Concat(r.Value.Select(row => string.Join(Delimiter(r.Key), row.Select(Cell)) + "\n"))), StringComparer.Ordinal);

    private static string Cell(string text) => text.AsSpan().ContainsAny(",;\"\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>Checks the files.</summary>
    public static CheckOutcome Check(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        TableCheck.Run(files.Select(f => new TableFile(f.Key, new MemoryStream(f.Value))), TableMapping.Read("mapping.yaml", Encoding.UTF8.GetBytes(Mapping)));
}
