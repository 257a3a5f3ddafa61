using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>
/// What an auditor takes along: the demands that the auditor may see with all events and their proofs, the desk's own events, and the views, as canonical JSON a line. The last line is the <see cref="Audited"/> event with
/// its proof: it holds the digest of all lines before, so that the file needs no signature of its own. Format: <c>docs/desk.md</c>, The audit file.
/// </summary>
public static class AuditFile
{
    /// <summary>What the first line says.</summary>
    public const string Format = "counterseal/audit/v1";

    private const int LongestLine = 8 << 20;

    /// <summary>Writes a file and puts its digest on the ledger.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="person">Who takes it along.</param>
    /// <param name="sight">What that person may see.</param>
    /// <param name="file">Where the lines go.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="DeskException">The ledger does not answer, or the record is not as it has it.</exception>
    public static async Task Write(Desk desk, Accounts accounts, Person person, Sight sight, Stream file, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(accounts);
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(sight);
        ArgumentNullException.ThrowIfNull(file);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var viewed = await accounts.SealViews(cancel);
        await Line(new JsonObject { ["audit"] = Format, ["at"] = Instant.Text(desk.Clock), ["by"] = person.Name, ["views"] = viewed.Last, ["chain"] = viewed.Chain, ["compartments"] = new JsonArray([.. sight.Compartments.Select(one => (JsonNode)one)]) });
        var hidden = await desk.Hidden(sight, cancel);
        var demands = 0;
        foreach (var own in await desk.Own(cancel))
        {
            if (Shows(own.Event.Body, sight))
                await Line(Proven(desk.Prove(own)));
        }
        var before = "";
        await foreach (var one in desk.Events(sight, cancel))
        {
            demands += one.Event.Demand == before ? 0 : 1;
            before = one.Event.Demand;
            await Line(Proven(desk.Prove(one)));
        }
        var shown = 0L;
        await foreach (var (view, chain) in accounts.Views.Oldest(viewed.Last, cancel))
        {
            var withheld = view.Demand is not null && hidden.Contains(view.Demand);
            shown += withheld ? 0 : 1;
            // A look at what this person may not see leaves only its link, without which the chain would end there.
            await Line(withheld ? new JsonObject { ["withheld"] = view.N, ["chain"] = Convert.ToHexStringLower(chain) } : new JsonObject { ["view"] = JsonSerializer.SerializeToNode(view, LawJson.Options) });
        }
        var version = await accounts.Record(person.Name, new Audited(Convert.ToHexStringLower(digest.GetCurrentHash()), demands, shown), cancel);
        await Line(Proven(desk.Prove((await desk.Own(cancel)).Single(own => own.Event.Version == version))));

        async Task Line(JsonObject line)
        {
            byte[] bytes = [.. Canon.Bytes(line), (byte)'\n'];
            digest.AppendData(bytes);
            await file.WriteAsync(bytes, cancel);
        }
    }

    /// <summary>Checks a file against the ledger's key: the digest, every event's proof, that no event of a demand is left out before its last, and the chain of views.</summary>
    /// <param name="file">The lines.</param>
    /// <param name="log">The ledger's key.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="FormatException">Something does not hold; names the line.</exception>
    public static async Task<AuditFinding> Verify(Stream file, LogKeys log, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(log);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        JsonElement? head = null;
        DeskEvent? last = null;
        var versions = new Dictionary<string, int>(StringComparer.Ordinal);
        var known = new Dictionary<long, string>();
        var (n, demands, shown, withheld, seen, chain, number) = (0L, 0, 0L, 0L, 0L, View.Begin, 0);
        var end = (Line: 0, Digest: "");
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false);
        while (await reader.ReadLineAsync(cancel) is { } text)
        {
            number++;
            if (text.Length > LongestLine)
                throw No("it is longer than any line of such a file");
            var bytes = Encoding.UTF8.GetBytes(text);
            JsonElement said;
            try
            {
                using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 32 });
                said = document.RootElement.Clone();
            }
            catch (JsonException wrong)
            {
                throw No($"it is not JSON: {wrong.Message}");
            }
            if (!CanonicalJson.IsCanonical(bytes))
                throw No("it is not in canonical form");
            if (number == 1)
                head = said.ValueKind == JsonValueKind.Object && said.TryGetProperty("audit", out var format) && format.ValueKind == JsonValueKind.String && format.GetString() == Format ? said : throw No($"this is not a {Format}");
            else if (Member(said, "event") is not null)
                Event(said);
            else if (Member(said, "view") is { } view)
                Seen(view.Deserialize<View>(LawJson.Options) ?? throw No("the view is empty"));
            else if (Member(said, "withheld") is { ValueKind: JsonValueKind.Number } hidden && hidden.TryGetInt64(out var hiddenN))
                (chain, withheld, seen) = (Hex(said, "chain"), withheld + 1, hiddenN == seen + 1 ? hiddenN : throw No("a view is left out"));
            else
                throw No("it is nothing that belongs here");
            if (known.TryGetValue(seen, out var link) && link != Convert.ToHexStringLower(chain) && Member(said, "event") is null)
                throw No("up to this view the record is not the one whose digest is on the ledger");
            digest.AppendData(bytes);
            digest.AppendData("\n"u8);
        }
        if (head is not { } first || last is not { Type: "audited" } || end.Line != number)
            throw No("the file has no end: its last line is the event that puts its digest on the ledger");
        var audited = (Audited)last.Body;
        if (audited.Digest != end.Digest)
            throw new FormatException("the digest on the ledger is not the digest of this file: lines were changed, added or left out");
        if (audited.Demands != demands || audited.Views != shown)
            throw new FormatException($"the ledger has {audited.Demands} demands and {audited.Views} views for this file, and there are {demands} and {shown}");
        if (seen != first.GetProperty("views").GetInt64() || Convert.ToHexStringLower(chain) != first.GetProperty("chain").GetString() || !known.ContainsKey(seen))
            throw new FormatException("the views do not end where the ledger says that they do");
        return new(last.By, last.At, demands, n, shown, withheld);

        void Event(JsonElement said)
        {
            DeskEvent happened;
            try
            {
                var canonical = Member(said, "event")!.Value.GetBytesFromBase64();
                _ = TlogProof.Parse(Member(said, "proof")?.GetString() ?? "").Verify(new Leaf(Hex(said, "tag"), Commitment.Of(Hex(said, "salt"), canonical)), log);
                happened = DeskEvent.Read(canonical);
            }
            catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or ArgumentException)
            {
                throw No($"its event is not proven: {wrong.Message}");
            }
            n++;
            var had = versions.GetValueOrDefault(happened.Demand);
            if (happened.Demand == DeskEvent.Own)
            {
                if (happened.Body is Viewed viewed)
                    known[viewed.Last] = viewed.Chain;
                if (happened.Type == "audited")
                    end = (number, Convert.ToHexStringLower(digest.GetCurrentHash()));
                if (happened.Version <= had)
                    throw No("the desk's own events are out of order");
            }
            else if (happened.Version != had + 1)
            {
                throw No($"event {had + 1} of demand {happened.Demand} is left out");
            }
            demands += happened.Demand != DeskEvent.Own && had == 0 ? 1 : 0;
            versions[happened.Demand] = happened.Version;
            last = happened;
        }

        void Seen(View view)
        {
            if (view.N != seen + 1)
                throw No("a view is left out");
            (chain, seen, shown) = (view.Chained(chain), view.N, shown + 1);
        }

        FormatException No(string why) => new($"line {number}: {why}");

        byte[] Hex(JsonElement said, string name)
        {
            try
            {
                return Member(said, name)?.GetString() is { Length: 64 } hex ? Convert.FromHexString(hex) : throw No($"\"{name}\" is not 32 bytes in hex");
            }
            catch (InvalidOperationException)
            {
                throw No($"\"{name}\" is not 32 bytes in hex");
            }
        }
    }

    private static JsonElement? Member(JsonElement said, string name) => said.ValueKind == JsonValueKind.Object && said.TryGetProperty(name, out var value) ? value : null;

    /// <summary>Whether one of the desk's own events says nothing of compartments that somebody is not in.</summary>
    private static bool Shows(EventBody body, Sight sight) => sight.IsWhole || body switch
    {
        CompartmentMade made => sight.Compartments.Contains(made.Compartment),
        CompartmentJoined joined => sight.Compartments.Contains(joined.Compartment),
        CompartmentLeft left => sight.Compartments.Contains(left.Compartment),
        _ => true,
    };

    private static JsonObject Proven(ProvenEvent proven) => new() { ["event"] = Convert.ToBase64String(proven.Event), ["salt"] = proven.Salt, ["tag"] = proven.Tag, ["proof"] = proven.Proof };
}

/// <summary>What the check of an audit file found.</summary>
/// <param name="By">Who took it along.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Demands">Demands in it.</param>
/// <param name="Events">Events in it, each proven.</param>
/// <param name="Views">Views in it.</param>
/// <param name="Withheld">Views of what that person may not see: only their links are there.</param>
public sealed record AuditFinding(string By, DateTimeOffset At, int Demands, long Events, long Views, long Withheld);

/// <content>Reading all that somebody may see.</content>
public sealed partial class Desk
{
    internal DateTimeOffset Clock => time.GetUtcNow();

    /// <summary>All events of the demands that somebody may see, demand by demand, oldest first.</summary>
    internal async IAsyncEnumerable<LoggedEvent> Events(Sight sight, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var list = open();
        var ids = await sight.Of(list.Demands.AsNoTracking()).OrderBy(d => d.Received).ThenBy(d => d.Id).Select(d => d.Id).ToListAsync(cancel);
        foreach (var id in ids)
        {
            foreach (var one in await store.Load(id, cancel))
                yield return one;
        }
    }
}
