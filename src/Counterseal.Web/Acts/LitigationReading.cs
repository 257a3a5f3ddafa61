using System.Globalization;
using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>Reads what happened before a court, from a form's fields or from a request's members: both have the same names.</summary>
internal static class LitigationReading
{
    /// <summary>Reads it.</summary>
    /// <param name="field">What was sent by a name; empty for nothing.</param>
    /// <param name="instant">Reads a date with its time; <c>null</c>: it is none.</param>
    /// <param name="word">What an outcome is called where it is chosen.</param>
    /// <param name="reader">Who sent it.</param>
    /// <exception cref="FormException">It cannot be one; says why, in that person's language.</exception>
    public static EventBody Of(Func<string, string> field, Func<string, DateTimeOffset?> instant, Func<ChallengeOutcome, string> word, Reader reader)
    {
        return field("kind") switch
        {
            "filed" => new ChallengeFiled(Text("court", "court"), Text("case", "case"), Text("filedBy", "filedBy"), Text("grounds", "grounds")),
            "filing" => new FilingMade(Text("what", "filed"), Text("filedBy", "filedBy")),
            "hearing" => new HearingSet(
                instant(field("at").Trim()) is { } at && at.Year is > 1990 and < 2200 ? at : throw No("hearing"),
                Text("where", "where"),
                field("instead").Trim() is not { Length: > 0 } instead ? null : int.TryParse(instead, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : throw No("instead")),
            "ruling" => new Ruled(Text("what", "ruled")),
            "appeal" => new Appealed(Text("appealedBy", "appealedBy"), Text("court", "toCourt"), Text("case", "case")),
            "outcome" => new ChallengeEnded(
                Enum.TryParse<ChallengeOutcome>(field("outcome"), ignoreCase: true, out var outcome) && Enum.IsDefined(outcome) && !int.TryParse(field("outcome"), out _) ? outcome
                    : throw new FormException(reader.Say("refuse.ended"), reader.Say("refuseNext.ended", ("outcomes", string.Join(", ", Enum.GetValues<ChallengeOutcome>().Select(word))))),
                Text("what", "ended")),
            _ => throw No("docket"),
        };

        string Text(string name, string missing) => ActReading.Text(field(name), name, missing, reader);

        FormException No(string what) => ActReading.No(what, reader);
    }
}
