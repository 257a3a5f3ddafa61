using System.Net;
using System.Security.Cryptography;
using Counterseal.Convention;
using Counterseal.Ledger;
using Counterseal.Web.Pages;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The registry's pages over a real registry with a real ledger, in a browser and by plain requests.</summary>
public sealed class RegistryPagesTests(Browser browser) : IClassFixture<Browser>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly (string Path, Type Page)[] Paths =
    [
        ("/registry", typeof(RegistryPage)), ("/registry/states/CN", typeof(RegistryStatePage)), ("/registry/states/XK", typeof(RegistryStatePage)), ("/registry/states/SUHH", typeof(RegistryStatePage)),
        ("/registry/instruments/dgc/2017-04", typeof(RegistryInstrumentPage)), ("/registry/clauses/dgc/2017-04/4", typeof(RegistryClausePage)), ("/registry/clauses/us-cn/2015/1", typeof(RegistryClausePage)),
        ("/registry/incidents", typeof(RegistryIncidentsPage)), ("/registry/incidents/test-1", typeof(RegistryIncidentPage)), ("/registry/incidents/test-40", typeof(RegistryIncidentPage)),
        ("/registry/trends", typeof(RegistryTrendsPage)), ("/registry/trends?state=CN&clause=us-cn/2015/1", typeof(RegistryTrendsPage)), ("/registry/states/ZZ", typeof(ProblemPage)), ("/", typeof(FrontPage)),
    ];

    /// <summary>The pages that are looked at here.</summary>
    internal static IEnumerable<Type> Types => Paths.Select(one => one.Page);

    [Theory]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    [InlineData(768, ColorScheme.Light)]
    [InlineData(768, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_window(int width, ColorScheme scheme)
    {
        await using var shown = await Shown.Start();
        await using var context = await browser.Open(width, scheme, script: true);
        var page = await context.NewPageAsync();
        var faults = new List<string>();
        foreach (var (path, _) in Paths)
        {
            await page.GotoAsync(new Uri(shown.Address, path).ToString());
            var name = path.Replace('/', '-').Replace('?', '-').Replace('&', '-').Trim('-');
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"registry-{name}-{width}-{scheme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
            faults.AddRange(await Browser.Faults(page, path));
        }
        if (width == 1440)
        {
            await page.GotoAsync(new Uri(shown.Address, "/registry/incidents/test-1").ToString());
            await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = ColorScheme.Light });
            await page.ScreenshotAsync(new() { Path = Path.Combine(Screens, "registry-incident-printed.png"), FullPage = true });
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task An_articles_text_of_one_version_is_never_shown_under_another()
    {
        await using var shown = await Shown.Start();
        foreach (var version in shown.Book.Versions)
            foreach (var clause in version.Clauses)
            {
                var page = WebUtility.HtmlDecode(await shown.Client.GetStringAsync($"/registry/clauses/{version.Instrument}/{version.Version}/{clause.Id}", Stop));
                var quoted = page[page.IndexOf("<blockquote", StringComparison.Ordinal)..page.IndexOf("</blockquote>", StringComparison.Ordinal)];
                Assert.Contains(clause.Text, quoted, StringComparison.Ordinal);
                foreach (var other in shown.Book.Versions.Where(v => v != version).SelectMany(v => v.Clauses).Where(c => c.Text != clause.Text))
                    Assert.DoesNotContain(other.Text, quoted, StringComparison.Ordinal);
            }
        foreach (var none in (string[])["/registry/clauses/dgc/2017-02/9", "/registry/clauses/dgc/2018/1", "/registry/clauses/un-gge/2015/l", "/registry/instruments/dgc/2018", "/registry/incidents/none"])
        {
            using var answer = await shown.Client.GetAsync(none, Stop);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_pages_say_who_says_what_keep_what_stood_before_and_take_all_words_for_text()
    {
        await using var shown = await Shown.Start();
        var front = await shown.Client.GetStringAsync("/registry", Stop);
        Assert.Contains("States bound by a Digital Geneva Convention: none", front, StringComparison.Ordinal);
        Assert.Contains("accuses nobody", front, StringComparison.Ordinal);
        var incident = await shown.Client.GetStringAsync("/registry/incidents/test-1", Stop);
        Assert.DoesNotContain("<script", incident, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", incident, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"javascript:", incident, StringComparison.Ordinal);
        Assert.Contains("They contradict each other", incident, StringComparison.Ordinal);
        Assert.Contains("What stood here then", incident, StringComparison.Ordinal);
        Assert.Contains("A laboratory", incident, StringComparison.Ordinal);
        Assert.Contains("Made up", incident, StringComparison.Ordinal);
        var trends = await shown.Client.GetStringAsync("/registry/trends?state=CN&clause=us-cn/2015/1", Stop);
        Assert.Contains("95 % interval", WebUtility.HtmlDecode(trends), StringComparison.Ordinal);
        Assert.Contains("What these numbers cannot say", trends, StringComparison.Ordinal);
        Assert.Contains("/registry", await shown.Client.GetStringAsync("/", Stop), StringComparison.Ordinal);
        using var headers = await shown.Client.GetAsync("/registry/download/registry.stix.json", Stop);
        Assert.Equal("attachment; filename=\"registry.stix.json\"", headers.Content.Headers.ContentDisposition!.ToString());
        Assert.StartsWith("{\"type\":\"bundle\"", await headers.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.StartsWith("{\"boundStates\":", await shown.Client.GetStringAsync("/registry/download/registry.json", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_registry_says_nothing_in_English_to_whoever_reads_another_language()
    {
        await using var shown = await Shown.Start(PublicLook.Languages);
        var (context, page) = await PublicLook.Marked(browser);
        await using var _ = context;
        var found = await PublicLook.English(page, shown.Address, [.. Paths.Select(one => one.Path), "/registry/incidents?page=2", "/registry/incidents?state=CN&role=attacked", "/registry/incidents?state=CN&clause=us-cn/2015/1",
            "/registry/trends?clause=dgc/2017-04/4", "/registry/clauses/dgc/2018/1", "/registry/instruments/dgc/2018", "/registry/incidents/none"]);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public async Task At_200_percent_at_320_px_in_each_language_and_from_right_to_left_no_page_of_the_registry_scrolls_sideways()
    {
        await using var shown = await Shown.Start(PublicLook.Languages);
        var wide = await PublicLook.Sideways(browser, shown.Address,
        [
            ("/registry", "registry"), ("/registry/states/CN", "registry-state"), ("/registry/instruments/dgc/2017-04", "registry-instrument"), ("/registry/clauses/dgc/2017-04/4", "registry-clause"), ("/registry/incidents", "registry-incidents"),
            ("/registry/incidents/test-1", "registry-incident"), ("/registry/trends?state=CN&clause=us-cn/2015/1", "registry-trends"), ("/registry/states/ZZ", "registry-none"),
        ]);
        Assert.True(wide.Count == 0, string.Join('\n', wide));
    }

    private static string Screens { get; } = Directory.CreateDirectory(Path.Combine(Place.Root, "artifacts", "screens")).FullName;

    /// <summary>A registry with forty made-up incidents, served.</summary>
    private sealed class Shown : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("cs-rp-").FullName;
        private readonly List<IAsyncDisposable> parts = [];
        private readonly List<IDisposable> small = [];

        public Uri Address { get; private set; } = null!;
        public HttpClient Client { get; private set; } = null!;
        public InstrumentBook Book { get; private set; } = null!;

        public static async Task<Shown> Start(ReaderLanguages? languages = null)
        {
            var shown = new Shown();
            var made = LedgerHome.Create(Path.Combine(shown.folder, "ledger"), "ledger.example/log", "registry");
            var socket = "unix:" + Path.Combine(shown.folder, "l.sock");
            shown.parts.Add(await LedgerHost.Start(made.Home.Folder, socket, TimeProvider.System, Stop));
            var signer = NoteSigner.Generate("registry.example/editor");
            var ledger = new LedgerClient(socket, made.Key, made.Credentials["registry"]);
            shown.small.AddRange([signer, ledger]);
            var record = await RegistryRecord.Open(new() { Database = "sqlite:" + Path.Combine(shown.folder, "r.db"), Editor = signer.Verifier, Log = made.Key }, new(signer, ledger, new WriterKey(RandomNumberGenerator.GetBytes(32))), TimeProvider.System, Stop);
            shown.parts.Insert(0, record);
            var data = Path.Combine(Place.Root, "registry");
            await RegistryHome.Adopt(record, data, "ana", Stop);
            shown.Book = InstrumentBook.Read(data);
            var rules = ClauseRules.Read(data, shown.Book);
            var incidents = Enumerable.Range(1, 60).Select(n => One(n, rules)).ToList();
            await record.Append("ana", "import", null, [.. incidents.Select(RegistryItem.Of)], Stop);
            var reader = new RegistryReader(record);
            await record.Append("ana", "correction", "the same", await Corrections.Of(reader, "test-1", "test-2", null, null, null, null, Stop), Stop);
            await record.Append("ana", "correction", "an answer came", await Corrections.Of(reader, "test-1", null, "Sample 1 <script>alert(1)</script>, called otherwise", "CN: it denies any part", "https://news.example/answer", "the second laboratory, on other logs", Stop), Stop);
            var face = PublicFace.Build(new()
            {
                Ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Provider = "Example Mail", Trial = true, Languages = languages ?? ReaderLanguages.Ours },
                Origin = "https://demands.example.org",
                LedgerKey = made.Key.ToString(),
                Checkpoint = ledger.Checkpoint,
                Tile = (tile, stop) => ledger.FetchTile(tile, stop),
                Status = (_, _) => Task.FromResult<StatusView?>(null),
                Package = (_, _, _, _) => Task.FromResult<Counterseal.Desk.PackageFile?>(null),
                Submit = (_, _) => Task.FromResult(new Submission(null, null, [])),
                Registry = reader,
            });
            shown.parts.Insert(0, face);
            await face.StartAsync(Stop);
            shown.Address = new(face.Urls.Single());
            shown.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = shown.Address };
            return shown;
        }

        private static Incident One(int n, ClauseRules rules)
        {
            Victims[] victims = n % 5 == 0 ? [new(null, ["media"])] : [new("DE", ["company"]), new("FR", ["criticalInfrastructure", "government"])];
            string[] types = n % 3 == 0 ? ["disruption"] : ["theft", "zeroDay"];
            return new("test", n.ToString(System.Globalization.CultureInfo.InvariantCulture), $"Sample {n}: Grey Heron at a port authority", n % 4 == 0 ? null : "An invented attack, made up for the tests.",
                n == 40 ? null : new DateOnly(2006 + (n % 20), 1 + (n % 12), 3), null, types, victims,
                n == 40 ? [] : [new("A laboratory", ["EE"], AttributionBasis.Community, new DateOnly(2020, 1, 1), [n % 2 == 0 ? "RU" : "CN"], "Grey Heron", n % 7 == 0 ? "likely" : null), new("A newspaper", [], AttributionBasis.Media, null, [n % 2 == 0 ? "RU" : "CN"])],
                [], null, rules.Of(victims, types), ["https://news.example/" + n], [], Sample: true);
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            foreach (var part in parts)
                await part.DisposeAsync();
            foreach (var one in small)
                one.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
