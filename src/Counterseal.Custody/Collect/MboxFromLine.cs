using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// Which lines of an mbox begin a message. A line that begins with <c>From </c> does when it has the form of a From line (a sender and a time, or the
/// <c>-</c> of Netscape and Thunderbird), or when a header field follows it. Any other (<c>From now on we…</c>, left unquoted by a careless writer) is text.
/// </summary>
internal static class MboxFromLine
{
    /// <summary>A From line is at most this long, in bytes.</summary>
    public const int Limit = 1000;

    /// <summary>How many bytes must be at hand to judge a line: itself and the beginning of the next.</summary>
    public const int Lookahead = Limit + 300;

    public static ReadOnlySpan<byte> Marker => "From "u8;

    /// <summary>A From line for a message that is stored without one.</summary>
    public static byte[] Made(DateTimeOffset? at) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"From MAILER-DAEMON {(at ?? DateTimeOffset.UnixEpoch).UtcDateTime:ddd MMM d HH:mm:ss yyyy}\n"));

    /// <summary>Whether the bytes, which stand at the beginning of a line, begin a message. They are at least <see cref="Lookahead"/> bytes, or all up to the end of the file.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Marker)) return false;
        var end = bytes[..Math.Min(bytes.Length, Limit)].IndexOf((byte)'\n');
        if (end < 0 && bytes.Length > Limit) return false;
        var line = (end < 0 ? bytes : bytes[..end]).TrimEnd(" \t\r"u8);
        if (end >= 0 && MessageHeaders.LooksLikeField(bytes[(end + 1)..])) return true;
        return line.SequenceEqual("From -"u8) || MessageDate.ParseFromLine(line) is not null;
    }
}
