using System.Globalization;

namespace Counterseal.Watch;

/// <summary>What became of the part of a feed that a remark is about.</summary>
public enum RemarkKind
{
    /// <summary>It could not be used and is left out.</summary>
    Dropped,

    /// <summary>It is used, read as it was meant.</summary>
    Mended,

    /// <summary>It is well formed, and of no use here.</summary>
    Unused,
}

/// <summary>Something about a place in a feed.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="File">The file's or the page's name.</param>
/// <param name="Line">From 1: where the part begins that the remark is about.</param>
/// <param name="At">JSON pointer (RFC 6901), or a column's name; empty for the whole.</param>
/// <param name="What">What is the matter, one sentence.</param>
public sealed record FeedRemark(RemarkKind Kind, string File, long Line, string At, string What)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}{(At.Length > 0 ? ", " + At : "")}: {What}");
}
