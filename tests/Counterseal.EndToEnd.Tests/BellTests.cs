using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Counterseal.Cli;
using Counterseal.Ledger;
using Counterseal.Tests;
using Counterseal.Watch;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>The bell inside the real <c>serve</c>: from a logger's events to the banner, by its doors, its commands and its pages.</summary>
public class BellTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_become_a_finding_a_person_confirms_it_on_the_page_and_its_notice_is_shown_after_sign_in_and_checked_in_public()
    {
        if (!DebianChromium.IsHere)
            Assert.Skip("chromium is not here; the pages cannot be looked at");
        await using var house = House.Build(bell: true);
        await house.Start();
        using var http = new HttpClient { BaseAddress = new Uri((string)house.Up["watch"]!) };

        // A logger's events, with its credential and no other.
        var events = string.Concat(Bells.Lines("example", "ada@example.example", "203.0.113.10", 3, 1), Bells.Lines("example", "ada@example.example", "203.0.113.11", 3, 1), "{broken\n");
        using (var refused = await Post(http, "events", Secret(house, "product"), new StringContent(events)))
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using (var taken = await Post(http, "events", Secret(house, "logger"), new StringContent(events)))
            Assert.Equal((6, 1), ((int)(await Json(taken))["taken"]!, (int)(await Json(taken))["leftOut"]!));

        // By the command: another customer's events from a file, twice; then what grew.
        var file = Path.Combine(house.Folder, "more.ndjson");
        await File.WriteAllTextAsync(file, Bells.Lines("beta", "bob@beta.example", "203.0.113.12", 2, 2), Stop);
        Assert.Equal((0, 2), await Taken("take", file));
        Assert.Equal((2, 0), await Taken("take", file));
        await File.AppendAllTextAsync(file, Bells.Lines("beta", "bob@beta.example", "203.0.113.13", 1, 2), Stop);
        Assert.Equal((2, 1), await Taken("take", file));
        var findings = (await Said(house, "findings")).AsArray();
        Assert.Equal([("example", "compromised", 6), ("beta", "targeted", 3)], findings.Select(f => ((string)f!["customer"]!, (string)f["verdict"]!, (int)f["events"]!)));
        var beta = (string)findings[1]!["id"]!;
        Assert.Equal("dismissed", (string)(await Said(house, "dismiss", beta, "--by", "ana", "--reason", "their own test"))["status"]!);
        var (again, words) = await Bells.Command(house.Home, null, "watch", "dismiss", beta, "--by", "ana", "--reason", "again");
        Assert.Equal(1, again);
        Assert.Contains("was dismissed by ana already", words, StringComparison.Ordinal);
        Assert.Equal("their own test", (string)(await Said(house, "show", beta))["record"]!.AsArray()[^1]!["event"]!["body"]!["reason"]!);
        Assert.Equal(2, (await Said(house, "feeds"))["feeds"]!.AsArray().Count);

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(DebianChromium.Start);

        // An analyst, without script.
        await using (var context = await browser.NewContextAsync(new() { JavaScriptEnabled = false }))
        {
            var page = await context.NewPageAsync();
            await page.GotoAsync($"{house.Up["desk"]}attacks");
            await page.GetByRole(AriaRole.Textbox).FillAsync((string)house.Up["code"]!);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with the code" }).ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "Example Ltd" }).ClickAsync();
            await page.GetByText("A sign-in from the actor's infrastructure went through.").First.WaitForAsync();
            await page.GetByText("proven, leaf").First.WaitForAsync();
            await page.FillAsync("#by", "ana");
            await page.FillAsync("#reason", "two indicators agree");
            await page.ClickAsync("button[value=confirm]");
            await page.GetByText("Confirmed by ana").WaitForAsync();
        }

        using (var bell = new BellClient(house.Home.BellSocket))
            await Bells.Until(async () => (await bell.Round(Stop)) is not null && (await bell.Notices(Stop)) is { Count: 2 } all && all.All(n => n.State.Status == NoticeStatus.Sent));
        Assert.Equal(["sent", "sent"], (await Said(house, "notices")).AsArray().Select(n => (string)n!["status"]!));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(house.Home.Bell, "mailbox", "new")).Length);
        Assert.Equal("<5", (string)(await Said(house, "figures"))["customers"]!);
        Assert.Equal("1", (string)(await Said(house, "figures", "--exact"))["customers"]!);
        Assert.Equal((9, 0), ((int)(await Said(house, "hunt"))["events"]!, (int)(await Said(house, "hunt"))["evidence"]!));

        // The product, after it has signed somebody in, in each language, on its own page.
        var template = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", "watch", "after-sign-in.html"), Stop);
        Assert.Contains("<!-- notices -->", template, StringComparison.Ordinal);
        var shots = Directory.CreateDirectory(Path.Combine(Place.Root, "artifacts", "screens")).FullName;
        var code = "";
        foreach (var language in (string[])["en", "de", "fr", "es", "ar"])
        {
            using var answer = await Post(http, "notices/banners", Secret(house, "product"), JsonContent.Create(new { account = "ada@example.example", administers = "example", language }));
            var banners = (await Json(answer)).AsArray();
            Assert.Equal(2, banners.Count);
            code = Regex.Match((string)banners[0]!["text"]!, "[0-9A-Z]{4}(-[0-9A-Z]{4}){3}").Value;
            var html = template.Replace("<!-- notices -->", string.Concat(banners.Select(b => (string)b!["html"]!)), StringComparison.Ordinal);
            foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1440), (ColorScheme.Dark, 390) })
            {
                await using var context = await browser.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 } });
                var page = await context.NewPageAsync();
                await page.SetContentAsync(html);
                await page.EvaluateAsync("for (const d of document.querySelectorAll('details')) d.open = true");
                await page.ScreenshotAsync(new() { Path = Path.Combine(shots, $"banner-{language}-{width}-{scheme}.png".ToLowerInvariant()), FullPage = true });
                Assert.Equal(language == "ar" ? "rtl" : "ltr", await page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.security-notice')).direction"));
                Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{language} {width}: too wide");
                Assert.Empty(await Axe.Faults(page, $"banner {language} {width} {scheme}"));
            }
        }

        // Anybody, at the public page and at the bell's own.
        using var open = new HttpClient { BaseAddress = new Uri((string)house.Up["publicFace"]!) };
        foreach (var door in (HttpClient[])[open, http])
        {
            Assert.Contains("This code is one of ours.", await Check(door, code), StringComparison.Ordinal);
            Assert.Contains("This is no code of ours", await Check(door, "ABCD-EFGH-JKMN-PQRS"), StringComparison.Ordinal);
        }

        // Killed and started again, all of it is there; nothing of a person is in what the processes said.
        await house.Kill();
        await house.Start();
        Assert.Empty((await Said(house, "findings")).AsArray());
        Assert.Equal(2, (await Said(house, "findings", "--all")).AsArray().Count);
        lock (house.Words)
            Assert.DoesNotContain(house.Words, line => line.Contains("ada@", StringComparison.Ordinal) || line.Contains("bob@", StringComparison.Ordinal));

        async Task<(int From, int Taken)> Taken(params string[] words)
        {
            var said = await Said(house, words);
            return ((int)said["from"]!, (int)said["taken"]!);
        }
    }

    [Fact]
    public async Task A_home_without_a_bell_is_served_as_before_and_one_can_be_added()
    {
        await using var house = House.Build();
        await house.Start();
        Assert.Null(house.Up["watch"]);
        var (code, words) = await Bells.Command(house.Home, null, "watch", "findings");
        Assert.Equal(1, code);
        Assert.Contains("has no bell", words, StringComparison.Ordinal);
        (code, words) = await Bells.Command(house.Home, null, "watch", "init");
        Assert.Equal(1, code);
        Assert.Contains("stop `counterseal serve`", words, StringComparison.Ordinal);
        await house.Kill();
        // Its children end when they notice that it is gone.
        await Bells.Until(async () => (await Bells.Command(house.Home, null, "watch", "init")).Code == 0);
        await house.Start();
        Assert.NotNull(house.Up["watch"]);
        Assert.Empty((await Said(house, "findings")).AsArray());
    }

    private static string Secret(House house, string name) => File.ReadAllText(Path.Combine(house.Home.Bell, name + ".credential")).Trim();

    private static async Task<JsonNode> Said(House house, params string[] words)
    {
        var (code, output) = await Bells.Command(house.Home, null, ["watch", .. words, "--json"]);
        Assert.True(code == 0, output);
        return JsonNode.Parse(output)!;
    }

    private static async Task<HttpResponseMessage> Post(HttpClient http, string path, string credential, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        return await http.SendAsync(request, Stop);
    }

    private static async Task<JsonNode> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!;

    private static async Task<string> Check(HttpClient http, string code)
    {
        using var answer = await http.PostAsync("check", new FormUrlEncodedContent([new("code", code)]), Stop);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
    }
}

/// <summary>The bell is killed at each of its durable writes, one life after another on one home, and goes on.</summary>
public class BellCrashTests
{
    private static readonly string[] HomePoints = ["watch.home.secrets.before", "watch.home.secrets.after", "watch.home.before", "watch.home.after"];
    private static readonly string[] LifePoints = ["watch.batch.before", "watch.record.pending.before", "watch.record.pending.after", "watch.record.logged.before", "watch.record.logged.after", "watch.notice.handed"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_crash_point_of_the_bell_is_listed_and_killed_at()
    {
        var listed = File.ReadAllText(Path.Combine(Place.Root, "docs", "crash-points.md"));
        var sources = Directory.GetFiles(Path.Combine(Place.Root, "src", "Counterseal.Watch"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        var reached = sources.SelectMany(text => Regex.Matches(text, "CrashPoint\\.Reach\\(\"(watch\\.[a-z.]+)\"").Select(m => m.Groups[1].Value))
            // The record's writes are those of every ledger-first record, by the name that it is given.
            .Concat(sources.SelectMany(text => Regex.Matches(text, "\"(watch\\.record)\"")).SelectMany(name => sources.SelectMany(text => Regex.Matches(text, "CrashPoint\\.Reach\\(writes \\+ \"([a-z.]+)\"")).Select(point => name.Groups[1].Value + point.Groups[1].Value)))
            .Concat(sources.SelectMany(text => Regex.Matches(text, "\"(watch\\.[a-z.]+)\", Private\\)").SelectMany(m => (string[])[m.Groups[1].Value + ".before", m.Groups[1].Value + ".after"]))).ToHashSet(StringComparer.Ordinal);
        Assert.True(reached.Count >= 10, $"only {reached.Count} points found in the sources: the search is not what this test believes");
        // The consumer of the stream is killed by its own test, with a real server.
        var killed = HomePoints.Concat(LifePoints).Concat(File.ReadAllText(Path.Combine(Place.Root, "tests", "Counterseal.Watch.Tests", "StreamTests.cs")).Contains("\"watch.stream.taken#3\"", StringComparison.Ordinal) ? ["watch.stream.taken"] : []);
        Assert.Empty(reached.Except(killed));
        Assert.All(reached, point => Assert.True(listed.Contains($"`{point}`", StringComparison.Ordinal) || listed.Contains($"`{point[..point.LastIndexOf('.')]}`", StringComparison.Ordinal), $"{point} is not in docs/crash-points.md"));
    }

    [Fact]
    public async Task Killed_anywhere_every_event_counts_once_every_finding_is_told_and_all_of_it_is_on_the_ledger()
    {
        await using var house = House.Build();
        var home = house.Home;
        foreach (var point in HomePoints)
        {
            Assert.Equal(137, (await Bells.Command(home, point, "watch", "init")).Code);
            Assert.Equal(point == "watch.home.after", WatchHome.Exists(home.Bell));
        }
        var settings = WatchSettings.Read(home.Bell);
        Directory.CreateDirectory(Path.GetDirectoryName(home.LedgerSocket)!);
        await using var ledger = await LedgerHost.Start(home.Ledger, "unix:" + home.LedgerSocket, TimeProvider.System, Stop);
        await File.WriteAllLinesAsync(settings.Customers, LifePoints.Select((_, i) => $$$"""{"id":"c{{{i}}}","name":"C{{{i}}}","country":"IE","security":{"language":"en","channels":[{"kind":"mail","to":"security@c{{{i}}}.example"}]}}"""), Stop);

        for (var i = 0; i < LifePoints.Length; i++)
        {
            var (point, last) = (LifePoints[i], LifePoints[i] == "watch.notice.handed");
            using var first = await Life.Start(home, point);
            using var bell = new BellClient(home.BellSocket);
            await Push(bell, i, first, last);
            Assert.True(first.Exited.IsCompleted && first.Code == 137, $"{point} was not reached: {first.Words}");
            using var second = await Life.Start(home, null);
            await Push(bell, i, null, last);
            await second.End();
        }

        // Ten minutes later, so to speak: what was handed on when it was killed goes once more, and is noted.
        await using (var database = new SqliteConnection("Data Source=" + settings.Database["sqlite:".Length..]))
        {
            await database.OpenAsync(Stop);
            await using var command = database.CreateCommand();
            command.CommandText = "UPDATE subjects SET claimed_until = 0";
            await command.ExecuteNonQueryAsync(Stop);
        }
        using var life = await Life.Start(home, null);
        using var staff = new BellClient(home.BellSocket);
        // The bell's own round may have it in hand, and ours then passes it by.
        await Bells.Until(async () => await staff.Round(Stop) is not null && (await staff.Notices(Stop)).All(notice => notice.State.Status == NoticeStatus.Sent));
        Assert.Equal(LifePoints.Length, (await staff.Notices(Stop)).Count);
        var mails = Directory.GetFiles(Path.Combine(home.Bell, "mailbox", "new")).Select(f => Regex.Match(File.ReadAllText(f), "(?i)^message-id: *(\\S+)", RegexOptions.Multiline).Groups[1].Value).ToList();
        Assert.Equal(LifePoints.Length + 1, mails.Count);
        Assert.Equal(LifePoints.Length, mails.Distinct().Count());

        var leaves = 0;
        foreach (var row in await staff.Findings(Stop))
        {
            var file = (await staff.Finding(row.State.Finding.Id, Stop))!;
            Assert.Equal(FindingStatus.Confirmed, row.State.Status);
            Assert.Equal(3, file.Evidence.Sum(e => e.Evidence.Events));
            foreach (var e in file.Events)
                _ = TlogProof.Parse(e.Proof).Verify(new Leaf(e.Tag, Commitment.Of(e.Salt, e.Bytes)), settings.LedgerKey);
            leaves += file.Events.Count + file.Notices.Sum(n => n.State.Version);
        }
        // Whatever was asked twice has one leaf, and nothing else has one.
        Assert.Equal(leaves, ledger.Log.Latest.Size);
    }

    /// <summary>Takes a customer's events, confirms the finding, tells; whatever is done already is not done again.</summary>
    private static async Task Push(BellClient bell, int i, Life? dying, bool handedIsEnough)
    {
        var lines = Encoding.UTF8.GetBytes(Bells.Lines($"c{i}", $"ada@c{i}.example", "203.0.113.10", 3, 1));
        await Bells.Until(async () =>
        {
            if (dying is { Exited.IsCompleted: true })
                return true;
            var position = await bell.Position($"f{i}", Stop);
            if (position.Bytes < lines.Length)
                await bell.Take($"f{i}", "ocsf", 0, 0, position, new ByteArrayContent(lines, (int)position.Bytes, lines.Length - (int)position.Bytes), Stop);
            await bell.Round(Stop);
            var mine = (await bell.Findings(Stop)).SingleOrDefault(f => f.State.Finding.Customer == $"c{i}");
            if (mine is { State.Status: FindingStatus.Open })
                await bell.Confirm(mine.State.Finding.Id, "ana", "seen", Stop);
            await bell.Round(Stop);
            var notice = (await bell.Notices(Stop)).SingleOrDefault(n => n.State.Planned.Customer == $"c{i}");
            return dying is null && (notice?.State.Status == NoticeStatus.Sent || (handedIsEnough && notice is not null));
        });
    }

    /// <summary>One life of <c>watch serve</c>.</summary>
    private sealed class Life : IDisposable
    {
        private readonly Process process;
        private readonly StringBuilder words = new();

        private Life(Process process)
        {
            this.process = process;
            Exited = process.WaitForExitAsync(CancellationToken.None);
            process.ErrorDataReceived += (_, line) =>
            {
                lock (words)
                    words.AppendLine(line.Data);
            };
            process.BeginErrorReadLine();
        }

        public Task Exited { get; }

        public int Code => process.ExitCode;

        public string Words
        {
            get
            {
                lock (words)
                    return words.ToString();
            }
        }

        public static async Task<Life> Start(Home home, string? crashAt)
        {
            var start = Child.Self("watch", "serve", "--home", home.Folder, "--port", "0", "--with-parent");
            start.RedirectStandardInput = start.RedirectStandardError = true;
            if (crashAt is not null)
                start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
            File.Delete(home.BellSocket);
            var life = new Life(Process.Start(start)!);
            await Bells.Until(() => Task.FromResult(File.Exists(home.BellSocket) || life.Exited.IsCompleted));
            return life;
        }

        public async Task End()
        {
            process.StandardInput.Close();
            await Exited.WaitAsync(TimeSpan.FromSeconds(30), Stop);
            Assert.Equal(0, process.ExitCode);
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}

/// <summary>What tests of the bell share.</summary>
internal static class Bells
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>When the events were: within the days that the bell keeps them, whenever the test runs.</summary>
    private static readonly DateTimeOffset Then = new(TimeProvider.System.GetUtcNow().AddDays(-30).Date, TimeSpan.Zero);

    /// <summary>Sign-ins of one account from one address.</summary>
    public static string Lines(string customer, string account, string address, int count, int status) => string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture,
        $$$"""{"class_uid":3002,"activity_id":1,"status_id":{{{status}}},"time":{{{Then.AddSeconds(i).ToUnixTimeMilliseconds()}}},"metadata":{"uid":"{{{customer}}}-{{{address}}}-{{{i}}}"},"user":{"email_addr":"{{{account}}}","org":{"uid":"{{{customer}}}"}},"src_endpoint":{"ip":"{{{address}}}"}}{{{'\n'}}}""")));

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output)> Command(Home home, string? crashAt, params string[] words)
    {
        var start = Child.Self([.. words, "--home", home.Folder]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (crashAt is not null)
            start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Stop);
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        return (process.ExitCode, output.Length > 0 ? output : await errors);
    }

    /// <summary>Tries until it is so, through the deaths of whoever is asked.</summary>
    public static async Task Until(Func<Task<bool>> so)
    {
        Exception? last = null;
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                if (await so())
                    return;
            }
            catch (Exception away) when (away is HttpRequestException or IOException or RecordException)
            {
                last = away;
            }
            await Task.Delay(100, Stop);
        }
        throw new InvalidOperationException($"it did not come to be so; the last fault: {last}");
    }
}
