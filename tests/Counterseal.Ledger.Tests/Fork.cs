using System.Globalization;
using System.Text;

namespace Counterseal.Ledger.Tests;

/// <summary>A log as whoever has its key can make it: leaves of its own choice, whatever others were shown.</summary>
internal sealed class Fork
{
    private readonly NoteSigner signer;
    private readonly byte[][] leaves;

    private Fork(NoteSigner signer, byte[][] leaves) => (this.signer, this.leaves) = (signer, leaves);

    /// <summary>A tree whose leaves from an index on are another branch's.</summary>
    public static Fork Of(NoteSigner signer, int size, int branch = 0, int from = 0) =>
        new(signer, [.. Enumerable.Range(0, size).Select(i => Merkle.LeafHash([(byte)(i >= from ? branch : 0), .. BitConverter.GetBytes(i)]))]);

    public byte[] Root(long size) => Merkle.Root(size, Complete);

    public Checkpoint At(long size) => new(signer.Name, size, Root(size));

    public IReadOnlyList<byte[]> Proof(long old, long size) => old is 0 || old >= size ? [] : Merkle.ConsistencyProof(old, size, Complete);

    /// <summary>The body of an add-checkpoint request; with an honest proof unless another is given.</summary>
    public byte[] Request(long old, long size, IReadOnlyList<byte[]>? proof = null, NoteSigner? by = null) => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"old {old}\n") + string.Concat((proof ?? Proof(old, size)).Select(hash => Convert.ToBase64String(hash) + "\n")) + "\n"
        + Encoding.UTF8.GetString(At(size).Sign(by ?? signer)));

    private byte[] Complete(int level, long index) => level == 0 ? leaves[index] : Merkle.NodeHash(Complete(level - 1, 2 * index), Complete(level - 1, 2 * index + 1));
}

/// <summary>A clock that tests set.</summary>
internal sealed class SetClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;
    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A witness in a folder of its own.</summary>
internal sealed class TestWitness : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private Witness? open;

    public TestWitness(string name = "witness.example", params NoteVerifier[] logs)
    {
        Key = WitnessHome.Create(Folder, name);
        foreach (var log in logs)
            Home.Add(log);
    }

    public string Folder => folder["witness"];
    public WitnessHome Home => new(Folder);
    public WitnessKey Key { get; }
    public SetClock Clock { get; } = new(new DateTimeOffset(2026, 11, 24, 2, 0, 0, TimeSpan.Zero));
    public Witness Open() => open ??= Witness.Open(Folder, Clock);

    public void Close()
    {
        open?.Dispose();
        open = null;
    }

    public void Dispose()
    {
        Close();
        folder.Dispose();
    }
}
