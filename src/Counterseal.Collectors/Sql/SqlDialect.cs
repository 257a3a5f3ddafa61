using System.Data.Common;
using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>What differs between the databases that are asked in SQL.</summary>
internal abstract class SqlDialect
{
    /// <summary>What a parameter begins with.</summary>
    public abstract char Sigil { get; }

    /// <summary>Said before the query in the plan: on what it runs, and by what it is kept from writing.</summary>
    public abstract string Preamble { get; }

    /// <summary>Whether a time without a zone is taken as UTC.</summary>
    public abstract bool ZonelessIsUtc { get; }

    /// <summary>Opens the source in such a way that nothing can be written to it.</summary>
    public abstract DbConnection Open(CancellationToken cancel);

    /// <summary>A command for a query; its parameters are named without their sigil.</summary>
    public abstract DbCommand Command(DbConnection connection, string query);

    /// <summary>Binds a text or a number.</summary>
    public abstract void Bind(DbCommand command, string name, object value);

    /// <summary>Binds the place behind which a reading goes on, or that there is none.</summary>
    public abstract void BindPlace(DbCommand command, string name, string? place, PlaceOrder order);

    /// <summary>Binds an instant.</summary>
    public abstract void BindInstant(DbCommand command, string name, DateTimeOffset at);

    /// <summary>Binds a bound of time; where it is finer than what the source can hold, outwards, so that the sieve lets through too much rather than too little.</summary>
    public abstract void BindBound(DbCommand command, string name, DateTimeOffset? at, bool isEnd);

    /// <summary>An error of the driver without what it may quote of customers' data.</summary>
    public virtual string Error(DbException error) => error.SqlState is { Length: > 0 } state ? $"SQLSTATE {state}" : $"error {error.ErrorCode}";

    /// <summary>The instant rounded down, or up, to a whole multiple of so many ticks.</summary>
    protected static DateTime Rounded(DateTimeOffset at, long ticks, bool up)
    {
        var rest = at.UtcTicks % ticks;
        var down = at.UtcTicks - rest;
        return new DateTime(up && rest > 0 && down <= DateTime.MaxValue.Ticks - ticks ? down + ticks : down, DateTimeKind.Utc);
    }
}
