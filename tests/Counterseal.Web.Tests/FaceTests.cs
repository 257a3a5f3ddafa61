using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Counterseal.Web.Tests;

/// <summary>Both faces over the wire.</summary>
public sealed class FaceTests : IAsyncLifetime
{
    private Faces faces = null!;

    public async ValueTask InitializeAsync() => faces = await Faces.Start();

    public ValueTask DisposeAsync() => faces.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/ledger")]
    [InlineData("/healthz")]
    [InlineData("/no-such-page")]
    [InlineData("/checkpoint")]
    public async Task Every_answer_forbids_script_frames_sniffing_and_referrers(string path)
    {
        using var client = Faces.Client(faces.Public);
        using var answer = await client.GetAsync(path);
        Assert.Equal("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", Header(answer, "Content-Security-Policy"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("same-origin", Header(answer, "Cross-Origin-Opener-Policy"));
        Assert.Equal(path == "/checkpoint" ? "cross-origin" : "same-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task No_page_names_another_origin_carries_a_style_of_its_own_or_a_script()
    {
        using var desk = await faces.SignedIn();
        using var open = Faces.Client(faces.Public);
        foreach (var (page, script) in new[]
        {
            (await desk.GetStringAsync("/"), true), (await desk.GetStringAsync($"/demands/{Samples.Id}"), true), (await desk.GetStringAsync("/quarantine"), true), (await desk.GetStringAsync("/directory"), true),
            (await open.GetStringAsync("/"), false), (await open.GetStringAsync("/ledger"), false), (await open.GetStringAsync($"/status/{Samples.Token}"), false),
        })
        {
            // The desk's keyboard, and on the pages that listen what shows changes, are the scripts: files of ours, in no page of the public's.
            var without = script ? page.Replace($"<script type=\"module\" src=\"{Asset.Keys.Path}\"></script>", "", StringComparison.Ordinal) : page;
            Assert.DoesNotContain("<script", page.Contains("data-live=", StringComparison.Ordinal) ? without.Replace($"<script src=\"{Asset.Live.Path}\" defer></script>", "", StringComparison.Ordinal) : without, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(" on[a-z]+=\"", page);
            Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("(?:src|href|action)=\"(?:https?:)?//", page);
            Assert.Contains("Trial mode.", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_desk_allows_scripts_of_its_own_origin_only_and_none_that_writes_markup()
    {
        using var desk = await faces.SignedIn();
        const string policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
        using var answer = await desk.GetAsync("/directory");
        Assert.Equal(policy, Header(answer, "Content-Security-Policy"));
        using var listening = await desk.GetAsync("/");
        Assert.Equal(policy + "; connect-src 'self'", Header(listening, "Content-Security-Policy"));
        using var keys = await desk.GetAsync(Asset.Keys.Path);
        Assert.Equal("text/javascript", keys.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task What_a_demand_says_is_shown_as_text_and_never_as_markup()
    {
        faces.Queue = [Samples.Queue[0] with { Reference = "<img src=x onerror=alert(1)>", Authority = "\"><script>alert(1)</script>" }];
        using var desk = await faces.SignedIn();
        var page = await desk.GetStringAsync("/");
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/demands/7F3K2M9QXTBC4W8NDV5HJ0RSAG")]
    [InlineData("/demands/7F3K2M9QXTBC4W8NDV5HJ0RSAG/events/1/receipt")]
    [InlineData("/quarantine")]
    [InlineData("/directory")]
    [InlineData("/no-such-page")]
    public async Task Nothing_of_the_desk_is_shown_before_sign_in(string path)
    {
        using var client = Faces.Client(faces.Desk);
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith(new Uri(faces.Desk, "/sign-in?to=%2F").ToString(), answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_code_opens_the_desk_with_a_cookie_that_no_script_and_no_other_site_can_use()
    {
        using var client = Faces.Client(faces.Desk);
        using var answer = await Faces.SignIn(client, $" {Faces.Code} ", "/directory");
        Assert.Equal("/directory", answer.Headers.Location!.ToString());
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("counterseal-desk=", StringComparison.Ordinal));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Faces.Code, cookie, StringComparison.Ordinal);
        Assert.Contains("Garda National Cyber Crime Bureau", await client.GetStringAsync("/"), StringComparison.Ordinal);
        using var page = await client.GetAsync("/");
        Assert.StartsWith("no-store", Header(page, "Cache-Control"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_code_is_refused_and_attempts_are_limited()
    {
        using var client = Faces.Client(faces.Desk);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var refused = await Faces.SignIn(client, "quiet-otter-9F3K-2M7R");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("That is not the code", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var limited = await Faces.SignIn(client, Faces.Code);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.InRange(limited.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.DoesNotContain("quiet-otter", faces.Logged(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("https://evil.example/")]
    [InlineData("")]
    public async Task Sign_in_leads_to_no_other_place(string to)
    {
        using var client = Faces.Client(faces.Desk);
        using var answer = await Faces.SignIn(client, Faces.Code, to);
        Assert.Equal("/", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_form_of_another_page_cannot_sign_in_or_out()
    {
        using var client = await faces.SignedIn();
        using var stranger = Faces.Client(faces.Desk);
        using var signIn = await stranger.PostAsync("/sign-in", new FormUrlEncodedContent([new("code", Faces.Code)]));
        using var signOut = await client.PostAsync("/sign-out", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, signIn.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, signOut.StatusCode);
        using var still = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task A_name_that_is_not_ours_is_refused_on_both_faces()
    {
        foreach (var face in new[] { faces.Desk, faces.Public })
        {
            using var client = Faces.Client(face);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "rebound.example" } };
            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_sign_in_code_that_is_too_short_is_refused_at_start()
    {
        var folder = Directory.CreateTempSubdirectory("cs-f-").FullName;
        await using (var accounts = await Faces.Trial(folder, TimeProvider.System))
            Assert.Contains("16", Assert.Throws<ArgumentException>(() => DeskFace.Build(FromNothing("short", accounts))).Message, StringComparison.Ordinal);
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_status_page_says_how_far_and_nothing_else()
    {
        using var client = Faces.Client(faces.Public);
        faces.Progress = Progress.Examined;
        using var answer = await client.GetAsync($"/status/{Samples.Token}");
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Your demand is being examined", page, StringComparison.Ordinal);
        foreach (var secret in new[] { Samples.Id, Samples.Demand.Reference, "okonkwo", "Nowak", "Okafor", "finding", "no data", ".age", "Garda" })
            Assert.DoesNotContain(secret, page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        Assert.Equal("noindex, nofollow", Header(answer, "X-Robots-Tag"));
    }

    [Fact]
    public async Task A_wrong_token_a_malformed_one_and_a_file_that_is_not_there_look_alike()
    {
        using var client = Faces.Client(faces.Public);
        var pages = new List<string>();
        foreach (var path in new[]
        {
            $"/status/{new string('A', 32)}", "/status/short", "/status/%3Cscript%3E", $"/status/{new string('A', 500)}",
            $"/status/{new string('A', 32)}/cs-b7d4e6f801234567.age", $"/status/{Samples.Token}/cs-b7d4e6f801234567.age",
        })
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }

        Assert.Single(pages.Distinct());
    }

    [Fact]
    public async Task The_answer_streams_from_the_gate_once_it_is_ready()
    {
        faces.Progress = Progress.Ready;
        using var client = Faces.Client(faces.Public);
        var page = await client.GetStringAsync($"/status/{Samples.Token}");
        Assert.Contains($"href=\"/status/{Samples.Token}/cs-b7d4e6f801234567.age\"", page, StringComparison.Ordinal);
        using var answer = await client.GetAsync($"/status/{Samples.Token}/cs-b7d4e6f801234567.age");
        Assert.Equal(Faces.Package, await answer.Content.ReadAsStringAsync());
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("no-store", Header(answer, "Cache-Control"));
        client.DefaultRequestHeaders.Range = new(4, null);
        using var rest = await client.GetAsync($"/status/{Samples.Token}/cs-b7d4e6f801234567.age");
        Assert.Equal(HttpStatusCode.PartialContent, rest.StatusCode);
        Assert.Equal(Faces.Package[4..], await rest.Content.ReadAsStringAsync());
        Assert.Equal(4, rest.Content.Headers.ContentRange!.From);
        using var other = await client.GetAsync($"/status/{Samples.Token}/other.age");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Tiles_and_checkpoint_are_served_as_tlog_tiles_says()
    {
        using var client = Faces.Client(faces.Public);
        using var checkpoint = await client.GetAsync("/checkpoint");
        Assert.Equal(Samples.Checkpoint, await checkpoint.Content.ReadAsStringAsync());
        Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType!.ToString());
        Assert.InRange(checkpoint.Headers.CacheControl!.MaxAge!.Value.TotalSeconds, 0, 5);
        using var tile = await client.GetAsync("/tile/0/x001/067");
        Assert.Equal(8192, (await tile.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal("application/octet-stream", tile.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("*", Header(tile, "Access-Control-Allow-Origin"));
        foreach (var path in new[] { "/tile/0/000", "/tile/64/000", "/tile/0/1", "/tile/0/x000/001", "/tile/entries/000.p/256", "/tile/0/..%2f..%2fkey", "/tile/" })
        {
            using var none = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
    }

    [Fact]
    public async Task While_the_ledger_is_away_the_pages_say_so_and_stay_up()
    {
        faces.LedgerAway = true;
        using var client = Faces.Client(faces.Public);
        Assert.Contains("The ledger does not answer", await client.GetStringAsync("/"), StringComparison.Ordinal);
        using var checkpoint = await client.GetAsync("/checkpoint");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, checkpoint.StatusCode);
    }

    [Fact]
    public async Task A_demand_gets_a_receipt_and_the_address_of_its_page()
    {
        using var client = Faces.Client(faces.Public);
        using var answer = await client.PostAsync("/demands", Body("{}", "application/json"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal($"/status/{Samples.Token}", answer.Headers.Location!.ToString());
        Assert.Equal("{\"receipt\":1}", await answer.Content.ReadAsStringAsync());
        Assert.Equal("{}"u8.ToArray(), faces.Submitted.Single());
    }

    [Fact]
    public async Task Faults_come_back_with_line_element_and_rule()
    {
        using var client = Faces.Client(faces.Public);
        using var answer = await client.PostAsync("/demands", Body("<x/>", "application/xml"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var fault = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["faults"]![0]!;
        Assert.Equal(17, (int)fault["line"]!);
        Assert.Equal("TS 103 120 V1.12.1, 6.2.2", (string?)fault["rule"]);
    }

    [Fact]
    public async Task What_is_kept_while_the_ledger_is_away_gets_no_receipt()
    {
        using var client = Faces.Client(faces.Public);
        using var answer = await client.PostAsync("/demands", Body("kept", "application/xml"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("no receipt is given", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task Other_types_and_more_than_20_MiB_are_refused_unread()
    {
        using var client = Faces.Client(faces.Public);
        using var type = await client.PostAsync("/demands", Body("a=b", "application/x-www-form-urlencoded"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, type.StatusCode);
        using var most = new ByteArrayContent(Filled(PublicFace.LargestOriginal)) { Headers = { ContentType = new("application/json") } };
        using var taken = await client.PostAsync("/demands", most);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        using var more = new StreamContent(new MemoryStream(Filled(PublicFace.LargestOriginal + 1))) { Headers = { ContentType = new("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/demands") { Content = more };
        request.Headers.ExpectContinue = true;
        using var large = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Single(faces.Submitted);
    }

    [Fact]
    public async Task Submissions_from_one_address_are_limited()
    {
        using var client = Faces.Client(faces.Public);
        HttpStatusCode last = default;
        for (var i = 0; i < 61; i++)
        {
            using var answer = await client.PostAsync("/demands", Body("{}", "application/json"));
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        Assert.Equal(60, faces.Submitted.Count);
    }

    [Fact]
    public async Task Logs_name_the_route_and_never_a_token_a_path_or_a_person()
    {
        using var client = Faces.Client(faces.Public);
        _ = await client.GetStringAsync($"/status/{Samples.Token}?q=secret-query");
        using var post = await client.PostAsync("/demands", Body("<x/>", "application/xml"));
        using var desk = await faces.SignedIn();
        _ = await desk.GetStringAsync($"/demands/{Samples.Id}");
        faces.Broken = true;
        using var broken = await desk.GetAsync("/");
        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.DoesNotContain("okonkwo", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(broken, "X-Content-Type-Options"));

        var log = faces.Logged();
        Assert.Contains("1001 Public GET /status/{token} 200", log, StringComparison.Ordinal);
        Assert.Contains("1002 System.InvalidOperationException", log, StringComparison.Ordinal);
        foreach (var secret in new[] { Samples.Token, "secret-query", Samples.Id, Samples.Demand.Reference, "okonkwo", "Nowak", Faces.Code })
            Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_stylesheet_is_served_by_its_digest_and_may_be_kept_for_ever()
    {
        using var client = Faces.Client(faces.Public);
        Assert.Contains($"href=\"{Asset.Stylesheet.Path}\"", await client.GetStringAsync("/"), StringComparison.Ordinal);
        using var sheet = await client.GetAsync(Asset.Stylesheet.Path);
        Assert.Equal("text/css", sheet.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", sheet.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        foreach (var font in Asset.FirstFonts)
        {
            Assert.Contains($"url({font.Path})", await sheet.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            using var file = await client.GetAsync(font.Path);
            Assert.Equal("font/woff2", file.Content.Headers.ContentType!.MediaType);
            Assert.Equal("wOF2"u8.ToArray(), (await file.Content.ReadAsByteArrayAsync())[..4]);
        }
        using var old = await client.GetAsync("/assets/counterseal.0000000000000000.css");
        Assert.Equal(HttpStatusCode.NotFound, old.StatusCode);
    }

    [Theory]
    [InlineData("br, gzip", "br"), InlineData("gzip", "gzip"), InlineData("br;q=0, gzip;q=0.5", "gzip"), InlineData("identity", null), InlineData("", null)]
    public async Task Stylesheets_travel_packed_and_unpack_to_the_bytes_of_their_digest(string accepted, string? coding)
    {
        using var client = Faces.Client(faces.Public);
        using var request = new HttpRequestMessage(HttpMethod.Get, Asset.Stylesheet.Path);
        if (accepted.Length > 0)
            request.Headers.Add("Accept-Encoding", accepted);
        using var answer = await client.SendAsync(request);
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("Accept-Encoding", Header(answer, "Vary"));
        await using var packed = await answer.Content.ReadAsStreamAsync();
        await using Stream plain = coding switch { "br" => new BrotliStream(packed, CompressionMode.Decompress), "gzip" => new GZipStream(packed, CompressionMode.Decompress), _ => packed };
        using var bytes = new MemoryStream();
        await plain.CopyToAsync(bytes);
        Assert.Equal(Asset.Stylesheet.Bytes, bytes.ToArray());
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))[..16], Asset.Stylesheet.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_front_page_with_all_that_it_needs_stays_under_100_kB()
    {
        using var client = Faces.Client(faces.Public);
        var page = await client.GetByteArrayAsync("/");
        var text = System.Text.Encoding.UTF8.GetString(page);
        // The fonts of its letters: two of the text, one of the heading, one of the digests.
        var fonts = Asset.FirstFonts;
        Assert.Equal(4, fonts.Count);
        Assert.DoesNotContain("figures", text, StringComparison.Ordinal);
        var all = page.Length + Asset.Stylesheet.In("br").Bytes.Length + Asset.Seal.In("br").Bytes.Length + fonts.Sum(font => font.Bytes.Length);
        TestContext.Current.TestOutputHelper!.WriteLine($"page {page.Length}, stylesheet {Asset.Stylesheet.In("br").Bytes.Length}, seal {Asset.Seal.In("br").Bytes.Length}, fonts {fonts.Sum(font => font.Bytes.Length)}: {all} bytes");
        Assert.InRange(all, 1, 100_000);
    }

    [Fact]
    public void No_stylesheet_asks_for_anything_from_elsewhere_or_from_within_itself()
    {
        foreach (var sheet in (Asset[])[Asset.Stylesheet, Asset.Mirrored, Asset.Figures, Asset.FiguresMirrored])
        {
            var css = System.Text.Encoding.UTF8.GetString(sheet.Bytes);
            Assert.DoesNotContain("@import", css, StringComparison.Ordinal);
            Assert.All(System.Text.RegularExpressions.Regex.Matches(css, @"url\(([^)]*)\)"), url => Assert.Contains(Asset.Fonts, font => font.Path == url.Groups[1].Value));
        }
    }

    [Fact]
    public void The_gates_pages_have_the_colours_of_ours()
    {
        var tokens = File.ReadAllText(Path.Combine(Place.Root, "src/Counterseal.Web/look/scss/_tokens.scss"));
        var gate = File.ReadAllText(Path.Combine(Place.Root, "src/Counterseal.Custody/Pages/gate.css"));
        var names = new Dictionary<string, string> { ["soft"] = "ink-soft", ["firm"] = "line-firm", ["wash"] = "accent-wash" };
        var all = System.Text.RegularExpressions.Regex.Matches(gate, @"--([a-z-]+): (#[0-9a-f]{6});");
        Assert.InRange(all.Count, 20, 60);
        foreach (System.Text.RegularExpressions.Match one in all)
            Assert.Contains($"--{names.GetValueOrDefault(one.Groups[1].Value, one.Groups[1].Value)}: {one.Groups[2].Value};", tokens, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_trial_mode_no_page_speaks_of_it()
    {
        await using var earnest = await Faces.Start(trial: false);
        using var client = Faces.Client(earnest.Public);
        Assert.DoesNotContain("Trial mode", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }

    private static DeskFaceOptions FromNothing(string code, Desk.Accounts accounts) => new()
    {
        Ground = new() { Listen = new(IPAddress.Loopback, 0) },
        Accounts = accounts,
        Sees = (_, _, _) => Task.FromResult(false),
        SignInCode = code,
        Queue = new() { List = (_, _, _) => Task.FromResult(new QueueList([], null, new(0, 0, 0, [], [], []))) },
        Demand = (_, _, _, _) => Task.FromResult<DemandView?>(null),
        Quarantine = _ => Task.FromResult<IReadOnlyList<QuarantineRow>>([]),
        Directory = _ => Task.FromResult<IReadOnlyList<DirectoryRow>>([]),
        Books = _ => Task.FromResult(Samples.Books),
    };

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        bytes[0] = (byte)'{';
        return bytes;
    }

    private static StringContent Body(string text, string type) => new(text) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
