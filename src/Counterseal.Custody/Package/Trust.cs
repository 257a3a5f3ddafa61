using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>Public keys got another way: what <c>verify</c> and <c>open</c> believe.</summary>
/// <param name="Gate">The gate's counterseal key (vkey).</param>
/// <param name="Ledger">The ledger's key (vkey); its name is the log's origin.</param>
public sealed record Trust(string Gate, string Ledger)
{
    private const int Limit = 64 * 1024;

    /// <summary>Reads a trust file, <c>{"gate":"&lt;vkey&gt;","ledger":"&lt;vkey&gt;"}</c>.</summary>
    /// <exception cref="SealFormatException">Names the member and the rule.</exception>
    public static Trust Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = Shape.Parse(json, Limit, "/");
            var root = Shape.Closed(document.RootElement, "", "gate", "ledger");
            var trust = new Trust(root.Text("gate"), root.Text("ledger"));
            _ = trust.Keys();
            return trust;
        }
        catch (RefusalException e)
        {
            throw new SealFormatException(e.Refusal.Where, e.Refusal.What);
        }
    }

    /// <summary>The trust file's bytes.</summary>
    public byte[] Bytes() => Canonical.Bytes(new JsonObject { ["gate"] = Gate, ["ledger"] = Ledger });

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
