using System.Text;

namespace Counterseal.Law.Tests;

/// <summary>A small book in which nothing is wrong, as text to change.</summary>
internal static class SmallBook
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Counterseal.Law.Tests", "books", "small");

    public static IReadOnlyList<(string Name, string Text)> Files { get; } =
        [.. Directory.EnumerateFiles(Folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(p => (Path.GetRelativePath(Folder, p).Replace('\\', '/'), File.ReadAllText(p)))];

    /// <summary>The files with one passage replaced.</summary>
    public static IReadOnlyList<(string Name, string Text)> With(IReadOnlyList<(string Name, string Text)> files, string file, string find, string replace)
    {
        var text = files.Single(f => f.Name == file).Text;
        var at = text.IndexOf(find, StringComparison.Ordinal);
        Assert.True(at >= 0, $"{file} holds no '{find}'");
        return [.. files.Select(f => f.Name == file ? (file, text[..at] + replace + text[(at + find.Length)..]) : f)];
    }

    public static RuleBook Read(IEnumerable<(string Name, string Text)> files) => RuleBook.Read(files.Select(f => (f.Name, Encoding.UTF8.GetBytes(f.Text))));

    /// <summary>A folder that holds them, to be removed by who asked.</summary>
    public static string Write(IEnumerable<(string Name, string Text)> files)
    {
        var folder = Directory.CreateTempSubdirectory("book-").FullName;
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        return folder;
    }
}
