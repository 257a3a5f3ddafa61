using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Watch;

/// <summary>How a value met an indicator.</summary>
public enum HitKind : byte
{
    /// <summary>It is the indicator's value.</summary>
    Same,

    /// <summary>It is a name below the indicator's domain.</summary>
    Below,

    /// <summary>It is an address in the indicator's network.</summary>
    Inside,

    /// <summary>It is a URL or mail address whose host is, or is below or inside, the indicator's.</summary>
    Host,
}

/// <summary>One hit.</summary>
/// <param name="Indicator">The number that the indicator was added with.</param>
/// <param name="How">How it was met.</param>
public readonly record struct IndexHit(int Indicator, HitKind How);

/// <summary>
/// Simple indicators by the million, looked up in one step each: a table of hashes with a filter before it that is small enough to stay near the processor. A domain is looked up
/// once for each of its labels in a single pass from its end; an address once for each prefix length that any indicator has. Built once, then read by any number of threads.
/// </summary>
public sealed class IndicatorIndex
{
    /// <summary>Bytes of a value at most.</summary>
    public const int LongestValue = 4096;

    private const ulong Factor = 0x9E3779B97F4A7C15;
    private readonly ulong seed;
    private readonly ulong[] filter;
    private readonly int filterShift;
    private readonly (uint Tag, int Entry)[] table;
    private readonly int[] starts;
    private readonly byte[] values;
    private readonly int[] next;
    private readonly int[] indicators;
    private readonly ushort[] keys;
    private readonly Dictionary<string, ushort> scopes = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly bool[] present;
    private readonly bool[] fuzzy;
    private readonly int[] prefixesFour;
    private readonly int[] prefixesSix;

    /// <summary>Builds an index.</summary>
    /// <param name="entries">Each value with its indicator's number; a value may have several indicators.</param>
    /// <exception cref="ArgumentException">More than 2 GB of values or 8,000 different properties.</exception>
    public IndicatorIndex(IEnumerable<(Observable Observable, int Indicator)> entries)
        : this(entries, null)
    {
    }

    /// <summary>Builds an index of these and of a list's plain indicators.</summary>
    internal IndicatorIndex(IEnumerable<(Observable Observable, int Indicator)> entries, IndicatorList? list)
    {
        seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        var plain = list?.Plain ?? 0;
        var arena = new MemoryStream(plain * 20);
        List<int> ends = new(plain + 1) { 0 }, numbers = new(plain);
        var kinds = new List<ushort>(plain);
        bool[] four = new bool[33], six = new bool[129];
        Span<byte> buffer = stackalloc byte[LongestValue];
        for (var number = 0; number < plain; number++)
        {
            var (file, place) = list!.Find(number);
            var (kind, scope) = file.Kind(place);
            Enter(kind, scope, file.Value(place), number, buffer);
        }

        Span<byte> utf8 = stackalloc byte[LongestValue];
        foreach (var (o, number) in entries) Enter(o.Kind, o.Scope, utf8[..Encoding.UTF8.GetBytes(o.Value, utf8)], number, buffer);

        void Enter(ObservableKind kind, string name, ReadOnlySpan<byte> value, int number, Span<byte> key)
        {
            if (!scopes.TryGetValue(name, out var scope))
            {
                if (scopes.Count >= 8000) throw new ArgumentException("The indicators name more than 8000 different properties.", nameof(entries));
                scopes.Add(name, scope = (ushort)scopes.Count);
            }

            if (kind == ObservableKind.Address)
            {
                if (!Network.TryParse(value, out var network)) throw new ArgumentException($"{Encoding.UTF8.GetString(value)} is no network.", nameof(entries));
                (network.IsSix ? six : four)[network.Prefix] = true;
                value = key[..Key(network, key)];
            }

            if (arena.Length + value.Length > int.MaxValue) throw new ArgumentException("The indicators' values come to more than 2 GB.", nameof(entries));
            arena.Write(value);
            ends.Add((int)arena.Length);
            numbers.Add(number);
            kinds.Add(Kind(kind, scope));
        }

        values = arena.ToArray();
        starts = [.. ends];
        indicators = [.. numbers];
        keys = [.. kinds];
        next = new int[indicators.Length];
        // In a fuzzy hash capitals count; in hexadecimal they do not.
        fuzzy = [.. scopes.OrderBy(s => s.Value).Select(s => HashName.Digits(s.Key) == 0)];
        present = new bool[keys.Length == 0 ? 1 : keys.Max() + 1];
        foreach (var key in keys) present[key] = true;
        prefixesFour = [.. Enumerable.Range(0, 33).Where(p => four[p]).Reverse()];
        prefixesSix = [.. Enumerable.Range(0, 129).Where(p => six[p]).Reverse()];

        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, indicators.Length * 2L));
        table = new (uint, int)[size];
        Array.Fill(table, (0u, -1));
        var words = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, indicators.Length / 4));
        filter = new ulong[words];
        filterShift = 64 - BitOperations.Log2((uint)words);
        for (var entry = 0; entry < indicators.Length; entry++)
        {
            var value = Value(entry);
            var hash = Finished(Hashed(value, keys[entry]));
            filter[hash >> filterShift] |= Mask(hash);
            var slot = (int)hash & (size - 1);
            while (table[slot].Entry >= 0 && !(table[slot].Tag == (uint)(hash >> 32) && keys[table[slot].Entry] == keys[entry] && Value(table[slot].Entry).SequenceEqual(value))) slot = (slot + 1) & (size - 1);
            next[entry] = table[slot].Entry;
            table[slot] = ((uint)(hash >> 32), entry);
        }
    }

    /// <summary>Values with their indicators.</summary>
    public int Count => indicators.Length;

    /// <summary>Bytes that the index holds.</summary>
    public long Bytes => values.LongLength + 4L * (starts.Length + next.Length + indicators.Length) + 2L * keys.Length + 8L * (table.Length + filter.Length);

    /// <summary>Looks a value up.</summary>
    /// <param name="kind">What the event says it is.</param>
    /// <param name="scope">The algorithm or property, as in <see cref="Observable.Scope"/>.</param>
    /// <param name="value">UTF-8, as the event has it.</param>
    /// <param name="hits">Takes the hits; is not cleared.</param>
    /// <returns>How many hits were added.</returns>
    public int Find(ObservableKind kind, string scope, ReadOnlySpan<byte> value, List<IndexHit> hits) => Find(Way(kind, scope), value, hits);

    /// <summary>How values of a kind and scope are looked up here, worked out once for many values; -1 where no indicator could ever be met.</summary>
    internal int Way(ObservableKind kind, string scope)
    {
        if (kind is ObservableKind.Text or ObservableKind.Hash)
            return scopes.TryGetValue(kind == ObservableKind.Hash ? HashName.Canonical(scope) ?? scope : scope, out var known) && Has(Kind(kind, known)) ? Kind(kind, known) : -1;
        var hosts = Has(Kind(ObservableKind.Domain, 0)) || Has(Kind(ObservableKind.Address, 0));
        var some = kind is ObservableKind.Mail or ObservableKind.Url ? hosts || Has(Kind(kind, 0)) : Has(Kind(kind, 0));
        return some ? Kind(kind, 0) : -1;
    }

    private bool Has(ushort key) => key < present.Length && present[key];

    /// <summary>Looks a value up in the <see cref="Way"/> of its kind and scope.</summary>
    internal int Find(int way, ReadOnlySpan<byte> value, List<IndexHit> hits)
    {
        if (way < 0 || value.Length is 0 or > LongestValue) return 0;
        var before = hits.Count;
        var kind = (ObservableKind)(way & 7);
        switch (kind)
        {
            case ObservableKind.Domain:
                FindDomain(value, hits, false);
                break;
            case ObservableKind.Address:
                FindAddress(value, hits, false);
                break;
            case ObservableKind.Mail:
                Span<byte> mail = stackalloc byte[value.Length];
                Lower(value, mail);
                FindExact(mail, Kind(kind, 0), hits);
                if (mail.LastIndexOf((byte)'@') is var at and > 0) FindHost(mail[(at + 1)..], hits);
                break;
            case ObservableKind.Url:
                var text = Encoding.UTF8.GetString(value);
                if (CanonicalUrl.TryRead(text, out var url)) FindExact(Encoding.UTF8.GetBytes(url), Kind(kind, 0), hits);
                if (CanonicalUrl.TryHost(text, out var host)) FindHost(Encoding.UTF8.GetBytes(host), hits);
                break;
            case ObservableKind.Hash when fuzzy[way >> 3]:
            case ObservableKind.Text:
                FindExact(value, (ushort)way, hits);
                break;
            default:
                Span<byte> hash = stackalloc byte[value.Length];
                Lower(value, hash);
                FindExact(hash, (ushort)way, hits);
                break;
        }

        return hits.Count - before;
    }

    /// <summary>Looks a text up.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="scope">The algorithm or property.</param>
    /// <param name="value">The value.</param>
    public IReadOnlyList<IndexHit> Find(ObservableKind kind, string scope, string value)
    {
        var hits = new List<IndexHit>();
        Find(kind, scope, Encoding.UTF8.GetBytes(value), hits);
        return hits;
    }

    private void FindHost(ReadOnlySpan<byte> host, List<IndexHit> hits)
    {
        if (!FindAddress(host, hits, true)) FindDomain(host, hits, true);
    }

    private void FindDomain(ReadOnlySpan<byte> value, List<IndexHit> hits, bool asHost)
    {
        if (!Ascii.IsValid(value))
        {
            if (!Observable.TryDomain(Encoding.UTF8.GetString(value), out var ascii, out _)) return;
            value = Encoding.ASCII.GetBytes(ascii);
        }

        if (value.EndsWith((byte)'.')) value = value[..^1];
        if (value.Length is 0 or > 253) return;
        Span<byte> name = stackalloc byte[value.Length];
        var kind = Kind(ObservableKind.Domain, 0);
        if (!Has(kind)) return;
        var hash = seed ^ kind;
        for (var i = value.Length - 1; i >= 0; i--)
        {
            var b = Lower(value[i]);
            name[i] = b;
            if (b == '.' && i + 1 < value.Length) Probe(name[(i + 1)..], hash, kind, asHost ? HitKind.Host : HitKind.Below, hits);
            hash = Mixed(hash, b);
        }

        Probe(name, hash, kind, asHost ? HitKind.Host : HitKind.Same, hits);
    }

    /// <summary>Whether it is an address at all.</summary>
    private bool FindAddress(ReadOnlySpan<byte> value, List<IndexHit> hits, bool asHost)
    {
        if (!Network.TryParse(value, out var met)) return false;
        FindAddress(met, hits, asHost);
        return true;
    }

    /// <summary>Looks an address up.</summary>
    internal void Find(Network met, List<IndexHit> hits)
    {
        if (Has(Kind(ObservableKind.Address, 0))) FindAddress(met, hits, false);
    }

    private void FindAddress(Network met, List<IndexHit> hits, bool asHost)
    {
        var kind = Kind(ObservableKind.Address, 0);
        Span<byte> key = stackalloc byte[18];
        foreach (var prefix in met.IsSix ? prefixesSix : prefixesFour)
        {
            if (prefix > met.Prefix) continue;
            Key(met.Widened(prefix), key);
            Probe(key, Hashed(key, kind), kind, asHost ? HitKind.Host : prefix == met.Prefix ? HitKind.Same : HitKind.Inside, hits);
        }
    }

    private void FindExact(ReadOnlySpan<byte> value, ushort kind, List<IndexHit> hits)
    {
        if (Has(kind)) Probe(value, Hashed(value, kind), kind, HitKind.Same, hits);
    }

    private void Probe(ReadOnlySpan<byte> value, ulong unfinished, ushort kind, HitKind how, List<IndexHit> hits)
    {
        var hash = Finished(unfinished);
        var mask = Mask(hash);
        if ((filter[hash >> filterShift] & mask) != mask) return;
        var tag = (uint)(hash >> 32);
        for (var slot = (int)hash & (table.Length - 1); table[slot].Entry >= 0; slot = (slot + 1) & (table.Length - 1))
        {
            var (met, entry) = table[slot];
            if (met != tag || keys[entry] != kind || !Value(entry).SequenceEqual(value)) continue;
            for (; entry >= 0; entry = next[entry]) hits.Add(new(indicators[entry], how));
            return;
        }
    }

    private ReadOnlySpan<byte> Value(int entry) => values.AsSpan(starts[entry], starts[entry + 1] - starts[entry]);

    private ulong Hashed(ReadOnlySpan<byte> value, ushort kind)
    {
        var hash = seed ^ kind;
        if ((kind & 7) == (int)ObservableKind.Domain)
        {
            // Byte by byte from the end, so that a longer name goes on from a shorter one's hash.
            for (var i = value.Length - 1; i >= 0; i--) hash = Mixed(hash, value[i]);
            return hash;
        }

        hash ^= (ulong)value.Length * Factor;
        for (; value.Length >= 8; value = value[8..])
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value)) * Factor;
            hash ^= hash >> 32;
        }

        foreach (var b in value) hash = Mixed(hash, b);
        return hash;
    }

    // Feeds are written by others: the seed is the process's own, so that nobody can choose values that collide.
    private static ulong Mixed(ulong hash, byte b)
    {
        hash = (hash ^ b) * Factor;
        return hash ^ (hash >> 32);
    }

    private static ulong Finished(ulong hash)
    {
        hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 32);
    }

    private static ulong Mask(ulong hash) => (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63)) | (1UL << (int)((hash >> 12) & 63));

    private static ushort Kind(ObservableKind kind, ushort scope) => (ushort)((scope << 3) | (int)kind);

    private static int Key(Network network, Span<byte> key)
    {
        key[0] = network.IsSix ? (byte)6 : (byte)4;
        key[1] = (byte)network.Prefix;
        BinaryPrimitives.WriteUInt128BigEndian(key[2..], network.Bits);
        return 18;
    }

    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;

    private static void Lower(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = Lower(from[i]);
    }
}
