using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Custody.Tests.People;

namespace Counterseal.Custody.Tests.Pages;

/// <summary>The gate's pages by https, as production has them: the certificate with its chain, and a visit that no plain page can see.</summary>
public sealed class HttpsPagesTests
{
    [Fact]
    public async Task Over_https_the_whole_chain_is_shown_the_visit_is_bound_to_the_host_and_nothing_is_answered_in_the_clear()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        var port = GateBrowser.FreePort();
        var origin = $"https://localhost:{port}";
        using var authority = Authority("Authority", null);
        using var between = Authority("Between", authority);
        using var own = Leaf(between);
        await File.WriteAllTextAsync(desk.At("chain.pem"), own.ExportCertificatePem() + "\n" + between.ExportCertificatePem() + "\n");
        await File.WriteAllTextAsync(desk.At("key.pem"), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        new PagesSettings($"localhost:{port}", desk.At("chain.pem"), desk.At("key.pem")).Write(desk.Home);
        using var passkey = new SoftPasskey();
        desk.WriteRoster(desk.RosterJson(change: roster =>
        {
            roster["passkeys"] = new JsonObject { ["rpId"] = "localhost", ["origin"] = origin, ["backedUp"] = false };
            roster["people"]![0]!["passkeys"] = new JsonArray(passkey.OnRoster());
        }));
        await desk.StartGate();

        var seen = new List<string>();
        using var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
        {
            seen.AddRange(chain!.ChainPolicy.ExtraStore.Select(one => one.Subject));
            using var trusting = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            trusting.ChainPolicy.CustomTrustStore.Add(authority);
            trusting.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            return trusting.Build((X509Certificate2)certificate!);
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(origin) };
        using var door = await http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, door.StatusCode);
        Assert.Contains("CN=Between", seen);
        Assert.Equal("max-age=31536000", door.Headers.GetValues("Strict-Transport-Security").Single());
        var page = await door.Content.ReadAsStringAsync();
        var text = WebUtility.HtmlDecode(page.Split("data-text=\"")[1].Split('"')[0]);
        Assert.StartsWith("counterseal/sign-in/v1\n", text, StringComparison.Ordinal);

        // A passkey that answered on the plain origin of the same host has signed another origin.
        Assert.Contains("wrong-approval", await (await Sign(passkey.Answer(text, "localhost", $"http://localhost:{port}"))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var signed = await Sign(passkey.Answer(text, "localhost", origin));
        Assert.Equal("{\"name\":\"alice\"}", await signed.Content.ReadAsStringAsync());
        var cookie = signed.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-gate=", cookie, StringComparison.Ordinal);
        foreach (var attribute in new[] { "; path=/", "; secure", "; httponly", "; samesite=lax" })
            Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        using var inside = new HttpRequestMessage(HttpMethod.Get, "/");
        inside.Headers.Add("Cookie", cookie.Split(';')[0]);
        Assert.Contains("You are <strong>alice</strong>", await (await http.SendAsync(inside)).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        // In the clear nothing is said; another host's name is another address.
        using var clear = new TcpClient();
        await clear.ConnectAsync(IPAddress.Loopback, port);
        await clear.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
        var said = new byte[4096];
        var length = 0;
        try
        {
            length = await clear.GetStream().ReadAsync(said);
        }
        catch (IOException)
        {
            // Cut off.
        }
        Assert.DoesNotContain("HTTP/1.1 200", Encoding.ASCII.GetString(said, 0, length), StringComparison.Ordinal);
        using var other = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "gate.example" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await http.SendAsync(other)).StatusCode);

        async Task<HttpResponseMessage> Sign(PasskeyAnswer answer)
        {
            static string Url64(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
            var body = new JsonObject { ["text"] = text, ["credential"] = Url64(answer.Credential), ["authenticatorData"] = Url64(answer.AuthenticatorData), ["clientDataJSON"] = Url64(answer.ClientData), ["signature"] = Url64(answer.Signature) };
            var request = new HttpRequestMessage(HttpMethod.Post, "/sign") { Content = new StringContent(body.ToJsonString()) { Headers = { ContentType = new("application/json") } } };
            request.Headers.Add("Origin", origin);
            return await http.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_certificate_whose_key_is_another_keeps_the_gate_from_starting_and_says_so()
    {
        await using var desk = await HostileDesk.Begin(gate: false);
        using var authority = Authority("Authority", null);
        using var own = Leaf(authority);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(desk.At("chain.pem"), own.ExportCertificatePem());
        await File.WriteAllTextAsync(desk.At("key.pem"), other.ExportPkcs8PrivateKeyPem());
        new PagesSettings($"localhost:{GateBrowser.FreePort()}", desk.At("chain.pem"), desk.At("key.pem")).Write(desk.Home);
        Assert.Contains("pages.json", (await Assert.ThrowsAsync<InvalidDataException>(desk.StartGate)).Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? by)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        if (by is null)
            return request.CreateSelfSigned(from, to);
        using var bare = request.Create(by, from, by.NotAfter, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 Leaf(X509Certificate2 by)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(by, DateTimeOffset.UtcNow.AddDays(-1), by.NotAfter, RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
