// File modes and SIGKILL are what these tests are about.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Counterseal.Ledger.Tests;

/// <summary>Where things are on this machine.</summary>
internal static class Place
{
    /// <summary>The repository's root: the folder that holds counterseal.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A folder of the shared data; the test skips with a plain message where it is absent.</summary>
    public static string Shared(string folder)
    {
        var path = Path.Combine(Root, "..", "shared", folder);
        if (!Directory.Exists(path))
            Assert.Skip($"the shared data is not on this machine (../shared/{folder})");
        return path;
    }

    /// <summary>A program on the PATH, or <c>null</c>.</summary>
    public static string? Program(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "counterseal.slnx")))
                return folder;
        throw new DirectoryNotFoundException("no counterseal.slnx above " + AppContext.BaseDirectory);
    }
}

/// <summary>A folder of one test, gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cs-ledger-").FullName;
    public string this[string name] => System.IO.Path.Combine(Path, name);
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
