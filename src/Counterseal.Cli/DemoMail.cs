using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Counterseal.Custody;

namespace Counterseal.Cli;

/// <summary>
/// The demo's provider, <c>mail.example</c>: 22 made-up customers with subscriber data, sessions and mail from January to August 2026. The same bytes every time.
/// <c>acc-1001</c> is Maeve Quinn with an mbox, <c>acc-1002</c> Tomáš Novák with a Maildir.
/// </summary>
public static class DemoMail
{
    private static readonly DateTimeOffset _begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset _end = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>accounts.ndjson</c> and the folder <c>mail</c>.</summary>
    /// <param name="folder">Made when it is not there; what is there under these names is replaced.</param>
    public static Sources Write(string folder)
    {
        var sources = Place(folder);
        if (Directory.Exists(sources.Mail)) Directory.Delete(sources.Mail, recursive: true);
        Directory.CreateDirectory(sources.Mail);
        for (var i = 0; i < DemoMailText.Customers.Length; i++)
        {
            var dice = new Dice((ulong)(1001 + i));
            var mail = DemoThreads.Make(i, dice, _begin, _end, i switch { 0 => 2400, 1 => 600, _ => 20 + dice.Below(60) });
            if (i == 1) WriteMaildir(Path.Combine(sources.Mail, Mailbox(i)), mail, dice);
            else WriteMbox(Path.Combine(sources.Mail, Mailbox(i)), mail);
        }
        WriteAccounts(sources.Accounts, DemoMailText.Customers.Length, Mailbox);
        return sources;
    }

    /// <summary>
    /// Puts the user's own mail in the place of the demo's: <c>acc-1001</c> and <c>acc-1002</c> of the demo, with their addresses, telephones and sessions, both have the mailbox at
    /// <paramref name="path"/>. It is read where it is; only <c>accounts.ndjson</c> is written.
    /// </summary>
    /// <param name="path">An mbox, or a Maildir folder.</param>
    /// <param name="folder">Where <c>accounts.ndjson</c> goes.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    public static Sources Adopt(string path, string folder)
    {
        FileSystemInfo place = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (!place.Exists) throw new FileNotFoundException($"{path}: there is no mbox and no Maildir.", path);
        // The collector follows no links below the mail folder, so a link given by the user is resolved here.
        var real = Path.TrimEndingDirectorySeparator((place.ResolveLinkTarget(returnFinalTarget: true) ?? place).FullName);
        var parent = Path.GetDirectoryName(real) ?? throw new FileNotFoundException($"{path}: a whole file system is no mailbox.", path);
        var sources = Place(folder) with { Mail = parent };
        WriteAccounts(sources.Accounts, 2, _ => Path.GetFileName(real));
        return sources;
    }

    private static Sources Place(string folder)
    {
        Directory.CreateDirectory(folder);
        return new Sources(Path.Combine(folder, "accounts.ndjson"), Path.Combine(folder, "mail"));
    }

    private static string Mailbox(int customer) => customer == 1 ? "acc-1002" : string.Create(CultureInfo.InvariantCulture, $"acc-{1001 + customer}.mbox");

    private static void WriteAccounts(string path, int count, Func<int, string> mailbox)
    {
        using var file = File.Create(path);
        for (var i = 0; i < count; i++)
        {
            var customer = DemoMailText.Customers[i];
            var dice = new Dice((ulong)(9001 + i));
            using (var json = new Utf8JsonWriter(file, _json))
            {
                json.WriteStartObject();
                json.WriteString("account", string.Create(CultureInfo.InvariantCulture, $"acc-{1001 + i}"));
                json.WriteStartArray("addresses");
                json.WriteStringValue($"{customer.Local}@mail.example");
                if (customer.Alias.Length > 0) json.WriteStringValue($"{customer.Alias}@mail.example");
                json.WriteEndArray();
                json.WriteStartArray("telephones");
                json.WriteStringValue(customer.Telephone);
                json.WriteEndArray();
                json.WriteString("name", customer.Name);
                json.WriteString("postal", customer.Postal);
                json.WriteString("created", Rfc3339(new DateTimeOffset(customer.Since, 1 + dice.Below(12), 1 + dice.Below(28), dice.Below(24), dice.Below(60), dice.Below(60), TimeSpan.Zero)));
                json.WriteStartArray("services");
                json.WriteStringValue("mail");
                json.WriteEndArray();
                json.WriteString("mailbox", mailbox(i));
                WriteSessions(json, i, dice);
                json.WriteEndObject();
            }
            file.Write("\n"u8);
        }
    }

    /// <summary>About two sessions a week. Customers share addresses behind translation, and no two have one address and port at one time: each has its own ports.</summary>
    private static void WriteSessions(Utf8JsonWriter json, int customer, Dice dice)
    {
        // Two sessions that examples and documents name.
        (string Ip, int Port, DateTimeOffset From, TimeSpan Length)[] known = customer switch
        {
            0 => [("192.0.2.17", 50123, new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(90))],
            1 => [("198.51.100.23", 40211, new(2026, 5, 4, 18, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(75))],
            _ => [],
        };
        var sessions = known.ToList();
        for (var at = _begin.AddHours(dice.Below(72)); at < _end; at = at.AddMinutes(600 + dice.Below(9000)))
        {
            var ip = dice.Below(10) switch
            {
                0 => string.Create(CultureInfo.InvariantCulture, $"2001:db8:{1001 + customer:x}::{1 + dice.Below(0xfffe):x}"),
                < 6 => string.Create(CultureInfo.InvariantCulture, $"192.0.2.{10 + dice.Below(20)}"),
                _ => string.Create(CultureInfo.InvariantCulture, $"198.51.100.{10 + dice.Below(30)}"),
            };
            sessions.Add((ip, 10000 + customer * 1200 + dice.Below(1200), at, TimeSpan.FromSeconds(300 + dice.Below(7200))));
        }
        json.WriteStartArray("sessions");
        foreach (var (ip, port, from, length) in sessions.OrderBy(s => s.From))
        {
            json.WriteStartObject();
            json.WriteString("ip", ip);
            json.WriteNumber("port", port);
            json.WriteString("from", Rfc3339(from));
            json.WriteString("to", Rfc3339(from + length));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteMbox(string path, IReadOnlyList<DemoMessage> mail)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        WriteMbox(file, mail);
    }

    /// <summary>Appends messages as mboxrd.</summary>
    internal static void WriteMbox(Stream file, IReadOnlyList<DemoMessage> mail)
    {
        foreach (var message in mail)
        {
            var text = new StringBuilder(message.Text.Length + 200);
            text.Append(CultureInfo.InvariantCulture, $"From {message.Sender} {message.At:ddd MMM} {message.At.Day,2} {message.At:HH:mm:ss yyyy}\n");
            foreach (var line in message.Text.AsSpan().EnumerateLines())
            {
                if (line.TrimStart('>').StartsWith("From ", StringComparison.Ordinal)) text.Append('>');
                text.Append(line).Append('\n');
            }
            file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    private static void WriteMaildir(string path, IReadOnlyList<DemoMessage> mail, Dice dice)
    {
        foreach (var part in (string[])["cur", "new", "tmp"]) Directory.CreateDirectory(Path.Combine(path, part));
        for (var i = 0; i < mail.Count; i++)
        {
            var unread = i >= mail.Count - 12;
            var name = string.Create(CultureInfo.InvariantCulture, $"{mail[i].At.ToUnixTimeSeconds()}.M{dice.Below(1000000):d6}P{2000 + i}.mail.example");
            File.WriteAllText(Path.Combine(path, unread ? "new" : "cur", unread ? name : $"{name}:2,S"), mail[i].Text);
        }
    }

    private static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>One message of the demo: who sent it, when it was delivered, and its text with LF.</summary>
internal sealed record DemoMessage(string Sender, DateTimeOffset At, string Text);

/// <summary>Numbers that look random and are the same on every machine (SplitMix64); not for secrets.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>One of them.</summary>
    public T Of<T>(T[] all) => all[Below(all.Length)];
}
