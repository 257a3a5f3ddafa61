using System.Net;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Watch;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Counterseal.Web.Tests;

/// <summary>The customers' pages over sample notices, and a product that signs customers in with a key of its own.</summary>
internal sealed class CustomerStand : IAsyncDisposable
{
    public const string Issuer = "product.example";
    public const string Audience = "https://notices.example.org";
    public const string Ada = "ada@example.test";
    public const string Redirected = "7F3K2M9QXTBC4W8NDV5HJ0RSAG";
    public const string Given = "4W8NDV5HJ0RSAG7F3K2M9QXTBC";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private WebApplication app = null!;
    private HandOver handOver = null!;

    public WebApplication App => app;
    public Uri Pages => new(app.Urls.Single());
    public List<(string Demand, CustomerAnswer Answer, string Says)> Said { get; } = [];
    public List<string> Opened { get; } = [];
    public bool BellAway { get; set; }
    public Moving Clock { get; } = new();
    public IReadOnlyList<CustomerNoticeView> Notices { get; set; } = Some();
    public IReadOnlyList<Banner> Banners { get; set; } = [];

    public static async Task<CustomerStand> Up(bool trial = false, string? origin = null, ReaderLanguages? languages = null)
    {
        var stand = new CustomerStand();
        stand.handOver = new(stand.key.ExportSubjectPublicKeyInfoPem(), Issuer, Audience, stand.Clock);
        stand.app = CustomerFace.Build(new()
        {
            Ground = new FaceGround { Listen = new(IPAddress.Loopback, 0), Provider = "Example Mail", Trial = trial, Time = stand.Clock, Zone = WorkZone.Named("Europe/Dublin"), Origin = origin, Languages = languages ?? ReaderLanguages.Ours, Logs = logs => logs.SetMinimumLevel(LogLevel.None) },
            HandOver = stand.handOver,
            Public = "https://demands.example.org",
            Notices = (names, _) => Task.FromResult<IReadOnlyList<CustomerNoticeView>>([.. stand.Notices.Where(view => view.Notice.Asked.Any(item => names.Any(name => name.Name == item.Selector.Value)))]),
            Proof = (names, demand, _) => Task.FromResult<byte[]?>(demand == Given && names.Any(name => name.Name == Ada) ? "{\"counterseal\":\"notice/v1\"}"u8.ToArray() : null),
            Reply = (names, demand, answer, says, _) =>
            {
                if (!names.Any(name => name.Name == Ada) || demand != Redirected)
                    throw new DeskException("unknown", "there is no such notice", "");
                if (string.IsNullOrWhiteSpace(says))
                    throw new DeskException("malformed", "an answer is one of three", "");
                stand.Said.Add((demand, answer, says));
                return Task.CompletedTask;
            },
            Attacks = new(
                (customer, language, _) => stand.BellAway ? throw new HttpRequestException("away") : Task.FromResult<IReadOnlyList<Banner>>(customer.Account == Ada ? [.. stand.Banners.Select(one => one with { Language = language })] : []),
                (_, notice, _) =>
                {
                    stand.Opened.Add(notice);
                    return Task.CompletedTask;
                },
                (_, code, _) => Task.FromResult(code == AttackSamples.NoticeCode)),
        });
        await stand.app.StartAsync();
        return stand;
    }

    /// <summary>A token as a product makes one, with another's library; each part can be made wrong.</summary>
    public string Token(string account = Ada, string? jti = null, string? issuer = null, string? audience = null, TimeSpan? ago = null, TimeSpan? holds = null, ECDsa? by = null, string algorithm = SecurityAlgorithms.EcdsaSha256, string[]? names = null, string since = "2020-01-01")
    {
        var from = (Clock.GetUtcNow() - (ago ?? TimeSpan.Zero)).UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience ?? Audience,
            IssuedAt = from,
            Expires = from + (holds ?? TimeSpan.FromMinutes(2)),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = account,
                ["jti"] = jti ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
                ["names"] = (names ?? [account]).Select(name => new Dictionary<string, object> { ["name"] = name, ["since"] = since }).ToArray(),
            },
            SigningCredentials = new(algorithm == SecurityAlgorithms.HmacSha256 ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key.ExportSubjectPublicKeyInfoPem())) : new ECDsaSecurityKey(by ?? key), algorithm),
        });
    }

    /// <summary>A window of a customer whom the product has sent.</summary>
    public async Task<HttpClient> As(string account, params string[] names)
    {
        var window = Faces.Client(Pages);
        using var answer = await Enter(window, Token(account, names: names.Length == 0 ? [account] : names));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return window;
    }

    public static Task<HttpResponseMessage> Enter(HttpClient window, string token) => window.PostAsync(new Uri("/enter", UriKind.Relative), new FormUrlEncodedContent([new("token", token)]));

    public static IReadOnlyList<CustomerNoticeView> Some()
    {
        var selector = new Selector(SelectorKind.Mailbox, Ada);
        var asked = new ScopeItem(selector, [DataCategory.Subscriber, DataCategory.Traffic, DataCategory.Content], new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
        var notice = new CustomerNotice(
            Given, "7F3K-2M9Q-XTBC-4W8N", Samples.Now.AddDays(-2), 1051, "GDA-2026-118734", Samples.Demand.Issuing, Samples.Demand.Validating, "eu.epoc", "eu.epoc.production", Samples.Now.AddDays(-40), [asked], Decision.ComplyInPart,
            [asked with { Categories = [DataCategory.Subscriber] }], [new(DataCategory.Subscriber, 2, 812), new(DataCategory.Traffic, 1902, 400_000)], [Samples.Digest], Samples.Now.AddDays(-30), false, [], true);
        var redirected = notice with
        {
            Demand = Redirected,
            Code = "0XJ4-9TQK-PW2M-6RHB",
            Reference = "31 Js 2204/26",
            Issuing = new("Staatsanwaltschaft Musterstadt", "DE", AuthorityKind.Prosecutor),
            Validating = null,
            Decision = Decision.Redirect,
            Given = [],
            Counts = [],
            Package = [],
            ReleasedAt = null,
            MayAnswer = true,
            HasProof = false,
            Replies = [new(CustomerAnswer.Objected, "We wrote to the court on Monday.\nIt has not answered yet.", Samples.Now.AddDays(-1))],
        };
        return [new(notice, "European Production Order", "Regulation (EU) 2023/1543, Art. 5"), new(redirected, "European Production Order", null)];
    }

    public static Banner Attack { get; } = new("0123456789abcdef0123456789abcdef", Verdict.Targeted, "en", "", "Security notice: attackers tried to get into your account\n\nWe believe that attackers tried to get into your account ada@example.test in October 2026.\n\nTargeted does not mean broken into: we have no sign that they got in.", false);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        handOver.Dispose();
        key.Dispose();
    }

    internal sealed class Moving : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => Samples.Now + By;
    }
}
