using System.Data.Common;
using Counterseal.Custody;
using DuckDB.NET.Data;

namespace Counterseal.Collectors;

/// <summary>
/// Log files in Parquet, CSV or NDJSON as one view <c>logs</c>, read by DuckDB in memory. It may open these files and nothing else, load no extension, and its settings are locked before
/// the operator's query runs.
/// </summary>
internal sealed class DuckLogs : SqlDialect
{
    private readonly string _name;
    private readonly string _folder;
    private readonly string _pattern;
    private readonly string _reading;

    public DuckLogs(CollectorSettings settings)
    {
        settings.Only("files", "times");
        _name = settings.Name;
        var files = settings.Need("files");
        _folder = Path.GetDirectoryName(Path.GetFullPath(files))!;
        _pattern = Path.GetFileName(files);
        if (_folder.Contains('*', StringComparison.Ordinal) || _pattern.Length == 0 || _pattern.Contains('?', StringComparison.Ordinal)) throw settings.Wrong("\"files\" is a path with a * in its last part at most");
        _reading = Path.GetExtension(_pattern).ToLowerInvariant() switch
        {
            ".parquet" => "read_parquet({0}, union_by_name = true)",
            // Without guesses of types: 007 stays 007, and the query says what is a time.
            ".csv" => "read_csv({0}, header = true, all_varchar = true, union_by_name = true, ignore_errors = false)",
            ".ndjson" or ".jsonl" => "read_json({0}, format = 'newline_delimited', sample_size = -1, union_by_name = true, ignore_errors = false, convert_strings_to_integers = false)",
            _ => throw settings.Wrong("\"files\" end in .parquet, .csv, .ndjson or .jsonl"),
        };
        Preamble = $"-- DuckDB, over the files {_pattern} as the view logs, with access to nothing else";
    }

    public override char Sigil => '$';

    public override string Preamble { get; }

    public override bool ZonelessIsUtc => true;

    public override DbConnection Open(CancellationToken cancel)
    {
        var files = Files();
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            var list = $"[{string.Join(", ", files.Select(Quoted))}]";
            foreach (var sql in (string[])
            [
                "SET autoinstall_known_extensions = false",
                "SET autoload_known_extensions = false",
                "SET memory_limit = '256MB'",
                "SET threads = 1",
                "SET temp_directory = ''",
                $"SET allowed_paths = {list}",
                "SET enable_external_access = false",
                $"CREATE VIEW logs AS SELECT * FROM {string.Format(System.Globalization.CultureInfo.InvariantCulture, _reading, list)}",
                "SET lock_configuration = true",
            ])
            {
                cancel.ThrowIfCancellationRequested();
                using var command = connection.CreateCommand();
                command.CommandText = sql;
                command.ExecuteNonQuery();
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }
        return connection;
    }

    public override DbCommand Command(DbConnection connection, string query)
    {
        var command = ((DuckDBConnection)connection).CreateCommand();
        command.CommandText = query;
        command.UseStreamingMode = true;
        return command;
    }

    public override void Bind(DbCommand command, string name, object value) => command.Parameters.Add(new DuckDBParameter(name, value));

    public override void BindPlace(DbCommand command, string name, string? place, PlaceOrder order) =>
        Bind(command, name, place is null ? DBNull.Value : order == PlaceOrder.Number ? long.Parse(place, System.Globalization.CultureInfo.InvariantCulture) : place);

    public override void BindInstant(DbCommand command, string name, DateTimeOffset at) => BindBound(command, name, at, isEnd: false);

    public override void BindBound(DbCommand command, string name, DateTimeOffset? at, bool isEnd) =>
        Bind(command, name, DateTime.SpecifyKind(at is { } bound ? Rounded(bound, TimeSpan.TicksPerMicrosecond, isEnd) : isEnd ? new DateTime(9999, 12, 31) : new DateTime(1, 1, 1), DateTimeKind.Unspecified));

    // Its messages begin with the class of the error; what follows may quote a row.
    public override string Error(DbException error) => error.Message.Split(':')[0] is { Length: < 40 } kind && kind.EndsWith(" Error", StringComparison.Ordinal) ? kind : base.Error(error);

    /// <summary>The files, in ordinal order; links are not followed.</summary>
    private List<string> Files()
    {
        try
        {
            var files = Directory.GetFiles(_folder, _pattern).Order(StringComparer.Ordinal).ToList();
            if (files.Count == 0) throw new SourceException($"the collector \"{_name}\": no file in its folder is named {_pattern}");
            return files.Find(file => new FileInfo(file).LinkTarget is not null) is { } link ? throw new SourceException($"the collector \"{_name}\": {Path.GetFileName(link)} is a link, and links are not followed") : files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"the collector \"{_name}\": its folder cannot be read ({e.GetType().Name})");
        }
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
