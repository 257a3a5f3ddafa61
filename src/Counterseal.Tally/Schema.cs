using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Tally;

/// <summary>One table of the tally: what each leaf is one of.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Cells">The named cells in order. A table of 256 places takes at most 224; place 224 is its <i>national security</i> and place 240 its <i>not counted</i>.</param>
public sealed record TallyTable(string Name, IReadOnlyList<string> Cells);

/// <summary>
/// The tables of a tally and the group elements that stand for their cells. Everything follows from the names alone, so that nobody knows a relation between two
/// elements. Table 0 is <c>kind</c>, with 16 places; each other has 256, written as two digits to the base 16.
/// </summary>
public sealed class TallySchema
{
    /// <summary>What the first line of everything hashed says.</summary>
    public const string Version = "counterseal/tally/v1";

    /// <summary>The base of the digits.</summary>
    public const int Radix = 16;

    /// <summary>High digit of the row whose one place is <i>national security</i>.</summary>
    public const int SecurityRow = 14;

    /// <summary>High digit of the row whose one place is <i>not counted</i>.</summary>
    public const int NotCountedRow = 15;

    /// <summary>Place of <i>national security</i> in a table of 256.</summary>
    public const int Security = SecurityRow * Radix;

    /// <summary>Place of <i>not counted</i> in a table of 256.</summary>
    public const int NotCounted = NotCountedRow * Radix;

    /// <summary>Named cells that a table of 256 may have.</summary>
    public const int MostCells = SecurityRow * Radix;

    private const int MostTables = 8;
    private readonly Point[][] cells;
    private readonly Point[] digits;

    /// <summary>Makes a schema.</summary>
    /// <param name="tables">The tables beside <c>kind</c>, 1 to 8.</param>
    /// <exception cref="ArgumentException">A name is there twice, is empty or longer than 200 bytes, or a table has no cell or more than 224.</exception>
    public TallySchema(IReadOnlyList<TallyTable> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        if (tables.Count is 0 or > MostTables)
            throw new ArgumentException("a tally has from 1 to 8 tables beside kind", nameof(tables));
        Tables = [new TallyTable("kind", [.. Enum.GetNames<LeafKind>().Select(name => name.ToLowerInvariant())]), .. tables];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in Tables)
        {
            Check(table.Name, nameof(tables));
            if (!names.Add(table.Name))
                throw new ArgumentException($"the table {table.Name} is there twice", nameof(tables));
            if (table.Cells.Count is 0 or > MostCells || table.Cells.Distinct(StringComparer.Ordinal).Count() != table.Cells.Count)
                throw new ArgumentException($"the table {table.Name} has no cell, more than {MostCells}, or one twice", nameof(tables));
            foreach (var cell in table.Cells)
                Check(cell, nameof(tables));
        }
        Blinding = Element("blinding");
        Reference = Element("reference");
        cells = [.. Tables.Select((table, t) => Enumerable.Range(0, Places(t)).Select(place => Element("cell", table.Name, CellName(t, place))).ToArray())];
        digits = [.. Enumerable.Range(0, Digits * Radix).Select(i => Element("digit", Number(i / Radix), Number(i % Radix)))];
        Digest = SHA256.HashData([.. Framed([Version, "schema", .. Tables.SelectMany(table => (string[])[Number(table.Cells.Count), table.Name, .. table.Cells])])]);
    }

    /// <summary>The tables, <c>kind</c> first.</summary>
    public IReadOnlyList<TallyTable> Tables { get; }

    /// <summary>SHA-256 over the names, each with its length.</summary>
    public byte[] Digest { get; }

    /// <summary>The element that blindings multiply.</summary>
    internal Point Blinding { get; }

    /// <summary>The element that a reference multiplies.</summary>
    internal Point Reference { get; }

    /// <summary>Digits of a leaf: one for kind, two for each other table.</summary>
    internal int Digits => 1 + (2 * (Tables.Count - 1));

    /// <summary>Places of a table.</summary>
    public static int Places(int table) => table == 0 ? Radix : Radix * Radix;

    /// <summary>The element of a cell.</summary>
    internal Point Cell(int table, int place) => cells[table][place];

    /// <summary>The element of a digit's value in the vector commitments.</summary>
    internal Point Digit(int digit, int value) => digits[(digit * Radix) + value];

    /// <summary>The first digit of a table; the low one of its two.</summary>
    internal static int FirstDigit(int table) => table == 0 ? 0 : (2 * table) - 1;

    /// <summary>The place of a cell by its name.</summary>
    /// <exception cref="ArgumentException">There is no such table or cell.</exception>
    public int Place(int table, string cell)
    {
        var place = table > 0 && cell == "not counted" ? NotCounted : table > 0 && cell == "national security" ? Security : Tables[table].Cells.ToList().IndexOf(cell);
        return place >= 0 ? place : throw new ArgumentException($"the table {Tables[table].Name} has no cell {cell}", nameof(cell));
    }

    /// <summary>What a place is called. Places without a name have one too, so that all of them have an element.</summary>
    public string CellName(int table, int place) =>
        place < Tables[table].Cells.Count ? Tables[table].Cells[place]
        : table > 0 && place == Security ? "national security"
        : table > 0 && place == NotCounted ? "not counted"
        : $"\u0000{Number(place)}";

    /// <summary>Every element that the proofs use, for the test that they differ.</summary>
    internal IEnumerable<Point> Elements() => [Blinding, Reference, .. cells.SelectMany(table => table), .. digits];

    /// <summary>Hash to the group: SHA-512 of the framed version and names, then the one-way map.</summary>
    private static Point Element(params string[] names) => Point.FromUniform(SHA512.HashData([.. Framed([Version, "element", .. names])]));

    /// <summary>Each string in UTF-8 behind its length as 4 bytes, big-endian.</summary>
    internal static IEnumerable<byte> Framed(IEnumerable<string> parts)
    {
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            foreach (var b in (byte[])[.. length, .. bytes])
                yield return b;
        }
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void Check(string name, string parameter)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > 200 || name.Any(char.IsControl))
            throw new ArgumentException($"a name is one line of 1 to 200 bytes: \"{name}\"", parameter);
    }
}

/// <summary>What a leaf stands for. The number is its place in the table <c>kind</c>.</summary>
public enum LeafKind
{
    /// <summary>Nothing: it fills a slot.</summary>
    Cover,
    /// <summary>A demand that was received.</summary>
    Received,
    /// <summary>A demand that was closed; counted in every table.</summary>
    Closed,
    /// <summary>A package that the gate sealed.</summary>
    Sealed,
}
