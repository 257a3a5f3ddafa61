using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.EndToEnd.Tests;

/// <summary>
/// The units of <c>deploy/systemd</c>: judged by systemd's own tools; and the gate run under the filter of system calls that its unit asks for, compiled here with libseccomp, without a network,
/// in a file system that shows it nothing of desk and ledger (bubblewrap).
/// </summary>
public sealed partial class SandboxTests
{
    // Not an error that the kernel would give for these calls: where it comes back, the filter gave it.
    private const int Denied = 123;
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private static string Units => Path.Combine(Place.Root, "deploy", "systemd");

    [Theory]
    [InlineData("gate", 0.5)]
    [InlineData("ledger", 0.5)]
    [InlineData("desk", 1.2)]
    [InlineData("watch", 1.2)]
    [InlineData("witness@", 0.5)]
    public async Task A_units_exposure_is_no_more_than_the_documents_say(string part, double most)
    {
        var said = await Ask("systemd-analyze", "security", "--offline=true", "--no-pager", Path.Combine(Units, $"counterseal-{part}.service"));
        var exposure = double.Parse(Exposure().Match(said.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(exposure <= most, said.Output);
        Assert.Contains($"| `counterseal-{part}.service` | {most.ToString("0.0", CultureInfo.InvariantCulture)} |", await File.ReadAllTextAsync(Path.Combine(Place.Root, "docs", "operators.md"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_finds_no_fault_in_the_units()
    {
        var folder = Directory.CreateTempSubdirectory("cs-units-").FullName;
        foreach (var unit in Directory.EnumerateFiles(Units, "*.service"))
            await File.WriteAllTextAsync(Path.Combine(folder, Path.GetFileName(unit)), (await File.ReadAllTextAsync(unit, Cancel)).Replace("/usr/bin/counterseal", "/bin/true", StringComparison.Ordinal), Cancel);
        var said = await Ask("systemd-analyze", ["verify", .. Directory.EnumerateFiles(folder)]);
        Assert.True(said.Exit == 0 && said.Output.Trim().Length == 0, said.Output);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_gate_in_its_units_sandbox_without_a_network_completes_a_release()
    {
        await using var house = House.Build();
        var filter = await Filter(Path.Combine(house.Folder, "filter"), 1);
        await using var ledger = await LedgerHost.Start(house.Home.Ledger, house.Home.LedgerAddress, TimeProvider.System, Cancel);
        using var gate = Sandbox(house, filter, [.. Counterseal("gate", "serve", "--home", house.Home.Folder)]);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var ready = new TaskCompletionSource();
        var desk = DeskProcess.Run(house.Home, Free(), Free(), null, "a code of a test, long enough", hasBell: false, gatePages: null, _ => ready.SetResult(), ends.Token);
        if (await Task.WhenAny(ready.Task, desk) == desk)
            await desk;
        for (var looks = 0; !File.Exists(house.Home.GateSocket) && !gate.HasExited && looks < 600; looks++)
            await Task.Delay(50, Cancel);
        Assert.False(gate.HasExited, "the gate does not run in its sandbox");

        using (var walk = new Walk(house.Home, TimeProvider.System))
        {
            var demand = await Steps.Decided(house, walk, Cancel);
            var order = await walk.Order(demand, "niamh", "release", Cancel);
            foreach (var reviewer in new[] { house.Alice, house.Bob })
                await walk.Approve(order, reviewer, Cancel);
            await walk.Done(demand, order, Cancel);
            var package = Directory.EnumerateFiles(Path.Combine(house.Home.Gate, "packages", order), "*.counterseal").Single();
            Assert.All(Package.Verify(package, house.Trust, Cancel), check => Assert.True(check.Holds, check.What));
        }

        gate.Kill(entireProcessTree: true);
        await gate.WaitForExitAsync(Cancel);
        await ends.CancelAsync();
        await Task.WhenAny(desk);
    }

    [Theory]
    [InlineData("ptrace", "libc.ptrace(16, os.getppid(), 0, 0)")]
    [InlineData("mount", "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)")]
    [InlineData("setuid", "libc.setuid(1000)")]
    [InlineData("mlock", "libc.mlock(ctypes.create_string_buffer(4096), 4096)")]
    [InlineData("kexec, reboot", "libc.reboot(0)")]
    [InlineData("an Internet socket", "libc.socket(2, 1, 0)")]
    public async Task What_the_gate_has_no_business_with_the_filter_denies(string what, string call)
    {
        await using var house = House.Build();
        var filter = await Filter(Path.Combine(house.Folder, "filter"), Denied);
        var code = $"import ctypes, os; libc = ctypes.CDLL(None, use_errno=True); r = {call}; print(r, ctypes.get_errno())";
        using var inside = Sandbox(house, filter, ["/usr/bin/python3", "-c", code]);
        Assert.Equal($"-1 {Denied}", (await inside.StandardOutput.ReadToEndAsync(Cancel)).Trim());
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task In_its_sandbox_the_gate_sees_neither_desk_nor_ledger_and_writes_nothing_elsewhere()
    {
        await using var house = House.Build();
        var filter = await Filter(Path.Combine(house.Folder, "filter"), 1);
        var code = $"import os\nfor p in ('{house.Home.Desk}', '{house.Home.Ledger}'):\n  print(os.listdir(p))\ntry:\n  open('/etc/x', 'w')\nexcept OSError as e:\n  print(e.errno)\nprint(sorted(os.listdir('/sys/class/net')) if os.path.isdir('/sys/class/net') else [])";
        using var inside = Sandbox(house, filter, ["/usr/bin/python3", "-c", code]);
        Assert.Equal(["[]", "[]", "30"], (await inside.StandardOutput.ReadToEndAsync(Cancel)).Split('\n')[..3]);
    }

    [Fact]
    public async Task In_production_a_part_refuses_to_run_as_root_in_a_folder_of_others_or_as_anothers_user()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/setpriv"), "this test needs to be root, and setpriv (Debian's util-linux)");
        await using var house = House.Build();
        Assert.Contains("does not run as root", (await Ask("dotnet", [.. Counterseal("gate", "serve", "--home", house.Home.Folder, "--production")[1..]])).Output, StringComparison.Ordinal);
        Assert.Contains("does not run as root", (await Ask("dotnet", [.. Counterseal("ledger", "serve", "--home", house.Home.Folder, "--production")[1..]])).Output, StringComparison.Ordinal);

        // Another user, to whom the folders belong.
        string[] user = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        await Ask("chmod", "755", house.Folder);
        await Ask("chown", "-R", "65534:65534", house.Home.Folder);
        File.SetUnixFileMode(house.Home.Gate, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Task<(int Exit, string Output)> AsUser(params string[] command) => Ask("setpriv", [.. user, .. Counterseal([.. command, "--home", house.Home.Folder, "--production"])]);
        Assert.Contains("is not the gate's alone", (await AsUser("gate", "serve")).Output, StringComparison.Ordinal);
        File.SetUnixFileMode(house.Home.Gate, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Contains("has a desk too", (await AsUser("gate", "serve")).Output, StringComparison.Ordinal);
        Directory.Delete(house.Home.Desk, recursive: true);
        // A ledger whose socket belongs to the gate's own user.
        await using (var ledger = await LedgerHost.Start(house.Home.Ledger, house.Home.LedgerAddress, TimeProvider.System, Cancel))
        {
            await Ask("chown", "65534", house.Home.LedgerSocket);
            Assert.Contains("two parts share a user", (await AsUser("gate", "serve")).Output, StringComparison.Ordinal);
        }
    }

    private static string[] Counterseal(params string[] arguments)
    {
        var self = Child.Self(arguments);
        return [self.FileName, .. self.ArgumentList];
    }

    private static int Free()
    {
        using var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>What the gate's unit asks for, as far as it can be had without systemd: the filter, no network, everything read-only but the gate's folder and the sockets', nothing of desk and ledger.</summary>
    private static Process Sandbox(House house, string filter, string[] command)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/bwrap"), "bubblewrap is not on this machine");
        var home = house.Home;
        var run = Path.GetDirectoryName(home.GateSocket)!;
        Directory.CreateDirectory(run);
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("f=$1; shift; exec bwrap \"$@\" 10<\"$f\"");
        foreach (var argument in (string[])["sandbox", filter, "--unshare-net", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
            "--bind", home.Gate, home.Gate, "--bind", run, run, "--tmpfs", home.Desk, "--tmpfs", home.Ledger, "--seccomp", "10", .. command])
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>The filter that the gate's unit asks for: its lines, systemd's own lists, compiled by libseccomp; sockets only of the families that it names.</summary>
    private static async Task<string> Filter(string path, int error)
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(Units, "counterseal-gate.service"), Cancel))
        {
            if (!line.StartsWith("SystemCallFilter=", StringComparison.Ordinal))
                continue;
            var names = line["SystemCallFilter=".Length..];
            foreach (var name in names.TrimStart('~').Split(' '))
            {
                if (names[0] == '~')
                    allowed.ExceptWith(await Expand(name));
                else
                    allowed.UnionWith(await Expand(name));
            }
        }
        var made = SeccompInit(0x0005_0000u | (uint)error);
        try
        {
            foreach (var name in allowed.Order(StringComparer.Ordinal))
            {
                if (SeccompResolve(name) is >= 0 and var number)
                    Assert.Equal(0, name == "socket" ? SeccompAdd(made, Allow, number, 1, [new Comparison { Argument = 0, Operation = 4, First = 1 }]) : SeccompAdd(made, Allow, number, 0, null));
            }
            using var file = File.Create(path);
            Assert.Equal(0, SeccompExport(made, (int)file.SafeFileHandle.DangerousGetHandle()));
        }
        finally
        {
            SeccompRelease(made);
        }
        return path;
    }

    private static async Task<IReadOnlySet<string>> Expand(string name)
    {
        if (name[0] != '@')
            return new HashSet<string> { name };
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in (await Ask("systemd-analyze", "syscall-filter", "--no-pager", name)).Output.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
            all.UnionWith(await Expand(line));
        return all;
    }

    private static async Task<(int Exit, string Output)> Ask(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program == "dotnet" ? Child.Self().FileName : program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not on this machine (Debian's systemd and util-linux have it)");
            throw;
        }
        using (process)
        {
            process.StandardInput.Close();
            var output = new StringBuilder();
            await Task.WhenAll(Gather(process.StandardOutput), Gather(process.StandardError));
            await process.WaitForExitAsync(Cancel);
            return (process.ExitCode, output.ToString());

            async Task Gather(StreamReader from)
            {
                var all = await from.ReadToEndAsync(Cancel);
                lock (output)
                    output.Append(all);
            }
        }
    }

    private const uint Allow = 0x7fff_0000;

    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operation;
        public ulong First;
        public ulong Second;
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_init"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SeccompInit(uint otherwise);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_release"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void SeccompRelease(nint filter);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_syscall_resolve_name"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SeccompResolve([MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_rule_add_array"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SeccompAdd(nint filter, uint action, int call, uint count, Comparison[]? comparisons);

    [DllImport("libseccomp.so.2", EntryPoint = "seccomp_export_bpf"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SeccompExport(nint filter, int file);
}
