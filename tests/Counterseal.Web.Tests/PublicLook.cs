using System.Text;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>Looks at the public's pages in languages: what they say in English to whoever reads another one, and whether they hold the width that there is.</summary>
internal static class PublicLook
{
    private static readonly string Screens = Directory.CreateDirectory(Path.Combine(Place.Root, "artifacts", "screens")).FullName;

    /// <summary>Ours, the made-up one that is all in marks, and one with German's long words that runs from right to left.</summary>
    public static ReaderLanguages Languages { get; } = new([.. Untranslated.Marked.All, ReaderLanguage.Parse("ar", [("ar.yaml", Encoding.UTF8.GetBytes(
        string.Concat(Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web", "Languages", "de"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText)).Replace("direction: ltr", "direction: rtl", StringComparison.Ordinal)))], ReaderLanguages.Ours.First)]);

    /// <summary>A page of a browser that asks for the made-up language.</summary>
    public static async Task<(IBrowserContext Context, IPage Page)> Marked(Browser browser)
    {
        var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var page = await context.NewPageAsync();
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = "qps" });
        return (context, page);
    }

    /// <summary>What pages say in English. The seal's own words are looked at on a demand's page.</summary>
    public static async Task<List<string>> English(IPage page, Uri face, IEnumerable<string> paths)
    {
        var found = new List<string>();
        foreach (var path in paths)
        {
            await page.GotoAsync(new Uri(face, path).ToString());
            found.AddRange(await English(page, path));
        }
        return found;
    }

    /// <summary>What the page that is open says in English.</summary>
    public static async Task<IReadOnlyList<string>> English(IPage page, string name)
    {
        await page.EvaluateAsync("document.querySelectorAll('details.seal').forEach(seal => seal.remove())");
        return await Untranslated.On(page, name);
    }

    /// <summary>
    /// Pages that scroll sideways: 1280 px at 200 % are 640, and the smallest that WCAG 2.2 (1.4.10) names are 320; in our languages, and from right to left. The pictures of German and French at 390 and 1440 px, and
    /// of the mirrored one, are in <c>artifacts/screens</c>.
    /// </summary>
    public static async Task<List<string>> Sideways(Browser browser, Uri face, IReadOnlyList<(string Path, string Name)> pages, Func<IPage, Task>? before = null)
    {
        var wide = new List<string>();
        foreach (var width in (int[])[320, 640, 390, 1440])
            foreach (var tag in width is 320 or 640 ? (string[])["en", "de", "fr", "ar"] : ["de", "fr"])
            {
                await using var context = await browser.Open(width, ColorScheme.Light, script: true);
                var page = await context.NewPageAsync();
                await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
                if (before is not null)
                    await before(page);
                foreach (var (path, name) in pages)
                {
                    await page.GotoAsync(new Uri(face, path).ToString());
                    Assert.Equal(tag == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main')).direction"));
                    if (width is 390 or 1440 || (tag, width) == ("ar", 640))
                        await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"words-{name}-{tag}-{width}.png"), FullPage = true });
                    await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                    if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") is > 0 and var over)
                        wide.Add($"{path} {tag} {width}: {over} px too wide: {await page.EvaluateAsync<string>("[...document.querySelectorAll('body *')].filter(e => !e.closest('.wide *, .knew-frame *, pre *') && (e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || e.getBoundingClientRect().left < -1)).slice(0, 4).map(e => e.outerHTML.slice(0, 140)).join(' … ')")}");
                }
            }
        return wide;
    }
}
