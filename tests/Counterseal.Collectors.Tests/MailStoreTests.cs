using System.Globalization;
using System.Text;
using Counterseal.Custody;
using Counterseal.Custody.Tests;
using Counterseal.Law;

namespace Counterseal.Collectors.Tests;

/// <summary>The accounts file with mbox and Maildir, held to the contract by the test kit.</summary>
public class MailStoreTests
{
    [Theory]
    [InlineData("mbox")]
    [InlineData("Maildir")]
    public void The_accounts_file_and_the_mail_folder_keep_the_contract(string form)
    {
        using var scratch = new Scratch();
        var mail = Directory.CreateDirectory(scratch["mail"]).FullName;
        var records = new List<TrialRecord> { new(DataCategory.Subscriber, null, "Maeve Quinn") };
        Mailbox(mail, "maeve", form, "mine", 6, records);
        Mailbox(mail, "other", form, "theirs", 6, []);
        for (var i = 0; i < 3; i++)
            records.Add(new(DataCategory.Identification, At(i), $"192.0.2.{i + 1}\"") { Until = At(i).AddHours(1) });
        var sessions = string.Join(',', Enumerable.Range(0, 3).Select(i => $$"""{"ip":"192.0.2.{{i + 1}}","port":50123,"from":"{{Instant.Text(At(i))}}","to":"{{Instant.Text(At(i).AddHours(1))}}"}"""));
        File.WriteAllText(scratch["accounts.ndjson"], $$"""
            {"account":"acc-1","addresses":["maeve@mail.example","mq@mail.example"],"telephones":["353860001001"],"name":"Maeve Quinn","mailbox":"maeve","sessions":[{{sessions}}]}
            {"account":"acc-10","addresses":["other@mail.example"],"telephones":["353860001001","35386"],"name":"Somebody Else","mailbox":"other"}

            """);
        File.AppendAllText(scratch["accounts.ndjson"], """{"account":"bulk","mailbox":"bulk"}""" + "\n");
        File.WriteAllText(Path.Combine(mail, "bulk"), string.Concat(Enumerable.Repeat("From -\nSubject: large\n\n" + new string('x', 1 << 20) + "\n\n", 41)));
        var sources = new Sources(scratch["accounts.ndjson"], mail);
        Assert.Empty(CollectorTrial.Run(new TrialSource
        {
            Open = () => new MailStore(sources),
            Account = "acc-1",
            Resumes = true,
            Records = records,
            Foreign = ["theirs-", "Somebody Else"],
            Contents = ["SUBJECT-", "BODY-"],
            Selectors =
            [
                new(new Selector(SelectorKind.Account, "acc-1"), ["acc-1"]),
                new(new Selector(SelectorKind.Mailbox, "mq@mail.example"), ["acc-1"]),
                new(new Selector(SelectorKind.Mailbox, "other@mail.example"), ["acc-10"]),
                new(new Selector(SelectorKind.Telephone, "353860001001"), ["acc-1", "acc-10"]),
                new(new Selector(SelectorKind.Telephone, "35386"), ["acc-10"]),
                new(new Selector(SelectorKind.IpAddress, "192.0.2.2", 50123, At(1)), ["acc-1"]),
            ],
            Bulk = new TrialBulk(() => new MailStore(sources), "bulk", DataCategory.Content, 40 << 20),
            State = () => State(scratch.Folder),
            Away = () => new MailStore(new Sources(scratch["nowhere"], scratch["nowhere"])),
        }));
    }

    /// <summary>Digests of all files under a folder with their names and the time they were last written.</summary>
    internal static string State(string folder) => string.Join('\n', Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"));

    internal static DateTimeOffset At(int i) => new(2026, 10, 5, 6 + i, 0, 0, TimeSpan.Zero);

    internal static string Message(string whose, int i, string date) =>
        $"From: x{i}@example.org\nTo: {whose}@mail.example\nDate: {date}\nSubject: SUBJECT-{i}\nMessage-ID: <{whose}-{i}-@example.org>\n\nBODY-{i}\n";

    internal static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);

    private static void Mailbox(string mail, string name, string form, string whose, int messages, List<TrialRecord> records)
    {
        var path = Path.Combine(mail, name);
        var mbox = new StringBuilder();
        if (form == "Maildir")
        {
            foreach (var part in (string[])["cur", "new", "tmp"])
                Directory.CreateDirectory(Path.Combine(path, part));
        }
        for (var i = 0; i <= messages; i++)
        {
            // The last has no time that can be read.
            var message = Message(whose, i, i == messages ? "yesterday" : Date(At(i)));
            foreach (var category in (DataCategory[])[DataCategory.Traffic, DataCategory.Content])
                records.Add(new(category, i == messages ? null : At(i), $"<{whose}-{i}-@example.org>") { Faulty = i == messages });
            if (form == "Maildir")
                File.WriteAllText(Path.Combine(path, "cur", $"m{i}:2,S"), message);
            else
                mbox.Append("From -\n").Append(message).Append('\n');
        }
        if (form != "Maildir")
            File.WriteAllText(path, mbox.ToString());
    }
}
