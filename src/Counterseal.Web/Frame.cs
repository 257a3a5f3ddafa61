namespace Counterseal.Web;

/// <summary>What stands around every page.</summary>
/// <param name="Face">Which face it is.</param>
/// <param name="Provider">Whose data it is about, e.g. <c>Example Mail</c>.</param>
/// <param name="Trial">Trial mode: said on every page.</param>
/// <param name="Zone">The zone that times are written in beside UTC.</param>
/// <param name="Now">When the page is made.</param>
/// <param name="SignOut">The antiforgery value for the sign-out form; <c>null</c> when nobody is signed in.</param>
public sealed record Frame(Face Face, string Provider, bool Trial, WorkZone Zone, DateTimeOffset Now, FormToken? SignOut = null)
{
    /// <summary>Whether there is a bell behind the pages: then there are pages on attacks, and the page that checks a notice's code.</summary>
    public bool Bell { get; init; }

    /// <summary>Whether there are pages of transparency reports.</summary>
    public bool Reports { get; init; }
    /// <summary>Whether the desk has calendar, docket, alerts and hand-over.</summary>
    public bool Shift { get; init; }
    /// <summary>Whether letters are drafted at the desk.</summary>
    public bool Letters { get; init; }
    /// <summary>Whether the proof that a customer was told is given at the desk.</summary>
    public bool ToldProof { get; init; }
    /// <summary>Whether there is a registry behind the public pages.</summary>
    public bool Registry { get; init; }
    /// <summary>Whether there is a vulnerability register behind the pages.</summary>
    public bool Vulnerabilities { get; init; }
    /// <summary>Whether there is a tally behind the public pages.</summary>
    public bool Tally { get; init; }
    /// <summary>Whether there is a portal for authorities, whose officers the desk keeps.</summary>
    public bool Officers { get; init; }
    /// <summary>Whether the rule books are shown to the public.</summary>
    public bool Rules { get; init; }
    /// <summary>The languages that a reader may choose.</summary>
    public ReaderLanguages Languages { get; init; } = ReaderLanguages.Ours;
    /// <summary>The origin of the gate's own pages; <c>null</c> where there are none.</summary>
    public string? GatePages { get; init; }

    /// <summary>Who is signed in, by name; <c>null</c> when nobody is.</summary>
    public string? You { get; init; }
    /// <summary>Whether whoever is signed in may open a page of the navigation.</summary>
    public Func<string, bool> May { get; init; } = _ => true;

    /// <summary>What is wrong with the desk itself and must be seen on every page; <c>null</c> when nothing is.</summary>
    public string? Alarm { get; init; }
}

/// <summary>An antiforgery value and the name of the field that carries it.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Value">The value.</param>
public sealed record FormToken(string Field, string Value);
