using System.Globalization;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>Reads the forms of a demand's page into acts. What cannot be one is refused with its field named; whether it may be done is for the desk to say.</summary>
internal static class ActReading
{
    private const int MostText = 10_000;

    /// <summary>The acts by the last part of their address.</summary>
    public static IReadOnlyList<string> Names { get; } = ["authenticate", "facts", "decide", "orders", "poll", "perform", "tell", "stay", "resume", "withdraw", "close", "docket"];

    /// <summary>Reads one.</summary>
    /// <param name="name">Which.</param>
    /// <param name="form">The form.</param>
    /// <param name="view">The demand as it stands.</param>
    /// <param name="work">What its page offers.</param>
    /// <exception cref="DeskException"><c>malformed</c>.</exception>
    public static DemandAct Read(string name, IFormCollection form, DemandView view, WorkView work) => name switch
    {
        "authenticate" => Authenticate(form, work),
        "facts" => Answer(form, work),
        "decide" => Decide(form, view, work),
        "orders" => Order(form),
        "poll" => new PollAct(),
        "perform" => new PerformAct(Text(form, "rule", "which duty it was"), Text(form, "how", "what was done, with its evidence")),
        "tell" => new TellAct(Text(form, "how", "how the customer was told"), form["ground"].ToString().Trim() is { Length: > 0 } ground ? ground : null),
        "stay" => new StayAct(Text(form, "reason", "why it is held")),
        "resume" => new ResumeAct(Text(form, "reason", "why the hold ends")),
        "withdraw" => new WithdrawAct(Text(form, "reason", "what the authority said")),
        "close" => new CloseAct(Text(form, "reason", "why nothing is left to do")),
        "docket" => new LitigateAct(LitigationReading.Of(name => form[name].ToString())),
        _ => throw new InvalidOperationException($"an act that is not known here: {name}"),
    };

    /// <summary>The scope of the form that decides: narrowed in part, whole otherwise.</summary>
    public static Scope Narrowed(IFormCollection form, DemandView view) => view.Assessment is { } law ? ScopeForm.Read(form, law.Permitted)
        : throw new DeskException("not-now", "nothing is decided before the law has been run", "wait for the assessment");

    private static AuthenticateAct Authenticate(IFormCollection form, WorkView work)
    {
        var outcome = form["outcome"].ToString() switch
        {
            "authentic" => Authenticity.Authentic,
            "notAuthentic" => Authenticity.NotAuthentic,
            _ => throw new DeskException("malformed", "it was not said whether it is from whom it says", "choose one of the two"),
        };
        var reason = Text(form, "reason", "why you believe so");
        var evidence = Text(form, "evidence", "what it rests on, e.g. whom you reached and when");
        if (form["entry"].ToString() is not { Length: > 0 } digest)
            return new(outcome, reason, evidence);
        // The number called is one of the directory, whatever number the demand itself may name.
        var entry = work.Entries.Concat(work.OthersThere).FirstOrDefault(one => one.Digest == digest)
            ?? throw new DeskException("malformed", "the directory has no such entry for this authority now", "choose the number again");
        return new(outcome, reason, $"Called back on {entry.Callback}, which the directory has for {entry.Name} ({entry.Id}, version {entry.Version.ToString(CultureInfo.InvariantCulture)}). {evidence}");
    }

    private static AnswerAct Answer(IFormCollection form, WorkView work)
    {
        var fact = Text(form, "fact", "which fact it is");
        var reason = Text(form, "reason", "how you know");
        if (form["unknown"].Count > 0)
            return new(fact, null, reason);
        var said = string.Join(',', form["value"].OfType<string>().Where(one => one.Trim().Length > 0).Select(one => one.Trim()));
        if (said.Length == 0)
            throw new DeskException("malformed", "the answer is missing", "say it, or leave the question open");
        var isInstant = work.Fact(fact)?.Type == FactType.Instant;
        return new(fact, isInstant && said.Length is 16 or 19 && DateTimeOffset.TryParse(said, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? Instant.Text(at) : said, reason);
    }

    private static DecideAct Decide(IFormCollection form, DemandView view, WorkView work)
    {
        if (!Enum.TryParse<Decision>(form["decision"].ToString(), ignoreCase: true, out var decision) || !Enum.IsDefined(decision) || decision == Decision.Undecided)
            throw new DeskException("malformed", "no decision was chosen", "choose one");
        var reasons = form["reasons"].ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (reasons.Length > 50 || reasons.Any(one => one.Length > MostText))
            throw new DeskException("malformed", "a decision has at most 50 reasons, a line each", "say it shorter");
        if (decision is not (Decision.Comply or Decision.ComplyInPart))
            return new(decision, null, reasons, null, null);
        var recipient = form["recipient"].ToString();
        if (!work.Entries.Concat(work.OthersThere).Any(one => one.Digest == recipient))
            throw new DeskException("malformed", recipient.Length == 0 ? "it was not said to whom the package goes" : "the directory has no such entry for this authority now", "choose an entry of the directory; two people sign a new one with `counterseal directory entry`");
        var scope = decision == Decision.ComplyInPart ? Narrowed(form, view) : form["mask"].Count > 0 ? Scope.Masked(view.Assessment?.Permitted ?? Scope.Nothing) : null;
        return new(decision, scope, reasons, recipient, form["reissue"].ToString() is { Length: > 0 } earlier ? earlier : null);
    }

    private static OrderAct Order(IFormCollection form)
    {
        var kind = form["kind"].ToString() switch
        {
            "count" => Desk.OrderKind.Count,
            "preserve" => Desk.OrderKind.Preserve,
            "preview" => Desk.OrderKind.Preview,
            "release" => Desk.OrderKind.Release,
            "delete" => Desk.OrderKind.Delete,
            _ => throw new DeskException("malformed", "this is not a kind of order", "count, preserve, preview, release or delete; stop and lift go straight to the gate"),
        };
        DateTimeOffset? until = null;
        if (kind == Desk.OrderKind.Preserve)
        {
            until = DateTimeOffset.TryParseExact(form["until"].ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day) ? day
                : throw new DeskException("malformed", "it was not said until when it is kept", "give a day");
        }
        var viewers = form["viewers"].ToString().Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (kind == Desk.OrderKind.Preview && (viewers.Length is 0 or > 20 || viewers.Any(one => one.Length > 100 || one.Any(char.IsControl))))
            throw new DeskException("malformed", "a preview names one to twenty reviewers who may look", "write their names as the gate's roster has them, with commas between");
        return new(kind, until, kind == Desk.OrderKind.Preview ? viewers : [], kind == Desk.OrderKind.Delete ? Text(form, "order", "which order's leavings go") : null);
    }

    private static string Text(IFormCollection form, string name, string what) => form[name].ToString().Trim() switch
    {
        "" => throw new DeskException("malformed", $"it was not said {what}", "say it in a sentence"),
        { Length: > MostText } => throw new DeskException("malformed", $"more than {MostText} characters were sent for \"{name}\"", "say it shorter, and keep the rest in the file"),
        var text => text,
    };
}
