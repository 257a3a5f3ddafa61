namespace Counterseal.Watch.Tests;

/// <summary>The folder of the whole project.</summary>
internal static class Root
{
    public static string Folder { get; } = Find();

    /// <summary>The real intelligence beside the project; <c>null</c> on a fresh clone.</summary>
    public static string? Intel => Path.Combine(Folder, "..", "shared", "intel") is var folder && Directory.Exists(folder) ? Path.GetFullPath(folder) : null;

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "counterseal.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("counterseal.slnx is nowhere above the tests");
        return folder;
    }
}
