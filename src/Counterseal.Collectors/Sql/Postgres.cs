using System.Data.Common;
using System.Globalization;
using Counterseal.Custody;
using Npgsql;
using NpgsqlTypes;

namespace Counterseal.Collectors;

/// <summary>
/// PostgreSQL, in one transaction that is read-only and sees one state of the database. Its first query takes the snapshot, so that nothing in an operator's query can
/// turn the transaction into one that writes.
/// </summary>
internal sealed class Postgres : SqlDialect
{
    private readonly CollectorSettings _settings;
    private readonly string _connection;

    public Postgres(CollectorSettings settings)
    {
        settings.Only("connection", "times");
        _settings = settings;
        _connection = settings.Need("connection");
        NpgsqlConnectionStringBuilder said;
        try
        {
            said = new NpgsqlConnectionStringBuilder(_connection);
        }
        catch (ArgumentException e)
        {
            throw settings.Wrong($"\"connection\" cannot be read: {e.Message}");
        }
        if (!string.IsNullOrEmpty(said.Password)) throw settings.Wrong("\"connection\" has a password; put it into a credential file");
    }

    public override char Sigil => '@';

    public override string Preamble => "-- PostgreSQL, in a transaction that is read-only";

    public override bool ZonelessIsUtc => false;

    public override DbConnection Open(CancellationToken cancel)
    {
        var settings = new NpgsqlConnectionStringBuilder(_connection) { Pooling = false, ApplicationName = "counterseal-gate", Timezone = "UTC", CommandTimeout = 0 };
        if (_settings.CredentialFile is not null) settings.Password = _settings.Credential();
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            Run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            Run("SELECT 1");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        return connection;

        void Run(string sql)
        {
            using var command = new NpgsqlCommand(sql, connection);
            command.ExecuteNonQuery();
        }
    }

    public override DbCommand Command(DbConnection connection, string query) => new NpgsqlCommand(query, (NpgsqlConnection)connection);

    public override void Bind(DbCommand command, string name, object value) =>
        ((NpgsqlCommand)command).Parameters.AddWithValue(name, value is int ? NpgsqlDbType.Integer : NpgsqlDbType.Text, value);

    public override void BindPlace(DbCommand command, string name, string? place, PlaceOrder order) =>
        ((NpgsqlCommand)command).Parameters.AddWithValue(name, order == PlaceOrder.Number ? NpgsqlDbType.Bigint : NpgsqlDbType.Text, place is null ? DBNull.Value : order == PlaceOrder.Number ? long.Parse(place, CultureInfo.InvariantCulture) : place);

    public override void BindInstant(DbCommand command, string name, DateTimeOffset at) => BindBound(command, name, at, isEnd: false);

    public override void BindBound(DbCommand command, string name, DateTimeOffset? at, bool isEnd) =>
        // The driver takes the least and the greatest time for PostgreSQL's infinities.
        ((NpgsqlCommand)command).Parameters.AddWithValue(name, NpgsqlDbType.TimestampTz, at is { } bound ? Rounded(bound, TimeSpan.TicksPerMicrosecond, isEnd) : isEnd ? DateTime.MaxValue : DateTime.MinValue);
}
