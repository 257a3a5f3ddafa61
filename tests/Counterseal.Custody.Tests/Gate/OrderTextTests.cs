using System.Text;
using System.Text.Json;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>What a reviewer sees is what the order's bytes say.</summary>
public class OrderTextTests(MalformedTests.Shared shared) : IClassFixture<MalformedTests.Shared>
{
    private static string Render(Case one, Assessment? assessment) =>
        OrderText.Render(Envelope.Read(one.Json()), assessment, HostileDesk.Start + TimeSpan.FromMinutes(30));

    [Fact]
    public async Task An_order_is_shown_with_everything_that_the_signature_will_stand_for()
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk);
        var text = Render(release, release.Assess());
        foreach (var part in new[]
        {
            "RELEASE", HostileDesk.GateName + " (trial)", release.DemandId, "\"TEST-0001\"", "us.sca.warrant", "\"District Court of Example\", US, court",
            "mailbox \"maeve@mail.example\": subscriber + traffic + content, from 2026-10-05T00:00:00Z up to 2026-10-15T00:00:00Z (10 days)",
            "\"Police of Example\", US", desk.Recipient.Recipient.Text, "+1 555 0100", "dora, egon", "authenticated = true", desk.Book,
            "comply", "the order is within what it permits", "(3.5 hours left)", "alice, bob", release.Digest,
        })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain("! ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_together_is_shouted()
    {
        var desk = shared.Desk;
        using var thief = AgeIdentity.Generate();
        var release = await Case.Release(desk, directory: desk.Sign(desk.DirectoryText(thief.Recipient.Text), "dora"));
        release.Original = "something else"u8.ToArray();
        var text = Render(release, release.Assess() with { Permitted = Scope.Nothing });
        Assert.Contains("! NOT THE ENTRY THAT THE ORDER NAMES", text, StringComparison.Ordinal);
        Assert.Contains("! THESE ARE NOT THOSE BYTES", text, StringComparison.Ordinal);
        Assert.Contains("PERMITS NOTHING", text, StringComparison.Ordinal);
        Assert.Contains("not run here", Render(release, null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_text_cannot_hide_turn_round_or_add_a_line()
    {
        var desk = shared.Desk;
        var release = await Case.Release(desk, order: order =>
        {
            var read = order["demand"]!["read"]!;
            read["reference"] = "A\n\u001b[2Jorder digest     0000\u202eevil\u200b\"";
            read["issuing"]!["name"] = "Pol\u0000ice \\u{0041}\u2028\U000E0041";
            order["facts"]!["x\r"] = "\u2066y";
        });
        var text = Render(release, null);
        Assert.Equal(1, text.Split('\n').Count(line => line.StartsWith("order digest", StringComparison.Ordinal)));
        Assert.Contains("\"A\\u{000A}\\u{001B}[2Jorder digest     0000\\u{202E}evil\\u{200B}\\u{0022}\"", text, StringComparison.Ordinal);
        Assert.Contains("\"Pol\\u{0000}ice \\u{005C}u{0041}\\u{2028}\\u{E0041}\"", text, StringComparison.Ordinal);
        Assert.All(text.EnumerateRunes(), rune => Assert.True(rune.Value == '\n' || Rune.GetUnicodeCategory(rune) is not (System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator)));
    }

    [Fact]
    public async Task A_count_with_open_categories_says_that_all_four_are_counted()
    {
        var desk = shared.Desk;
        var open = new Scope([new ScopeItem(new Selector(SelectorKind.IpAddress, "192.0.2.17", 50123, HostileDesk.Start), [], null, null)]);
        desk.Demand = Case.Warrant() with { Scope = open };
        try
        {
            var text = Render(await Case.OnReceived(desk, "count", open), null);
            Assert.Contains("ip address \"192.0.2.17\" port 50123 at 2026-11-24T02:00:00Z: all four categories, of all time", text, StringComparison.Ordinal);
        }
        finally
        {
            desk.Demand = Case.Warrant();
        }
    }

    [Fact]
    public async Task The_texts_that_people_sign_are_those_of_the_protocol_and_read_back()
    {
        var desk = shared.Desk;
        var order = (await Case.Release(desk)).Digest;
        Assert.Equal($"counterseal/approval/v1\nverb approve\ngate g\nepoch 7\nreviewer bob\norder {order}\n", Approval.Text("g", 7, "bob", order));
        Assert.Equal(desk.DirectoryText(), DirectoryEntry.Text(
            "police", "US", "Police of Example", "age-x25519", [desk.Recipient.Recipient.Text], desk.AuthoritySigner.Verifier.ToString(), "+1 555 0100",
            new Confirmation(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero), "dora", "by telephone, number from the police's own pages"), 1));
        var nonce = new string('0', 32);
        Assert.Equal($"counterseal/stop/v1\ngate g\ndemand everything\nat 2026-11-24T02:00:00Z\nnonce {nonce}\n", Stop.Text("g", Stop.Everything, HostileDesk.Start, nonce));
        Assert.Equal($"counterseal/lift/v1\ngate g\nstop {order}\nat 2026-11-24T02:00:00Z\n", Lift.Text("g", order, HostileDesk.Start));
        var approval = Approval.Read(Encoding.UTF8.GetBytes(desk.Sign(Approval.Text("g", 7, "bob", order), "bob")));
        Assert.Equal(("g", 7L, "bob", order), (approval.Gate, approval.Epoch, approval.Reviewer, approval.Order));
        Assert.Throws<FormatException>(() => Stop.Text("g\ndemand x", "everything", HostileDesk.Start, nonce));
        Assert.Throws<FormatException>(() => DirectoryEntry.Text("a", "US", "Name \u0085x", "age-x25519", ["age1"], null, "1", new Confirmation(HostileDesk.Start, "dora", "by voice"), 1));
    }

    [Fact]
    public async Task An_envelope_written_and_read_again_is_the_same()
    {
        var release = await Case.Release(shared.Desk);
        var once = Envelope.Read(release.Json());
        var again = Envelope.Read(once.Json());
        Assert.Equal(JsonSerializer.Serialize(JsonDocument.Parse(once.Json()).RootElement), JsonSerializer.Serialize(JsonDocument.Parse(again.Json()).RootElement));
        Assert.Equal(release.Digest, again.Order.Digest);
        Assert.Equal(release.Original, again.Original);
    }
}
