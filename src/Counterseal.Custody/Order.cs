using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What the gate is asked to do (shape in <c>docs/gate-protocol.md</c>).</summary>
public enum OrderKind
{
    /// <summary>How many items are in scope; nothing else leaves.</summary>
    Count,
    /// <summary>A snapshot encrypted to the gate's own vault key.</summary>
    Preserve,
    /// <summary>A package for one recipient.</summary>
    Release,
}

/// <summary>An order as the gate reads it from its canonical bytes; it cannot be built otherwise.</summary>
public sealed record Order
{
    /// <summary>The canonical bytes.</summary>
    public required byte[] Canonical { get; init; }
    /// <summary>Lower-case hex SHA-256 of <c>counterseal/order/v1\n</c> and the canonical bytes.</summary>
    public required string Digest { get; init; }
    /// <summary>What to do.</summary>
    public required OrderKind Kind { get; init; }
    /// <summary>What it covers.</summary>
    public required Scope Scope { get; init; }
}
