using System.Globalization;
using System.Text;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Cli;

/// <summary>A dirty line of <c>samples/registry/dirt.yaml</c>, and what must become of it.</summary>
/// <param name="Feed">Into which sample it goes.</param>
/// <param name="File"><c>incidents</c>, <c>receivers</c> or <c>attributions</c>.</param>
/// <param name="Row">The line's bytes.</param>
/// <param name="Expect">taken, mended or refused.</param>
/// <param name="Says">A part of what must be said; <c>null</c> where nothing is.</param>
/// <param name="Column">The column that must be named.</param>
/// <param name="Accused">The states that must be named, in order.</param>
/// <param name="Attacked">The countries that must be attacked, in order.</param>
/// <param name="Start">The day that it must begin on.</param>
internal sealed record DirtyLine(string Feed, string File, byte[] Row, string Expect, string? Says, string? Column, IReadOnlyList<string>? Accused, IReadOnlyList<string>? Attacked, string? Start)
{
    /// <summary>Reads the list.</summary>
    public static IReadOnlyList<DirtyLine> Read(string path)
    {
        var yaml = new YamlStream();
        using (var reader = new StreamReader(path))
            yaml.Load(reader);
        return [.. ((YamlSequenceNode)yaml.Documents[0].RootNode["dirt"]).Select(node =>
        {
            string? Text(string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;
            IReadOnlyList<string>? List(string key) => ((YamlMappingNode)node).Children.TryGetValue(key, out var value) ? [.. ((YamlSequenceNode)value).Select(v => ((YamlScalarNode)v).Value!)] : null;
            var row = Text("row")!.Replace("{huge}", new string('x', 300_000), StringComparison.Ordinal);
            return new DirtyLine(Text("feed")!, Text("file") ?? "incidents", Text("latin1") is null ? Encoding.UTF8.GetBytes(row) : Encoding.Latin1.GetBytes(row), Text("expect")!, Text("says"), Text("column"), List("accused"), List("attacked"), Text("start"));
        })];
    }

    /// <summary>Puts lines into a clean file, one after every second of its own rows; gives the line on which each came to stand.</summary>
    public static IReadOnlyDictionary<DirtyLine, long> Spread(string clean, string dirty, IReadOnlyList<DirtyLine> lines)
    {
        var places = new Dictionary<DirtyLine, long>();
        using var file = System.IO.File.Create(dirty);
        var (line, next, rows) = (1L, 0, 0);
        foreach (var row in System.IO.File.ReadAllLines(clean))
        {
            Put(Encoding.UTF8.GetBytes(row));
            if (rows++ > 1 && rows % 2 == 0 && next < lines.Count)
                Dirt();
        }
        while (next < lines.Count)
            Dirt();
        return places;

        void Dirt()
        {
            places[lines[next]] = line;
            Put(lines[next++].Row);
        }

        void Put(byte[] bytes)
        {
            file.Write(bytes);
            file.WriteByte((byte)'\n');
            line += 1 + bytes.Count(b => b == '\n');
        }
    }

    /// <summary>What of a row's account is not as it should be; <c>null</c> when all is.</summary>
    public string? Differs(Convention.ImportRow? row, Convention.Incident? incident)
    {
        if (row is null)
            return "it is not accounted for";
        if (!string.Equals(row.Outcome.ToString(), Expect, StringComparison.OrdinalIgnoreCase))
            return $"{row.Outcome} and not {Expect}: {string.Join("; ", row.Remarks.Select(r => $"{r.Column}: {r.What}"))}";
        if (Says is not null && !row.Remarks.Any(r => r.What.Contains(Says, StringComparison.Ordinal) && (Column is null || r.Column == Column)))
            return $"it says \"{string.Join("; ", row.Remarks.Select(r => $"{r.Column}: {r.What}"))}\" and not \"{Column}: {Says}\"";
        if (Accused is not null && incident?.Accused.SequenceEqual(Accused) != true)
            return $"it names {string.Join(", ", incident?.Accused ?? [])} and not {string.Join(", ", Accused)}";
        if (Attacked is not null && incident?.Attacked.SequenceEqual(Attacked) != true)
            return $"it has victims in {string.Join(", ", incident?.Attacked ?? [])} and not {string.Join(", ", Attacked)}";
        return Start is not null && incident?.Start?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) != Start ? $"it begins on {incident?.Start:yyyy-MM-dd} and not on {Start}" : null;
    }
}
