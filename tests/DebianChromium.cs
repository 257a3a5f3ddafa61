using Microsoft.Playwright;

namespace Counterseal.Tests;

/// <summary>Debian's Chromium. Its shell without windows, where that is installed: the same browser, which spares the processor what nobody looks at.</summary>
internal static class DebianChromium
{
    private const string Shell = "/usr/bin/chromium-headless-shell", Whole = "/usr/bin/chromium";

    /// <summary>Whether there is one.</summary>
    public static bool IsHere => File.Exists(Shell) || File.Exists(Whole);

    /// <summary>How it is started.</summary>
    public static BrowserTypeLaunchOptions Start { get; } = new()
    {
        ExecutablePath = File.Exists(Shell) ? Shell : Whole,
        Timeout = 120_000,
        Args =
        [
            .. File.Exists(Shell) ? (ReadOnlySpan<string>)[] : ["--headless=new"],
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    };
}
