using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// The people in a message's header or a row: an address out of each entry of a list, for masking and for the lists of privileged correspondents. What cannot be read as an address is taken whole, so that nothing slips by.
/// </summary>
internal static class Correspondents
{
    /// <summary>The fields that name people.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["from", "sender", "reply-to", "to", "cc", "bcc", "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-bcc"];

    /// <summary>The addresses in a field's value, lower case: what stands between angle brackets, or the entry without comments and white space.</summary>
    public static IEnumerable<string> In(string value)
    {
        foreach (var entry in Entries(value))
        {
            var open = entry.LastIndexOf('<');
            var close = open < 0 ? -1 : entry.IndexOf('>', open);
            var address = (open >= 0 ? entry[(open + 1)..(close < 0 ? entry.Length : close)] : entry).Trim().ToLowerInvariant();
            // A route, or the name of a group, stands before the last colon.
            var colon = address.LastIndexOf(':');
            address = (colon < 0 || address.IndexOf('@', colon) < 0 ? address : address[(colon + 1)..]).Trim();
            if (address.Length > 0) yield return address;
        }
    }

    /// <summary>
    /// Whether a value names somebody of the lists. Looks for the address or the domain anywhere in it, since a name that hides an address from a parser must not hide it from this.
    /// </summary>
    public static bool Names(string value, MinimisationRules rules)
    {
        if (rules.Addresses.Count + rules.Domains.Count == 0) return false;
        var lower = value.ToLowerInvariant();
        for (var at = lower.IndexOf('@', StringComparison.Ordinal); at >= 0; at = lower.IndexOf('@', at + 1))
        {
            var end = at + 1;
            while (end < lower.Length && (char.IsLetterOrDigit(lower[end]) || lower[end] is '.' or '-')) end++;
            var domain = lower[(at + 1)..end].Trim('.');
            for (var rest = domain; ;)
            {
                if (rules.Domains.Contains(rest)) return true;
                var dot = rest.IndexOf('.', StringComparison.Ordinal);
                if (dot < 0) break;
                rest = rest[(dot + 1)..];
            }
            var start = at;
            while (start > 0 && !(char.IsWhiteSpace(lower[start - 1]) || lower[start - 1] is '<' or '>' or ',' or ';' or ':' or '(' or ')' or '[' or ']' or '"' or '\\' or '@')) start--;
            if (rules.Addresses.Contains(lower[start..at] + "@" + domain)) return true;
        }
        // A number or a name without an address, as rows have them.
        return rules.Addresses.Contains(lower.Trim());
    }

    /// <summary>The entries of a list of addresses, without comments; a comma in quotation marks or angle brackets separates nothing.</summary>
    private static List<string> Entries(string value)
    {
        var entries = new List<string>();
        var entry = new StringBuilder();
        var (quoted, comment, angle) = (false, 0, false);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\\' && (quoted || comment > 0) && i + 1 < value.Length)
            {
                if (comment == 0) entry.Append(c).Append(value[i + 1]);
                i++;
            }
            else if (c == '"' && comment == 0)
            {
                quoted = !quoted;
                entry.Append(c);
            }
            else if (c == '(' && !quoted) comment++;
            else if (c == ')' && !quoted && comment > 0) comment--;
            else if (comment > 0) continue;
            else if (c is ',' or ';' && !quoted && !angle)
            {
                entries.Add(entry.ToString());
                entry.Clear();
            }
            else
            {
                if (!quoted) angle = c == '<' || (angle && c != '>');
                entry.Append(c);
            }
        }
        entries.Add(entry.ToString());
        return entries;
    }
}
