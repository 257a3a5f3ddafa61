namespace Counterseal.Law;

/// <summary>The rules of one day: every YAML file under a folder, read whole or not at all.</summary>
public sealed class RuleBook
{
    /// <summary>Lower-case hex SHA-256 over the files' names and bytes in ordinal order of their names.</summary>
    public string Digest { get; }

    private RuleBook(string digest) => Digest = digest;

    /// <summary>Reads a folder of rule files.</summary>
    /// <param name="folder">Folder with <c>law/*.yaml</c> and <c>policy/*.yaml</c>.</param>
    /// <exception cref="RuleBookException">A file breaks the format: names file, line, rule and what to do.</exception>
    public static RuleBook Load(string folder) => throw new NotSupportedException(folder);
}

/// <summary>A rule book that cannot be used.</summary>
public sealed class RuleBookException(string message) : Exception(message);
