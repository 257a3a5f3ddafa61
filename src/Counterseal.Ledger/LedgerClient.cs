using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Counterseal.Ledger;

/// <summary>What a writer (desk, gate) and a reader say to the ledger process, over its Unix socket or HTTPS.</summary>
public sealed class LedgerClient : IDisposable
{
    private const int MaxAnswer = 1 << 20;
    private readonly HttpClient http;

    /// <summary>A client.</summary>
    /// <param name="address"><c>unix:/path</c>; <c>https://host:port#PIN</c> (mutual TLS); <c>https://host</c>; or <c>http://</c> on the loopback.</param>
    /// <param name="log">The log's keys; every answer is verified against them.</param>
    /// <param name="credential">The writer's credential, or <c>null</c> for a reader.</param>
    /// <param name="own">The own key for mutual TLS; needed where the address has a pin.</param>
    /// <exception cref="FormatException">Not such an address, or its pin asks for an own key.</exception>
    public LedgerClient(string address, LogKeys log, string? credential, TlsKey? own = null)
    {
        Log = log;
        http = PartAddress.ParsePublic(address).Client(own);
        http.Timeout = TimeSpan.FromSeconds(30);
        http.MaxResponseContentBufferSize = MaxAnswer;
        if (credential is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
    }

    /// <summary>The log's keys.</summary>
    public LogKeys Log { get; }

    /// <summary>
    /// Appends a leaf and returns its proof once it is durable. The same leaf again gives the same index; the same tag with
    /// another commitment is refused.
    /// </summary>
    /// <exception cref="LedgerException">Refused, or the answer does not verify.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached; the caller tries again with the very same leaf.</exception>
    public async Task<TlogProof> Append(Leaf leaf, CancellationToken cancel)
    {
        byte[]? answer;
        try
        {
            answer = await Post(leaf, cancel);
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // A connection that was kept from before the ledger's last start broke under the request. The same leaf again is the same leaf.
            answer = await Post(leaf, cancel);
        }
        if (answer is null)
            throw new LedgerException("the ledger has no /append at this address");
        return Verified(() =>
        {
            var proof = TlogProof.Parse(Text(answer));
            proof.Verify(leaf, Log);
            return proof;
        });
    }

    /// <summary>The latest signed checkpoint's bytes, verified.</summary>
    /// <exception cref="LedgerException">The answer is no checkpoint of this log.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task<byte[]> Checkpoint(CancellationToken cancel)
    {
        var answer = await Get("checkpoint", cancel) ?? throw new LedgerException("the ledger has no checkpoint at this address");
        Verified(() => Ledger.Checkpoint.Open(answer, Log));
        return answer;
    }

    /// <summary>The newest checkpoint that enough of the ledger's witnesses have cosigned; the log's signature is verified, whose cosignatures count is for the caller to say. <c>null</c> when the ledger has none.</summary>
    /// <exception cref="LedgerException">The answer is no checkpoint of this log.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task<byte[]?> Cosigned(CancellationToken cancel)
    {
        if (await Get("cosigned", cancel) is not { } answer)
            return null;
        Verified(() => Ledger.Checkpoint.Open(answer, Log));
        return answer;
    }

    /// <summary>The proof of a leaf under the newest cosigned checkpoint; verified but for the cosignatures. <c>null</c> when that does not cover it yet, or the ledger has none.</summary>
    /// <exception cref="LedgerException">Another leaf is there.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task<TlogProof?> CosignedProof(long index, Leaf leaf, CancellationToken cancel) =>
        await Get(string.Create(CultureInfo.InvariantCulture, $"cosigned/proof/{index}"), cancel) is { } answer ? VerifiedProof(index, leaf, answer) : null;

    /// <summary>The proof of a leaf that the caller knows the index of, under a checkpoint of now; verified.</summary>
    /// <exception cref="LedgerException">There is no such index, or another leaf is there.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task<TlogProof> Proof(long index, Leaf leaf, CancellationToken cancel)
    {
        var answer = await Get(string.Create(CultureInfo.InvariantCulture, $"proof/{index}"), cancel) ?? throw new LedgerException($"the ledger has no leaf {index}");
        return VerifiedProof(index, leaf, answer);
    }

    /// <summary>Verifies that the log grew from one checkpoint into another without a change (RFC 6962 consistency); either order.</summary>
    /// <exception cref="LedgerException">It did not: a fork, or the ledger gives no valid proof.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task EnsureConsistent(Checkpoint one, Checkpoint other, CancellationToken cancel)
    {
        foreach (var checkpoint in new[] { one, other })
            if (checkpoint.Origin != Log.Name)
                throw new LedgerException($"a checkpoint of \"{checkpoint.Origin}\" is no checkpoint of {Log.Name}");
            else if (checkpoint.Size == 0 && !checkpoint.Root.AsSpan().SequenceEqual(Merkle.EmptyRoot()))
                throw new LedgerException("a checkpoint of size 0 has another root than that of no leaves");
        var (old, young) = one.Size <= other.Size ? (one, other) : (other, one);
        if (old.Size == young.Size && !old.Root.AsSpan().SequenceEqual(young.Root))
            throw Fork(old, young, "two roots of one size");
        if (old.Size == young.Size || old.Size == 0)
            return;
        var answer = await Get(string.Create(CultureInfo.InvariantCulture, $"consistency/{old.Size}/{young.Size}"), cancel)
            ?? throw Fork(old, young, "the ledger has no proof between them; it may have been set back");
        var proof = Verified(() => Hashes(Text(answer)));
        if (!Merkle.VerifyConsistency(old.Size, young.Size, old.Root, young.Root, proof))
            throw Fork(old, young, "the ledger's proof does not connect them");
    }

    /// <summary>All leaves under a checkpoint, in order, fetched as entry tiles and verified against its root before the last is given.</summary>
    /// <exception cref="LedgerException">The tiles do not hash to the checkpoint's root.</exception>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async IAsyncEnumerable<Leaf> Leaves(Checkpoint under, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tree = new LogSnapshot(under with { Size = 0 }, [], [], []);
        for (var from = 0L; from < under.Size; from += Tile.FullWidth)
        {
            var tile = new Tile(Tile.Entries, from / Tile.FullWidth, (int)Math.Min(Tile.FullWidth, under.Size - from));
            var bytes = await FetchTile(tile, cancel) ?? throw new LedgerException($"the ledger does not give {tile.Path}, which its checkpoint implies");
            var leaves = Verified(() => Entries(tile, bytes));
            var grown = tree.Grow(leaves);
            tree = new LogSnapshot(grown.Checkpoint, [], grown.Edge, grown.Entries);
            if (grown.Checkpoint.Size == under.Size && !grown.Checkpoint.Root.AsSpan().SequenceEqual(under.Root))
                throw new LedgerException($"the ledger's entries do not hash to the root of its checkpoint of size {under.Size}");
            foreach (var leaf in leaves)
                yield return leaf;
        }
    }

    /// <summary>The bytes of a tile, not verified (only a root can do that); the beginning of the full tile where the partial is gone. <c>null</c> when there is none.</summary>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    public async Task<byte[]?> FetchTile(Tile tile, CancellationToken cancel)
    {
        if (await Get(tile.Path, cancel) is { } bytes)
            return bytes;
        return tile.IsFull || await Get(tile.Full.Path, cancel) is not { } full || full.Length < tile.Size ? null : full[..tile.Size];
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static List<Leaf> Entries(Tile tile, byte[] bytes)
    {
        if (bytes.Length != tile.Size)
            throw new FormatException($"{tile.Path} has {bytes.Length} bytes and should have {tile.Size}");
        var leaves = new List<Leaf>(tile.Width);
        for (var at = 0; at < bytes.Length; at += Tile.EntrySize)
        {
            if (bytes[at] != 0 || bytes[at + 1] != Leaf.Size)
                throw new FormatException($"{tile.Path}, byte {at}: an entry of another length than {Leaf.Size}");
            leaves.Add(new Leaf(bytes.AsSpan(at + 2, 32), bytes.AsSpan(at + 34, 32)));
        }
        return leaves;
    }

    private static List<byte[]> Hashes(string text)
    {
        if (text.Length == 0)
            return [];
        var lines = text.Split('\n');
        if (lines[^1].Length != 0 || lines.Length > 2 * TlogProof.MaxHashes)
            throw new FormatException("a consistency proof is one hash a line, each with its newline");
        return [.. lines[..^1].Select(line => Base64.Read(line) is { Length: 32 } hash ? hash : throw new FormatException("a hash is base64 of 32 bytes"))];
    }

    private async Task<byte[]?> Post(Leaf leaf, CancellationToken cancel)
    {
        using var body = new ByteArrayContent(leaf.Bytes.ToArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, "append") { Content = body };
        return await Send(request, cancel);
    }

    private async Task<byte[]?> Get(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Send(request, cancel);
    }

    /// <summary>The answer's body; <c>null</c> for 404. Refusals throw <see cref="LedgerException"/>, everything that may pass by itself <see cref="HttpRequestException"/>.</summary>
    private async Task<byte[]?> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            if (response.IsSuccessStatusCode)
                return body;
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            var says = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500))).Trim();
            if ((int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
                throw new HttpRequestException($"the ledger cannot answer now ({(int)response.StatusCode}): {says}", null, response.StatusCode);
            throw new LedgerException($"the ledger refuses ({(int)response.StatusCode}): {says}", response.StatusCode == HttpStatusCode.Conflict);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException("the ledger did not answer in time", e);
        }
    }

    private TlogProof VerifiedProof(long index, Leaf leaf, byte[] answer) => Verified(() =>
    {
        var proof = TlogProof.Parse(Text(answer));
        proof.Verify(leaf, Log);
        return proof.Index == index ? proof : throw new FormatException($"asked for leaf {index}, got a proof of leaf {proof.Index}");
    });

    private static T Verified<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw new LedgerException($"the ledger's answer does not verify: {e.Message}");
        }
    }

    private static string Text(byte[] answer)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(answer);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("it is not UTF-8");
        }
    }

    private static LedgerException Fork(Checkpoint old, Checkpoint young, string why) =>
        new($"the log did not grow from size {old.Size} to size {young.Size} without a change ({why}): a fork, or a rewritten log. Trust neither; keep both checkpoints, they are the evidence");
}
