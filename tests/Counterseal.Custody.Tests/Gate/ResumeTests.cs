using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>A gate in a process of its own is killed while it collects and seals: what it reads afterwards is what was left, and what comes out is the same.</summary>
public sealed class ResumeTests
{
    private const int Messages = 3600;

    /// <summary>The segment that is closed when a gate is killed while it collects: traffic is done, and more than half of the mailbox has been read for content.</summary>
    private const int Segment = 42;

    /// <summary>A gate as a process, killed with the test.</summary>
    private sealed class Child : IDisposable
    {
        private readonly Process process;

        private Child(Process process) => this.process = process;

        public static async Task<Child> Start(HostileDesk desk, string? crashAt = null)
        {
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Counterseal.Custody.GateChild")) { RedirectStandardOutput = true };
            foreach (var argument in (string[])[desk.Home, desk.Socket, Instant.Text(desk.Clock.GetUtcNow())])
                start.ArgumentList.Add(argument);
            if (crashAt is not null)
                start.Environment["COUNTERSEAL_CRASH_AT"] = crashAt;
            var child = new Child(Process.Start(start)!);
            Assert.Equal("ready", await child.process.StandardOutput.ReadLineAsync());
            return child;
        }

        /// <summary>Bytes that the process has asked the system to read, from any file or socket.</summary>
        public long Read => long.Parse(File.ReadAllText($"/proc/{process.Id}/io").Split("rchar: ")[1].Split('\n')[0], CultureInfo.InvariantCulture);

        public async Task Dead()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await process.WaitForExitAsync(patience.Token);
        }

        public async Task Kill()
        {
            process.Kill();
            await Dead();
        }

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static async Task<HostileDesk> Desk()
    {
        var desk = await HostileDesk.Begin(gate: false);
        // 18 MB, of which a sixth is in scope.
        using (var mbox = new StreamWriter(desk.At("mail", "maeve.mbox")))
        {
            var body = new string('x', 76) + "\n";
            for (var i = 0; i < Messages; i++)
            {
                var at = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromMinutes(i * 24);
                mbox.Write($"From x@example.org {at.UtcDateTime.ToString("ddd MMM dd HH:mm:ss yyyy", CultureInfo.InvariantCulture)}\nFrom: x@example.org\nTo: maeve@mail.example\nDate: {at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000\nSubject: secret {i}\nMessage-ID: <{i}@example.org>\n\nBody number {i}\n");
                for (var line = 0; line < 65; line++)
                    mbox.Write(body);
                mbox.Write("\n");
            }
        }
        await desk.Settle(settings => settings["segment"] = 1 << 16);
        await desk.StopGate();
        return desk;
    }

    private static async Task<RawAnswer?> Filed(HostileDesk desk, Case one)
    {
        try
        {
            return await one.File();
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or IndexOutOfRangeException)
        {
            // Killed before it answered.
            return null;
        }
    }

    /// <summary>The bag's payload and report by path, decrypted with the recipient's key.</summary>
    private static async Task<SortedDictionary<string, string>> Opened(HostileDesk desk, Case release)
    {
        var settled = await desk.Settled(release.Digest);
        Assert.True(settled.State == "done", settled.Text);
        var folder = desk.At("officer" + release.Digest[..8]);
        Directory.CreateDirectory(folder);
        foreach (var extension in new[] { "age", "counterseal" })
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{release.Name}.{extension}"), (await desk.Get($"/packages/{release.Digest}/{release.Name}.{extension}")).Body);
        Package.Open(Path.Combine(folder, release.Name), new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString()), desk.Recipient, Path.Combine(folder, "opened"), CancellationToken.None);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "opened"), "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(Path.Combine(folder, "opened"), path);
            if (name.Contains("/data/", StringComparison.Ordinal) || name.StartsWith("data/", StringComparison.Ordinal))
                files[name[name.IndexOf("data/", StringComparison.Ordinal)..]] = HostileDesk.Sha(await File.ReadAllBytesAsync(path));
            else if (name.EndsWith("report.json", StringComparison.Ordinal))
            {
                var report = JsonNode.Parse(await File.ReadAllBytesAsync(path))!.AsObject();
                report.Remove("order");
                files["report"] = report.ToJsonString();
            }
        }
        return files;
    }

    /// <summary>Every age file of an order that is on the disk now, by its header, which carries the wrapped file key.</summary>
    private static void Keys(HostileDesk desk, string digest, Dictionary<string, byte[]> seen)
    {
        foreach (var folder in new[] { "packages", "spool", "snapshots" })
        {
            if (!Directory.Exists(Path.Combine(desk.Home, folder, digest)))
                continue;
            foreach (var path in Directory.EnumerateFiles(Path.Combine(desk.Home, folder, digest)).Where(path => path.Contains(".age", StringComparison.Ordinal)))
            {
                var bytes = File.ReadAllBytes(path);
                var end = bytes.AsSpan().IndexOf("\n--- "u8);
                if (end < 0)
                    continue;
                var key = Encoding.ASCII.GetString(bytes, 0, end);
                var before = seen.GetValueOrDefault(key, []);
                // The same key only over the same bytes: one is the beginning of the other.
                var common = Math.Min(before.Length, bytes.Length);
                Assert.True(before.AsSpan(0, common).SequenceEqual(bytes.AsSpan(0, common)), $"{path} was written twice under one file key");
                if (bytes.Length > before.Length)
                    seen[key] = bytes;
            }
        }
    }

    [Fact]
    public async Task Killed_at_every_place_one_after_another_it_makes_the_same_package_and_uses_no_key_twice()
    {
        await using var desk = await Desk();
        var mailbox = new FileInfo(desk.At("mail", "maeve.mbox")).Length;
        SortedDictionary<string, string> expected;
        using (var child = await Child.Start(desk))
        {
            var first = await Case.Release(desk);
            await Filed(desk, first);
            expected = await Opened(desk, first);
            await child.Kill();
        }
        Assert.Equal(2, expected["report"].Split("\"inScope\":600,").Length - 1);

        var release = await Case.Release(desk);
        var keys = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        // The third to sixth of each life, so that each gets further; from the package on, everything is collected.
        foreach (var point in new[]
        {
            $"gate.spool.close.before#{Segment}", "gate.spool.close.unsynced#3", "gate.spool.close.renamed#4", "gate.spool.close.after#5",
            "gate.package.collect.unsynced", "gate.package.collect.after", "gate.statement.write.after", "gate.package.rename.before", "gate.package.rename.after",
        })
        {
            using var child = await Child.Start(desk, point);
            if (keys.Count == 0)
                await Filed(desk, release);
            await child.Dead();
            Keys(desk, release.Digest, keys);
        }
        using (var child = await Child.Start(desk))
        {
            Assert.Equal(expected, await Opened(desk, release));
            Keys(desk, release.Digest, keys);
            Assert.True(child.Read < mailbox, $"{child.Read} bytes read although nothing was left of a mailbox of {mailbox}");
            await child.Kill();
        }
        Assert.False(Directory.Exists(Path.Combine(desk.Home, "spool", release.Digest)));
        // A key for each segment, and a new one for each package that was begun.
        Assert.True(keys.Count > Segment + 5, $"{keys.Count} file keys");
    }

    [Fact]
    public async Task While_it_works_it_says_how_far_it_is_and_how_far_it_goes()
    {
        await using var desk = await Desk();
        var mailbox = new FileInfo(desk.At("mail", "maeve.mbox")).Length;
        using var child = await Child.Start(desk);
        var release = await Case.Release(desk);
        var filing = Filed(desk, release);
        var seen = new List<(long Records, long Bytes, long Read, long Of)>();
        while (await desk.Get("/orders/" + release.Digest) is { } answer && answer.State != "done")
        {
            Assert.True(answer.Status is 200 or 202 or 404, answer.Text);
            // The gate answers 200 looks a second.
            await Task.Delay(10);
            if (answer.State != "working")
                continue;
            var progress = answer.Json.GetProperty("progress");
            Assert.NotEqual("", progress.GetProperty("startedAt").GetString());
            seen.Add((progress.GetProperty("records").GetInt64(), progress.GetProperty("bytes").GetInt64(), progress.GetProperty("read").GetInt64(), progress.GetProperty("ofBytes").GetInt64()));
        }
        await filing;
        Assert.Equal(seen.OrderBy(one => one.Read).ThenBy(one => one.Records).Select(one => one.Read), seen.Select(one => one.Read));
        // Content and traffic: it is read twice.
        Assert.Contains(seen, one => one.Of == 2 * mailbox && one.Read > 0 && one.Read <= one.Of);
    }

    [Fact]
    public async Task Killed_in_the_middle_it_reads_only_the_rest()
    {
        await using var desk = await Desk();
        var mailbox = new FileInfo(desk.At("mail", "maeve.mbox")).Length;
        long whole;
        using (var child = await Child.Start(desk))
        {
            var begin = child.Read;
            var first = await Case.Release(desk);
            await Filed(desk, first);
            await Opened(desk, first);
            whole = child.Read - begin;
            await child.Kill();
        }
        var release = await Case.Release(desk);
        using (var child = await Child.Start(desk, $"gate.spool.close.after#{Segment}"))
        {
            await Filed(desk, release);
            await child.Dead();
        }
        using (var child = await Child.Start(desk))
        {
            await Opened(desk, release);
            Assert.True(child.Read < whole * 6 / 10, $"{child.Read} bytes read where an uninterrupted run reads {whole}");
        }
    }

    [Fact]
    public async Task A_count_that_is_killed_goes_on_counting_where_it_was_and_keeps_nothing_but_counts()
    {
        await using var desk = await Desk();
        string expected;
        long whole;
        using (var child = await Child.Start(desk))
        {
            var begin = child.Read;
            var first = await Case.OnReceived(desk, "count");
            await Filed(desk, first);
            expected = (await desk.Settled(first.Digest)).Json.GetProperty("result").GetRawText();
            whole = child.Read - begin;
            await child.Kill();
        }
        Assert.Contains("\"items\":600", expected, StringComparison.Ordinal);
        var count = await Case.OnReceived(desk, "count");
        using (var child = await Child.Start(desk, $"gate.spool.close.after#{Segment}"))
        {
            await Filed(desk, count);
            await child.Dead();
        }
        // Three megabytes were met by then; what is kept of them is counts.
        Assert.InRange(Directory.EnumerateFiles(Path.Combine(desk.Home, "spool", count.Digest)).Sum(path => new FileInfo(path).Length), 1, 200_000);
        using (var child = await Child.Start(desk))
        {
            Assert.Equal(expected, (await desk.Settled(count.Digest)).Json.GetProperty("result").GetRawText());
            Assert.True(child.Read < whole * 7 / 10, $"{child.Read} bytes read where an uninterrupted run reads {whole}");
            await child.Kill();
        }
        Assert.False(Directory.Exists(Path.Combine(desk.Home, "spool", count.Digest)));
    }
}
