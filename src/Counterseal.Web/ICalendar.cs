using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>The calendar as RFC 5545 has it. Each entry holds the authority's reference and what falls on the day; no name, no selector, no address of a page.</summary>
public static class ICalendar
{
    private const int LineOctets = 75;

    /// <summary>Writes it.</summary>
    /// <param name="days">What falls on days.</param>
    /// <param name="now">When it is written.</param>
    public static byte[] Write(IReadOnlyList<DayEntry> days, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(days);
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//Counterseal//Desk//EN");
        Line(text, "CALSCALE:GREGORIAN");
        Line(text, "METHOD:PUBLISH");
        // RFC 7986: how often a program looks again.
        Line(text, "REFRESH-INTERVAL;VALUE=DURATION:PT15M");
        Line(text, "NAME:" + Escaped("Counterseal"));
        foreach (var day in days)
        {
            Line(text, "BEGIN:VEVENT");
            Line(text, "UID:" + Uid(day));
            Line(text, "DTSTAMP:" + Utc(now));
            Line(text, "DTSTART:" + Utc(day.At));
            Line(text, "SUMMARY:" + Escaped($"{day.Reference}: {Words.Of(day.Kind)}{(day.What.Length > 0 ? $", {day.What}" : "")}"));
            Line(text, "CLASS:CONFIDENTIAL");
            Line(text, "TRANSP:TRANSPARENT");
            Line(text, "END:VEVENT");
        }
        Line(text, "END:VCALENDAR");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The same for the same thing on every fetch; an entry that was moved is another one, and the old one is gone.</summary>
    private static string Uid(DayEntry day) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{day.Demand}\n{day.Kind}\n{Utc(day.At)}\n{day.What}")))[..32] + "@counterseal";

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>RFC 5545, 3.3.11. A reference is foreign text: what could begin a line of its own is a space.</summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
            escaped.Append(c switch { '\\' => "\\\\", ';' => "\\;", ',' => "\\,", _ when char.IsControl(c) || c is '\u2028' or '\u2029' => " ", _ => c.ToString() });
        return escaped.ToString();
    }

    /// <summary>RFC 5545, 3.1: at most 75 octets a line, cut between characters.</summary>
    private static void Line(StringBuilder text, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineOctets)
            {
                text.Append("\r\n ");
                octets = 1;
            }
            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        text.Append("\r\n");
    }
}
