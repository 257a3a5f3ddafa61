namespace Counterseal.EndToEnd.Tests;

/// <summary>Where the tests run.</summary>
internal static class Place
{
    /// <summary>The checkout's root: the folder of <c>counterseal.slnx</c>.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "counterseal.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"no counterseal.slnx above {AppContext.BaseDirectory}");
    }
}
