using System.Globalization;
using System.Text.Json;

namespace Counterseal.Watch.Tests;

/// <summary>One case of a file in <c>patterns/</c>; the format is in its README.</summary>
public sealed record PatternCase(string File, int Line, string Kind, string Pattern, IReadOnlyList<Observation> Seen, int FaultLine = 1, int FaultColumn = 0, string Reason = "")
{
    public static IReadOnlyList<PatternCase> Load(string file)
    {
        var cases = new List<PatternCase>();
        var seen = new List<Observation>();
        var number = 0;
        foreach (var line in System.IO.File.ReadLines(Place.Beside("patterns", file)))
        {
            number++;
            var (word, rest) = line.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? (line[..space], line[(space + 1)..]) : (line, "");
            switch (word)
            {
                case "" or "#":
                    break;
                case "##":
                    seen = [];
                    break;
                case "seen":
                    var cut = rest.IndexOf(' ', StringComparison.Ordinal);
                    seen = [.. seen, Observation.Read(DateTimeOffset.Parse(rest[..cut], CultureInfo.InvariantCulture), JsonDocument.Parse(rest[cut..]).RootElement)];
                    break;
                case "yes" or "no":
                    cases.Add(new(file, number, word, rest, seen));
                    break;
                case "bad":
                    var bar = rest.IndexOf(" |", StringComparison.Ordinal);
                    var head = rest[..bar].Split(' ', 2);
                    var place = head[0].Split(':').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
                    cases.Add(new(file, number, word, rest[(bar + 2)..].TrimStart(' ').Replace("\\n", "\n", StringComparison.Ordinal), seen, place.Length > 1 ? place[0] : 1, place[^1], head[1]));
                    break;
                default:
                    throw new FormatException($"{file}, line {number}: no case begins with “{word}”.");
            }
        }

        return cases;
    }

    public override string ToString() => $"{File}:{Line} {Kind} {Pattern}";
}
