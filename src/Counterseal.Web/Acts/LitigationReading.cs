using System.Globalization;
using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>Reads what happened before a court from a request's members, which have the names of the desk's form; what is wrong is said in the command's language.</summary>
internal static class LitigationReading
{
    private const int MostText = 10_000;

    /// <summary>Reads it.</summary>
    /// <param name="field">What was sent by a name; empty for nothing.</param>
    /// <exception cref="DeskException"><c>malformed</c>.</exception>
    public static EventBody Of(Func<string, string> field)
    {
        return field("kind") switch
        {
            "filed" => new ChallengeFiled(Text("court", "before which court"), Text("case", "under which case number"), Text("filedBy", "who filed it"), Text("grounds", "on which grounds")),
            "filing" => new FilingMade(Text("what", "what was filed"), Text("filedBy", "who filed it")),
            "hearing" => new HearingSet(
                DateTimeOffset.TryParse(field("at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && at.Year is > 1990 and < 2200 ? at
                    : throw new DeskException("malformed", "it was not said when the hearing is", "give date and time, UTC"),
                Text("where", "where the hearing is"),
                field("instead").Trim() is not { Length: > 0 } instead ? null
                    : int.TryParse(instead, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
                    : throw new DeskException("malformed", "the hearing that this one takes the place of is named by the version of its event", "give its number, or leave it out")),
            "ruling" => new Ruled(Text("what", "what the court ruled")),
            "appeal" => new Appealed(Text("appealedBy", "who appealed"), Text("court", "to which court"), Text("case", "under which case number")),
            "outcome" => new ChallengeEnded(
                Enum.TryParse<ChallengeOutcome>(field("outcome"), ignoreCase: true, out var outcome) && Enum.IsDefined(outcome) && !int.TryParse(field("outcome"), out _) ? outcome : throw new DeskException("malformed", "it was not said how the challenge ended", "choose one of upheld, inPart, rejected, settled"),
                Text("what", "how it ended, in a sentence")),
            _ => throw new DeskException("malformed", "this is nothing that happens before a court", "filed, filing, hearing, ruling, appeal or outcome"),
        };

        string Text(string name, string what) => field(name).Trim() switch
        {
            "" => throw new DeskException("malformed", $"it was not said {what}", "say it in a sentence"),
            { Length: > MostText } => throw new DeskException("malformed", $"more than {MostText} characters were sent for \"{name}\"", "say it shorter, and keep the rest in the file"),
            var text => text,
        };
    }
}
