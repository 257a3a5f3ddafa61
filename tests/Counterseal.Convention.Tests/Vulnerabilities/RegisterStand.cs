using System.Security.Cryptography;
using System.Text;
using Counterseal.Convention.Vulnerabilities;
using Counterseal.Custody;
using Counterseal.Desk.Tests;
using Counterseal.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Counterseal.Convention.Tests.Vulnerabilities;

/// <summary>A register with a real ledger, an intake key and a clock that the test turns, in a folder of its own.</summary>
internal sealed class RegisterStand : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static readonly CsafPublisher Publisher = new CsafPublisher("Example Mail", "https://www.mail.example", "https://mail.example", "security@mail.example", "EXM", ["en", "de"]).Checked();

    private readonly List<VulnerabilityRegister> registers = [];
    private readonly List<LedgerClient> clients = [];
    private NewLedger made = null!;
    private LedgerHost? ledger;

    public static TheoryData<string> Both { get; } = ["sqlite", "postgres"];

    public string Folder { get; } = Directory.CreateTempSubdirectory("cs-v-").FullName;
    public FakeTimeProvider Clock { get; } = new(Start);
    public AgeIdentity Key { get; } = AgeIdentity.Generate();
    public RegisterOptions Options { get; set; } = null!;
    public VulnerabilityRegister Register => registers[^1];
    public NoteVerifier Log => made.Key;
    public string Database => Path.Combine(Folder, "vulnerabilities.db");

    public static async Task<RegisterStand> Up(string store, Postgres postgres, IDocumentSigner? signer = null)
    {
        var stand = new RegisterStand();
        stand.made = LedgerHome.Create(Path.Combine(stand.Folder, "ledger"), "ledger.example/log", "vulnerabilities");
        await stand.StartLedger();
        stand.Options = new RegisterOptions
        {
            Database = store == "postgres" ? await postgres.NewDatabase() : "sqlite:" + stand.Database,
            WriterKey = new WriterKey(RandomNumberGenerator.GetBytes(32)),
            Secret = RandomNumberGenerator.GetBytes(32),
            Recipient = stand.Key.Recipient.Text,
            Seal = Seal,
            Publisher = Publisher,
            Signer = signer,
            Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Dublin"),
        };
        await stand.Another();
        return stand;
    }

    public static byte[] Seal(string recipient, ReadOnlySpan<byte> plain)
    {
        using var box = new MemoryStream();
        using (var age = Age.Encrypt(box, [AgeRecipient.Parse(recipient)]))
            age.Write(plain);
        return box.ToArray();
    }

    public async Task StartLedger() => ledger = await LedgerHost.Start(made.Home.Folder, "unix:" + Path.Combine(Folder, "l.sock"), TimeProvider.System, default);

    public async Task StopLedger()
    {
        await ledger!.DisposeAsync();
        ledger = null;
    }

    /// <summary>Another process on the same register.</summary>
    public async Task<VulnerabilityRegister> Another()
    {
        var client = new LedgerClient("unix:" + Path.Combine(Folder, "l.sock"), made.Key, made.Credentials["vulnerabilities"]);
        clients.Add(client);
        registers.Add(await VulnerabilityRegister.Open(Options, client, Clock, default));
        return registers[^1];
    }

    public static byte[] Mail(string text, string more = "") => Encoding.UTF8.GetBytes($"From: Ada <ada@lab.example>\r\nTo: security@mail.example\r\nMessage-ID: <1@lab.example>\r\n{more}\r\n{text}\r\n");

    public static VulnerabilityDescription Description(string more = "") => VulnerabilityDescription.Parse("fault.yaml", Encoding.UTF8.GetBytes($$"""
        title: A crafted header makes the server read beyond its buffer
        summary: Somebody who can send mail through the server can read parts of its memory.
        cwe: CWE-125 Out-of-bounds Read
        cvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N
        remedy: Install 2.4.1 or later.
        thanks: [Ada of the Lab]
        products:
          - name: Example Mail Server
            affected: ["vers:semver/>=1.0.0|<2.4.1"]
            fixed: [2.4.1]
            notAffected: {0.9.0: vulnerableCodeNotPresent}
          - name: Example Mail for Telephones
            underInvestigation: [7.0.0]
        {{more}}
        """.ReplaceLineEndings("\n")));

    public async Task<string> Accepted(string text = "It reads too far.")
    {
        var receipt = await Register.Take(ReportChannel.Mail, ReportSource.Researcher, Mail(text + Guid.NewGuid()), null, "intake", default);
        return await Register.Accept(receipt.Report, Description(), "seen again on 2.4.0", "niamh", default);
    }

    public Task State(string id, Milestone what, string when, string? who = null, params EvidenceNote[] evidence) => Register.State(id, new(what, StatedTime.Parse(when), who, evidence), "niamh", default);

    public async ValueTask DisposeAsync()
    {
        foreach (var register in registers)
            await register.DisposeAsync();
        foreach (var client in clients)
            client.Dispose();
        if (ledger is not null)
            await ledger.DisposeAsync();
        Key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
