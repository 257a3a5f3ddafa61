namespace Counterseal.Intake.Tests;

/// <summary>Bytes that were something once: pieces turned, cut, doubled, put in from elsewhere. The same seed makes the same ones.</summary>
internal static class Mutations
{
    private static readonly byte[] Marks = [0, (byte)'<', (byte)'>', (byte)'&', (byte)'"', (byte)'\'', (byte)'{', (byte)'}', (byte)'[', (byte)']', (byte)',', (byte)':', (byte)'\\', (byte)'0', (byte)'-', (byte)' ', 0x80, 0xc3, 0xed, 0xff];

    /// <summary>So many of them.</summary>
    public static IEnumerable<byte[]> Of(byte[][] seeds, int count, int seed)
    {
        var random = new Random(seed);
        for (var n = 0; n < count; n++)
        {
            var bytes = seeds[random.Next(seeds.Length)].ToList();
            for (var edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
            {
                var at = random.Next(bytes.Count);
                var length = Math.Min(random.Next(1, 40), bytes.Count - at);
                switch (random.Next(6))
                {
                    case 0: bytes[at] = (byte)random.Next(256); break;
                    case 1: bytes[at] = Marks[random.Next(Marks.Length)]; break;
                    case 2: bytes.Insert(at, Marks[random.Next(Marks.Length)]); break;
                    case 3: bytes.RemoveRange(at, length); break;
                    case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                    default:
                        var other = seeds[random.Next(seeds.Length)];
                        var from = random.Next(other.Length);
                        bytes.InsertRange(at, other[from..Math.Min(other.Length, from + length)]);
                        break;
                }
            }
            yield return [.. bytes];
        }
    }
}
