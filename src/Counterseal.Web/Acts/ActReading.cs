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
    /// <param name="reader">Who sent it.</param>
    /// <exception cref="FormException">It cannot be one; says why, in that person's language.</exception>
    public static DemandAct Read(string name, IFormCollection form, DemandView view, WorkView work, Reader reader)
    {
        return name switch
        {
            "authenticate" => Authenticate(),
            "facts" => Answer(),
            "decide" => Decide(),
            "orders" => Order(),
            "poll" => new PollAct(),
            "perform" => new PerformAct(Text("rule", "which"), Text("how", "performed")),
            "tell" => new TellAct(Text("how", "told"), form["ground"].ToString().Trim() is { Length: > 0 } ground ? ground : null),
            "stay" => new StayAct(Text("reason", "stayed")),
            "resume" => new ResumeAct(Text("reason", "resumed")),
            "withdraw" => new WithdrawAct(Text("reason", "withdrawn")),
            "close" => new CloseAct(Text("reason", "closed")),
            "docket" => new LitigateAct(LitigationReading.Of(field => form[field].ToString(), ScopeForm.Instant, reader.Word, reader)),
            _ => throw new InvalidOperationException($"an act that is not known here: {name}"),
        };

        AuthenticateAct Authenticate()
        {
            var outcome = form["outcome"].ToString() switch
            {
                "authentic" => Authenticity.Authentic,
                "notAuthentic" => Authenticity.NotAuthentic,
                _ => throw No("outcome"),
            };
            var reason = Text("reason", "reason");
            var evidence = Text("evidence", "evidence");
            if (form["entry"].ToString() is not { Length: > 0 } digest)
                return new(outcome, reason, evidence);
            // The number called is one of the directory, whatever number the demand itself may name. What is recorded is in English, whoever reads.
            var entry = work.Entries.Concat(work.OthersThere).FirstOrDefault(one => one.Digest == digest) ?? throw No("entry");
            return new(outcome, reason, $"Called back on {entry.Callback}, which the directory has for {entry.Name} ({entry.Id}, version {entry.Version.ToString(CultureInfo.InvariantCulture)}). {evidence}");
        }

        AnswerAct Answer()
        {
            var fact = Text("fact", "fact");
            var reason = Text("reason", "known");
            if (form["unknown"].Count > 0)
                return new(fact, null, reason);
            var said = string.Join(',', form["value"].OfType<string>().Where(one => one.Trim().Length > 0).Select(one => one.Trim()));
            if (said.Length == 0)
                throw No("answer");
            return new(fact, work.Fact(fact)?.Type == FactType.Instant && ScopeForm.Instant(said) is { } at ? Instant.Text(at) : said, reason);
        }

        DecideAct Decide()
        {
            if (!Enum.TryParse<Decision>(form["decision"].ToString(), ignoreCase: true, out var decision) || !Enum.IsDefined(decision) || decision == Decision.Undecided)
                throw No("decision");
            var reasons = form["reasons"].ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (reasons.Length > 50 || reasons.Any(one => one.Length > MostText))
                throw No("reasons");
            if (decision is not (Decision.Comply or Decision.ComplyInPart))
                return new(decision, null, reasons, null, null);
            var recipient = form["recipient"].ToString();
            if (!work.Entries.Concat(work.OthersThere).Any(one => one.Digest == recipient))
                throw new FormException(reader.Say(recipient.Length == 0 ? "refuse.recipient" : "refuse.entry"), reader.Say("refuseNext.recipient"));
            var scope = decision == Decision.ComplyInPart ? Narrowed(form, view, reader) : form["mask"].Count > 0 ? Scope.Masked(view.Assessment?.Permitted ?? Scope.Nothing) : null;
            return new(decision, scope, reasons, recipient, form["reissue"].ToString() is { Length: > 0 } earlier ? earlier : null);
        }

        OrderAct Order()
        {
            var kind = form["kind"].ToString() switch
            {
                "count" => Desk.OrderKind.Count,
                "preserve" => Desk.OrderKind.Preserve,
                "preview" => Desk.OrderKind.Preview,
                "release" => Desk.OrderKind.Release,
                "delete" => Desk.OrderKind.Delete,
                _ => throw No("kind"),
            };
            DateTimeOffset? until = null;
            if (kind == Desk.OrderKind.Preserve)
            {
                until = DateTimeOffset.TryParseExact(form["until"].ToString().Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day) ? day
                    : throw No("until");
            }
            var viewers = form["viewers"].ToString().Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (kind == Desk.OrderKind.Preview && (viewers.Length is 0 or > 20 || viewers.Any(one => one.Length > 100 || one.Any(char.IsControl))))
                throw No("viewers");
            return new(kind, until, kind == Desk.OrderKind.Preview ? viewers : [], kind == Desk.OrderKind.Delete ? Text("order", "deleted") : null);
        }

        string Text(string field, string missing) => ActReading.Text(form[field].ToString(), field, missing, reader);

        FormException No(string what) => ActReading.No(what, reader);
    }

    /// <summary>What was typed. The sentence says what is missing; the field's name is only in the page.</summary>
    /// <exception cref="FormException">Nothing, or too much.</exception>
    internal static string Text(string typed, string field, string missing, Reader reader) => typed.Trim() switch
    {
        "" => throw new FormException(reader.Say($"missing.{missing}"), reader.Say("refuseNext.missing")),
        { Length: > MostText } => throw new FormException(reader.Say("refuse.long", ("most", reader.Number(MostText)), ("field", field)), reader.Say("refuseNext.long")),
        var text => text,
    };

    internal static FormException No(string what, Reader reader) => new(reader.Say($"refuse.{what}"), reader.Say($"refuseNext.{what}"));

    /// <summary>The scope of the form that decides: narrowed in part, whole otherwise.</summary>
    public static Scope Narrowed(IFormCollection form, DemandView view, Reader reader) => view.Assessment is { } law ? ScopeForm.Read(form, law.Permitted, reader)
        : throw new DeskException("not-now", "nothing is decided before the law has been run", "wait for the assessment");
}
