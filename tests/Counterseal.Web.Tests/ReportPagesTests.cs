using System.Net;
using Counterseal.Reports;

namespace Counterseal.Web.Tests;

/// <summary>The pages of published reports, over HTTP.</summary>
public class ReportPagesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_of_one_minute_finds_how_many_came_from_whom_and_how_often_the_answer_was_no()
    {
        await using var faces = await Faces.Start();
        using var client = Faces.Client(faces.Public);
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/report", Stop));
        var report = (await ReportSamples.Shelf).Reports()[0].Report;
        var no = report.Table("outcome")!.Cells.Where(cell => cell.Of is "noData" or "redirected" or "rejected" or "challenged").Sum(cell => cell.Count);
        Assert.Contains($"{report.Totals.Received} demands came. Most came from {report.Table("country")!.Cells[0].Of} ({report.Table("country")!.Cells[0].Count})", page, StringComparison.Ordinal);
        Assert.Contains($"The answer was no to {no} of the {report.Totals.Answered} that were answered", page, StringComparison.Ordinal);
        Assert.Contains($"<dt>demands that came</dt><dd class=\"figure\">{report.Totals.Received}</dd>", WebUtility.HtmlDecode(await client.GetStringAsync("/", Stop)), StringComparison.Ordinal);
        Assert.Contains("Lapsed", page, StringComparison.Ordinal);
        Assert.Contains("until 1 March 2027", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_of_a_report_is_the_bytes_of_the_digest_on_the_ledger_and_a_correction_stands_beside_it()
    {
        await using var faces = await Faces.Start();
        using var client = Faces.Client(faces.Public);
        var shelf = await ReportSamples.Shelf;
        var bytes = await client.GetByteArrayAsync("/report/2025-H1/report.json", Stop);
        Assert.Equal(shelf.Find(new(2025, 1))!.Report.Digest, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        var page = await client.GetStringAsync("/report/2025-H1", Stop);
        Assert.Contains("Correction 1", page, StringComparison.Ordinal);
        Assert.Contains("lost in court", page, StringComparison.Ordinal);
        Assert.Equal(1, Erratum.Read(await client.GetByteArrayAsync("/report/2025-H1/erratum-1.json", Stop)).Number);
        Assert.StartsWith("period,table,row,column,demands", await client.GetStringAsync("/report/2025-H1/report.csv", Stop), StringComparison.Ordinal);
        Assert.Contains("counterseal/statement/v1\nid keys\n", await client.GetStringAsync("/report/statements/keys.note", Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/report/2019-H1"), InlineData("/report/2026"), InlineData("/report/x"), InlineData("/report/2025-H1/other.json"), InlineData("/report/statements/none.note"), InlineData("/report/2025-H1/..%2f..%2freport.json")]
    public async Task What_was_not_published_is_not_there(string path)
    {
        await using var faces = await Faces.Start();
        using var client = Faces.Client(faces.Public);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path, Stop)).StatusCode);
    }

    [Fact]
    public async Task A_file_that_was_changed_in_the_folder_is_shown_no_more()
    {
        var shelf = await ReportSamples.Shelf;
        var copy = Directory.CreateTempSubdirectory("cs-reports-").FullName;
        Directory.CreateDirectory(Path.Combine(copy, "2025-H1"));
        foreach (var file in Directory.GetFiles(Path.Combine(shelf.Folder, "2025-H1")))
            File.Copy(file, Path.Combine(copy, "2025-H1", Path.GetFileName(file)));
        var other = new ReportShelf(copy);
        Assert.Single(other.Reports());
        var report = Path.Combine(copy, "2025-H1", "report.json");
        await File.WriteAllTextAsync(report, (await File.ReadAllTextAsync(report, Stop)).Replace("\"answered\":", "\"answered\":1", StringComparison.Ordinal), Stop);
        Assert.Empty(other.Reports());
        Directory.Delete(copy, recursive: true);
    }
}
