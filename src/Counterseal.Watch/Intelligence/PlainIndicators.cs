using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// Indicators that say a value and nothing else, as lists of a million lines do: the values of one file as bytes, each made into an <see cref="Indicator"/> when somebody asks for it.
/// An object for each would cost ten times the memory and most of the time that reading takes.
/// </summary>
/// <param name="like">What all of them have in common.</param>
/// <param name="file">The file that they stand in.</param>
internal sealed class PlainIndicators(Indicator like, string file)
{
    private const int None = -1;
    private readonly List<(ObservableKind Kind, string Scope)> kinds = [];
    private readonly ulong seed = (ulong)Random.Shared.NextInt64();
    private byte[] values = [];
    private int[] ends = [];
    private long[] lines = [];
    private ushort[] kindOf = [];
    private int[] slots = [None, None];
    private HashSet<int>? removed;
    private int used;

    /// <summary>Values, those removed included; their numbers go from 0.</summary>
    public int Length => used;

    /// <summary>Those that hold.</summary>
    public int Count => used - (removed?.Count ?? 0);

    /// <summary>The operator's name of the feed.</summary>
    public string Feed => like.Feed;

    /// <summary>Bytes of all values.</summary>
    public int Bytes => used == 0 ? 0 : ends[used - 1];

    /// <summary>Whether one was neither removed nor replaced.</summary>
    public bool Holds(int number) => removed is null || !removed.Contains(number);

    /// <summary>The value, as <see cref="Observable.Value"/> has it in UTF-8.</summary>
    public ReadOnlySpan<byte> Value(int number) => values.AsSpan((number == 0 ? 0 : ends[number - 1])..ends[number]);

    /// <summary>What the value is.</summary>
    public (ObservableKind Kind, string Scope) Kind(int number) => kinds[kindOf[number]];

    /// <summary>The number of a kind, for <see cref="Add"/>.</summary>
    public ushort NumberOf(ObservableKind kind, string scope)
    {
        var number = kinds.IndexOf((kind, scope));
        if (number >= 0) return (ushort)number;
        kinds.Add((kind, scope));
        return (ushort)(kinds.Count - 1);
    }

    /// <summary>Adds one, in place of an earlier one of the same value.</summary>
    /// <param name="kind">Its <see cref="NumberOf"/>.</param>
    /// <param name="value">Canonical (<see cref="Observable.IsCanonical"/>).</param>
    /// <param name="line">Where it stands.</param>
    /// <returns>Whether there is room; not behind 1 GB of values.</returns>
    public bool Add(ushort kind, ReadOnlySpan<byte> value, long line)
    {
        if (Find(kind, value) is var (slot, number) && number >= 0)
        {
            lines[number] = line;
            removed?.Remove(number);
            return true;
        }

        if (Bytes + value.Length > 1 << 30) return false;
        if (used == ends.Length)
        {
            var size = Math.Max(1024, used * 2);
            Array.Resize(ref ends, size);
            Array.Resize(ref lines, size);
            Array.Resize(ref kindOf, size);
        }

        if (Bytes + value.Length > values.Length) Array.Resize(ref values, Math.Max(Bytes + value.Length, Math.Max(1 << 14, values.Length * 2)));
        value.CopyTo(values.AsSpan(Bytes));
        (ends[used], lines[used], kindOf[used]) = (Bytes + value.Length, line, kind);
        slots[slot] = used++;
        if (used * 2 > slots.Length) Rehash();
        return true;
    }

    /// <summary>Takes one out by its identifier; nothing where there is none.</summary>
    public void Remove(string id)
    {
        if (Place(id) is { } number) (removed ??= []).Add(number);
    }

    /// <summary>One of them as the others have it.</summary>
    public Indicator this[int number]
    {
        get
        {
            var (kind, scope) = Kind(number);
            var text = Encoding.UTF8.GetString(Value(number));
            if (!Observable.TryRead(kind, scope, text, out var observable, out _)) throw new InvalidOperationException($"{text} was added and is no {kind}");
            return like with { Id = IdOf(observable!), Place = string.Create(CultureInfo.InvariantCulture, $"{file}, line {lines[number]}"), Text = observable!.Value, Observables = [observable] };
        }
    }

    /// <summary>The identifier of an indicator to which its feed gives none.</summary>
    public static string IdOf(Observable observable) => $"{observable.Kind}:{observable.Scope}:{observable.Value}";

    private int? Place(string id)
    {
        for (ushort kind = 0; kind < kinds.Count; kind++)
            if ($"{kinds[kind].Kind}:{kinds[kind].Scope}:" is var prefix && id.StartsWith(prefix, StringComparison.Ordinal) && Find(kind, Encoding.UTF8.GetBytes(id[prefix.Length..])) is var (_, number) && number >= 0)
                return number;
        return null;
    }

    private (int Slot, int Number) Find(ushort kind, ReadOnlySpan<byte> value)
    {
        var slot = (int)(Hash(kind, value) & (uint)(slots.Length - 1));
        while (slots[slot] is var there && there != None && !(kindOf[there] == kind && Value(there).SequenceEqual(value))) slot = (slot + 1) & (slots.Length - 1);
        return (slot, slots[slot]);
    }

    private void Rehash()
    {
        slots = new int[slots.Length * 4];
        Array.Fill(slots, None);
        for (var number = 0; number < used; number++)
        {
            var slot = (int)(Hash(kindOf[number], Value(number)) & (uint)(slots.Length - 1));
            while (slots[slot] != None) slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = number;
        }
    }

    // Feeds are written by others: the seed is this file's own, so that nobody can choose values that collide.
    private ulong Hash(ushort kind, ReadOnlySpan<byte> value)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (seed ^ kind ^ ((ulong)value.Length << 32)) * Factor;
        for (; value.Length >= 8; value = value[8..])
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(value)) * Factor;
            hash ^= hash >> 29;
        }

        foreach (var b in value) hash = (hash ^ b) * Factor;
        hash = (hash ^ (hash >> 32)) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 31);
    }
}
