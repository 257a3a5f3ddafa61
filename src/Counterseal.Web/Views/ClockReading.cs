using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>A deadline read at a moment.</summary>
/// <param name="Share">How much is left, 0 to 1.</param>
/// <param name="Words">E.g. <c>4 h 51 min left of 8 h</c>, in the reader's language.</param>
/// <param name="Urgency">Which shape and colour the clock takes.</param>
public sealed record ClockReading(double Share, string Words, Urgency Urgency)
{
    /// <summary>Under this share of the time the clock burns.</summary>
    public const double BurnsUnder = 0.25;

    /// <summary>Reads a deadline. Time left is rounded down, so that nobody is promised a minute that is not there.</summary>
    public static ClockReading Of(Deadline deadline, DateTimeOffset now, Reader reader)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        ArgumentNullException.ThrowIfNull(reader);
        var whole = deadline.Due - deadline.Starts;
        var left = deadline.Due - now;
        if (left <= TimeSpan.Zero)
            return new(0, left > TimeSpan.FromMinutes(-1) ? reader.Say("clock.now") : reader.Say("clock.late", ("time", reader.Duration(left.Negate()))), Urgency.Late);
        var share = whole > TimeSpan.Zero ? Math.Clamp(left / whole, 0, 1) : 0;
        return new(share, reader.Say("clock.left", ("left", reader.Duration(left)), ("whole", reader.Duration(whole))), share < BurnsUnder ? Urgency.Burning : Urgency.Calm);
    }
}

/// <summary>How a clock looks.</summary>
public enum Urgency
{
    /// <summary>A quarter of the time or more is left.</summary>
    Calm,
    /// <summary>Under a quarter is left.</summary>
    Burning,
    /// <summary>Nothing is left.</summary>
    Late,
}
