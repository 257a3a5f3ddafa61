using System.Globalization;

namespace Counterseal.Web;

/// <summary>The languages that pages are there in, English first.</summary>
/// <param name="All">All of them.</param>
public sealed record ReaderLanguages(IReadOnlyList<ReaderLanguage> All)
{
    /// <summary>Languages, at most: those of ours and those of an operator's folder.</summary>
    public const int Most = 64;

    /// <summary>Those that come with the pages.</summary>
    public static ReaderLanguages Ours { get; } = new(Embedded());

    /// <summary>English, which every other has the sentences of.</summary>
    public ReaderLanguage First => All[0];

    /// <summary>Ours, and those of a folder: a file <c>TAG.yaml</c>, or a folder <c>TAG</c> of such files, adds a language, or says one of ours otherwise.</summary>
    /// <param name="folder">Where; nothing is added when it is not there.</param>
    /// <exception cref="FormatException">A file is incomplete or wrong; names file, line and sentence.</exception>
    public static ReaderLanguages With(string folder)
    {
        if (!Directory.Exists(folder))
            return Ours;
        var all = Ours.All.ToList();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            string[] paths = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.yaml").Order(StringComparer.Ordinal).Take(Most)] : path.EndsWith(".yaml", StringComparison.Ordinal) ? [path] : [];
            if (paths.Length == 0)
                continue;
            if (paths.FirstOrDefault(one => new FileInfo(one).Length > 1 << 20) is { } large)
                throw new FormatException($"{large}: a language's file has at most 1 MiB");
            var language = ReaderLanguage.Parse(Path.GetFileNameWithoutExtension(path), [.. paths.Select(one => (one, File.ReadAllBytes(one)))], Ours.First);
            var at = all.FindIndex(one => one.Tag == language.Tag);
            if (at >= 0)
                all[at] = language;
            else if (all.Count < Most)
                all.Add(language);
            else
                throw new FormatException($"{folder}: more than {Most} languages");
        }
        return new(all);
    }

    /// <summary>A language by its tag; <c>null</c> where there is none.</summary>
    public ReaderLanguage? Find(string? tag) => All.FirstOrDefault(language => language.Tag.Equals(tag, StringComparison.OrdinalIgnoreCase));

    /// <summary>The language that an <c>Accept-Language</c> header asks for first of those that there are (RFC 9110, 12.5.4); <c>de-AT</c> is given <c>de</c>. English where there is none.</summary>
    public ReaderLanguage Accepted(string? header) =>
        (header ?? "").Split(',', 20)
            .Select(part => part.Split(';', 2, StringSplitOptions.TrimEntries))
            .Select(part => (Tag: part[0], Weight: part.Length < 2 ? 1 : part[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase) && double.TryParse(part[1].AsSpan(2), CultureInfo.InvariantCulture, out var q) ? q : 0))
            .Where(one => one.Weight > 0).OrderByDescending(one => one.Weight)
            .Select(one => Find(one.Tag) ?? Find(one.Tag.Split('-')[0])).FirstOrDefault(language => language is not null) ?? First;

    private static List<ReaderLanguage> Embedded()
    {
        var (assembly, all) = (typeof(ReaderLanguages).Assembly, new List<ReaderLanguage>());
        foreach (var tag in (string[])["en", "de", "fr"])
        {
            var files = assembly.GetManifestResourceNames().Where(name => name.StartsWith($"reader.{tag}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                return (name["reader.".Length..], bytes);
            });
            all.Add(ReaderLanguage.Parse(tag, [.. files], all.FirstOrDefault()));
        }
        return all;
    }
}
