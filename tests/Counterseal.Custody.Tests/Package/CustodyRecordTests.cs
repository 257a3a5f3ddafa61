using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterseal.Custody.Tests.Gate;

namespace Counterseal.Custody.Tests;

/// <summary>The chain-of-custody record in the bag, with npm's <c>jsonld</c> as the judge of its form.</summary>
public class CustodyRecordTests
{
    private const string Case = "https://ontology.caseontology.org/case/investigation/";
    private const string Core = "https://ontology.unifiedcyberontology.org/uco/core/";

    private static readonly CustodyFacts Before = new("Court \"of\" Example", "us.sca.warrant", "TEST-0001", new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero),
        "counsel", new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero), new string('d', 64), ["alice", "bob"]);

    [Fact]
    public void The_record_is_JSON_LD_without_a_member_that_is_no_term_and_names_what_happened()
    {
        var judge = NpmJudge.Of("jsonld");
        using var made = new MadePackage();
        var quads = Encoding.UTF8.GetString(judge.Do(Record(made), []));
        Assert.Equal(6, quads.Split('\n').Count(line => line.Contains($"<{Case}InvestigativeAction>", StringComparison.Ordinal)));
        Assert.Contains($"<{Case}ProvenanceRecord>", quads, StringComparison.Ordinal);
        foreach (var name in new[] { "Court \\\"of\\\" Example", "counsel", "alice", "bob", "Counterseal gate gate.example (trial mode)", "sealed for Amtsgericht Musterstadt" })
            Assert.Contains($"<{Core}name> \"{name}\"", quads, StringComparison.Ordinal);
        Assert.Contains("\"2026-11-21T09:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime>", quads, StringComparison.Ordinal);
        Assert.Contains($"\"{Convert.ToHexString(SHA256.HashData(MadePackage.OrderBytes))}\"^^<http://www.w3.org/2001/XMLSchema#hexBinary>", quads, StringComparison.Ordinal);
        // Each thing that is named is described.
        var described = quads.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToHashSet();
        Assert.All(quads.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[2]).Where(thing => thing.StartsWith("<urn:", StringComparison.Ordinal)), thing => Assert.Contains(thing, described));
    }

    [Fact]
    public void The_same_facts_give_the_same_bytes_and_another_order_other_names()
    {
        using var made = new MadePackage();
        Assert.Equal(Record(made), Record(made));
        var other = CustodyRecord.Bytes(made.Facts, Before, new string('e', 64), MadePackage.Name, new byte[32], made.Facts.SealedAt);
        using var document = JsonDocument.Parse(other);
        var names = document.RootElement.GetProperty("@graph").EnumerateArray().Select(node => node.GetProperty("@id").GetString()!).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(names, name => Assert.DoesNotContain(name, Encoding.UTF8.GetString(Record(made)), StringComparison.Ordinal));
        Assert.All(names, name => Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", name));
    }

    [Fact]
    public async Task A_release_has_the_record_with_the_people_and_times_of_its_own_and_no_selector_in_it()
    {
        await using var desk = await HostileDesk.Begin();
        var release = await Gate.Case.Release(desk);
        Assert.Equal("done", (await release.File()).State);
        var folder = Path.Combine(desk.Home, "packages", release.Digest);
        Package.Open(Path.Combine(folder, release.Name), new Trust(desk.Made.Key, desk.LedgerMade.Key.ToString()), desk.Recipient, desk.At("opened"), CancellationToken.None);
        var record = await File.ReadAllTextAsync(desk.At("opened", "custody.jsonld"));
        foreach (var said in new[] { "District Court of Example", "TEST-0001", "us.sca.warrant", "\"counsel\"", "\"alice\"", "\"bob\"", "2026-11-24T02:00:00Z", Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(desk.At("opened", "manifest-sha256.txt")))) })
            Assert.Contains(said, record, StringComparison.Ordinal);
        Assert.DoesNotContain("maeve", record, StringComparison.OrdinalIgnoreCase);
        NpmJudge.Of("jsonld").Do(Encoding.UTF8.GetBytes(record), []);
    }

    private static byte[] Record(MadePackage made) => CustodyRecord.Bytes(made.Facts, Before, MadePackage.OrderDigest, MadePackage.Name, new byte[32], made.Facts.SealedAt.AddMinutes(3));
}
