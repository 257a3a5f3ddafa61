using System.Text;
using Counterseal.Desk;
using Counterseal.Intake;
using Counterseal.Law;

namespace Counterseal.Web.Tests;

/// <summary>Made-up demands in every state that a page has a face for.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 9, 18, 0, TimeSpan.Zero);
    public const string Digest = "3f9a1c02b7d4e6f80123456789abcdef3f9a1c02b7d4e6f80123456789abcdef";
    public const string Order = "b7d4e6f80123456789abcdef3f9a1c02b7d4e6f80123456789abcdef3f9a1c02";
    public const string Id = "7F3K2M9QXTBC4W8NDV5HJ0RSAG";
    public const string Token = "q0W9vN3xTe7-Lk_2RmZ5bY8cHd1fGj4s";
    public const string LedgerKey = "ledger.example.net/counterseal+5ad0eab6+AfX3k9PqV1mZ0s8yB4tR6uWcE2nG5hJ7dL9aQxKzT1vM";
    public const string Checkpoint = "ledger.example.net/counterseal\n1048\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\n\n— ledger.example.net/counterseal K409EAy0h0qVf3tYp2wW8mKrQkR8F4o1xq9Gm0aTt2fJgYwH3v1b5JkQ9Rr4uZx7c8e2LpAaS6dDfFgGhHjJkKlL\n";

    private static readonly Selector Mailbox = new(SelectorKind.Mailbox, "m.okonkwo@example.net");
    private static readonly Selector Address = new(SelectorKind.IpAddress, "2001:db8:0:42::1f", 51234, Now.AddDays(-3));

    private static DateTimeOffset Day(int month, int day, int hour = 0) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);

    private static Deadline Clock(string what, TimeSpan whole, TimeSpan left, string rule, string citation, string counted) =>
        new(rule, what, Now + left, Now + left - whole, counted, citation);

    public static readonly Deadline Emergency = Clock("Produce the data", TimeSpan.FromHours(8), new(4, 51, 0), "eu.epoc.deadline.emergency",
        "Regulation (EU) 2023/1543, Art. 10(4)", "8 hours from the receipt of the certificate, hour by hour, nights and weekends included");

    public static IReadOnlyList<QueueRow> Queue { get; } =
    [
        new("4W8NDV5HJ0RSAG7F3K2M9QXTBC", "2:26-mj-00417", "United States District Court, Northern District of Somewhere", "US", "us.sca.warrant", false,
            Clock("Answer", TimeSpan.FromDays(14), new(9, 4, 12, 0), "us.sca.warrant.return", "Fed. R. Crim. P. 41", "days"), Stage.Assessed, false, 2),
        new(Id, "GDA-2026-118734", "Garda National Cyber Crime Bureau", "IE", "eu.epoc", true, Emergency, Stage.Ordered, true, 0),
        new("HJ0RSAG7F3K2M9QXTBC4W8NDV5", "31 Js 2204/26", "Staatsanwaltschaft Musterstadt", "DE", "eu.epoc", false,
            Clock("Produce the data", TimeSpan.FromDays(10), new(1, 7, 0, 0), "eu.epoc.deadline", "Art. 10(3)", "days"), Stage.Decided, true, 0),
        new("SAG7F3K2M9QXTBC4W8NDV5HJ0R", "CR-26-00091", "County Sheriff of Elsewhere", "US", "us.sca.subpoena", false,
            Clock("Answer", TimeSpan.FromDays(7), new(-1, -2, -30, 0), "us.sca.subpoena.return", "18 USC 2703(c)(2)", "days"), Stage.Assessed, true, 1),
        new("9QXTBC4W8NDV5HJ0RSAG7F3K2M", "XX-ACTOR01-1234", "An authority that does not say what it is", "XX", null, false, null, Stage.Received, false, 3, "event 2 is not the leaf"),
    ];

    public static Demand Demand { get; } = new()
    {
        Reference = "GDA-2026-118734",
        Instrument = "eu.epoc",
        Issuing = new("Garda National Cyber Crime Bureau", "IE", AuthorityKind.Police, "Detective Inspector A. Byrne", "epoc@gnccb.example"),
        Validating = new("Dublin Metropolitan District Court", "IE", AuthorityKind.Judge, "Judge M. Ní Dhomhnaill"),
        Addressee = "Example Mail Ltd",
        Issued = Now.AddHours(-4),
        Scope = new(
        [
            new(Mailbox, [DataCategory.Subscriber, DataCategory.Identification, DataCategory.Traffic, DataCategory.Content], Day(3, 1), Day(7, 1)),
            new(Address, [DataCategory.Identification], null, null),
        ]),
        Emergency = true,
        EmergencyGround = "A child has been missing since 22 November; messages from this mailbox reached the family last night.",
        Offence = "Abduction of a minor",
        Secrecy = new("Regulation (EU) 2023/1543, Art. 13(2)", Day(12, 24)),
        EnforcingAuthorityNotified = false,
    };

    public static Scope Permitted { get; } = new(
    [
        new(Mailbox, [DataCategory.Subscriber, DataCategory.Identification], Day(3, 1), Day(7, 1)),
        new(Mailbox, [DataCategory.Traffic], Day(3, 1), Day(5, 15)),
        new(Address, [DataCategory.Identification], null, null),
    ]);

    public static Assessment Assessment { get; } = new(
        Digest,
        Now.AddHours(-2),
        [
            new("eu.epoc.issuer.identification", Sign.Holds, "A prosecutor or a judge may order data asked for only to identify a user, and a judge validated it.", "Regulation (EU) 2023/1543, Art. 4(1)", ["issuing.kind = police", "validating.kind = judge", "categories = subscriber, identification"], true),
            new("eu.epoc.issuer.content", Sign.Fails, "Content needs an order by a judge; the validation covers identification only.", "Regulation (EU) 2023/1543, Art. 4(2)", ["categories = content", "validation.covers = identification"], true)
            {
                Weight = 25,
                Ground = "eu.annex3.authority",
                Changes = ["validating.kind = judge | court | investigatingJudge", "issuing.kind = judge | court | investigatingJudge"],
            },
            new("eu.epoc.emergency.ground", Sign.Holds, "The certificate states a threat to the life of a person.", "Regulation (EU) 2023/1543, Art. 3(18)", ["emergency = true"], true),
            new("eu.epoc.traffic.period", Sign.Risk, "The period of traffic data is longer than the facts in the order explain.", "Regulation (EU) 2023/1543, Art. 5(2)", ["scope.days = 122"], false),
            new("eu.epoc.notification", Sign.Question, "Whether the enforcing authority was notified is unknown; traffic data waits for it.", "Regulation (EU) 2023/1543, Art. 8(1)", ["enforcing.notified = unknown"], true),
        ],
        Permitted,
        Decision.ComplyInPart,
        ["Identification data is compelled as demanded.", "Content is left out: no judge ordered it.", "Traffic data after 15 May is left out: the order gives no ground for it."],
        "eu.epoc.production",
        false,
        [new("enforcing.notified", "eu.epoc.notification", "Was the enforcing authority notified, and when?")],
        [
            Emergency,
            Clock("Tell the authority of what is left out, on Form 3", TimeSpan.FromDays(5), new(3, 20, 0, 0), "eu.epoc.form3", "Regulation (EU) 2023/1543, Art. 10(6)", "without undue delay; we count 5 days"),
        ],
        new(NoticeBy.Authority, null, "We stay silent until a ground to tell is recorded.", "Regulation (EU) 2023/1543, Art. 13") { AtEnd = [WhoIsTold.Customer, WhoIsTold.Counsel] })
    {
        Doubt = 25,
        Route = new(RouteKind.EnforcingAuthority, "eu.epoc.route", "What it asks about immunity goes to both authorities.", "Regulation (EU) 2023/1543, Art. 10(5)"),
        Suspended = [new("eu.epoc.notified.wait", "The enforcing authority was notified and has not answered; traffic data waits.", "the enforcing authority answers, or its ten days are over.", "Regulation (EU) 2023/1543, Art. 8(4)")],
        Duties =
        [
            new("eu.epoc.validation.ask", DutyKind.Ask, "Ask for the validation that the emergency order went without.", Now.AddHours(44), "Regulation (EU) 2023/1543, Art. 4(5)"),
            new("policy.emergency.review", DutyKind.Review, "Somebody who did not decide looks at this emergency again.", Now.AddDays(5), "Counterseal policy: emergencies are reviewed"),
        ],
        Objections = [new("eu.annex3.authority", "Not issued or validated by a competent authority.", "eu.epoc.issuer.content", "Content needs an order by a judge.", "Regulation (EU) 2023/1543, Art. 4(2)", "annex3")],
    };

    public static BooksView Books { get; } = new(
        RuleBook.Load(Path.Combine(Place.Root, "rules")), "policy/handling.yaml, line 31, rule policy.authenticated: 'ignore' is not one of wait, redirect, challenge, reject", Now.AddMinutes(-9),
        [new(Order, Now.AddDays(-2), 981), new(Digest, Now.AddDays(-60), 12)]);

    public static DemandView View { get; } = new()
    {
        Id = Id,
        Demand = Demand,
        Received = Now.AddHours(-3.15),
        Assigned = "Ada Nowak",
        Original = new(Digest, 11842, "ts103120", "https"),
        Warnings = [new(42, "/HI1Message/Payload/AuthorisationPriority", "TS 103 120 V1.20.1", "The element belongs to a later version of the standard.", "Nothing; it was kept with the original and not read.")],
        Stations =
        [
            new("received", StationState.Passed, Now.AddHours(-3.15), "desk"),
            new("authenticated", StationState.Passed, Now.AddHours(-2.6), "Ada Nowak"),
            new("assessed", StationState.Passed, Now.AddHours(-2.6), "desk"),
            new("decided", StationState.Passed, Now.AddHours(-1.4), "Ada Nowak"),
            new("approved 1/2", StationState.Here, Now.AddMinutes(-22), "B. Okafor"),
            new("sealed", StationState.Ahead),
            new("released", StationState.Ahead),
            new("told", StationState.Ahead),
        ],
        Assessment = Assessment,
        Duties = Assessment.Duties,
        Performed = new SortedDictionary<string, PerformedDuty> { ["policy.emergency.review"] = new(DutyKind.Review, "", "C. Lind read file and recording; nothing to change.", "C. Lind", Now.AddMinutes(-4)) },
        Terms =
        [
            Clock("The issuing authority must have its order validated", TimeSpan.FromHours(48), new(44, 50, 0), "eu.emergency.validation", "Regulation (EU) 2023/1543, Art. 4(5)", "48 hours from the next full hour") with { Kind = DeadlineKind.Theirs },
            Clock("The original is destroyed", TimeSpan.FromDays(1096), new(1090, 0, 0, 0), "policy.retention.original", "Counterseal policy: retention", "36 months from closing") with { Kind = DeadlineKind.Retention },
        ],
        Facts = new SortedDictionary<string, string> { ["authenticated"] = "true", ["emergency.credible"] = "true", ["customer.type"] = "person" },
        Decided = new(Decision.ComplyInPart, Now.AddHours(-1.4), "Ada Nowak", "eu.epoc.production", false, Assessment.Reasons),
        Permitted = Permitted,
        Next = [new("A second reviewer reads the release and approves it.", Commands.Approve(Order))],
        Orders =
        [
            new(Digest, OrderKind.Count, "done", 1, 1, null, null, "1 account; 2 subscriber, 214 identification, 1,902 traffic records in scope; none unreadable."),
            new(Order, OrderKind.Release, "waits for approval", 1, 2, Now.AddHours(20), Commands.Approve(Order), null),
        ],
        Events =
        [
            Event(1, "received", -3.15, "desk", "A ts103120 message of 11,842 bytes came by https.", true),
            Event(2, "authenticated", -2.6, "Ada Nowak", "Called back on the directory's number; the officer on duty named reference and time.", true),
            Event(3, "assessed", -2.6, "desk", "5 findings, 1 question; proposed: comply in part.", true),
            Event(4, "decided", -1.4, "Ada Nowak", "Comply in part, under eu.epoc.production.", true),
            Event(5, "ordered", -1.2, "Ada Nowak", "A release was filed at the gate.", false),
            new(6, "approved", Now.AddMinutes(-22), "B. Okafor", "Approved the release, 1 of 2.", null),
        ],
    };

    private static EventView Event(int version, string type, double hours, string by, string sentence, bool verified) =>
        new(version, type, Now.AddHours(hours), by, sentence, new(1040 + version, Digest, verified,
            $"c2sp.org/tlog-proof@v1\nindex {1040 + version}\nnND/nri/U0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeI=\nH8p2S0xuHUrYSy0HtMeal2vzD9V4k/BO79C+QeInND=\n\n{Checkpoint}",
            $"{{\"at\":\"2026-11-24T06:09:00Z\",\"body\":{{}},\"by\":\"{by}\",\"demand\":\"{Id}\",\"type\":\"{type}\",\"v\":1,\"version\":{version}}}", Order, Digest));

    /// <summary>The same as a reader of another language has it: what the desk says of it is in marks, as <see cref="Untranslated"/> looks for them.</summary>
    public static DemandView Marked(DemandView view) => view with
    {
        Stations = [.. view.Stations.Select(station => station with { Name = $"⟦{station.Name}⟧" })],
        Next = [.. view.Next.Select(step => step with { What = $"⟦{step.What}⟧" })],
        Orders = [.. view.Orders.Select(order => order with { State = $"⟦{order.State}⟧", Result = order.Result is { } result ? $"⟦{result}⟧" : null })],
        Events = [.. view.Events.Select(one => one with { Sentence = $"⟦{one.Sentence}⟧" })],
    };

    public const string Original = """
        {
          "counterseal": "demand/v1",
          "reference": "GDA-2026-118734",
          "instrument": "eu.epoc",
          "issuing": {
            "name": "Garda National Cyber Crime Bureau",
            "country": "IE",
            "kind": "police",
            "officer": "Detective Inspector A. Byrne"
          },
          "emergency": { "ground": "A child has been missing since 22 November; <script>alert(1)</script> is how it was sent." },
          "offence": "Abduction of a minor",
          "scope": [
            { "selector": { "mailbox": "m.okonkwo@example.net" }, "categories": ["subscriber", "identification", "traffic", "content"] }
          ]
        }
        """;

    /// <summary>A demand that waits for everything: nobody has authenticated or decided, and a challenge is before a court.</summary>
    public static DemandView Waiting { get; } = new()
    {
        Id = Id,
        Demand = Demand,
        Received = Now.AddHours(-3.15),
        Original = new(Digest, 11842, "ts103120", "https"),
        Stations = [new("received", StationState.Passed, Now.AddHours(-3.15), "desk"), new("authenticated", StationState.Here), new("assessed", StationState.Passed), new("decided", StationState.Ahead)],
        Assessment = Assessment,
        Duties = Assessment.Duties,
        Facts = new SortedDictionary<string, string> { ["customer.type"] = "person" },
        Permitted = Permitted,
        Next = [new("Establish that the demand is from whom it says: call back on a number of the directory, never on one from the demand.", Commands.Authenticate(Id))],
        Docket = new() { Court = "High Court", Case = "2026 No. 417 JR", FiledBy = "Example Mail", FiledAt = Now.AddDays(-2), Hearings = [new(3, Now.AddDays(6), "Court 4; the stay")], Events = [3] },
        Events = [Event(1, "received", -3.15, "desk", "A ts103120 message of 11,842 bytes came by https.", true), Event(2, "assessed", -3.1, "desk", "5 findings, 1 question; proposed: comply in part.", true), Event(3, "hearingSet", -1, "C. Lind", "A hearing is set.", true)],
    };

    public static IReadOnlyList<DayEntry> Days { get; } =
    [
        new(Id, "GDA-2026-118734", DayKind.Deadline, Now.AddHours(4.85), "Produce the data"), new("HJ0RSAG7F3K2M9QXTBC4W8NDV5", "31 Js 2204/26", DayKind.Deadline, Now.AddHours(31), "Produce the data"),
        new("4W8NDV5HJ0RSAG7F3K2M9QXTBC", "2:26-mj-00417", DayKind.Hearing, Now.AddDays(3), ""), new("SAG7F3K2M9QXTBC4W8NDV5HJ0R", "CR-26-00091", DayKind.Gag, Now.AddDays(5), ""), new(Id, "GDA-2026-118734", DayKind.Theirs, Now.AddHours(-3), "The issuing authority must have its order validated"),
    ];

    public static IReadOnlyList<DocketEntry> Docket { get; } =
    [
        new(Id, "GDA-2026-118734", "Garda National Cyber Crime Bureau", "IE", "High Court", "2026 No. 417 JR", "Example Mail", Now.AddDays(-2), "filed", Now.AddDays(6), null),
        new("SAG7F3K2M9QXTBC4W8NDV5HJ0R", "CR-26-00091", "County Sheriff of Elsewhere", "US", "District Court of Elsewhere", "26-cv-118", "the customer", Now.AddDays(-40), "the demand does not stand", null, Now.AddDays(-3)),
    ];

    public static IReadOnlyList<Alert> Alerts { get; } =
    [
        new("a1", Id, "GDA-2026-118734", AlertKind.Emergency, 0, "night@example.net", Now.AddHours(-3.15), Now.AddHours(4.85), Now.AddHours(-3.14), null),
        new("a2", Id, "GDA-2026-118734", AlertKind.Emergency, 1, "counsel@example.net", Now.AddHours(-3.15), Now.AddHours(4.85), null, "mail.example.net:25 cannot be used now: Connection refused"),
        new("a3", "SAG7F3K2M9QXTBC4W8NDV5HJ0R", "CR-26-00091", AlertKind.Late, 0, "webhook", Now.AddHours(-26), Now.AddHours(-26), Now.AddHours(-26), null),
    ];

    public static IReadOnlyList<ShiftChange> Changes { get; } =
    [
        new(Id, "GDA-2026-118734", [new(Id, 5, 1045, "ordered", "Ada Nowak", Now.AddHours(-1.2)), new(Id, 6, 1046, "approved", "B. Okafor", Now.AddMinutes(-22))]),
    ];

    public static ShiftNote Note { get; } = new(Now.AddHours(-2), "C. Lind", "The Garda call back at ten; ask for Inspector Byrne.\nThe gate was slow between three and four.");

    public static IReadOnlyList<QuarantineRow> Quarantine { get; } =
    [
        new(Now.AddHours(-1), "https", "ts103120", Digest,
            [new(17, "/HI1Message/Header/TransactionIdentifier", "TS 103 120 V1.12.1, 6.2.2", "The header has no transaction identifier.", "Add it and send the message again.")]),
        new(Now.AddDays(-2), "https", "unknown", Order,
            [new(1, "/", "XML 1.0, 2.8", "It is neither XML nor JSON.", "Send a TS 103 120 message or our JSON form."), new(null, "/", "size", "It is too short to be a demand.", "Look whether the file was cut off.")]),
    ];

    public static IReadOnlyList<DirectoryRow> Directory { get; } =
    [
        new("ie-gnccb", "IE", "Garda National Cyber Crime Bureau", "age-x25519", ["a1b2 c3d4 e5f6 0718 293a 4b5c 6d7e 8f90 a1b2 c3d4 e5f6 0718 293a 4b5c 6d7e 8f90"], "2026-11-20T09:12:00Z Ada Nowak read back by telephone", "+353 1 555 0100", 2, ["Ada Nowak", "B. Okafor"], Digest),
        new("de-sta-musterstadt", "DE", "Staatsanwaltschaft Musterstadt", "openpgp-gpg", ["0f1e 2d3c 4b5a 6978 8796 a5b4 c3d2 e1f0 0f1e 2d3c 4b5a 6978 8796 a5b4 c3d2 e1f0"], "2026-11-21T14:00:00Z C. Lind in person, at the office", "+49 30 555 0199", 1, ["Ada Nowak", "C. Lind"], Order),
    ];

    public static StatusView Status(Progress progress) => new(Now.AddHours(-3), progress,
        progress == Progress.Answered ? new(Decision.Reject, ["The demand names no person, mailbox or account that could be looked up."]) : null,
        progress == Progress.Ready ? [new("cs-b7d4e6f801234567.age", 4_812_300, Digest), new("cs-b7d4e6f801234567.counterseal", null, null)] : []);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static IReadOnlyList<Remark> Faults { get; } = Quarantine[0].Faults;
}
