using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody.Tests;

/// <summary>A gate, a ledger and a recipient, and packages that they make.</summary>
internal sealed class MadePackage : IDisposable
{
    public const string DemandId = "01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    public static readonly byte[] OrderBytes = "{\"kind\":\"release\",\"v\":1}"u8.ToArray();
    public static readonly CollectionReport Report = new(
        [new SelectorResult(0, ["A-7F3K2M9QXTBC"])],
        [new AccountResult("A-7F3K2M9QXTBC", DataCategory.Content, 3, 1, [new Unreadable("4711", "no From line")], 99)]);

    public Scratch Scratch { get; } = new();
    public NoteSigner Gate { get; } = NoteSigner.Generate("gate.example");
    public NoteSigner Log { get; } = NoteSigner.Generate("ledger.example");
    public AgeIdentity Officer { get; } = AgeIdentity.Generate();
    public Trust Trust => new(Gate.Verifier.ToString(), Log.Verifier.ToString());
    public static string OrderDigest => Order.DigestOf(OrderBytes);
    public static string Name => "cs-" + OrderDigest[..16];
    public string AgePath => Scratch[Name + ".age"];
    public string SealPath => Scratch[Name + ".counterseal"];

    public PackageFacts Facts => new("gate.example", true, OrderBytes, DemandId, new string('a', 64), ["one\n\n— a b\n", "two\n\n— c d\n"], "proof\n",
        PackageRecipients.Of(Officer.Recipient), "Amtsgericht Musterstadt", new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero));

    /// <summary>Writes a package of streams; a stream is a name, an extension and its records.</summary>
    public SealStatement Write(Stream age, int partSize, Func<int, byte[]> random, params (string Name, string Extension, byte[][] Records)[] streams)
    {
        using var writer = new PackageWriter(age, Facts, partSize, random);
        foreach (var (name, extension, records) in streams)
        {
            writer.Begin(name, extension);
            foreach (var record in records)
            {
                // In two pieces, as collectors do.
                writer.Write(record.AsSpan(0, record.Length / 2));
                writer.Write(record.AsSpan(record.Length / 2));
                writer.EndRecord();
            }
            writer.End();
        }
        return writer.Finish(Report);
    }

    /// <summary>A package on disk, with its counterseal.</summary>
    public SealStatement Write(int partSize, params (string Name, string Extension, byte[][] Records)[] streams)
    {
        SealStatement statement;
        using (var age = File.Create(AgePath))
            statement = Write(age, partSize, System.Security.Cryptography.RandomNumberGenerator.GetBytes, streams);
        File.WriteAllBytes(SealPath, Seal(statement));
        return statement;
    }

    /// <summary>The usual small one.</summary>
    public SealStatement WriteSmall() => Write(1000,
        ("A-7F3K2M9QXTBC/subscriber", "ndjson", [Encoding.UTF8.GetBytes("{\"name\":\"x\"}\n")]),
        ("A-7F3K2M9QXTBC/content", "mbox", [AgeTests.Bytes(400, 1), AgeTests.Bytes(700, 2), AgeTests.Bytes(2500, 3), AgeTests.Bytes(10, 4)]));

    /// <summary>The counterseal of a statement: the event in a log of two leaves.</summary>
    public byte[] Seal(SealStatement statement, string type = "sealed", JsonObject? body = null, string by = "gate.example", string demand = DemandId)
    {
        var sealedEvent = LoggedEvent.Build(type, demand, by, statement.SealedAt, 7,
            body ?? new JsonObject { ["order"] = statement.Order, ["statement"] = statement.Digest });
        var salt = AgeTests.Bytes(32, 11);
        var leaf = new Leaf(new WriterKey(AgeTests.Bytes(32, 12)).Tag(7), Commitment.Of(salt, sealedEvent));
        var other = Merkle.LeafHash(AgeTests.Bytes(64, 13));
        var checkpoint = new Checkpoint("ledger.example", 2, Merkle.NodeHash(other, Merkle.LeafHash(leaf.Bytes)));
        return SealFile.Make(statement, sealedEvent, salt, leaf, new TlogProof(1, [other], checkpoint.Sign(Log)), Gate);
    }

    /// <summary>A package whose archive is made by hand, everything else in order.</summary>
    public void WriteArchive(byte[] archive, string manifest, byte[]? age = null)
    {
        age ??= AgeTests.Encrypt(archive, Officer.Recipient);
        File.WriteAllBytes(AgePath, age);
        using var digests = new BlockDigests();
        digests.Append(age);
        var (whole, blocks) = digests.Finish();
        File.WriteAllBytes(SealPath, Seal(SealStatement.Of(Facts, OrderDigest, manifest, [(age.Length, whole, blocks)])));
    }

    public IReadOnlyList<Check> Verify(Trust? trust = null) => Package.Verify(AgePath, trust ?? Trust, CancellationToken.None);

    public IReadOnlyList<Check> Open(string folder = "opened", AgeIdentity? identity = null, Trust? trust = null) =>
        Package.Open(AgePath, trust ?? Trust, identity ?? Officer, Scratch[folder], CancellationToken.None);

    /// <summary>What opening it says is wrong; nothing may be left behind.</summary>
    public string Refused(AgeIdentity? identity = null, Trust? trust = null)
    {
        var before = Directory.GetFileSystemEntries(Scratch.Folder);
        var e = Assert.Throws<PackageException>(() => Open(identity: identity, trust: trust));
        Assert.Equal(before, Directory.GetFileSystemEntries(Scratch.Folder));
        return e.Message;
    }

    public void Dispose()
    {
        Officer.Dispose();
        Gate.Dispose();
        Log.Dispose();
        Scratch.Dispose();
    }
}
