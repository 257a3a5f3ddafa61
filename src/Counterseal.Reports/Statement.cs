using System.Globalization;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Reports;

/// <summary>
/// A standing statement ("we have never handed over a key"): a signed note (C2SP signed-note) whose text a person can read. It holds until it expires; one that was not renewed is shown as
/// lapsed, and that is the point of it.
/// </summary>
/// <param name="Id">What it is about, in one word: lower-case letters, digits and hyphens.</param>
/// <param name="Key">The signer's vkey.</param>
/// <param name="Signed">The day it was signed.</param>
/// <param name="Expires">The first day on which it no longer holds.</param>
/// <param name="Text">What is stated, in a sentence or a few.</param>
/// <param name="Note">The signed note's bytes.</param>
public sealed record Statement(string Id, string Key, DateOnly Signed, DateOnly Expires, string Text, byte[] Note)
{
    /// <summary>The longest time that a statement may hold: it is worth something only because it must be renewed.</summary>
    public const int MostDays = 400;

    private const string Head = "counterseal/statement/v1";

    /// <summary>Whether it holds on a day.</summary>
    public bool Holds(DateOnly day) => day >= Signed && day < Expires;

    /// <summary>Signs one.</summary>
    /// <exception cref="FormatException">A part is not of its form; names it.</exception>
    public static Statement Sign(string id, DateOnly signed, DateOnly expires, string text, NoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(text);
        return Read(SignedNote.Sign(string.Create(CultureInfo.InvariantCulture, $"{Head}\nid {id}\nkey {signer.Verifier}\nsigned {signed:yyyy-MM-dd}\nexpires {expires:yyyy-MM-dd}\n{text}\n"), signer).Bytes());
    }

    /// <summary>Reads one and verifies its signature by the key that it names. Whose key that is, the reader must know another way.</summary>
    /// <exception cref="FormatException">It is none, or its signature does not verify; names the line.</exception>
    public static Statement Read(byte[] note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (note.Length > 8192)
            throw new FormatException("a statement has at most 8192 bytes");
        var parsed = SignedNote.Parse(note);
        var lines = parsed.Text.Split('\n');
        if (lines.Length < 7 || lines[0] != Head)
            throw new FormatException($"a statement is \"{Head}\", the lines id, key, signed and expires, and what is stated");
        var id = After(lines, 1, "id ");
        if (id.Length is 0 or > 40 || !id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new FormatException("line 2: an id has at most 40 lower-case letters, digits and hyphens");
        var key = NoteVerifier.Parse(After(lines, 2, "key "));
        var (signed, expires) = (Day(lines, 3, "signed "), Day(lines, 4, "expires "));
        if (expires <= signed || expires.DayNumber - signed.DayNumber > MostDays)
            throw new FormatException($"line 5: a statement expires after it was signed and within {MostDays} days");
        var text = string.Join('\n', lines[5..]).Trim();
        if (text.Length is 0 or > 2000 || text.Any(c => char.IsControl(c) && c != '\n'))
            throw new FormatException("line 6: what is stated has 1 to 2000 characters and no control characters");
        if (parsed.VerifiedBy(key).Count == 0)
            throw new FormatException($"the statement is not signed by the key that it names ({key.Name})");
        return new(id, key.ToString(), signed, expires, text, note);
    }

    /// <summary>Of each id the newest, with whether it was signed by the key that signed the one before.</summary>
    public static IReadOnlyList<(Statement Newest, int Renewed, bool SameKey)> Newest(IEnumerable<Statement> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        return [.. all.GroupBy(one => one.Id, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
        {
            var ordered = group.OrderBy(one => one.Signed).ThenBy(one => one.Expires).ToList();
            return (ordered[^1], ordered.Count - 1, ordered.All(one => one.Key == ordered[0].Key));
        })];
    }

    private static string After(string[] lines, int line, string name) =>
        lines[line].StartsWith(name, StringComparison.Ordinal) ? lines[line][name.Length..] : throw new FormatException($"line {line + 1} of a statement is \"{name}…\"");

    private static DateOnly Day(string[] lines, int line, string name) =>
        DateOnly.TryParseExact(After(lines, line, name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day : throw new FormatException($"line {line + 1}: a day is written as 2026-11-29");

    /// <summary>Compared by its bytes.</summary>
    public bool Equals(Statement? other) => other is not null && Note.AsSpan().SequenceEqual(other.Note);

    /// <inheritdoc/>
    public override int GetHashCode() => Encoding.UTF8.GetString(Note).GetHashCode(StringComparison.Ordinal);
}
