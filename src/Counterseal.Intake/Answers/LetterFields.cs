using Fluid.Values;

namespace Counterseal.Intake;

/// <summary>
/// Members of a thing, each declared once: its name, its shape, to whom it may go, where its value comes from. The templates are held
/// against the same declaration that their values are made by.
/// </summary>
internal sealed class LetterFields<T>
{
    private const LetterReaders All = LetterReaders.Authority | LetterReaders.Court;

    private readonly Dictionary<string, LetterShape.Member> _members = new(StringComparer.Ordinal);
    private readonly List<(string Name, Func<T, FluidValue> Of)> _values = [];

    public LetterShape.Group Shape => new(_members);

    public LetterValue.Group Value(T of) => new(_values.ToDictionary(v => v.Name, v => v.Of(of), StringComparer.Ordinal));

    /// <summary>A line of ours or of the rule book; <paramref name="gap"/> is what counsel completes where there is none.</summary>
    public LetterFields<T> Ours(string name, string meaning, Func<T, string?> of, string gap, LetterReaders to = All) =>
        Add(name, new LetterShape.Words(false), to, meaning, t => of(t) is { } text && Legible.Line(text).Length > 0 ? new LetterValue.Ours(text) : new LetterValue.Gap(gap));

    /// <summary>A line of the demand.</summary>
    public LetterFields<T> Theirs(string name, string meaning, Func<T, string?> of, string gap, LetterReaders to = All) =>
        Add(name, new LetterShape.Words(true), to, meaning, t => Line("", of(t), "", gap));

    /// <summary>A line of the demand between words of ours.</summary>
    public LetterFields<T> Theirs(string name, string meaning, Func<T, (string Before, string Text, string After)> of, string gap, LetterReaders to = All) =>
        Add(name, new LetterShape.Words(true), to, meaning, t => of(t) is var (before, text, after) ? Line(before, text, after, gap) : new LetterValue.Gap(gap));

    /// <summary>A text of the demand.</summary>
    public LetterFields<T> Quotation(string name, string meaning, Func<T, string?> of, string gap, LetterReaders to = All) =>
        Add(name, new LetterShape.Quotation(), to, meaning, t => of(t) is { } text && Legible.Text(text).Length > 0 ? new LetterValue.Quotation(text) : new LetterValue.Gap(gap));

    public LetterFields<T> Flag(string name, string meaning, Func<T, bool> of, LetterReaders to = All) =>
        Add(name, new LetterShape.Flag(), to, meaning, t => new LetterValue.Flag(of(t)));

    public LetterFields<T> Choice(string name, string meaning, IReadOnlyList<string> words, Func<T, string> of, LetterReaders to = All) =>
        Add(name, new LetterShape.Choice(words), to, meaning, t => new LetterValue.Choice(of(t)));

    public LetterFields<T> List<TEntry>(string name, string meaning, Func<T, IEnumerable<TEntry>> of, LetterFields<TEntry> entry, LetterReaders to = All) =>
        Add(name, new LetterShape.List(entry.Shape), to, meaning, t => new LetterValue.List([.. of(t).Select(entry.Value)]));

    public LetterFields<T> Group<TInner>(string name, string meaning, Func<T, TInner> of, LetterFields<TInner> inner, LetterReaders to = All) =>
        Add(name, inner.Shape, to, meaning, t => inner.Value(of(t)));

    private static LetterValue Line(string before, string? text, string after, string gap) =>
        text is not null && Legible.Line(text).Length > 0 ? new LetterValue.Theirs(before, text, after) : new LetterValue.Gap(gap);

    private LetterFields<T> Add(string name, LetterShape shape, LetterReaders to, string meaning, Func<T, FluidValue> of)
    {
        _members.Add(name, new(shape, to, meaning));
        _values.Add((name, of));
        return this;
    }
}
