using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>What an event says, in one sentence of the reader's language. What people wrote stands in it as they wrote it.</summary>
internal static class EventSentence
{
    /// <summary>The sentence, and what follows it in English: the words of the gate or of a rule.</summary>
    public static (string Sentence, string? Said) Of(Reader reader, DeskEvent happened) => happened.Body switch
    {
        Refused r => (reader.Say("event.refused", ("code", r.Code)), r.What),
        Performed p => (reader.Say("event.performed", ("do", reader.Word(p.Do)), ("how", p.How), ("rule", p.Rule)), p.Duty),
        var body => (Plain(reader, body, happened.Type), null),
    };

    private static string Plain(Reader reader, EventBody body, string type) => body switch
    {
        Received { Filed: { } filed, DuplicateOf: { } first } r => reader.Say("event.received.filed.again", ("format", r.Original.Format), ("bytes", reader.Bytes(r.Original.Length)), ("channel", r.Original.Channel), ("name", filed.Name), ("office", filed.Office), ("authority", filed.Authority), ("first", first)),
        Received { Filed: { } filed } r => reader.Say("event.received.filed", ("format", r.Original.Format), ("bytes", reader.Bytes(r.Original.Length)), ("channel", r.Original.Channel), ("name", filed.Name), ("office", filed.Office), ("authority", filed.Authority)),
        Received { DuplicateOf: { } first } r => reader.Say("event.received.again", ("format", r.Original.Format), ("bytes", reader.Bytes(r.Original.Length)), ("channel", r.Original.Channel), ("first", first)),
        Received r => reader.Say("event.received", ("format", r.Original.Format), ("bytes", reader.Bytes(r.Original.Length)), ("channel", r.Original.Channel)),
        Authenticated a => reader.Say(a.Outcome == Authenticity.Authentic ? "event.authentic" : "event.notAuthentic", ("reason", a.Reason), ("evidence", a.Evidence)),
        Assessed a => reader.Say("event.assessed", ("findings", reader.Count("count.finding", a.Assessment.Findings.Count)), ("questions", reader.Count("count.question", a.Assessment.Questions.Count)), ("decision", reader.Word(a.Assessment.Proposed))),
        Established { Value: { } value } e => reader.Say("event.established", ("fact", e.Fact), ("value", value), ("reason", e.Reason)),
        Established e => reader.Say("event.unknown", ("fact", e.Fact), ("reason", e.Reason)),
        Decided { Basis: { } basis } d => reader.Say("event.decided.under", ("decision", reader.Word(d.Decision)), ("basis", basis)),
        Decided d => reader.Say("event.decided", ("decision", reader.Word(d.Decision))),
        Ordered o => reader.Say("event.ordered", ("kind", reader.Word(o.Kind)), ("until", WorkZone.Exact(o.Expires))),
        Approved a => reader.Say("event.approved", ("have", reader.Number(a.Have)), ("need", reader.Number(a.Need))),
        Counted c => Of(reader, c.Result),
        Preserved p => reader.Say("event.preserved", ("items", reader.Count("count.item", p.Result.Items)), ("bytes", reader.Bytes(p.Result.Bytes)), ("until", WorkZone.Exact(p.Result.Until))),
        Previewed p => reader.Say("event.previewed", ("items", reader.Count("count.item", p.Result.Items)), ("bytes", reader.Bytes(p.Result.Bytes)), ("until", WorkZone.Exact(p.Result.Until))),
        Deleted d => reader.Say("event.deleted", ("order", d.Result.Deleted[..16]), ("at", WorkZone.Exact(d.Result.At))),
        Sealed s => reader.Say("event.sealed", ("name", s.Result.Name), ("bytes", reader.Bytes(s.Result.Volumes.Sum(v => v.Length)))),
        Released r => reader.Say("event.released", ("how", r.How)),
        Told t => reader.Say("event.told", ("how", t.How)),
        Replied r => reader.Say(r.Answer switch { CustomerAnswer.Answered => "event.replied.answered", CustomerAnswer.Objected => "event.replied.objected", _ => "event.replied.noData" }, ("says", r.Says)),
        Assigned { Person: { } to } => reader.Say("event.assigned", ("person", to)),
        Assigned => reader.Say("event.assigned.nobody"),
        Stayed s => reader.Say("event.stayed", ("reason", s.Reason)),
        Resumed r => reader.Say("event.resumed", ("reason", r.Reason)),
        Withdrawn w => reader.Say("event.withdrawn", ("reason", w.Reason)),
        Restricted r => reader.Say("event.restricted", ("compartment", r.Compartment), ("reason", r.Reason)),
        Unrestricted u => reader.Say("event.unrestricted", ("reason", u.Reason)),
        Recused r => reader.Say("event.recused", ("person", r.Person), ("reason", r.Reason)),
        ChallengeFiled c => reader.Say("event.challengeFiled", ("who", c.FiledBy), ("court", c.Court), ("case", c.Case), ("grounds", c.Grounds)),
        FilingMade f => reader.Say("event.filingMade", ("who", f.FiledBy), ("what", f.What)),
        HearingSet h => reader.Say(h.Instead is null ? "event.hearingSet" : "event.hearingSet.instead", ("at", WorkZone.Exact(h.At)), ("where", h.Where)),
        Ruled r => reader.Say("event.ruled", ("what", r.What)),
        Appealed a => reader.Say("event.appealed", ("who", a.AppealedBy), ("court", a.Court), ("case", a.Case)),
        ChallengeEnded e => reader.Say("event.challengeEnded", ("outcome", reader.Word(e.Outcome)), ("what", e.What)),
        Closed c => reader.Say("event.closed", ("reason", c.Reason)),
        Messaged m => reader.Say(m.Direction == MessageDirection.ToAuthority ? "event.messaged.to" : "event.messaged.from", ("text", m.Text)),
        _ => type,
    };

    /// <summary>An event's type as a word. One that has none stays as the record has it.</summary>
    public static string Type(Reader reader, string type) => reader.Language.Sentences.Contains("eventType." + type) ? reader.Say($"eventType.{type}") : type;

    /// <summary>How far an order is.</summary>
    public static string Of(Reader reader, GateProgress progress, DateTimeOffset now)
    {
        var read = progress.Read == 0 ? "" : progress.OfBytes > 0 ? reader.Say("progress.read.of", ("read", reader.Bytes(progress.Read)), ("whole", reader.Bytes(progress.OfBytes))) : reader.Say("progress.read", ("read", reader.Bytes(progress.Read)));
        var left = progress.Left(now) is { } time ? reader.Say("progress.left", ("time", time.TotalMinutes < 2 ? reader.Count("count.second", Math.Max(1, (long)time.TotalSeconds)) : reader.Count("count.minute", (long)time.TotalMinutes))) : "";
        return reader.Say("progress", ("records", reader.Count("count.record", progress.Records)), ("bytes", reader.Bytes(progress.Bytes)), ("read", read), ("left", left));
    }

    /// <summary>What a count came to.</summary>
    public static string Of(Reader reader, CountResult count)
    {
        if (count.Accounts.Count == 0)
            return reader.Say("count.nothing");
        var kinds = count.Accounts.SelectMany(a => a.Categories).GroupBy(c => c.Category).OrderBy(g => g.Key).Select(g => reader.Say("count.kind", ("n", reader.Number(g.Sum(c => c.Items))), ("category", reader.Word(g.Key))));
        var (accounts, scope) = (reader.Count("count.account", count.Accounts.Count), string.Join(", ", kinds));
        return count.Unreadable > 0
            ? reader.Say("count.unreadable", ("accounts", accounts), ("kinds", scope), ("records", reader.Count("count.record", count.Unreadable)))
            : reader.Say("count", ("accounts", accounts), ("kinds", scope));
    }
}
