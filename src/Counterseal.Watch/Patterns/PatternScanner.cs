using System.Globalization;
using System.Text;

namespace Counterseal.Watch;

/// <summary>What a token is.</summary>
internal enum TokenKind
{
    End, LeftBracket, RightBracket, LeftParenthesis, RightParenthesis, Colon, Dot, Comma, Asterisk,
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Word, Text, Binary, Hex, Time, Integer, Fraction,
}

/// <summary>One token: what it is, where it stands, and its text without quotes and escapes.</summary>
internal readonly record struct Token(TokenKind Kind, int Position, int Length, string Text);

/// <summary>A fault on its way out of the parser; never leaves <see cref="PatternParser.Read"/>.</summary>
internal sealed class PatternException(int position, string what, string rule, string next) : Exception(what)
{
    public int Position { get; } = position;

    public string Rule { get; } = rule;

    public string Next { get; } = next;
}

/// <summary>Cuts a pattern's text into tokens (the grammar that OASIS publishes with STIX 2.1).</summary>
internal sealed class PatternScanner(string text)
{
    private int at;

    /// <summary>Whether a property's name can only be written in quotes (9.7).</summary>
    public static bool NeedsQuotes(string name) =>
        name.Length == 0 || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_');

    public Token Next()
    {
        SkipSpace();
        if (at == text.Length) return new(TokenKind.End, at, 0, "");
        var c = text[at];
        switch (c)
        {
            case '[': return Sign(TokenKind.LeftBracket, 1);
            case ']': return Sign(TokenKind.RightBracket, 1);
            case '(': return Sign(TokenKind.LeftParenthesis, 1);
            case ')': return Sign(TokenKind.RightParenthesis, 1);
            case ':': return Sign(TokenKind.Colon, 1);
            case ',': return Sign(TokenKind.Comma, 1);
            case '*': return Sign(TokenKind.Asterisk, 1);
            case '=': return Sign(TokenKind.Equal, Ahead(1) == '=' ? 2 : 1);
            case '!' when Ahead(1) == '=': return Sign(TokenKind.NotEqual, 2);
            case '<' when Ahead(1) == '>': return Sign(TokenKind.NotEqual, 2);
            case '<': return Ahead(1) == '=' ? Sign(TokenKind.LessOrEqual, 2) : Sign(TokenKind.Less, 1);
            case '>': return Ahead(1) == '=' ? Sign(TokenKind.GreaterOrEqual, 2) : Sign(TokenKind.Greater, 1);
            case '\'': return Quoted(TokenKind.Text, 0);
            case 't' when Ahead(1) == '\'': return Quoted(TokenKind.Time, 1);
            case 'b' when Ahead(1) == '\'': return Quoted(TokenKind.Binary, 1);
            case 'h' when Ahead(1) == '\'': return Quoted(TokenKind.Hex, 1);
            case '.' when !char.IsAsciiDigit(Ahead(1)): return Sign(TokenKind.Dot, 1);
            case '.' or '+' or '-': return Number();
        }

        if (char.IsAsciiDigit(c)) return Number();
        if (char.IsAsciiLetter(c) || c == '_') return Word();
        throw new PatternException(at, $"{Quote(text.AsSpan(at, char.IsHighSurrogate(c) && at + 1 < text.Length ? 2 : 1))} does not belong in a pattern.",
            "STIX 2.1, 9.4", c is '"' or '\u2018' or '\u2019' or '\u201C' or '\u201D' ? "Text stands in straight single quotes: 'text'." : "Take it out, or put text in single quotes.");
    }

    /// <summary>Quotes what was met, cut to what fits in a sentence; control characters are spelt out.</summary>
    public static string Quote(ReadOnlySpan<char> met)
    {
        var cut = met.Length > 60 ? string.Concat(met[..57], "…") : met.ToString();
        var shown = new StringBuilder("“");
        foreach (var rune in cut.EnumerateRunes())
            if (Rune.IsControl(rune)) shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else shown.Append(rune.ToString());
        return shown.Append('”').ToString();
    }

    private char Ahead(int by) => at + by < text.Length ? text[at + by] : '\0';

    private Token Sign(TokenKind kind, int length)
    {
        var token = new Token(kind, at, length, text.Substring(at, length));
        at += length;
        return token;
    }

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else if (text[at] == '/' && Ahead(1) == '/')
            {
                while (at < text.Length && text[at] is not ('\r' or '\n')) at++;
            }
            else if (text[at] == '/' && Ahead(1) == '*')
            {
                var end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                if (end < 0) throw new PatternException(at, "The comment that begins here does not end.", "STIX 2.1, 9.4", "End it with */.");
                at = end + 2;
            }
            else return;
        }
    }

    private Token Word()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-')) at++;
        return new(TokenKind.Word, start, at - start, text[start..at]);
    }

    private Token Number()
    {
        var start = at;
        if (text[at] is '+' or '-') at++;
        var whole = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        var digits = at - whole;
        var fraction = false;
        if (Ahead(0) == '.' && char.IsAsciiDigit(Ahead(1)))
        {
            fraction = true;
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        }

        if ((digits == 0 && !fraction) || (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_')))
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.')) at++;
            throw new PatternException(start, $"{Quote(text.AsSpan(start, Math.Max(1, at - start)))} is neither a number nor a name.", "STIX 2.1, 9.2", "Text stands in single quotes; a name begins with a letter.");
        }

        if (digits > 1 && text[whole] == '0' && !fraction)
            throw new PatternException(start, $"{Quote(text.AsSpan(start, at - start))} begins with a zero.", "STIX 2.1, 9.2", "Write whole numbers without leading zeros.");
        return new(fraction ? TokenKind.Fraction : TokenKind.Integer, start, at - start, text[start..at]);
    }

    private Token Quoted(TokenKind kind, int prefix)
    {
        var start = at;
        at += prefix + 1;
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\'')
            {
                at++;
                return new(kind, start, at - start, value.ToString());
            }

            if (c == '\\')
            {
                if (kind != TokenKind.Text || Ahead(1) is not ('\'' or '\\'))
                    throw new PatternException(at, "A backslash stands before ' or \\ only.", "STIX 2.1, 9.2", "Write a backslash itself twice: \\\\.");
                c = text[++at];
            }

            value.Append(c);
            at++;
        }

        throw new PatternException(start, "The quote that opens here is not closed.", "STIX 2.1, 9.2", "Close it with '.");
    }
}
