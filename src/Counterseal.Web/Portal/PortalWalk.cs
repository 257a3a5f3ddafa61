namespace Counterseal.Web;

/// <summary>How far a demand is, as its authority reads it at the portal.</summary>
internal static class PortalWalk
{
    /// <summary>The stations of its way; no person is named.</summary>
    public static IReadOnlyList<Station> Of(StatusView view, Reader reader)
    {
        var ended = view.Progress is Progress.Withdrawn or Progress.Closed;
        var answered = view.Progress is Progress.Answered or Progress.Ready;
        return
        [
            new(reader.Say("station.received"), view.Progress == Progress.Received ? StationState.Here : StationState.Passed, view.Received),
            view.Progress switch
            {
                Progress.Received => new(reader.Say("station.examined"), StationState.Ahead),
                Progress.Examined => new(reader.Say("station.examined"), StationState.Here),
                Progress.Stayed => new(reader.Say("station.hold"), StationState.Here),
                Progress.Withdrawn => new(reader.Say("station.withdrawn"), StationState.Ended),
                Progress.Closed => new(reader.Say("station.closed"), StationState.Passed),
                _ => new(reader.Say("station.done"), StationState.Passed),
            },
            new(reader.Say(view.Progress == Progress.Ready ? "station.ready" : "station.answered"), answered ? StationState.Passed : ended ? StationState.Left : view.Progress == Progress.Prepared ? StationState.Here : StationState.Ahead),
        ];
    }

    /// <summary>In a few words.</summary>
    public static string Title(Progress progress, Reader reader) => reader.Say($"portal.progress.{progress.ToString().ToLowerInvariant()}");

    /// <summary>What it means, in a sentence.</summary>
    public static string Sentence(Progress progress, Reader reader) => reader.Say($"portal.progress.{progress.ToString().ToLowerInvariant()}.what");
}
