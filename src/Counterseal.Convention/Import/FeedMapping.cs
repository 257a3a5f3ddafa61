using System.Collections.Frozen;
using System.Security.Cryptography;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>How a cell is read.</summary>
internal enum CellForm
{
    Text,
    List,
    Number,
    Date,
    States,
    Cow,
    Words,
    Flag,
    Url,
}

/// <summary>An order of the parts of a date.</summary>
internal enum DateOrder
{
    Iso,
    Mdy,
    Dmy,
    Day,
}

/// <summary>What a value is read from: columns, or a fixed text.</summary>
internal sealed record CellMapping(IReadOnlyList<string> Columns, CellForm As, string? Value, IReadOnlyList<DateOrder> Orders, FrozenDictionary<string, string>? Words, FrozenSet<string>? Only, string? Except, string? Word)
{
    /// <summary>Places of the columns in the file; set when the header is read.</summary>
    public int[] Places { get; set; } = [];

    /// <summary>The place of the column that is excepted, or -1.</summary>
    public int ExceptPlace { get; set; } = -1;
}

/// <summary>How attributions are read from a row.</summary>
internal sealed record AttributionMapping(bool Each, CellMapping? By, CellMapping? ByState, CellMapping? Basis, CellMapping? Date, CellMapping? Accused, CellMapping? Actor, CellMapping? Confidence)
{
    public IEnumerable<CellMapping> Cells => new[] { By, ByState, Basis, Date, Accused, Actor, Confidence }.OfType<CellMapping>();
}

/// <summary>What the columns of one file mean.</summary>
internal sealed record FileMapping(
    string Name, IReadOnlyList<string> Columns, bool More, CellMapping? Key, IReadOnlyList<string> MadeOf, CellMapping? Of, CellMapping? Title, CellMapping? Summary, CellMapping? Start, CellMapping? End, IReadOnlyList<CellMapping> Types,
    CellMapping? VictimStates, CellMapping? VictimKinds, CellMapping? VictimAlso, IReadOnlyList<AttributionMapping> Attributions, CellMapping? Response, IReadOnlyList<CellMapping> Sources)
{
    /// <summary>The file's own columns, in its order; set when the header is read.</summary>
    public string[] Header { get; set; } = [];

    public int[] MadeOfPlaces { get; set; } = [];

    private IEnumerable<CellMapping> Cells =>
        new[] { Key, Of, Title, Summary, Start, End, VictimStates, VictimKinds, VictimAlso, Response }.OfType<CellMapping>().Concat(Types).Concat(Sources).Concat(Attributions.SelectMany(a => a.Cells));

    /// <summary>Finds the columns in a header.</summary>
    /// <returns>This file's mapping with places, for one reading.</returns>
    /// <exception cref="FormatException">A column is not there, twice there, or not known.</exception>
    public FileMapping Bind(string[] header, string file)
    {
        header = [.. header.Select(name => name.Trim())];
        var missing = Columns.Where(name => !header.Contains(name)).ToList();
        if (missing.Count > 0)
            throw new FormatException($"{file}, line 1: the columns {string.Join(", ", missing)} are not there; the file is not of the shape of this mapping ({Name}), or the mapping needs them written otherwise");
        var twice = header.Where(name => name.Length > 0).GroupBy(name => name).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        if (twice.Count > 0)
            throw new FormatException($"{file}, line 1: the column {twice[0]} is there twice, so nobody knows which is meant");
        if (!More && header.Except(Columns).ToList() is [var unknown, ..])
            throw new FormatException($"{file}, line 1: the column \"{unknown}\" is not in the mapping; add it there, or say \"more: true\"");
        // What is not among the columns that must be there may be missing; then it says nothing.
        int Place(string name) => Array.IndexOf(header, name);
        var bound = this with { Header = header, MadeOfPlaces = [.. MadeOf.Select(Place)] };
        foreach (var cell in Cells)
        {
            cell.Places = [.. cell.Columns.Select(Place)];
            cell.ExceptPlace = cell.Except is { } except ? Place(except) : -1;
        }
        return bound;
    }
}

/// <summary>What the files of a feed mean: data, in <c>mappings/*.yaml</c>, so that another shape is added without code. The form is in <c>docs/registry.md</c>.</summary>
public sealed class FeedMapping
{
    private static readonly FrozenDictionary<string, string> Nothing = FrozenDictionary<string, string>.Empty;

    private FeedMapping(string feed, string name, string digest) => (Feed, Name, Digest) = (feed, name, digest);

    /// <summary>The feed's id, with which its incidents' ids begin.</summary>
    public string Feed { get; }

    /// <summary>Its name, for people.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the mapping's bytes, in hex.</summary>
    public string Digest { get; }

    internal FrozenSet<string> Empty { get; private set; } = FrozenSet<string>.Empty;

    internal FrozenSet<string> Regions { get; private set; } = FrozenSet<string>.Empty;

    internal FileMapping Incidents { get; private set; } = null!;

    internal FileMapping? Receivers { get; private set; }

    internal FileMapping? Attributions { get; private set; }

    /// <summary>The mapping files of a registry's data folder, by feed.</summary>
    public static IEnumerable<string> Known(string folder) => Directory.GetFiles(Path.Combine(folder, "mappings"), "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    /// <summary>Reads a mapping.</summary>
    /// <exception cref="FormatException">Names file, line and what is wrong.</exception>
    public static FeedMapping Read(string file, byte[] bytes)
    {
        var note = YamlNote.Read(file, bytes);
        note.Only("feed", "name", "empty", "regions", "words", "files");
        var feed = note.Need("feed");
        if (!ClauseRef.Plain(feed.Text) || feed.Text.Contains('-', StringComparison.Ordinal))
            throw new FormatException($"{feed.Place}: a feed's id has letters and digits only: its incidents' ids begin with it and a hyphen");
        var mapping = new FeedMapping(feed.Text, note.Need("name").Text, Convert.ToHexStringLower(SHA256.HashData(bytes))) { Empty = Set(note.Get("empty")), Regions = Set(note.Get("regions")) };
        var words = Words(note.Get("words"));
        var files = note.Need("files");
        files.Only("incidents", "receivers", "attributions");
        mapping.Incidents = mapping.File(files.Need("incidents"), "incidents", words);
        mapping.Receivers = files.Get("receivers") is { } receivers ? mapping.File(receivers, "receivers", words) : null;
        mapping.Attributions = files.Get("attributions") is { } attributions ? mapping.File(attributions, "attributions", words) : null;
        return mapping;
    }

    private static FrozenSet<string> Set(YamlNote? list) => (list is { } note ? note.Items.Select(item => item.Text) : []).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static Dictionary<string, FrozenDictionary<string, string>> Words(YamlNote? note)
    {
        var sets = new Dictionary<string, FrozenDictionary<string, string>>(StringComparer.Ordinal) { [""] = Nothing };
        if (note is not { } all)
            return sets;
        all.Only("basis", "victims", "types");
        foreach (var (name, set) in all.Entries)
        {
            var known = name switch { "victims" => IncidentWords.Victims.Keys, "types" => IncidentWords.Types.Keys, _ => Enum.GetValues<AttributionBasis>().Select(YamlNote.Spelled) };
            var words = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (ours, theirs) in set.Entries)
            {
                if (!known.Contains(ours))
                    throw new FormatException($"{theirs.Place}: \"{ours}\" is none of {string.Join(", ", known)}");
                foreach (var word in theirs.Items)
                    if (!words.TryAdd(word.Text, ours))
                        throw new FormatException($"{word.Place}: \"{word.Text}\" stands there twice");
            }
            sets[name] = words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        }
        return sets;
    }

    private FileMapping File(YamlNote note, string what, Dictionary<string, FrozenDictionary<string, string>> words)
    {
        note.Only("columns", "more", "key", "of", "title", "summary", "start", "end", "types", "victims", "attributions", "response", "sources");
        var victims = note.Get("victims");
        victims?.Only("states", "kinds", "also");
        CellMapping? Cell(string name, YamlNote? within = null) => (within ?? note).Get(name) is { } cell ? Read(cell, words) : null;
        var key = note.Get("key");
        var made = key?.Get("made");
        var file = new FileMapping(
            $"{Name}, {what}", [.. note.Need("columns").Items.Select(c => c.Text.Trim())], note.Get("more") is { } more && InstrumentBook.Yes(more), made is null ? Cell("key") : null, made is { } of ? [.. of.Items.Select(c => c.Text)] : [], Cell("of"),
            Cell("title"), Cell("summary"), Cell("start"), Cell("end"), Cells("types"), victims is null ? null : Cell("states", victims), victims is null ? null : Cell("kinds", victims), victims is null ? null : Cell("also", victims),
            note.Get("attributions") is { } list ? [.. list.Items.Select(one => Attribution(one, words))] : [], Cell("response"), Cells("sources"));
        if (what == "incidents" ? (file.Key is null && file.MadeOf.Count == 0) || file.Title is null : file.Of is null)
            throw new FormatException($"{note.Place}: {(what == "incidents" ? "a key and a title are needed" : "\"of\" must say to which incident a row belongs")}");
        return file;

        CellMapping[] Cells(string name) => note.Get(name) is { } cells ? [.. cells.Items.Select(cell => Read(cell, words))] : [];
    }

    private static AttributionMapping Attribution(YamlNote note, Dictionary<string, FrozenDictionary<string, string>> words)
    {
        note.Only("each", "by", "byState", "basis", "date", "accused", "actor", "confidence");
        CellMapping? Cell(string name) => note.Get(name) is { } cell ? Read(cell, words) : null;
        var basis = Cell("basis");
        if (basis is { Value: { } fixedBasis } && !Enum.GetValues<AttributionBasis>().Select(YamlNote.Spelled).Contains(fixedBasis))
            throw new FormatException($"{note.Place}: \"{fixedBasis}\" is no basis");
        return new(note.Get("each") is { } each && InstrumentBook.Yes(each), Cell("by"), Cell("byState"), basis, Cell("date"), Cell("accused"), Cell("actor"), Cell("confidence"));
    }

    private static CellMapping Read(YamlNote note, Dictionary<string, FrozenDictionary<string, string>> words)
    {
        note.Only("column", "columns", "value", "as", "orders", "words", "only", "except", "word");
        var form = note.Get("as")?.Word<CellForm>() ?? CellForm.Text;
        var cell = new CellMapping(
            note.Get("column") is { } one ? [one.Text.Trim()] : note.Get("columns") is { } several ? [.. several.Items.Select(c => c.Text.Trim())] : [], form, note.Get("value")?.Text,
            note.Get("orders") is { } orders ? [.. orders.Items.Select(o => o.Word<DateOrder>())] : [DateOrder.Iso],
            note.Get("words") is { } set ? words.GetValueOrDefault(set.Text) ?? throw new FormatException($"{set.Place}: there are no words \"{set.Text}\" in this mapping") : null,
            note.Get("only") is { } only ? Set(only) : null, note.Get("except")?.Text, note.Get("word")?.Text);
        if ((cell.Columns.Count == 0) == (cell.Value is null))
            throw new FormatException($"{note.Place}: either a column (or columns) or a value");
        if (form == CellForm.Words && cell.Words is null)
            throw new FormatException($"{note.Place}: which words? name one of the mapping's lists");
        if (form == CellForm.Flag && cell.Word is null)
            throw new FormatException($"{note.Place}: a flag stands for a word; name it");
        return cell;
    }
}
