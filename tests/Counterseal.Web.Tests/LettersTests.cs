using System.Net;
using System.Text;
using Counterseal.Desk;
using Counterseal.Intake;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>Letters at the desk: drafted as the command drafts them, copied into a message that a person sends, in each language.</summary>
public sealed class LettersTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task The_page_has_the_drafts_that_the_command_writes_and_each_is_to_be_had_as_the_commands_file()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = await Refused(stand);
        using var rosa = await stand.As("Rosa");
        var page = WebUtility.HtmlDecode(await rosa.GetStringAsync($"/demands/{demand}/letters"));
        // From the same demand, facts and book, made here as `counterseal draft` makes it.
        var file = await stand.Desk.Show(demand, default);
        var matter = Matter.Of(file.State.Received!.Demand, file.State.Established, stand.Desk.Book, file.State.ReceivedAt, DateTimeOffset.UtcNow);
        Assert.Contains("annex3", matter.CalledFor);
        Assert.Equal(matter.CalledFor, matter.CalledFor.OrderBy(name => page.IndexOf($"id=\"letter-{name}\"", StringComparison.Ordinal)));
        foreach (var name in matter.CalledFor)
        {
            var draft = Samples.Letters.Write(matter, name, null, DraftFormat.Text);
            Assert.Contains(draft.Text.TrimEnd('\n'), page, StringComparison.Ordinal);
            Assert.All(draft.Gaps, gap => Assert.Contains($"<li>{gap}</li>", page, StringComparison.Ordinal));
            using var text = await rosa.GetAsync($"/demands/{demand}/letters/draft?letter={name}&format=text");
            Assert.Equal(draft.Text, await text.Content.ReadAsStringAsync());
            Assert.Equal($"{demand}-{name}.txt", text.Content.Headers.ContentDisposition!.FileName);
            Assert.Equal(Samples.Letters.Write(matter, name).Text, await rosa.GetStringAsync($"/demands/{demand}/letters/draft?letter={name}"));
        }
        // With no letter named it is the one that is called for most, as with the command.
        Assert.Equal(Samples.Letters.Write(matter).Text, await rosa.GetStringAsync($"/demands/{demand}/letters/draft"));
        // One ground alone, whether a rule raised it or not; Annex III as data, to the byte.
        var alone = WebUtility.HtmlDecode(await rosa.GetStringAsync($"/demands/{demand}/letters?ground=eu.annex3.notStored"));
        Assert.Contains(Samples.Letters.Write(matter, ground: "eu.annex3.notStored", format: DraftFormat.Text).Text.TrimEnd('\n'), alone, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(Annex3Xml.Write(Samples.Letters.Write(matter, ground: "eu.annex3.notStored").Annex3!)) + "\n", await rosa.GetStringAsync($"/demands/{demand}/letters/draft?ground=eu.annex3.notStored&format=xml"));
        // Where every fact came from: the event, and who.
        Assert.Contains("<code>authenticated</code>", page, StringComparison.Ordinal);
        var said = file.Events.Last(logged => logged.Event.Type == "authenticated").Event;
        Assert.Contains($">event {said.Version}</a>, <bdi translate=\"no\">Ines</bdi>", page, StringComparison.Ordinal);
        Assert.Contains(stand.Desk.Book.Digest, page, StringComparison.Ordinal);
        Assert.Contains(file.State.Received.Original.Digest, page, StringComparison.Ordinal);
        foreach (var (query, says) in new[] { ("letter=poem", "no letter 'poem'"), ("ground=no.such", "no ground 'no.such'"), ("letter=refusal&format=xml", "only the letter annex3"), ("letter=refusal&format=pdf", "choose markdown, text or xml") })
        {
            using var no = await rosa.GetAsync($"/demands/{demand}/letters/draft?{query}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, no.StatusCode);
            Assert.Contains(says, WebUtility.HtmlDecode(await no.Content.ReadAsStringAsync()), StringComparison.Ordinal);
        }
        Assert.Contains("there is no letter 'poem'", WebUtility.HtmlDecode(await rosa.GetStringAsync($"/demands/{demand}/letters?letter=poem")), StringComparison.Ordinal);
        Assert.Contains($"href=\"/demands/{demand}/letters\"", await rosa.GetStringAsync($"/demands/{demand}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_sees_the_demand_reads_its_drafts_each_look_is_recorded_and_outside_its_compartment_there_are_none()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = await Refused(stand);
        using var abel = await stand.As("Abel");
        var page = await abel.GetStringAsync($"/demands/{demand}/letters");
        // Auditors change nothing: they have no message to send.
        Assert.DoesNotContain("<textarea", page, StringComparison.Ordinal);
        using var no = await DeskStand.Post(abel, "/account", $"/demands/{demand}/messages", ("text", "x"), ("letter", "refusal"));
        Assert.Equal(HttpStatusCode.Forbidden, no.StatusCode);
        _ = await abel.GetByteArrayAsync($"/demands/{demand}/letters/draft");
        var views = await stand.Accounts.Views.Latest(demand, null, null, 100, default);
        Assert.Contains(views, view => view is { Person: "Abel", What: "GET /demands/{id}/letters" });
        Assert.Contains(views, view => view is { Person: "Abel", What: "GET /demands/{id}/letters/draft" });
        using var ada = await stand.As("Ada");
        Assert.Equal(HttpStatusCode.Forbidden, (await ada.GetAsync($"/demands/{demand}/letters")).StatusCode);

        await stand.Join("Lena", Role.Counsel);
        await stand.Accounts.MakeCompartment("Cora", "few", [], default);
        _ = await stand.Desk.Restrict(demand, "Cora", "few", "a test", null, default);
        using var cora = await stand.As("Cora");
        using var lena = await stand.As("Lena");
        foreach (var path in new[] { "letters", "letters/draft", "notice" })
        {
            Assert.NotEqual(HttpStatusCode.NotFound, (await cora.GetAsync($"/demands/{demand}/{path}")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await lena.GetAsync($"/demands/{demand}/{path}")).StatusCode);
        }
    }

    [Fact]
    public async Task A_draft_becomes_a_message_only_when_a_person_sends_it_and_not_with_a_place_that_is_left_to_counsel()
    {
        await using var stand = await DeskStand.Up();
        await stand.Populate();
        var demand = await Refused(stand);
        using var cora = await stand.As("Cora");
        var page = WebUtility.HtmlDecode(await cora.GetStringAsync($"/demands/{demand}/letters?letter=refusal"));
        var from = page.IndexOf("id=\"text-letter-refusal\"", StringComparison.Ordinal);
        var typed = page[(page.IndexOf('>', from) + 1)..page.IndexOf("</textarea>", from, StringComparison.Ordinal)].Trim('\n');
        Assert.StartsWith("[to be completed by counsel", typed, StringComparison.Ordinal);
        Assert.DoesNotContain("DRAFT", typed, StringComparison.Ordinal);
        Assert.Empty((await stand.Desk.Show(demand, default)).State.Messages);

        // As it stands it is not sent, and comes back as it was typed.
        using var no = await DeskStand.Post(cora, $"/demands/{demand}/letters", $"/demands/{demand}/messages", ("text", typed + "\nMine <b>too</b>."), ("letter", "refusal"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, no.StatusCode);
        var back = await no.Content.ReadAsStringAsync();
        Assert.Contains("The message was not sent.", back, StringComparison.Ordinal);
        Assert.Contains("left to counsel", back, StringComparison.Ordinal);
        Assert.Contains("Mine &lt;b&gt;too&lt;/b&gt;.", back, StringComparison.Ordinal);
        using var long1 = await DeskStand.Post(cora, $"/demands/{demand}/letters", $"/demands/{demand}/messages", ("text", new string('x', 4001)), ("letter", "refusal"));
        Assert.Equal(HttpStatusCode.Conflict, long1.StatusCode);
        Assert.Contains(new string('x', 4001), await long1.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty((await stand.Desk.Show(demand, default)).State.Messages);

        var done = string.Join('\n', typed.Split('\n').Where(line => !line.Contains(LetterView.Gap, StringComparison.Ordinal)));
        using var yes = await DeskStand.Post(cora, $"/demands/{demand}/letters", $"/demands/{demand}/messages", ("text", done), ("letter", "refusal"));
        Assert.Equal(HttpStatusCode.SeeOther, yes.StatusCode);
        var message = Assert.Single((await stand.Desk.Show(demand, default)).State.Messages);
        Assert.Equal((MessageDirection.ToAuthority, "Cora"), (message.Direction, message.By));
        Assert.Contains("Your demand", message.Text, StringComparison.Ordinal);
        // As long as a message may be, in a script of which each letter is six bytes of a form.
        using var greek = await DeskStand.Post(cora, $"/demands/{demand}/letters", $"/demands/{demand}/messages", ("text", new string('ψ', 4000)), ("letter", "refusal"));
        Assert.Equal(HttpStatusCode.SeeOther, greek.StatusCode);
        // The form of messages itself refuses it, too, as it refuses everything.
        using var plain = await DeskStand.Post(cora, $"/demands/{demand}", $"/demands/{demand}/messages", ("text", "[to be completed by counsel: a name]"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, plain.StatusCode);

        // Who has a conflict reads, and sends nothing from here.
        using var recused = await DeskStand.Post(cora, $"/demands/{demand}/access", $"/demands/{demand}/recuse", ("reason", "an old friend"));
        Assert.DoesNotContain("<textarea", await cora.GetStringAsync($"/demands/{demand}/letters"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_the_sender_of_a_forged_demand_nothing_is_drafted_and_of_one_that_the_ledger_contradicts_nothing_at_all()
    {
        await using var faces = await Faces.Start();
        faces.View = Samples.Waiting;
        using var window = await faces.SignedIn();
        var unsure = await window.GetStringAsync($"/demands/{Samples.Id}/letters");
        Assert.Contains("It is not established from whom the demand is", unsure, StringComparison.Ordinal);
        faces.View = Samples.Waiting with { Facts = new SortedDictionary<string, string> { ["authenticated"] = "false" } };
        var forged = await window.GetStringAsync($"/demands/{Samples.Id}/letters");
        Assert.Contains("Nothing of this demand calls for a letter.", forged, StringComparison.Ordinal);
        Assert.Contains("nothing is told to its sender", forged, StringComparison.Ordinal);
        Assert.DoesNotContain("<pre", forged, StringComparison.Ordinal);
        faces.View = Samples.View with { Tampered = "event 2 is not the leaf" };
        var tampered = await window.GetStringAsync($"/demands/{Samples.Id}/letters");
        Assert.DoesNotContain("<pre", tampered, StringComparison.Ordinal);
        Assert.Contains("Nothing is drafted from it", tampered, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await window.GetAsync($"/demands/{Samples.Id}/letters/draft?letter=refusal")).StatusCode);
    }

    [Fact]
    public void A_letter_of_the_operators_own_is_named_as_its_file_and_one_that_cannot_be_drafted_says_why()
    {
        var own = Letters.Read([("poem.liquid", Encoding.UTF8.GetBytes("{% comment %} to: authority {% endcomment %}\nDear {{ demand.authority }}\n"))]);
        var drafts = LettersView.Of(own, Samples.View, Samples.Books.Book, Samples.Now, "poem", null);
        Assert.Equal("Dear Garda National Cyber Crime Bureau", drafts.Chosen!.Message);
        Assert.All(drafts.CalledFor, one => Assert.Contains("the folder has poem", one.No, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_each_language_narrow_and_wide_the_page_of_letters_has_no_fault_and_says_nothing_in_English_that_is_ours()
    {
        await using var stand = await DeskStand.Up(trial: true, languages: Untranslated.Marked);
        var demand = (await stand.Received()).Demand;
        _ = await stand.Desk.Tell(demand, "Cora Lind", "by letter of 24 November", "asked by the court", null, default);
        await using var faces = await Faces.Start(languages: Untranslated.Marked);
        faces.View = Samples.View;
        var faults = new List<string>();
        foreach (var tag in new[] { "de", "fr", "qps" })
        {
            foreach (var width in tag == "qps" ? [1440] : new[] { 390, 1440 })
            {
                await using var context = await browser.Open(width, ColorScheme.Light, script: true);
                var page = await context.NewPageAsync();
                await page.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = tag });
                foreach (var (face, code, name, paths) in new[]
                {
                    (faces.Desk, Faces.Code, "sample", new[] { $"/demands/{Samples.Id}/letters", $"/demands/{Samples.Id}/letters?letter=motion&ground=eu.annex3.protected" }),
                    (stand.Pages, DeskStand.Code, "desk", [$"/demands/{demand}/letters?letter=clarification", $"/demands/{demand}/letters?letter=poem"]),
                })
                {
                    await page.GotoAsync(new Uri(face, "/sign-in").ToString());
                    await page.FillAsync("#code", code);
                    await page.PressAsync("#code", "Enter");
                    await page.Locator("form[action='/sign-out']").WaitForAsync();
                    foreach (var (path, i) in paths.Select((path, i) => (path, i)))
                    {
                        await page.GotoAsync(new Uri(face, path).ToString());
                        await page.EvaluateAsync("for (const d of document.querySelectorAll('main details')) d.open = true");
                        if (tag == "qps")
                        {
                            // What stands around the page is its frame's, and looked at with it.
                            await page.EvaluateAsync("for (const around of document.querySelectorAll('body > :not(main)')) around.remove()");
                            faults.AddRange(await Untranslated.On(page, $"{name} {path}"));
                            continue;
                        }
                        await page.ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"letters-{name}-{i}-{tag}-{width}.png"), FullPage = true });
                        // The made-up language in the foot is none that axe knows.
                        faults.AddRange((await Browser.Faults(page, $"{tag} {width} {name} {path}")).Where(fault => !fault.Contains("hreflang=\"qps\"", StringComparison.Ordinal)));
                    }
                }
                // What stands on the demand's own page of this: the way to the letters, and the proof for the customer.
                await page.GotoAsync(new Uri(stand.Pages, $"/demands/{demand}").ToString());
                if (tag == "qps")
                    Assert.All(await page.Locator("a[href$='/letters'], .told").AllTextContentsAsync(), text => Assert.StartsWith("⟦", text.Trim(), StringComparison.Ordinal));
                else
                    await page.Locator(".told").ScreenshotAsync(new() { Path = Path.Combine(Place.Root, "artifacts", "screens", $"told-{tag}-{width}.png") });
            }
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task Without_script_a_person_reads_a_draft_copies_it_completes_it_and_sends_it()
    {
        await using var stand = await DeskStand.Up(trial: true);
        var demand = (await stand.Received()).Demand;
        await using var context = await browser.Open(1440, ColorScheme.Light, script: false);
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(stand.Pages, "/sign-in").ToString());
        await page.FillAsync("#code", DeskStand.Code);
        await page.PressAsync("#code", "Enter");
        await page.GotoAsync(new Uri(stand.Pages, $"/demands/{demand}").ToString());
        await page.ClickAsync("a[href$='/letters']");
        await page.SelectOptionAsync("#letter", "clarification");
        await page.ClickAsync("section[aria-labelledby=other] button");
        var part = page.Locator("section[aria-labelledby=letter-clarification]");
        await part.Locator("summary").ClickAsync();
        var text = await part.Locator("textarea").InputValueAsync();
        await part.Locator("textarea").FillAsync(string.Join('\n', text.Split('\n').Where(line => !line.Contains("[to be completed", StringComparison.Ordinal))));
        await part.Locator("button").ClickAsync();
        await page.Locator("#messages").WaitForAsync();
        Assert.Contains("Your reference: 4:26-mj-00317", Assert.Single((await stand.Desk.Show(demand, default)).State.Messages).Text, StringComparison.Ordinal);
    }

    /// <summary>A demand that is authentic and fails: a certificate for content that no judge issued or validated.</summary>
    private static async Task<string> Refused(DeskStand stand)
    {
        var demand = Assert.IsType<Receipt>(await stand.Desk.Receive("""
            {"counterseal": "demand/v1", "reference": "31 Js 2204/26", "instrument": "eu.epoc", "issuing": {"name": "Police of Example Town", "country": "DE", "kind": "police"}, "issued": "2026-11-23T08:00:00Z",
             "scope": [{"selector": {"mailbox": "ada@example.test"}, "categories": ["subscriber", "content"], "from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}]}
            """u8.ToArray(), "test", default)).Demand;
        _ = await stand.Desk.Authenticate(demand, "Ines", Authenticity.Authentic, "called back", "the clerk knew it", null, default);
        return demand;
    }
}
