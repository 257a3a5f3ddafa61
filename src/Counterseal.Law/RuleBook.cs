using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Law;

/// <summary>The rules of one day: every YAML file under a folder, read whole or not at all.</summary>
public sealed class RuleBook
{
    /// <summary>Most files in a book.</summary>
    public const int MostFiles = 256;

    /// <summary>Lower-case hex SHA-256 over, for each file in ordinal order of its name: name in UTF-8, a zero byte, length as 8 bytes big-endian, bytes.</summary>
    public string Digest { get; }

    /// <summary>The rules, in the order of the files' names and of the lines in them.</summary>
    public IReadOnlyList<Rule> Rules { get; }

    /// <summary>The instruments that the book knows, by id.</summary>
    public IReadOnlyDictionary<string, Instrument> Instruments { get; }

    /// <summary>The names that rules use and people answer, by name (<c>facts.yaml</c>).</summary>
    public IReadOnlyDictionary<string, FactName> Facts { get; }

    /// <summary>Countries that rules speak of together, by id.</summary>
    public IReadOnlyDictionary<string, CountryGroup> Groups { get; }

    /// <summary>The grounds on which answers are drafted, by id.</summary>
    public IReadOnlyDictionary<string, Ground> Grounds { get; }

    /// <summary>The agencies that we know.</summary>
    public IReadOnlyList<Agency> Agencies { get; }

    /// <summary>The places of the matrix that are empty on purpose.</summary>
    public IReadOnlyList<Gap> Gaps { get; }

    internal IReadOnlyDictionary<string, Rule> ById { get; }

    internal IReadOnlyDictionary<string, string> Company { get; }

    internal IReadOnlyList<Mark> Marks { get; }

    internal IReadOnlyDictionary<string, Clock> Clocks { get; }

    internal IReadOnlyDictionary<string, HolidayCalendar> Calendars { get; }

    /// <summary>What the files declare besides rules, and where.</summary>
    internal IReadOnlyList<Declaration> Declarations { get; }

    internal LookAlike LookAlike { get; }

    internal FactName InstrumentName { get; }

    internal FactName ReachedName { get; }

    private readonly Dictionary<string, HolidayCalendar> _calendarOf;
    private readonly Dictionary<string, Rule[]> _speakOf;
    private readonly Rule[] _speakOfAll;

    private readonly Dictionary<string, string[]> _lines;

    private RuleBook(string digest, RuleFiles read, IEnumerable<(string Name, byte[] Bytes)> files)
    {
        _lines = files.ToDictionary(f => f.Name, f => Encoding.UTF8.GetString(f.Bytes).Split('\n'), StringComparer.Ordinal);
        Digest = digest;
        (Rules, Instruments, Facts, Groups, Grounds, ById, Company) = (read.Rules, read.Instruments, read.Facts, read.Groups, read.Grounds, read.ById, read.Company);
        (Agencies, Marks, Gaps, LookAlike) = (read.Agencies, read.Marks, read.Gaps, new LookAlike(read.Agencies));
        (Clocks, Calendars, Declarations) = (read.Clocks, read.Calendars, read.Declarations);
        (InstrumentName, ReachedName) = (Facts["instrument"], Facts[Circumstances.Reached]);
        _calendarOf = read.Calendars.Values.Where(c => c.Country is not null).ToDictionary(c => c.Country!, StringComparer.Ordinal);
        _speakOfAll = [.. Rules.Where(r => r.SpeaksOf(null))];
        _speakOf = Instruments.Keys.ToDictionary(i => i, i => Rules.Where(r => r.SpeaksOf(i)).ToArray(), StringComparer.Ordinal);
    }

    /// <summary>A rule as counsel wrote it, line by line, without what is indented around it.</summary>
    public string TextOf(Rule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var lines = _lines[rule.File];
        // The dash stands on the line of the rule's first key; the rule ends where something begins that is indented no more than the dash.
        var dash = lines[rule.Line - 1].IndexOf('-', StringComparison.Ordinal);
        var own = lines.Skip(rule.Line).TakeWhile(l => l.Length == 0 || l.TakeWhile(c => c == ' ').Count() > dash).Prepend(lines[rule.Line - 1]);
        return string.Join('\n', own.Select(l => l.Length > dash ? l[dash..].TrimEnd() : "")).TrimEnd();
    }

    /// <summary>The book's files as they were read, names with <c>/</c>: <see cref="Read"/> of them gives this book again.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Files() => _lines.Select(file => (file.Key, Encoding.UTF8.GetBytes(string.Join('\n', file.Value))));

    internal HolidayCalendar? CalendarOf(string country) => _calendarOf.GetValueOrDefault(country);

    /// <summary>The rules that are law on the day of an instant and speak of an instrument, in the order of the book.</summary>
    internal List<Rule> InForce(string? instrument, DateTimeOffset at)
    {
        var all = instrument is null ? _speakOfAll : _speakOf[instrument];
        var rules = new List<Rule>(all.Length);
        foreach (var rule in all)
            if (rule.InForce(at)) rules.Add(rule);
        return rules;
    }

    /// <summary>Reads a folder of rule files.</summary>
    /// <param name="folder">Folder with <c>facts.yaml</c>, <c>law/*.yaml</c> and <c>policy/*.yaml</c>.</param>
    /// <exception cref="RuleBookException">A file breaks the format: names file, line, rule and what to do.</exception>
    public static RuleBook Load(string folder)
    {
        return Read(Files(folder));
    }

    /// <summary>All that is wrong with a folder of rule files, in the order in which it was met; empty when nothing is.</summary>
    public static IReadOnlyList<RuleBookException> Faults(string folder)
    {
        try
        {
            return RuleFiles.Read([.. Files(folder).OrderBy(f => f.Name, StringComparer.Ordinal)]).Faults;
        }
        catch (RuleBookException fault)
        {
            return [fault];
        }
    }

    private static List<(string Name, byte[] Bytes)> Files(string folder)
    {
        if (!Directory.Exists(folder)) throw new RuleBookException("is not a folder; name the folder that holds facts.yaml, law/ and policy/", folder);
        var files = new List<(string, byte[])>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (Directory.Exists(path) && name is "law" or "policy")
            {
                foreach (var inside in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
                    files.Add(Bytes($"{name}/{Path.GetFileName(inside)}", inside));
            }
            else if (name == "facts.yaml")
            {
                files.Add(Bytes(name, path));
            }
            else if (name != "README.md")
            {
                throw new RuleBookException("does not belong in a rule book; a book holds facts.yaml, law/*.yaml, policy/*.yaml and README.md", name);
            }
        }
        return files;
    }

    /// <summary>Reads a book from its files' bytes.</summary>
    /// <param name="files">Names relative to the book's folder, with <c>/</c>, and bytes.</param>
    /// <exception cref="RuleBookException">A file breaks the format: names file, line, rule and what to do.</exception>
    public static RuleBook Read(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var ordered = files.OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        if (ordered.Count > MostFiles) throw new RuleBookException($"the book has {ordered.Count} files, the most is {MostFiles}", ordered[MostFiles].Name);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[8];
        foreach (var (name, bytes) in ordered)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData([0]);
            BinaryPrimitives.WriteInt64BigEndian(length, bytes.LongLength);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        var read = RuleFiles.Read(ordered);
        return read.Faults.Count > 0 ? throw read.Faults[0] : new RuleBook(Convert.ToHexStringLower(hash.GetHashAndReset()), read, ordered);
    }

    /// <summary>What is wrong with recorded facts: names that the book does not know, names that nobody records, values that are none. One plain sentence each; empty when all are well.</summary>
    public IReadOnlyList<string> Mistakes(Facts facts)
    {
        var mistakes = new List<string>();
        foreach (var (name, value) in facts.Values.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (!Facts.TryGetValue(name, out var fact)) mistakes.Add($"'{name}' is no fact that a rule knows; facts.yaml lists them.");
            else if (fact.Source is FactSource.Engine or FactSource.Item or FactSource.Company) mistakes.Add($"'{name}' is {(fact.Source == FactSource.Company ? "set once for the company" : "worked out from the demand")}; nobody records it.");
            else if (!Allows(fact, value)) mistakes.Add($"'{value}' is no value of '{name}'; it takes {Takes(fact)}.");
        }
        return mistakes;
    }

    internal bool Allows(FactName fact, string value) => fact.Name == "instrument" ? Instruments.ContainsKey(value) : fact.Allows(value);

    internal string Takes(FactName fact) => fact.Name == "instrument" ? RuleFiles.Listed(Instruments.Keys.Order(StringComparer.Ordinal)) : RuleFiles.Takes(fact);

    private static (string, byte[]) Bytes(string name, string path)
    {
        if (Directory.Exists(path) || !name.EndsWith(".yaml", StringComparison.Ordinal))
            throw new RuleBookException("is not a .yaml file; a rule that is not read would be a quiet exception, so take it out or rename it", name);
        var length = new FileInfo(path).Length;
        return length > YamlTree.MostBytes
            ? throw new RuleBookException($"has {length} bytes, the most is {YamlTree.MostBytes}; split it into several files", name)
            : (name, File.ReadAllBytes(path));
    }
}
