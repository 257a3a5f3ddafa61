using System.Globalization;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>An authority as two of our people have established it: where its packages may go, by which key it can stop its own, which number to call back.</summary>
/// <param name="Authority">Its id in the directory.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Name">Its official name.</param>
/// <param name="Recipient">The key that its packages are encrypted to, <c>age1…</c>.</param>
/// <param name="Signer">The key by which it stops its own orders, or <c>null</c>.</param>
/// <param name="Callback">The number that we found ourselves.</param>
/// <param name="Version">From 1, rising.</param>
/// <param name="Note">The signed note.</param>
public sealed record DirectoryEntry(
    string Authority,
    string Country,
    string Name,
    string Recipient,
    NoteVerifier? Signer,
    string Callback,
    long Version,
    SignedNote Note)
{
    private const string Kind = "counterseal/directory/v1";

    /// <summary>SHA-256 of the text without signatures, lower-case hex: how orders and decisions name it.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that two people sign.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string authority, string country, string name, string recipient, string? signer, string callback, long version) => NoteLines.Build(
        Kind,
        ("authority", authority),
        ("country", country),
        ("name", name),
        ("recipient", recipient),
        ("signer", signer ?? "none"),
        ("callback", callback),
        ("version", version.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads the note's text; whether it is signed by two is for <see cref="Fault"/> to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static DirectoryEntry Read(ReadOnlySpan<byte> note, string where = "/directory")
    {
        var (parsed, values) = NoteLines.Read(note, Kind, where, "authority", "country", "name", "recipient", "signer", "callback", "version");
        if (values[1].Length != 2 || !char.IsAsciiLetterUpper(values[1][0]) || !char.IsAsciiLetterUpper(values[1][1]))
            throw RefusalException.Malformed("the country must be two capital letters", where);
        if (values[2].Length > 200)
            throw RefusalException.Malformed("an official name has at most 200 characters", where);
        try
        {
            if (AgeRecipient.Parse(values[3]).Text != values[3])
                throw RefusalException.Malformed("the recipient is not in its one spelling", where);
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed("the recipient is not an age recipient: " + Visible.Text(e.Message), where);
        }
        NoteVerifier? signer = null;
        if (values[4] != "none")
        {
            try
            {
                signer = NoteVerifier.Parse(values[4]);
            }
            catch (FormatException e)
            {
                throw RefusalException.Malformed("the signer is neither none nor a vkey: " + Visible.Text(e.Message), where);
            }
        }
        if (!NoteLines.TryWhole(values[6], out var version) || version < 1)
            throw RefusalException.Malformed("the version must be a whole number from 1", where);
        return new DirectoryEntry(values[0], values[1], values[2], values[3], signer, values[5], version, parsed);
    }

    /// <summary>Whether two people with the role <i>directory</i> have signed it; <c>null</c> when they have.</summary>
    public Refusal? Fault(Roster roster, string where = "/directory")
    {
        var signed = roster.SignersOf(Note).Count(person => person.Roles.Contains(RosterRole.Directory));
        return signed >= 2
            ? null
            : Refusal.Of(Refusal.WrongRecipient, $"the directory entry carries {signed.ToString(CultureInfo.InvariantCulture)} good signatures of people with the role directory, and needs 2", where);
    }
}
