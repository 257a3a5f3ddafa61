using System.Data.Common;
using System.Globalization;
using Counterseal.Custody;
using Microsoft.Data.Sqlite;

namespace Counterseal.Collectors;

/// <summary>A SQLite file, opened read-only, with <c>query_only</c> and without trust in what its schema calls.</summary>
internal sealed class Sqlite : SqlDialect
{
    private readonly string _path;
    private readonly TimesAs _times;

    public Sqlite(CollectorSettings settings)
    {
        settings.Only("file", "times");
        _path = Path.GetFullPath(settings.Need("file"));
        _times = RowReading.Times(settings);
    }

    public override char Sigil => '@';

    public override string Preamble => "-- SQLite, opened read-only";

    public override bool ZonelessIsUtc => false;

    public override DbConnection Open(CancellationToken cancel)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA query_only = 1; PRAGMA trusted_schema = 0; BEGIN;";
            command.ExecuteNonQuery();
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        return connection;
    }

    public override DbCommand Command(DbConnection connection, string query) => new SqliteCommand(query, (SqliteConnection)connection);

    public override void Bind(DbCommand command, string name, object value) => ((SqliteCommand)command).Parameters.AddWithValue("@" + name, value);

    public override void BindPlace(DbCommand command, string name, string? place, PlaceOrder order) =>
        Bind(command, name, place is null ? DBNull.Value : order == PlaceOrder.Number ? long.Parse(place, CultureInfo.InvariantCulture) : place);

    public override void BindInstant(DbCommand command, string name, DateTimeOffset at) => Bind(command, name, _times switch
    {
        TimesAs.Seconds => at.ToUnixTimeSeconds(),
        TimesAs.Milliseconds => at.ToUnixTimeMilliseconds(),
        _ => Law.Instant.Text(at),
    });

    public override void BindBound(DbCommand command, string name, DateTimeOffset? at, bool isEnd)
    {
        var bound = Rounded(at ?? (isEnd ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue), _times == TimesAs.Milliseconds ? TimeSpan.TicksPerMillisecond : TimeSpan.TicksPerSecond, isEnd);
        Bind(command, name, _times switch
        {
            TimesAs.Seconds => new DateTimeOffset(bound).ToUnixTimeSeconds(),
            TimesAs.Milliseconds => new DateTimeOffset(bound).ToUnixTimeMilliseconds(),
            // Without the Z: as text, "…00" comes before "…00.5Z" and "…00Z" alike.
            _ => bound.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
        });
    }

    public override string Error(DbException error) => error is SqliteException sqlite ? $"SQLite error {sqlite.SqliteErrorCode}/{sqlite.SqliteExtendedErrorCode}" : base.Error(error);
}
