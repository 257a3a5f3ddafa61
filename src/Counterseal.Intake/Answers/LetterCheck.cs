using Fluid.Ast;
using Fluid.Ast.BinaryExpressions;
using Fluid.Parser;
using Fluid.Values;

namespace Counterseal.Intake;

/// <summary>Holds a parsed template against the model: every member there, of the right shape, and allowed to go to this reader. Once, when the folder is read.</summary>
internal sealed class LetterCheck
{
    private readonly LetterSource _source;
    private readonly LetterReaders _to;
    private readonly IReadOnlyCollection<string> _parts;

    // The engine keeps no lines. Its tree is walked in the order of the source, so the next tag that holds a name is the one.
    private int _tag;
    private int _met;

    private LetterCheck(LetterSource source, LetterReaders to, IReadOnlyCollection<string> parts) => (_source, _to, _parts) = (source, to, parts);

    /// <summary>Checks it, and gives the parts that it uses.</summary>
    public static IReadOnlyList<string> Check(LetterSource source, IReadOnlyList<Statement> statements, LetterReaders to, LetterShape.Group model, IReadOnlyCollection<string> parts)
    {
        var used = new List<string>();
        var check = new LetterCheck(source, to, parts);
        check.Walk(statements, model.Members, used);
        // What the engine did not understand it may leave out without a word.
        var tags = source.Tags.Count(t => !t.Code.TrimStart().StartsWith("end", StringComparison.Ordinal));
        return check._met == tags ? used : throw new LetterException($"has {tags} values and tags, of which only {check._met} are understood; look for a tag that is not written right", source.File);
    }

    private void Walk(IEnumerable<Statement> statements, IReadOnlyDictionary<string, LetterShape.Member> scope, List<string> used)
    {
        foreach (var statement in statements)
        {
            switch (statement)
            {
                case TextSpanStatement or CommentStatement:
                    break;
                case OutputStatement { Expression: MemberExpression path }:
                    if (Find(path, scope, out var line) is not (LetterShape.Words or LetterShape.Quotation or LetterShape.Number) and var shape)
                        throw _source.At(line, $"'{Text(path)}' is {shape.Word}; it cannot be printed, only {(shape is LetterShape.List ? "gone through with {% for %}" : shape is LetterShape.Group ? "asked for one of its members" : "used in {% if %}")}");
                    Passed();
                    break;
                case IfStatement branch:
                    Branch(branch.Condition, branch.Statements, scope, used);
                    foreach (var other in branch.ElseIfs) Branch(other.Condition, other.Statements, scope, used);
                    Else(branch.Else, scope, used);
                    break;
                case UnlessStatement branch:
                    Branch(branch.Condition, branch.Statements, scope, used);
                    Else(branch.Else, scope, used);
                    break;
                case ForStatement loop:
                    Loop(loop, scope, used);
                    break;
                case ParserTagStatement<string> { TagName: "part", Value: var part }:
                    var at = Next("part " + part);
                    if (!_parts.Contains(part)) throw _source.At(at, $"there is no part '{part}'; the folder parts/ has {Listed(_parts)}");
                    used.Add(part);
                    Passed();
                    break;
                default:
                    throw _source.At(Here, "holds something that letters do not have; print members of the model, and use if, elsif, else, unless, for, comment and part");
            }
        }
    }

    private void Branch(Expression condition, IReadOnlyList<Statement> statements, IReadOnlyDictionary<string, LetterShape.Member> scope, List<string> used)
    {
        Condition(condition, scope);
        Passed();
        Walk(statements, scope, used);
    }

    private void Else(ElseStatement? branch, IReadOnlyDictionary<string, LetterShape.Member> scope, List<string> used)
    {
        if (branch is null) return;
        Next("else");
        Passed();
        Walk(branch.Statements, scope, used);
    }

    // The tag reached is done with.
    private void Passed()
    {
        _tag++;
        _met++;
    }

    private void Loop(ForStatement loop, IReadOnlyDictionary<string, LetterShape.Member> scope, List<string> used)
    {
        if (loop.Source is not MemberExpression path) throw _source.At(Next("for"), "a loop goes through a list of the model; write {% for item in demand.items %}");
        var shape = Find(path, scope, out var line);
        if (shape is not LetterShape.List list) throw _source.At(line, $"'{Text(path)}' is {shape.Word} and not a list; loops go through lists");
        if (scope.ContainsKey(loop.Identifier) || loop.Identifier == "forloop") throw _source.At(line, $"'{loop.Identifier}' already has a meaning here; name the loop's entry otherwise");
        Passed();
        const LetterReaders All = LetterReaders.Authority | LetterReaders.Court;
        var inside = new Dictionary<string, LetterShape.Member>(scope, StringComparer.Ordinal)
        {
            [loop.Identifier] = new(list.Of, All, ""),
            ["forloop"] = new(new LetterShape.Group(new Dictionary<string, LetterShape.Member>(StringComparer.Ordinal)
            {
                ["index"] = new(new LetterShape.Number(), All, ""),
                ["first"] = new(new LetterShape.Flag(), All, ""),
                ["last"] = new(new LetterShape.Flag(), All, ""),
            }), All, ""),
        };
        Walk(loop.Statements, inside, used);
        Else(loop.Else, scope, used);
    }

    private void Condition(Expression expression, IReadOnlyDictionary<string, LetterShape.Member> scope)
    {
        switch (expression)
        {
            case MemberExpression path:
                if (Find(path, scope, out var line) is (LetterShape.Choice or LetterShape.Group or LetterShape.Number) and var shape)
                    throw _source.At(line, $"'{Text(path)}' is {shape.Word}; {(shape is LetterShape.Choice ? "compare it with one of them" : "it is neither true nor false")}");
                break;
            case EqualBinaryExpression or NotEqualBinaryExpression:
                var comparison = (BinaryExpression)expression;
                if (comparison is not { Left: MemberExpression left, Right: LiteralExpression { Value: StringValue word } })
                    throw _source.At(Next("="), "a comparison is a member and a word in quotes; write {% if route == \"mlat\" %}");
                if (Find(left, scope, out var at) is not LetterShape.Choice choice) throw _source.At(at, $"'{Text(left)}' is not one of a few words; ask only whether it is there");
                if (!choice.Of.Contains(word.ToStringValue())) throw _source.At(at, $"'{Text(left)}' is never \"{word.ToStringValue()}\"; it is {choice.Word}");
                break;
            case AndBinaryExpression or OrBinaryExpression:
                Condition(((BinaryExpression)expression).Left, scope);
                Condition(((BinaryExpression)expression).Right, scope);
                break;
            default:
                throw _source.At(Here, "a condition is members joined by and, or, each alone or compared with a word in quotes");
        }
    }

    private LetterShape Find(MemberExpression path, IReadOnlyDictionary<string, LetterShape.Member> scope, out int line)
    {
        line = Next(Text(path));
        LetterShape shape = new LetterShape.Group(scope);
        var said = "";
        foreach (var segment in path.Segments)
        {
            if (segment is not IdentifierSegment { Identifier: var name }) throw _source.At(line, $"'{Text(path)}' is not written as names with points between them");
            if (shape is not LetterShape.Group group) throw _source.At(line, $"'{said}' is {shape.Word} and has no members; take '.{name}' out");
            if (!group.Members.TryGetValue(name, out var member)) throw _source.At(line, $"{(said.Length == 0 ? "the model" : $"'{said}'")} has no member '{name}'; it has {Listed(group.Members.Keys)}");
            said += (said.Length == 0 ? "" : ".") + name;
            if (!member.To.HasFlag(_to)) throw _source.At(line, $"'{said}' does not go to {(_to == LetterReaders.Court ? "a court" : "an authority")}; take it out (docs/letters.md says what goes to whom)");
            shape = member.Shape;
        }
        return shape;
    }

    private int Here => _tag < _source.Tags.Count ? _source.Tags[_tag].Line : 0;

    // From the tag reached so far on; a tag may hold several names.
    private int Next(string text)
    {
        for (var i = _tag; i < _source.Tags.Count; i++)
        {
            if (!Holds(_source.Tags[i].Code, text)) continue;
            _tag = i;
            return _source.Tags[i].Line;
        }
        return 0;
    }

    private static bool Holds(string code, string text)
    {
        for (var at = code.IndexOf(text, StringComparison.Ordinal); at >= 0; at = code.IndexOf(text, at + 1, StringComparison.Ordinal))
            if ((at == 0 || !IsName(code[at - 1])) && (at + text.Length == code.Length || !IsName(code[at + text.Length]))) return true;
        return false;
    }

    private static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';

    private static string Text(MemberExpression path) => string.Join('.', path.Segments.Select(s => s is IdentifierSegment { Identifier: var name } ? name : "?"));

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";
}
