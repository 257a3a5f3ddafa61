using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Counterseal.Ledger.Tests;

public class LedgerServerTests
{
    [Fact]
    public async Task Desk_and_gate_append_and_a_reader_verifies()
    {
        await using var ledger = await ServedLedger.Start();
        using var desk = ledger.Client("desk");
        using var gate = ledger.Client("gate");
        using var reader = ledger.Client(null);
        Assert.Equal(0, (await desk.Append(Leaves.Of(0), CancellationToken.None)).Index);
        Assert.Equal(1, (await gate.Append(Leaves.Of(1), CancellationToken.None)).Index);
        Assert.Equal(0, (await desk.Append(Leaves.Of(0), CancellationToken.None)).Index);
        var checkpoint = Checkpoint.Open(await reader.Checkpoint(CancellationToken.None), ledger.Made.Key);
        Assert.Equal(2, checkpoint.Size);
        Assert.Equal([Leaves.Of(0), Leaves.Of(1)], await reader.Leaves(checkpoint, CancellationToken.None).ToListAsync());
        Assert.Equal(1, (await reader.Proof(1, Leaves.Of(1), CancellationToken.None)).Index);
        await Assert.ThrowsAsync<LedgerException>(() => reader.Proof(1, Leaves.Of(0), CancellationToken.None));
        await Assert.ThrowsAsync<LedgerException>(() => reader.Proof(2, Leaves.Of(0), CancellationToken.None));
    }

    [Fact]
    public async Task Who_is_no_writer_appends_nothing()
    {
        await using var ledger = await ServedLedger.Start();
        foreach (var credential in new[] { null, "", "csw_" + new string('0', 64), ledger.Made.Credentials["desk"] + "0", ledger.Made.Credentials["desk"][..^1] })
        {
            using var client = new LedgerClient(ledger.Host.Address, ledger.Made.Key, credential);
            var refusal = await Assert.ThrowsAsync<LedgerException>(() => client.Append(Leaves.Of(0), CancellationToken.None));
            Assert.Contains("401", refusal.Message, StringComparison.Ordinal);
            Assert.False(refusal.IsConflict);
        }
        Assert.Equal(0, ledger.Log.Latest.Size);
    }

    [Fact]
    public async Task Another_commitment_for_a_tag_is_refused_as_a_conflict_even_to_another_writer()
    {
        await using var ledger = await ServedLedger.Start();
        using var desk = ledger.Client("desk");
        using var gate = ledger.Client("gate");
        await desk.Append(Leaves.Of(0), CancellationToken.None);
        Assert.True((await Assert.ThrowsAsync<LedgerException>(() => gate.Append(Leaves.Of(0, commitment: 1), CancellationToken.None))).IsConflict);
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(63, 400)]
    [InlineData(65, 400)]
    [InlineData(100_000, 413)]
    public async Task A_body_that_is_no_leaf_is_refused(int length, int status)
    {
        await using var ledger = await ServedLedger.Start("http://127.0.0.1:0");
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ledger.Made.Credentials["desk"]);
        foreach (var content in new HttpContent[] { new ByteArrayContent(new byte[length]), new StreamContent(new Unseekable(new byte[length])) })
        {
            using var response = await http.PostAsync(ledger.Host.Address + "/append", content);
            Assert.Equal(status, (int)response.StatusCode);
        }
        Assert.Equal(0, ledger.Log.Latest.Size);
        using var chunked = await http.PostAsync(ledger.Host.Address + "/append", new StreamContent(new Unseekable(new byte[Leaf.Size])));
        Assert.Equal(200, (int)chunked.StatusCode);
    }

    [Fact]
    public async Task Tiles_and_checkpoint_are_served_as_the_standard_says()
    {
        await using var ledger = await ServedLedger.Start("http://127.0.0.1:0");
        await ledger.Log.AppendAll(0, 300);
        using var http = new HttpClient { BaseAddress = new Uri(ledger.Host.Address) };
        using (var checkpoint = await http.GetAsync("/checkpoint"))
        {
            Assert.Equal("text/plain; charset=utf-8", checkpoint.Content.Headers.ContentType!.ToString());
            Assert.True(checkpoint.Headers.CacheControl!.NoCache);
            Assert.Equal(ledger.Log.SignedCheckpoint, await checkpoint.Content.ReadAsByteArrayAsync());
        }
        foreach (var tile in Tile.Of(300))
        {
            using var response = await http.GetAsync("/" + tile.Path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            Assert.Contains("immutable", response.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(ledger.Made.Home.LogFolder, tile.Path)), await response.Content.ReadAsByteArrayAsync());
            using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/" + tile.Path));
            Assert.Equal(tile.Size, head.Content.Headers.ContentLength);
        }
    }

    [Theory]
    [InlineData("/tile/0/001.p/45", 404)]
    [InlineData("/tile/0/002", 404)]
    [InlineData("/tile/1/000", 404)]
    [InlineData("/tile/3/000.p/1", 404)]
    [InlineData("/tile/0/000.p/0", 400)]
    [InlineData("/tile/0/..%2f..%2fledger.key", 400)]
    [InlineData("/tile/0/../../../ledger.key", 404)]
    [InlineData("/tile/x", 400)]
    [InlineData("/proof/300", 404)]
    [InlineData("/proof/-1", 400)]
    [InlineData("/proof/01", 400)]
    [InlineData("/proof/99999999999999999999", 400)]
    [InlineData("/consistency/0/5", 400)]
    [InlineData("/consistency/6/5", 400)]
    [InlineData("/consistency/5/301", 404)]
    [InlineData("/ledger.key", 404)]
    [InlineData("/append", 405)]
    public async Task What_is_not_there_or_not_a_tile_gets_a_plain_no(string path, int status)
    {
        await using var ledger = await ServedLedger.Start("http://127.0.0.1:0");
        await ledger.Log.AppendAll(0, 300);
        using var http = new HttpClient { BaseAddress = new Uri(ledger.Host.Address) };
        using var response = await http.GetAsync(path);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_socket_is_its_owners_alone_and_a_stale_one_is_taken_over()
    {
        await using var ledger = await ServedLedger.Start();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ledger.Socket));
        var refusal = await Assert.ThrowsAsync<LedgerException>(() => LedgerHost.Start(ledger.Made.Home.Folder, "unix:" + ledger.Socket, TimeProvider.System, CancellationToken.None));
        Assert.Contains("another process", refusal.Message, StringComparison.Ordinal);
        using var client = ledger.Client();
        await client.Append(Leaves.Of(0), CancellationToken.None);

        using var other = new TemporaryFolder();
        var made = LedgerHome.Create(other["home"], "other.example");
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            stale.Bind(new UnixDomainSocketEndPoint(other["s"]));
        await using var taken = await LedgerHost.Start(made.Home.Folder, "unix:" + other["s"], TimeProvider.System, CancellationToken.None, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(other["s"]));
        using var reader = new LedgerClient(taken.Address, made.Key, null);
        Assert.NotEmpty(await reader.Checkpoint(CancellationToken.None));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("nonsense")]
    public async Task It_listens_nowhere_but_on_this_machine(string address)
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example");
        await Assert.ThrowsAsync<LedgerException>(() => LedgerHost.Start(made.Home.Folder, address, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public async Task A_home_is_made_whole_in_an_empty_folder_only_and_keeps_no_credential()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["home"]);
        var made = LedgerHome.Create(folder["home"], "ledger.example", "desk", "gate", "watch");
        Assert.Equal(["desk", "gate", "watch"], made.Credentials.Keys);
        foreach (var file in Directory.EnumerateFiles(made.Home.Folder, "*", SearchOption.AllDirectories))
            Assert.All(made.Credentials.Values, credential => Assert.DoesNotContain(credential, File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(made.Home.Folder));
        Assert.Throws<LedgerException>(() => LedgerHome.Create(folder["home"], "ledger.example"));
        Assert.Throws<FormatException>(() => LedgerHome.Create(folder["other"], "with space"));
        Assert.False(Directory.Exists(folder["other"]));
        await File.WriteAllTextAsync(made.Home.Writers, "[{\"name\":\"desk\",\"credentialDigest\":\"00\",\"more\":1}]");
        var refusal = await Assert.ThrowsAsync<LedgerException>(() => LedgerHost.Start(made.Home.Folder, "unix:" + folder["s"], TimeProvider.System, CancellationToken.None));
        Assert.Contains("writers.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_serves_until_it_is_told_to_stop_and_removes_its_socket()
    {
        using var folder = new TemporaryFolder();
        var made = LedgerHome.Create(folder["home"], "ledger.example");
        using var stop = new CancellationTokenSource();
        var running = LedgerHost.Run(made.Home.Folder, "unix:" + folder["s"], TimeProvider.System, stop.Token);
        using var client = new LedgerClient("unix:" + folder["s"], made.Key, made.Credentials["desk"]);
        var proof = await Soon(() => client.Append(Leaves.Of(0), CancellationToken.None));
        Assert.Equal(0, proof.Index);
        await stop.CancelAsync();
        await running;
        Assert.False(File.Exists(folder["s"]));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Append(Leaves.Of(0), CancellationToken.None));
    }

    internal static async Task<T> Soon<T>(Func<Task<T>> ask)
    {
        for (var tries = 0; ; tries++)
            try
            {
                return await ask();
            }
            catch (HttpRequestException) when (tries < 400)
            {
                await Task.Delay(25);
            }
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
