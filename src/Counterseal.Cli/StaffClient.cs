using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Counterseal.Cli;

/// <summary>What the command says to the desk, over the staff socket.</summary>
internal sealed class StaffClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>A client of the desk of a home.</summary>
    public StaffClient(Home home)
    {
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(home.DeskSocket), cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        { BaseAddress = new Uri("http://desk/"), Timeout = TimeSpan.FromMinutes(2) };
        if (Environment.GetEnvironmentVariable("COUNTERSEAL_TOKEN") is { Length: > 0 } file)
            http.DefaultRequestHeaders.Authorization = new("Bearer", Token(file));
    }

    /// <summary>A person's token, from a file that is that person's alone.</summary>
    /// <exception cref="Refused">Others can read it.</exception>
    private static string Token(string file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
            throw new Refused($"others can read {file}, which COUNTERSEAL_TOKEN names; chmod 600 it");
        return File.ReadAllText(file).Trim();
    }

    /// <summary>Asks.</summary>
    public async Task<JsonNode> Get(string path, CancellationToken cancel)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        return await Read(response, cancel);
    }

    /// <summary>Says.</summary>
    public async Task<JsonNode> Post(string path, JsonNode body, CancellationToken cancel)
    {
        using var response = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, cancel);
        return await Read(response, cancel);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task<JsonNode> PostBytes(string path, byte[] bytes, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancel);
        return await Read(response, cancel);
    }

    /// <summary>Fetches bytes as they are.</summary>
    public async Task<byte[]> GetBytes(string path, CancellationToken cancel)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        if (!response.IsSuccessStatusCode)
            await Read(response, cancel);
        return await response.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>Fetches a file whole onto disk.</summary>
    public async Task Download(string path, string file, CancellationToken cancel)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
            await Read(response, cancel);
        await using var to = new FileStream(file, FileMode.Create, FileAccess.Write);
        await response.Content.CopyToAsync(to, cancel);
    }

    /// <summary>Says, and writes the answer onto disk.</summary>
    public async Task Download(string path, JsonNode body, string file, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
            await Read(response, cancel);
        await using var to = new FileStream(file, FileMode.Create, FileAccess.Write);
        await response.Content.CopyToAsync(to, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static async Task<JsonNode> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        var node = text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
        if (response.IsSuccessStatusCode)
            return node;
        throw new DeskRefused((int)response.StatusCode, node);
    }
}

/// <summary>The desk said no; its words as JSON.</summary>
internal sealed class DeskRefused(int status, JsonNode body) : Exception((string?)body["what"] ?? $"the desk answered {status}")
{
    /// <summary>HTTP status.</summary>
    public int Status { get; } = status;
    /// <summary>What it said.</summary>
    public JsonNode Body { get; } = body;
}
