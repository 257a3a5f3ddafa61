using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Desk;
using Counterseal.Ledger;
using Counterseal.Tally;

namespace Counterseal.Reports.Tests;

/// <summary>An authority checks its own demand from its receipt and its closing notice: with our code, and with a second program that shares none of it.</summary>
public sealed class OwnDemandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cs-own-").FullName;
    private readonly NoteSigner signer = NoteSigner.Generate("ledger.example/log");
    private readonly TallyPlan plan = TallyPlan.Of(
        new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(1), 2, 2, ["US", "DE"], ["us.sca.warrant"],
        [.. Enum.GetValues<Outcome>().Select(ReportMaking.Word)], ["contentDisclosed", "nonContentDisclosed", "partly", "withdrawn"], ["us.nsl"], 1000);
    private readonly List<(LeafSecret Secret, byte[] Bytes)> leaves = [];

    private string Origin => TallyHome.OriginOf(signer.Name);

    public void Dispose()
    {
        signer.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private int Add(LeafSecret secret)
    {
        leaves.Add((secret, LeafMaking.Make(plan.Schema, new(Origin, leaves.Count, 0), secret, new byte[32])));
        return leaves.Count - 1;
    }

    private JsonObject Paper(int index, string kind)
    {
        var paper = LeafPaper.Of(plan.Schema, new(new(Origin, index, 0), leaves[index].Secret));
        paper["kind"] = kind;
        return paper;
    }

    /// <summary>A receipt as the desk gives it: its event is in an event log of one leaf.</summary>
    private byte[] Receipt(string demand, params JsonNode[] papers)
    {
        var happened = DeskEvent.Of(demand, 1, new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero), "desk", SyntheticReceived());
        byte[] salt = [.. Enumerable.Repeat((byte)7, 32)], tag = [.. Enumerable.Repeat((byte)9, 32)];
        var leaf = new Leaf(tag, Commitment.Of(salt, happened.Canonical));
        var proof = new TlogProof(0, [], new Checkpoint(signer.Name, 1, Merkle.LeafHash(leaf.Bytes)).Sign(signer));
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["counterseal"] = "tally/v1",
            ["received"] = new JsonObject { ["event"] = Convert.ToBase64String(happened.Canonical), ["salt"] = Convert.ToHexStringLower(salt), ["tag"] = Convert.ToHexStringLower(tag), ["proof"] = proof.Text() },
            ["tally"] = papers.Length == 1 ? papers[0].DeepClone() : new JsonArray([.. papers.Select(paper => paper.DeepClone())]),
        }.ToJsonString());
    }

    private static Received SyntheticReceived() =>
        (Received)new SyntheticLives(1, new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero)).Life(1, new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))[0].Body;

    /// <summary>The tally's folder as it is published.</summary>
    private TallyReader Publish()
    {
        var tree = new GrowingTree();
        foreach (var (_, bytes) in leaves)
            tree.Add(bytes);
        var tile = Path.Combine(folder, new Tile(Tile.Entries, 0, leaves.Count).Path);
        Directory.CreateDirectory(Path.GetDirectoryName(tile)!);
        File.WriteAllBytes(tile, [.. leaves.SelectMany(leaf => (byte[])[(byte)(leaf.Bytes.Length >> 8), (byte)leaf.Bytes.Length, .. leaf.Bytes])]);
        var hashes = Path.Combine(folder, new Tile(0, 0, leaves.Count).Path);
        Directory.CreateDirectory(Path.GetDirectoryName(hashes)!);
        File.WriteAllBytes(hashes, [.. leaves.SelectMany(leaf => Merkle.LeafHash(leaf.Bytes))]);
        File.WriteAllBytes(Path.Combine(folder, "plan"), plan.Bytes());
        File.WriteAllBytes(Path.Combine(folder, "checkpoint"), new Checkpoint(Origin, leaves.Count, tree.Root()).Sign(signer.As(Origin)));
        return TallyReader.OfFolder(folder, signer.Verifier);
    }

    private (byte[] First, byte[] Second, byte[] Stolen, byte[] Relabelled, TallyReader Tally) Two()
    {
        Add(LeafSecret.Uncounted(plan.Schema, LeafKind.Cover, ""));
        var one = Add(LeafSecret.Uncounted(plan.Schema, LeafKind.Received, "demand-one"));
        var two = Add(LeafSecret.Uncounted(plan.Schema, LeafKind.Received, "demand-two"));
        var closed = Add(LeafSecret.Closed(plan.Schema, ["US", "us.sca.warrant", "rejected", "2026-H2"], one));
        var other = Paper(closed, "closed");
        other["cells"]![3] = "noData";
        return (
            Receipt("demand-one", Paper(one, "received"), Paper(closed, "closed")), Receipt("demand-two", Paper(two, "received")),
            // One leaf for two: the second authority is shown the first one's.
            Receipt("demand-two", Paper(two, "received"), Paper(closed, "closed")), Receipt("demand-one", Paper(one, "received"), other), Publish());
    }

    [Fact]
    public async Task It_finds_its_demand_in_the_tally_once_and_as_what()
    {
        var (first, second, _, _, tally) = Two();
        var verdict = await OwnDemand.Check(first, tally, signer.Verifier, TestContext.Current.CancellationToken);
        Assert.True(verdict.Holds, string.Join("; ", verdict.Faults));
        Assert.Equal(("demand-one", 2), (verdict.Demand, verdict.Leaves.Count));
        Assert.Equal([("country", "US"), ("instrument", "us.sca.warrant"), ("outcome", "rejected"), ("received", "2026-H2")], verdict.Leaves[1].Cells);
        Assert.True((await OwnDemand.Check(second, tally, signer.Verifier, TestContext.Current.CancellationToken)).Holds);
    }

    [Fact]
    public async Task One_leaf_shown_to_two_authorities_a_cell_that_is_not_the_leafs_and_a_leaf_that_is_not_there_are_named()
    {
        var (first, _, stolen, relabelled, tally) = Two();
        Assert.Contains("another demand's", (await OwnDemand.Check(stolen, tally, signer.Verifier, TestContext.Current.CancellationToken)).Faults.Single(), StringComparison.Ordinal);
        Assert.Contains("is not noData in the table outcome", (await OwnDemand.Check(relabelled, tally, signer.Verifier, TestContext.Current.CancellationToken)).Faults.Single(), StringComparison.Ordinal);
        var beyond = JsonNode.Parse(first)!;
        beyond["tally"]![1]!["index"] = 99;
        var waiting = await OwnDemand.Check(Encoding.UTF8.GetBytes(beyond.ToJsonString()), tally, signer.Verifier, TestContext.Current.CancellationToken);
        Assert.False(waiting.Holds);
        Assert.Single(waiting.Waiting);
        // A receipt without a leaf says where to get it; one whose event was changed is none.
        Assert.False((await OwnDemand.Check(Receipt("demand-one", new JsonArray()), tally, signer.Verifier, TestContext.Current.CancellationToken)).Holds);
        var forged = JsonNode.Parse(first)!;
        forged["received"]!["salt"] = new string('0', 64);
        await Assert.ThrowsAsync<FormatException>(() => OwnDemand.Check(Encoding.UTF8.GetBytes(forged.ToJsonString()), tally, signer.Verifier, TestContext.Current.CancellationToken));
        using var stranger = NoteSigner.Generate("ledger.example/log");
        await Assert.ThrowsAsync<FormatException>(() => OwnDemand.Check(first, tally, stranger.Verifier, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Bytes_that_are_no_receipt_are_refused_in_a_sentence()
    {
        var (_, _, _, _, tally) = Two();
        foreach (var text in (string[])["", "{}", "[]", "null", "{\"received\":{}}", "{\"received\":{\"event\":\"!\"}}", new string('[', 100)])
            await Assert.ThrowsAsync<FormatException>(() => OwnDemand.Check(Encoding.UTF8.GetBytes(text), tally, signer.Verifier, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_second_program_says_the_same_of_each_receipt()
    {
        var (first, second, stolen, relabelled, _) = Two();
        var judge = Path.Combine(folder, "judge");
        Directory.CreateDirectory(judge);
        foreach (var name in (string[])["package.json", "package-lock.json", "verify.mjs", "check.mjs", "tally.mjs"])
            File.Copy(Path.Combine(Root(), "tests", "judges", "tally", name), Path.Combine(judge, name));
        Assert.SkipWhen(Run(judge, "npm", "ci", "--silent", "--no-audit", "--no-fund").Exit is null, "npm is not on this machine (Debian: npm)");
        Assert.Equal((0, "received 1 not counted, not counted, not counted, not counted\nclosed 3 US, us.sca.warrant, rejected, 2026-H2"), Ask(first));
        Assert.Equal((0, "received 2 not counted, not counted, not counted, not counted"), Ask(second));
        Assert.Equal((1, "no: leaf 3 is another demand's"), Ask(stolen));
        Assert.Equal((1, "no: leaf 3 is not noData in the table outcome"), Ask(relabelled));

        // And of the whole tally, from the same files, with an opening and with one whose number was edited.
        var counts = plan.Schema.Tables.Select((_, t) => new long[TallySchema.Places(t)]).ToArray();
        var blindings = PartSum.None(plan.Schema);
        foreach (var (secret, _) in leaves)
        {
            blindings = blindings.With(secret);
            for (var t = 0; t < counts.Length; t++)
                counts[t][secret.Places[t]]++;
        }
        var tree = new GrowingTree();
        foreach (var (_, bytes) in leaves)
            tree.Add(bytes);
        var opening = PeriodOpening.Make(plan.Schema, new(Origin, 0, 0, leaves.Count, tree.Root()), counts, blindings.Blindings, [.. counts.Select((_, t) => t == 0 ? new Dictionary<int, (long, long)> { [(int)LeafKind.Closed] = (0, 4) } : [])], new byte[32]);
        var said = TallyFile.OpeningBytes(opening);
        Assert.Equal((0, "holds: 4 leaves, 1 openings"), Whole(said));
        var edited = JsonNode.Parse(said)!;
        foreach (var member in (string[])["least", "most"])
            edited["tables"]![0]!["cells"]![1]![member] = 3;
        Assert.Equal((1, "period 0: kind: the numbers are not the sum of the leaves"), Whole(Encoding.UTF8.GetBytes(edited.ToJsonString())));

        (int?, string) Whole(byte[] bytes)
        {
            File.WriteAllBytes(Path.Combine(judge, "opening.json"), bytes);
            return Run(judge, "node", "tally.mjs", folder, signer.Verifier.ToString(), "opening.json");
        }

        (int?, string) Ask(byte[] receipt)
        {
            File.WriteAllBytes(Path.Combine(judge, "receipt.json"), receipt);
            return Run(judge, "node", "check.mjs", "receipt.json", folder, signer.Verifier.ToString());
        }
    }

    private static (int? Exit, string Said) Run(string folder, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd().TrimEnd();
            process.WaitForExit();
            Assert.True(output.Length > 0 || process.ExitCode == 0, error.Result);
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "");
        }
    }

    private static string Root()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "counterseal.slnx")))
            at = Path.GetDirectoryName(at)!;
        return at;
    }
}
