using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// A line of a web server's access log in the combined format of the NCSA, Apache and nginx: <c>address ident user [time] "request" status bytes "referer" "user agent"</c>;
/// the last two may be absent (the common format). A quote within a quoted field is <c>\"</c>.
/// </summary>
internal sealed class AccessLog
{
    public static readonly string[] Fields = ["address", "ident", "user", "time", "request", "status", "bytes", "referer", "agent"];

    private readonly List<int>[] means = [.. Fields.Select(_ => new List<int>())];
    private readonly byte[]?[] only = new byte[Fields.Length][];

    public AccessLog(EventForm form)
    {
        string[] roles = ["id", "time", "customer", "country", "outcome"];
        foreach (var (role, field) in form.Roles) means[Array.IndexOf(Fields, field)].Add(Array.IndexOf(roles, role));
        for (var i = 0; i < form.Values.Count; i++) means[Array.IndexOf(Fields, form.Values[i].Path)].Add(SeenEvent.Roles + i);
        foreach (var (field, value) in form.Only) only[Array.IndexOf(Fields, field)] = Encoding.UTF8.GetBytes(value);
    }

    /// <summary><c>null</c>: read; empty: not one of these events; else what is wrong.</summary>
    public string? Read(ReadOnlySpan<byte> line, SeenEvent seen)
    {
        var counts = true;
        for (var field = 0; field < Fields.Length; field++)
        {
            line = line.TrimStart((byte)' ');
            if (line.IsEmpty)
            {
                if (field < 7) return $"The line ends before its {Fields[field]}.";
                if (only[field] is not null) counts = false;
                continue;
            }

            var close = line[0] switch { (byte)'[' => (byte)']', (byte)'"' => (byte)'"', _ => (byte)' ' };
            int end;
            if (close == ' ')
            {
                end = line.IndexOf(close);
                if (end < 0) end = line.Length;
            }
            else
            {
                line = line[1..];
                end = 0;
                while (end < line.Length && line[end] != close) end += line[end] == '\\' && close == '"' ? 2 : 1;
                if (end >= line.Length) return $"The line's {Fields[field]} is not closed.";
            }

            var value = line[..end];
            line = line[Math.Min(end + (close == ' ' ? 0 : 1), line.Length)..];
            if (only[field] is { } wanted && !value.SequenceEqual(wanted)) counts = false;
            if (value is [(byte)'-']) continue;
            foreach (var m in means[field]) seen.Add(m, value);
        }

        return counts ? null : "";
    }
}
