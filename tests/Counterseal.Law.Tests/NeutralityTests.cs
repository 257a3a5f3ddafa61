using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Counterseal.Law.Tests;

/// <summary>One rule book for every government: countries are data to the engine, and no code knows one of them.</summary>
public partial class NeutralityTests
{
    [Fact]
    public void Renaming_the_countries_in_books_demand_and_facts_alike_changes_nothing()
    {
        var names = Countries(Repository.RuleFiles);
        var renamed = RuleBook.Read(Renamed(Repository.RuleFiles, names, out var places));
        Assert.True(places > 50, $"only {places} countries stand in the books");
        Assert.NotEqual(Repository.Book.Digest, renamed.Digest);
        Draw.Holds(Draw.Situation, s => Same(s.Assess(), Renamed(s, names).Assess(renamed)), 2000);
    }

    [Fact]
    public void Renaming_the_countries_of_random_books_changes_nothing()
    {
        var again = new Dictionary<DrawnBook, RuleBook>();
        var different = 0;
        Draw.Holds(DrawnBook.World, t =>
        {
            var names = Countries(t.Book.Files);
            if (!again.TryGetValue(t.Book, out var renamed)) again[t.Book] = renamed = RuleBook.Read(Renamed(t.Book.Files, names, out _));
            var before = t.Situation.Assess(t.Book.Book);
            // That a demand is renamed and the book is not must show now and then, or the renaming above would prove nothing.
            if (!Same(before, Renamed(t.Situation, names).Assess(t.Book.Book))) different++;
            return Same(before, Renamed(t.Situation, names).Assess(renamed));
        }, 1500);
        Assert.True(different > 50, $"renaming the demand alone made a difference in {different} demands");
    }

    private static bool Same(Assessment a, Assessment b) => Outcome.Of(a).Against(Outcome.Of(b)).Length == 0;

    // Every code becomes another that stands for nothing: AA becomes NH, ZZ becomes MG, and two codes never become one.
    private static string Next(string code) => code.Length == 2 && code.All(char.IsAsciiLetterUpper)
        ? new string([(char)('A' + (code[0] - 'A' + 13) % 26), (char)('A' + (code[1] - 'A' + 7) % 26)])
        : code;

    // The names whose values are countries.
    private static HashSet<string> Countries(IEnumerable<(string Name, byte[] Bytes)> files) =>
        [.. NaiveBook.Of(files).Names.Where(n => Case.Text(n.Value, "type") == "country").Select(n => n.Key)];

    private static Situation Renamed(Situation s, HashSet<string> names) => s with
    {
        Demand = s.Demand with
        {
            Issuing = s.Demand.Issuing with { Country = Next(s.Demand.Issuing.Country) },
            Validating = s.Demand.Validating is { } v ? v with { Country = Next(v.Country) } : null,
        },
        Facts = new Facts(s.Facts.Values.ToDictionary(f => f.Key, f => names.Contains(f.Key) ? Next(f.Value) : f.Value)),
    };

    private static List<(string Name, byte[] Bytes)> Renamed(IEnumerable<(string Name, byte[] Bytes)> files, HashSet<string> names, out int places)
    {
        var count = 0;
        var renamed = files.Select(f => (f.Name, Encoding.UTF8.GetBytes(BookText.Flow(Walk(BookText.Root(f.Bytes)))))).ToList();
        places = count;
        return renamed;

        // Where a country stands: under a name whose values are countries, under `country` and `countries`, among the members of a group.
        YamlNode Walk(YamlNode node) => node switch
        {
            YamlMappingNode map => new YamlMappingNode(map.Children.Select(e => KeyValuePair.Create(e.Key,
                BookText.Key(e.Key) is "country" or "countries" or "members" || names.Contains(BookText.Key(e.Key)) ? Country(e.Value) : Walk(e.Value)))),
            YamlSequenceNode list => new YamlSequenceNode(list.Select(Walk)),
            _ => node,
        };
        YamlNode Country(YamlNode node)
        {
            switch (node)
            {
                case YamlScalarNode code:
                    if (Next(code.Value!) != code.Value) count++;
                    return new YamlScalarNode(Next(code.Value!));
                case YamlSequenceNode list:
                    return new YamlSequenceNode(list.Select(Country));
                default:
                    // A member with days, or an operator: only what is compared with is a country, not a group or the name of another fact.
                    return new YamlMappingNode(((YamlMappingNode)node).Children.Select(e => KeyValuePair.Create(e.Key, BookText.Key(e.Key) is "country" or "isNot" ? Country(e.Value) : e.Value)));
            }
        }
    }

    [Fact]
    public void The_engine_names_no_country_and_no_agency()
    {
        var countries = File.ReadLines(Path.Combine(Repository.Root, "tests", "Counterseal.Law.Tests", "countries.txt")).Where(l => !l.StartsWith('#')).Select(l => (Code: l[..2], Names: l[3..].Split(", "))).ToList();
        Assert.Equal(249, countries.Count);
        string[] agencies =
        [
            "FBI", "CIA", "NSA", "DEA", "DHS", "DOJ", "Interpol", "Europol", "Eurojust", "Garda", "Polizei", "Bundeskriminalamt", "BKA", "Gendarmerie", "Police nationale", "Guardia", "Carabinieri", "Politie",
            "NCA", "MI5", "MI6", "GCHQ", "ASIO", "AFP", "RCMP", "FSB", "Roskomnadzor", "Mossad", "Scotland Yard", "Parquet", "Staatsanwaltschaft", "Department of Justice", "Home Office", "European Commission",
        ];
        var folder = Path.Combine(Repository.Root, "src", "Counterseal.Law");
        var read = 0;
        foreach (var path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal)))
        {
            // Comments may give examples; what runs may not.
            var code = Comment().Replace(File.ReadAllText(path), "");
            read++;
            foreach (var name in countries.SelectMany(c => c.Names).Concat(agencies))
                Assert.False(Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b"), $"{Path.GetFileName(path)} names {name}");
            foreach (Match word in CapitalWord().Matches(string.Join('\n', Literal().Matches(code).Select(m => m.Value).Where(t => !t.Contains("yyyy", StringComparison.Ordinal)))))
                Assert.False(countries.Any(c => c.Code == word.Value), $"{Path.GetFileName(path)} has the code {word.Value} of {string.Join(", ", countries.Where(c => c.Code == word.Value).SelectMany(c => c.Names))} in a text");
        }
        Assert.True(read > 15, $"only {read} files were read");
    }

    [GeneratedRegex(@"//.*$|/\*.*?\*/", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\\\n])*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![A-Za-z0-9_])[A-Z]{2}(?![A-Za-z0-9_])")]
    private static partial Regex CapitalWord();
}
