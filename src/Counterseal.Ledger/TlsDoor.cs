using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Counterseal.Ledger;

/// <summary>Somebody who may come in by <see cref="TlsDoor"/>.</summary>
/// <param name="Name">E.g. <c>desk</c>, <c>gate</c> or a person's. May stand several times, with the pins of an old and a new key.</param>
/// <param name="Pin">See <see cref="TlsKey.PinOf"/>.</param>
public sealed record TlsClient(string Name, string Pin);

/// <summary>
/// A part's door for other hosts, <c>tls.json</c> in its folder beside <see cref="TlsKey.FileName"/>: TLS 1.3 with a certificate on both sides, each known by its pin.
/// Certificate authorities have no say. Without the file there is no such door.
/// </summary>
/// <param name="Listen">IP address and port.</param>
/// <param name="Clients">Who may come in.</param>
public sealed record TlsDoor(string Listen, IReadOnlyList<TlsClient> Clients)
{
    /// <summary>The name of the file in a part's folder.</summary>
    public const string FileName = "tls.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
    };

    /// <summary>Reads a folder's <c>tls.json</c>; <c>null</c> where there is none.</summary>
    /// <exception cref="InvalidDataException">It cannot be used; says why.</exception>
    public static TlsDoor? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            if (new FileInfo(path).Length > 1 << 20)
                throw new InvalidDataException($"{path} is larger than 1 MiB");
            var door = JsonSerializer.Deserialize<TlsDoor>(File.ReadAllBytes(path), Json) ?? throw new InvalidDataException($"{path} is empty");
            return door.Fault() is { } fault ? throw new InvalidDataException($"{path}: {fault}") : door;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes <c>tls.json</c>.</summary>
    /// <exception cref="InvalidDataException">It could not be used; says why.</exception>
    public void Write(string folder)
    {
        if (Fault() is { } fault)
            throw new InvalidDataException(fault);
        Durable.Replace(Path.Combine(folder, FileName), [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'], "tls.door", UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>The client's name by which somebody came in: <c>null</c> for the Unix socket of this machine; <c>""</c> for nobody that this door knows.</summary>
    public static string? Caller(HttpContext http, TlsDoor? door) =>
        http.Connection.ClientCertificate is { } certificate ? door?.NameOf(certificate) ?? ""
        : http.Connection.RemoteIpAddress is null ? null
        : "";

    /// <summary>Opens the door on a server.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="folder">The part's folder, with its key.</param>
    /// <param name="clock">Decides whether a certificate is good now.</param>
    /// <exception cref="InvalidDataException">There is no usable key.</exception>
    public void Open(KestrelServerOptions kestrel, string folder, TimeProvider clock)
    {
        SslStreamCertificateContext own;
        try
        {
            own = SslStreamCertificateContext.Create(TlsKey.Open(Path.Combine(folder, TlsKey.FileName)).Certificate, null, offline: true);
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{Path.Combine(folder, FileName)} opens a door, and its key cannot be used: {e.Message}", e);
        }
        var log = ((ILoggerFactory?)kestrel.ApplicationServices.GetService(typeof(ILoggerFactory)))?.CreateLogger("Counterseal.Tls") ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;
        kestrel.Listen(IPEndPoint.Parse(Listen), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = TimeSpan.FromSeconds(10),
                OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = own,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    // A struck pin must not come in on an earlier visit's ticket.
                    AllowTlsResume = false,
                    AllowRenegotiation = false,
                    CertificateChainPolicy = NoChain(),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => Lets(certificate as X509Certificate2, clock, log),
                }),
            });
        });
    }

    /// <summary>A self-signed certificate has no chain, and a stranger's must not send us to fetch one.</summary>
    internal static X509ChainPolicy NoChain() => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };

    private string? NameOf(X509Certificate2 certificate)
    {
        var pin = TlsKey.PinOf(certificate);
        return Clients.FirstOrDefault(client => client.Pin == pin)?.Name;
    }

    private bool Lets(X509Certificate2? certificate, TimeProvider clock, ILogger log)
    {
        if (certificate is null)
            TlsLog.TurnedAway(log, "no certificate", "");
        else if (NameOf(certificate) is null)
            TlsLog.TurnedAway(log, "a key that is not in tls.json", TlsKey.PinOf(certificate));
        else if (!TlsKey.IsGoodAt(certificate, clock.GetUtcNow()))
            TlsLog.TurnedAway(log, "a certificate that is not good now", TlsKey.PinOf(certificate));
        else
            return true;
        return false;
    }

    private string? Fault() =>
        !IPEndPoint.TryParse(Listen, out var place) || !Listen.EndsWith($":{place.Port}", StringComparison.Ordinal) ? $"listen: an IP address and a port (0.0.0.0:8473, [::]:8473), not \"{Listen}\""
        : Clients.FirstOrDefault(client => !TlsKey.IsPin(client.Pin)) is { } wrong ? $"clients: the pin of {wrong.Name} is not 64 lower-case hex digits"
        : Clients.FirstOrDefault(client => !NoteSignature.IsName(client.Name)) is not null ? "clients: a name is not empty and has neither space nor '+'"
        : Clients.GroupBy(client => client.Pin).FirstOrDefault(same => same.Select(client => client.Name).Distinct().Count() > 1) is { } twice ? $"clients: one key bears two names, {string.Join(" and ", twice.Select(client => client.Name))}"
        : null;
}

internal static partial class TlsLog
{
    [LoggerMessage(20, LogLevel.Warning, "turned away at the door for other hosts: {Why} {Pin}")]
    public static partial void TurnedAway(ILogger log, string why, string pin);
}
