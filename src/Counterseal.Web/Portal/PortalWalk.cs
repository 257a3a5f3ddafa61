namespace Counterseal.Web;

/// <summary>How far a demand is, as its authority reads it at the portal.</summary>
internal static class PortalWalk
{
    /// <summary>The stations of its way; no person is named.</summary>
    public static IReadOnlyList<Station> Of(StatusView view)
    {
        var ended = view.Progress is Progress.Withdrawn or Progress.Closed;
        var answered = view.Progress is Progress.Answered or Progress.Ready;
        return
        [
            new("received", view.Progress == Progress.Received ? StationState.Here : StationState.Passed, view.Received),
            view.Progress switch
            {
                Progress.Received => new("being examined", StationState.Ahead),
                Progress.Examined => new("being examined", StationState.Here),
                Progress.Stayed => new("on hold", StationState.Here),
                Progress.Withdrawn => new("withdrawn", StationState.Ended),
                Progress.Closed => new("closed", StationState.Passed),
                _ => new("examined", StationState.Passed),
            },
            new(view.Progress == Progress.Ready ? "answer ready" : "answered", answered ? StationState.Passed : ended ? StationState.Left : view.Progress == Progress.Prepared ? StationState.Here : StationState.Ahead),
        ];
    }

    /// <summary>In a few words.</summary>
    public static string Title(Progress progress) => progress switch
    {
        Progress.Received => "Received",
        Progress.Examined => "Being examined",
        Progress.Stayed => "On hold",
        Progress.Withdrawn => "Withdrawn",
        Progress.Prepared => "The answer is being prepared",
        Progress.Answered => "Answered: nothing is handed over",
        Progress.Closed => "Closed",
        _ => "The answer is ready",
    };

    /// <summary>What it means, in a sentence.</summary>
    public static string Sentence(Progress progress) => progress switch
    {
        Progress.Received => "It is on record. A person looks at it next.",
        Progress.Examined => "People here establish who sent it and what may be given. They may call your authority back, on the number that we hold. That you were signed in is noted, and does not stand for the call.",
        Progress.Stayed => "Nothing is done on it until the hold ends.",
        Progress.Withdrawn => "Nothing more is done on it.",
        Progress.Prepared => "It is decided. The package is made once two people have read and signed the order for it.",
        Progress.Answered => "What was decided, and why, stands below.",
        Progress.Closed => "Nothing is left to do on it.",
        _ => "It is sealed for the key that our directory holds for your authority.",
    };
}
