using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>What came back over the socket.</summary>
public sealed record RawAnswer(int Status, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
    public string? Refused => Member("refused");
    public string? State => Member("state");

    public string? Member(string name) =>
        Body.Length > 0 && Body[0] == '{' && Json.TryGetProperty(name, out var value) ? value.ToString() : null;
}

/// <summary>HTTP as bytes on a Unix socket, or through TLS to a port of this machine: none of the gate's own classes has a hand in it.</summary>
public static class RawHttp
{
    public static async Task<RawAnswer> Send(string socket, byte[] bytes)
    {
        using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket));
        await using var stream = new NetworkStream(connection);
        return await Send(stream, bytes);
    }

    /// <summary>By TLS.</summary>
    public static async Task<RawAnswer> Send(int port, SslClientAuthenticationOptions tls, byte[] bytes)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new SslStream(connection.GetStream());
        await stream.AuthenticateAsClientAsync(tls);
        return await Send(stream, bytes);
    }

    public static SslClientAuthenticationOptions Tls(X509Certificate2? own, TlsKey server, SslProtocols protocols = SslProtocols.Tls13) => new()
    {
        TargetHost = "gate",
        EnabledSslProtocols = protocols,
        ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Equals(server.Certificate) == true,
    };

    private static async Task<RawAnswer> Send(Stream stream, byte[] bytes)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(bytes);
            await stream.CopyToAsync(answer);
        }
        catch (IOException) when (answer.Length > 0)
        {
            return Parse(answer.ToArray());
        }
        return Parse(answer.ToArray());
    }

    public static Task<RawAnswer> Send(string socket, string method, string path, byte[]? body = null, string? credential = null, string? range = null, string? authorization = null) =>
        Send(socket, Request(method, path, body, credential, range, authorization));

    public static byte[] Request(string method, string path, byte[]? body = null, string? credential = null, string? range = null, string? authorization = null)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n");
        authorization ??= credential is null ? null : "Bearer " + credential;
        if (authorization is not null)
            head.Append(CultureInfo.InvariantCulture, $"Authorization: {authorization}\r\n");
        if (range is not null)
            head.Append(CultureInfo.InvariantCulture, $"Range: {range}\r\n");
        if (body is not null)
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    private static RawAnswer Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return new RawAnswer(0, bytes);
        var head = Encoding.ASCII.GetString(bytes, 0, end);
        return new RawAnswer(int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture), bytes[(end + 4)..]);
    }
}
