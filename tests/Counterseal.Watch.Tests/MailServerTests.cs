using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Counterseal.Watch.Tests;

/// <summary>Notices handed to a real mail server that speaks TLS and wants a login.</summary>
public class MailServerTests
{
    private const string Python = "/usr/bin/python3";
    private const string Password = "a secret that nobody logs";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_notice_goes_to_a_server_with_TLS_and_login(bool fromTheFirstByte)
    {
        using var server = await LoginServer.Start(fromTheFirstByte);
        var handed = await Send(server.As(Password));
        Assert.Null(handed.Failure);
        Assert.Equal("security@notices.example ada@example.org", await server.Taken());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_whose_certificate_nobody_signed_that_we_trust_gets_neither_password_nor_notice(bool fromTheFirstByte)
    {
        using var server = await LoginServer.Start(fromTheFirstByte);
        using var stranger = LoginServer.Certificate("localhost").Certificate;
        foreach (var authorities in (IReadOnlyList<X509Certificate2>?[])[null, [stranger]])
        {
            var handed = await Send(server.As(Password) with { Authorities = authorities });
            Assert.NotNull(handed.Failure);
            Assert.False(handed.Final);
            Assert.DoesNotContain(Password, handed.Failure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_whoever_signed_it()
    {
        using var server = await LoginServer.Start(fromTheFirstByte: false, name: "elsewhere.example");
        var handed = await Send(server.As(Password));
        Assert.NotNull(handed.Failure);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_never_printed()
    {
        using var server = await LoginServer.Start(fromTheFirstByte: false);
        var wrong = server.As("another secret");
        var handed = await Send(wrong);
        Assert.NotNull(handed.Failure);
        Assert.False(handed.Final);
        Assert.DoesNotContain("another secret", handed.Failure + wrong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_offers_no_TLS_gets_no_notice_where_TLS_is_asked_for_and_a_login_without_TLS_is_refused()
    {
        await using var plain = new PlainServer();
        var handed = await Send(new MailServer("127.0.0.1", plain.Port, Tls: true, "bell", Password));
        Assert.NotNull(handed.Failure);
        handed = await Send(new MailServer("127.0.0.1", plain.Port, Tls: false, "bell", Password));
        Assert.Contains("speaks no TLS", handed.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain(plain.Heard, line => line.StartsWith("MAIL", StringComparison.Ordinal) || line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    private static async Task<Handed> Send(MailServer server)
    {
        var provider = new Provider("Example Mail", "mail.example", "Access Line", "security@notices.example");
        var content = new NoticeContent(Verdict.Targeted, ConfidenceWord.High, true, Stand.Start, ["ada@example.org"], ["password"]);
        var words = NoticeText.Write(content, false, false, "Example", NoticeLanguage.For("en"), "ABCD-EFGH-JKMN-PQRS", provider);
        using var message = NoticeMail.Message(words, "ada@example.org", "n.0@notices.example", Stand.Start, provider, Stand.Dkim);
        return await NoticeMail.Send(server, message, Stop);
    }

    /// <summary>A server that speaks SMTP as it was before TLS.</summary>
    private sealed class PlainServer : IAsyncDisposable
    {
        private readonly System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task serving;

        public PlainServer()
        {
            listener.Start();
            serving = Serve();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public System.Collections.Concurrent.ConcurrentQueue<string> Heard { get; } = [];

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
        }

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    using var reader = new StreamReader(stream);
                    await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
                    await writer.WriteLineAsync("220 mx.example");
                    while (await reader.ReadLineAsync() is { } line)
                    {
                        Heard.Enqueue(line);
                        await writer.WriteLineAsync("250 mx.example");
                    }
                }
            }
            catch (Exception gone) when (gone is System.Net.Sockets.SocketException or IOException or ObjectDisposedException)
            {
                // The test is over, or the sender went away.
            }
        }
    }

    private sealed class LoginServer : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("cs-tls-").FullName;
        private Process process = null!;
        private MailServer place = null!;

        public static async Task<LoginServer> Start(bool fromTheFirstByte, string name = "localhost")
        {
            Assert.SkipUnless(File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"), "no mail server here: install python3-aiosmtpd");
            var server = new LoginServer();
            var (certificate, key) = Certificate(name);
            var (certificateFile, keyFile) = (Path.Combine(server.folder, "certificate.pem"), Path.Combine(server.folder, "key.pem"));
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), Stop);
            await File.WriteAllTextAsync(keyFile, key, Stop);
            server.process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Place.Root, "tests", "judges", "mail", "login.py"), certificateFile, keyFile, "bell", Password, fromTheFirstByte ? "first" : "starttls"])
            { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            var port = int.Parse((await server.process.StandardOutput.ReadLineAsync(Stop))!, CultureInfo.InvariantCulture);
            server.place = new MailServer("localhost", port, Tls: true, "bell", Password) { FromTheFirstByte = fromTheFirstByte, Authorities = [certificate] };
            return server;
        }

        public static (X509Certificate2 Certificate, string Key) Certificate(string name)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
            return (X509CertificateLoader.LoadCertificate(certificate.RawData), key.ExportPkcs8PrivateKeyPem());
        }

        public MailServer As(string password) => place with { Password = password };

        public async Task<string?> Taken() => await process.StandardOutput.ReadLineAsync(Stop);

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
