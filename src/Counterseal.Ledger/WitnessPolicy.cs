namespace Counterseal.Ledger;

/// <summary>Which witnesses somebody believes, and how many of them he wants: k of n, each counted once.</summary>
/// <param name="Need">How many cosignatures; at least 1, at most as many as there are keys.</param>
/// <param name="Keys">The witnesses; no name twice.</param>
public sealed record WitnessPolicy(int Need, IReadOnlyList<WitnessKey> Keys)
{
    /// <summary>Witnesses, at most.</summary>
    public const int MaxKeys = 32;

    /// <summary>Reads vkeys and a number.</summary>
    /// <exception cref="FormatException">Says what cannot be.</exception>
    public static WitnessPolicy Of(long need, IEnumerable<string> vkeys)
    {
        var keys = vkeys.Select(WitnessKey.Parse).ToList();
        if (keys.Count > MaxKeys)
            throw new FormatException($"{keys.Count} witnesses: at most {MaxKeys} are taken");
        if (keys.DistinctBy(key => key.Name).Count() != keys.Count || keys.DistinctBy(key => Convert.ToHexString(key.PublicKey)).Count() != keys.Count)
            throw new FormatException("two witnesses bear one name, or have one key: each counts once");
        return need >= 1 && need <= keys.Count ? new WitnessPolicy((int)need, keys) : throw new FormatException($"{need} cosignatures of {keys.Count} witnesses: from 1 to as many as there are");
    }

    /// <summary>Who of them cosigned a note's text, and when each did last.</summary>
    /// <exception cref="FormatException">A known witness's line fails.</exception>
    public IReadOnlyDictionary<string, DateTimeOffset> Saw(SignedNote note) =>
        Keys.Select(key => (key.Name, At: key.Saw(note))).Where(seen => seen.At is not null).ToDictionary(seen => seen.Name, seen => seen.At!.Value, StringComparer.Ordinal);

    /// <summary>What is wanting in a note's cosignatures, or <c>null</c> when there are enough.</summary>
    public string? Fault(SignedNote note)
    {
        try
        {
            var count = Saw(note).Count;
            return count >= Need ? null : $"{count} of the trusted witnesses cosigned this checkpoint, and {Need} are asked for";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// The latest instant that as many witnesses as are needed have reached: fewer liars than that cannot push it forward, and fewer than the rest cannot hold it back. <c>null</c> when too few have said anything.
    /// </summary>
    /// <param name="times">The newest time of each, by name.</param>
    public DateTimeOffset? Agreed(IReadOnlyDictionary<string, DateTimeOffset> times)
    {
        var known = Keys.Where(key => times.ContainsKey(key.Name)).Select(key => times[key.Name]).OrderDescending().ToList();
        return known.Count < Need ? null : known[Need - 1];
    }

    /// <summary>Equal when number and keys are.</summary>
    public bool Equals(WitnessPolicy? other) => other is not null && Need == other.Need && Keys.SequenceEqual(other.Keys);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Need, Keys.Count);
}
