using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch;

/// <summary>
/// The customers as the provider knows them, for telling them: a file with one JSON object a line (<c>docs/bell.md</c>). Read whole; a line that cannot be used is named and left out, and the rest is used.
/// </summary>
public sealed class CustomerDirectory
{
    private const int MostLine = 1 << 20;
    private readonly Dictionary<string, Customer> customers = new(StringComparer.Ordinal);

    private sealed record Entry(string? Id, string? Name, string Country = "", string Sector = "", Contact? Security = null, Dictionary<string, Contact>? Holders = null);

    private CustomerDirectory() { }

    /// <summary>Nobody.</summary>
    public static CustomerDirectory None { get; } = new();

    /// <summary>How many customers.</summary>
    public int Count => customers.Count;

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Customer> All => customers.Values;

    /// <summary>What could not be used, one sentence each; the first hundred.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>A customer by its id in the events; <c>null</c> for one that is not known.</summary>
    public Customer? Find(string id) => customers.GetValueOrDefault(id);

    /// <summary>Reads a directory.</summary>
    /// <param name="file">Its name, for sentences.</param>
    /// <param name="stream">Its bytes.</param>
    /// <param name="cancel">Between lines.</param>
    public static async Task<CustomerDirectory> Read(string file, Stream stream, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var directory = new CustomerDirectory();
        var faults = new List<string>();
        await foreach (var block in EventLines.Read(stream, 0, 0, cancel))
        {
            var (at, number) = (0, 0L);
            while (block.Cut(ref at, ref number, out var line))
            {
                var wrong = line.TooLong ? string.Create(CultureInfo.InvariantCulture, $"the line has {line.Length:N0} bytes, the most is {MostLine:N0}") : directory.Add(line.Bytes.Span);
                if (wrong is not null && faults.Count < 100)
                    faults.Add(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line.Number}: {wrong}; the customer is left out until it is put right"));
            }
            block.Done();
        }
        directory.Faults = faults;
        return directory;
    }

    private string? Add(ReadOnlySpan<byte> line)
    {
        if (line.Trim(" \t\r"u8).IsEmpty)
            return null;
        try
        {
            var entry = JsonSerializer.Deserialize<Entry>(line, WatchJson.Options);
            if (entry is not { Id.Length: > 0, Name.Length: > 0 })
                return "a customer has at least \"id\" and \"name\"";
            // What is missing on the line is null, whatever the records' own types say.
            if (Contacts(entry).Any(contact => contact is not { Language.Length: > 0, Channels: not null } || contact.Channels.Any(way => way is not { To.Length: > 0 })))
                return "a contact has \"language\" and \"channels\", and a way has \"kind\" and \"to\"";
            if (Contacts(entry).SelectMany(contact => contact.Channels).FirstOrDefault(way => !Good(way)) is { } bad)
                return bad.Kind == ChannelKind.Mail ? "one of its ways is no mail address" : "one of its webhooks is no http address";
            var holders = entry.Holders ?? [];
            return customers.TryAdd(entry.Id, new Customer(entry.Id, entry.Name, entry.Country, entry.Sector, entry.Security, account => holders.GetValueOrDefault(account)))
                ? null : "its id stands on an earlier line already";
        }
        catch (JsonException no)
        {
            // The path says where; the message could quote a person's data.
            return $"not a customer as docs/bell.md has it (at {no.Path ?? "$"})";
        }
    }

    private static List<Contact> Contacts(Entry entry) => [.. entry.Security is { } security ? [security] : (ReadOnlySpan<Contact>)[], .. (entry.Holders ?? []).Values];

    private static bool Good(Channel way) => way.Kind == ChannelKind.Mail ? MimeKit.MailboxAddress.TryParse(way.To, out _) : Uri.TryCreate(way.To, UriKind.Absolute, out var to) && to.Scheme is "https" or "http";
}
