namespace Counterseal.Intake;

/// <summary>
/// Counts attributes before an XML reader sees them: .NET's compares each attribute of an element with the others, which for a
/// start tag of 20 MiB takes minutes. One pass, no memory.
/// </summary>
internal static class StartTags
{
    /// <summary>The line of the first start tag with more than <see cref="Limits.Attributes"/> attributes; <c>null</c> when there is none.</summary>
    /// <remarks>Text that is not well-formed may be counted differently than a reader would; a reader then refuses it by itself.</remarks>
    public static int? Overfull(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length;)
        {
            var open = text[i..].IndexOf('<');
            if (open < 0) return null;
            i += open;
            var rest = text[i..];
            var end = rest.StartsWith("<!--") ? After(rest, "-->")
                : rest.StartsWith("<![CDATA[") ? After(rest, "]]>")
                : rest.StartsWith("<?") ? After(rest, "?>")
                : Tag(rest);
            if (end < 0) return 1 + text[..i].Count('\n');
            i += end;
        }
        return null;
    }

    private static int After(ReadOnlySpan<char> rest, string end) => rest.IndexOf(end) is >= 0 and var at ? at + end.Length : rest.Length;

    /// <summary>Length of the tag; -1 when it has too many attributes.</summary>
    private static int Tag(ReadOnlySpan<char> rest)
    {
        var attributes = 0;
        for (var i = 1; i < rest.Length;)
        {
            var next = rest[i..].IndexOfAny("=\"'>");
            if (next < 0) return rest.Length;
            i += next + 1;
            switch (rest[i - 1])
            {
                case '>':
                    return i;
                case '=':
                    if (++attributes > Limits.Attributes) return -1;
                    break;
                default:
                    var close = rest[i..].IndexOf(rest[i - 1]);
                    if (close < 0) return rest.Length;
                    i += close + 1;
                    break;
            }
        }
        return rest.Length;
    }
}
