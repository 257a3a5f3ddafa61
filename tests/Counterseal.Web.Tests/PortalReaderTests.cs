using System.Text;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>The portal's pages and refusals as officers have them who read another language, from right to left, or at 200 %.</summary>
public sealed class PortalReaderTests(Browser browser) : IClassFixture<Browser>
{
    private static readonly string Screens = Path.Combine(Place.Root, "artifacts", "screens");

    [Fact]
    public async Task The_portal_says_nothing_in_English_to_whoever_reads_another_language()
    {
        var clock = new PortalTests.Later();
        await using var shown = await Shown.Up(browser, Untranslated.Marked, clock);
        await shown.Page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = "qps" });
        var found = new List<string>();
        await shown.Around(whole: true, async name => found.AddRange(await Untranslated.On(shown.Page, name)));
        // When it is some time since a passkey answered.
        clock.By += SessionLimits.Usual.Fresh + TimeSpan.FromSeconds(1);
        foreach (var path in (string[])["/key", "/account"])
        {
            await shown.Page.GotoAsync(new Uri(shown.Portal.Stand.Portal, path).ToString());
            Assert.Equal(1, await shown.Page.Locator($"main a[href='/sign-in?to={path}']").CountAsync());
            found.AddRange(await Untranslated.On(shown.Page, path + ", not fresh"));
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public async Task In_each_language_at_200_percent_and_from_right_to_left_no_page_of_the_portal_scrolls_sideways()
    {
        var folder = Directory.CreateTempSubdirectory("cs-p-").FullName;
        var german = Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web", "Languages", "de"), "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText);
        await File.WriteAllTextAsync(Path.Combine(folder, "ar.yaml"), string.Concat(german).Replace("direction: ltr", "direction: rtl", StringComparison.Ordinal));
        await using var shown = await Shown.Up(browser, ReaderLanguages.With(folder), new PortalTests.Later());
        Directory.Delete(folder, recursive: true);
        var faults = new List<string>();
        foreach (var tag in (string[])["de", "fr", "ar"])
        {
            await shown.Page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
            await shown.Around(whole: false, async name =>
            {
                Assert.Equal(tag, await shown.Page.GetAttributeAsync("html", "lang"));
                Assert.Equal(tag == "ar" ? "rtl" : "ltr", await shown.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('main h1')).direction"));
                // 1280 px at 200 % are 640; the smallest that WCAG names are 320.
                foreach (var width in (int[])[320, 390, 640, 1440])
                {
                    await shown.Page.SetViewportSizeAsync(width, 900);
                    if (width is 390 or 1440 || (tag == "ar" && width == 320))
                        await shown.Page.ScreenshotAsync(new() { Path = Path.Combine(Screens, $"portal-{name}-{tag}-{width}.png"), FullPage = true });
                    await shown.Page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                    var wide = await shown.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
                    if (wide > 0)
                        faults.Add($"{tag} {width} {name}: {wide} px too wide: {await shown.Page.EvaluateAsync<string>("[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || e.getBoundingClientRect().left < -1).slice(0, 6).map(e => e.outerHTML.slice(0, 120)).join(' … ')")}");
                }
                if (tag == "ar")
                    faults.AddRange(await Browser.Faults(shown.Page, $"{tag} {name}"));
            });
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    /// <summary>A portal with something on every page, and an officer's window in it.</summary>
    private sealed class Shown : IAsyncDisposable
    {
        private string state = "";

        public PortalStand Portal { get; private set; } = null!;
        public IPage Page { get; private set; } = null!;

        private string demand = "", join = "";

        public static async Task<Shown> Up(Browser browser, ReaderLanguages languages, TimeProvider clock)
        {
            var shown = new Shown();
            shown.Portal = await PortalStand.Up(trial: true, time: clock, languages: languages, bend: options => options with
            {
                Filings = options.Filings with
                {
                    One = async (authority, id, cancel) => await options.Filings.One(authority, id, cancel) is { } one ? shown.Bent(one) : null,
                    List = async (authority, skip, most, cancel) => [.. (await options.Filings.List(authority, 0, most, cancel)).SelectMany(one => Enumerable.Repeat(shown.Bent(one), 13))],
                    Tally = (_, _, _) => Task.FromResult<byte[]?>(shown.state == "ready" ? [1] : null),
                },
            });
            var stand = shown.Portal.Stand;
            using var window = await shown.Portal.As("Maeve Byrne");
            shown.demand = await PortalStand.File(window, "IE-DC-2026-0417");
            _ = await PortalStand.File(window, "IE-DC-2026-0502");
            var maeve = (await stand.Officers.Now(default)).All.Values.Single(one => one.Name == "Maeve Byrne");
            await stand.Desk.Write(shown.demand, maeve, "The first. The second is of another case and was named in error.", default);
            await stand.Officers.Ask("Tom Nolan", "Judge", "", "tom.nolan@court.example", "+353 1 555 7778", maeve, default);
            await stand.Officers.Ask("Orla Ryan", "Clerk of the court", "", "orla.ryan@court.example", "+353 1 555 7777", maeve, default);
            await stand.Officers.Confirm("Ines", (await stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Orla Ryan").Asked.Request, (await stand.Desk.EntryOf("court.example", default))!, "the registrar", "she is a clerk there", default);
            using var key = Custody.AgeIdentity.Generate();
            await stand.Officers.Propose(maeve, "age-x25519", key.Recipient.Text, RecipientKey.Read(key.Recipient.Text, TimeProvider.System.GetUtcNow()).Fingerprint, default);
            shown.join = (await stand.Officers.Invite("Ines", (await stand.Desk.EntryOf("police.example", default))!, "Nora Quinn", "Inspector", "met in person", default)).Code;
            var una = await stand.Officers.Invite("Ines", (await stand.Desk.EntryOf("court.example", default))!, "Una Walsh", "Registrar", "met in person", default);
            (shown.Page, _) = await browser.Person(forAxe: true);
            await shown.Go($"/join/{una.Code}");
            await shown.Page.ClickAsync("form[data-passkey] button");
            await shown.Page.Locator(".portal-list").WaitForAsync();
            return shown;
        }

        /// <summary>Every page, and a page of each kind of refusal; whole: in every state, and each refusal.</summary>
        public async Task Around(bool whole, Func<string, Task> look)
        {
            foreach (var (path, name) in new[] { ("/sign-in", "sign-in"), ("/request", "request"), ($"/join/{join}", "join"), ("/key/help", "key-help"), ("/submit", "submit"), ("/colleagues", "colleagues"), ("/key", "key"), ("/account", "account"), ("/demands/none", "no-demand"), ("/nothing", "no-page"), ("/join/none", "no-link"), ("/reader", "reader") })
                await Visit(path, name);
            foreach (var one in whole ? ["", "received", "stayed", "withdrawn", "prepared", "answered", "closed", "ready"] : (string[])["", "answered", "ready"])
            {
                state = one;
                if (one.Length == 0)
                    await Portal.Stand.Desk.Write(demand, "Rosa", "Which of the two do you mean?", default);
                await Visit("/?page=2", "demands" + (one.Length > 0 ? "-" + one : ""));
                await Visit($"/demands/{demand}?filed", "demand" + (one.Length > 0 ? "-" + one : ""));
            }
            state = "";

            await Go("/submit");
            await Page.FillAsync("#item1-value", "everybody@*");
            await Page.EvaluateAsync("for (const field of document.querySelectorAll('[type=datetime-local]')) { field.type = 'text'; field.value = 'yesterday' }");
            await Page.EvaluateAsync("for (const [name, value] of [['item2-kind', 'ip'], ['item2-value', 'x'], ['item2-port', 'y'], ['validating-name', ' x '], ['issuing-country', 'Ireland'], ['validating-country', 'Spain']]) document.getElementsByName(name)[0].value = value");
            await Send("#demand button[value=check]", "submit-faults");
            Assert.True(await Page.Locator(".remarks a").CountAsync() > 3);
            await Go("/submit");
            await Page.FillAsync("#reference", "IE-DC-2026-0600");
            await Page.FillAsync("#item1-value", "ada@example.test");
            await Send("#demand button[value=check]", "submit-checked");
            await Go("/submit");
            if (whole)
                await Send("#upload button[value=check]", "submit-no-file");
            await Page.SetInputFilesAsync("#file", new FilePayload { Name = "order.json", MimeType = "application/json", Buffer = DemandDraft.Of(new Microsoft.AspNetCore.Http.FormCollection(PortalStand.Form("as a file").ToDictionary(field => field.Item1, field => new Microsoft.Extensions.Primitives.StringValues(field.Item2)))).Original("court.example") });
            await Send("#upload button[value=check]", "submit-file");
            await Go($"/demands/{demand}");
            await Send("form[action$='/withdraw'] button", "withdraw-not-sure");
            if (!whole)
                return;
            await Go("/submit");
            await Page.SetInputFilesAsync("#file", new FilePayload { Name = "order.xml", MimeType = "application/xml", Buffer = Encoding.UTF8.GetBytes("<no-such-message/>") });
            await Send("#upload button[value=check]", "submit-file-faults");

            foreach (var (wrong, name) in new[] { ("AGE-SECRET-KEY-1", "key-secret"), ("hello", "key-neither"), ("age1nonsense", "key-below"), (" ", "key-empty") })
            {
                await Go("/key");
                await Page.FillAsync("#key", wrong);
                await Send("form[action='/key'] button", name);
            }
            await Go("/request");
            await Send("form[action='/request'] button", "request-wrong");
            await Go("/colleagues");
            await Send("form[action='/colleagues'] button", "colleagues-wrong");
            await Go("/account");
            await Send("form[data-passkey] button", "account-no-passkey");
            await Go("/account");
            await Page.EvaluateAsync("document.querySelector('form[action=\"/account/sign-out-everywhere\"] input').value = 'old'");
            await Send("form[action='/account/sign-out-everywhere'] button", "old-form");
            await Go("/sign-in");
            await Send("form[data-passkey] button", "sign-in-no-passkey");
            await Go($"/join/{join}");
            await Send("form[data-passkey] button", "join-no-passkey");
            await Go($"/demands/{demand}");
            await Page.EvaluateAsync("document.getElementById('text').removeAttribute('maxlength'); document.getElementById('text').value = 'y'.repeat(4001)");
            await Send("form[action$='/messages'] button", "message-too-long");
            await Go($"/demands/{demand}");
            await Page.EvaluateAsync("document.getElementById('sure').checked = true");
            await Send("form[action$='/withdraw'] button", "withdraw-no-reason");

            async Task Visit(string path, string name)
            {
                await Go(path);
                await look(name);
            }

            // As a browser without script sends it, whatever the fields themselves would say.
            async Task Send(string button, string name)
            {
                await Page.EvaluateAsync("""
                    selector => {
                      document.documentElement.dataset.sent = '';
                      const button = document.querySelector(selector);
                      if (button.name) { const said = document.createElement('input'); said.type = 'hidden'; said.name = button.name; said.value = button.value; button.form.append(said); }
                      HTMLFormElement.prototype.submit.call(button.form);
                    }
                    """, button);
                await Page.Locator("html:not([data-sent]) h1").WaitForAsync();
                await Page.WaitForLoadStateAsync();
                await look(name);
            }
        }

        private Task<IResponse?> Go(string path) => Page.GotoAsync(new Uri(Portal.Stand.Portal, path).ToString());

        private FiledDemand Bent(FiledDemand one) => one with
        {
            Answer = state is "" or "prepared" ? new Deadline("r", "answer the authority", one.View.Received.AddHours(8), one.View.Received.AddHours(-2), "in hours", "Art. 10(4)") : null,
            View = state switch
            {
                "received" or "stayed" or "withdrawn" => one.View with { Status = state },
                "prepared" => one.View with { Status = "decided", Decision = Decision.Comply },
                "answered" => one.View with { Status = "decided", Decision = Decision.Reject, Reasons = ["No emergency is made out."] },
                "closed" => one.View with { Status = "closed", Decision = Decision.Redirect, Reasons = ["The account is the company's."] },
                "ready" => one.View with { Status = "package ready", Decision = Decision.Comply, Package = new("IE-DC-2026-0417-A", one.View.OriginalDigest, [new(0, 48_211_234, one.View.OriginalDigest, "IE-DC-2026-0417-A.age")], one.View.Proof) },
                _ => one.View,
            },
        };

        public async ValueTask DisposeAsync()
        {
            await Page.Context.DisposeAsync();
            await Portal.DisposeAsync();
        }
    }
}
