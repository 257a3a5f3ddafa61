using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Desk;

/// <summary>An account as ASP.NET Core Identity keeps it. It opens nothing by itself: what a person may do is folded from the record (<see cref="People"/>).</summary>
public sealed class Account : IdentityUser
{
}

/// <summary>
/// Tables of accounts in the desk's database: Identity's own (schema version 3: passkeys; no password, mail address or telephone number has a column), sessions, and the record of views.
/// A context of its own, with migrations of its own, so that Identity's shape and the desk's change apart.
/// </summary>
public abstract class AccountDatabase(DbContextOptions options) : IdentityUserContext<Account>(options)
{
    /// <summary>Where its migrations are noted.</summary>
    internal const string History = "account_migrations";

    internal DbSet<SessionRow> Sessions => Set<SessionRow>();
    internal DbSet<ViewRow> Views => Set<ViewRow>();
    internal DbSet<ViewHeadRow> ViewHeads => Set<ViewHeadRow>();
    internal DbSet<OfficerSessionRow> OfficerSessions => Set<OfficerSessionRow>();
    internal DbSet<OfficerPasskeyRow> OfficerPasskeys => Set<OfficerPasskeyRow>();
    internal DbSet<OfficerReadRow> OfficerReads => Set<OfficerReadRow>();

    // Identity asks the application for its shape, also where a context is opened outside of one.
    private static readonly ServiceProvider Shape = new ServiceCollection().Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3).BuildServiceProvider();

    /// <summary>A way to open contexts, by the desk's own setting: <c>sqlite:PATH</c>, or an Npgsql connection string.</summary>
    public static Func<AccountDatabase> Opener(string database)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (database.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            var sqlite = SqliteDatabase.Careful(new DbContextOptionsBuilder<SqliteAccounts>().UseApplicationServiceProvider(Shape), database["sqlite:".Length..], History).Options;
            return () => new SqliteAccounts(sqlite);
        }
        var npgsql = new DbContextOptionsBuilder<PostgresAccounts>().UseApplicationServiceProvider(Shape).UseNpgsql(database, own => own.MigrationsHistoryTable(History)).Options;
        return () => new PostgresAccounts(npgsql);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<DeskDatabase.UtcConverter>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        base.OnModelCreating(builder);
        builder.Ignore<IdentityUserClaim<string>>();
        builder.Ignore<IdentityUserLogin<string>>();
        builder.Ignore<IdentityUserToken<string>>();
        var accounts = builder.Entity<Account>().ToTable("accounts");
        foreach (var unused in new[]
        {
            nameof(Account.PasswordHash), nameof(Account.Email), nameof(Account.NormalizedEmail), nameof(Account.EmailConfirmed), nameof(Account.PhoneNumber), nameof(Account.PhoneNumberConfirmed),
            nameof(Account.TwoFactorEnabled), nameof(Account.LockoutEnabled), nameof(Account.LockoutEnd), nameof(Account.AccessFailedCount),
        })
            accounts.Ignore(unused);
        builder.Entity<IdentityUserPasskey<string>>().ToTable("passkeys");
        var sessions = builder.Entity<SessionRow>().ToTable("sessions");
        sessions.HasKey(s => s.Id);
        sessions.HasIndex(s => s.Account);
        var views = builder.Entity<ViewRow>().ToTable("views");
        views.HasKey(v => v.N);
        views.Property(v => v.N).ValueGeneratedNever();
        views.HasIndex(v => new { v.Demand, v.N });
        views.HasIndex(v => new { v.Account, v.N });
        var heads = builder.Entity<ViewHeadRow>().ToTable("view_heads");
        heads.HasKey(h => h.Name);
        heads.HasData(new ViewHeadRow { Name = ViewHeadRow.One, Last = 0, Chain = View.Begin });
        builder.Entity<OfficerSessionRow>().ToTable("officer_sessions").HasKey(s => s.Id);
        builder.Entity<OfficerSessionRow>().HasIndex(s => s.Officer);
        builder.Entity<OfficerPasskeyRow>().ToTable("officer_passkeys").HasKey(p => p.Id);
        builder.Entity<OfficerPasskeyRow>().HasIndex(p => p.Officer);
        builder.Entity<OfficerReadRow>().ToTable("officer_reads").HasKey(r => new { r.Officer, r.Demand });
        foreach (var entity in new[] { typeof(Account), typeof(SessionRow), typeof(ViewRow), typeof(ViewHeadRow), typeof(OfficerSessionRow), typeof(OfficerPasskeyRow), typeof(OfficerReadRow) }.Select(builder.Model.FindEntityType))
        {
            foreach (var property in entity!.GetProperties())
                property.SetColumnName(string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : $"{c}")));
        }
    }
}

/// <summary>Tables of accounts on SQLite.</summary>
public sealed class SqliteAccounts(DbContextOptions<SqliteAccounts> options) : AccountDatabase(options)
{
    /// <summary>For <c>dotnet ef migrations add</c>.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<SqliteAccounts>
    {
        public SqliteAccounts CreateDbContext(string[] args) => (SqliteAccounts)Opener("sqlite:design.db")();
    }
}

/// <summary>Tables of accounts on PostgreSQL.</summary>
public sealed class PostgresAccounts(DbContextOptions<PostgresAccounts> options) : AccountDatabase(options)
{
    /// <summary>For <c>dotnet ef migrations add</c>.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<PostgresAccounts>
    {
        public PostgresAccounts CreateDbContext(string[] args) => (PostgresAccounts)Opener("Host=design")();
    }
}

/// <summary>A session at the desk's pages.</summary>
internal sealed class SessionRow
{
    /// <summary>SHA-256 of what the cookie holds.</summary>
    public required string Id { get; init; }
    public required string Account { get; init; }
    /// <summary>How it began: <c>passkey</c>, <c>company</c> or <c>trial</c>.</summary>
    public required string Way { get; init; }
    public required DateTimeOffset Began { get; init; }
    public required DateTimeOffset Seen { get; set; }
    /// <summary>When the person last showed that it is them.</summary>
    public required DateTimeOffset Confirmed { get; set; }
    /// <summary>Further roles that the company's sign-in gave, by configuration; words with spaces between.</summary>
    public string Granted { get; init; } = "";
}

/// <summary>One view.</summary>
internal sealed class ViewRow
{
    public required long N { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Account { get; init; }
    public required string Person { get; init; }
    public required string What { get; init; }
    public string? Demand { get; init; }
    public required string Outcome { get; init; }
    public required byte[] Chain { get; init; }
}

/// <summary>Where the chain of views stands; growing it is the lock of whoever appends.</summary>
internal sealed class ViewHeadRow
{
    public const string One = "views";
    public required string Name { get; init; }
    public long Last { get; set; }
    public required byte[] Chain { get; set; }
}
