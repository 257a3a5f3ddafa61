using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Counterseal.Custody;
using Counterseal.Custody.Tests;
using Counterseal.Law;

namespace Counterseal.Collectors.Tests;

/// <summary>Files in a folder and objects in a bucket of a server that is not ours (npm's s3rver), held to the contract by the test kit.</summary>
public class ObjectTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 6, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Files_by_the_time_they_were_last_written_keep_the_contract()
    {
        using var scratch = new Scratch();
        var files = new List<TrialRecord>();
        foreach (var (account, whose) in new[] { ("acc-1", "mine"), ("acc-10", "theirs") })
        {
            for (var i = 0; i < 5; i++)
            {
                var path = scratch[Path.Combine("store", account, $"folder {i % 2}", $"%2e..{i}.pdf")];
                Write(path, $"{whose}-{i}-");
                File.SetLastWriteTimeUtc(path, Start.AddHours(i).UtcDateTime);
                if (whose == "mine")
                    files.Add(new(DataCategory.Content, Start.AddHours(i), $"mine-{i}-"));
            }
        }
        // Names between which a folder's slash would stand, in the order of keys.
        Write(scratch[Path.Combine("store", "acc-1", "folder 0!.pdf")], "mine-9-");
        File.SetLastWriteTimeUtc(scratch[Path.Combine("store", "acc-1", "folder 0!.pdf")], Start.AddHours(9).UtcDateTime);
        files.Add(new(DataCategory.Content, Start.AddHours(9), "mine-9-"));
        File.CreateSymbolicLink(scratch[Path.Combine("store", "acc-1", "link.pdf")], scratch[Path.Combine("store", "acc-10", "folder 0", "%2e..0.pdf")]);
        files.Add(new(DataCategory.Content, null, "link.pdf") { Faulty = true });
        var settings = Files(scratch["store"]);
        Assert.Empty(CollectorTrial.Run(Trial(settings, files, () => MailStoreTests.State(scratch.Folder)) with { Away = () => CollectorKinds.Make(Files("/nowhere"))! }));
    }

    [Fact]
    public void Messages_in_files_by_the_time_in_their_names_keep_the_contract()
    {
        using var scratch = new Scratch();
        var records = new List<TrialRecord>();
        foreach (var (account, whose) in new[] { ("acc-1", "mine"), ("acc-10", "theirs") })
        {
            for (var i = 0; i < 5; i++)
            {
                Write(scratch[Path.Combine("store", "mail", account, $"{Start.AddHours(i):yyyyMMdd'T'HHmmss}-{i}.eml")], MailStoreTests.Message(whose, i, MailStoreTests.Date(Start)).Replace("\n", "\r\n", StringComparison.Ordinal));
                if (whose == "mine")
                    records.AddRange([new(DataCategory.Content, Start.AddHours(i), $"<mine-{i}-@"), new(DataCategory.Traffic, Start.AddHours(i), $"<mine-{i}-@")]);
            }
        }
        Write(scratch[Path.Combine("store", "mail", "acc-1", "undated.eml")], "x: y\n\n");
        records.AddRange([new(DataCategory.Content, null, "undated") { Faulty = true }, new(DataCategory.Traffic, null, "undated") { Faulty = true }]);
        Write(scratch[Path.Combine("store", "mail", "bulk", "20261005T060000-large.eml")], "Subject: large\n\n" + new string('x', 40 << 20));
        var settings = Files(scratch["store"], DataCategory.Traffic, DataCategory.Content) with { Settings = new Dictionary<string, string> { ["folder"] = scratch["store"], ["account"] = "mail/{account}/", ["time"] = "yyyyMMddTHHmmss", ["holds"] = "messages" } };
        Assert.Empty(CollectorTrial.Run(Trial(settings, records, () => MailStoreTests.State(scratch.Folder)) with { Bulk = new TrialBulk(() => CollectorKinds.Make(settings)!, "bulk", DataCategory.Content, 40 << 20) }));
    }

    [Fact]
    public void A_day_that_a_time_range_cuts_is_unreadable_and_never_guessed()
    {
        using var scratch = new Scratch();
        Write(scratch[Path.Combine("acc-1", "2026", "10", "05", "log.txt")], "log");
        var settings = Files(scratch.Folder) with { Settings = new Dictionary<string, string> { ["folder"] = scratch.Folder, ["time"] = "yyyy/MM/dd/" } };
        Assert.Equal((1, 0, 0), Counts(settings, new(2026, 10, 5, 0, 0, 0, TimeSpan.Zero), new(2026, 10, 6, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal((0, 1, 0), Counts(settings, new(2026, 10, 6, 0, 0, 0, TimeSpan.Zero), new(2026, 10, 7, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal((0, 0, 1), Counts(settings, new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero), new(2026, 10, 7, 0, 0, 0, TimeSpan.Zero)));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../acc-10")]
    [InlineData("a/../acc-10")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    public void An_accounts_name_leads_to_no_other_folder(string account)
    {
        using var scratch = new Scratch();
        Write(scratch[Path.Combine("acc-10", "x.pdf")], "theirs");
        using var collector = CollectorKinds.Make(Files(scratch.Folder))!;
        Assert.Throws<SourceException>(() => collector.Read(account, DataCategory.Content, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count());
    }

    [Theory]
    [InlineData("account", "mail-{account}/")]
    [InlineData("account", "mail/{account}")]
    [InlineData("account", "mail/")]
    [InlineData("time", "MM/dd/")]
    [InlineData("time", "yyyy/MM/dd/mm")]
    [InlineData("holds", "everything")]
    [InlineData("prefix", "x")]
    public void A_setting_that_could_reach_beyond_an_account_or_tells_no_time_keeps_the_gate_from_starting(string setting, string value)
    {
        var settings = Files("/nowhere") with { Settings = new Dictionary<string, string> { ["folder"] = "/nowhere", [setting] = value } };
        Assert.Contains($"\"{setting}\"", Assert.Throws<InvalidDataException>(() => CollectorKinds.Make(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tar_unpacks_what_was_collected_byte_for_byte_and_no_name_leads_out()
    {
        using var scratch = new Scratch();
        Write(scratch[Path.Combine("acc-1", "..hidden", "passwd -rf.PDF")], "exact\0bytes");
        Write(scratch[Path.Combine("acc-1", "β.json")], "{}");
        using var collector = CollectorKinds.Make(Files(scratch.Folder))!;
        using var directory = new Shelf.Knows("acc-1");
        var sink = new WholeSink();
        Collection.Run([directory, collector], new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Content], null, null)]), name => name, sink, CancellationToken.None);
        using var there = new Scratch();
        there.Write("files.tar", sink.Bytes.ToArray());
        var unpacked = Judge.Ask("tar", ["-xf", "files.tar"], folder: there.Folder);
        Assert.SkipWhen(unpacked is null, "tar is not here");
        Assert.True(unpacked.Value.Exit == 0, unpacked.Value.Error);
        Assert.Equal(["000001.PDF", "000001.json", "000002.bin", "000002.json", "files.tar"], Directory.GetFiles(there.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("exact\0bytes", File.ReadAllText(there["000001.PDF"]));
        Assert.Contains("\"name\":\"..hidden/passwd -rf.PDF\"", File.ReadAllText(there["000001.json"]), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"β.json\"", File.ReadAllText(there["000002.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_of_an_S3_server_keep_the_contract()
    {
        using var scratch = new Scratch();
        foreach (var file in new[] { "package.json", "package-lock.json", ".npmrc" })
            File.Copy(Path.Combine(Judge.Root, "tests", "judges", "s3rver", file), scratch[file]);
        var install = Judge.Ask("npm", ["ci"], folder: scratch.Folder);
        Assert.SkipWhen(install is null or { Exit: not 0 }, $"s3rver cannot be fetched: npm is missing or said {install?.Error}");
        var port = FreePort();
        var start = new ProcessStartInfo("node", [Path.Combine("node_modules", ".bin", "s3rver"), "-d", scratch["data"], "-a", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "--no-vhost-buckets", "--configure-bucket", "store", "--silent"]) { WorkingDirectory = scratch.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Directory.CreateDirectory(scratch["data"]);
        using var server = Process.Start(start)!;
        try
        {
            using var s3 = new AmazonS3Client(new BasicAWSCredentials("S3RVER", "S3RVER"), new AmazonS3Config { ServiceURL = $"http://127.0.0.1:{port}", ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
            await Listening(port);
            var records = new List<TrialRecord>();
            foreach (var (account, whose) in new[] { ("acc-1", "mine"), ("acc-10", "theirs") })
            {
                for (var i = 0; i < 4; i++)
                {
                    await s3.PutObjectAsync(new PutObjectRequest { BucketName = "store", Key = $"logs/{account}/{Start.AddDays(i):yyyy/MM/dd}/a b+%{i}.log", ContentBody = $"{whose}-{i}-" });
                    if (whose == "mine")
                        records.Add(new(DataCategory.Content, Start.AddDays(i).Date, $"mine-{i}-"));
                }
            }
            await s3.PutObjectAsync(new PutObjectRequest { BucketName = "store", Key = "logs/acc-1/readme", ContentBody = "mine-undated" });
            await s3.PutObjectAsync(new PutObjectRequest { BucketName = "store", Key = "logs/bulk/2026/10/05/large", InputStream = new MemoryStream(new byte[40 << 20]) });
            var settings = new CollectorSettings("objects", "s3")
            {
                Settings = new Dictionary<string, string> { ["endpoint"] = $"http://127.0.0.1:{port}", ["bucket"] = "store", ["key"] = "S3RVER", ["account"] = "logs/{account}/", ["time"] = "yyyy/MM/dd/" },
                CredentialFile = "s3.credential",
                Credential = () => "S3RVER",
                Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Content] = new() },
            };
            // Days have no instant: what the kit asks by the record's own borders is in sessions' form, from and until.
            var days = records.Select(record => record with { Until = record.Time!.Value.AddDays(1) }).ToList();
            Assert.All(days, day => Assert.Equal((1, 0), InDay(settings, day)));
            Assert.Equal((4, 0, 1), Counts(settings, Start.AddDays(-1).Date, Start.AddDays(10).Date));
            Assert.Equal((0, 4, 1), Counts(settings, Start.AddDays(20).Date, Start.AddDays(21).Date));
            Assert.Equal((0, 2, 3), Counts(settings, Start.AddDays(1), Start.AddDays(2)));
            // By the time that the server wrote them.
            var listed = (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "store", Prefix = "logs/acc-1/" })).S3Objects;
            var modified = settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["time"] = "modified" } };
            var written = listed.Select(one => new TrialRecord(DataCategory.Content, new DateTimeOffset(one.LastModified!.Value.ToUniversalTime()), one.Key.EndsWith("readme", StringComparison.Ordinal) ? "mine-undated" : $"mine-{one.Key[^5]}-")).ToList();
            Assert.Empty(CollectorTrial.Run(Trial(modified, written, () => string.Join('\n', s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = "store" }).Result.S3Objects.Select(one => $"{one.Key} {one.ETag} {one.LastModified:O}"))) with
            {
                Away = () => CollectorKinds.Make(modified with { Settings = new Dictionary<string, string>(modified.Settings) { ["endpoint"] = "https://nowhere.example" } })!,
                Bulk = new TrialBulk(() => CollectorKinds.Make(modified)!, "bulk", DataCategory.Content, 40 << 20),
            }));
            var wrong = modified with { Settings = new Dictionary<string, string>(modified.Settings) { ["bucket"] = "other" } };
            Assert.Contains("NoSuchBucket", Assert.Throws<SourceException>(() => Counts(wrong, Start, Start.AddDays(1))).Message, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody listens.</summary>
    internal static async Task Listening(int port)
    {
        for (var i = 0; ; i++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException) when (i < 600)
            {
                await Task.Delay(50);
            }
        }
    }

    private static (int, int) InDay(CollectorSettings settings, TrialRecord day)
    {
        var (inside, _, unreadable) = Counts(settings, day.Time!.Value, day.Until!.Value);
        return (inside, unreadable - 1);
    }

    private static (int, int, int) Counts(CollectorSettings settings, DateTimeOffset from, DateTimeOffset to)
    {
        using var collector = CollectorKinds.Make(settings)!;
        using var directory = new Shelf.Knows("acc-1");
        var report = Collection.Run([directory, collector], new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Content], from, to)]), name => name, new CountSink(), CancellationToken.None);
        return ((int)report.Accounts.Sum(a => a.InScope), (int)report.Accounts.Sum(a => a.OutOfScope), (int)report.Accounts.Sum(a => a.UnreadableTotal));
    }

    private static CollectorSettings Files(string folder, params DataCategory[] categories) => new("store", "files")
    {
        Settings = new Dictionary<string, string> { ["folder"] = folder },
        Categories = (categories.Length > 0 ? categories : [DataCategory.Content]).ToDictionary(category => category, _ => new CategorySettings()),
    };

    private static TrialSource Trial(CollectorSettings settings, IReadOnlyList<TrialRecord> records, Func<string> state) => new()
    {
        Open = () => CollectorKinds.Make(settings)!,
        Account = "acc-1",
        Resumes = true,
        Records = records,
        Foreign = ["theirs-"],
        Contents = ["SUBJECT-", "BODY-"],
        State = state,
    };

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
    }

    private sealed class WholeSink : IRecordSink
    {
        public MemoryStream Bytes { get; } = new();

        public void Begin(string name, string extension) => Assert.Equal(("acc-1/files-store", "tar"), (name, extension));

        public void Write(ReadOnlySpan<byte> piece) => Bytes.Write(piece);

        public void EndRecord()
        {
        }

        public void End()
        {
        }
    }
}
