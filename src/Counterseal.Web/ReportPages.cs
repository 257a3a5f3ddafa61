using System.Globalization;
using System.Text;
using Counterseal.Ledger;
using Counterseal.Reports;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>The published reports on the public face: read from the folder of what was published, and from nothing else.</summary>
internal static class ReportPages
{
    public static void Map(WebApplication app, FaceGround ground, ReportShelf shelf, ReportForms forms, string ledgerKey)
    {
        var log = LogKeys.Parse(ledgerKey);
        app.MapGet("/report", () => FacePage.Of<ReportsPage>(ground.Frame(Face.Public), 200, new()
        {
            [nameof(ReportsPage.Reports)] = shelf.Reports(),
            [nameof(ReportsPage.Statements)] = Statement.Newest(shelf.Statements()),
        }));
        app.MapGet("/report/statements/{file}", IResult (string file, HttpContext http) => file.EndsWith(".note", StringComparison.Ordinal)
            && Statement.Newest(shelf.Statements()).FirstOrDefault(one => one.Newest.Id + ".note" == file).Newest is { } statement
            ? Results.Bytes(statement.Note, "text/plain; charset=utf-8") : None(http, ground));
        app.MapGet("/report/{period}", (string period, HttpContext http) =>
        {
            if (period.Length == 4 && int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var year))
            {
                var halves = new[] { new HalfYear(year, 1), new HalfYear(year, 2) }.Select(shelf.Find).OfType<PublishedReport>().Select(one => one.Report).ToList();
                return halves.Count == 2
                    ? FacePage.Of<TransparencyPage>(ground.Frame(Face.Public), 200, new() { [nameof(TransparencyPage.Title)] = period, [nameof(TransparencyPage.Sum)] = ReportSum.Of(halves) })
                    : None(http, ground);
            }
            return Find(period) is { } published
                ? FacePage.Of<TransparencyPage>(ground.Frame(Face.Public), 200, new()
                {
                    [nameof(TransparencyPage.Title)] = period,
                    [nameof(TransparencyPage.Sum)] = ReportSum.Of([published.Report]),
                    [nameof(TransparencyPage.Published)] = published,
                    [nameof(TransparencyPage.Proof)] = DemandReading.Proof(published.Proof, -1, log),
                })
                : None(http, ground);
        });
        app.MapGet("/report/{period}/forms", (string period, HttpContext http) => Find(period) is { } published
            ? FacePage.Of<ReportFormsPage>(ground.Frame(Face.Public), 200, new() { [nameof(ReportFormsPage.Published)] = published, [nameof(ReportFormsPage.Forms)] = forms })
            : None(http, ground));
        app.MapGet("/report/{period}/{file}", IResult (string period, string file, HttpContext http) =>
        {
            if (Find(period) is not { } published)
                return None(http, ground);
            // What was published never changes; a browser may keep it.
            http.Response.Headers.CacheControl = "public, max-age=86400";
            return file switch
            {
                "report.json" => Results.Bytes(published.Bytes, "application/json"),
                "report.csv" => Results.Bytes(Encoding.UTF8.GetBytes(ReportCsv.Of(published.Report)), "text/csv; charset=utf-8", $"report-{period}.csv"),
                "dsa.csv" => Results.Bytes(Encoding.UTF8.GetBytes(DsaForm.Csv(DsaForm.Public([published.Report], forms))), "text/csv; charset=utf-8", $"dsa-{period}.csv"),
                "tally.json" => shelf.Opening(published.Report.Half) is { } opening ? Results.Bytes(opening, "application/json") : None(http, ground),
                "receipt.json" => Results.Bytes(ReceiptFile.Of(DemandReading.Proof(published.Proof, -1, log)), "application/json"),
                _ => published.Errata.FirstOrDefault(one => FormattableString.Invariant($"erratum-{one.Erratum.Number}.json") == file).Erratum is { } erratum ? Results.Bytes(erratum.Bytes(), "application/json") : None(http, ground),
            };
        });

        PublishedReport? Find(string period)
        {
            try
            {
                return shelf.Find(HalfYear.Parse(period));
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }

    private static RazorComponentResult None(HttpContext http, FaceGround ground) => PublicRefusal.Of(http, ground, 404, "report");
}
