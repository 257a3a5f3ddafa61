namespace Counterseal.Reports;

/// <summary>A report cannot be made; the message is a sentence for a person.</summary>
/// <param name="code">In one word.</param>
/// <param name="message">What is wrong, and where.</param>
/// <param name="next">What can be done now.</param>
public sealed class ReportException(string code, string message, string next) : Exception(message)
{
    /// <summary>In one word.</summary>
    public string Code { get; } = code;
    /// <summary>What can be done now.</summary>
    public string Next { get; } = next;
}
