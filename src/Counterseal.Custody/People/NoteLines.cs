using System.Globalization;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// The text of a note that people sign: a first line that names the kind, then lines <c>word value</c> in one fixed order. Reading is strict,
/// so that one meaning has one text and one digest.
/// </summary>
internal static class NoteLines
{
    /// <summary>The longest note that the gate reads.</summary>
    public const int Limit = 64 * 1024;

    public static string Build(string kind, params ReadOnlySpan<(string Word, string Value)> lines)
    {
        var text = new StringBuilder(kind).Append('\n');
        foreach (var (word, value) in lines)
        {
            if (Fault(word, value) is { } fault)
                throw new FormatException($"the line {word} {fault}");
            text.Append(word).Append(' ').Append(value).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Parses a note and its text into the values of the words, in their order.</summary>
    /// <exception cref="RefusalException"><c>malformed</c>, with the line.</exception>
    public static (SignedNote Note, IReadOnlyList<string> Values) Read(ReadOnlySpan<byte> note, string kind, string where, params ReadOnlySpan<string> words)
    {
        if (note.Length > Limit)
            throw RefusalException.Malformed($"a note of {note.Length.ToString(CultureInfo.InvariantCulture)} bytes where at most {Limit.ToString(CultureInfo.InvariantCulture)} are taken", where);
        SignedNote parsed;
        try
        {
            parsed = SignedNote.Parse(note);
        }
        catch (FormatException e)
        {
            throw RefusalException.Malformed("not a signed note: " + Visible.Text(e.Message), where);
        }
        var lines = parsed.Text.Split('\n');
        if (lines.Length != words.Length + 2 || lines[^1].Length != 0 || lines[0] != kind)
            throw RefusalException.Malformed($"a note of kind {kind} has that as its first line and {words.Length.ToString(CultureInfo.InvariantCulture)} more lines", where);
        var values = new string[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            var line = lines[i + 1];
            if (!line.StartsWith(words[i] + " ", StringComparison.Ordinal) || Fault(words[i], values[i] = line[(words[i].Length + 1)..]) is not null)
                throw RefusalException.Malformed($"line {(i + 2).ToString(CultureInfo.InvariantCulture)} must be: {words[i]}, a space, its value", where);
        }
        return (parsed, values);
    }

    /// <summary>The SHA-256 of a text without its signatures, lower-case hex.</summary>
    public static string Digest(string text) => Canonical.Digest(Encoding.UTF8.GetBytes(text));

    /// <summary>A whole number in its one spelling.</summary>
    public static bool TryWhole(string value, out long number) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number.ToString(CultureInfo.InvariantCulture) == value;

    private static string? Fault(string word, string value)
    {
        // Post-quantum keys and OpenPGP certificates are long.
        var longest = word == "recipient" ? PackageRecipients.LongestKey : 1024;
        if (value.Length == 0 || value.Length > longest)
            return $"must have from 1 to {longest.ToString(CultureInfo.InvariantCulture)} characters";
        if (value != value.Trim())
            return "must not begin or end with white space";
        foreach (var c in value)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                return "must not have control characters";
        }
        return null;
    }
}
