namespace Counterseal.Intake;

/// <summary>How a draft is written.</summary>
public enum DraftFormat
{
    /// <summary>CommonMark: what is not ours is escaped, so that it is shown as it stands and nothing of it becomes markup.</summary>
    Markdown,
    /// <summary>Plain text in UTF-8: the same letter, nothing escaped.</summary>
    Text,
}
