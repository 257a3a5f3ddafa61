using System.Text.RegularExpressions;
using Counterseal.Law;
using Fluid;
using Fluid.Ast;

namespace Counterseal.Intake;

/// <summary>
/// The folder of letters: Liquid templates that counsel keeps. Read whole or not at all; each is held against the model before anything is
/// drafted. A template reaches the model, the parts beside it, and nothing else.
/// </summary>
public sealed partial class Letters
{
    /// <summary>Files of one folder, parts included.</summary>
    public const int MostFiles = 64;

    // Text, values, branches and rounds of loops of one draft; a demand of a thousand identifiers needs some ten thousand.
    private const int MostSteps = 500_000;

    private readonly Dictionary<string, Template> _letters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Template> _parts = new(StringComparer.Ordinal);
    private readonly FluidParser _parser = new();
    private readonly TemplateOptions _options = new() { MaxSteps = MostSteps, MaxRecursion = 20, ModelNamesComparer = StringComparer.Ordinal, StrictFilters = true };

    private sealed record Template(LetterSource Source, IFluidTemplate Parsed)
    {
        public IReadOnlyList<Statement> Statements => ((IStatementList)Parsed).Statements;
    }

    private Letters()
    {
        // The grammar itself knows no more than letters need: no assignments, includes, ranges, filters or calculations.
        foreach (var tag in _parser.RegisteredTags.Keys.Except(["if", "unless", "for", "comment"]).ToList()) _parser.RegisteredTags.Remove(tag);
        foreach (var sign in _parser.RegisteredOperators.Keys.Except(["==", "!="]).ToList()) _parser.RegisteredOperators.Remove(sign);
        _parser.RegisterIdentifierTag("part", (name, writer, encoder, context) => _parts[name].Statements.RenderStatementsAsync(writer, encoder, context));
    }

    /// <summary>The letters by their names, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _letters.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What a template can reach: path, what it is, to whom it may go, what it means.</summary>
    public static IReadOnlyList<LetterMember> Members { get; } = [.. Flat("", LetterModel.Fields.Shape, LetterReaders.Authority | LetterReaders.Court)];

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Folder with <c>*.liquid</c>, <c>parts/*.liquid</c> and README.md.</param>
    /// <exception cref="LetterException">A file cannot be used: names file, line and what to do.</exception>
    public static Letters Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new LetterException("is not a folder; name the folder that holds the letters", folder);
        var files = new List<(string, byte[])>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (Directory.Exists(path) && name == "parts") files.AddRange(Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal).Select(inside => Bytes("parts/" + Path.GetFileName(inside), inside)));
            else if (name != "README.md") files.Add(Bytes(name, path));
        }
        return Read(files);
    }

    /// <summary>Reads the letters from their files' bytes.</summary>
    /// <param name="files">Names relative to the folder, with <c>/</c>, and bytes.</param>
    /// <exception cref="LetterException">A file cannot be used: names file, line and what to do.</exception>
    public static Letters Read(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var letters = new Letters();
        var ordered = files.OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (ordered.Count > MostFiles) throw new LetterException($"the folder has {ordered.Count} files, the most is {MostFiles}", ordered[MostFiles].Name);
        foreach (var (file, bytes) in ordered)
        {
            if (FileName().Match(file) is not { Success: true } name) throw new LetterException("does not belong with the letters; they are files like refusal.liquid and parts/head.liquid, and README.md", file);
            var part = name.Groups["part"].Success;
            if (!(part ? letters._parts : letters._letters).TryAdd(name.Groups["name"].Value, letters.Parse(LetterSource.Read(file, bytes, part)))) throw new LetterException("is given twice", file);
        }
        foreach (var letter in letters._letters.Values) letters.Check(letter);
        return letters;
    }

    /// <summary>What does not fit a rule book: grounds that name a letter which is not here. One plain sentence each; empty when all fit.</summary>
    public IReadOnlyList<string> Mistakes(RuleBook book) =>
        [.. book.Grounds.Values.Where(g => !_letters.ContainsKey(g.Letter)).OrderBy(g => g.Id, StringComparer.Ordinal)
            .Select(g => $"The ground '{g.Id}' names the letter '{g.Letter}', which is not here; the letters are {string.Join(", ", Names)}.")];

    /// <summary>Drafts a letter.</summary>
    /// <param name="matter">What it is drafted from.</param>
    /// <param name="letter">The letter; <c>null</c> for the one that <paramref name="ground"/> names, or that the matter calls for most.</param>
    /// <param name="ground">The one ground to give; <c>null</c> for all those whose letter it is.</param>
    /// <param name="format">How it is written.</param>
    /// <exception cref="LetterException">There is no such letter or ground, nothing is called for, or the draft grows beyond its bounds.</exception>
    public Draft Write(Matter matter, string? letter = null, string? ground = null, DraftFormat format = DraftFormat.Markdown)
    {
        var declared = ground is null ? null : matter.Grounds.GetValueOrDefault(ground)
            ?? throw new LetterException($"the rule book has no ground '{Remarks.Printable(ground, 60)}'; it has {Listed(matter.Grounds.Keys)}", "ground");
        var name = letter ?? declared?.Letter ?? (matter.CalledFor.Count > 0 ? matter.CalledFor[0] : null)
            ?? throw new LetterException($"nothing of this demand calls for a letter{(matter.Caution is { } caution ? $" ({caution})" : "")}; name one of {Listed(Names)}", "letter");
        if (!_letters.TryGetValue(name, out var template)) throw new LetterException($"there is no letter '{Remarks.Printable(name, 60)}'; the folder has {Listed(Names)}", "letter");

        IReadOnlyList<Said> objections = declared is not null
            ? matter.Objections.Where(o => o.Ground == declared.Id).DefaultIfEmpty(new(declared.Name, null, declared.Citation) { Ground = declared.Id, Letter = declared.Letter }).ToList()
            : [.. matter.Objections.Where(o => o.Letter == name)];
        var annex3 = Annex3.Of(matter, ground);
        var sheet = new Sheet(template.Source.File, format);
        var context = new TemplateContext(_options);
        foreach (var (member, value) in LetterModel.Fields.Value(new(matter, objections, annex3)).Members) context.SetValue(member, value);
        try
        {
            // Nothing in a template waits: the sheet is memory.
            template.Parsed.RenderAsync(sheet, NullEncoder.Default, context).AsTask().GetAwaiter().GetResult();
        }
        catch (InvalidOperationException fault)
        {
            throw new LetterException($"takes more than {MostSteps} steps for this demand, or nests too deep ({fault.Message}); let it say less of each identifier", template.Source.File);
        }
        return new(name, To(template, name, annex3), format, sheet.Finish(), sheet.Gaps, [.. matter.CalledFor.Where(c => c != name)], matter.Book, matter.AsOf)
        {
            Annex3 = name == Annex3.Letter ? annex3 : null,
            Caution = matter.Caution,
        };
    }

    /// <summary>
    /// The letters that an assessment calls for, the most pressing first: a recall, the way elsewhere where that is the decision, the grounds,
    /// the decision itself, questions. To the sender of a forged demand nothing is written but a recall, and that only where something left.
    /// </summary>
    internal static IReadOnlyList<string> CalledFor(Assessment assessment, IReadOnlyList<Said> objections, bool asks, bool forged)
    {
        var letters = new List<string>();
        var recalled = assessment.Duties.Any(d => d.Do == DutyKind.Recall);
        if (forged) return recalled ? ["recall"] : [];
        var elsewhere = assessment.Route.To switch
        {
            RouteKind.Customer or RouteKind.OtherEstablishment or RouteKind.EnforcingAuthority => "redirect",
            RouteKind.Mlat or RouteKind.ExecutiveAgreement => "mlat",
            _ => null,
        };
        if (recalled) letters.Add("recall");
        if (assessment.Proposed == Decision.Redirect) letters.Add(elsewhere ?? "redirect");
        letters.AddRange(objections.Select(o => o.Letter).OfType<string>().Where(l => l != "recall" || recalled));
        if (elsewhere is not null) letters.Add(elsewhere);
        if (assessment.Proposed == Decision.Challenge) letters.Add("objection");
        if (assessment.Proposed is Decision.Reject or Decision.ComplyInPart) letters.Add("refusal");
        if (asks) letters.Add("clarification");
        return [.. letters.Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<Recipient> To(Template template, string name, Annex3 annex3) =>
        template.Source.To == LetterReaders.Court ? [Recipient.Court] : name == Annex3.Letter ? annex3.To : [Recipient.IssuingAuthority];

    private Template Parse(LetterSource source)
    {
        try
        {
            return _parser.TryParse(source.Prepared, out var parsed, out var error) && parsed is not null
                ? new(source, parsed)
                : throw source.At(LineOf(error), $"is not a template: {Remarks.Printable(error?.Split('\n')[0] ?? "a tag has more in it than belongs there", 200)}; mend that line");
        }
        catch (ArgumentException odd)
        {
            throw source.At(0, $"is not a template: {Remarks.Printable(odd.Message, 200)}; mend it");
        }
    }

    private void Check(Template letter)
    {
        var checkedParts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in LetterCheck.Check(letter.Source, letter.Statements, letter.Source.To!.Value, LetterModel.Fields.Shape, _parts.Keys))
        {
            if (!checkedParts.Add(part)) continue;
            // A part uses no part: so none can use itself.
            LetterCheck.Check(_parts[part].Source, _parts[part].Statements, letter.Source.To!.Value, LetterModel.Fields.Shape, []);
        }
    }

    private static int LineOf(string? error) => error is not null && Position().Match(error) is { Success: true } at ? int.Parse(at.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private static (string, byte[]) Bytes(string name, string path)
    {
        if (Directory.Exists(path)) throw new LetterException("is a folder; the only one beside the letters is parts/", name);
        var file = new FileInfo(path);
        if (file.LinkTarget is not null) throw new LetterException("is a link; put the file itself into the folder", name);
        var length = file.Length;
        return length > LetterSource.MostBytes ? throw new LetterException($"has {length} bytes, the most is {LetterSource.MostBytes}; shorten it", name) : (name, File.ReadAllBytes(path));
    }

    private static IEnumerable<LetterMember> Flat(string before, LetterShape.Group group, LetterReaders to)
    {
        foreach (var (name, member) in group.Members)
        {
            yield return new(before + name, member.Shape.Word, member.To & to, member.Meaning);
            var inner = member.Shape is LetterShape.List list ? list.Of : member.Shape;
            if (inner is LetterShape.Group members)
                foreach (var deeper in Flat(before + name + (member.Shape is LetterShape.List ? "[]." : "."), members, member.To & to)) yield return deeper;
        }
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";

    [GeneratedRegex(@"\A(?<part>parts/)?(?<name>[a-z][a-z0-9]{0,31})\.liquid\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex(@"at \((\d+):\d+\)", RegexOptions.CultureInvariant)]
    private static partial Regex Position();
}

/// <summary>A member of the model that templates reach.</summary>
/// <param name="Path">E.g. <c>demand.items[].selector</c>; <c>[]</c> stands behind a list.</param>
/// <param name="Shape">What it is.</param>
/// <param name="To">To whom it may go.</param>
/// <param name="Meaning">Plain words.</param>
public sealed record LetterMember(string Path, string Shape, LetterReaders To, string Meaning);
