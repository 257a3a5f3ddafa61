using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Reports;

/// <summary>What is published of one half-year. Its canonical bytes (RFC 8785) are what the ledger commits to; whatever else is shown (pages, CSV, forms, sums of years) is drawn from them.</summary>
public sealed record Report
{
    /// <summary>The format's number.</summary>
    public const int Format = 1;

    /// <summary>The format's number.</summary>
    public required int V { get; init; }
    /// <summary>Whose report it is.</summary>
    public required string Provider { get; init; }
    /// <summary>E.g. <c>2026-H1</c>.</summary>
    public required string Period { get; init; }
    /// <summary>Trial mode: nothing in it is real.</summary>
    public required bool Trial { get; init; }
    /// <summary>No number of demands below this is in it, other than of the whole period.</summary>
    public required int Least { get; init; }
    /// <summary>Of the whole period.</summary>
    public required ReportTotals Totals { get; init; }
    /// <summary>Answered demands by one attribute each.</summary>
    public required IReadOnlyList<ReportTable> Tables { get; init; }
    /// <summary>Answered demands by two attributes.</summary>
    public required IReadOnlyList<ReportCross> Crosses { get; init; }
    /// <summary>National-security matters, which are in no table, by the bands that a law permits.</summary>
    public required IReadOnlyList<ReportBand> Bands { get; init; }

    /// <summary>The half-year.</summary>
    [JsonIgnore]
    public HalfYear Half => HalfYear.Parse(Period);

    /// <summary>The bytes that are published.</summary>
    public byte[] Bytes() => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(this, LawJson.Options));

    /// <summary>SHA-256 of <see cref="Bytes"/>, lower-case hex.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Bytes()));

    /// <summary>Reads published bytes.</summary>
    /// <exception cref="FormatException">They are no report of this format.</exception>
    public static Report Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 16 << 20)
            throw new FormatException($"a report has at most 16 MiB; this has {bytes.Length} bytes");
        if (!CanonicalJson.IsCanonical(bytes))
            throw new FormatException("these bytes are not canonical JSON, so they are not a report as it was published");
        try
        {
            var report = JsonSerializer.Deserialize<Report>(bytes, LawJson.Options)!;
            _ = report.Half;
            return report.V == Format ? report : throw new FormatException($"a report of format {report.V}; this version reads {Format}");
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"this is no report: {wrong.Message}", wrong);
        }
    }

    /// <summary>A table by its name; <c>null</c> when small numbers left nothing to show.</summary>
    public ReportTable? Table(string name) => Tables.FirstOrDefault(table => table.Name == name);

    /// <summary>A cross table by its name; <c>null</c> when small numbers left nothing to show.</summary>
    public ReportCross? Cross(string name) => Crosses.FirstOrDefault(cross => cross.Name == name);
}

/// <summary>Numbers of the whole half-year. They carry no attribute but the period, so they stand as they are.</summary>
/// <param name="Received">Demands that came in it.</param>
/// <param name="Answered">Demands that were answered in it, whenever they came: what the tables count.</param>
/// <param name="Open">Demands that came before its end and were open then.</param>
/// <param name="Selectors">Different selectors in the answered demands, added up.</param>
/// <param name="Accounts">Accounts found for them, added up.</param>
/// <param name="Assistance">Demands for assistance other than data (keys, back doors, standing access) that came with demands received in it; each was refused.</param>
/// <param name="GagsLapsed">Secrecy orders that ended in it without renewal: a small number is said as <c>&lt;5</c>.</param>
/// <param name="Told">Customers' notices given in it: a small number is said as <c>&lt;5</c>.</param>
/// <param name="Attacks">Customers first seen attacked by a state in it, rounded as the bell publishes; <c>null</c> where there is no bell.</param>
/// <param name="Median">Median time to answer, in hours, two digits; <c>null</c> for too few.</param>
/// <param name="Slow">95th percentile of it.</param>
public sealed record ReportTotals(
    int Received, int Answered, int Open, long Selectors, long Accounts, int Assistance, string GagsLapsed, string Told, string? Attacks, decimal? Median, decimal? Slow);

/// <summary>Answered demands by one attribute. The cells exclude each other and add up to all.</summary>
/// <param name="Name">The attribute.</param>
/// <param name="Cells">The most first; what is too small to be shown alone is in <c>others</c>, last.</param>
public sealed record ReportTable(string Name, IReadOnlyList<ReportCell> Cells);

/// <summary>One cell.</summary>
/// <param name="Of">Its label, or <c>others</c>.</param>
/// <param name="Count">Demands.</param>
/// <param name="Accounts">Accounts found for them.</param>
/// <param name="Selectors">Selectors that they name.</param>
/// <param name="Median">Median time to answer, in hours, two digits; <c>null</c> for too few.</param>
/// <param name="Slow">95th percentile of it; <c>null</c> for too few.</param>
public sealed record ReportCell(string Of, int Count, long Accounts, long Selectors, decimal? Median, decimal? Slow);

/// <summary>Answered demands by two attributes.</summary>
/// <param name="Name">E.g. <c>country-outcome</c>.</param>
/// <param name="Rows">The first attribute.</param>
/// <param name="Columns">The second attribute.</param>
/// <param name="ColumnLabels">The columns, the most first.</param>
/// <param name="Lines">One for each row.</param>
public sealed record ReportCross(string Name, string Rows, string Columns, IReadOnlyList<string> ColumnLabels, IReadOnlyList<ReportLine> Lines);

/// <summary>One row.</summary>
/// <param name="Of">Its label.</param>
/// <param name="Count">All of it.</param>
/// <param name="Cells">What is shown, by column.</param>
/// <param name="Rest">What the columns that are not shown come to together; <c>null</c> when all are shown.</param>
public sealed record ReportLine(string Of, int Count, IReadOnlyDictionary<string, int> Cells, int? Rest);

/// <summary>A number that the law lets us publish only as a band.</summary>
/// <param name="What">What is counted.</param>
/// <param name="Law">Under which structure.</param>
/// <param name="From">The half-year or year counted begins.</param>
/// <param name="To">The first instant after it.</param>
/// <param name="Band">E.g. <c>0-499</c>.</param>
public sealed record ReportBand(string What, string Law, DateTimeOffset From, DateTimeOffset To, string Band);
