using System.Globalization;
using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>Reads a pattern's text by recursive descent: one method for each rule of the grammar that OASIS publishes with STIX 2.1.</summary>
internal sealed class PatternParser(string text)
{
    private readonly PatternScanner scanner = new(text);
    private readonly List<string> remarks = [];
    private readonly List<(int Position, int Times)> repeats = [];
    private Token token;
    private int depth;
    private int tests;

    public PatternReading Read()
    {
        try
        {
            if (text.Length > PatternLimits.Text)
                throw new PatternException(0, string.Create(CultureInfo.InvariantCulture, $"The pattern has {text.Length} characters; at most {PatternLimits.Text} are read."), "docs/watch.md, limits", "Split it.");
            Move();
            if (token.Kind == TokenKind.End) throw new PatternException(0, "The pattern is empty.", "STIX 2.1, 9.4", "Write at least one comparison in brackets.");
            var root = FollowedBys();
            if (token.Kind == TokenKind.RightParenthesis) throw Unexpected("nothing is open that this could close", "STIX 2.1, 9.5.3", "Take it out.");
            if (token.Kind != TokenKind.End) throw Unexpected("AND, OR, FOLLOWEDBY, a qualifier or the end is expected here", "STIX 2.1, 9.5", KeywordHint());
            CheckSize(root);
            return new(new(text, root), null, remarks);
        }
        catch (PatternException e)
        {
            var before = text.AsSpan(0, Math.Min(e.Position, text.Length));
            var line = before.Count('\n') + 1;
            return new(null, new(e.Position, line, e.Position - (before.LastIndexOf('\n') + 1) + 1, e.Message, e.Rule, e.Next), remarks);
        }
    }

    private void Move() => token = scanner.Next();

    private bool Is(string word) => token.Kind == TokenKind.Word && token.Text == word;

    private PatternException Unexpected(string expected, string rule, string next) =>
        new(token.Position, $"{(token.Kind == TokenKind.End ? "The pattern ends" : PatternScanner.Quote(text.AsSpan(token.Position, token.Length)) + " stands")} where {expected}.", rule, next);

    private void Take(TokenKind kind, string expected, string rule, string next)
    {
        if (token.Kind != kind) throw Unexpected(expected, rule, next);
        Move();
    }

    private string KeywordHint() => token.Kind == TokenKind.Word && token.Text.Any(char.IsAsciiLetterLower)
        ? $"Key words are in capitals: {token.Text.ToUpperInvariant()}." : "Join expressions with AND, OR or FOLLOWEDBY.";

    // Observation expressions: AND binds tighter than OR, OR tighter than FOLLOWEDBY (9.5.3).

    private ObservationExpression FollowedBys() => Joined("FOLLOWEDBY", ObservationOrs, parts => new FollowedBy(parts));

    private ObservationExpression ObservationOrs() => Joined("OR", ObservationAnds, parts => new ObservationOr(parts));

    private ObservationExpression ObservationAnds() => Joined("AND", Qualified, parts => new ObservationAnd(parts));

    private T Joined<T>(string word, Func<T> part, Func<IReadOnlyList<T>, T> join)
    {
        var first = part();
        if (!Is(word)) return first;
        var parts = new List<T> { first };
        while (Is(word))
        {
            Move();
            parts.Add(part());
        }

        return join(parts);
    }

    private ObservationExpression Qualified()
    {
        var expression = Single();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (token.Kind == TokenKind.Word)
        {
            var at = token.Position;
            var word = token.Text;
            if (word is not ("WITHIN" or "START" or "REPEATS")) break;
            if (!seen.Add(word))
                throw new PatternException(at, $"{word} qualifies the same expression twice.", "STIX 2.1, 9.5.1", "Put the first in parentheses, or take one out.");
            Move();
            expression = word switch
            {
                "WITHIN" => WithinAfter(expression),
                "START" => StartAfter(expression),
                _ => RepeatsAfter(expression, at),
            };
        }

        return expression;
    }

    private ObservationExpression Single()
    {
        if (token.Kind == TokenKind.LeftBracket)
        {
            tests++;
            Move();
            var comparison = ComparisonOrs();
            if (token.Kind != TokenKind.RightBracket) throw Unexpected("AND, OR or ] is expected", "STIX 2.1, 9.5", KeywordHint());
            Move();
            if (CanNeverMatch(comparison, out var types))
                remarks.Add($"No object is both {types[0]} and {types[1]}, so this can never match: AND within one pair of brackets speaks of one object (STIX 2.1, 9.6).");
            return new ObservationTest(comparison);
        }

        if (token.Kind == TokenKind.LeftParenthesis)
        {
            Deeper();
            Move();
            var inner = FollowedBys();
            Take(TokenKind.RightParenthesis, "AND, OR, FOLLOWEDBY, a qualifier or ) is expected", "STIX 2.1, 9.5.3", "Close the parenthesis.");
            depth--;
            return inner;
        }

        throw Unexpected("[ or ( is expected", "STIX 2.1, 9.5", "Put comparisons in brackets: [file:size = 10].");
    }

    private void Deeper()
    {
        if (++depth > PatternLimits.Depth)
            throw new PatternException(token.Position, $"More than {PatternLimits.Depth} parentheses are inside one another.", "docs/watch.md, limits", "Simplify the pattern.");
    }

    private Within WithinAfter(ObservationExpression inner)
    {
        if (token.Kind is not (TokenKind.Integer or TokenKind.Fraction)) throw Unexpected("a number of seconds is expected", "STIX 2.1, 9.5.1", "Write WITHIN 300 SECONDS.");
        var seconds = NumberHere();
        if (seconds <= 0) throw new PatternException(token.Position, "The window is not longer than zero.", "STIX 2.1, 9.5.1", "Write a positive number of seconds.");
        if (seconds > (decimal)TimeSpan.MaxValue.TotalSeconds / 4) throw new PatternException(token.Position, "The window is longer than can be counted.", "docs/watch.md, limits", "Leave the qualifier out.");
        Move();
        if (!Is("SECONDS")) throw Unexpected("SECONDS is expected", "STIX 2.1, 9.5.1", "Seconds are the only unit.");
        Move();
        return new(inner, TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)));
    }

    private StartStop StartAfter(ObservationExpression inner)
    {
        var from = Instant("START");
        if (!Is("STOP")) throw Unexpected("STOP is expected", "STIX 2.1, 9.5.1", "Write START t'…' STOP t'…'.");
        Move();
        var at = token.Position;
        var until = Instant("STOP");
        if (until <= from) throw new PatternException(at, "STOP is not later than START.", "STIX 2.1, 9.5.1", "The window is from START up to, but not including, STOP.");
        return new(inner, from, until);
    }

    private DateTimeOffset Instant(string word)
    {
        if (token.Kind == TokenKind.Text && StixTime.TryRead(token.Text, out var old))
        {
            remarks.Add($"The time after {word} is written as in STIX 2.0, without t before the quote.");
            Move();
            return old;
        }

        if (token.Kind != TokenKind.Time) throw Unexpected("a time is expected", "STIX 2.1, 9.5.1", $"Write {word} t'2026-01-31T08:00:00Z'.");
        var time = TimeHere();
        Move();
        return time;
    }

    private Repeats RepeatsAfter(ObservationExpression inner, int at)
    {
        if (token.Kind != TokenKind.Integer) throw Unexpected("a whole number is expected", "STIX 2.1, 9.5.1", "Write REPEATS 5 TIMES.");
        var times = NumberHere();
        if (times < 1 || token.Text[0] == '-') throw new PatternException(token.Position, "The number of repeats is not positive.", "STIX 2.1, 9.5.1", "Write 1 or more.");
        if (times > PatternLimits.Repeats) throw new PatternException(token.Position, string.Create(CultureInfo.InvariantCulture, $"More than {PatternLimits.Repeats} repeats are not looked for."), "docs/watch.md, limits", "Write a smaller number.");
        Move();
        if (!Is("TIMES")) throw Unexpected("TIMES is expected", "STIX 2.1, 9.5.1", "Write REPEATS 5 TIMES.");
        Move();
        repeats.Add((at, (int)times));
        return new(inner, (int)times);
    }

    private void CheckSize(ObservationExpression root)
    {
        var needs = Needed(root);
        var most = tests == 1 && repeats.Count <= 1 ? PatternLimits.Repeats : PatternLimits.Observations;
        if (needs > most)
            throw new PatternException(repeats.Count > 0 ? repeats.MaxBy(r => r.Times).Position : 0,
                string.Create(CultureInfo.InvariantCulture, $"A match would need {needs:0} observations; at most {most} are looked for."), "docs/watch.md, limits", "Lower REPEATS, or split the pattern.");
    }

    private static double Needed(ObservationExpression expression) => expression switch
    {
        ObservationAnd and => and.Parts.Sum(Needed),
        FollowedBy followed => followed.Parts.Sum(Needed),
        ObservationOr or => or.Parts.Max(Needed),
        Within within => Needed(within.Inner),
        StartStop window => Needed(window.Inner),
        Repeats repeated => repeated.Times * Needed(repeated.Inner),
        _ => 1,
    };

    // Comparison expressions.

    private ComparisonExpression ComparisonOrs() => Joined("OR", ComparisonAnds, parts => new ComparisonOr(parts));

    private ComparisonExpression ComparisonAnds() => Joined("AND", Comparison, parts => new ComparisonAnd(parts));

    private ComparisonExpression Comparison()
    {
        if (token.Kind == TokenKind.LeftParenthesis)
        {
            Deeper();
            Move();
            var inner = ComparisonOrs();
            Take(TokenKind.RightParenthesis, "AND, OR or ) is expected", "STIX 2.1, 9.6", "Close the parenthesis.");
            depth--;
            return inner;
        }

        if (Is("NOT"))
        {
            Move();
            if (!Is("EXISTS")) throw Unexpected("EXISTS is expected", "STIX 2.1, 9.6.1", "NOT stands before the operator, after the path: [file:size NOT = 10].");
            Move();
            return new PropertyTest(Path(), ComparisonOperator.Exists, true, []);
        }

        if (Is("EXISTS"))
        {
            Move();
            return new PropertyTest(Path(), ComparisonOperator.Exists, false, []);
        }

        var path = Path();
        var negated = Is("NOT");
        if (negated) Move();
        var at = token;
        var how = Operator();
        Move();
        return how switch
        {
            ComparisonOperator.In => new(path, how, negated, Set()),
            ComparisonOperator.Equal or ComparisonOperator.NotEqual => new PropertyTest(path, how, negated, [Primitive(orderable: false)]),
            ComparisonOperator.Like or ComparisonOperator.Matches or ComparisonOperator.IsSubset or ComparisonOperator.IsSuperset => new(path, how, negated, [TextFor(how, at.Text)]),
            _ => new(path, how, negated, [Primitive(orderable: true)]),
        };
    }

    private ComparisonOperator Operator() => token.Kind switch
    {
        TokenKind.Equal => ComparisonOperator.Equal,
        TokenKind.NotEqual => ComparisonOperator.NotEqual,
        TokenKind.Less => ComparisonOperator.Less,
        TokenKind.LessOrEqual => ComparisonOperator.LessOrEqual,
        TokenKind.Greater => ComparisonOperator.Greater,
        TokenKind.GreaterOrEqual => ComparisonOperator.GreaterOrEqual,
        TokenKind.Word => token.Text switch
        {
            "IN" => ComparisonOperator.In,
            "LIKE" => ComparisonOperator.Like,
            "MATCHES" => ComparisonOperator.Matches,
            "ISSUBSET" => ComparisonOperator.IsSubset,
            "ISSUPERSET" => ComparisonOperator.IsSuperset,
            _ => throw Unexpected("a comparison operator is expected", "STIX 2.1, 9.6.1", "Operators are =, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET and ISSUPERSET, in capitals."),
        },
        _ => throw Unexpected("a comparison operator is expected", "STIX 2.1, 9.6.1", "Operators are =, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET and ISSUPERSET, in capitals."),
    };

    private ObjectPath Path()
    {
        if (token.Kind != TokenKind.Word) throw Unexpected("an object's type is expected", "STIX 2.1, 9.7", "Write type:property, e.g. file:name.");
        var type = token.Text;
        Move();
        Take(TokenKind.Colon, "a colon is expected after the object's type", "STIX 2.1, 9.7", "Write type:property, e.g. file:name.");
        var steps = new List<PathStep> { Key() };
        while (true)
        {
            if (token.Kind == TokenKind.Dot)
            {
                Move();
                steps.Add(Key());
            }
            else if (token.Kind == TokenKind.LeftBracket)
            {
                Move();
                if (token.Kind == TokenKind.Asterisk) steps.Add(new AnyStep());
                else if (token.Kind == TokenKind.Integer && token.Text[0] != '-' && int.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)) steps.Add(new IndexStep(index));
                else throw Unexpected("an item's number from 0, or *, is expected", "STIX 2.1, 9.7.2", "Write [0] or [*].");
                Move();
                Take(TokenKind.RightBracket, "] is expected", "STIX 2.1, 9.7.2", "Close the bracket.");
            }
            else
            {
                return new(type, steps);
            }
        }
    }

    private KeyStep Key()
    {
        if (token.Kind == TokenKind.Text)
        {
            var quoted = new KeyStep(token.Text);
            Move();
            return quoted;
        }

        if (token.Kind != TokenKind.Word) throw Unexpected("a property's name is expected", "STIX 2.1, 9.7", "Names of letters, digits and _ stand bare, all others in single quotes.");
        if (PatternScanner.NeedsQuotes(token.Text))
            throw new PatternException(token.Position, $"The property's name {PatternScanner.Quote(token.Text)} has a hyphen and no quotes.", "STIX 2.1, 9.7", $"Write '{token.Text}'.");
        var key = new KeyStep(token.Text);
        Move();
        return key;
    }

    // Constants (9.2).

    private List<Constant> Set()
    {
        Take(TokenKind.LeftParenthesis, "( is expected after IN", "STIX 2.1, 9.2", "Write IN ('a', 'b').");
        var values = new List<Constant>();
        if (token.Kind != TokenKind.RightParenthesis)
        {
            while (true)
            {
                var at = token.Position;
                values.Add(Primitive(orderable: false));
                if (values[^1].GetType() != values[0].GetType())
                    throw new PatternException(at, "The set holds constants of different types.", "STIX 2.1, 9.2", "Write two comparisons joined by OR.");
                if (token.Kind != TokenKind.Comma) break;
                Move();
            }
        }

        Take(TokenKind.RightParenthesis, "a comma or ) is expected", "STIX 2.1, 9.2", "Close the set.");
        return values;
    }

    private TextConstant TextFor(ComparisonOperator how, string word)
    {
        if (token.Kind != TokenKind.Text) throw Unexpected($"text in single quotes is expected after {word}", "STIX 2.1, 9.6.1", $"Write {word} 'text'.");
        if (how is ComparisonOperator.IsSubset or ComparisonOperator.IsSuperset && !Network.TryParse(token.Text, out _))
            throw new PatternException(token.Position, $"{PatternScanner.Quote(token.Text)} is neither an IP address nor a network.", "STIX 2.1, 9.6.1", "Write an address or a network in CIDR form, e.g. '198.51.100.0/24'.");
        if (how == ComparisonOperator.Matches)
        {
            try
            {
                RegularExpression.Compile(token.Text);
            }
            catch (RegexParseException e)
            {
                throw new PatternException(token.Position, $"The regular expression cannot be read at its character {e.Offset.ToString(CultureInfo.InvariantCulture)}: {e.Error}.", "STIX 2.1, 9.6.1 (PCRE)", "Mend the expression; docs/watch.md says what is not read.");
            }
            catch (ArgumentException e)
            {
                throw new PatternException(token.Position, $"The regular expression cannot be used: {e.Message}", "STIX 2.1, 9.6.1 (PCRE)", "Mend the expression; docs/watch.md says what is not read.");
            }
        }

        var constant = new TextConstant(token.Text);
        Move();
        return constant;
    }

    private Constant Primitive(bool orderable)
    {
        Constant constant = token.Kind switch
        {
            TokenKind.Text => new TextConstant(token.Text),
            TokenKind.Integer or TokenKind.Fraction => new NumberConstant(NumberHere()),
            TokenKind.Time => new TimeConstant(TimeHere()),
            TokenKind.Hex => new BytesConstant(HexHere()),
            TokenKind.Binary => new BytesConstant(Base64Here()),
            TokenKind.Word when token.Text is "true" or "false" && orderable => throw Unexpected("a constant that has an order is expected", "STIX 2.1, 9.6.1", "Compare true and false with = or !=."),
            TokenKind.Word when token.Text is "true" or "false" => new TruthConstant(token.Text == "true"),
            _ => throw Unexpected("a constant is expected", "STIX 2.1, 9.2", "Text stands in single quotes."),
        };
        Move();
        return constant;
    }

    private decimal NumberHere() => decimal.TryParse(token.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new PatternException(token.Position, $"{PatternScanner.Quote(token.Text)} is a number with more digits than can be held.", "STIX 2.1, 9.2", "Write at most 28 digits.");

    private DateTimeOffset TimeHere() => StixTime.TryRead(token.Text, out var time)
        ? time
        : throw new PatternException(token.Position, $"{PatternScanner.Quote(token.Text)} is no time.", "STIX 2.1, 9.2", "Write t'2026-01-31T08:00:00Z', with Z and a day of the calendar.");

    private byte[] HexHere()
    {
        try
        {
            return Convert.FromHexString(token.Text);
        }
        catch (FormatException)
        {
            throw new PatternException(token.Position, $"{PatternScanner.Quote(token.Text)} is not hexadecimal.", "STIX 2.1, 9.2", "Write pairs of 0-9 and a-f.");
        }
    }

    private byte[] Base64Here()
    {
        try
        {
            return Convert.FromBase64String(token.Text);
        }
        catch (FormatException)
        {
            throw new PatternException(token.Position, $"{PatternScanner.Quote(token.Text)} is not Base64.", "STIX 2.1, 9.2 (RFC 4648)", "Write it with its padding.");
        }
    }

    /// <summary>Whether no object can satisfy the comparison because every alternative asks for two types of object at once.</summary>
    private static bool CanNeverMatch(ComparisonExpression comparison, out string[] types)
    {
        types = [];
        var possible = Types(comparison);
        if (possible.Count > 0) return false;
        types = [.. All(comparison).Distinct(StringComparer.Ordinal).Take(2)];
        return types.Length == 2;

        static HashSet<string> Types(ComparisonExpression c) => c switch
        {
            PropertyTest test => [test.Path.Type],
            ComparisonOr or => [.. or.Parts.SelectMany(Types)],
            ComparisonAnd and => and.Parts.Select(Types).Aggregate((a, b) => [.. a.Intersect(b)]),
            _ => [],
        };

        static IEnumerable<string> All(ComparisonExpression c) => c switch
        {
            PropertyTest test => [test.Path.Type],
            ComparisonOr or => or.Parts.SelectMany(All),
            ComparisonAnd and => and.Parts.SelectMany(All),
            _ => [],
        };
    }
}
