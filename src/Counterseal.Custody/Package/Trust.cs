using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>A key that the gate no longer signs with.</summary>
/// <param name="Gate">The key (vkey).</param>
/// <param name="Before">It is good for packages whose <i>sealed</i> leaf has a lower index in the ledger: whoever stole it cannot date back, since the ledger's proof says where a leaf is.</param>
public sealed record EarlierKey(string Gate, long Before);

/// <summary>Public keys got another way: what <c>verify</c> and <c>open</c> believe.</summary>
/// <param name="Gate">The gate's counterseal key (vkey).</param>
/// <param name="Ledger">The ledger's key (vkey); its name is the log's origin.</param>
public sealed record Trust(string Gate, string Ledger)
{
    private const int Limit = 256 * 1024;

    /// <summary>Base64 of the DER of the certificates whose time stamps are believed; empty for none.</summary>
    public IReadOnlyList<string> TimeStamps { get; init; } = [];

    /// <summary>The gate's earlier keys.</summary>
    public IReadOnlyList<EarlierKey> Earlier { get; init; } = [];

    /// <summary>The ledger's earlier keys; a doubted one is not believed on its signature alone.</summary>
    public IReadOnlyList<EarlierLogKey> EarlierLedgers { get; init; } = [];

    /// <summary>The witnesses that are believed, and how many of them must have cosigned; <c>null</c> where no cosignatures are asked for.</summary>
    public WitnessPolicy? Witnesses { get; init; }

    /// <summary>
    /// Reads a trust file, <c>{"gate":"&lt;vkey&gt;","ledger":"&lt;vkey&gt;","earlier":[{"gate":"&lt;vkey&gt;","before":n}],"earlierLedgers":[{"ledger":"&lt;vkey&gt;","upTo":n,"doubted":false}],
    /// "timeStamps":["&lt;certificate&gt;"],"witnesses":{"need":k,"keys":["&lt;vkey&gt;"]}}</c>; all but the first two may be left out.
    /// </summary>
    /// <exception cref="SealFormatException">Names the member and the rule.</exception>
    public static Trust Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = Shape.Parse(json, Limit, "/");
            var root = Shape.Closed(document.RootElement, "", "gate", "ledger", "earlier", "earlierLedgers", "timeStamps", "witnesses");
            var earlier = List(root, "earlier").Select((item, i) => Shape.Closed(item, $"/earlier/{i}", "gate", "before")).Select(item => new EarlierKey(item.Text("gate"), item.Whole("before", 0, long.MaxValue))).ToList();
            var ledgers = List(root, "earlierLedgers").Select((item, i) => (Item: Shape.Closed(item, $"/earlierLedgers/{i}", "ledger", "upTo", "doubted"), Place: $"earlierLedgers/{i}/ledger"))
                .Select(one => new EarlierLogKey(Key(one.Place, one.Item.Text("ledger")), one.Item.Whole("upTo", 0, long.MaxValue), one.Item.Has("doubted") && one.Item.Bool("doubted"))).ToList();
            var trust = new Trust(root.Text("gate"), root.Text("ledger")) { Earlier = earlier, EarlierLedgers = ledgers, Witnesses = ReadWitnesses(root) };
            _ = trust.Keys();
            if (!root.Has("timeStamps"))
                return trust;
            trust = trust with { TimeStamps = root.Texts("timeStamps", 8, 64 * 1024) };
            try
            {
                _ = TimeStamp.Certificates(trust.TimeStamps);
            }
            catch (FormatException e)
            {
                throw new SealFormatException(root.Place("timeStamps"), e.Message);
            }
            return trust;
        }
        catch (RefusalException e)
        {
            throw new SealFormatException(e.Refusal.Where, e.Refusal.What);
        }
    }

    /// <summary>The trust file's bytes.</summary>
    public byte[] Bytes()
    {
        var json = new JsonObject { ["gate"] = Gate, ["ledger"] = Ledger };
        if (TimeStamps.Count > 0)
            json["timeStamps"] = new JsonArray([.. TimeStamps.Select(one => (JsonNode)one)]);
        if (Earlier.Count > 0)
            json["earlier"] = new JsonArray([.. Earlier.Select(key => new JsonObject { ["gate"] = key.Gate, ["before"] = key.Before })]);
        if (EarlierLedgers.Count > 0)
            json["earlierLedgers"] = LedgersJson(EarlierLedgers);
        if (Witnesses is { } witnesses)
            json["witnesses"] = WitnessesJson(witnesses);
        return Canonical.Bytes(json);
    }

    /// <summary>All the ledger's keys.</summary>
    /// <exception cref="SealFormatException">One is not a vkey, or they are not of one log.</exception>
    public LogKeys LedgerKeys()
    {
        try
        {
            return new LogKeys(Key("ledger", Ledger), EarlierLedgers).Checked();
        }
        catch (FormatException e) when (e is not SealFormatException)
        {
            throw new SealFormatException("/earlierLedgers", e.Message);
        }
    }

    /// <summary>The member <c>earlierLedgers</c> of trust files and of what the gate says of itself.</summary>
    internal static JsonArray LedgersJson(IReadOnlyList<EarlierLogKey> earlier) => new([.. earlier.Select(key =>
    {
        var json = new JsonObject { ["ledger"] = key.Key.ToString(), ["upTo"] = key.UpTo };
        if (key.Doubted)
            json["doubted"] = true;
        return json;
    })]);

    private static System.Text.Json.JsonElement[] List(Shape root, string member) => !root.Has(member) ? []
        : root.Member(member) is { ValueKind: System.Text.Json.JsonValueKind.Array } list ? [.. list.EnumerateArray()] : throw RefusalException.Malformed("this is a list", "/" + member);

    /// <summary>The member <c>witnesses</c> of trust files and of <c>gate.json</c>.</summary>
    internal static JsonObject WitnessesJson(WitnessPolicy witnesses) => new()
    {
        ["need"] = witnesses.Need,
        ["keys"] = new JsonArray([.. witnesses.Keys.Select(key => (JsonNode)key.ToString())]),
    };

    /// <summary>Reads it; <c>null</c> where it is not there.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    internal static WitnessPolicy? ReadWitnesses(Shape root)
    {
        if (!root.Has("witnesses"))
            return null;
        var member = root.Object("witnesses", "need", "keys");
        try
        {
            return WitnessPolicy.Of(member.Whole("need", 1, WitnessPolicy.MaxKeys), member.Texts("keys", WitnessPolicy.MaxKeys, 1024));
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed(e.Message, root.Place("witnesses"));
        }
    }

    /// <summary>Equal when all keys are.</summary>
    public bool Equals(Trust? other) => other is not null && Gate == other.Gate && Ledger == other.Ledger && Earlier.SequenceEqual(other.Earlier) && EarlierLedgers.SequenceEqual(other.EarlierLedgers) && TimeStamps.SequenceEqual(other.TimeStamps) && Witnesses == other.Witnesses;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Gate, Ledger, Earlier.Count);

    /// <summary>The keys themselves.</summary>
    /// <exception cref="SealFormatException">One is not a vkey.</exception>
    internal (NoteVerifier Gate, LogKeys Ledger, IReadOnlyList<(NoteVerifier Key, long Before)> Earlier) Keys() =>
        (Key("gate", Gate), LedgerKeys(), [.. Earlier.Select((key, i) => (Key($"earlier/{i}/gate", key.Gate), key.Before))]);

    private static NoteVerifier Key(string member, string vkey)
    {
        try
        {
            return NoteVerifier.Parse(vkey);
        }
        catch (FormatException e)
        {
            throw new SealFormatException("/" + member, e.Message);
        }
    }
}
