using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Tally;

/// <summary>
/// What is settled of a tally before its first leaf and published with it: the tables, the cadence, the partition of time, and how wide the band is behind which national security is. All
/// writers and verifiers read the same bytes.
/// </summary>
/// <param name="Schema">The tables.</param>
/// <param name="First">The half-year that is period 0, e.g. <c>2026-H2</c>; each later half-year, in UTC, is the next period.</param>
/// <param name="Slot">Time between two slots, whole seconds.</param>
/// <param name="Each">Leaves that each slot adds.</param>
/// <param name="Window">A leaf goes into one of so many slots to come, drawn at random.</param>
/// <param name="Disclosed">The table and cells in which a closed demand was answered with data.</param>
/// <param name="Band">Width of the intervals that national security is behind; 0 for a company under no such law, which then proves that it has none.</param>
/// <param name="Security">Instruments that are national security.</param>
public sealed record TallyPlan(
    TallySchema Schema, string First, TimeSpan Slot, int Each, int Window, (int Table, IReadOnlyList<string> Cells) Disclosed, int Band, IReadOnlyList<string> Security)
{
    /// <summary>The file's name in the homes of desk, gate and ledger.</summary>
    public const string FileName = "tally.json";

    /// <summary>The most bytes of a plan that is read.</summary>
    public const int Limit = 256 << 10;

    /// <summary>What a name that is not in a table is counted as.</summary>
    public const string Other = "other";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8 };

    /// <summary>The origin of the tally that belongs to a log.</summary>
    public static string OriginOf(string log) => log + "/tally";

    /// <summary>The longest time from the moment that a leaf is due to the slot that it is in, while the slots suffice.</summary>
    public TimeSpan Delay => Slot * (Window + 2);

    /// <summary>The period of an instant.</summary>
    public int Period(DateTimeOffset at) => Halves(at.UtcDateTime.Year, at.UtcDateTime.Month <= 6 ? 1 : 2) - FirstHalf();

    /// <summary>The half-year that a period is, e.g. <c>2026-H2</c>.</summary>
    public string Name(int period)
    {
        var half = FirstHalf() + period;
        return string.Create(CultureInfo.InvariantCulture, $"{half / 2:0000}-H{(half % 2) + 1}");
    }

    /// <summary>The cell of a table for a name: itself, or <c>other</c>.</summary>
    public string Cell(int table, string name) => Schema.Tables[table].Cells.Contains(name) ? name : Other;

    /// <summary>The published bytes.</summary>
    public byte[] Bytes() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["v"] = 1,
        ["first"] = First,
        ["slot"] = (int)Slot.TotalSeconds,
        ["each"] = Each,
        ["window"] = Window,
        ["band"] = Band,
        ["tables"] = new JsonArray([.. Schema.Tables.Skip(1).Select(table => new JsonObject { ["name"] = table.Name, ["cells"] = Texts(table.Cells) })]),
        ["disclosed"] = new JsonObject { ["table"] = Disclosed.Table, ["cells"] = Texts(Disclosed.Cells) },
        ["nationalSecurity"] = Texts(Security),
    });

    /// <summary>Reads a plan.</summary>
    /// <exception cref="TallyException">It has another shape; names the member.</exception>
    public static TallyPlan Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limit)
            throw new TallyException($"a plan has at most {Limit} bytes");
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            var root = document.RootElement;
            if (root.GetProperty("v").GetInt32() != 1)
                throw new TallyException("/v: only version 1 is known");
            var schema = new TallySchema([.. root.GetProperty("tables").EnumerateArray().Select(table => new TallyTable(table.GetProperty("name").GetString()!, Texts(table.GetProperty("cells"))))]);
            var disclosed = root.GetProperty("disclosed");
            var plan = new TallyPlan(
                schema, root.GetProperty("first").GetString()!, TimeSpan.FromSeconds(root.GetProperty("slot").GetInt32()), root.GetProperty("each").GetInt32(), root.GetProperty("window").GetInt32(),
                (disclosed.GetProperty("table").GetInt32(), Texts(disclosed.GetProperty("cells"))), root.GetProperty("band").GetInt32(), Texts(root.GetProperty("nationalSecurity")));
            if (plan.Slot < TimeSpan.FromSeconds(1) || plan.Slot > TimeSpan.FromDays(1) || plan.Each is < 1 or > 1000 || plan.Window is < 1 or > 1000 || plan.Band is < 0 or > 100_000)
                throw new TallyException("/slot is 1 to 86400 seconds, /each and /window 1 to 1000, /band 0 to 100000");
            _ = plan.FirstHalf();
            if (plan.Disclosed.Table < 1 || plan.Disclosed.Table >= schema.Tables.Count)
                throw new TallyException("/disclosed/table: there is no such table");
            foreach (var cell in plan.Disclosed.Cells)
                _ = schema.Place(plan.Disclosed.Table, cell);
            return plan;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new TallyException("not a tally's plan: " + e.Message);
        }
    }

    /// <summary>The plan for the desk's report: countries, instruments, outcomes, and the half-year of receipt.</summary>
    /// <param name="at">Its first half-year is the one of this instant.</param>
    /// <param name="slot">Time between two slots.</param>
    /// <param name="each">Leaves a slot.</param>
    /// <param name="window">Slots that a leaf is drawn into.</param>
    /// <param name="countries">Codes; at most 222.</param>
    /// <param name="instruments">Ids; at most 222.</param>
    /// <param name="outcomes">The report's outcomes.</param>
    /// <param name="disclosed">Those of them with data.</param>
    /// <param name="security">Instruments that are national security.</param>
    /// <param name="band">Width of what they are behind.</param>
    public static TallyPlan Of(
        DateTimeOffset at, TimeSpan slot, int each, int window, IEnumerable<string> countries, IEnumerable<string> instruments, IReadOnlyList<string> outcomes, IReadOnlyList<string> disclosed, IReadOnlyList<string> security, int band)
    {
        var year = at.UtcDateTime.Year;
        string[] halves = [.. Enumerable.Range(year - 10, 60).SelectMany(y => (string[])[$"{y.ToString(CultureInfo.InvariantCulture)}-H1", $"{y.ToString(CultureInfo.InvariantCulture)}-H2"])];
        var schema = new TallySchema(
        [
            new TallyTable("country", [.. countries.Append("??").Append(Other).Distinct(StringComparer.Ordinal)]),
            new TallyTable("instrument", [.. instruments.Except(security).Append("unknown").Append(Other).Distinct(StringComparer.Ordinal)]),
            new TallyTable("outcome", outcomes),
            new TallyTable("received", halves),
        ]);
        return new(schema, $"{year.ToString(CultureInfo.InvariantCulture)}-H{(at.UtcDateTime.Month <= 6 ? 1 : 2)}", slot, each, window, (3, disclosed), band, security);
    }

    private int FirstHalf() =>
        First is { Length: 7 } && First[4] == '-' && First[5] == 'H' && First[6] is '1' or '2' && int.TryParse(First.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            ? Halves(year, First[6] - '0') : throw new TallyException($"/first: \"{First}\" is no half-year; write it as 2026-H1");

    private static int Halves(int year, int half) => (year * 2) + half - 1;

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString() ?? throw new TallyException("a list of texts holds something else"))];
}
