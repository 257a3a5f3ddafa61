using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Counterseal.Desk;

/// <summary>The desk's tables; one shape on both databases, each with migrations of its own. Only <c>events</c>, <c>originals</c>, <c>quarantine</c>, <c>directory</c>, <c>counters</c>, <c>tally</c> and <c>alerts</c> hold what cannot be made again.</summary>
public abstract class DeskDatabase(DbContextOptions options) : DbContext(options)
{
    internal DbSet<EventRow> Events => Set<EventRow>();
    internal DbSet<OriginalRow> Originals => Set<OriginalRow>();
    internal DbSet<QuarantineRow> Quarantine => Set<QuarantineRow>();
    internal DbSet<DemandRow> Demands => Set<DemandRow>();
    internal DbSet<DirectoryRow> Directory => Set<DirectoryRow>();
    internal DbSet<TallyRow> Tally => Set<TallyRow>();
    internal DbSet<CounterRow> Counters => Set<CounterRow>();
    internal DbSet<DayRow> Days => Set<DayRow>();
    internal DbSet<DocketRow> Dockets => Set<DocketRow>();
    internal DbSet<AlertRow> Alerts => Set<AlertRow>();
    internal DbSet<CustomerRow> Customers => Set<CustomerRow>();
    internal DbSet<QueueViewRow> QueueViews => Set<QueueViewRow>();

    /// <summary>Keeps the words by which a demand is found.</summary>
    internal abstract Task Keep(long n, string words, CancellationToken cancel);

    /// <summary>The numbers of demands that have all the words and marks, the newest first; the last word may be the beginning of one.</summary>
    internal abstract Task<List<long>> Find(IReadOnlyList<string> words, IReadOnlyList<string> marks, long before, int most, CancellationToken cancel);

    /// <summary>A way to open contexts: <c>sqlite:PATH</c>, or an Npgsql connection string.</summary>
    internal static Func<DeskDatabase> Opener(string database)
    {
        if (database.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            var options = new DbContextOptionsBuilder<SqliteDatabase>();
            SqliteDatabase.Configure(options, database["sqlite:".Length..]);
            var fixedOptions = options.Options;
            return () => new SqliteDatabase(fixedOptions);
        }
        var npgsql = new DbContextOptionsBuilder<PostgresDatabase>().UseNpgsql(database).Options;
        return () => new PostgresDatabase(npgsql);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        var events = modelBuilder.Entity<EventRow>().ToTable("events");
        events.HasKey(e => new { e.Demand, e.Version });
        events.HasIndex(e => e.N).IsUnique();
        events.HasIndex(e => e.LeafIndex).IsUnique();
        events.HasIndex(e => e.Logged);
        var originals = modelBuilder.Entity<OriginalRow>().ToTable("originals");
        originals.HasKey(o => o.Demand);
        originals.HasIndex(o => o.Digest);
        var quarantine = modelBuilder.Entity<QuarantineRow>().ToTable("quarantine");
        quarantine.HasKey(q => q.Digest);
        quarantine.HasIndex(q => q.At);
        var demands = modelBuilder.Entity<DemandRow>().ToTable("demands");
        demands.HasKey(d => d.Id);
        demands.HasIndex(d => d.Receipt).IsUnique();
        demands.HasIndex(d => new { d.Open, d.Due });
        demands.HasIndex(d => new { d.Open, d.Burns });
        demands.HasIndex(d => new { d.Open, d.Place, d.Country, d.Instrument, d.Assigned, d.Stage, d.Emergency }).HasDatabaseName("IX_demands_queue");
        demands.HasIndex(d => d.N);
        demands.HasIndex(d => d.AssessmentDue);
        demands.HasIndex(d => d.OrdersOpen);
        demands.HasIndex(d => d.Turns);
        demands.HasIndex(d => new { d.Filer, d.N });
        demands.HasIndex(d => d.Unanswered);
        demands.HasIndex(d => d.Lapses);
        var customers = modelBuilder.Entity<CustomerRow>().ToTable("customers");
        customers.HasKey(c => new { c.Name, c.Demand });
        customers.HasIndex(c => c.Demand);
        var directory = modelBuilder.Entity<DirectoryRow>().ToTable("directory");
        directory.HasKey(d => d.Digest);
        var tally = modelBuilder.Entity<TallyRow>().ToTable("tally");
        tally.HasKey(t => new { t.Demand, t.Kind });
        tally.HasIndex(t => t.Index);
        tally.HasIndex(t => t.Logged);
        var days = modelBuilder.Entity<DayRow>().ToTable("days");
        days.HasKey(d => new { d.Demand, d.Ordinal });
        days.HasIndex(d => d.At);
        var dockets = modelBuilder.Entity<DocketRow>().ToTable("dockets");
        dockets.HasKey(d => d.Demand);
        var alerts = modelBuilder.Entity<AlertRow>().ToTable("alerts");
        alerts.HasKey(a => a.Id);
        alerts.HasIndex(a => a.Done);
        alerts.HasIndex(a => a.At);
        modelBuilder.Entity<QueueViewRow>().ToTable("queue_views").HasKey(v => new { v.Person, v.Name });
        var counters = modelBuilder.Entity<CounterRow>().ToTable("counters");
        counters.HasKey(c => c.Name);
        counters.HasData(new CounterRow { Name = CounterRow.Leaves, Value = 0 });
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
                property.SetColumnName(string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : $"{c}")));
        }
    }

    /// <summary>Instants are kept as UTC.</summary>
    internal sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTime>(
        at => at.UtcDateTime, at => new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)));
}

/// <summary>The desk's tables on SQLite.</summary>
public sealed class SqliteDatabase(DbContextOptions<SqliteDatabase> options) : DeskDatabase(options)
{
    internal static void Configure(DbContextOptionsBuilder<SqliteDatabase> options, string path) =>
        Careful(options, path, "__EFMigrationsHistory");

    internal override Task Keep(long n, string words, CancellationToken cancel) =>
        Database.ExecuteSqlAsync($"INSERT OR REPLACE INTO demand_words(rowid, words) VALUES ({n}, {words})", cancel);

    internal override Task<List<long>> Find(IReadOnlyList<string> words, IReadOnlyList<string> marks, long before, int most, CancellationToken cancel)
    {
        // Words are letters, digits and underscores only, so that nothing in them is taken for FTS5's grammar; quotes all the same.
        var match = string.Join(' ', words.Concat(marks).Select((word, i) => i == words.Count - 1 ? $"\"{word}\"*" : $"\"{word}\""));
        return Database.SqlQuery<long>($"SELECT rowid AS \"Value\" FROM demand_words WHERE demand_words MATCH {match} AND rowid < {before} ORDER BY rowid DESC LIMIT {most}").ToListAsync(cancel);
    }

    /// <summary>A context on such a file, on which a commit is on the disk before it is acknowledged.</summary>
    internal static DbContextOptionsBuilder<TContext> Careful<TContext>(DbContextOptionsBuilder<TContext> options, string path, string history) where TContext : DbContext
    {
        options.UseSqlite(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 30 }.ToString(), own => own.MigrationsHistoryTable(history))
            .AddInterceptors(new Durably());
        return options;
    }

    private sealed class Durably : DbConnectionInterceptor
    {
        private const string Pragmas = "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>For <c>dotnet ef migrations add</c>.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<SqliteDatabase>
    {
        public SqliteDatabase CreateDbContext(string[] args) => (SqliteDatabase)Opener("sqlite:design.db")();
    }
}

/// <summary>The desk's tables on PostgreSQL.</summary>
public sealed class PostgresDatabase(DbContextOptions<PostgresDatabase> options) : DeskDatabase(options)
{
    internal override Task Keep(long n, string words, CancellationToken cancel) =>
        Database.ExecuteSqlAsync($"INSERT INTO demand_words(n, words) VALUES ({n}, array_to_tsvector(string_to_array({words}, ' '))) ON CONFLICT (n) DO UPDATE SET words = excluded.words", cancel);

    internal override Task<List<long>> Find(IReadOnlyList<string> words, IReadOnlyList<string> marks, long before, int most, CancellationToken cancel)
    {
        var match = string.Join(" & ", words.Concat(marks).Select((word, i) => i == words.Count - 1 ? $"'{word}':*" : $"'{word}'"));
        return Database.SqlQuery<long>($"SELECT n AS \"Value\" FROM demand_words WHERE words @@ {match}::tsquery AND n < {before} ORDER BY n DESC LIMIT {most}").ToListAsync(cancel);
    }

    /// <summary>For <c>dotnet ef migrations add</c>.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<PostgresDatabase>
    {
        public PostgresDatabase CreateDbContext(string[] args) => (PostgresDatabase)Opener("Host=design")();
    }
}
