using Counterseal.Custody;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The index that <c>counterseal open</c> writes, in a real browser, from the disk: light and dark, wide and narrow, by axe; the pictures are in <c>artifacts/screens</c>.</summary>
public sealed class BagIndexPageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("counterseal-index-").FullName;

    [Fact]
    public async Task Every_kind_of_page_is_without_a_fault_in_light_and_dark_wide_and_narrow()
    {
        Write();
        var faults = new List<string>();
        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (1280, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await using var context = await browser.Open(width, scheme, script: true);
            var page = await context.NewPageAsync();
            foreach (var file in Directory.GetFiles(Path.Combine(folder, "index"), "*.html").Order(StringComparer.Ordinal))
            {
                await page.GotoAsync(new Uri(file).AbsoluteUri);
                faults.AddRange(await Browser.Faults(page, $"{Path.GetFileName(file)} {width} {scheme}"));
                await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"bag-{Path.GetFileNameWithoutExtension(file)}-{width}-{scheme}.png"), FullPage = true });
            }
        }
        Assert.Empty(faults);
    }

    private void Write()
    {
        var bag = Path.Combine(folder, "opened");
        var account = Directory.CreateDirectory(Path.Combine(bag, "data", "A-7F3K2M9QXTBC")).FullName;
        File.WriteAllText(Path.Combine(account, "subscriber-0001.ndjson"), "{\"account\":\"maeve\",\"addresses\":[\"maeve@mail.example\"],\"name\":\"Maeve Quinn\",\"created\":\"2019-06-08T03:05:54Z\"}\n");
        File.WriteAllText(Path.Combine(account, "traffic-0001.ndjson"), string.Concat(Enumerable.Range(0, 210).Select(i => $"{{\"time\":\"2026-10-0{1 + i % 9}T12:00:00Z\",\"from\":[\"sender-{i}@example.org\"],\"to\":[\"maeve@mail.example\"],\"size\":{1000 + i}}}\n")));
        File.WriteAllText(Path.Combine(account, "content-0001.mbox"), string.Concat(Enumerable.Range(0, 30).Select(i =>
            $"From x@example.org Sat Oct 10 12:00:00 2026\nFrom: \"Sender {i}\" <sender-{i}@example.org>\nTo: maeve@mail.example\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_{i}?= and a long subject that goes on\nDate: Sat, 10 Oct 2026 12:{i:D2}:00 +0000\n\nBody\n\n")));
        File.WriteAllText(Path.Combine(bag, "report.json"), """{"accounts":[{"account":"A-7F3K2M9QXTBC","category":"content","inScope":30,"outOfScope":12,"unreadable":[{"place":"4711","reason":"no From line"}],"unreadableTotal":1,"bytes":9000}],"selectors":[{"item":0,"accounts":["A-7F3K2M9QXTBC"]},{"item":1,"accounts":[]}],"order":"00","trial":true,"v":1}""");
        File.WriteAllText(Path.Combine(bag, "order.json"), "{}");
        using var officer = AgeIdentity.Generate();
        var facts = new PackageFacts("gate.example", true, "{}"u8.ToArray(), "01J8Z3K4M5N6P7Q8R9S0T1V2W3", new string('a', 64), [], "", PackageRecipients.Of(officer.Recipient), "Amtsgericht Musterstadt", new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero));
        using var writer = new PackageWriter(new MemoryStream(), facts);
        var statement = writer.Finish(new CollectionReport([], []));
        BagIndex.Write(bag, Path.Combine(folder, "index"), statement,
            [new Check(true, "the seal is signed by the gate's key that is trusted", null), new Check(true, "the bag is whole: 18 files, each with its digest, none besides", null)], default);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
