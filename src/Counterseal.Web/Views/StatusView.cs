using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>
/// What the bearer of a receipt may know: how far the demand is, and the answer once there is one. It has no member for a count, a finding, a
/// question or a person; an answer is in it only after the desk has authenticated the authority, or when it reveals nothing of an account.
/// </summary>
/// <param name="Received">When it was received.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Answer">What was decided, where nothing is handed over.</param>
/// <param name="Files">The files to download; empty before.</param>
public sealed record StatusView(DateTimeOffset Received, Progress Progress, AnswerView? Answer, IReadOnlyList<StatusFile> Files)
{
    /// <summary>What we wrote to the authority, oldest first.</summary>
    public IReadOnlyList<Counterseal.Desk.Message> Messages { get; init; } = [];
}

/// <summary>An answer that hands nothing over.</summary>
/// <param name="Decision">What was decided.</param>
/// <param name="Reasons">Plain sentences.</param>
public sealed record AnswerView(Decision Decision, IReadOnlyList<string> Reasons);

/// <summary>How far a demand is, in the words that its sender may read.</summary>
public enum Progress
{
    /// <summary>It is on record.</summary>
    Received,
    /// <summary>People are looking at it.</summary>
    Examined,
    /// <summary>It is on hold.</summary>
    Stayed,
    /// <summary>It was withdrawn.</summary>
    Withdrawn,
    /// <summary>It is decided, and a package is being made.</summary>
    Prepared,
    /// <summary>It is decided, and nothing is handed over.</summary>
    Answered,
    /// <summary>Nothing is left to do.</summary>
    Closed,
    /// <summary>The answer can be fetched.</summary>
    Ready,
}

/// <summary>A file of a package.</summary>
/// <param name="Name">A volume's name, or <c>NAME.counterseal</c>.</param>
/// <param name="Length">In bytes, where known.</param>
/// <param name="Digest">Lower-case hex SHA-256, where known.</param>
public sealed record StatusFile(string Name, long? Length, string? Digest);
