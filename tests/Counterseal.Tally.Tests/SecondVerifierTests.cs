using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Counterseal.Tally.Tests;

/// <summary>A second verifier, in another language and without our group's library (<c>tests/judges/tally</c>, <c>@noble/curves</c>), says the same of each file, honest or forged.</summary>
public sealed class SecondVerifierTests
{
    [Fact]
    public void The_second_verifier_finds_what_ours_finds_in_an_honest_file_and_in_every_forged_one()
    {
        var tally = MadeTally.Small();
        var honest = tally.File(tally.Open(0), tally.Open(1));
        var files = new Dictionary<string, TallyFile>
        {
            ["honest"] = honest,
            ["honest, the second period not opened"] = honest with { Openings = [honest.Openings[0]] },
            ["a number edited"] = honest with { Openings = [tally.Open(0, counts => (counts[1][2], counts[1][TallySchema.NotCounted]) = (0, counts[1][TallySchema.NotCounted] + 1)), honest.Openings[1]] },
            ["openings in the other order"] = honest with { Openings = [honest.Openings[1], honest.Openings[0]] },
            ["a leaf copied"] = honest with { Leaves = [.. honest.Leaves.Select((leaf, i) => i == 5 ? honest.Leaves[3] : leaf)] },
            ["two leaves exchanged"] = honest with { Leaves = [.. honest.Leaves.Select((leaf, i) => i == 0 ? honest.Leaves[1] : i == 1 ? honest.Leaves[0] : leaf)] },
            ["a leaf of another period"] = honest with { Leaves = [.. honest.Leaves.Select((leaf, i) => i == 5 ? (1, leaf.Bytes) : leaf)] },
            ["the last leaf gone"] = honest with { Leaves = [.. honest.Leaves.SkipLast(1)] },
            ["another log"] = honest with { Origin = "tally.other.example" },
            ["another name of a cell"] = honest with { Schema = new TallySchema([.. honest.Schema.Tables.Skip(1).Select(table => table with { Cells = [.. table.Cells.Select(cell => cell == "DE" ? "AT" : cell)] })]) },
            ["counted in one table only"] = Replaced(new LeafSecret([(int)LeafKind.Closed, 2, TallySchema.NotCounted], [Scalar.Random(), Scalar.Random(), Scalar.Random()], Scalar.Zero, Scalar.Random())),
            ["national security in one table only"] = Replaced(new LeafSecret([(int)LeafKind.Closed, TallySchema.Security, 1], [Scalar.Random(), Scalar.Random(), Scalar.Random()], Scalar.Zero, Scalar.Random())),
            ["an interval moved"] = Moved(),
        };
        var random = new Random(11);
        for (var i = 0; i < 6; i++)
        {
            var (leaf, at) = (random.Next(honest.Leaves.Count), random.Next(TallyLeaf.SizeOf(honest.Schema)));
            var bytes = honest.Leaves[leaf].Bytes.ToArray();
            bytes[at] ^= (byte)(1 << random.Next(8));
            files[$"a bit of leaf {leaf}, byte {at}"] = honest with { Leaves = [.. honest.Leaves.Select((l, n) => n == leaf ? (l.Period, bytes) : l)] };
        }

        var theirs = Ask(files.Values);
        foreach (var ((name, file), words) in files.Zip(theirs))
        {
            var ours = TallyFile.Read(file.Bytes()).Faults(TestContext.Current.CancellationToken);
            Assert.True((ours.Count == 0) == (words == "holds"), $"{name}: we say {string.Join("; ", ours.DefaultIfEmpty("holds"))}, they say {words}");
            Assert.Equal(name.StartsWith("honest", StringComparison.Ordinal), ours.Count == 0);
            // The leaves and periods that are named are the same too.
            Assert.Equal(Places(ours), Places(words == "holds" ? [] : words.Split('\n')));
        }

        TallyFile Replaced(LeafSecret secret) =>
            honest with { Leaves = [.. honest.Leaves.Select((leaf, i) => i == 3 ? (leaf.Period, LeafMaking.Make(honest.Schema, tally.Place(3), secret, MadeTally.Key)) : leaf)] };

        TallyFile Moved()
        {
            var opening = honest.Openings[1];
            var table = opening.Tables[1];
            return honest with { Openings = [honest.Openings[0], opening with { Tables = [opening.Tables[0], table with { Cells = [.. table.Cells.Select(cell => cell.Hidden is null ? cell : cell with { Most = cell.Most - 1 })] }, opening.Tables[2]] }] };
        }
    }

    [Fact]
    public void A_file_is_read_back_as_it_was_written_and_another_shape_is_refused_with_its_place()
    {
        var tally = MadeTally.Small();
        var file = tally.File(tally.Open(0), tally.Open(1));
        Assert.Equal(file.Bytes(), TallyFile.Read(file.Bytes()).Bytes());
        foreach (var member in (string[])["v", "origin", "tables", "disclosed", "leaves", "openings"])
        {
            var node = JsonNode.Parse(file.Bytes())!.AsObject();
            node.Remove(member);
            Assert.Throws<TallyException>(() => TallyFile.Read(System.Text.Encoding.UTF8.GetBytes(node.ToJsonString())));
        }
    }

    [Fact]
    public void Both_verifiers_say_that_the_published_test_vectors_hold()
    {
        var vectors = TallyFile.Read(File.ReadAllBytes(Path.Combine(Root, "docs", "provable-totals-vectors.json")));
        Assert.Equal((11, 2), (vectors.Leaves.Count, vectors.Openings.Count));
        Assert.Empty(vectors.Faults(TestContext.Current.CancellationToken));
        Assert.Equal("holds", Ask([vectors, vectors])[1]);
    }

    private static string[] Places(IEnumerable<string> faults) => [.. faults.Select(fault => fault[..fault.IndexOf(':', StringComparison.Ordinal)]).Distinct().Order(StringComparer.Ordinal)];

    private static List<string> Ask(IEnumerable<TallyFile> files)
    {
        var folder = Directory.CreateTempSubdirectory("tally-verifier").FullName;
        try
        {
            foreach (var name in (string[])["package.json", "package-lock.json", "verify.mjs"])
                File.Copy(Path.Combine(Root, "tests", "judges", "tally", name), Path.Combine(folder, name));
            Assert.SkipWhen(Run(folder, "npm", "ci", "--silent", "--no-audit", "--no-fund") is null, "npm is not on this machine (Debian: npm)");
            var paths = files.Select((file, i) =>
            {
                var path = Path.Combine(folder, $"{i}.json");
                File.WriteAllBytes(path, file.Bytes());
                return path;
            }).ToList();
            var words = Run(folder, "node", ["verify.mjs", .. paths]) ?? throw new InvalidOperationException("node is not on this machine (Debian: nodejs)");
            return [.. words.Split("# ", StringSplitOptions.RemoveEmptyEntries).Select(part => part[(part.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimEnd())];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Run(string folder, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 || output.Length > 0 ? output.TrimEnd() : throw new InvalidOperationException($"{program} failed: {error.Result}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "counterseal.slnx")))
                folder = folder.Parent!;
            return folder.FullName;
        }
    }
}
