namespace Counterseal.Law.Tests;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Rules => Path.Combine(Root, "rules");

    public static RuleBook Book => field ??= RuleBook.Load(Rules);

    public static IReadOnlyList<(string Name, byte[] Bytes)> RuleFiles { get; } =
        [.. Directory.EnumerateFiles(Rules, "*.yaml", SearchOption.AllDirectories).Select(p => (Path.GetRelativePath(Rules, p).Replace('\\', '/'), File.ReadAllBytes(p)))];

    /// <summary>The same files, as the second evaluator reads them.</summary>
    public static NaiveBook Naive => field ??= NaiveBook.Of(RuleFiles);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "counterseal.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("counterseal.slnx is in no folder above the tests");
    }
}
