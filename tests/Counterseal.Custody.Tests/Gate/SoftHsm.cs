using System.Runtime.InteropServices;

namespace Counterseal.Custody.Tests.Gate;

/// <summary>Debian's SoftHSM with a few tokens of its own, in a folder that is gone when the tests end.</summary>
internal static class SoftHsm
{
    public const string Pin = "482915";
    private static readonly Lazy<Scratch?> Made = new(Make);

    /// <summary>The library's path.</summary>
    public static string Library => new[] { "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so" }.First(File.Exists);

    /// <summary>A place in one of the tokens; the test is skipped where there is no SoftHSM.</summary>
    public static TokenPlace Place(string token, string label)
    {
        Assert.SkipWhen(Made.Value is null, "softhsm2 is not on this machine");
        return new TokenPlace(Library, token, label, Made.Value[token + ".pin"], "");
    }

    /// <summary>OpenSC's own look at a token.</summary>
    public static string Tool(string token, params string[] arguments)
    {
        var said = Judge.Ask("pkcs11-tool", ["--module", Library, "--token-label", token, "--login", "--pin", Pin, .. arguments]);
        Assert.SkipWhen(said is null, "opensc is not on this machine");
        Assert.True(said.Value.Exit == 0, said.Value.Error);
        return System.Text.Encoding.UTF8.GetString(said.Value.Output);
    }

    private static Scratch? Make()
    {
        var scratch = new Scratch();
        Directory.CreateDirectory(scratch["tokens"]);
        File.WriteAllText(scratch["softhsm2.conf"], $"directories.tokendir = {scratch["tokens"]}\nobjectstore.backend = file\nlog.level = ERROR\n");
        // .NET keeps an environment of its own; the library, in this process, looks at the system's.
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", scratch["softhsm2.conf"]);
        _ = SetEnvironment("SOFTHSM2_CONF", scratch["softhsm2.conf"], 1);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => scratch.Dispose();
        // All of them now: the library looks for tokens once.
        foreach (var token in (string[])["one", "two", "three"])
        {
            if (Judge.Ask("softhsm2-util", ["--init-token", "--free", "--label", token, "--so-pin", "739105", "--pin", Pin]) is not { Exit: 0 })
                return null;
            File.WriteAllText(scratch[token + ".pin"], Pin + "\n");
            File.SetUnixFileMode(scratch[token + ".pin"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return scratch;
    }

    [DllImport("libc", EntryPoint = "setenv"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
