using System.Globalization;
using Counterseal.Custody;
using Counterseal.Law;
using MailKit;

namespace Counterseal.Collectors.Tests;

/// <summary>A real Dovecot, held to the contract by the test kit: nothing becomes seen, and the borders are those of the internal date.</summary>
public class ImapTests
{
    /// <summary>Near midnight, where a search by days in another zone goes wrong.</summary>
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 23, 59, 59, TimeSpan.Zero);

    [Fact]
    public async Task A_mailbox_on_Dovecot_keeps_the_contract()
    {
        await using var dovecot = await Dovecot.Start();
        var records = new List<TrialRecord>();
        foreach (var (account, whose) in new[] { ("acc-1", "mine"), ("acc-10", "theirs") })
        {
            for (var i = 0; i < 6; i++)
            {
                var at = Start.AddSeconds(i).ToOffset(TimeSpan.FromHours(i % 2 == 0 ? 14 : -12));
                // The sender's date is a lie, and does not decide.
                dovecot.Append(account, i < 3 ? "INBOX" : "Sent", MailStoreTests.Message(whose, i, MailStoreTests.Date(Start.AddYears(-1))), at, i == 1 ? MessageFlags.Seen : MessageFlags.None);
                if (whose == "mine")
                    records.AddRange([new(DataCategory.Content, Start.AddSeconds(i), $"<mine-{i}-@"), new(DataCategory.Traffic, Start.AddSeconds(i), $"<mine-{i}-@")]);
            }
        }
        for (var i = 0; i < 9; i++)
            dovecot.Append("bulk", "INBOX", "From: x@example.org\nSubject: large\n\n" + string.Concat(Enumerable.Repeat(new string('x', 70) + "\n", (4 << 20) / 71)), Start);
        var settings = Mailbox(dovecot);
        Assert.Empty(CollectorTrial.Run(new TrialSource
        {
            Open = () => CollectorKinds.Make(settings)!,
            Account = "acc-1",
            Resumes = true,
            Records = records,
            Foreign = ["theirs-"],
            Contents = ["SUBJECT-", "BODY-"],
            State = () => dovecot.State("acc-1") + dovecot.State("acc-10") + dovecot.State("bulk"),
            Away = () => CollectorKinds.Make(settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["port"] = "1" } })!,
            Bulk = new TrialBulk(() => CollectorKinds.Make(settings)!, "bulk", DataCategory.Content, 34 << 20),
        }));
        // What was said to the server by the collector, as the server wrote it down.
        var said = string.Join('\n', Directory.GetFiles(dovecot.Rawlogs, "*.in").Select(File.ReadAllText).Where(session => !session.Contains("APPEND", StringComparison.Ordinal) && session.Contains("EXAMINE", StringComparison.Ordinal)));
        Assert.Contains("BODY.PEEK[]<0.", said, StringComparison.Ordinal);
        Assert.Contains("SINCE 4-Oct-2026", said.Replace("04-Oct", "4-Oct", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var writes in new[] { " SELECT ", " STORE ", " EXPUNGE", " CLOSE", " BODY[", " COPY ", " MOVE " })
            Assert.DoesNotContain(writes, said, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Bytes_come_as_the_server_has_them_and_by_the_internal_date()
    {
        await using var dovecot = await Dovecot.Start();
        var message = "From: x@example.org\nTo: maeve@mail.example\nSubject: =?utf-8?q?=C3=A9?=\nX-Odd:  two  spaces \n\n.\nFrom the start\n>From quoted\ntab\there\n";
        dovecot.Append("acc-1", "INBOX", message, Start);
        using var collector = CollectorKinds.Make(Mailbox(dovecot))!;
        using var directory = new Shelf.Knows("acc-1");
        var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Content], Start, Start.AddSeconds(1))]);
        var sink = new Text();
        var report = Collection.Run([directory, collector], scope, name => name, sink, CancellationToken.None);
        Assert.Equal("From MAILER-DAEMON Mon Oct 5 23:59:59 2026\n" + message.Replace(">From", ">>From", StringComparison.Ordinal).Replace("\nFrom the", "\n>From the", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal) + "\n", sink.All.ToString());
        Assert.Equal([new BasisCount(TimeBasis.InternalDate, 1)], Assert.Single(report.Accounts).Times);
    }

    [Fact]
    public async Task Where_the_mailbox_has_other_folders_or_other_numbers_it_begins_anew()
    {
        await using var dovecot = await Dovecot.Start();
        for (var i = 0; i < 3; i++)
            dovecot.Append("acc-1", "INBOX", MailStoreTests.Message("mine", i, "x"), Start.AddSeconds(i));
        using var collector = CollectorKinds.Make(Mailbox(dovecot))!;
        int Rest(string? from) => collector.Read("acc-1", DataCategory.Content, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None) { From = from }).Count();
        string? first = null;
        foreach (var record in collector.Read("acc-1", DataCategory.Content, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)))
            first ??= record.Resume;
        Assert.Equal(2, Rest(first));
        // What comes meanwhile has higher numbers.
        dovecot.Append("acc-1", "INBOX", MailStoreTests.Message("mine", 3, "x"), Start.AddSeconds(3));
        Assert.Equal(3, Rest(first));
        var parts = first!.Split(' ');
        Assert.Throws<CannotResumeException>(() => Rest($"{parts[0]} {uint.Parse(parts[1], CultureInfo.InvariantCulture) + 1} {parts[2]} {parts[3]}"));
        Assert.Throws<CannotResumeException>(() => Rest("nonsense"));
        dovecot.Append("acc-1", "Archive", MailStoreTests.Message("mine", 4, "x"), Start.AddSeconds(4));
        Assert.Throws<CannotResumeException>(() => Rest(first));
    }

    [Fact]
    public async Task Over_TLS_the_servers_certificate_is_the_one_that_is_named()
    {
        await using var dovecot = await Dovecot.Start();
        dovecot.Append("acc-1", "INBOX", MailStoreTests.Message("mine", 1, "x"), Start);
        Assert.Equal(1, Count(Mailbox(dovecot, ("port", dovecot.TlsPort.ToString(CultureInfo.InvariantCulture)), ("security", "tls"), ("certificate", dovecot.Certificate))));
        var other = Mailbox(dovecot, ("port", dovecot.TlsPort.ToString(CultureInfo.InvariantCulture)), ("security", "tls"), ("certificate", new string('0', 64)));
        Assert.Contains("SslHandshakeException", Assert.Throws<SourceException>(() => Count(other)).Message, StringComparison.Ordinal);
        // Nobody vouches for a certificate that it made itself.
        Assert.Throws<SourceException>(() => Count(Mailbox(dovecot, ("port", dovecot.TlsPort.ToString(CultureInfo.InvariantCulture)), ("security", "tls"))));
        var wrong = Mailbox(dovecot) with { Credential = () => "not-the-secret" };
        Assert.DoesNotContain("not-the-secret", Assert.Throws<SourceException>(() => Count(wrong)).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acc-1*gate")]
    [InlineData("acc-10\0")]
    [InlineData("*")]
    [InlineData("acc 1")]
    [InlineData("../acc-10")]
    public void An_accounts_name_becomes_no_other_user(string account)
    {
        using var collector = CollectorKinds.Make(Settings("127.0.0.1", "1"))!;
        Assert.Contains("a character", Assert.Throws<SourceException>(() => collector.Read(account, DataCategory.Content, [new(null, null)], new CollectorRun((_, _) => { }, CancellationToken.None)).Count()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("security", "none", "mail.example")]
    [InlineData("user", "gate", "127.0.0.1")]
    [InlineData("certificate", "abc", "127.0.0.1")]
    [InlineData("port", "0", "127.0.0.1")]
    public void A_setting_that_would_send_the_credential_about_or_reads_everybody_keeps_the_gate_from_starting(string setting, string value, string host)
    {
        var settings = Settings(host, "143");
        settings = settings with { Settings = new Dictionary<string, string>(settings.Settings) { ["security"] = "tls", [setting] = value } };
        Assert.Contains($"\"{setting}\"", Assert.Throws<InvalidDataException>(() => CollectorKinds.Make(settings)).Message, StringComparison.Ordinal);
    }

    private static long Count(CollectorSettings settings)
    {
        using var collector = CollectorKinds.Make(settings)!;
        using var directory = new Shelf.Knows("acc-1");
        var scope = new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Content], null, null)]);
        return Collection.Run([directory, collector], scope, name => name, new CountSink(), CancellationToken.None).Accounts.Sum(account => account.InScope);
    }

    private static CollectorSettings Mailbox(Dovecot dovecot, params (string Name, string Value)[] other)
    {
        var settings = Settings("127.0.0.1", dovecot.Port.ToString(CultureInfo.InvariantCulture));
        var all = new Dictionary<string, string>(settings.Settings);
        foreach (var (name, value) in other)
            all[name] = value;
        return settings with { Settings = all };
    }

    private static CollectorSettings Settings(string host, string port) => new("mail", "imap")
    {
        Settings = new Dictionary<string, string> { ["host"] = host, ["port"] = port, ["security"] = "none", ["user"] = "{account}*gate" },
        CredentialFile = "mail.credential",
        Credential = () => "master-secret",
        Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Traffic] = new(), [DataCategory.Content] = new() },
    };

    private sealed class Text : IRecordSink
    {
        public System.Text.StringBuilder All { get; } = new();

        public void Begin(string name, string extension) => Assert.Equal(("acc-1/content-mail", "mbox"), (name, extension));

        public void Write(ReadOnlySpan<byte> piece) => All.Append(System.Text.Encoding.UTF8.GetString(piece));

        public void EndRecord()
        {
        }

        public void End()
        {
        }
    }
}
