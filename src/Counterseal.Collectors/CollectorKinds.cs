using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>The collectors of this room, by the kinds that <c>gate.json</c> names.</summary>
public static class CollectorKinds
{
    /// <summary>Makes one; <c>null</c> for a kind that is not here.</summary>
    /// <exception cref="InvalidDataException">A setting is missing, unknown or cannot be used.</exception>
    public static ICollector? Make(CollectorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Kind switch
        {
            "postgresql" => new SqlCollector(settings, new Postgres(settings)),
            "sqlite" => new SqlCollector(settings, new Sqlite(settings)),
            "clickhouse" => new ClickHouse(settings),
            "imap" => new Imap(settings),
            "files" => new ObjectCollector(settings, new Folder(settings)),
            "s3" => new ObjectCollector(settings, new Bucket(settings)),
            "logs" => new SqlCollector(settings, new DuckLogs(settings)),
            _ => null,
        };
    }
}
