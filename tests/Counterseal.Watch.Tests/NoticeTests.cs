using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Desk.Tests;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Counterseal.Watch.Tests;

public class NoticeTests(Postgres postgres, MailPost post)
{
    private static readonly Provider Us = new("Example Mail", "mail.example", "Access Line, +00 123 456", "security@notices.example");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static NoticeContent Content(Verdict verdict = Verdict.Targeted, bool state = true) =>
        new(verdict, ConfidenceWord.Moderate, state, Stand.Start, ["ada@example.org"], ["password", "hardwareKey"]);

    private static string Unique(string name) => $"{name}-{Guid.NewGuid():N}@example.org";

    private static Contact By(params string[] mails) => new("en", [.. mails.Select(mail => new Channel(ChannelKind.Mail, mail))]);

    /// <summary>Turns the clock until nothing is due within the time.</summary>
    private static async Task<int> Tell(Stand stand, TimeSpan within)
    {
        var sent = 0;
        var until = stand.Clock.GetUtcNow() + within;
        while (stand.Clock.GetUtcNow() < until)
        {
            stand.Clock.Advance(within / 20);
            sent += await stand.Bell.Tell(Stop);
        }
        return sent;
    }

    [Fact]
    public void Each_language_has_every_sentence_with_every_place_and_says_it_in_words_of_its_own()
    {
        Assert.Equal(["en", "de", "fr", "es", "ar"], NoticeLanguage.All.Select(l => l.Tag));
        foreach (var name in NoticeLanguage.Sentences.Keys.Except(["talk", "month", "sender"]))
            Assert.Equal(5, NoticeLanguage.All.Select(l => l.Say(name)).Distinct().Count());
        Assert.Equal(["ar"], NoticeLanguage.All.Where(l => l.RightToLeft).Select(l => l.Tag));
        Assert.Equal(NoticeLanguage.StepNames.Order(StringComparer.Ordinal), NoticeLanguage.Sentences.Keys.Where(k => k.StartsWith("step.", StringComparison.Ordinal)).Select(k => k[5..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_language_that_lacks_a_sentence_or_a_place_is_refused()
    {
        var german = Encoding.UTF8.GetString(Embedded.Bytes("notice.de.yaml"));
        foreach (var name in NoticeLanguage.Sentences.Keys)
        {
            var without = string.Join('\n', german.Split('\n').Where(line => !line.StartsWith(name + ":", StringComparison.Ordinal)));
            var refused = Assert.Throws<FormatException>(() => NoticeLanguage.Parse("de.yaml", "de", Encoding.UTF8.GetBytes(without)));
            Assert.Contains($"\"{name}\" is missing", refused.Message, StringComparison.Ordinal);
        }
        foreach (var (from, to, reason) in ((string, string, string)[])[("{code}", "", "must have [site, code]"), ("{month}", "{moon}", "has the places"), ("direction: ltr", "direction: up", "ltr or rtl"), ("Januar, ", "", "11 months")])
            Assert.Contains(reason, Assert.Throws<FormatException>(() => NoticeLanguage.Parse("de.yaml", "de", Encoding.UTF8.GetBytes(german.Replace(from, to, StringComparison.Ordinal)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_says_all_that_a_reader_needs_on_one_screen_and_asks_to_follow_no_link()
    {
        foreach (var language in NoticeLanguage.All)
            foreach (var verdict in Enum.GetValues<Verdict>())
            {
                var words = NoticeText.Write(Content(verdict), false, false, "Example", language, "ABCD-EFGH-JKMN-PQRS", Us);
                var word = verdict == Verdict.Compromised ? "compromised" : "targeted";
                var other = verdict == Verdict.Compromised ? "targeted" : "compromised";
                foreach (var sentence in (string[])[$"taken.{word}", "who.state", "confidence.moderate", "silent", "step.password", "step.hardwareKey", "real.never"])
                {
                    Assert.Contains(language.Say(sentence), words.Text, StringComparison.Ordinal);
                    Assert.Contains(WebUtility.HtmlEncode(language.Say(sentence)), words.Html, StringComparison.Ordinal);
                }
                Assert.DoesNotContain(language.Say($"taken.{other}"), words.Text, StringComparison.Ordinal);
                Assert.Contains("ABCD-EFGH-JKMN-PQRS", words.Text, StringComparison.Ordinal);
                Assert.Contains(Us.Helpline, words.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("{", words.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("://", words.Text + words.Html, StringComparison.Ordinal);
                Assert.DoesNotMatch("<(a|img|script|link|iframe)[ >]", words.Html);
                Assert.True(words.Text.Length < 1900, $"{language.Tag}: {words.Text.Length} characters are more than a screen");
            }
    }

    [Fact]
    public void Arabic_runs_from_right_to_left_and_an_address_inside_it_stays_itself()
    {
        var words = NoticeText.Write(Content(), false, false, "Example", NoticeLanguage.For("ar-EG"), "ABCD-EFGH-JKMN-PQRS", Us);
        Assert.Contains("<html lang=\"ar\" dir=\"rtl\">", words.Html, StringComparison.Ordinal);
        Assert.Contains("<bdi>ada@example.org</bdi>", words.Html, StringComparison.Ordinal);
        Assert.Contains("\u2068ada@example.org\u2069", words.Text, StringComparison.Ordinal);
        // Each opened isolate is closed within its own line, so that nothing runs on.
        foreach (var line in words.Text.Split('\n'))
            Assert.Equal(line.Count(c => c == '\u2068'), line.Count(c => c == '\u2069'));
        Assert.All(words.Text.Split('\n').Where(line => line.Length > 30), line => Assert.Matches(@"^(\d+\. )?[\u0600-\u06ff]", line));
        Assert.DoesNotContain('\u2068', NoticeText.Write(Content(), false, false, "Example", NoticeLanguage.For("de"), "C", Us).Text);
    }

    [Fact]
    public void What_a_customer_is_called_cannot_become_markup()
    {
        var words = NoticeText.Write(Content() with { Accounts = ["<b>&\"@x.example"] }, true, false, "<script>alert(1)</script>", NoticeLanguage.For("en"), "C", Us);
        Assert.DoesNotContain("<script>", words.Html, StringComparison.Ordinal);
        Assert.Contains("<bdi>&lt;script&gt;", words.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_would_tell_how_it_was_noticed_has_a_place_in_a_notice()
    {
        var red = Evidence("198.51.100.200", Tlp.Red, confidence: 95) with { Rule = "signInSucceeded" };
        var strict = Evidence("198.51.100.201", Tlp.AmberStrict, confidence: 95);
        var amber = Evidence("198.51.100.202", Tlp.Amber, confidence: 60);
        Assert.Null(NoticeContent.Of([red, strict], "ada@example.org", EvidenceRules.Default));
        // RED says "compromised", a state and 95; the notice rests on AMBER alone and so says none of it.
        var content = NoticeContent.Of([red, strict, amber with { Match = amber.Match with { State = null } }], "ada@example.org", EvidenceRules.Default)!.Content;
        Assert.Equal((Verdict.Targeted, ConfidenceWord.Moderate, false), (content.Verdict, content.Confidence, content.State));
        foreach (var language in NoticeLanguage.All)
        {
            var words = NoticeText.Write(content, false, false, "Example", language, "C", Us);
            foreach (var secret in (string[])["198.51.100", "Quiet Heron", "feed one", "indicator--", "XA", "12:00", "sign-in from the actor", "2026-11-24"])
                Assert.DoesNotContain(secret, words.Text + words.Html + words.Subject, StringComparison.Ordinal);
        }

        static Evidence Evidence(string ip, Tlp marking, int confidence) => new(
            "example", "Quiet Heron", "ada@example.org", new($"indicator--{ip}", "sourceIp", ip, "Quiet Heron", "XA", "feed one", confidence, marking), "signInFailed", 3, Stand.Start, Stand.Start, "e", default);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_holder_gets_a_signed_mail_the_organisation_its_own_and_the_page_shows_it_after_sign_in(string store)
    {
        await using var stand = await Stand.Up(store, postgres, post.Server);
        var (ada, security) = (Unique("ada"), Unique("security"));
        stand.Customers["example"] = new("example", "Example & Sons", "XB", "press", By(security), account => new Contact("ar", [new(ChannelKind.Mail, ada)]));
        await stand.Confirmed();
        Assert.Equal(0, await stand.Bell.Tell(Stop));
        Assert.Empty(await stand.Bell.Banners("ada@example.org", null, null, Stop));
        Assert.Empty(post.To(ada));
        Assert.Equal(2, await Tell(stand, TimeSpan.FromDays(3)));
        var (mail, file) = Assert.Single(post.To(ada));
        var (toSecurity, other) = Assert.Single(post.To(security));
        Assert.Equal(["good", "good"], MailPost.Verify(Stand.Dkim, file, other));
        var text = mail.TextBody!.ReplaceLineEndings("\n");
        Assert.Contains(NoticeLanguage.For("ar").Say("taken.targeted"), text, StringComparison.Ordinal);
        Assert.Contains("dir=\"rtl\"", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Equal("ar", mail.Body!.Headers["Content-Language"]);
        Assert.Contains("Accounts concerned: ada@example.org", toSecurity.TextBody, StringComparison.Ordinal);
        Assert.Contains("Example & Sons", toSecurity.TextBody, StringComparison.Ordinal);

        // A changed letter is noticed by a verifier that is not ours.
        var forged = Path.Combine(stand.Folder, "forged.eml");
        await File.WriteAllTextAsync(forged, (await File.ReadAllTextAsync(other, Stop)).Replace("Accounts concerned", "Accounts Concerned", StringComparison.Ordinal), Stop);
        Assert.Equal(["bad"], MailPost.Verify(Stand.Dkim, forged));

        var banner = Assert.Single(await stand.Bell.Banners("ada@example.org", null, null, Stop));
        Assert.Contains("lang=\"ar\" dir=\"rtl\"", banner.Html, StringComparison.Ordinal);
        Assert.Equal(text.Trim(), banner.Text.Trim());
        Assert.Empty(await stand.Bell.Banners("bob@example.org", "other", null, Stop));
        Assert.Equal(2, (await stand.Bell.Banners("ada@example.org", "example", "de", Stop)).Count);
        Assert.Equal(0, await Tell(stand, TimeSpan.FromDays(1)));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_code_is_confirmed_after_sign_in_to_its_own_account_and_publicly_without_telling_anything(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        stand.Customers["example"] = new("example", "Example", "XB", "press", null, account => new Contact("en", []));
        await stand.Confirmed();
        await Tell(stand, TimeSpan.FromDays(3));
        var notice = Assert.Single(await stand.Bell.Notices(Stop));
        var code = Regex.Match(Assert.Single(await stand.Bell.Banners("ada@example.org", null, null, Stop)).Text, "[0-9A-Z]{4}(-[0-9A-Z]{4}){3}").Value;
        Assert.Equal(19, code.Length);
        var (one, other) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"));
        Assert.True(await stand.Bell.CheckPublicly(code, one, Stop));
        Assert.True(await stand.Bell.CheckPublicly(code.Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant(), one, Stop));
        foreach (var wrong in (string[])["", "ABCD", code[..^1], code + "0", code[..^1] + (code[^1] == '7' ? '8' : '7'), notice.Id, "رمز", new string('A', 100_000)])
            Assert.False(await stand.Bell.CheckPublicly(wrong, other, Stop));
        // Two wrong and two right are left over; after that right and wrong are answered alike.
        Assert.False(await stand.Bell.CheckPublicly("x", other, Stop));
        Assert.True(await stand.Bell.CheckPublicly(code, other, Stop));
        Assert.Null(await stand.Bell.CheckPublicly(code, other, Stop));
        Assert.Null(await stand.Bell.CheckPublicly("x", other, Stop));
        stand.Clock.Advance(CodeTries.Window);
        Assert.True(await stand.Bell.CheckPublicly(code, other, Stop));

        Assert.False(await stand.Bell.CheckSignedIn("mallory@example.org", null, code, Stop));
        Assert.False(await stand.Bell.CheckSignedIn("mallory@example.org", "example", code, Stop));
        Assert.NotEqual(NoticeStatus.Opened, Assert.Single(await stand.Bell.Notices(Stop)).Status);
        var foreign = await Assert.ThrowsAsync<RecordException>(() => stand.Bell.Opened("mallory@example.org", null, notice.Id, Stop));
        var none = await Assert.ThrowsAsync<RecordException>(() => stand.Bell.Opened("mallory@example.org", null, "0123", Stop));
        Assert.Equal(none.Message, foreign.Message);
        Assert.True(await stand.Bell.CheckSignedIn("ada@example.org", null, code, Stop));
        Assert.Equal(NoticeStatus.Opened, Assert.Single(await stand.Bell.Notices(Stop)).Status);
        Assert.True(Assert.Single(await stand.Bell.Banners("ada@example.org", null, null, Stop)).Opened);
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task A_dead_way_and_a_silent_reader_lead_to_the_next_way_and_at_the_end_to_a_person(string store)
    {
        await using var stand = await Stand.Up(store, postgres, post.Server);
        var (second, third, security) = (Unique("second"), Unique("third"), Unique("security"));
        stand.Customers["example"] = new("example", "Example", "XB", "press", By(security), account => By("ada@dead.example", "ada@later.example", second, third));
        await stand.Confirmed();
        await Tell(stand, TimeSpan.FromDays(4));
        var notice = (await stand.Bell.Notices(Stop)).Single(n => n.Planned.Account is not null);
        Assert.Equal((2, NoticeStatus.Sent), (notice.Rung, notice.Status));
        Assert.Single(post.To(second));
        Assert.Empty(post.To(third));

        // A delivery report that it came back: to the next at once.
        var messageId = post.To(second)[0].Message.MessageId;
        Assert.Equal(notice.Id, await stand.Bell.TakeMail(Report(messageId!, "failed", "5.1.1"), Stop));
        await stand.Bell.Tell(Stop);
        Assert.Single(post.To(third));

        // An answer is noted and stops nothing: the attacker may be in that mailbox.
        var third1 = post.To(third)[0].Message.MessageId;
        Assert.Equal(notice.Id, await stand.Bell.TakeMail(Encoding.UTF8.GetBytes($"From: ada@x.example\r\nIn-Reply-To: <{third1}>\r\nSubject: Re\r\n\r\nThank you, all is well\r\n"), Stop));
        Assert.Null(await stand.Bell.TakeMail(Encoding.UTF8.GetBytes($"From: ada@x.example\r\nAuto-Submitted: auto-replied\r\nIn-Reply-To: <{third1}>\r\n\r\nI am away\r\n"), Stop));
        Assert.Null(await stand.Bell.TakeMail("no mail at all"u8.ToArray(), Stop));
        Assert.Null(await stand.Bell.TakeMail(Report("someone-elses@x.example", "failed", "5.0.0"), Stop));
        await Tell(stand, TimeSpan.FromDays(12));
        notice = (await stand.Bell.Notices(Stop)).Single(n => n.Planned.Account is not null);
        Assert.True(notice.Answered);
        Assert.Equal(NoticeStatus.Unreachable, notice.Status);
        var instead = post.To(security).Select(m => m.Message).Single(m => m.TextBody!.Contains("Please tell the person yourself", StringComparison.Ordinal));
        Assert.Contains("ada@example.org", instead.TextBody, StringComparison.Ordinal);
        Assert.Single(await stand.Bell.Banners("ada@example.org", null, null, Stop));

        static byte[] Report(string id, string action, string status) => Encoding.UTF8.GetBytes($"""
            From: mailer-daemon@x.example
            Auto-Submitted: auto-replied
            Content-Type: multipart/report; report-type=delivery-status; boundary=b
            MIME-Version: 1.0

            --b
            Content-Type: text/plain

            It came back.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; x.example

            Final-Recipient: rfc822; a@x.example
            Action: {action}
            Status: {status}

            --b
            Content-Type: text/rfc822-headers

            Message-ID: <{id}>
            Subject: x

            --b--
            """.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public async Task A_mailbox_that_may_be_in_the_attackers_hands_is_not_the_first_way_and_worse_news_is_told_anew()
    {
        await using var stand = await Stand.Up("sqlite", postgres, post.Server);
        var (own, elsewhere) = (Unique("ada"), Unique("elsewhere"));
        stand.Customers["example"] = new("example", "Ada", "XB", "press", null, account => By(own, elsewhere));
        var finding = await stand.Confirmed(account: own);
        await Tell(stand, TimeSpan.FromDays(3));
        Assert.Single(post.To(own));
        await stand.Confirmed(EventOutcome.Succeeded, account: own);
        await Tell(stand, TimeSpan.FromHours(10));
        Assert.Single(post.To(own));
        Assert.Contains("may have got into", Assert.Single(post.To(elsewhere)).Message.Subject, StringComparison.Ordinal);
        Assert.Equal([Verdict.Compromised, Verdict.Targeted], (await stand.Bell.Banners(own, null, null, Stop)).Select(b => b.Verdict));
        Assert.Equal(2, (await stand.Bell.Notices(Stop)).Count(n => n.Planned.Finding == finding));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task Several_processes_hand_a_notice_on_once(string store)
    {
        await using var stand = await Stand.Up(store, postgres, post.Server);
        var to = Enumerable.Range(0, 12).Select(i => Unique($"c{i}")).ToList();
        for (var i = 0; i < to.Count; i++)
        {
            var mail = to[i];
            stand.Customers[$"c{i}"] = new($"c{i}", mail, "XB", "press", null, account => By(mail));
            await stand.Confirmed(account: mail, customer: $"c{i}");
        }
        var others = new[] { stand.Bell, await stand.Another(), await stand.Another() };
        await Task.WhenAll(others.Select(bell => bell.Tell(Stop)));
        stand.Clock.Advance(TimeSpan.FromDays(3));
        var sent = await Task.WhenAll(others.Select(bell => bell.Tell(Stop)));
        Assert.Equal(12, sent.Sum());
        Assert.All(to, mail => Assert.Single(post.To(mail)));
    }

    [Fact]
    public void A_batch_is_one_instant_for_all_that_an_actor_did_and_nobody_can_compute_it()
    {
        var secret = new byte[32];
        var other = Enumerable.Repeat((byte)7, 32).ToArray();
        var schedule = NoticeSchedule.Default;
        var due = Enumerable.Range(0, 200).Select(i => (Confirmed: Stand.Start.AddMinutes(13 * i), Due: schedule.Due(Stand.Start.AddMinutes(13 * i), Verdict.Targeted, "Quiet Heron", secret))).ToList();
        Assert.All(due, one => Assert.InRange(one.Due - one.Confirmed, schedule.TargetedDelay, schedule.TargetedDelay + (2 * schedule.TargetedBatch)));
        Assert.InRange(due.Select(one => one.Due).Distinct().Count(), 2, 4);
        Assert.NotEqual(due[0].Due, schedule.Due(Stand.Start, Verdict.Targeted, "Quiet Heron", other));
        Assert.NotEqual(due[0].Due, schedule.Due(Stand.Start, Verdict.Targeted, "Loud Owl", secret));
        Assert.All(due, one => Assert.InRange(schedule.Due(one.Confirmed, Verdict.Compromised, "Quiet Heron", secret) - one.Confirmed, schedule.CompromisedDelay, schedule.CompromisedDelay + (2 * schedule.CompromisedBatch)));
    }

    [Fact]
    public async Task Whatever_is_done_after_a_finding_is_confirmed_its_customer_is_told()
    {
        // A government's wish for silence is a demand and goes through the front door: nothing here can be called that keeps a notice back.
        await using var stand = await Stand.Up("sqlite", postgres);
        var customers = 0;
        // Each number is something that somebody may try between confirming and telling.
        async Task<bool> Told(int[] acts)
        {
            var customer = $"c{customers++}";
            stand.Customers[customer] = new(customer, customer, "XB", "press", null, account => new Contact("en", []));
            var finding = await stand.Confirmed(account: $"{customer}@example.org", customer: customer);
            foreach (var act in acts)
            {
                try
                {
                    await (act switch
                    {
                        0 => stand.Bell.Dismiss(finding, "minister", "national security", Stop),
                        1 => stand.Bell.Tell(Stop),
                        2 => stand.Another(),
                        3 => stand.Bell.Confirm(finding, "ana", "again", Stop),
                        _ => stand.Bell.Take([stand.SignIn("203.0.113.7", $"{customer}@example.org", customer)], null, Stop),
                    });
                }
                catch (RecordException refused) when (act is 0 or 3)
                {
                    Assert.True(act == 3 || refused.Message.Contains("comes in through the front door", StringComparison.Ordinal));
                }
            }
            await stand.Bell.Tell(Stop);
            stand.Clock.Advance(TimeSpan.FromDays(3));
            return (await stand.Bell.Banners($"{customer}@example.org", null, null, Stop)).Count == 1;
        }
        foreach (var acts in Gen.Sample(Gen.Choose(0, 4).ArrayOf(6), 10, 12))
            Assert.True(await Told(acts), string.Join(' ', acts));

        var words = new Regex("suppress|silence|withhold|cancel(?!lation)|retract|gag|mute|hold(?!er|ing)", RegexOptions.IgnoreCase);
        var members = typeof(Bell).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Concat(typeof(BellOptions).GetMembers(BindingFlags.Public | BindingFlags.Instance)).Select(m => m.Name).ToList();
        Assert.Contains("Tell", members);
        Assert.DoesNotContain(members, name => words.IsMatch(name));
        Assert.DoesNotContain(typeof(RecordBody).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RecordBody))), type => words.IsMatch(type.Name));
    }

    [Fact]
    public async Task A_webhook_is_signed_so_that_its_receiver_can_check_it_and_follows_nobody_into_our_networks()
    {
        await using var stand = await Stand.Up("sqlite", postgres);
        var got = new List<(Dictionary<string, string> Headers, byte[] Body)>();
        var answer = 500;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.MapPost("/hook", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Stop);
            got.Add((context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
            context.Response.StatusCode = answer;
        });
        await receiver.StartAsync(Stop);
        stand.Customers["example"] = new("example", "Example", "XB", "press", new Contact("fr", [new(ChannelKind.Webhook, receiver.Urls.First() + "/hook")]), _ => null);
        await stand.Confirmed();
        await stand.Bell.Tell(Stop);
        stand.Clock.Advance(TimeSpan.FromDays(3));
        await stand.Bell.Tell(Stop);
        answer = 204;
        stand.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(1, await stand.Bell.Tell(Stop));
        Assert.Equal(NoticeStatus.Delivered, Assert.Single(await stand.Bell.Notices(Stop)).Status);
        Assert.Equal(2, got.Count);
        var (headers, bytes) = got[1];
        Assert.Equal(got[0].Headers["webhook-id"], headers["webhook-id"]);
        var key = Convert.FromBase64String(stand.Bell.WebhookKey("example")["whsec_".Length..]);
        var expected = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}."), .. bytes]));
        Assert.Equal("v1," + expected, headers["webhook-signature"]);
        Assert.NotEqual(stand.Bell.WebhookKey("example"), stand.Bell.WebhookKey("other"));
        var said = JsonNode.Parse(bytes)!;
        Assert.Equal(("targeted", "high", "2026-11", "fr"), ((string)said["verdict"]!, (string)said["confidence"]!, (string)said["month"]!, (string)said["language"]!));
        Assert.DoesNotContain("203.0.113", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);

        (string, bool)[] addresses = [("10.1.2.3", false), ("127.0.0.1", false), ("169.254.169.254", false), ("192.168.0.1", false), ("100.64.0.1", false), ("::1", false), ("fe80::1", false), ("fd00::1", false), ("::ffff:10.0.0.1", false), ("2002:a00:1::", false), ("9.9.9.9", true), ("2620:fe::fe", true)];
        Assert.All(addresses, one => Assert.Equal(one.Item2, Webhook.IsPublic(IPAddress.Parse(one.Item1))));
    }

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task The_figures_count_customers_and_what_is_published_points_at_nobody(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        for (var i = 0; i < 8; i++)
        {
            var country = i < 6 ? "XB" : "XC";
            stand.Customers[$"c{i}"] = new($"c{i}", $"c{i}", country, i % 2 == 0 ? "press" : "law", null, _ => new Contact("en", []));
            await stand.Confirmed(i == 0 ? EventOutcome.Succeeded : EventOutcome.Failed, $"c{i}@example.org", $"c{i}");
        }
        stand.Plant("203.0.113.99", "Loud Owl", null);
        await stand.Bell.Take([stand.SignIn("203.0.113.99", customer: "c1")], null, Stop);
        await stand.Bell.Settle(Stop);
        var figures = await stand.Bell.Figures(Stop);
        Assert.Equal((8, 1, 1, 0), (figures.Customers, figures.Compromised, figures.Open, figures.Dismissed));
        Assert.Equal([new("XB", 6), new("XC", 2)], figures.Countries);
        Assert.Equal([new("Quiet Heron", 8)], figures.Actors);
        Assert.Equal([new("XA", 8)], figures.States);
        Assert.Equal([new("law", 4), new("press", 4)], figures.Sectors);
        Assert.Equal([new("2026-11", 8)], figures.Months);
        Assert.Equal([new TrendFigure("XA", 2026, 8)], figures.Trend);
        Assert.Equal(["0", "<5", "<5", "5", "5", "10", "10", "25"], new[] { 0, 1, 4, 5, 7, 8, 12, 23 }.Select(WatchFigures.Published));
    }
}
