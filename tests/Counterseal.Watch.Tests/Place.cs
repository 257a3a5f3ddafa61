namespace Counterseal.Watch.Tests;

/// <summary>Where the tests find files: the project's own, and the shared ones that a fresh clone does not have.</summary>
internal static class Place
{
    public static string Root { get; } = FindRoot();

    public static string Beside(string folder, string name) => Path.Combine(AppContext.BaseDirectory, folder, name);

    /// <summary>A file or folder of real intelligence; the test is skipped where it is absent.</summary>
    public static string Intel(string name)
    {
        var path = Path.Combine(Root, "..", "shared", "intel", name);
        if (!File.Exists(path) && !Directory.Exists(path)) Assert.Skip($"Real intelligence is not shipped with the project; ../shared/intel/{name} is absent.");
        return path;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("counterseal.slnx was not found above the tests.");
        return folder;
    }
}
