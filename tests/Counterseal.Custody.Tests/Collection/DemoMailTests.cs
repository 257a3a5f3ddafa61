using System.Security.Cryptography;
using Counterseal.Cli;
using Counterseal.Law;
using static Counterseal.Custody.Tests.Collecting.Trial;

namespace Counterseal.Custody.Tests.Collecting;

/// <summary>The demo's mail, written once for all tests of the class.</summary>
public sealed class WrittenDemo : IDisposable
{
    internal Trial Trial { get; } = new();

    public WrittenDemo() => DemoMail.Write(Trial.Folder);

    public void Dispose() => Trial.Dispose();
}

public class DemoMailTests(WrittenDemo demo) : IClassFixture<WrittenDemo>
{
    private static readonly DataCategory[] _all = Enum.GetValues<DataCategory>();

    [Fact]
    public void The_demo_has_the_same_bytes_every_time()
    {
        var trial = demo.Trial;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(trial.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            digest.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetRelativePath(trial.Folder, file) + "\n"));
            digest.AppendData(File.ReadAllBytes(file));
        }
        Assert.Equal("7f7cd66f16ee885e41acab2a6478c7307546e7d244c11011f69a82ffb264c8da", Convert.ToHexStringLower(digest.GetHashAndReset()));
    }

    [Fact]
    public void Every_message_of_the_demo_is_read_and_has_its_time()
    {
        var trial = demo.Trial;
        var scope = Enumerable.Range(1001, 22).Select(n => Item(new Selector(SelectorKind.Account, $"acc-{n}"), _all) with { From = At("2026-01-01T00:00:00Z"), To = At("2026-09-02T00:00:00Z") });
        var report = trial.Run([.. scope]).Report;
        var content = report.Accounts.Where(a => a.Category == DataCategory.Content).ToList();
        Assert.Equal([2400L, 600L], content.Take(2).Select(a => a.InScope));
        Assert.All(report.Accounts, a => Assert.Equal((0, 0), (a.OutOfScope, a.UnreadableTotal)));
        Assert.All(content, a => Assert.Equal(new BasisCount(TimeBasis.Received, a.InScope), Assert.Single(a.Times)));
    }

    [Theory]
    [InlineData(SelectorKind.Mailbox, "MQ@Mail.Example", null, null, "A-ACC-1001")]
    [InlineData(SelectorKind.Mailbox, "maeve.quinn@mail.example", null, null, "A-ACC-1001")]
    [InlineData(SelectorKind.Telephone, "420600001002", null, null, "A-ACC-1002")]
    [InlineData(SelectorKind.IpAddress, "192.0.2.17", 50123, "2026-03-01T08:15:00Z", "A-ACC-1001")]
    [InlineData(SelectorKind.IpAddress, "198.51.100.23", 40211, "2026-05-04T18:00:00Z", "A-ACC-1002")]
    [InlineData(SelectorKind.IpAddress, "198.51.100.23", 40211, "2026-05-04T19:15:00Z", "")]
    public void Each_kind_of_selector_finds_its_customer(SelectorKind kind, string value, int? port, string? at, string expected)
    {
        var report = demo.Trial.Run(Item(new Selector(kind, value, port, At(at)), DataCategory.Subscriber)).Report;
        Assert.Equal(expected, string.Join(' ', Assert.Single(report.Selectors).Accounts));
    }

    [Fact]
    public void The_users_own_mailbox_takes_the_place_of_the_demos()
    {
        using var own = new Trial();
        var mbox = own.MailFile("my mail.mbox", "From -\nDate: Sun, 1 Mar 2026 10:00:00 +0000\nSubject: mine\n\nbody\n");
        var link = Path.Combine(own.Folder, "link");
        File.CreateSymbolicLink(link, mbox);
        foreach (var path in (string[])[mbox, link])
        {
            var sources = DemoMail.Adopt(path, Path.Combine(own.Folder, "home"));
            var report = Custody.Collection.Run(sources, new Scope([Item(new Selector(SelectorKind.Mailbox, "mq@mail.example"), DataCategory.Content)]), n => n, new CountSink(), CancellationToken.None);
            Assert.Equal(1, Assert.Single(report.Accounts).InScope);
        }
        Assert.Throws<FileNotFoundException>(() => DemoMail.Adopt(mbox + ".not", own.Folder));
    }
}
