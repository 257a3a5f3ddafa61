namespace Counterseal.Web.Tests;

/// <summary>The public's reports, totals, rules and refusals, and the desk's page on reports, in the reader's language.</summary>
public sealed class PublicWordsTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string[] Refused =
    [
        "/nothing", "/status/nobody", "/report/2019-H1", "/report/2025-H1/none.json", "/rules/none", $"/rules/books/{new string('0', 64)}", "/tile/none", "/tile/0/000", "/tally/tile/none",
    ];

    [Fact]
    public async Task Reports_totals_and_refusals_say_nothing_in_English_to_whoever_reads_another_language()
    {
        await using var faces = await Faces.Start(languages: PublicLook.Languages);
        var (context, page) = await PublicLook.Marked(browser);
        await using var _ = context;
        var found = await PublicLook.English(page, faces.Public, ["/rules/policy.notice", "/report", "/report/2025-H1", "/report/2025", "/report/2025-H2/forms", "/tally", .. Refused]);
        await page.GotoAsync(new Uri(faces.Public, "/tally").ToString());
        await page.FillAsync("#receipt", "no receipt");
        await page.ClickAsync("main form button");
        found.AddRange(await PublicLook.English(page, "/tally, wrong"));
        faces.LedgerAway = true;
        found.AddRange(await PublicLook.English(page, faces.Public, ["/", "/ledger", "/ledger/entries"]));
        await page.GotoAsync(new Uri(faces.Desk, "/sign-in").ToString());
        await page.FillAsync("#code", Faces.Code);
        await page.PressAsync("#code", "Enter");
        await page.Locator("form[action='/sign-out']").WaitForAsync();
        await page.GotoAsync(new Uri(faces.Desk, "/reports").ToString());
        // What stands around the desk's pages is looked at with the queue.
        await page.EvaluateAsync("document.querySelectorAll('body > :not(main)').forEach(around => around.remove())");
        found.AddRange(await PublicLook.English(page, "desk /reports"));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public async Task At_200_percent_at_320_px_in_each_language_and_from_right_to_left_no_public_page_scrolls_sideways()
    {
        await using var faces = await Faces.Start(languages: PublicLook.Languages);
        var wide = await PublicLook.Sideways(browser, faces.Public,
        [
            ("/", "front"), ("/ledger", "ledger"), ("/rules", "rules"), ($"/rules/books/{PublicSamples.New}", "rule-changes"),
            ("/rules/policy.notice", "rule"), ("/authorities", "authorities"), ("/report", "reports"), ("/report/2025-H1", "report"), ("/report/2025", "report-year"), ("/report/2025-H2/forms", "report-forms"), ("/tally", "tally"), ("/status/nobody", "no-such-status"),
        ]);
        Assert.True(wide.Count == 0, string.Join('\n', wide));
    }
}
