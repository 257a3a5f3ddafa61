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
/// <param name="Format">How its packages are encrypted, e.g. <c>age-x25519</c> or <c>openpgp-gpg</c>.</param>
/// <param name="Keys">Its keys: age recipients, or OpenPGP certificates in base64.</param>
/// <param name="Callback">The number to call back; never one from a demand.</param>
/// <param name="Confirmed">When, by whom and how the keys were confirmed out of band.</param>
/// <param name="Version">Grows with each change.</param>
/// <param name="Note">The signed note's bytes.</param>
public sealed record DirectoryEntry(
    string Digest, string Authority, string Country, string Name, string Format, IReadOnlyList<string> Keys, string Callback, string Confirmed, int Version, byte[] Note)
{
    private const string Recipient = "recipient ";
    private const int MostKeys = 16;
    private static readonly string[] Before = ["authority ", "country ", "name ", "format "];
    private static readonly string[] After = ["signer ", "callback ", "confirmed ", "version "];

    /// <summary>The keys' fingerprints: for age the SHA-256 of the text, in groups of four, as the gate and the command show it to whoever approves.</summary>
    public IReadOnlyList<string> Fingerprints =>
        [.. Keys.Select(key => string.Join(' ', Canon.Digest(System.Text.Encoding.ASCII.GetBytes(key)).Chunk(4).Select(group => new string(group))))];

    /// <summary>Reads an entry.</summary>
    /// <exception cref="FormatException">Names the line.</exception>
    public static DirectoryEntry Read(byte[] note)
    {
        ArgumentNullException.ThrowIfNull(note);
        var text = SignedNote.Parse(note).Text;
        var lines = text.Split('\n');
        var count = lines.Length - 2 - Before.Length - After.Length;
        if (count is < 1 or > MostKeys || lines[0] != "counterseal/directory/v2" || lines[^1].Length > 0)
            throw new FormatException($"a directory entry is \"counterseal/directory/v2\" and the lines authority, country, name, format, one to {MostKeys} times recipient, signer, callback, confirmed, version");
        string[] words = [.. Before, .. Enumerable.Repeat(Recipient, count), .. After];
        var values = new string[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (!lines[i + 1].StartsWith(words[i], StringComparison.Ordinal) || lines[i + 1].Length == words[i].Length)
                throw new FormatException($"line {i + 2} of a directory entry is \"{words[i]}…\", not \"{lines[i + 1]}\"");
            values[i] = lines[i + 1][words[i].Length..];
        }
        if (!int.TryParse(values[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version < 1)
            throw new FormatException($"line {words.Length + 1}: a version is a number from 1, not \"{values[^1]}\"");
        return new DirectoryEntry(Canon.Digest(System.Text.Encoding.UTF8.GetBytes(text)), values[0], values[1], values[2], values[3], values[Before.Length..^After.Length], values[^3], values[^2], version, note);
    }
}
