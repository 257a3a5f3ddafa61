using System.Security.Cryptography;
using System.Text.Json;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Reports;

/// <summary>A published report with what stands beside it.</summary>
/// <param name="Report">As it was published.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Proof">The event that put its digest on the ledger, with its proof.</param>
/// <param name="Errata">Corrections, the first first, each with its proof.</param>
public sealed record PublishedReport(Report Report, byte[] Bytes, ProvenEvent Proof, IReadOnlyList<(Erratum Erratum, ProvenEvent Proof)> Errata);

/// <summary>
/// The folder of what was made public: one folder for each half-year, and the statements. The public face reads it and has nothing else of the desk. A file whose digest is not the one on
/// the ledger's event beside it is not shown.
/// </summary>
/// <param name="Folder">Made when the first thing is published.</param>
public sealed record ReportShelf(string Folder)
{
    /// <summary>How a report is named on the ledger.</summary>
    public static string Name(HalfYear half) => $"report/{half.Name}";

    /// <summary>
    /// Publishes a half-year's report: kept as pending, then its digest on the ledger, then seen. After a crash the same command goes on with the very same bytes, whatever
    /// has been recorded since.
    /// </summary>
    /// <param name="half">The half-year.</param>
    /// <param name="make">Makes it, where none is pending.</param>
    /// <param name="ledger">Puts a name and a digest on the ledger: name, digest, what it stands beside, reason.</param>
    /// <exception cref="ReportException"><c>published</c>: there is one already; it stays.</exception>
    /// <exception cref="DeskException">As <see cref="Desk.Desk.Publish"/>.</exception>
    public async Task<PublishedReport> Publish(HalfYear half, Func<Report> make, Func<string, string, string?, string?, Task<ProvenEvent>> ledger)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(ledger);
        var (file, proof) = (At(half, "report.json"), At(half, "report.proof.json"));
        if (File.Exists(proof))
            throw new ReportException("published", $"the report of {half} was published already and stays as it was", "publish an erratum beside it: counterseal report erratum");
        var bytes = Pending(file, () => make().Bytes());
        var proven = await ledger(Name(half), Digest(bytes), null, null);
        Show(file, bytes, proof, proven);
        return new(Report.Read(bytes), bytes, proven, []);
    }

    /// <summary>Publishes the opening of a tally's period beside the report of its half-year. It is never opened again.</summary>
    /// <param name="half">The report's half-year.</param>
    /// <param name="make">Makes it, where none is pending.</param>
    /// <param name="ledger">As in <see cref="Publish"/>.</param>
    /// <exception cref="ReportException"><c>published</c>: there is one already. <c>unknown</c>: the report was not published.</exception>
    public async Task<byte[]> Open(HalfYear half, Func<Report, byte[]> make, Func<string, string, string?, string?, Task<ProvenEvent>> ledger)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(ledger);
        var published = Find(half) ?? throw new ReportException("unknown", $"there is no published report of {half} to stand beside", "publish it first: counterseal report publish");
        var (file, proof) = (At(half, "tally.json"), At(half, "tally.proof.json"));
        if (File.Exists(proof))
            throw new ReportException("published", $"the period of {half} was opened already, and is never opened again", "publish an erratum beside the report; what it says is not proven");
        var bytes = Pending(file, () => make(published.Report));
        Show(file, bytes, proof, await ledger($"{Name(half)}/tally", Digest(bytes), Name(half), "the opening of the tally's period: it proves the report's totals"));
        return bytes;
    }

    /// <summary>The opening that was published beside a report; <c>null</c> where there is none.</summary>
    public byte[]? Opening(HalfYear half) => Shown(At(half, "tally.json"), At(half, "tally.proof.json"), $"{Name(half)}/tally") is var (bytes, _) ? bytes : null;

    /// <summary>Publishes a correction beside a report.</summary>
    /// <param name="half">The report's half-year.</param>
    /// <param name="reason">Why, as it will stand in it.</param>
    /// <param name="make">Makes it: the report and the erratum's number.</param>
    /// <param name="ledger">As in <see cref="Publish"/>.</param>
    /// <exception cref="ReportException"><c>unknown</c>: that report was not published. <c>finished</c>: one with another reason had been interrupted, and is published now; this one is not.</exception>
    public async Task<Erratum> Correct(HalfYear half, string reason, Func<Report, int, Erratum> make, Func<string, string, string?, string?, Task<ProvenEvent>> ledger)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(ledger);
        var published = Find(half) ?? throw new ReportException("unknown", $"there is no published report of {half} to stand beside", "publish it first: counterseal report publish");
        var number = published.Errata.Count + 1;
        var name = FormattableString.Invariant($"erratum-{number}");
        var (file, proof) = (At(half, name + ".json"), At(half, name + ".proof.json"));
        var bytes = Pending(file, () => make(published.Report, number).Bytes());
        var erratum = Erratum.Read(bytes);
        Show(file, bytes, proof, await ledger($"{Name(half)}/{name}", Digest(bytes), Name(half), erratum.Reason));
        // Its digest may have been on the ledger already, so it had to be ended as it was.
        return erratum.Reason == reason ? erratum
            : throw new ReportException("finished", $"an erratum that had been interrupted is published now, with its own reason: {erratum.Reason}", "say yours again; it becomes the next");
    }

    /// <summary>Publishes a statement.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="ReportException"><c>key</c>: earlier ones of its id were signed by another key; <c>old</c>: a later one is there.</exception>
    public async Task<Statement> State(byte[] note, Func<string, string, string?, string?, Task<ProvenEvent>> ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var statement = Statement.Read(note);
        var before = Statements().Where(one => one.Id == statement.Id).ToList();
        if (before.Exists(one => one.Equals(statement)))
            return statement;
        if (before.Exists(one => one.Signed > statement.Signed || (one.Signed == statement.Signed && one.Expires >= statement.Expires)))
            throw new ReportException("old", $"a statement \"{statement.Id}\" that was signed later is published already", "sign a new one with today's date");
        var name = FormattableString.Invariant($"{statement.Id}.{statement.Signed:yyyy-MM-dd}.{statement.Expires:yyyy-MM-dd}");
        var file = Path.Combine(Folder, "statements", name + ".note");
        Show(file, note, Path.Combine(Folder, "statements", name + ".proof.json"), await ledger($"statement/{name}", Digest(note), null, null));
        return statement;
    }

    /// <summary>All published reports, the latest first.</summary>
    public IReadOnlyList<PublishedReport> Reports() => !Directory.Exists(Folder) ? []
        : [.. Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).Where(name => name is { Length: 7 } && name[4] == '-').Select(name => Find(HalfYear.Parse(name!))).OfType<PublishedReport>().OrderByDescending(one => one.Report.Half)];

    /// <summary>The latest published report; <c>null</c> while there is none.</summary>
    public Report? Latest() => Reports().Select(one => one.Report).FirstOrDefault();

    /// <summary>A published report; <c>null</c> where none was published, or its file is not what the ledger's event says.</summary>
    public PublishedReport? Find(HalfYear half)
    {
        if (Shown(At(half, "report.json"), At(half, "report.proof.json"), Name(half)) is not var (bytes, proof))
            return null;
        var errata = new List<(Erratum, ProvenEvent)>();
        for (var number = 1; Shown(At(half, FormattableString.Invariant($"erratum-{number}.json")), At(half, FormattableString.Invariant($"erratum-{number}.proof.json")), FormattableString.Invariant($"{Name(half)}/erratum-{number}")) is var (erratum, beside); number++)
            errata.Add((Erratum.Read(erratum), beside));
        return new(Report.Read(bytes), bytes, proof, errata);
    }

    /// <summary>All statements that were published.</summary>
    public IReadOnlyList<Statement> Statements()
    {
        var folder = Path.Combine(Folder, "statements");
        if (!Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, "*.note").Order(StringComparer.Ordinal)
            .Select(file => Shown(file, Path.ChangeExtension(file, ".proof.json"), "statement/" + Path.GetFileNameWithoutExtension(file)) is var (note, _) ? Statement.Read(note) : null).OfType<Statement>()];
    }

    private string At(HalfYear half, string file) => Path.Combine(Folder, half.Name, file);

    private static byte[] Pending(string file, Func<byte[]> make)
    {
        var pending = file + ".pending";
        if (File.Exists(pending))
            return File.ReadAllBytes(pending);
        var bytes = make();
        Durable.Replace(pending, bytes, "report.pending");
        return bytes;
    }

    // The proof last: what has one is published.
    private static void Show(string file, byte[] bytes, string proof, ProvenEvent proven)
    {
        Durable.Replace(file, bytes, "report.file");
        Durable.Replace(proof, JsonSerializer.SerializeToUtf8Bytes(proven, LawJson.Options), "report.proof");
        File.Delete(file + ".pending");
    }

    private static (byte[] Bytes, ProvenEvent Proof)? Shown(string file, string proof, string name)
    {
        if (!File.Exists(file) || !File.Exists(proof))
            return null;
        try
        {
            var bytes = File.ReadAllBytes(file);
            var proven = JsonSerializer.Deserialize<ProvenEvent>(File.ReadAllBytes(proof), LawJson.Options)!;
            return DeskEvent.Read(proven.Event).Body is Published said && said.What == name && said.Digest == Digest(bytes) ? (bytes, proven) : null;
        }
        catch (Exception no) when (no is JsonException or FormatException or IOException)
        {
            return null;
        }
    }

    private static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
