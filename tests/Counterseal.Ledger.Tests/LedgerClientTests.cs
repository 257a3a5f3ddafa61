using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Ledger.Tests;

/// <summary>The client against a ledger that lies.</summary>
public class LedgerClientTests
{
    [Fact]
    public async Task Growth_is_consistent_in_either_order_and_a_fork_is_found()
    {
        await using var ledger = await ServedLedger.Start();
        using var client = ledger.Client();
        var seen = new List<Checkpoint> { ledger.Log.Latest };
        foreach (var size in new[] { 1, 7, 256, 400 })
        {
            await ledger.Log.AppendAll((int)ledger.Log.Latest.Size, size);
            seen.Add(ledger.Log.Latest);
        }
        foreach (var one in seen)
            foreach (var other in seen)
                await client.EnsureConsistent(one, other, CancellationToken.None);
        foreach (var one in seen)
        {
            var forked = one with { Root = new byte[32] };
            foreach (var other in seen.Where(other => one.Size == 0 || other.Size > 0))
                await Assert.ThrowsAsync<LedgerException>(() => client.EnsureConsistent(forked, other, CancellationToken.None));
        }
        var ahead = new Checkpoint(ledger.Log.Latest.Origin, 401, new byte[32]);
        Assert.Contains("set back", (await Assert.ThrowsAsync<LedgerException>(() => client.EnsureConsistent(seen[2], ahead, CancellationToken.None))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerException>(() => client.EnsureConsistent(seen[2] with { Origin = "other" }, seen[3], CancellationToken.None));
    }

    [Fact]
    public async Task Leaves_come_in_order_and_a_changed_one_is_noticed_before_the_last()
    {
        await using var ledger = await ServedLedger.Start();
        await ledger.Log.AppendAll(0, 700);
        using var client = ledger.Client(null);
        foreach (var size in new[] { 0, 1, 255, 256, 257, 512, 700 })
        {
            // An older size, whose partial tiles may be gone: the full ones serve.
            var under = size == 700 ? ledger.Log.Latest : ledger.Log.Latest with { Size = size, Root = new NaiveOf(size).Root };
            var leaves = await client.Leaves(under, CancellationToken.None).ToListAsync();
            Assert.Equal(Enumerable.Range(0, size).Select(i => Leaves.Of(i)), leaves);
        }
        Leaves.Flip(Path.Combine(ledger.Made.Home.LogFolder, "tile/entries/001"), 100);
        var got = new List<Leaf>();
        await Assert.ThrowsAsync<LedgerException>(async () =>
        {
            await foreach (var leaf in client.Leaves(ledger.Log.Latest, CancellationToken.None))
                got.Add(leaf);
        });
        Assert.Equal(512, got.Count);
    }

    [Fact]
    public async Task A_ledger_that_lies_is_not_believed()
    {
        await using var ledger = await ServedLedger.Start();
        await ledger.Log.AppendAll(0, 9);
        using var other = NoteSigner.Generate("ledger.example/log");
        var honest = ledger.Log.Prove(3);
        var lies = new Dictionary<string, string>
        {
            ["a proof of another leaf"] = ledger.Log.Prove(4).Text(),
            ["another index"] = (honest with { Index = 4 }).Text(),
            ["a checkpoint by another key"] = (honest with { Checkpoint = ledger.Log.Latest.Sign(other) }).Text(),
            ["an extra line"] = honest.Text().Replace("index", "extra AAAA\nindex", StringComparison.Ordinal),
            ["nothing"] = "",
            ["a page"] = "<html>log in to the airport's network</html>",
            ["too much"] = new string('A', 3 << 20),
        };
        foreach (var (name, lie) in lies)
        {
            await using var liar = await Serve(200, lie);
            using var client = new LedgerClient(liar.Urls.First(), ledger.Made.Key, "x");
            var error = await Assert.ThrowsAnyAsync<Exception>(() => client.Append(Leaves.Of(3), CancellationToken.None));
            Assert.True(error is LedgerException or HttpRequestException, name + ": " + error);
            await Assert.ThrowsAnyAsync<Exception>(() => client.Checkpoint(CancellationToken.None));
            await Assert.ThrowsAnyAsync<Exception>(() => client.Leaves(ledger.Log.Latest, CancellationToken.None).ToListAsync().AsTask());
        }
        await using var truth = await Serve(200, honest.Text());
        using var good = new LedgerClient(truth.Urls.First(), ledger.Made.Key, "x");
        Assert.Equal(3, (await good.Append(Leaves.Of(3), CancellationToken.None)).Index);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(429, true)]
    [InlineData(400, false)]
    [InlineData(409, false)]
    [InlineData(302, false)]
    public async Task What_may_pass_is_told_from_what_will_not(int status, bool passes)
    {
        using var key = NoteSigner.Generate("ledger.example");
        await using var server = await Serve(status, "why");
        using var client = new LedgerClient(server.Urls.First(), key.Verifier, "x");
        var error = await Assert.ThrowsAnyAsync<Exception>(() => client.Append(Leaves.Of(0), CancellationToken.None));
        Assert.Equal(passes ? typeof(HttpRequestException) : typeof(LedgerException), error.GetType());
        Assert.Contains("why", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://ledger.example")]
    [InlineData("ftp://ledger.example")]
    [InlineData("/var/run/ledger.sock")]
    public void Nothing_goes_over_an_open_network_unencrypted(string address)
    {
        using var key = NoteSigner.Generate("ledger.example");
        Assert.Throws<FormatException>(() => new LedgerClient(address, key.Verifier, null));
    }

    private static async Task<WebApplication> Serve(int status, string answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer), context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }

    private sealed class NaiveOf(int size)
    {
        public byte[] Root => size == 0 ? Merkle.EmptyRoot() : Range(0, size);
        private static byte[] Range(int from, int to)
        {
            if (to - from == 1)
                return Merkle.LeafHash(Leaves.Of(from).Bytes);
            var k = 1;
            while (k * 2 < to - from)
                k *= 2;
            return Merkle.NodeHash(Range(from, from + k), Range(from + k, to));
        }
    }
}
