namespace Counterseal.Law;

/// <summary>A rule book that cannot be used. The message names file, line and rule, and says what to do.</summary>
/// <param name="what">What is wrong and what to do about it.</param>
/// <param name="file">The file's name relative to the book's folder, with <c>/</c>.</param>
/// <param name="line">The line, from 1; 0 when the whole file is meant.</param>
/// <param name="rule">The rule's id, where there is one.</param>
public sealed class RuleBookException(string what, string file, int line = 0, string? rule = null) : Exception(
    (line > 0 ? $"{file}, line {line}" : file) + (rule is null ? ": " : $", rule {rule}: ") + what)
{
    /// <summary>The file's name relative to the book's folder, with <c>/</c>.</summary>
    public string File { get; } = file;

    /// <summary>The line, from 1; 0 when the whole file is meant.</summary>
    public int Line { get; } = line;

    /// <summary>The rule's id, where there is one.</summary>
    public string? Rule { get; } = rule;
}
