using System.Globalization;
using Counterseal.Watch;

namespace Counterseal.Web.Tests;

/// <summary>Made-up findings of a bell.</summary>
internal static class AttackSamples
{
    public const string NoticeCode = "ABCD-EFGH-JKMN-PQRS";

    public static IReadOnlyList<AttackRow> Rows { get; } =
    [
        new("2f21c6c75d20bf23a51bf21e823ceb92", "c000117", "Institute for Documentation and Free Press", "Quiet Heron", "AQ", true, 91, true, 1284, Samples.Now.AddDays(-41), Samples.Now.AddDays(-2), AttackStanding.Open),
        new("498b0a91ac29c77d22cc38f8312ab699", "c000204", "Example Ltd", "user of a tool whose name is rather long, and of nothing else", null, false, 60, false, 3, Samples.Now.AddDays(-3), Samples.Now.AddDays(-3), AttackStanding.Dismissed),
        new("76dc9c2a5f80b44285fd416bd6ea4738", "c000311", "مركز التوثيق", "Pale Lantern", "AQ", true, 75, true, 12, Samples.Now.AddDays(-9), Samples.Now.AddDays(-8), AttackStanding.Confirmed),
    ];

    public static AttackFigures Figures { get; } = new(
        "135", "40", "180", "95",
        [Trend("AQ", "15", "<5", "60", "25"), Trend("BV", "0", "10", "5", "<5"), Trend("unknown", "<5", "0", "20", "10")],
        [
            ("country", [.. Enumerable.Range(0, 34).Select(i => new PublishedFigure(((char)('A' + (i % 26))).ToString() + (char)('A' + (i / 26)), i < 4 ? (20 - (5 * i)).ToString(CultureInfo.InvariantCulture) : "<5"))]),
            ("actor", [new("Quiet Heron", "75"), new("Pale Lantern", "40"), new("user of a tool whose name is rather long", "<5")]),
            ("sector", [new("press", "50"), new("law", "30"), new("unknown", "55")]),
            ("month", [new("2026-11", "25"), new("2026-10", "<5")]),
        ]);

    public static AttackFigures NoFigures { get; } = new("0", "0", "0", "0", [], []);

    public static AttackView? View(string id)
    {
        if (Rows.FirstOrDefault(row => row.Id == id) is not { } row)
            return null;
        var proof = Samples.View.Events.First(e => e.Proof is { Verified: true }).Proof!;
        AttackEvidence Evidence(string account, string value, Tlp marking, bool shareable, string because) => new(
            account, "sourceIp", value, "indicator--1aff8a07-6ad1-5045-a8a4-47482c4c0b7e", "First Example Lab", 70, marking, shareable, 642, row.Since, row.Last, "sign-ins.ndjson, line 1290 (byte 254911)", because, "signInSucceeded");
        return new(
            row, "IE", row.Standing == AttackStanding.Open ? null : "ana", row.Standing == AttackStanding.Open ? null : "two feeds agree; <script>the address</script> is no VPN",
            [new("ada@documentation.example", true), new("grace@documentation.example", false)],
            [
                Evidence("ada@documentation.example", "203.0.113.10", Tlp.Green, true, "A sign-in from the actor's infrastructure went through."),
                Evidence("grace@documentation.example", "2001:db8:1234:5678:9abc:def0:1234:5678", Tlp.AmberStrict, false, "Sign-ins from the actor's infrastructure were refused."),
            ],
            [new(1, AttackEventType.Raised, row.Since, "watch", new(false, 75, false, 1, 900), null, proof), new(2, AttackEventType.Changed, row.Last, "watch", new(true, 91, true, 2, 1284), null, proof with { Verified = false }), .. row.Standing == AttackStanding.Confirmed ? [new AttackEvent(3, AttackEventType.Confirmed, row.Last, "ana", null, "two feeds agree; <script>the address</script> is no VPN", proof)] : (AttackEvent[])[]],
            row.Standing != AttackStanding.Confirmed ? [] :
            [
                new("2daf344c", "ada@documentation.example", NoticeStatus.Opened, new(true, 1, 2, false), Samples.Now.AddDays(-1), Samples.Now.AddDays(-1), null, null, true),
                new("d644db00", null, NoticeStatus.Unreachable, new(false, 2, 2, false), Samples.Now.AddDays(-1), Samples.Now.AddDays(-1), null, "the webhook's receiver refuses (410)", false),
                new("aa44db00", "grace@documentation.example", NoticeStatus.Planned, null, Samples.Now.AddHours(4), null, Samples.Now.AddHours(4), null, false),
            ]);
    }

    private static AttackTrend Trend(string state, params string[] customers) => new(state, [.. customers.Select((n, i) => new PublishedFigure((2023 + i).ToString(CultureInfo.InvariantCulture), n))]);
}
