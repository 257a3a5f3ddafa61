using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Reports;

/// <summary>A structure in which a law lets numbers of national-security matters be published.</summary>
/// <param name="Id">Its name in <c>forms.yaml</c>.</param>
/// <param name="Width">Each band's width; the first begins with 0.</param>
/// <param name="Yearly">By calendar years, each of which ended a year before the report's period; otherwise by half-years.</param>
/// <param name="ByKind">Separately by kind; otherwise all together.</param>
/// <param name="Citation">Where it is written.</param>
public sealed record BandStructure(string Id, int Width, bool Yearly, bool ByKind, string Citation);

/// <summary>What the forms that others require want to know, from <c>forms.yaml</c>: no instrument, country or waiting time stands in code.</summary>
public sealed record ReportForms
{
    private sealed record Banded(string Instrument, string Kind, int Wait);

    private IReadOnlyList<Banded> banded = [];
    private IReadOnlyList<(string Fact, int Days)> later = [];

    /// <summary>The structure chosen.</summary>
    public required BandStructure Structure { get; init; }
    /// <summary>The States of which the DSA form has rows.</summary>
    public required IReadOnlyList<string> DsaStates { get; init; }
    /// <summary>Where the DSA form comes from.</summary>
    public required string DsaCitation { get; init; }
    /// <summary>The instruments of the statistics of Art. 28(4).</summary>
    public required IReadOnlyList<string> Article28Instruments { get; init; }
    /// <summary>Where those statistics are asked for.</summary>
    public required string Article28Citation { get; init; }

    /// <summary>The forms as they come with this version.</summary>
    public static ReportForms Default { get; } = Read("forms.yaml", Own());

    /// <summary>Reads a file of the same shape.</summary>
    /// <param name="file">Its name, for sentences.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="FormatException">It is not; names file, line and what is expected.</exception>
    public static ReportForms Read(string file, ReadOnlySpan<byte> bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only("nationalSecurity", "dsa", "article28");
        var bands = note.Need("nationalSecurity");
        bands.Only("structure", "kinds", "later", "structures");
        var structures = bands.Need("structures").Items.Select(one =>
        {
            one.Only("id", "width", "every", "byKind", "citation", "checked");
            return new BandStructure(one.Need("id").Text, one.Need("width").Number(1, 1_000_000), OneOf(one.Need("every"), "half", "year") == "year", YesNo(one.Need("byKind")), one.Need("citation").Text);
        }).ToList();
        var chosen = bands.Need("structure");
        var dsa = note.Need("dsa");
        dsa.Only("citation", "checked", "states");
        var article = note.Need("article28");
        article.Only("citation", "checked", "instruments");
        return new ReportForms
        {
            Structure = structures.Find(one => one.Id == chosen.Text) ?? throw new FormatException($"{chosen.Place}: no structure is called \"{chosen.Text}\"; there are {string.Join(", ", structures.Select(one => one.Id))}"),
            banded = [.. bands.Need("kinds").Items.Select(one =>
            {
                one.Only("instrument", "kind", "wait");
                return new Banded(one.Need("instrument").Text, one.Need("kind").Text, one.Need("wait").Number(0, 3650));
            })],
            later = [.. bands.Need("later").Items.Select(one =>
            {
                one.Only("fact", "days");
                return (one.Need("fact").Text, one.Need("days").Number(0, 3650));
            })],
            DsaStates = [.. dsa.Need("states").Items.Select(one => one.Text)],
            DsaCitation = dsa.Need("citation").Text,
            Article28Instruments = [.. article.Need("instruments").Items.Select(one => one.Text)],
            Article28Citation = article.Need("citation").Text,
        };
    }

    /// <summary>Whether demands of this instrument are said in bands only, and are in no table.</summary>
    public bool IsBanded(string instrument) => banded.Any(one => one.Instrument == instrument);

    /// <summary>
    /// The bands that a half-year's report gives: for each kind (or all together) the latest period whose wait was over at the half-year's end. So each period is said once, in the first
    /// report that may say it, and none is said again.
    /// </summary>
    public IReadOnlyList<ReportBand> Bands(IReadOnlyList<CountedDemand> demands, HalfYear half)
    {
        ArgumentNullException.ThrowIfNull(demands);
        var matters = demands.Where(demand => IsBanded(demand.Instrument)).Select(demand => (Demand: demand, At: CountedAt(demand), Of: banded.First(one => one.Instrument == demand.Instrument))).ToList();
        IEnumerable<(string Kind, int Wait)> kinds = Structure.ByKind ? banded.Select(one => (one.Kind, one.Wait)).Distinct() : [("all national-security process", banded.Max(one => one.Wait))];
        return [.. kinds.SelectMany(kind =>
        {
            if (Period(half, kind.Wait) is not var (from, to))
                return [];
            var counted = matters.Where(one => (!Structure.ByKind || one.Of.Kind == kind.Kind) && one.At >= from && one.At < to).Select(one => one.Demand).ToList();
            return new[]
            {
                new ReportBand($"{kind.Kind}: received", Structure.Citation, from, to, Band(counted.Count)),
                new ReportBand($"{kind.Kind}: selectors", Structure.Citation, from, to, Band(counted.Sum(demand => demand.Selectors))),
            };
        })];
    }

    private (DateTimeOffset From, DateTimeOffset To)? Period(HalfYear half, int wait)
    {
        if (Structure.Yearly)
        {
            // Said in the report of a second half only: the year before, which ended a year ago.
            var year = new HalfYear(half.Year - 1, 1);
            return half.Half == 2 && year.Next.To.AddDays(wait) <= half.To ? (year.From, year.Next.To) : null;
        }
        for (var back = half; ; back = HalfYear.Of(back.From.AddDays(-1)))
        {
            if (back.To.AddDays(wait) <= half.To)
                return (back.From, back.To);
        }
    }

    private DateTimeOffset CountedAt(CountedDemand demand) =>
        demand.Received.AddDays(later.Where(one => demand.Yes.Contains(one.Fact, StringComparer.Ordinal)).Select(one => one.Days).DefaultIfEmpty(0).Max());

    private string Band(int count)
    {
        var low = count / Structure.Width * Structure.Width;
        return string.Create(CultureInfo.InvariantCulture, $"{low}-{low + Structure.Width - 1}");
    }

    private static string OneOf(YamlNote note, params string[] words) =>
        words.Contains(note.Text, StringComparer.Ordinal) ? note.Text : throw new FormatException($"{note.Place}: \"{note.Text}\" is none of {string.Join(", ", words)}");

    private static bool YesNo(YamlNote note) => OneOf(note, "true", "false") == "true";

    private static byte[] Own()
    {
        using var stream = typeof(ReportForms).Assembly.GetManifestResourceStream("forms.yaml") ?? throw new InvalidOperationException("forms.yaml is not in the assembly");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
