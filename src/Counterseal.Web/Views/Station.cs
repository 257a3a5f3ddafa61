namespace Counterseal.Web;

/// <summary>A stop on a demand's way.</summary>
/// <param name="Name">One word, e.g. <c>received</c> or <c>approved 1/2</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="At">When it was passed.</param>
/// <param name="By">Who did it; never given on the public face.</param>
public sealed record Station(string Name, StationState State, DateTimeOffset? At = null, string? By = null);

/// <summary>How far a station is.</summary>
public enum StationState
{
    /// <summary>Not yet.</summary>
    Ahead,
    /// <summary>This is where the demand waits.</summary>
    Here,
    /// <summary>Passed.</summary>
    Passed,
    /// <summary>The way ends here.</summary>
    Ended,
    /// <summary>Not on this demand's way.</summary>
    Left,
}
