using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Intake;

namespace Counterseal.Web.Tests;

/// <summary>The authorities' portal over a real desk and ledger, asked without a browser and without a script.</summary>
public sealed class PortalTests
{
    private const string Nowhere = "7F3K2M9QXTBC4W8NDV5HJ0RSAG";

    [Fact]
    public async Task An_officer_of_one_authority_gets_of_anothers_demand_what_everybody_gets_of_one_that_never_was()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        using var pat = await portal.As("Pat Kelly");
        using var nobody = Faces.Client(portal.Stand.Portal);
        var (courts, polices) = (await PortalStand.File(maeve, "of the court"), await PortalStand.File(pat, "of the police"));
        var byPublicDoor = (await portal.Stand.Received("by the public door")).Demand;
        var form = Faces.Value(await pat.GetStringAsync("/account"), "form");
        var (faults, tried) = (new List<string>(), 0);
        foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Portal && row.Thing == Thing.Demand))
        {
            var never = await Ask(pat, row, Nowhere, form);
            Assert.Equal(HttpStatusCode.NotFound, never.Status);
            foreach (var foreign in new[] { courts, byPublicDoor, "no-id", courts.ToLowerInvariant() })
            {
                tried++;
                var said = await Ask(pat, row, foreign, form);
                if (said != never)
                    faults.Add($"{row.Method} {row.Pattern} of {foreign}: {said.Status}, other than for one that never was");
            }
            var own = await Ask(pat, row, polices, form);
            if (own.Status == HttpStatusCode.NotFound && !row.Pattern.EndsWith("tally.json", StringComparison.Ordinal) && !row.Pattern.EndsWith("{file}", StringComparison.Ordinal))
                faults.Add($"{row.Method} {row.Pattern}: an officer does not get at the own demand");
            var outside = await Ask(nobody, row, courts, null);
            if (outside.Status != HttpStatusCode.Redirect)
                faults.Add($"{row.Method} {row.Pattern}: nobody gets {outside.Status}");
        }
        Assert.True(tried > 20, $"only {tried} requests");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        var list = await pat.GetStringAsync("/");
        Assert.Contains("of the police", list, StringComparison.Ordinal);
        Assert.DoesNotContain("of the court", list, StringComparison.Ordinal);
        Assert.DoesNotContain("by the public door", list, StringComparison.Ordinal);
        // Nothing that was tried left a mark on the other's demand.
        Assert.DoesNotContain((await portal.Stand.Desk.Show(courts, default)).Events, one => one.Event.Type is "messaged" or "withdrawn");
        // Colleagues and keys are one's own authority's, too.
        var colleagues = await pat.GetStringAsync("/colleagues");
        Assert.DoesNotContain("Maeve", colleagues, StringComparison.Ordinal);
        Assert.Contains("Pat Kelly", colleagues, StringComparison.Ordinal);
        // A colleague sees it.
        using var sean = await portal.As("Sean Daly");
        Assert.Contains("of the court", await sean.GetStringAsync("/"), StringComparison.Ordinal);

        async Task<(HttpStatusCode Status, string Body)> Ask(HttpClient window, AccessRow row, string id, string? token)
        {
            using var request = new HttpRequestMessage(new(row.Method), row.Pattern.Replace("{id}", id, StringComparison.Ordinal).Replace("{file}", "x.age", StringComparison.Ordinal));
            if (row.Method == "POST")
                request.Content = new FormUrlEncodedContent([new("form", token ?? ""), new("text", "hello"), new("reason", "a test"), new("sure", "yes")]);
            using var answer = await window.SendAsync(request);
            return (answer.StatusCode, System.Text.RegularExpressions.Regex.Replace(await answer.Content.ReadAsStringAsync(), "name=\"form\" value=\"[^\"]*\"", ""));
        }
    }

    [Fact]
    public async Task Every_line_of_the_portal_lets_in_officers_or_everybody_as_it_says()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        using var nobody = Faces.Client(portal.Stand.Portal);
        using var staff = await portal.Stand.As("Cora");
        var id = await PortalStand.File(maeve, "one");
        var form = Faces.Value(await nobody.GetStringAsync("/request"), "form");
        foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Portal && !row.Pattern.StartsWith("/assets", StringComparison.Ordinal)))
        {
            var path = row.Pattern.Replace("{*path:nonfile}", "/no-such-page", StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal).Replace("{file}", "x.age", StringComparison.Ordinal).Replace("{token}", StaffSecret.NewCode(), StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new(row.Method), path) { Content = row.Method == "POST" ? new FormUrlEncodedContent([new("form", form)]) : null };
            using var answer = await nobody.SendAsync(request);
            var way = answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.ToString().Contains("/sign-in?to=", StringComparison.Ordinal);
            Assert.True(way == (row.Who != Who.Anyone), $"nobody {row.Method} {path}: {answer.StatusCode}");
            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
            if (row.Method == "POST")
                Assert.True(row.Form, $"{row.Pattern} takes a post without an anti-forgery value");
        }
        // A session of the desk is none here, nor the other way round: the cookies have other names, and the sessions are other rows.
        using var crossed = new HttpRequestMessage(HttpMethod.Get, new Uri(portal.Stand.Pages, "/"));
        using var desk = await maeve.SendAsync(crossed);
        Assert.Equal(HttpStatusCode.Redirect, desk.StatusCode);
        using var other = await staff.GetAsync(new Uri(portal.Stand.Portal, "/"));
        Assert.Equal(HttpStatusCode.Redirect, other.StatusCode);
        using var passkey = Faces.Client(portal.Stand.Portal);
        using var refused = await portal.SignIn(passkey, portal.Stand.Key("Cora"));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        // A form of another session is refused.
        using var sean = await portal.As("Sean Daly");
        var foreign = Faces.Value(await sean.GetStringAsync("/account"), "form");
        using var forged = await maeve.PostAsync($"/demands/{id}/withdraw", new FormUrlEncodedContent([new("form", foreign), new("reason", "x"), new("sure", "yes")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_answer_of_the_portal_has_its_headers(bool https)
    {
        await using var stand = await DeskStand.Up(origin: https ? "https://authorities.example" : null);
        using var window = Faces.Client(stand.Portal);
        foreach (var path in new[] { "/sign-in", "/request", "/key/help", "/", "/join/none", "/demands/none", "/nothing" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (https)
                request.Headers.Host = "authorities.example";
            using var answer = await window.SendAsync(request);
            Assert.Equal("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            Assert.True(answer.Headers.CacheControl!.NoStore);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal(https, answer.Headers.Contains("Strict-Transport-Security"));
            foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.StartsWith(https ? "__Host-counterseal-portal" : "counterseal-portal", cookie, StringComparison.Ordinal);
                Assert.Equal(https, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    [Fact]
    public async Task A_form_with_faults_is_kept_in_the_page_and_nowhere_else_and_filed_once_it_has_none()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        using var faulty = await DeskStand.Post(maeve, "/submit", "/submit", [.. PortalStand.Form("IE-DC-2026-0417").Where(field => field.Item1 is not ("item1-value" or "issuing-country")), ("item1-value", "everybody@*"), ("issuing-country", "Ireland"), ("do", "file")]);
        var page = await faulty.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, faulty.StatusCode);
        Assert.Contains("href=\"#item1-value\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"#issuing-country\"", page, StringComparison.Ordinal);
        Assert.Contains("docs/demand.schema.json", page, StringComparison.Ordinal);
        Assert.Contains("value=\"everybody@*\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"IE-DC-2026-0417\"", page, StringComparison.Ordinal);
        Assert.Matches("id=\"item1-value\"[^>]*aria-invalid=\"true\"", page);
        Assert.Empty(await portal.Stand.Desk.Quarantine(10, default));
        // Without categories the law asks back, and the check says so before anything is filed.
        using var looked = await DeskStand.Post(maeve, "/submit", "/submit", [.. PortalStand.Form("IE-DC-2026-0417").Where(field => field.Item1 != "item1-categories"), ("do", "check")]);
        var check = await looked.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        Assert.Contains("Nothing is filed yet", check, StringComparison.Ordinal);
        var law = portal.Stand.Desk.Check(Encoding.UTF8.GetBytes("""{"counterseal":"demand/v1","reference":"x","instrument":"us.sca.warrant","issuing":{"name":"a","country":"US","kind":"court"},"scope":[{"selector":{"mailbox":"ada@example.test"}}]}""")).Assessment!;
        var question = Assert.Single(law.Questions, one => one.Fact.Contains("categor", StringComparison.OrdinalIgnoreCase) || one.Text.Contains("categor", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(WebUtility.HtmlEncode(question.Text), check, StringComparison.Ordinal);
        Assert.Empty(await portal.Stand.Desk.Queue(all: true, 10, default));
        // Filed.
        var id = await PortalStand.File(maeve, "IE-DC-2026-0417");
        var demand = (await portal.Stand.Desk.Show(id, default)).State.Received!;
        Assert.Equal(("court.example", "Maeve Byrne", "Registrar", "portal"), (demand.Filed!.Authority, demand.Filed.Name, demand.Filed.Office, demand.Original.Channel));
        Assert.Equal(("US", Law.AuthorityKind.Court, "court.example"), (demand.Demand.Issuing.Country, demand.Demand.Issuing.Kind, demand.Demand.RecipientHint));
        Assert.Equal(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero), demand.Demand.Scope.Items[0].From);
        // The receipt is checked against the ledger's key, without us.
        var receipt = JsonNode.Parse(await maeve.GetStringAsync($"/demands/{id}/receipt"))!;
        var received = receipt["received"]!;
        var index = Ledger.TlogProof.Parse((string)received["proof"]!).Verify(new(Convert.FromHexString((string)received["tag"]!), Ledger.Commitment.Of(Convert.FromHexString((string)received["salt"]!), Convert.FromBase64String((string)received["event"]!))), portal.Stand.Log);
        _ = index;
        Assert.Null(receipt["token"]);
        Assert.Contains("Download the receipt", await maeve.GetStringAsync($"/demands/{id}?filed"), StringComparison.Ordinal);
        // Evidence on the desk's page, and no authentication by itself.
        using var staff = await portal.Stand.As("Ines");
        var desk = await staff.GetStringAsync($"/demands/{id}");
        Assert.Contains("That is evidence of where it comes from", desk, StringComparison.Ordinal);
        Assert.False((await portal.Stand.Desk.Show(id, default)).State.IsAuthenticated);
    }

    [Fact]
    public async Task A_file_is_looked_at_carried_on_by_the_page_and_filed_as_its_very_bytes()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        var original = Encoding.UTF8.GetBytes("""{ "counterseal":"demand/v1","reference":"by file","instrument":"us.sca.warrant","issuing":{"name":"A court","country":"US","kind":"court"},"scope":[{"selector":{"mailbox":"ada@example.test"},"categories":["subscriber"]}] }""");
        using var looked = await Upload(maeve, original, "check");
        var page = await looked.Content.ReadAsStringAsync();
        Assert.True(looked.StatusCode == HttpStatusCode.OK, page);
        Assert.Contains("Nothing is filed yet", page, StringComparison.Ordinal);
        using var filed = await maeve.PostAsync("/submit/file", new MultipartFormDataContent { { new StringContent(Faces.Value(page, "form")), "form" }, { new StringContent(Faces.Value(page, "kept")), "kept" }, { new StringContent("demand.json"), "name" }, { new StringContent("file"), "do" } });
        Assert.True(filed.StatusCode == HttpStatusCode.SeeOther, await filed.Content.ReadAsStringAsync());
        var id = filed.Headers.Location!.ToString()["/demands/".Length..^"?filed".Length];
        Assert.Equal(original, await portal.Stand.Desk.OriginalOf(id, default));
        using var broken = await Upload(maeve, "<not-xml"u8.ToArray(), "file");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, broken.StatusCode);
        Assert.Contains("nothing was filed or kept", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await portal.Stand.Desk.Quarantine(10, default));
        using var none = await Upload(maeve, [], "file");
        Assert.Contains("Choose a file first", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // A file larger than an original may be is refused while it comes in.
        using var large = await Upload(maeve, new byte[PortalGuard.LargestUpload + 1], "check");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        // One of the largest size is read whole and refused for what it is.
        using var whole = await Upload(maeve, [.. "{"u8, .. new byte[Desk.Desk.OriginalLimit - 1]], "check");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, whole.StatusCode);
        // Nobody uploads anything who is not signed in.
        using var nobody = Faces.Client(portal.Stand.Portal);
        using var outside = await nobody.PostAsync("/submit/file", new MultipartFormDataContent { { new ByteArrayContent(original), "file", "x.json" } });
        Assert.Equal(HttpStatusCode.Redirect, outside.StatusCode);
    }

    [Fact]
    public async Task A_stranger_who_asks_for_an_account_learns_nothing_and_gets_in_only_after_a_call_back()
    {
        await using var portal = await PortalStand.Up();
        using var stranger = Faces.Client(portal.Stand.Portal);
        var bodies = new List<string>();
        foreach (var (name, authority) in new[] { ("Maeve Byrne", "court.example"), ("Orla Ryan", "District Court of Example Town"), ("Eve", "Ministry of Nowhere") })
        {
            using var asked = await DeskStand.Post(stranger, "/request", "/request", ("name", name), ("office", "Clerk"), ("authority", authority), ("mail", "x@example.test"), ("telephone", "+1 555 6666"));
            Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            bodies.Add(await asked.Content.ReadAsStringAsync());
        }
        Assert.Single(bodies.Distinct());
        using var empty = await DeskStand.Post(stranger, "/request", "/request", ("name", ""), ("office", "Clerk"), ("authority", "a"), ("mail", "x"), ("telephone", "+1"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        var request = (await portal.Stand.Officers.Now(default)).Requests.Values.Single(one => one.Asked.Name == "Orla Ryan").Asked.Request;
        using var ines = await portal.Stand.As("Ines");
        var page = await ines.GetStringAsync("/officers");
        Assert.Contains("never the one to call", page, StringComparison.Ordinal);
        using var early = await DeskStand.Post(ines, "/officers", $"/officers/requests/{request}/invite");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        using var confirmed = await DeskStand.Post(ines, "/officers", $"/officers/requests/{request}/confirm", ("authority", "court.example"), ("spoke", "the registrar"), ("said", "she works there"), ("number", "+1 555 6666"));
        Assert.Equal(HttpStatusCode.SeeOther, confirmed.StatusCode);
        Assert.Equal("+353 1 555 0100", (await portal.Stand.Officers.Now(default)).Requests[request].Confirmed!.Value.What.Number);
        using var made = await DeskStand.Post(ines, "/officers", $"/officers/requests/{request}/invite");
        var link = PortalStand.Link(await made.Content.ReadAsStringAsync());
        // The link is not used up by being looked at, and is by being used.
        Assert.Contains("Welcome, Orla Ryan", await stranger.GetStringAsync(link), StringComparison.Ordinal);
        await portal.Register(stranger, link, "Orla Ryan");
        Assert.Contains("Demands of District Court of Example Town", await stranger.GetStringAsync("/"), StringComparison.Ordinal);
        using var again = Faces.Client(portal.Stand.Portal);
        using var used = await again.GetAsync(link);
        using var never = await again.GetAsync("/join/" + StaffSecret.NewCode());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (used.StatusCode, never.StatusCode));
        Assert.Equal(await never.Content.ReadAsStringAsync(), await used.Content.ReadAsStringAsync());
        // An account that ends closes its sessions at once.
        var orla = (await portal.Stand.Officers.Now(default)).All.Values.Single(one => one.Name == "Orla Ryan");
        using var ended = await DeskStand.Post(ines, "/officers", $"/officers/{orla.Id}/end", ("reason", "left the court"));
        Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        using var shut = await stranger.GetAsync("/");
        Assert.Equal(HttpStatusCode.Redirect, shut.StatusCode);
        // More from one address than ten in ten minutes is not looked at.
        HttpStatusCode last = default;
        for (var i = 0; i < 10; i++)
        {
            using var more = await DeskStand.Post(stranger, "/request", "/request", ("name", ""));
            last = more.StatusCode;
        }
        Assert.Equal(HttpStatusCode.TooManyRequests, last);
    }

    [Fact]
    public async Task Desk_and_officer_write_to_each_other_and_what_is_new_is_marked_until_it_is_read()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        using var sean = await portal.As("Sean Daly");
        using var rosa = await portal.Stand.As("Rosa");
        var id = await PortalStand.File(maeve, "asked back");
        using var asked = await DeskStand.Post(rosa, "/account", $"/demands/{id}/messages", ("text", "Which <b>account</b> do you mean?"));
        Assert.Equal(HttpStatusCode.SeeOther, asked.StatusCode);
        Assert.Contains("1 unread message", await maeve.GetStringAsync("/"), StringComparison.Ordinal);
        var page = await maeve.GetStringAsync($"/demands/{id}");
        Assert.Contains("Which &lt;b&gt;account&lt;/b&gt; do you mean?", page, StringComparison.Ordinal);
        Assert.Contains(">new</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("unread", await maeve.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("1 unread message", await sean.GetStringAsync("/"), StringComparison.Ordinal);
        using var answered = await DeskStand.Post(maeve, "/account", $"/demands/{id}/messages", ("text", "The first."));
        Assert.Equal(HttpStatusCode.SeeOther, answered.StatusCode);
        Assert.Contains("waits for an answer", await rosa.GetStringAsync($"/demands/{id}"), StringComparison.Ordinal);
        Assert.Contains($"/demands/{id}#messages", await rosa.GetStringAsync("/officers"), StringComparison.Ordinal);
        // Too long: refused, and still in the form.
        using var wordy = await DeskStand.Post(maeve, "/account", $"/demands/{id}/messages", ("text", new string('y', 4001)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wordy.StatusCode);
        Assert.Contains(new string('y', 4001), await wordy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // The bearer of a public receipt sees ours.
        var receipt = await portal.Stand.Received();
        using var wrote = await DeskStand.Post(rosa, "/account", $"/demands/{receipt.Demand}/messages", ("text", "Send page two."));
        using var bearer = Faces.Client(portal.Stand.Public);
        Assert.Contains("Send page two.", await bearer.GetStringAsync($"/status/{receipt.Token}"), StringComparison.Ordinal);
        // Withdrawn by a colleague, with the name and once.
        using var unsure = await DeskStand.Post(sean, "/account", $"/demands/{id}/withdraw", ("reason", "issued in error"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unsure.StatusCode);
        using var back = await DeskStand.Post(sean, "/account", $"/demands/{id}/withdraw", ("reason", "issued in error"), ("sure", "yes"));
        Assert.Equal(HttpStatusCode.SeeOther, back.StatusCode);
        Assert.Equal("Sean Daly (court.example)", (await portal.Stand.Desk.Show(id, default)).Events[^1].Event.By);
        using var twice = await DeskStand.Post(sean, "/account", $"/demands/{id}/withdraw", ("reason", "issued in error"), ("sure", "yes"));
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        // Looks are on record.
        var views = await portal.Stand.Accounts.Views.Latest(id, null, null, 100, default);
        Assert.Contains(views, view => view is { Person: "Maeve Byrne (court.example)", What: "portal GET /demands/{id}", Outcome: "shown" });
    }

    [Fact]
    public async Task A_public_key_is_checked_shown_as_proposed_and_a_secret_one_is_refused_and_not_repeated()
    {
        await using var portal = await PortalStand.Up();
        using var maeve = await portal.As("Maeve Byrne");
        using var key = AgeIdentity.Generate();
        var half = key.Export();
        using var secret = await DeskStand.Post(maeve, "/key", "/key", ("key", half));
        var no = await secret.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, secret.StatusCode);
        Assert.Contains("this is a secret key", no, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(half, no, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(half, string.Join('\n', (await portal.Stand.Desk.Own(default)).Select(own => Encoding.UTF8.GetString(own.Event.Canonical))), StringComparison.OrdinalIgnoreCase);
        foreach (var wrong in new[] { "age1nonsense", "hello", key.Recipient.Text[..^1] + (key.Recipient.Text[^1] == 'q' ? 'p' : 'q'), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----" })
        {
            using var refused = await DeskStand.Post(maeve, "/key", "/key", ("key", wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        }
        using var proposed = await DeskStand.Post(maeve, "/key", "/key", ("key", key.Recipient.Text + "\n"));
        Assert.Equal(HttpStatusCode.SeeOther, proposed.StatusCode);
        var fingerprint = (await portal.Stand.Officers.Now(default)).Keys.Values.Single().Proposed.Fingerprint;
        var page = await maeve.GetStringAsync("/key");
        Assert.Contains(fingerprint, page, StringComparison.Ordinal);
        Assert.Contains("nothing is encrypted to it before", page, StringComparison.Ordinal);
        using var cora = await portal.Stand.As("Cora");
        foreach (var where in new[] { "/officers", "/directory" })
        {
            var staff = await cora.GetStringAsync(where);
            Assert.Contains(fingerprint, staff, StringComparison.Ordinal);
            Assert.Contains($"counterseal directory entry --authority court.example --country IE --name &#x27;District Court of Example Town&#x27; --recipient {key.Recipient.Text}", staff, StringComparison.Ordinal);
        }
        // The directory is as it was.
        Assert.DoesNotContain(await portal.Stand.Desk.Entries(default), entry => entry.Keys.Contains(key.Recipient.Text));
    }

    [Fact]
    public async Task Weighty_acts_need_a_passkeys_answer_of_just_now_and_sessions_end_everywhere()
    {
        var clock = new Later();
        await using var portal = await PortalStand.Up(time: clock);
        using var maeve = await portal.As("Maeve Byrne");
        using var elsewhere = await portal.As("Maeve Byrne");
        clock.By += SessionLimits.Usual.Fresh + TimeSpan.FromSeconds(1);
        foreach (var row in AccessTable.Rows.Where(row => row.Door == Door.Portal && row.Fresh))
        {
            using var stale = await DeskStand.Post(maeve, "/account", row.Pattern, ("key", portal.CourtKey.Recipient.Text));
            Assert.Equal(HttpStatusCode.Forbidden, stale.StatusCode);
        }
        Assert.Contains("/sign-in?to=/key", await maeve.GetStringAsync("/key"), StringComparison.Ordinal);
        // Another passkey, registered after signing in again, opens the same account; the old one is given up.
        using var window = await portal.As("Maeve Byrne");
        using var spare = new SoftKey();
        var page = await window.GetStringAsync("/account");
        using var added = await window.PostAsync("/account/passkeys", new FormUrlEncodedContent([new("form", Faces.Value(page, "form")), new("credential", spare.Create(DeskStand.Ask(page), portal.Stand.Portal))]));
        Assert.Equal(HttpStatusCode.SeeOther, added.StatusCode);
        using var withSpare = Faces.Client(portal.Stand.Portal);
        using var opened = await portal.SignIn(withSpare, spare);
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        using var everywhere = await DeskStand.Post(withSpare, "/account", "/account/sign-out-everywhere");
        foreach (var one in new[] { maeve, elsewhere, window, withSpare })
        {
            using var shut = await one.GetAsync("/");
            Assert.Equal(HttpStatusCode.Redirect, shut.StatusCode);
        }
        // An answer for another origin, or without the person verified, opens nothing.
        foreach (var bend in new Action<SoftKey>[] { k => k.Flags = 0x01, k => k.Origin = "https://authorities.example.evil" })
        {
            bend(spare);
            using var refused = await portal.SignIn(withSpare, spare);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            (spare.Flags, spare.Origin) = (0x05, null);
        }
    }

    [Fact]
    public void What_the_form_makes_is_our_own_json_whatever_is_typed_and_each_fault_has_its_field()
    {
        foreach (var hostile in new[] { "\"},{\"x\":1", "</script>", "\u0000", "\\u202e", new string('a', 5000), "🦦" })
        {
            var form = new Microsoft.AspNetCore.Http.FormCollection(PortalStand.Form("x").Select(field => field.Item1).Concat(["offence", "citations", "emergency", "secrecy-until", "item2-value", "item2-port"]).ToDictionary(name => name, _ => new Microsoft.Extensions.Primitives.StringValues(hostile)));
            var draft = DemandDraft.Of(form);
            var reading = Intake.Door.Read(draft.Original("court.example"));
            Assert.Equal(Reading.CountersealJson, reading.Format);
            Assert.All(reading.Faults, fault => Assert.NotNull(draft.FieldOf(fault.Element)));
        }
        var empty = DemandDraft.Of(new Microsoft.AspNetCore.Http.FormCollection([]));
        var faults = Intake.Door.Read(empty.Original("court.example")).Faults;
        Assert.Equal(["reference", "issuing-name", "issuing-country", "item1-value"], faults.Select(fault => empty.FieldOf(fault.Element)!.Value.Field).Distinct());
    }

    private static async Task<HttpResponseMessage> Upload(HttpClient window, byte[] bytes, string act)
    {
        var content = new MultipartFormDataContent { { new StringContent(Faces.Value(await window.GetStringAsync("/submit"), "form")), "form" }, { new StringContent(act), "do" } };
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Add(file, "file", "demand.json");
        // Asked first, so that a refusal comes before the file is sent.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/submit/file") { Content = content };
        request.Headers.ExpectContinue = true;
        return await window.SendAsync(request);
    }

    internal sealed class Later : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
    }
}
