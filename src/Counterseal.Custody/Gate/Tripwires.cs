using System.Text.Json.Nodes;

namespace Counterseal.Custody;

/// <summary>
/// How much a gate does before it stops itself. The numbers are an operator's (<c>gate.json</c>): far above a busy day, far below what a thief would want. One that is crossed stops
/// everything and pages people; only a quorum of the roster lets the gate go on.
/// </summary>
public sealed record Tripwires
{
    /// <summary>Orders begun within an hour.</summary>
    public long OrdersPerHour { get; init; } = 60;
    /// <summary>Selectors of one order.</summary>
    public long SelectorsPerOrder { get; init; } = 50;
    /// <summary>Bytes collected for one order; a count collects none.</summary>
    public long BytesPerOrder { get; init; } = 64L << 30;
    /// <summary>Bytes collected within 24 hours.</summary>
    public long BytesPerDay { get; init; } = 256L << 30;
    /// <summary>Different accounts that orders of any kind met within 24 hours.</summary>
    public long AccountsPerDay { get; init; } = 200;
    /// <summary>Requests refused within an hour, those left out that break no rule (<see cref="Counts"/>).</summary>
    public long RefusedPerHour { get; init; } = 200;

    /// <summary>The highest that <see cref="RefusedPerHour"/> may be: so many times are kept in memory.</summary>
    public const int MostRefused = 100_000;

    internal static Tripwires Read(Shape shape) => new()
    {
        OrdersPerHour = shape.Whole("ordersPerHour", 1, long.MaxValue),
        SelectorsPerOrder = shape.Whole("selectorsPerOrder", 1, long.MaxValue),
        BytesPerOrder = shape.Whole("bytesPerOrder", 1, long.MaxValue),
        BytesPerDay = shape.Whole("bytesPerDay", 1, long.MaxValue),
        AccountsPerDay = shape.Whole("accountsPerDay", 1, long.MaxValue),
        RefusedPerHour = shape.Whole("refusedPerHour", 1, MostRefused),
    };

    internal static readonly string[] Members = ["ordersPerHour", "selectorsPerOrder", "bytesPerOrder", "bytesPerDay", "accountsPerDay", "refusedPerHour"];

    internal JsonObject Json() => new()
    {
        ["ordersPerHour"] = OrdersPerHour,
        ["selectorsPerOrder"] = SelectorsPerOrder,
        ["bytesPerOrder"] = BytesPerOrder,
        ["bytesPerDay"] = BytesPerDay,
        ["accountsPerDay"] = AccountsPerDay,
        ["refusedPerHour"] = RefusedPerHour,
    };

    /// <summary>Whether a refusal counts: not one that only says that the gate cannot work now, or that somebody was early.</summary>
    internal static bool Counts(string code) => code is not (Refusal.Stopped or Refusal.LedgerAway or Refusal.Busy or Refusal.Clock or Refusal.TooEarly or Refusal.Unknown);
}

/// <summary>A tripwire that was crossed, on its way from where it was measured to where the gate stops itself.</summary>
/// <param name="wire">Which, e.g. <c>bytes-per-day</c>.</param>
/// <param name="count">How much it was.</param>
/// <param name="limit">How much it may be.</param>
internal sealed class TrippedException(string wire, long count, long limit) : Exception($"{wire}: {count} of {limit}")
{
    public string Wire => wire;
    public long Count => count;
    public long Limit => limit;
}
