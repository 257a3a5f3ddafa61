using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>One demand on its way through a <see cref="HostileDesk"/>: everything in it can be bent before it is filed.</summary>
public sealed class Case
{
    private static readonly Lazy<RuleBook> Book = new(() => RuleBook.Load(Repository.Folder("rules")));
    private readonly HostileDesk desk;

    private Case(HostileDesk desk) => this.desk = desk;

    public string DemandId { get; private init; } = HostileDesk.NewDemandId();
    public JsonObject Facts { get; } = new() { ["authenticated"] = "true", ["customer.type"] = "person" };
    public JsonObject Event { get; private set; } = [];
    public JsonObject Order { get; private set; } = [];
    public string Directory { get; set; } = "";
    public List<string> Approvals { get; } = [];
    public byte[] Original { get; set; } = [];

    public byte[] OrderBytes => HostileDesk.Canonical(Order);
    public string Digest => HostileDesk.OrderDigest(OrderBytes);
    public string Name => "cs-" + Digest[..16];

    public static Demand Warrant() => new()
    {
        Reference = "TEST-0001",
        Instrument = "us.sca.warrant",
        Issuing = new Authority("District Court of Example", "US", AuthorityKind.Court),
        Issued = new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero),
        Emergency = false,
        Scope = Mail(DataCategory.Subscriber, DataCategory.Traffic, DataCategory.Content),
    };

    public static Scope Mail(params DataCategory[] categories) => new([new ScopeItem(
        new Selector(SelectorKind.Mailbox, "maeve@mail.example"),
        categories,
        new DateTimeOffset(2026, 10, 5, 0, 0, 0, TimeSpan.Zero),
        new DateTimeOffset(2026, 10, 15, 0, 0, 0, TimeSpan.Zero))]);

    /// <summary>What the law says of the desk's demand with these facts.</summary>
    public Assessment Assess() => Engine.Assess(
        desk.Demand,
        new Facts(Facts.ToDictionary(fact => fact.Key, fact => fact.Value!.GetValue<string>())),
        Book.Value,
        HostileDesk.Start,
        HostileDesk.Start);

    /// <summary>A release that holds in everything: decided, logged, approved by alice and bob, for a recipient that dora and egon have signed.</summary>
    public static async Task<Case> Release(
        HostileDesk desk,
        Action<JsonObject>? decided = null,
        Action<JsonObject>? order = null,
        Func<byte[], Task<JsonObject>>? log = null,
        string? directory = null,
        string? reissueOf = null,
        int version = 4,
        Case? of = null)
    {
        var made = of ?? new Case(desk);
        made.Approvals.Clear();
        made.Original = desk.Original;
        made.Directory = directory ?? desk.Sign(desk.DirectoryText(), "dora", "egon");
        var assessment = made.Assess();
        var body = new JsonObject
        {
            ["decision"] = "comply",
            ["basis"] = assessment.Basis ?? "none",
            ["basisIsPolicy"] = assessment.BasisIsPolicy,
            ["originalDigest"] = HostileDesk.Sha(desk.Original),
            ["demandDigest"] = HostileDesk.Sha(HostileDesk.Canonical(desk.DemandJson())),
            ["factsDigest"] = HostileDesk.Sha(HostileDesk.Canonical(made.Facts.DeepClone())),
            ["book"] = desk.Book,
            ["received"] = Instant.Text(HostileDesk.Start),
            ["asOf"] = Instant.Text(HostileDesk.Start),
            ["scope"] = HostileDesk.ScopeJson(desk.Demand.Scope),
            ["recipient"] = HostileDesk.Sha(System.Text.Encoding.UTF8.GetBytes(desk.DirectoryText())),
            ["reasons"] = new JsonArray("the warrant compels it"),
        };
        if (reissueOf is not null)
            body["reissueOf"] = reissueOf;
        decided?.Invoke(body);
        await made.RestOn("decided", body, version, log);
        made.MakeOrder("release", desk.Demand.Scope, node =>
        {
            node["recipient"] = HostileDesk.Sha(System.Text.Encoding.UTF8.GetBytes(desk.DirectoryText()));
            if (reissueOf is not null)
                node["reissueOf"] = reissueOf;
            order?.Invoke(node);
        });
        made.ApprovedBy("alice", "bob");
        return made;
    }

    /// <summary>A preview that holds in everything, approved by alice and bob; it rests on a decision like a release's.</summary>
    public static Task<Case> Preview(HostileDesk desk, params string[] viewers) => Preview(desk, null, null, null, viewers);

    /// <summary>The same with something bent, or on the decision of another case.</summary>
    public static async Task<Case> Preview(HostileDesk desk, Action<JsonObject>? decided = null, Action<JsonObject>? order = null, Case? of = null, params string[] viewers)
    {
        var made = of ?? await Release(desk, decided);
        made.Approvals.Clear();
        made.MakeOrder("preview", desk.Demand.Scope, node =>
        {
            node["viewers"] = new JsonArray([.. viewers.Select(viewer => JsonValue.Create(viewer))]);
            order?.Invoke(node);
        });
        made.ApprovedBy("alice", "bob");
        return made;
    }

    /// <summary>A deletion that holds in everything, of what an earlier order of a demand left, approved by alice and bob; it rests on the demand's end.</summary>
    public static async Task<Case> Delete(HostileDesk desk, Case of, string deletes, string ended = "withdrawn", Action<JsonObject>? order = null)
    {
        var made = new Case(desk) { Original = desk.Original, DemandId = of.DemandId };
        await made.RestOn(ended, new JsonObject { ["reason"] = "taken back" }, 7, null);
        made.MakeOrder("delete", desk.Demand.Scope, node =>
        {
            node["deletes"] = deletes;
            order?.Invoke(node);
        });
        made.ApprovedBy("alice", "bob");
        return made;
    }

    /// <summary>A count or preserve that holds in everything, approved by alice.</summary>
    public static async Task<Case> OnReceived(HostileDesk desk, string kind, Scope? scope = null, Action<JsonObject>? order = null, Action<JsonObject>? received = null)
    {
        var made = new Case(desk) { Original = desk.Original };
        var body = desk.ReceivedBody();
        received?.Invoke(body);
        await made.RestOn("received", body, 1, null);
        made.MakeOrder(kind, scope ?? desk.Demand.Scope, node =>
        {
            if (kind == "preserve")
                node["preserveUntil"] = Instant.Text(desk.Clock.GetUtcNow() + TimeSpan.FromDays(60));
            order?.Invoke(node);
        });
        made.ApprovedBy("alice");
        return made;
    }

    public async Task RestOn(string type, JsonObject body, int version, Func<byte[], Task<JsonObject>>? log) =>
        Event = await (log ?? (bytes => desk.Log(bytes)))(HostileDesk.EventBytes(type, DemandId, body, version));

    public void MakeOrder(string kind, Scope scope, Action<JsonObject>? change = null)
    {
        var now = desk.Clock.GetUtcNow();
        Order = new JsonObject
        {
            ["v"] = 1,
            ["kind"] = kind,
            ["gate"] = HostileDesk.GateName,
            ["trial"] = true,
            ["demand"] = new JsonObject
            {
                ["id"] = DemandId,
                ["originalDigest"] = HostileDesk.Sha(desk.Original),
                ["received"] = Instant.Text(HostileDesk.Start),
                ["read"] = desk.DemandJson(),
            },
            ["facts"] = Facts.DeepClone(),
            ["book"] = desk.Book,
            ["asOf"] = Instant.Text(HostileDesk.Start),
            ["scope"] = HostileDesk.ScopeJson(scope),
            ["rests"] = HostileDesk.Sha(Convert.FromBase64String(Event["bytes"]!.GetValue<string>())),
            ["notBefore"] = Instant.Text(now),
            ["expires"] = Instant.Text(now + TimeSpan.FromHours(4)),
            ["nonce"] = HostileDesk.Hex(RandomNumberGenerator.GetBytes(16)),
        };
        change?.Invoke(Order);
    }

    public Case ApprovedBy(params string[] reviewers)
    {
        Approvals.Clear();
        Approvals.AddRange(reviewers.Select(name => desk.Approve(Digest, name)));
        return this;
    }

    public JsonObject Envelope()
    {
        var envelope = new JsonObject
        {
            ["order"] = Convert.ToBase64String(OrderBytes),
            ["original"] = Convert.ToBase64String(Original),
            ["event"] = Event.DeepClone(),
            ["approvals"] = new JsonArray([.. Approvals.Select(note => JsonValue.Create(note))]),
        };
        if (Order["kind"]!.GetValue<string>() == "release")
            envelope["directory"] = Directory;
        return envelope;
    }

    public Task<RawAnswer> File(bool wait = true) => desk.File(Envelope(), wait);

    public byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(Envelope());
}

/// <summary>Folders of the project, found by walking up to its solution.</summary>
internal static class Repository
{
    public static string Folder(params string[] names)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "counterseal.slnx")))
                return Path.Combine([folder.FullName, .. names]);
        }
        throw new InvalidOperationException("counterseal.slnx is in no folder above the tests");
    }
}
