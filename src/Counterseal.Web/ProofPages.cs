using System.Text;
using System.Text.Json;
using Counterseal.Ledger;
using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>What a check of a receipt on the server came to.</summary>
/// <param name="Holds">Whether every step held.</param>
/// <param name="Steps">The steps that held, each as the name of its sentence with what to fill in.</param>
/// <param name="Fault">What did not; <c>null</c> when all held. In English: it names a line or a size.</param>
/// <param name="Event">The event's canonical bytes as text, once they are proven.</param>
public sealed record ProofVerdict(bool Holds, IReadOnlyList<(string Name, (string, string)[] Places)> Steps, string? Fault, string? Event);

/// <summary>The ledger on the public face: the check of a receipt, which the browser makes itself where script runs, and the entries.</summary>
internal static class ProofPages
{
    /// <summary>Bytes of a receipt, at most: 4 MiB.</summary>
    public const int MostReceipt = 4 << 20;

    /// <summary>Entries on a page: a power of two, so that a page lies in one tile.</summary>
    public const int Rows = 64;

    public static void Map(WebApplication app, PublicFaceOptions options)
    {
        app.MapGet("/ledger/check", (HttpContext http) => Page(http, 200, options.LedgerKey, null));
        app.MapPost("/ledger/check", async Task<IResult> (HttpContext http) =>
        {
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
                size.MaxRequestBodySize = 2 * MostReceipt;
            if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > 2 * MostReceipt)
                return Page(http, 413, options.LedgerKey, new(false, [], "A receipt has at most 4 MiB.", null));
            IFormCollection form;
            try
            {
                form = await http.Request.ReadFormAsync(new FormOptions { ValueLengthLimit = MostReceipt, BufferBodyLengthLimit = 2 * MostReceipt, MultipartBodyLengthLimit = MostReceipt, ValueCountLimit = 16 }, http.RequestAborted);
            }
            catch (InvalidDataException)
            {
                return Page(http, 413, options.LedgerKey, new(false, [], "A receipt has at most 4 MiB.", null));
            }
            byte[] receipt;
            if (form.Files["file"] is { Length: > 0 } file)
            {
                using var memory = new MemoryStream();
                await file.CopyToAsync(memory, http.RequestAborted);
                receipt = memory.ToArray();
            }
            else
            {
                receipt = Encoding.UTF8.GetBytes(form["receipt"].ToString());
            }
            var key = form["key"].ToString().Trim() is { Length: > 0 } typed ? typed : options.LedgerKey;
            try
            {
                var verdict = await Check(options, new Reader(options.Ground.Languages.First, WorkZone.Utc), receipt, key, form["kept"].ToString(), http.RequestAborted);
                return Page(http, verdict.Holds ? 200 : 422, key, verdict);
            }
            catch (Exception away) when (away is HttpRequestException or IOException)
            {
                http.Response.Headers.RetryAfter = "30";
                return Page(http, 503, key, new(false, [], "The ledger does not answer now. Try again in a minute.", null));
            }
        }).RequireRateLimiting(FaceLimits.Check);

        app.MapGet("/ledger/entries", async Task<IResult> (HttpContext http, long? from) =>
        {
            Checkpoint under;
            try
            {
                under = Checkpoint.Open(await options.Checkpoint(http.RequestAborted), LogKeys.Parse(options.LedgerKey));
                var at = Math.Clamp(from ?? under.Size - 1, 0, Math.Max(0, under.Size - 1)) / Rows * Rows;
                return FacePage.Of<EntriesPage>(options.Ground.Frame(Face.Public), 200, new()
                {
                    [nameof(EntriesPage.Size)] = under.Size,
                    [nameof(EntriesPage.From)] = at,
                    [nameof(EntriesPage.Leaves)] = await Leaves(options, under.Size, at, http.RequestAborted),
                    [nameof(EntriesPage.Known)] = await Known(options, http.RequestAborted),
                });
            }
            catch (Exception away) when (away is HttpRequestException or IOException or LedgerException or FormatException)
            {
                http.Response.Headers.RetryAfter = "30";
                return PublicRefusal.Of(http, options.Ground, 503, "entries");
            }
        });

        RazorComponentResult Page(HttpContext http, int status, string key, ProofVerdict? verdict)
        {
            SecurityHeaders.LetCheck(http.Response.Headers);
            return FacePage.Of<ProofPage>(options.Ground.Frame(Face.Public), status, new() { [nameof(ProofPage.Key)] = key, [nameof(ProofPage.Ours)] = options.LedgerKey, [nameof(ProofPage.Verdict)] = verdict });
        }
    }

    /// <summary>The check as the server makes it, step by step as the browser's.</summary>
    /// <exception cref="HttpRequestException">The ledger does not answer.</exception>
    internal static async Task<ProofVerdict> Check(PublicFaceOptions options, Reader english, byte[] receipt, string key, string kept, CancellationToken cancel)
    {
        var steps = new List<(string, (string, string)[])>();
        try
        {
            var log = LogKeys.Parse(key);
            using var json = JsonDocument.Parse(receipt, new() { MaxDepth = 64 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("received", out var received) || received.ValueKind != JsonValueKind.Object)
                throw new FormatException("this is not a receipt: it has no \"received\"");
            var canonical = Convert.FromBase64String(Word(received, "event"));
            var (salt, tag) = (Convert.FromHexString(Word(received, "salt")), Convert.FromHexString(Word(received, "tag")));
            if (salt.Length != Commitment.SaltSize || tag.Length != 32)
                throw new FormatException("this is not a receipt: salt and tag have 32 bytes each, in hex");
            var proof = TlogProof.Parse(Word(received, "proof"));
            var under = Checkpoint.Open(proof.Checkpoint, log);
            steps.Add(("proof.ok.signature", [("log", under.Origin), ("size", english.Number(under.Size))]));
            var commitment = Commitment.Of(salt, canonical);
            _ = proof.Verify(new Leaf(tag, commitment), log);
            steps.Add(("proof.ok.inclusion", [("index", english.Number(proof.Index)), ("digest", Convert.ToHexStringLower(commitment)[..12])]));
            var newest = Checkpoint.Open(await options.Checkpoint(cancel), log);
            await Consistent(options, under, newest, cancel);
            steps.Add(("proof.ok.consistent", [("from", english.Number(under.Size)), ("to", english.Number(newest.Size))]));
            if (!string.IsNullOrWhiteSpace(kept))
            {
                var old = Checkpoint.Open(Encoding.UTF8.GetBytes(kept.ReplaceLineEndings("\n").Trim() + "\n"), log);
                await Consistent(options, old, newest, cancel);
                steps.Add(("proof.ok.kept", [("from", english.Number(old.Size)), ("to", english.Number(newest.Size))]));
            }
            return new(true, steps, null, Encoding.UTF8.GetString(canonical));
        }
        catch (Exception no) when (no is FormatException or JsonException or LedgerException)
        {
            return new(false, steps, no.Message, null);
        }
    }

    private static string Word(JsonElement of, string name) =>
        of.TryGetProperty(name, out var word) && word.ValueKind == JsonValueKind.String ? word.GetString()! : throw new FormatException($"this is not a receipt: it has no \"{name}\"");

    private static async Task Consistent(PublicFaceOptions options, Checkpoint old, Checkpoint newest, CancellationToken cancel)
    {
        if (old.Size > newest.Size)
            throw new FormatException($"the ledger has {newest.Size} entries now, and had {old.Size}: it was set back");
        if (old.Size == 0)
            return;
        var tiles = new Dictionary<Tile, byte[]>();
        for (var complete = false; !complete;)
        {
            // The tree asks for tiles as it goes; what is not here yet is fetched, and it is asked again.
            Tile? missing = null;
            try
            {
                var proof = Merkle.ConsistencyProof(old.Size, newest.Size, (level, index) => Subtree(newest.Size, level, index, tile => tiles.GetValueOrDefault(tile) ?? throw new Missing(missing = tile)));
                if (!Merkle.VerifyConsistency(old.Size, newest.Size, old.Root, newest.Root, proof))
                    throw new FormatException($"the log of {newest.Size} entries does not contain the log of {old.Size} unchanged: there are two logs under one name");
                complete = true;
            }
            catch (Missing)
            {
                var tile = missing!.Value;
                tiles[tile] = await options.Tile(tile, cancel) is { } bytes && bytes.Length == tile.Size ? bytes : throw new FormatException($"the ledger does not give {tile.Path}, which its checkpoint implies");
            }
        }
    }

    private static byte[] Subtree(long size, int level, long index, Func<Tile, byte[]> read)
    {
        var (tileLevel, inTile) = (level / 8, level % 8);
        var first = index << inTile;
        var tile = first / Tile.FullWidth;
        var all = size >> (8 * tileLevel);
        var bytes = read(new Tile(tileLevel, tile, (int)Math.Min(Tile.FullWidth, all - tile * Tile.FullWidth)));
        return Fold(bytes.AsSpan((int)(first % Tile.FullWidth) * Merkle.HashSize, (1 << inTile) * Merkle.HashSize));
    }

    private static byte[] Fold(ReadOnlySpan<byte> hashes) =>
        hashes.Length == Merkle.HashSize ? hashes.ToArray() : Merkle.NodeHash(Fold(hashes[..(hashes.Length / 2)]), Fold(hashes[(hashes.Length / 2)..]));

    private static async Task<IReadOnlyList<(long Index, byte[] Leaf)>> Leaves(PublicFaceOptions options, long size, long from, CancellationToken cancel)
    {
        if (size == 0)
            return [];
        var bundle = from / Tile.FullWidth;
        var tile = new Tile(Tile.Entries, bundle, (int)Math.Min(Tile.FullWidth, size - bundle * Tile.FullWidth));
        var bytes = await options.Tile(tile, cancel);
        if (bytes?.Length != tile.Size)
            throw new LedgerException($"the ledger does not give {tile.Path}, which its checkpoint implies");
        var to = Math.Min(from + Rows, size);
        return [.. Enumerable.Range(0, (int)(to - from)).Select(i => (from + i, bytes.AsSpan((int)(from % Tile.FullWidth + i) * Tile.EntrySize + 2, Leaf.Size).ToArray())).Reverse()];
    }

    /// <summary>The entries of which everybody may know what they are, with their times: what was published, and the rule books.</summary>
    private static async Task<IReadOnlyDictionary<long, KnownEntry>> Known(PublicFaceOptions options, CancellationToken cancel)
    {
        var known = new Dictionary<long, KnownEntry>();
        foreach (var report in options.Reports?.Reports() ?? [])
        {
            var proof = DemandReading.Proof(report.Proof, -1, LogKeys.Parse(options.LedgerKey));
            if (proof.Verified)
                known[proof.Index] = new("entries.report", report.Report.Half.Name, $"/report/{report.Report.Half.Name}", Counterseal.Desk.DeskEvent.Read(report.Proof.Event).At);
        }
        if (options.Rules is { } rules)
        {
            foreach (var book in (await rules(cancel)).History)
                known[book.Leaf] = new("entries.book", book.Digest[..12], $"/rules/books/{book.Digest}", book.At);
        }
        return known;
    }

    private sealed class Missing(Tile? tile) : Exception($"tile {tile} is not here yet");
}

/// <summary>An entry of which everybody may know what it is.</summary>
/// <param name="Sentence">The name of its sentence.</param>
/// <param name="What">What it is of.</param>
/// <param name="Href">Its page.</param>
/// <param name="At">When, as its event says.</param>
public sealed record KnownEntry(string Sentence, string What, string Href, DateTimeOffset At);
