namespace Counterseal.Desk;

/// <summary>The desk says no; nothing has changed. The message says what was wrong, <see cref="Next"/> what to do.</summary>
public class DeskException(string code, string what, string next) : Exception(what)
{
    /// <summary>A word for programs: <c>not-now</c>, <c>unknown</c>, <c>malformed</c>, <c>conflict</c>, <c>kept</c>, <c>tampered</c>, <c>gate-away</c>, <c>gate-refused</c>.</summary>
    public string Code { get; } = code;
    /// <summary>What to do now.</summary>
    public string Next { get; } = next;
}

/// <summary>Somebody else was first: the demand is not as it was when this was asked for.</summary>
/// <param name="demand">The demand's id.</param>
/// <param name="expected">The version that the caller had seen.</param>
/// <param name="first">The event that was first, or <c>null</c> when the demand has fewer events than the caller believes.</param>
public sealed class ConflictException(string demand, int expected, DeskEvent? first) : DeskException(
    "conflict",
    first is null
        ? $"demand {demand} has fewer than {expected} events, so nobody can have seen version {expected}"
        : $"{first.By} was first: {first.Type} at {Law.Instant.Text(first.At)} is event {first.Version} of demand {demand}, and this was asked for on seeing version {expected}",
    "look at the demand as it is now, then ask again")
{
    /// <summary>Who was first and with what.</summary>
    public DeskEvent? First { get; } = first;
}

/// <summary>It is written down and will be put in the ledger, but it is not there yet, so nothing is acknowledged.</summary>
public sealed class KeptException(string demand, string what, Exception? because) : DeskException(
    "kept",
    $"{what} of demand {demand} is kept and will be put in the ledger as soon as the ledger can be reached; until then it is not in effect and no receipt is given{(because is null ? "" : $" ({because.Message})")}",
    "wait; do not send it again unless no receipt has come by tomorrow")
{
    /// <summary>The demand's id.</summary>
    public string Demand { get; } = demand;
}
