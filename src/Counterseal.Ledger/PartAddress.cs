using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Counterseal.Ledger;

/// <summary>Where a part answers, read from its text: the one place in which desk, gate, ledger and the command open connections to each other.</summary>
public sealed record PartAddress
{
    private PartAddress(Uri place, string? socket, string? pin) => (Base, Socket, Pin) = (place, socket, pin);

    /// <summary>The base of all addresses there.</summary>
    public Uri Base { get; }

    /// <summary>The path of a Unix socket, or <c>null</c>.</summary>
    public string? Socket { get; }

    /// <summary>The pin of the other side's key, or <c>null</c>.</summary>
    public string? Pin { get; }

    /// <summary>
    /// Reads <c>unix:/path</c>, or <c>https://host:port#PIN</c> with the pin of the other side's key (<see cref="TlsKey.Pin"/>): mutual TLS.
    /// </summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static PartAddress Parse(string address) => TryPlain(address) is { } place && (place.Pin ?? place.Socket) is not null
        ? place
        : throw new FormatException($"\"{address}\" is no address of a part: unix:/path, or https://host:port#PIN with the pin of its key (64 hex digits)");

    /// <summary>Reads what <see cref="Parse"/> reads, and also <c>https://host</c> (certificate authorities decide) and <c>http://</c> on this machine.</summary>
    /// <exception cref="FormatException">None of these.</exception>
    internal static PartAddress ParsePublic(string address) =>
        TryPlain(address) ?? throw new FormatException($"\"{address}\" is no ledger's address: unix:/path, https://host:port#PIN, https://host, or http:// on this machine");

    /// <summary>A client for the address.</summary>
    /// <param name="own">The own key for mutual TLS; needed where the address has a pin.</param>
    /// <param name="clock">Decides whether the other side's certificate is good now; by default this machine's.</param>
    /// <exception cref="FormatException">The address has a pin, and there is no own key.</exception>
    public HttpClient Client(TlsKey? own, TimeProvider? clock = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (Socket is not null)
            handler.ConnectCallback = (_, cancel) => Connect(Socket, cancel);
        else if (Pin is not null)
            handler.SslOptions = Mutual(own ?? throw new FormatException($"{Base} takes mutual TLS, and there is no own key ({TlsKey.FileName}) to show"), clock ?? TimeProvider.System);
        return new HttpClient(handler) { BaseAddress = Base };
    }

    private static PartAddress? TryPlain(string address)
    {
        if (address.StartsWith("unix:", StringComparison.Ordinal))
            return address.Length > "unix:".Length ? new PartAddress(new Uri("http://part/"), address["unix:".Length..], null) : null;
        var cut = address.Split('#', 2);
        if (!Uri.TryCreate(cut[0].TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            return null;
        if (cut.Length == 2)
            return uri.Scheme == Uri.UriSchemeHttps && TlsKey.IsPin(cut[1]) ? new PartAddress(uri, null, cut[1]) : null;
        return uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback) ? new PartAddress(uri, null, null) : null;
    }

    private SslClientAuthenticationOptions Mutual(TlsKey own, TimeProvider clock) => new()
    {
        TargetHost = Base.Host,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        ClientCertificateContext = SslStreamCertificateContext.Create(own.Certificate, null, offline: true),
        CertificateChainPolicy = TlsDoor.NoChain(),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 other && TlsKey.PinOf(other) == Pin && TlsKey.IsGoodAt(other, clock.GetUtcNow()),
    };

    private static async ValueTask<Stream> Connect(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
