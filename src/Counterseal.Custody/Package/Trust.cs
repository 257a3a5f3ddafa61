using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>Public keys got another way: what <c>verify</c> and <c>open</c> believe.</summary>
/// <param name="Gate">The gate's counterseal key (vkey).</param>
/// <param name="Ledger">The ledger's key (vkey); its name is the log's origin.</param>
public sealed record Trust(string Gate, string Ledger)
{
    private const int Limit = 256 * 1024;

    /// <summary>Base64 of the DER of the certificates whose time stamps are believed; empty for none.</summary>
    public IReadOnlyList<string> TimeStamps { get; init; } = [];

    /// <summary>Reads a trust file, <c>{"gate":"&lt;vkey&gt;","ledger":"&lt;vkey&gt;"}</c>, and optionally <c>"timeStamps":["&lt;certificate&gt;"]</c>.</summary>
    /// <exception cref="SealFormatException">Names the member and the rule.</exception>
    public static Trust Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = Shape.Parse(json, Limit, "/");
            var root = Shape.Closed(document.RootElement, "", "gate", "ledger", "timeStamps");
            var trust = new Trust(root.Text("gate"), root.Text("ledger"));
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
        return Canonical.Bytes(json);
    }

    /// <summary>The keys themselves.</summary>
    /// <exception cref="SealFormatException">One is not a vkey.</exception>
    internal (NoteVerifier Gate, NoteVerifier Ledger) Keys() => (Key("gate", Gate), Key("ledger", Ledger));

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
