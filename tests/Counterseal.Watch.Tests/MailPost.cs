using System.Diagnostics;
using MimeKit;

[assembly: AssemblyFixture(typeof(Counterseal.Watch.Tests.MailPost))]

namespace Counterseal.Watch.Tests;

/// <summary>A real mail server (Debian's aiosmtpd) for the test run, and Debian's dkimpy as the judge of signatures. Tests that need them are skipped where they are not installed.</summary>
public sealed class MailPost : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly string folder = Directory.CreateTempSubdirectory("cs-mail-").FullName;
    private readonly Lazy<(Process Process, int Port)?> server;

    public MailPost() => server = new(Start);

    internal MailServer Server
    {
        get
        {
            Assert.SkipWhen(server.Value is null, "no mail server here: install python3-aiosmtpd and python3-dkim");
            return new MailServer("127.0.0.1", server.Value!.Value.Port, Tls: false);
        }
    }

    /// <summary>The messages that came for an address, oldest first, with their files.</summary>
    internal IReadOnlyList<(MimeMessage Message, string File)> To(string address) =>
        [.. Directory.GetFiles(Path.Combine(folder, "mail", "new")).Select(file => (MimeMessage.Load(file), file))
            .Where(one => one.Item1.To.Mailboxes.Any(to => to.Address == address)).OrderBy(one => one.Item1.Date).ThenBy(one => File.GetLastWriteTimeUtc(one.file))];

    /// <summary>What dkimpy says of each file.</summary>
    internal static string[] Verify(DkimKey key, params string[] files)
    {
        var start = new ProcessStartInfo(Python, [Path.Combine(Place.Root, "tests", "judges", "mail", "verify.py"), $"{key.Selector}._domainkey.{key.Domain}", key.Record, .. files]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (server is { IsValueCreated: true, Value: var (process, _) })
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    private (Process, int)? Start()
    {
        if (!File.Exists(Python))
            return null;
        using (var probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import aiosmtpd, dkim"]) { RedirectStandardError = true })!)
        {
            probe.WaitForExit();
            if (probe.ExitCode != 0)
                return null;
        }
        var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Place.Root, "tests", "judges", "mail", "server.py"), Path.Combine(folder, "mail")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return (process, int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture));
    }
}
