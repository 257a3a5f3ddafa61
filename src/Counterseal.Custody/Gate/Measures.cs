using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What one order collected, and whom it met, by opaque account numbers.</summary>
internal sealed record Measured(string Order, DateTimeOffset At, long Bytes, IReadOnlyList<string> Accounts);

/// <summary>What was collected within the last 24 hours, in <c>measures.json</c>: written before the effect that it measures, so that a restart forgets nothing. Older ones are dropped.</summary>
internal sealed class Measures
{
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private const int Limit = 64 << 20;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly List<Measured> all = [];

    /// <exception cref="InvalidDataException">The file is not the gate's.</exception>
    public Measures(string path)
    {
        this.path = path;
        if (!File.Exists(path))
            return;
        try
        {
            using var document = Shape.ParseCanonical(File.ReadAllBytes(path), Limit, "measures.json");
            foreach (var item in document.RootElement.EnumerateArray())
            {
                var one = Shape.Closed(item, "measures.json", "order", "at", "bytes", "accounts");
                all.Add(new Measured(one.Hex("order", 32), one.Instant("at"), one.Whole("bytes", 0, long.MaxValue), one.Texts("accounts", int.MaxValue, 100)));
            }
        }
        catch (Exception e) when (e is RefusalException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} is not as the gate wrote it; look before deleting it: it says what was collected today", e);
        }
    }

    /// <summary>What other orders did since an instant.</summary>
    public IReadOnlyList<Measured> Since(DateTimeOffset since, string but)
    {
        lock (gate)
            return [.. all.Where(one => one.At > since && one.Order != but)];
    }

    /// <summary>Writes down what an order did; what it did in an attempt before is replaced.</summary>
    public void Add(Measured measured)
    {
        lock (gate)
        {
            all.RemoveAll(one => one.Order == measured.Order || one.At <= measured.At - Day);
            all.Add(measured);
            Durable.Replace(path, Canonical.Bytes(new JsonArray([.. all.Select(one => new JsonObject
            {
                ["order"] = one.Order,
                ["at"] = Instant.Text(one.At),
                ["bytes"] = one.Bytes,
                ["accounts"] = new JsonArray([.. one.Accounts.Select(account => JsonValue.Create(account))]),
            })])), "gate.measures.write", GateHome.FileMode);
        }
    }
}
