namespace Counterseal.Intake;

/// <summary>A letter that cannot be drafted, or a template that cannot be used. The message names file and line, and says what to do.</summary>
/// <param name="what">What is wrong and what to do about it.</param>
/// <param name="file">The file's name relative to the folder of letters, with <c>/</c>.</param>
/// <param name="line">The line, from 1; 0 when the whole file is meant.</param>
public sealed class LetterException(string what, string file, int line = 0) : Exception((line > 0 ? $"{file}, line {line}" : file) + ": " + what)
{
    /// <summary>The file's name relative to the folder of letters, with <c>/</c>.</summary>
    public string File { get; } = file;

    /// <summary>The line, from 1; 0 when the whole file is meant.</summary>
    public int Line { get; } = line;
}
