using System.Globalization;
using Counterseal.Ledger;

namespace Counterseal.Desk;

/// <summary>
/// An authority in the directory: a signed note (<c>docs/gate-protocol.md</c>). The desk reads it to list it; whether two rostered people
/// signed it is for the gate to judge, each time.
/// </summary>
/// <param name="Digest">SHA-256 of the text without signatures: how decisions and orders name it.</param>
/// <param name="Authority">The authority's id.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Name">Official name.</param>
/// <param name="Recipient">An age recipient.</param>
/// <param name="Callback">The number to call back; never one from a demand.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Note">The signed note's bytes.</param>
public sealed record DirectoryEntry(
    string Digest, string Authority, string Country, string Name, string Recipient, string Callback, int Version, byte[] Note)
{
    private static readonly string[] Lines = ["authority ", "country ", "name ", "recipient ", "signer ", "callback ", "version "];

    /// <summary>Reads an entry.</summary>
    /// <exception cref="FormatException">Names the line.</exception>
    public static DirectoryEntry Read(byte[] note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var text = SignedNote.Parse(note).Text;
        var lines = text.Split('\n');
        if (lines.Length != Lines.Length + 2 || lines[0] != "counterseal/directory/v1" || lines[^1].Length > 0)
            throw new FormatException("a directory entry is \"counterseal/directory/v1\" and seven lines: authority, country, name, recipient, signer, callback, version");
        var values = new string[Lines.Length];
        for (var i = 0; i < Lines.Length; i++)
        {
            if (!lines[i + 1].StartsWith(Lines[i], StringComparison.Ordinal) || lines[i + 1].Length == Lines[i].Length)
                throw new FormatException($"line {i + 2} of a directory entry is \"{Lines[i]}…\", not \"{lines[i + 1]}\"");
            values[i] = lines[i + 1][Lines[i].Length..];
        }
        if (!int.TryParse(values[6], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            throw new FormatException($"line 8: a version is a number from 1, not \"{values[6]}\"");
        return new DirectoryEntry(Canon.Digest(System.Text.Encoding.UTF8.GetBytes(text)), values[0], values[1], values[2], values[3], values[5], version, note);
    }
}
