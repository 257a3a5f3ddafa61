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

    private RuleBook(string digest, RuleFiles read)
    {
        Digest = digest;
        Rules = read.Rules;
        Instruments = read.Instruments;
        Facts = read.Facts;
    }

    /// <summary>Reads a folder of rule files.</summary>
    /// <param name="folder">Folder with <c>facts.yaml</c>, <c>law/*.yaml</c> and <c>policy/*.yaml</c>.</param>
    /// <exception cref="RuleBookException">A file breaks the format: names file, line, rule and what to do.</exception>
    public static RuleBook Load(string folder)
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
        return Read(files);
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
        return new RuleBook(Convert.ToHexStringLower(hash.GetHashAndReset()), RuleFiles.Read(ordered));
    }

    /// <summary>What is wrong with recorded facts: names that the book does not know, names that nobody records, values that are none. One plain sentence each; empty when all are well.</summary>
    public IReadOnlyList<string> Mistakes(Facts facts)
    {
        var mistakes = new List<string>();
        foreach (var (name, value) in facts.Values.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            if (!Facts.TryGetValue(name, out var fact)) mistakes.Add($"'{name}' is no fact that a rule knows; facts.yaml lists them.");
            else if (fact.Source is FactSource.Engine or FactSource.Item) mistakes.Add($"'{name}' is worked out from the demand; nobody records it.");
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
