using Counterseal.Law;

namespace Counterseal.Web;

/// <summary>A deadline read at a moment.</summary>
/// <param name="Share">How much is left, 0 to 1.</param>
/// <param name="Words">E.g. <c>4 h 51 min left of 8 h</c>.</param>
/// <param name="Urgency">Which shape and colour the clock takes.</param>
public sealed record ClockReading(double Share, string Words, Urgency Urgency)
{
    /// <summary>Under this share of the time the clock burns.</summary>
    public const double BurnsUnder = 0.25;

    /// <summary>Reads a deadline. Time left is rounded down, so that nobody is promised a minute that is not there.</summary>
    public static ClockReading Of(Deadline deadline, DateTimeOffset now)
    {
        var whole = deadline.Due - deadline.Starts;
        var left = deadline.Due - now;
        if (left <= TimeSpan.Zero)
            return new(0, left > TimeSpan.FromMinutes(-1) ? "late: due now" : $"late by {Duration(left.Negate())}", Urgency.Late);
        var share = whole > TimeSpan.Zero ? Math.Clamp(left / whole, 0, 1) : 0;
        return new(share, $"{Duration(left)} left of {Duration(whole)}", share < BurnsUnder ? Urgency.Burning : Urgency.Calm);
    }

    /// <summary>A length of time in its two largest units, e.g. <c>9 d 4 h</c>; rounded down.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time < TimeSpan.FromMinutes(1))
            return "under 1 min";
        if (time < TimeSpan.FromHours(1))
            return $"{time.Minutes} min";
        if (time < TimeSpan.FromHours(48))
            return Two((int)time.TotalHours, "h", time.Minutes, "min");
        return Two(time.Days, "d", time.Hours, "h");
    }

    private static string Two(int large, string unit, int small, string smallUnit) =>
        small == 0 ? $"{large} {unit}" : $"{large} {unit} {small} {smallUnit}";
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
