namespace Counterseal.Custody.Tests;

/// <summary>A judge of <c>tests/judges</c> that runs in Node, installed once by its lock file in a folder of its own.</summary>
internal sealed class NpmJudge
{
    private static readonly Scratch Folders = Kept();
    private static readonly Lock Installing = new();
    private static readonly Dictionary<string, NpmJudge> Installed = [];
    private readonly string folder;
    private readonly string? fault;

    private NpmJudge(string name)
    {
        folder = Directory.CreateDirectory(Folders[name]).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(Judge.Root, "tests", "judges", name)))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var install = Judge.Ask("npm", ["ci"], folder: folder);
        fault = install is { Exit: 0 } ? null : $"the judge {name} cannot be fetched: npm is missing or said {install?.Error}";
    }

    /// <summary>The judge of that name; the test is skipped where it cannot be had.</summary>
    public static NpmJudge Of(string name)
    {
        NpmJudge? judge;
        lock (Installing)
        {
            if (!Installed.TryGetValue(name, out judge))
                Installed[name] = judge = new NpmJudge(name);
        }
        Assert.SkipWhen(judge.fault is not null, judge.fault ?? "");
        return judge;
    }

    private static Scratch Kept()
    {
        var folders = new Scratch();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folders.Dispose();
        return folders;
    }

    /// <summary>Runs <c>judge.mjs</c> with these arguments.</summary>
    public (int Exit, byte[] Output, string Error) Ask(byte[]? input, params string[] arguments) =>
        Judge.Ask("node", [Path.Combine(folder, "judge.mjs"), .. arguments], input ?? [], folder)!.Value;

    /// <summary>The same; it must succeed.</summary>
    public byte[] Do(byte[]? input, params string[] arguments)
    {
        var (exit, output, error) = Ask(input, arguments);
        Assert.True(exit == 0, error);
        return output;
    }
}
