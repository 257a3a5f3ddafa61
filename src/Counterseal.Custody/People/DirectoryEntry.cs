using System.Globalization;
using System.Text;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>An authority as two of our people have established it: to which keys its packages may go, by which key it can stop its own, which number to call back.</summary>
/// <param name="Authority">Its id in the directory.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Name">Its official name.</param>
/// <param name="Format">How its packages are encrypted, as <see cref="PackageRecipients.Word"/> has it.</param>
/// <param name="Keys">The keys that its packages are encrypted to: <c>age1…</c>, <c>age1pq1…</c>, or an OpenPGP certificate in base64.</param>
/// <param name="Signer">The key by which it stops its own orders and revokes this entry, or <c>null</c>.</param>
/// <param name="Callback">The number that we found ourselves.</param>
/// <param name="Confirmed">How the keys were confirmed out of band, when, and by which of the signers.</param>
/// <param name="Version">From 1, rising.</param>
/// <param name="Note">The signed note.</param>
public sealed record DirectoryEntry(
    string Authority,
    string Country,
    string Name,
    string Format,
    IReadOnlyList<string> Keys,
    NoteVerifier? Signer,
    string Callback,
    Confirmation Confirmed,
    long Version,
    SignedNote Note)
{
    internal const string Kind = "counterseal/directory/v2";
    private static readonly string[] Before = ["authority", "country", "name", "format"];
    private static readonly string[] After = ["signer", "callback", "confirmed", "version"];

    /// <summary>SHA-256 of the text without signatures, lower-case hex: how orders and decisions name it.</summary>
    public string Digest => NoteLines.Digest(Note.Text);

    /// <summary>The text that two people sign.</summary>
    /// <exception cref="FormatException">A value that cannot stand in a line.</exception>
    public static string Text(string authority, string country, string name, string format, IReadOnlyList<string> keys, string? signer, string callback, Confirmation confirmed, long version)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(confirmed);
        return NoteLines.Build(Kind,
        [
            ("authority", authority),
            ("country", country),
            ("name", name),
            ("format", format),
            .. keys.Select(key => ("recipient", key)),
            ("signer", signer ?? "none"),
            ("callback", callback),
            ("confirmed", confirmed.Text),
            ("version", version.ToString(CultureInfo.InvariantCulture)),
        ]);
    }

    /// <summary>Reads the note's text; whether it is signed by two, and its keys are still good, is for <see cref="Fault"/> to say.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>.</exception>
    public static DirectoryEntry Read(ReadOnlySpan<byte> note, string where = "/directory")
    {
        // As many recipient lines as there are: the other lines are fixed.
        var lines = Encoding.UTF8.GetString(note[..Math.Min(note.Length, NoteLines.Limit)]).Split("\n\n", 2)[0].Count(c => c == '\n');
        var count = lines - Before.Length - After.Length;
        if (count is < 1 or > PackageRecipients.Most)
            throw RefusalException.Malformed($"a directory entry has the first line {Kind} and the lines authority, country, name, format, one to {PackageRecipients.Most} times recipient, signer, callback, confirmed, version", where);
        var (parsed, values) = NoteLines.Read(note, Kind, where, [.. Before, .. Enumerable.Repeat("recipient", count), .. After]);
        if (values[1].Length != 2 || !char.IsAsciiLetterUpper(values[1][0]) || !char.IsAsciiLetterUpper(values[1][1]))
            throw RefusalException.Malformed("the country must be two capital letters", where);
        if (values[2].Length > 200)
            throw RefusalException.Malformed("an official name has at most 200 characters", where);
        var (keys, rest) = (values.Skip(Before.Length).Take(count).ToList(), values.Skip(Before.Length + count).ToList());
        if (Confirmation.Parse(rest[2]) is not { } confirmed)
            throw RefusalException.Malformed("confirmed must be: an instant, the name of the person who confirmed the keys, and how", where);
        try
        {
            _ = PackageRecipients.Parse(values[3], keys, confirmed.At);
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed("the recipient cannot be used: " + Visible.Text(e.Message, 400), where);
        }
        NoteVerifier? signer = null;
        if (rest[0] != "none")
        {
            try
            {
                signer = NoteVerifier.Parse(rest[0]);
            }
            catch (FormatException e)
            {
                throw RefusalException.Malformed("the signer is neither none nor a vkey: " + Visible.Text(e.Message), where);
            }
        }
        if (!NoteLines.TryWhole(rest[3], out var version) || version < 1)
            throw RefusalException.Malformed("the version must be a whole number from 1", where);
        return new DirectoryEntry(values[0], values[1], values[2], values[3], keys, signer, rest[1], confirmed, version, parsed);
    }

    /// <summary>The keys, for encrypting now.</summary>
    /// <exception cref="FormatException">One has ended since.</exception>
    public PackageRecipients Recipients(DateTimeOffset now) => PackageRecipients.Parse(Format, Keys, now);

    /// <summary>
    /// The keys as people compare them, each with its fingerprint: for age 16 groups of 4 of the SHA-256 of its text, which two people can read to each other over
    /// the telephone; for OpenPGP the key's own. Long keys are shortened; the fingerprint is of all of it.
    /// </summary>
    public IReadOnlyList<(string Key, string Fingerprint)> ShownKeys()
    {
        var recipients = Recipients(Confirmed.At);
        return recipients.OpenPgp.Count > 0
            ? [.. recipients.OpenPgp.Select(one => ($"OpenPGP {(one.Users.Count > 0 ? Visible.Text(one.Users[0], 100) : "without a name")}", Grouped(one.Fingerprint)))]
            : [.. recipients.Age.Select(one => (one.Text.Length > 100 ? $"{one.Text[..24]}…{one.Text[^8..]}" : one.Text, Grouped(Canonical.Digest(Encoding.ASCII.GetBytes(one.Text)))))];
    }

    private static string Grouped(string hex) => string.Join(' ', hex.Chunk(4).Select(group => new string(group)));

    /// <summary>Whether two people with the role <i>directory</i> have signed it, one of whom confirmed the keys, and the keys are good now; <c>null</c> when so.</summary>
    public Refusal? Fault(Roster roster, DateTimeOffset now, string where = "/directory")
    {
        var signers = Signers(roster);
        if (signers.Count < 2)
            return Refusal.Of(Refusal.WrongRecipient, $"the directory entry carries {signers.Count.ToString(CultureInfo.InvariantCulture)} good signatures of people with the role directory, and needs 2", where);
        if (!signers.Contains(Confirmed.By))
            return Refusal.Of(Refusal.WrongRecipient, "whoever confirmed the recipient's keys is not one of those who signed the directory entry", where);
        if (Confirmed.At > now)
            return Refusal.Of(Refusal.WrongRecipient, "the recipient's keys were confirmed at a time that has not come", where);
        try
        {
            _ = Recipients(now);
            return null;
        }
        catch (FormatException e)
        {
            return Refusal.Of(Refusal.WrongRecipient, "the recipient cannot be used: " + Visible.Text(e.Message, 400), where);
        }
    }

    /// <summary>The names of the people with the role <i>directory</i> whose good signature it carries.</summary>
    public IReadOnlyList<string> Signers(Roster roster)
    {
        ArgumentNullException.ThrowIfNull(roster);
        return [.. roster.SignersOf(Note).Where(person => person.Roles.Contains(RosterRole.Directory)).Select(person => person.Name)];
    }
}

/// <summary>How a recipient's keys were confirmed another way than they came.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who: a name on the roster, one of the entry's signers.</param>
/// <param name="How">In words.</param>
public sealed record Confirmation(DateTimeOffset At, string By, string How)
{
    /// <summary>The line's value.</summary>
    public string Text => $"{Instant.Text(At)} {By} {How}";

    internal static Confirmation? Parse(string line) =>
        line.Split(' ', 3) is [var at, { Length: > 0 } by, var how] && how.Trim().Length > 0 && Shape.TryInstant(at, out var instant) ? new Confirmation(instant, by, how) : null;
}
