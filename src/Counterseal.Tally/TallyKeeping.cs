using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Ledger;

namespace Counterseal.Tally;

/// <summary>What a writer of leaves hands over of a period: how many are its own, and for each table the sum of their blindings. It says nothing of any leaf.</summary>
/// <param name="Count">How many.</param>
/// <param name="Blindings">For each table.</param>
public sealed record PartSum(long Count, IReadOnlyList<Scalar> Blindings)
{
    /// <summary>Nothing yet.</summary>
    public static PartSum None(TallySchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new(0, [.. schema.Tables.Select(_ => Scalar.Zero)]);
    }

    /// <summary>With one leaf more.</summary>
    public PartSum With(LeafSecret secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return new(Count + 1, [.. Blindings.Zip(secret.Blindings, (sum, one) => sum + one)]);
    }

    /// <summary>As JSON.</summary>
    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["count"] = Count, ["sums"] = new JsonArray([.. Blindings.Select(sum => JsonValue.Create(Convert.ToHexStringLower(sum.Bytes)))]) });

    /// <summary>Reads it.</summary>
    /// <exception cref="TallyException">It has another shape.</exception>
    public static PartSum Read(TallySchema schema, ReadOnlyMemory<byte> json)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var sums = document.RootElement.GetProperty("sums").EnumerateArray().Select(one => Scalar.TryRead(Convert.FromHexString(one.GetString()!), out var sum) ? sum : throw new TallyException("a sum is not a number below the order")).ToList();
            return sums.Count == schema.Tables.Count ? new(document.RootElement.GetProperty("count").GetInt64(), sums) : throw new TallyException($"{sums.Count} sums for {schema.Tables.Count} tables");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TallyException("not a part's sum: " + e.Message);
        }
    }
}

/// <summary>A leaf that is proven and not sent yet.</summary>
/// <param name="Place">Where it will stand.</param>
/// <param name="Secret">What it is.</param>
/// <param name="Bytes">Its bytes: to be durable before they are sent.</param>
public sealed record LeafDraft(LeafPlace Place, LeafSecret Secret, byte[] Bytes);

/// <summary>The tally as its writers and its ledger work it.</summary>
public static class TallyKeeping
{
    /// <summary>What a ledger's process must know of leaves, from the home of its tally.</summary>
    /// <param name="home">The tally's home.</param>
    /// <param name="origin">The tally's origin.</param>
    /// <exception cref="TallyException">The plan cannot be read.</exception>
    public static TallyWork Work(TallyHome home, string origin)
    {
        ArgumentNullException.ThrowIfNull(home);
        var bytes = File.ReadAllBytes(home.Plan);
        var plan = TallyPlan.Read(bytes);
        var (schema, key) = (plan.Schema, File.ReadAllBytes(home.Secret));
        LeafSecret Cover(LeafPlace place) => LeafSecret.Derived(schema, LeafKind.Cover, "", key, place);
        return new(
            bytes, plan.Slot, plan.Each, plan.Window, TallyLeaf.SizeOf(schema), plan.Period, PeriodOf,
            (index, period) => Make(schema, new LeafPlace(origin, index, period), Cover, key),
            (index, period, leaf) => Fault(schema, new LeafPlace(origin, index, period), leaf),
            leaves => leaves.Select(leaf => (Leaf: leaf.Bytes, Secret: Cover(new LeafPlace(origin, leaf.Index, PeriodOf(leaf.Bytes)))))
                .Where(leaf => leaf.Leaf.AsSpan(5, Point.Length).SequenceEqual(LeafMaking.Commitment(schema, 0, (int)LeafKind.Cover, leaf.Secret.Blindings[0]).Bytes))
                .Aggregate(PartSum.None(schema), (sum, leaf) => sum.With(leaf.Secret)).Bytes());
    }

    /// <summary>Reserves an index and proves a leaf for it, on a thread of the pool.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="plan">The tally's plan.</param>
    /// <param name="secret">What it is, given where it will stand.</param>
    /// <param name="key">The writer's secret for nonces.</param>
    /// <param name="cancel">Until it is reserved.</param>
    /// <exception cref="HttpRequestException">The ledger cannot be reached.</exception>
    /// <exception cref="LedgerException">It refuses.</exception>
    public static async Task<LeafDraft> Draft(TallyClient ledger, TallyPlan plan, Func<LeafPlace, LeafSecret> secret, byte[] key, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(secret);
        var reserved = await ledger.Reserve(cancel);
        var place = new LeafPlace(ledger.Log.Name, reserved.Index, reserved.Period);
        return await Task.Run(() =>
        {
            var made = secret(place);
            return new LeafDraft(place, made, LeafMaking.Make(plan.Schema, place, made, key));
        }, CancellationToken.None);
    }

    /// <summary>The period that a leaf's bytes say.</summary>
    public static int PeriodOf(byte[] leaf) => BinaryPrimitives.ReadInt32BigEndian(leaf.AsSpan(1, 4));

    private static byte[] Make(TallySchema schema, LeafPlace place, Func<LeafPlace, LeafSecret> secret, byte[] key) => LeafMaking.Make(schema, place, secret(place), key);

    private static string? Fault(TallySchema schema, LeafPlace place, byte[] leaf)
    {
        try
        {
            return TallyCheck.Faults(schema, [(place, TallyLeaf.Read(schema, leaf))], CancellationToken.None).Select(one => one.Fault).FirstOrDefault();
        }
        catch (TallyException e)
        {
            return e.Message;
        }
    }
}
