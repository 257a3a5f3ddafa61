using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The languages of the public's and the customers' pages: complete, chosen by the reader, and addable by a file.</summary>
public sealed partial class LanguageTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public void English_German_and_French_have_every_sentence_with_its_places_and_no_sentence_is_unused()
    {
        Assert.Equal(["en", "de", "fr"], ReaderLanguages.Ours.All.Select(language => language.Tag));
        foreach (var language in ReaderLanguages.Ours.All)
            Assert.Equal(ReaderLanguages.Ours.First.Sentences.Order(StringComparer.Ordinal), language.Sentences.Order(StringComparer.Ordinal));
        // The same words in another language are rarely a translation; those that are stand here.
        foreach (var language in ReaderLanguages.Ours.All.Skip(1))
        {
            var same = ReaderLanguages.Ours.First.Sentences.Where(name => language.Say(name) == ReaderLanguages.Ours.First.Say(name)).ToList();
            Assert.All(same, name => Assert.Contains(name, Alike));
        }
        var source = string.Concat(Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web"), "*", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && path.EndsWith(".cs", StringComparison.Ordinal) | path.EndsWith(".razor", StringComparison.Ordinal))
            // The page that checks a code of an attack's notice speaks with the words of notices, in more languages.
            .Where(path => Path.GetFileName(path) != "CheckPage.razor").Select(File.ReadAllText));
        // Names that a page puts together: what stands before and what is added.
        string[] made = ["status.", "decision.", "changes.", "category.", "authorities.no.", "answer.",
            "report.by.", "report.cross.", "report.label.", "refused.", "registry.victim.", "registry.type.", "registry.kind.", "vulnerabilities.by.", "vulnerabilities.as.", "vulnerabilities.why.", "vulnerabilities.starts.", "vulnerabilities.severity.", "vulnerabilities.decided.",
            "portal.progress.", "portal.no.", "portal.category.",
            "absent.", "eventType.", "field.", "hold.", "looks.outcome.", "missing.", "refuse.", "refuseNext.", "scope.bar.", "state.", "tells.", "way.",
            "account.session.", "figures.by."];
        foreach (var name in ReaderLanguages.Ours.First.Sentences.Where(name => !name.StartsWith("word.", StringComparison.Ordinal)))
            Assert.True(source.Contains($"\"{(name.EndsWith(".one", StringComparison.Ordinal) || name.EndsWith(".many", StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : name)}\"", StringComparison.Ordinal) || made.Any(part => name.StartsWith(part, StringComparison.Ordinal) && source.Contains($"\"{part}{{", StringComparison.Ordinal)), $"no page says {name}");
        // And no page says what no language has.
        foreach (Match said in Said().Matches(source))
            Assert.True(ReaderLanguages.Ours.First.Sentences.Contains(said.Groups[1].Value), said.Value);
    }

    /// <summary>Sentences that are the same in two languages.</summary>
    private static readonly string[] Alike = ["nav.start", "notice.what.count", "entries.pages", "word.DataCategory.Identification", "word.AuthorityKind.GrandJury", "word.AuthorityKind.Police", "selector.port", "time.minutes", "time.hours",
        "report.minutes", "report.hours", "report.label.identification", "report.label.instrument", "reportDesk.instrument", "registry.version", "registry.instruments", "registry.instrument", "registry.clauses", "registry.source", "registry.incidents", "registry.pledge.document", "registry.change.one", "registry.change.many", "registry.kind.instruments", "registry.kind.import", "registry.incident", "registry.who.caption", "registry.instrument.version", "registry.chart.says", "word.PledgerKind.Organisation", "registry.victim.finance", "vulnerabilities.version", "totals.files.plan",
        "portal.person.name", "portal.account.passkeys", "portal.account.sessions", "portal.messages", "portal.record.original", "portal.key.format", "portal.submit.fault",
        // Of the demand's pages: names of places alone, and words that are the same in two languages.
        "scope.day", "scope.moment", "bytes.k", "bytes.m", "bytes.g", "word.Sign.Question", "queue.questions", "act.of", "fields.secrecy", "fields.scope", "fields.bytes", "count.question.one", "count.question.many", "count.minute.one", "count.minute.many", "proposed.format", "decide.entry", "event.filingMade", "court.recorded", "decide.by", "proposed.by",
        "accounts.person", "calendar.entry", "handover.entry", "rule.source", "officers.entry", "officers.account", "officers.settled.one"];

    [Theory]
    [InlineData("en", "29 November 2026, 14:30 Berlin · 13:30 UTC", "1,234,567")]
    [InlineData("de", "29. November 2026, 14:30 Berlin · 13:30 UTC", "1.234.567")]
    [InlineData("fr", "29 novembre 2026, 14:30 Berlin · 13:30 UTC", "1\u202F234\u202F567")]
    public void Dates_and_numbers_are_written_as_the_language_has_them_and_times_in_the_readers_zone(string tag, string moment, string number)
    {
        var language = ReaderLanguages.Ours.Find(tag)!;
        Assert.Equal(moment, language.Moment(new(2026, 11, 29, 13, 30, 0, TimeSpan.Zero), WorkZone.Named("Europe/Berlin")));
        Assert.Equal(number, language.Number(1234567));
    }

    [Fact]
    public void The_first_of_a_month_is_numbered_as_the_language_does_it()
    {
        var (french, berlin) = (ReaderLanguages.Ours.Find("fr")!, WorkZone.Named("Europe/Berlin"));
        Assert.Equal("1er mars 2026", french.Day(new(2026, 3, 1)));
        Assert.Equal("11 mars 2026", french.Day(new(2026, 3, 11)));
        Assert.Equal("1er décembre 2026, 00:30 Berlin · 30 novembre 2026, 23:30 UTC", french.Moment(new(2026, 11, 30, 23, 30, 0, TimeSpan.Zero), berlin));
        Assert.StartsWith("mar. 1er déc. 2026, 00:30 Berlin", french.Full(new(2026, 11, 30, 23, 30, 0, TimeSpan.Zero), berlin), StringComparison.Ordinal);
        Assert.Equal("1. März 2026", ReaderLanguages.Ours.Find("de")!.Day(new(2026, 3, 1)));
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9,en;q=0.8", "de")]
    [InlineData("es, fr;q=0.5", "fr")]
    [InlineData("en;q=0.1, fr;q=0.2", "fr")]
    [InlineData("zz, *", "en")]
    [InlineData(";;;,,q=", "en")]
    [InlineData(null, "en")]
    public void The_browser_asks_and_the_first_that_there_is_is_given(string? header, string tag) => Assert.Equal(tag, ReaderLanguages.Ours.Accepted(header).Tag);

    [Fact]
    public async Task The_reader_chooses_by_a_link_that_sets_a_cookie_and_comes_back_and_nowhere_else()
    {
        await using var faces = await Faces.Start();
        using var window = Faces.Client(faces.Public);
        window.DefaultRequestHeaders.Add("Accept-Language", "fr");
        Assert.Contains("<html lang=\"fr\"", await window.GetStringAsync("/"), StringComparison.Ordinal);
        using var chosen = await window.GetAsync("/reader?language=de&zone=Europe/Berlin&back=/ledger");
        Assert.Equal("/ledger", chosen.Headers.Location!.ToString());
        var page = await window.GetStringAsync("/ledger");
        Assert.Contains("<html lang=\"de\"", page, StringComparison.Ordinal);
        Assert.Contains("Zeiten: Berlin", page, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"de\"", await window.GetStringAsync("/report"), StringComparison.Ordinal);
        // A page whose content is in a language of its own says so, and what stands around it is in the reader's.
        var check = await window.GetStringAsync("/check");
        Assert.Contains("<html lang=\"fr\"", check, StringComparison.Ordinal);
        Assert.Contains("<header class=\"masthead\" lang=\"de\"", check, StringComparison.Ordinal);
        foreach (var elsewhere in new[] { "https://evil.example/", "//evil.example", "/\\evil.example", "ledger", "", "/a\nb" })
            Assert.Equal("/", (await window.GetAsync($"/reader?language=fr&back={Uri.EscapeDataString(elsewhere)}")).Headers.Location!.ToString());
        using var none = await window.GetAsync("/reader?language=zz&zone=../../etc/passwd");
        Assert.False(none.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_language_is_added_by_a_file_and_one_that_is_incomplete_or_wrong_is_refused_by_file_and_line()
    {
        var folder = Directory.CreateTempSubdirectory("cs-l-").FullName;
        try
        {
            var english = Words("en");
            var added = english.Replace("name: English", "name: Ngiti", StringComparison.Ordinal).Replace("direction: ltr", "direction: rtl", StringComparison.Ordinal).Replace("Check the ledger yourself", "eht kcehC", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "niy.yaml"), added);
            var languages = ReaderLanguages.With(folder);
            Assert.Equal(4, languages.All.Count);
            await using var stand = await CustomerStand.Up(languages: languages);
            using var window = Faces.Client(stand.Pages);
            window.DefaultRequestHeaders.Add("Accept-Language", "niy");
            var page = await window.GetStringAsync("/enter");
            Assert.Contains("<html lang=\"niy\" dir=\"rtl\"", page, StringComparison.Ordinal);
            Assert.Contains(Asset.Mirrored.Path, page, StringComparison.Ordinal);
            foreach (var (wrong, says) in new[]
            {
                (added.Replace("ledger.tab:", "ledger.tob:", StringComparison.Ordinal), "no page says \"ledger.tob\""),
                (string.Join('\n', added.Split('\n').Where(line => !line.StartsWith("ledger.tab:", StringComparison.Ordinal))), "\"ledger.tab\" is missing"),
                (added.Replace("{provider}", "{company}", StringComparison.Ordinal), "has the places [company] and must have [provider]"),
                (added.Replace("[January, ", "[", StringComparison.Ordinal), "11 in \"months\""),
                (added.Replace("rtl", "up", StringComparison.Ordinal), "ltr or rtl"),
                (added.Replace("d MMMM yyyy, HH:mm", "%", StringComparison.Ordinal), "patterns of a date"),
            })
            {
                File.WriteAllText(Path.Combine(folder, "niy.yaml"), wrong);
                var no = Assert.Throws<FormatException>(() => ReaderLanguages.With(folder));
                Assert.Contains(says, no.Message, StringComparison.Ordinal);
                Assert.Contains("niy.yaml", no.Message, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task In_each_language_mirrored_and_at_200_percent_no_page_has_an_accessibility_fault_or_scrolls_sideways()
    {
        var folder = Directory.CreateTempSubdirectory("cs-l-").FullName;
        File.WriteAllText(Path.Combine(folder, "ar.yaml"), Words("de").Replace("direction: ltr", "direction: rtl", StringComparison.Ordinal));
        await using var faces = await Faces.Start();
        await using var stand = await CustomerStand.Up(languages: ReaderLanguages.With(folder));
        stand.Banners = [CustomerStand.Attack];
        var faults = new List<string>();
        foreach (var tag in new[] { "de", "fr", "ar" })
        {
            // 1280 px at 200 % are 640; the smallest that WCAG names are 320.
            foreach (var width in new[] { 320, 640 })
            {
                await using var context = await browser.Open(width, ColorScheme.Light, script: true);
                var page = await context.NewPageAsync();
                await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
                foreach (var path in tag == "ar" ? [] : new[] { "/", "/ledger", "/ledger/check", "/authorities", "/rules", $"/status/{Samples.Token}", "/reader" })
                {
                    await page.GotoAsync(new Uri(faces.Public, path).ToString());
                    faults.AddRange(await Browser.Faults(page, $"{tag} {width} {path}"));
                }
                await page.GotoAsync(new Uri(stand.Pages, "/enter").ToString());
                await Enter(page, stand);
                foreach (var path in new[] { "/", "/check" })
                {
                    await page.GotoAsync(new Uri(stand.Pages, path).ToString());
                    Assert.Equal(tag == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main h1')).direction"));
                    await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"customer{path.Replace('/', '-')}-{tag}-{width}.png"), FullPage = true });
                    faults.AddRange(await Browser.Faults(page, $"{tag} {width} customer {path}"));
                }
            }
        }
        Directory.Delete(folder, recursive: true);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task The_publics_and_the_customers_pages_say_nothing_in_English_to_whoever_reads_another_language()
    {
        await using var faces = await Faces.Start(languages: Untranslated.Marked);
        await using var stand = await CustomerStand.Up(languages: Untranslated.Marked);
        stand.Banners = [CustomerStand.Attack];
        await using var context = await browser.Open(1440, ColorScheme.Light, script: true);
        var (page, found) = (await context.NewPageAsync(), new List<string>());
        await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = "qps" });
        foreach (var path in new[] { "/", "/ledger", "/ledger/check", "/ledger/entries", "/authorities", "/rules", $"/status/{Samples.Token}", "/reader" })
        {
            await page.GotoAsync(new Uri(faces.Public, path).ToString());
            found.AddRange(await Untranslated.On(page, path));
        }
        await page.GotoAsync(new Uri(stand.Pages, "/enter").ToString());
        await Enter(page, stand);
        foreach (var path in new[] { "/", "/check" })
        {
            await page.GotoAsync(new Uri(stand.Pages, path).ToString());
            found.AddRange(await Untranslated.On(page, "customer " + path));
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>What a product's page does: sends the form.</summary>
    internal static async Task Enter(IPage page, CustomerStand stand)
    {
        var answer = await page.APIRequest.PostAsync(new Uri(stand.Pages, "/enter").ToString(), new() { Form = page.APIRequest.CreateFormData().Set("token", stand.Token()), MaxRedirects = 0 });
        Assert.Equal((int)HttpStatusCode.SeeOther, answer.Status);
    }

    /// <summary>All files of a language as one, as an operator may write it.</summary>
    private static string Words(string tag) => string.Concat(Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web", "Languages", tag), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText));

    [GeneratedRegex("Say\\(\"([a-zA-Z.]+)\"")]
    private static partial Regex Said();
}
