using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Holds the arrows between the rooms (ARCHITECTURE.md): a room may know these rooms and no others.</summary>
public class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayKnow = new(StringComparer.Ordinal)
    {
        ["Law"] = [],
        ["Ledger"] = [],
        ["Tally"] = ["Ledger"],
        ["Custody"] = ["Law", "Ledger", "Tally"],
        ["Collectors"] = ["Law", "Custody"],
        ["Intake"] = ["Law"],
        ["Desk"] = ["Law", "Ledger", "Intake", "Tally"],
        ["Watch"] = ["Ledger"],
        ["Convention"] = ["Ledger", "Watch"],
        ["Reports"] = ["Law", "Ledger", "Desk", "Watch", "Tally"],
        ["Web"] = ["Law", "Ledger", "Custody", "Intake", "Desk", "Watch", "Convention", "Reports", "Tally"],
        ["Cli"] = ["Law", "Ledger", "Custody", "Collectors", "Intake", "Desk", "Watch", "Convention", "Reports", "Tally", "Web"],
    };

    private static string Root => Place.Root;

    [Fact]
    public void Each_room_references_only_the_rooms_that_it_may_know()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(MayKnow.Count, projects.Length);
        foreach (var project in projects)
        {
            var room = Path.GetFileNameWithoutExtension(project)["Counterseal.".Length..];
            var known = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)["Counterseal.".Length..]);
            Assert.Empty(known.Except(MayKnow[room]));
        }
    }

    [Fact]
    public void What_the_compiler_wrote_agrees_with_the_arrows()
    {
        var seen = 0;
        foreach (var (room, allowed) in MayKnow)
        {
            var assembly = Assembly.Load(room == "Cli" ? "counterseal" : $"Counterseal.{room}");
            foreach (var other in assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Counterseal.", StringComparison.Ordinal)))
            {
                seen++;
                Assert.Contains(other["Counterseal.".Length..], allowed);
            }
        }

        Assert.True(seen > 5, $"only {seen} arrows seen: the test looks at the wrong assemblies");
    }

    [Fact]
    public void Every_room_has_a_readme_of_at_most_fifteen_lines()
    {
        foreach (var room in MayKnow.Keys)
        {
            var readme = Path.Combine(Root, "src", $"Counterseal.{room}", "README.md");
            Assert.True(File.Exists(readme), $"{room} has no README.md");
            Assert.InRange(File.ReadAllLines(readme).Length, 5, 15);
        }
    }

    [Fact]
    public void Files_are_named_after_things_and_not_after_patterns()
    {
        var pattern = new Regex("(Helper|Helpers|Util|Utils|Utilities|Manager|Base)\\.cs$", RegexOptions.CultureInvariant);
        var sources = Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, f => pattern.IsMatch(f));
    }
}
