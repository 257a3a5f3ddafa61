namespace Counterseal.Desk;

/// <summary>A message of a demand.</summary>
/// <param name="Version">The version of its event.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Text">What it says.</param>
public sealed record Message(int Version, DateTimeOffset At, string By, MessageDirection Direction, string Text);

/// <summary>Messages between desk and authority: the part of a demand's life that goes on at any time, since a question can come after the end.</summary>
internal static class Correspondence
{
    /// <summary>The most characters of a message.</summary>
    public const int MostText = 4000;
    /// <summary>The most messages of an authority on one demand in a day.</summary>
    public const int MostADay = 20;
    /// <summary>The most messages of a demand.</summary>
    public const int Most = 500;

    /// <summary>Why a message may not be written now; <c>null</c> when it may.</summary>
    public static string? Objection(DemandState state, Messaged m, DateTimeOffset at) =>
        string.IsNullOrWhiteSpace(m.Text) ? "a message says something"
        : m.Text.Length > MostText ? $"a message has at most {MostText} characters, and this one has {m.Text.Length}"
        : state.Messages.Count >= Most ? $"a demand has at most {Most} messages; telephone, or close it"
        : m.Direction == MessageDirection.ToAuthority ? (m.Officer is null ? null : "an officer of an authority does not write for us")
        : m.Officer is null ? "a message of the authority names the officer who wrote it"
        : state.Received?.Filed is null ? "this demand did not come through the portal, so no officer writes on it"
        : state.Messages.Count(one => one.Direction == MessageDirection.FromAuthority && one.At > at.AddDays(-1)) >= MostADay ? $"an authority writes at most {MostADay} messages a day on one demand; telephone where it cannot wait"
        : null;

    /// <summary>The state after it.</summary>
    public static DemandState Apply(DemandState state, DeskEvent happened, Messaged m) =>
        state with { Messages = state.Messages.Add(new(happened.Version, happened.At, happened.By, m.Direction, m.Text)) };
}
