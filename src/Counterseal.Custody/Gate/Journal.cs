using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>One leaf of the gate's own, as its journal knows it.</summary>
internal sealed record OwnLeaf(long N, byte[] Salt, LoggedEvent Event)
{
    /// <summary>Index in the log, once the ledger has acknowledged it.</summary>
    public long? Index { get; init; }
    /// <summary>For <i>sealed</i>: the event that the order rests on, and its version.</summary>
    public (string Rests, long Version)? Claim { get; init; }
    /// <summary>The digest that the event is about: an order's, a stop's, a lift's, a directory entry's, a book's or a roster's.</summary>
    public string Subject { get; } = Read(Event, Event.Type switch
    {
        "book" => "book",
        "minimisation" => "rules",
        "roster" => "roster",
        "stopped" => "stop",
        "lifted" => "lift",
        "proposed" or "halted" => "change",
        "revoked" => "entry",
        "key" => "key",
        "clock" => "clock",
        "viewed" => "view",
        _ => "order",
    });

    /// <summary>A member of the event's body, as text.</summary>
    public string Read(string member) => Read(Event, member);

    private static string Read(LoggedEvent logged, string member)
    {
        using var body = JsonDocument.Parse(logged.Body);
        return body.RootElement.TryGetProperty(member, out var value) ? value.ToString() : "";
    }
}

/// <summary>
/// The gate's journal, <c>journal.ndjson</c>: append-only, one canonical object a line, each with the digest of the line before. What the gate
/// is about to put on the ledger stands here first, with its salt, so that a kill at any place leaves what it takes to send the very same leaf again.
/// </summary>
internal sealed class Journal
{
    private const string Start = "0000000000000000000000000000000000000000000000000000000000000000";
    private const int LongestLine = 4 << 20;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly TimeProvider clock;
    private readonly List<OwnLeaf> leaves = [];
    private readonly Dictionary<(string Type, string Subject), int> first = [];
    private readonly Dictionary<string, int> latest = [];
    private readonly Queue<DateTimeOffset> refused = [];
    private string previous = Start;
    private long lines;
    private DateTimeOffset? newest;
    private bool torn;

    private Journal(string path, TimeProvider clock) => (this.path, this.clock) = (path, clock);

    /// <summary>Opens the journal, cuts off a last line that was never finished, and checks every line and the chain.</summary>
    /// <exception cref="InvalidDataException">The journal was changed; names the line.</exception>
    public static Journal Open(string path, TimeProvider clock)
    {
        var journal = new Journal(path, clock);
        if (!File.Exists(path))
            return journal;
        CutTorn(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        var line = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            var rest = buffer.AsSpan(0, read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                line.Write(rest[..end]);
                journal.Take(line.ToArray());
                line.SetLength(0);
            }
            line.Write(rest);
            if (line.Length > LongestLine)
                throw Changed(journal.lines + 1, "it is too long");
        }
        return journal;
    }

    /// <summary>The gate's own leaves, in order of n from 0.</summary>
    public IReadOnlyList<OwnLeaf> Leaves
    {
        get
        {
            lock (gate)
                return [.. leaves];
        }
    }

    /// <summary>The first leaf of a type about a digest, or <c>null</c>.</summary>
    public OwnLeaf? Find(string type, string subject)
    {
        lock (gate)
            return first.TryGetValue((type, subject), out var n) ? leaves[n] : null;
    }

    /// <summary>The latest leaf of a type, or <c>null</c>.</summary>
    public OwnLeaf? Latest(string type)
    {
        lock (gate)
            return latest.TryGetValue(type, out var n) ? leaves[n] : null;
    }

    /// <summary>All leaves of a type.</summary>
    public IReadOnlyList<OwnLeaf> All(string type)
    {
        lock (gate)
            return [.. first.Where(entry => entry.Key.Type == type).Select(entry => leaves[entry.Value])];
    }

    /// <summary>How many leaves of a type there are since an instant.</summary>
    public long Count(string type, DateTimeOffset since)
    {
        lock (gate)
        {
            var count = 0L;
            for (var n = leaves.Count - 1; n >= 0 && leaves[n].Event.At > since; n--)
                count += leaves[n].Event.Type == type ? 1 : 0;
            return count;
        }
    }

    /// <summary>How many refusals that count for the tripwire were written down since an instant, at most an hour ago.</summary>
    public long Refused(DateTimeOffset since)
    {
        lock (gate)
        {
            while (refused.Count > 0 && refused.Peek() <= clock.GetUtcNow() - TimeSpan.FromHours(1))
                refused.Dequeue();
            return refused.LongCount(at => at > since);
        }
    }

    /// <summary>The latest instant at which a line was written, UTC; counted anew from a line by which a quorum had the earlier ones forgotten. <c>null</c> while there is none.</summary>
    public DateTimeOffset? Newest
    {
        get
        {
            lock (gate)
                return newest;
        }
    }

    /// <summary>Whether an instant is one that witnesses speak against: a line written then says so (<c>doubted</c>) and does not count for <see cref="Newest"/>.</summary>
    public Func<DateTimeOffset, bool> Doubts { get; set; } = _ => false;

    /// <summary>How many lines there are.</summary>
    public long Lines
    {
        get
        {
            lock (gate)
                return lines;
        }
    }

    /// <summary>Writes down a leaf before it is sent to the ledger; its n is the next one.</summary>
    public OwnLeaf Intend(string type, string demand, string by, JsonObject body, (string Rests, long Version)? claim)
    {
        lock (gate)
        {
            var n = leaves.Count;
            var salt = RandomNumberGenerator.GetBytes(Commitment.SaltSize);
            var bytes = LoggedEvent.Build(type, demand, by, clock.GetUtcNow(), n, body);
            var leaf = new OwnLeaf(n, salt, LoggedEvent.Read(bytes)) { Claim = claim };
            var line = new JsonObject { ["n"] = n, ["salt"] = Convert.ToHexStringLower(salt), ["event"] = Convert.ToBase64String(bytes) };
            if (claim is { } made)
                line["claim"] = new JsonObject { ["rests"] = made.Rests, ["version"] = made.Version };
            var at = Append("intent", line);
            Add(leaf);
            if (!Doubts(at))
                Keep(at, leaf);
            return leaf;
        }
    }

    /// <summary>Writes down where the ledger has put a leaf.</summary>
    public void Acknowledge(long n, long index)
    {
        lock (gate)
        {
            if (leaves[(int)n].Index is not null)
                return;
            Append("acknowledged", new JsonObject { ["n"] = n, ["index"] = index });
            leaves[(int)n] = leaves[(int)n] with { Index = index };
        }
    }

    /// <summary>Writes down anything else, e.g. a refusal. Never personal data: digests and codes.</summary>
    public void Note(string kind, string order, string code = "")
    {
        lock (gate)
        {
            var line = new JsonObject { ["order"] = order };
            if (code.Length > 0)
                line["code"] = code;
            Append(kind, line);
            if (kind == "refused" && Tripwires.Counts(code))
                CountRefused(clock.GetUtcNow());
        }
    }

    /// <summary>The newest that can matter for a tripwire: more are never kept, however many come.</summary>
    private void CountRefused(DateTimeOffset at)
    {
        refused.Enqueue(at);
        if (refused.Count > Tripwires.MostRefused + 1)
            refused.Dequeue();
    }

    private void Add(OwnLeaf leaf)
    {
        first.TryAdd((leaf.Event.Type, leaf.Subject), leaves.Count);
        latest[leaf.Event.Type] = leaves.Count;
        leaves.Add(leaf);
    }

    /// <summary>Keeps the latest time; what a quorum has signed about the clock begins it anew.</summary>
    private void Keep(DateTimeOffset at, OwnLeaf? leaf) => newest = leaf?.Event.Type == "clock" || newest is null || at > newest ? at : newest;

    private DateTimeOffset Append(string kind, JsonObject line)
    {
        if (torn)
            throw new IOException("the journal could not be written; the gate must be started again");
        line["kind"] = kind;
        var at = clock.GetUtcNow();
        line["at"] = Instant.Text(at);
        line["prev"] = previous;
        if (Doubts(at))
            line["doubted"] = true;
        var bytes = Canonical.Bytes(line);
        torn = true;
        Durable.Append(path, [.. bytes, (byte)'\n'], "gate.journal.append", GateHome.FileMode);
        torn = false;
        previous = Canonical.Digest(bytes);
        lines++;
        if (!line.ContainsKey("doubted"))
            Keep(at, null);
        return at;
    }

    private void Take(byte[] bytes)
    {
        try
        {
            using var document = Shape.ParseCanonical(bytes, LongestLine, "");
            var line = Shape.Open(document.RootElement, "");
            if (line.Text("prev") != previous)
                throw Changed(lines + 1, "it does not follow from the line before");
            OwnLeaf? made = null;
            switch (line.Text("kind"))
            {
                case "intent":
                    if (line.Whole("n", 0, int.MaxValue) != leaves.Count)
                        throw Changed(lines + 1, "its number is not the next");
                    Add(made = new OwnLeaf(leaves.Count, Convert.FromHexString(line.Hex("salt", 32)), LoggedEvent.Read(line.Base64("event", LoggedEvent.Limit)))
                    {
                        Claim = line.Has("claim") ? (line.Object("claim", "rests", "version").Hex("rests", 32), line.OpenObject("claim").Whole("version", 0, long.MaxValue)) : null,
                    });
                    break;
                case "acknowledged":
                    var n = (int)line.Whole("n", 0, leaves.Count - 1);
                    leaves[n] = leaves[n] with { Index = line.Whole("index", 0, long.MaxValue) };
                    break;
                case "refused" when Tripwires.Counts(line.Has("code") ? line.Text("code") : ""):
                    if (line.Instant("at") > clock.GetUtcNow() - TimeSpan.FromHours(1))
                        CountRefused(line.Instant("at"));
                    break;
                default:
                    break;
            }
            if (!line.Has("doubted"))
                Keep(line.Instant("at"), made);
        }
        catch (RefusalException e)
        {
            throw Changed(lines + 1, e.Refusal.What);
        }
        previous = Canonical.Digest(bytes);
        lines++;
    }

    /// <summary>A line without its newline was being written when the power went: nothing was done on the strength of it.</summary>
    private static void CutTorn(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var end = file.Length;
        var block = new byte[4096];
        while (end > 0)
        {
            var take = (int)Math.Min(block.Length, end);
            file.Position = end - take;
            file.ReadExactly(block, 0, take);
            var newline = block.AsSpan(0, take).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                end = end - take + newline + 1;
                break;
            }
            end -= take;
        }
        if (end == file.Length)
            return;
        CrashPoint.Reach("gate.journal.cut.before");
        file.SetLength(end);
        file.Flush(flushToDisk: true);
        CrashPoint.Reach("gate.journal.cut.after");
    }

    private static InvalidDataException Changed(long line, string why) => new($"journal.ndjson, line {line}: {why}");
}
