using System.Net;
using System.Text.Json.Nodes;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Time stamps over what is sealed, with <c>openssl ts</c> as the authority and as the judge.</summary>
public class TimeStampTests
{
    [Fact]
    public async Task A_sealed_package_gets_a_time_stamp_that_openssl_verifies_and_verify_shows()
    {
        using var authority = Authority.Open();
        await using var desk = await Begin(authority.Address, authority.Certificate);
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        var (folder, trust) = (Path.Combine(desk.Home, "packages", release.Digest), Trust(desk));
        var path = await Stamped(desk, release);
        var statement = new SealStatement(await File.ReadAllBytesAsync(Path.Combine(folder, "statement.json")));
        var verified = Judge.Ask("openssl", ["ts", "-verify", "-digest", statement.Digest, "-in", path, "-CAfile", authority.File("tsa.pem")])!.Value;
        Assert.True(verified.Exit == 0, verified.Error);
        Assert.Equal(await File.ReadAllBytesAsync(path), (await desk.Get($"/packages/{release.Digest}/{release.Name}.tsr")).Body);

        Assert.Contains(Checks(trust), check => check.Holds && check.What.Contains("CN=Test authority; the trust file names no authority", StringComparison.Ordinal));
        Assert.Contains(Checks(trust with { TimeStamps = [authority.Certificate] }), check => check.Holds && check.What.EndsWith("signed by CN=Test authority", StringComparison.Ordinal));
        using var other = Authority.Open();
        Assert.Contains(Checks(trust with { TimeStamps = [other.Certificate] }), check => !check.Holds && check.Where == path);
        Assert.Equal((trust with { TimeStamps = [authority.Certificate] }).TimeStamps, Custody.Trust.Parse((trust with { TimeStamps = [authority.Certificate] }).Bytes()).TimeStamps);
        Assert.Throws<SealFormatException>(() => Custody.Trust.Parse((trust with { TimeStamps = ["AAAA"] }).Bytes()));

        // No changed byte of it passes, and none does anything but be refused; but for the status, which is not signed.
        var bytes = await File.ReadAllBytesAsync(path);
        for (var at = 0; at < bytes.Length; at += 7)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            try
            {
                Assert.Equal(TimeStamp.Read(bytes, statement).At, TimeStamp.Read(changed, statement).At);
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        IReadOnlyList<Check> Checks(Trust trust) => Package.Verify(Path.Combine(folder, release.Name), trust, CancellationToken.None);
    }

    [Fact]
    public async Task An_authority_that_is_away_holds_up_nothing_and_is_asked_again()
    {
        using var authority = Authority.Open();
        authority.Away = true;
        await using var desk = await Begin(authority.Address, authority.Certificate);
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        Assert.Equal(200, (await desk.Get($"/packages/{release.Digest}/{release.Name}.age")).Status);
        Assert.Equal("the authority answers with status 503", await Missing(desk, release));
        Assert.Equal(404, (await desk.Get($"/packages/{release.Digest}/{release.Name}.tsr")).Status);
        Assert.Contains(Package.Verify(Path.Combine(desk.Home, "packages", release.Digest, release.Name), Trust(desk), CancellationToken.None), check => check.Holds && check.What.StartsWith("no time stamp", StringComparison.Ordinal));
        // Also after a restart of the gate.
        await desk.RestartGate();
        authority.Away = false;
        await Stamped(desk, release);
    }

    [Theory]
    [InlineData("nonsense", "not the time stamp that was asked for")]
    [InlineData("old", "not the time stamp that was asked for")]
    [InlineData("stranger", "is not pinned")]
    [InlineData("large", "more bytes")]
    public async Task An_answer_that_is_not_the_one_asked_for_is_not_kept(string lie, string reason)
    {
        using var authority = Authority.Open();
        using var stranger = Authority.Open();
        authority.Lie = lie;
        await using var desk = await Begin(authority.Address, lie == "stranger" ? stranger.Certificate : authority.Certificate);
        var release = await Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        Assert.Contains(reason, await Missing(desk, release), StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(Path.Combine(desk.Home, "packages", release.Digest, release.Name + ".tsr")));
    }

    [Theory]
    [InlineData("ftp://tsa.example", null)]
    [InlineData("http://tsa.example", "")]
    [InlineData("http://tsa.example", "AAAA")]
    [InlineData("http://tsa.example", "not base64")]
    public async Task A_setting_that_cannot_be_is_refused_at_the_start(string address, string? certificate)
    {
        using var authority = Authority.Open();
        await using var desk = await HostileDesk.Begin(gate: false);
        Set(desk, address, certificate ?? authority.Certificate);
        await Assert.ThrowsAsync<InvalidDataException>(desk.StartGate);
    }

    private static async Task<HostileDesk> Begin(string address, string certificate)
    {
        var desk = await HostileDesk.Begin(gate: false);
        Set(desk, address, certificate);
        await desk.StartGate();
        return desk;
    }

    private static void Set(HostileDesk desk, string address, string certificate)
    {
        var path = Path.Combine(desk.Home, "gate.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json["timeStamps"] = new JsonObject { ["address"] = address, ["certificates"] = certificate.Length == 0 ? [] : new JsonArray(certificate) };
        File.WriteAllText(path, json.ToJsonString());
    }

    private static Trust Trust(HostileDesk desk) => new(desk.Made.Key, desk.LedgerMade.Key.ToString());

    /// <summary>Waits for the time stamp; its path.</summary>
    private static async Task<string> Stamped(HostileDesk desk, Case release)
    {
        for (var i = 0; i < 400; i++)
        {
            if (State(await desk.Get("/orders/" + release.Digest))?["file"] is { } file)
                return Path.Combine(desk.Home, "packages", release.Digest, (string)file!);
            desk.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(25);
        }
        throw new InvalidOperationException((await desk.Get("/orders/" + release.Digest)).Text);
    }

    private static async Task<string> Missing(HostileDesk desk, Case release)
    {
        for (var i = 0; i < 400; i++)
        {
            if ((string?)State(await desk.Get("/orders/" + release.Digest))?["missing"] is { } reason and not "not asked for yet")
                return reason;
            await Task.Delay(25);
        }
        return "";
    }

    private static JsonNode? State(RawAnswer answer) => JsonNode.Parse(answer.Body)!["timeStamp"];

    /// <summary>A small server around <c>openssl ts -reply</c>.</summary>
    private sealed class Authority : IDisposable
    {
        private const string Settings = """
            [tsa]
            serial = serial
            signer_cert = tsa.pem
            signer_key = tsa.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            accuracy = secs:1
            ess_cert_id_alg = sha256
            """;

        private readonly Scratch scratch = new();
        private readonly HttpListener listener = new();

        private Authority()
        {
        }

        public string Address { get; private set; } = "";
        public string Certificate { get; private set; } = "";
        public bool Away { get; set; }
        public string Lie { get; set; } = "";
        public string File(string name) => scratch[name];

        public static Authority Open()
        {
            var authority = new Authority();
            var made = Judge.Ask("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "30", "-subj", "/CN=Test authority", "-addext", "extendedKeyUsage=critical,timeStamping"], folder: authority.scratch.Folder);
            Assert.SkipWhen(made is null, "openssl is not on this machine");
            Assert.True(made.Value.Exit == 0, made.Value.Error);
            System.IO.File.WriteAllText(authority.scratch["tsa.cnf"], Settings);
            System.IO.File.WriteAllText(authority.scratch["serial"], "01\n");
            authority.Certificate = string.Concat(System.IO.File.ReadAllLines(authority.scratch["tsa.pem"]).Where(line => !line.StartsWith('-')));
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                authority.Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            }
            authority.listener.Prefixes.Add(authority.Address);
            authority.listener.Start();
            _ = Task.Run(authority.Serve);
            return authority;
        }

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                if (Away)
                    context.Response.StatusCode = 503;
                else
                {
                    using var query = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(query);
                    var answer = Answer(query.ToArray());
                    context.Response.ContentType = "application/timestamp-reply";
                    await context.Response.OutputStream.WriteAsync(answer);
                }
                context.Response.Close();
            }
        }

        private byte[] Answer(byte[] query)
        {
            if (Lie == "nonsense")
                return [1, 2, 3];
            if (Lie == "large")
                return new byte[200_000];
            if (Lie == "old")
            {
                // An answer to another question: a nonce that is not this request's.
                Judge.Ask("openssl", ["ts", "-query", "-digest", new string('a', 64), "-sha256", "-cert", "-out", "query"], folder: scratch.Folder);
                query = System.IO.File.ReadAllBytes(scratch["query"]);
            }
            scratch.Write("query", query);
            var made = Judge.Ask("openssl", ["ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query", "-out", "reply"], folder: scratch.Folder)!.Value;
            Assert.True(made.Exit == 0, made.Error);
            return System.IO.File.ReadAllBytes(scratch["reply"]);
        }

        public void Dispose()
        {
            listener.Close();
            scratch.Dispose();
        }
    }
}
