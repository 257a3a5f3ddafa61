using System.Globalization;
using System.Text;
using System.Text.Json;
using Counterseal.Custody;
using Counterseal.Custody.Tests;
using Counterseal.Law;
using Microsoft.Data.Sqlite;

namespace Counterseal.Collectors.Tests;

/// <summary>The gate's spool over these collectors: cut off anywhere and taken up again they come to the same, and of what is kept nothing is read again.</summary>
public class ResumeTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("files")]
    [InlineData("messages")]
    [InlineData("rows")]
    public void Cut_off_behind_any_record_it_goes_on_and_reads_nothing_again_that_is_kept(string what)
    {
        using var scratch = new Scratch();
        var settings = what == "rows" ? Rows(scratch) : Stored(scratch, what);
        using var vault = AgeIdentity.Generate();
        var (report, whole, all) = Collect(settings, vault, scratch["whole"], int.MaxValue);
        Assert.Equal(12, all);
        for (var cut = 1; cut < 12; cut++)
        {
            var spool = scratch["spool" + cut.ToString(CultureInfo.InvariantCulture)];
            Assert.Throws<IOException>(() => Collect(settings, vault, spool, cut));
            var (again, sink, offered) = Collect(settings, vault, spool, int.MaxValue);
            Assert.Equal(report, again);
            Assert.Equal(whole, sink);
            // A segment is closed behind each record, so that all that was taken is kept: only what comes after is offered.
            Assert.Equal(12 - cut, offered);
        }
    }

    private static CollectorSettings Stored(Scratch scratch, string what)
    {
        for (var i = 0; i < 12; i++)
        {
            var path = scratch[Path.Combine("store", "acc-1", $"{Start.AddHours(i):yyyyMMdd'T'HHmmss}-{i}.eml")];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, MailStoreTests.Message("mine", i, MailStoreTests.Date(Start)));
        }
        return new CollectorSettings("store", "files")
        {
            Settings = new Dictionary<string, string> { ["folder"] = scratch["store"], ["time"] = "yyyyMMddTHHmmss", ["holds"] = what },
            Categories = new Dictionary<DataCategory, CategorySettings> { [DataCategory.Content] = new() },
        };
    }

    private static CollectorSettings Rows(Scratch scratch)
    {
        using var database = new SqliteConnection($"Data Source={scratch["calls.db"]};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "CREATE TABLE calls (id TEXT PRIMARY KEY, at TEXT, note TEXT)";
        command.ExecuteNonQuery();
        for (var i = 0; i < 12; i++)
        {
            command.CommandText = $"INSERT INTO calls VALUES ('key {(char)('a' + i)}', '{Instant.Text(Start.AddHours(i))}', 'note {i}')";
            command.ExecuteNonQuery();
        }
        return new CollectorSettings("calls", "sqlite")
        {
            Settings = new Dictionary<string, string> { ["file"] = scratch["calls.db"] },
            Categories = new Dictionary<DataCategory, CategorySettings>
            {
                [DataCategory.Content] = new()
                {
                    Query = "SELECT id, at, note FROM calls WHERE 'acc-1' = @account AND (at >= @from AND at < @to OR at IS NULL) AND (@after IS NULL OR id > @after) ORDER BY id",
                    Time = "at",
                    Place = "id",
                    Order = PlaceOrder.Text,
                    Fields = new(["at", "note"], []),
                },
            },
        };
    }

    private static (string Report, string Sink, int Offered) Collect(CollectorSettings settings, AgeIdentity vault, string folder, int cut)
    {
        using var collector = new Counted(CollectorKinds.Make(settings)!, cut);
        using var directory = new Shelf.Knows("acc-1");
        var sink = new Calls();
        using var spool = new Spool(folder, vault, 1, sink);
        var report = Collection.Run([directory, collector], new Scope([new ScopeItem(new Selector(SelectorKind.Account, "acc-1"), [DataCategory.Content], Start, Start.AddDays(1))]), name => name, spool, spool, null, Minimisation.None, CancellationToken.None);
        return (JsonSerializer.Serialize(report, LawJson.Options), sink.All.ToString(), collector.Offered);
    }

    /// <summary>Breaks off when it has given so many records.</summary>
    private sealed class Counted(ICollector inner, int cut) : ICollector
    {
        public int Offered { get; private set; }
        public string Name => inner.Name;
        public string? FindText(SelectorKind kind) => null;
        public string? ReadText(DataCategory category) => inner.ReadText(category);
        public RowFields Fields(DataCategory category) => inner.Fields(category);
        public IReadOnlyList<AccountsOf> Find(IReadOnlyList<Selector> selectors, CollectorRun run) => [];

        public IEnumerable<SourceRecord> Read(string account, DataCategory category, IReadOnlyList<TimeRange> ranges, CollectorRun run)
        {
            foreach (var record in inner.Read(account, category, ranges, run))
            {
                if (Offered == cut)
                    throw new IOException("cut off");
                Offered++;
                yield return record;
            }
        }

        public void Dispose() => inner.Dispose();
    }

    /// <summary>Every call of the sink, in order: the borders of records as well as their bytes.</summary>
    private sealed class Calls : IRecordSink
    {
        private bool open;

        public StringBuilder All { get; } = new();

        public void Begin(string name, string extension) => All.Append(CultureInfo.InvariantCulture, $"[{name}.{extension}]");

        public void Write(ReadOnlySpan<byte> piece)
        {
            All.Append(open ? "" : "<").Append(Encoding.Latin1.GetString(piece));
            open = true;
        }

        public void EndRecord()
        {
            All.Append('>');
            open = false;
        }

        public void End() => All.Append("[end]");
    }
}
