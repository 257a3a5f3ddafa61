using System.Collections.Frozen;

namespace Counterseal.Watch;

/// <summary>The states and territories of ISO 3166-1, by code and by the names that feeds use. Data only, in <c>states.tsv</c>.</summary>
public static class States
{
    private static readonly FrozenDictionary<string, string> Codes = Load();

    /// <summary>The alpha-2 code, or <c>null</c>.</summary>
    /// <param name="text">A code or a name, in any capitals.</param>
    public static string? Code(string text) => Codes.GetValueOrDefault(text.Trim());

    private static FrozenDictionary<string, string> Load()
    {
        using var stream = typeof(States).Assembly.GetManifestResourceStream("states.tsv")!;
        using var reader = new StreamReader(stream);
        var codes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#') || line.Length == 0) continue;
            var fields = line.Split('\t');
            foreach (var name in fields) codes.Add(name, fields[0]);
        }

        return codes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
