namespace Counterseal.Ledger;

/// <summary>The ledger refused, or gave an answer that does not verify.</summary>
/// <param name="message">What was wrong, and what to do next.</param>
/// <param name="isConflict">True when the tag is in the log with another commitment.</param>
public sealed class LedgerException(string message, bool isConflict = false) : Exception(message)
{
    /// <summary>True when the tag is in the log with another commitment: to send the same again cannot help.</summary>
    public bool IsConflict { get; } = isConflict;
}
