using System.Text;

namespace Counterseal.Convention;

/// <summary>A cell that holds a list as some programs print them: <c>['A', 'B']</c>, or lists in a list: <c>[['x'], ['y', 'z']]</c>. Any other text is one group of one item.</summary>
internal static class ListCell
{
    /// <summary>Reads a cell into groups.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="fault">Why not; then <c>null</c> is given.</param>
    public static List<List<string>>? Read(string text, out string? fault)
    {
        fault = null;
        text = text.Trim();
        if (!text.StartsWith('['))
            return [[text]];
        if (text.StartsWith("[http", StringComparison.Ordinal))
            return [[text.Trim('[', ']')]];
        var groups = new List<List<string>>();
        List<string>? inner = null;
        var at = 1;
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or ',' or '\n' or '\r')
                at++;
            if (at >= text.Length)
            {
                fault = "the list is not closed";
                return null;
            }
            switch (text[at])
            {
                case ']' when inner is not null:
                    groups.Add(inner);
                    inner = null;
                    at++;
                    break;
                case ']':
                    if (at == text.Length - 1)
                        return groups;
                    fault = "there is text after the list";
                    return null;
                case '[' when inner is null:
                    inner = [];
                    at++;
                    break;
                case '[':
                    fault = "lists stand in lists in a list";
                    return null;
                default:
                    if (Item(text, ref at) is not { } item)
                    {
                        fault = "a text in the list is not closed";
                        return null;
                    }
                    if (inner is not null)
                        inner.Add(item);
                    else
                        groups.Add([item]);
                    break;
            }
        }
    }

    private static string? Item(string text, ref int at)
    {
        if (text[at] is not ('\'' or '"'))
        {
            // Without quotes: nan, None, a number.
            var from = at;
            while (at < text.Length && text[at] is not (',' or ']' or '['))
                at++;
            return text[from..at].Trim();
        }
        var quote = text[at++];
        var item = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == '\\' && at < text.Length)
                item.Append(text[at++]);
            else if (c == quote)
                return item.ToString();
            else
                item.Append(c);
        }
        return null;
    }
}
