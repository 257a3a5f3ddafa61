using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Watch.Tests;

/// <summary>The bell's settings, its shelf of feeds, its customers' directory.</summary>
public sealed class BellHostTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cs-b-").FullName;
    private readonly FakeTimeProvider clock = new(Stand.Start);
    private readonly List<string> said = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Bundle(params string[] addresses) => new JsonObject
    {
        ["type"] = "bundle",
        ["id"] = "bundle--69a57587-d186-4ae9-a6d1-7f7aa12a309b",
        ["objects"] = new JsonArray([.. addresses.Select((address, i) => new JsonObject
        {
            ["type"] = "indicator",
            ["spec_version"] = "2.1",
            ["id"] = $"indicator--69a57587-d186-4ae9-a6d1-7f7aa12a{i:0000}",
            ["created"] = "2026-01-01T00:00:00Z",
            ["modified"] = "2026-01-01T00:00:00Z",
            ["valid_from"] = "2026-01-01T00:00:00Z",
            ["pattern_type"] = "stix",
            ["pattern"] = $"[ipv4-addr:value = '{address}']",
        })]),
    }.ToJsonString();

    private string Put(string path, string text, int minute = 0)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, Stand.Start.UtcDateTime.AddMinutes(minute));
        return file;
    }

    private FeedShelf Shelf() => new([Path.Combine(folder, "feeds")], [], TimeSpan.FromHours(1), [Path.Combine(folder, "lists")], 50, clock);

    private static bool Finds(FeedShelf shelf, string address)
    {
        var found = new List<IndicatorMatch>();
        shelf.Match(new WatchEvent("e", Stand.Start, "c", "a", EventKind.SignIn, EventOutcome.Failed) { SourceIp = IPAddress.Parse(address) }, found);
        return found.Count > 0;
    }

    [Fact]
    public async Task A_feed_that_changes_is_read_again_and_one_that_is_taken_away_is_no_longer_used()
    {
        using var shelf = Shelf();
        Directory.CreateDirectory(Path.Combine(folder, "lists"));
        var file = Put("feeds/stix/one.json", Bundle("203.0.113.1"));
        Put("feeds/stix/two.json", Bundle("203.0.113.2"));
        Assert.True(await shelf.Refresh(all: false, said.Add, Stop));
        Assert.True(Finds(shelf, "203.0.113.1") && Finds(shelf, "203.0.113.2"));
        Assert.False(await shelf.Refresh(all: false, said.Add, Stop));
        Put("feeds/stix/one.json", Bundle("203.0.113.3"), minute: 1);
        Assert.True(await shelf.Refresh(all: false, said.Add, Stop));
        Assert.True(!Finds(shelf, "203.0.113.1") && Finds(shelf, "203.0.113.3") && Finds(shelf, "203.0.113.2"));
        File.Delete(file);
        Assert.True(await shelf.Refresh(all: false, said.Add, Stop));
        Assert.True(!Finds(shelf, "203.0.113.3") && Finds(shelf, "203.0.113.2"));
        Assert.Contains(said, sentence => sentence.Contains("taken away", StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Broken { get; } = new()
    {
        { "nonsense", "nothing in it can be used" },
        { "cut", "ends in the middle" },
        { "empty", "nothing in it can be used" },
    };

    [Theory, MemberData(nameof(Broken))]
    public async Task A_feed_that_cannot_be_read_leaves_the_last_good_one_in_use_and_says_so_once(string how, string why)
    {
        using var shelf = Shelf();
        Directory.CreateDirectory(Path.Combine(folder, "lists"));
        var good = Bundle("203.0.113.1", "203.0.113.2");
        Put("feeds/stix/one.json", good);
        await shelf.Refresh(all: false, said.Add, Stop);
        said.Clear();
        Put("feeds/stix/one.json", how switch { "nonsense" => "<html>the proxy says no</html>", "cut" => good[..^60], _ => "" }, minute: 1);
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.True(Finds(shelf, "203.0.113.1") && Finds(shelf, "203.0.113.2"));
        var feed = Assert.Single(shelf.Feeds);
        Assert.Contains(why, feed.Trouble, StringComparison.Ordinal);
        Assert.Contains("is used until it is whole again", feed.Trouble, StringComparison.Ordinal);
        Assert.Single(said, sentence => sentence.Contains("one.json", StringComparison.Ordinal));
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.Single(said, sentence => sentence.Contains("one.json", StringComparison.Ordinal));
        Put("feeds/stix/one.json", Bundle("203.0.113.3"), minute: 2);
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.True(Finds(shelf, "203.0.113.3") && !Finds(shelf, "203.0.113.1"));
        Assert.Null(Assert.Single(shelf.Feeds).Trouble);
    }

    [Fact]
    public async Task A_folder_that_is_gone_leaves_what_was_read_of_it_in_use()
    {
        using var shelf = Shelf();
        Directory.CreateDirectory(Path.Combine(folder, "lists"));
        Put("feeds/stix/one.json", Bundle("203.0.113.1"));
        await shelf.Refresh(all: false, said.Add, Stop);
        Directory.Move(Path.Combine(folder, "feeds"), Path.Combine(folder, "away"));
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.True(Finds(shelf, "203.0.113.1"));
        Assert.Contains("cannot be read", Assert.Single(shelf.Feeds).Trouble, StringComparison.Ordinal);
        Directory.Move(Path.Combine(folder, "away"), Path.Combine(folder, "feeds"));
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.Null(Assert.Single(shelf.Feeds).Trouble);
    }

    [Fact]
    public async Task A_folder_that_was_never_there_is_shown_as_trouble_until_it_is()
    {
        using var shelf = Shelf();
        Directory.CreateDirectory(Path.Combine(folder, "lists"));
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.NotNull(Assert.Single(shelf.Feeds).Trouble);
        Put("feeds/stix/one.json", Bundle("203.0.113.1"));
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.Null(Assert.Single(shelf.Feeds).Trouble);
    }

    [Fact]
    public async Task What_is_on_a_warning_list_is_found_no_more_and_a_broken_list_leaves_the_last_good_ones()
    {
        using var shelf = Shelf();
        Put("feeds/stix/one.json", Bundle("203.0.113.1"));
        Put("lists/resolvers.json", """{"name":"resolvers","type":"cidr","list":["203.0.113.0/24"]}""");
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.False(Finds(shelf, "203.0.113.1"));
        Put("lists/resolvers.json", """{"name":"resol""", minute: 1);
        await shelf.Refresh(all: false, said.Add, Stop);
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.False(Finds(shelf, "203.0.113.1"));
        Assert.Single(said, sentence => sentence.Contains("resolvers.json", StringComparison.Ordinal));
        Put("lists/resolvers.json", """{"name":"resolvers","type":"cidr","list":[]}""", minute: 2);
        await shelf.Refresh(all: false, said.Add, Stop);
        Assert.True(Finds(shelf, "203.0.113.1"));
    }

    [Fact]
    public async Task A_TAXII_server_is_asked_when_its_time_comes_and_its_failure_leaves_what_came_before()
    {
        await using var server = await TaxiiServer.Start();
        using var shelf = new FeedShelf([], [new TaxiiSource("lab", server.Address, ["Good"], null)], TimeSpan.FromHours(1), [], 50, clock);
        Assert.True(await shelf.Ask(all: false, said.Add, Stop));
        Assert.Equal((10, 10), (shelf.Matching.Values, Assert.Single(shelf.Feeds).Indicators));
        Assert.False(await shelf.Ask(all: false, said.Add, Stop));
        var asked = server.Asked.Count;
        clock.Advance(TimeSpan.FromHours(2));
        Assert.False(await shelf.Ask(all: false, said.Add, Stop));
        Assert.Contains("added_after", server.Asked[^1].Path, StringComparison.Ordinal);
        Assert.True(server.Asked.Count > asked);
        await server.DisposeAsync();
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(await shelf.Ask(all: false, said.Add, Stop));
        Assert.Equal(10, shelf.Matching.Values);
        Assert.Contains("What came before is used", Assert.Single(shelf.Feeds).Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customers_directory_is_used_but_for_the_lines_that_are_named()
    {
        var text = """
            {"id":"a","name":"A","country":"IE","sector":"press","security":{"language":"de","channels":[{"kind":"mail","to":"s@a.example"}]},"holders":{"ada@a.example":{"language":"ar","channels":[{"kind":"webhook","to":"https://a.example/hook"}]}}}

            {"id":"b"}
            {"id":"a","name":"A again"}
            {"id":"c","name":"C","security":{"language":"de","channels":[{"kind":"pigeon","to":"x"}]}}
            not json, of ada@secret.example
            {"id":"d","name":"D","colour":"red"}
            {"id":"e","name":"E","security":{"language":"de","channels":[{"kind":"webhook","to":"ftp://e.example"}]}}
            {"id":"f","name":"F"}
            {"id":"g","name":"G","security":{"channels":[{"kind":"mail"}]}}
            """ + "\n" + new string('x', (1 << 20) + 1);
        var directory = await CustomerDirectory.Read("customers.ndjson", new MemoryStream(Encoding.UTF8.GetBytes(text)), Stop);
        Assert.Equal(2, directory.Count);
        Assert.Equal("ar", directory.Find("a")!.Holder("ada@a.example")!.Language);
        Assert.Null(directory.Find("a")!.Holder("bob@a.example"));
        Assert.Equal([3, 4, 5, 6, 7, 8, 10, 11], directory.Faults.Select(fault => int.Parse(fault.Split("line ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain(directory.Faults, fault => fault.Contains("secret.example", StringComparison.Ordinal));
    }

    private string MadeHome()
    {
        var ledger = LedgerHome.Create(Path.Combine(folder, "ledger"), "ledger.example/log", "watch");
        var home = Path.Combine(folder, "bell");
        WatchHome.Create(home, new NewBell("unix:../l.sock", ledger.Key.ToString(), ledger.Credentials["watch"], [("stix/one.json", Encoding.UTF8.GetBytes(Bundle("203.0.113.1")))]));
        return home;
    }

    [Fact]
    public void A_new_home_is_read_as_it_was_made_and_nothing_secret_is_printed_or_readable_by_others()
    {
        var home = MadeHome();
        var settings = WatchSettings.Read(home);
        Assert.True(settings.Trial);
        Assert.Equal("unix:" + Path.Combine(folder, "l.sock"), settings.LedgerAddress);
        Assert.Equal("sqlite:" + Path.Combine(home, "watch.db"), settings.Database);
        Assert.Equal((50, "notices.example"), (settings.Rules.MinimumConfidence, settings.Dkim!.Domain));
        Assert.DoesNotContain(settings.LedgerCredential, settings.ToString(), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(home))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Throws<RecordException>(MadeAgain);

        void MadeAgain() => WatchHome.Create(home, new NewBell("unix:../l.sock", "x", "y", []));
    }

    public static TheoryData<string, string, string> Faults { get; } = new()
    {
        { "database: sqlite:watch.db", "databse: x", "\"databse\" is not known here" },
        { "listen: 127.0.0.1:8472", "listen: 0.0.0.0:8472", "no address of this machine alone" },
        { "writerKey: writer.key", "writerKey: no.key", "the file no.key cannot be read" },
        { "writerKey: writer.key", "writerKey: customers.ndjson", "holds no hexadecimal digits" },
        { "from: security@notices.example", "from: security", "is no mail address" },
        { "minimumConfidence: 50", "minimumConfidence: 101", "no number from 0 to 100" },
        { "  mailbox: mailbox", "  host: mx.example\n  port: 25\n  tls: none", "without TLS everybody on the way reads" },
        { "  mailbox: mailbox", "  host: mx.example\n  port: 25\n  tls: startTls\n  user: bell", "a \"password\" that names a file" },
        { "  mailbox: mailbox", "  host: mx.example\n  port: 25\n  tls: maybe", "none of startTls" },
        { "trial: true", "trial: false", "a mailbox in a folder is for trials" },
        { "trial: true", "trial: perhaps", "neither true nor false" },
        { "  key: dkim.pem", "  key: writer.key", "holds no DKIM key" },
        { "round: 10", "round: 10\ntaxii:\n  servers:\n    - name: lab\n      server: http://lab.example/", "is no address of a TAXII server" },
        { "dkim:\n  domain: notices.example\n  selector: trial\n  key: dkim.pem\n", "", "mail without a \"dkim\" key" },
    };

    [Theory, MemberData(nameof(Faults))]
    public void A_fault_in_the_settings_names_file_line_and_what_to_do(string from, string to, string why)
    {
        var home = MadeHome();
        var file = Path.Combine(home, WatchSettings.FileName);
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
        var wrong = Assert.Throws<FormatException>(() => WatchSettings.Read(home));
        Assert.Contains(why, wrong.Message, StringComparison.Ordinal);
        Assert.Matches("^" + System.Text.RegularExpressions.Regex.Escape(file) + ", line [0-9]+: ", wrong.Message);
    }

    [Fact]
    public void A_secret_that_others_can_read_is_refused()
    {
        var home = MadeHome();
        File.SetUnixFileMode(Path.Combine(home, "notices.secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("make it 600", Assert.Throws<FormatException>(() => WatchSettings.Read(home)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_with_TLS_login_and_an_authority_of_ones_own_is_read_with_the_password_from_its_file()
    {
        var home = MadeHome();
        var file = Path.Combine(home, WatchSettings.FileName);
        File.WriteAllText(Path.Combine(home, "mail.password"), "open sesame\n");
        File.SetUnixFileMode(Path.Combine(home, "mail.password"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, File.ReadAllText(file).Replace("  mailbox: mailbox", "  host: mx.example\n  port: 465\n  tls: fromTheFirstByte\n  user: bell\n  password: mail.password", StringComparison.Ordinal));
        var mail = WatchSettings.Read(home).Mail!;
        Assert.Equal(("mx.example", 465, true, true, "bell", "open sesame"), (mail.Host, mail.Port, mail.Tls, mail.FromTheFirstByte, mail.User, mail.Password));
        Assert.DoesNotContain("sesame", mail.ToString(), StringComparison.Ordinal);
    }
}
