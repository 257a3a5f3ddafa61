using System.Globalization;
using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>What an event says, in one sentence.</summary>
internal static class EventSentence
{
    /// <summary>The sentence.</summary>
    public static string Of(DeskEvent happened) => happened.Body switch
    {
        Received r => $"A {r.Original.Format} message of {Words.Bytes(r.Original.Length)} came by {r.Original.Channel}{(r.Filed is { } filed ? $", filed by {filed.Name}, {filed.Office}, who was signed in for {filed.Authority}" : "")}{(r.DuplicateOf is { } first ? $"; the same bytes came before, as {first}" : "")}.",
        Authenticated { Outcome: Authenticity.Authentic } a => $"It is from whom it says. {a.Reason} Evidence: {a.Evidence}",
        Authenticated a => $"It is not from whom it says. {a.Reason} Evidence: {a.Evidence}",
        Assessed a => $"{Words.Count(a.Assessment.Findings.Count, "finding")}, {Words.Count(a.Assessment.Questions.Count, "question")}; proposed: {Words.Of(a.Assessment.Proposed)}.",
        Established e => $"{e.Fact} is {e.Value ?? "unknown again"}. {e.Reason}",
        Decided d => $"Decided: {Words.Of(d.Decision)}{(d.Basis is { } basis ? $", under {basis}" : "")}.",
        Ordered o => $"A {o.Kind.ToString().ToLowerInvariant()} was ordered, good until {WorkZone.Exact(o.Expires)}.",
        Approved a => string.Create(CultureInfo.InvariantCulture, $"The gate holds {a.Have} of {a.Need} approvals."),
        Counted c => Of(c.Result),
        Preserved p => $"{Words.Count(p.Result.Items, "item")}, {Words.Bytes(p.Result.Bytes)}, kept at the gate until {WorkZone.Exact(p.Result.Until)}.",
        Previewed p => $"{Words.Count(p.Result.Items, "item")}, {Words.Bytes(p.Result.Bytes)}, shown to the order's viewers at the gate until {WorkZone.Exact(p.Result.Until)}.",
        Deleted d => $"What order {d.Result.Deleted[..16]}… left at the gate was deleted on {WorkZone.Exact(d.Result.At)}.",
        Sealed s => $"The gate sealed {s.Result.Name}, {Words.Bytes(s.Result.Volumes.Sum(v => v.Length))}.",
        Refused r => $"The gate refused ({r.Code}): {r.What}",
        Released r => $"Handed out: {r.How}.",
        Told t => $"The customer was told: {t.How}.",
        Replied r => $"The customer says: {(r.Answer switch { CustomerAnswer.Answered => "we answered the authority", CustomerAnswer.Objected => "we objected", _ => "we have no such data" })}. {r.Says}",
        Performed p => $"Done ({Words.Of(p.Do)}): {p.How} The rule {p.Rule} says: {p.Duty}",
        Assigned { Person: { } to } => $"{to} works on it from now on.",
        Assigned => "Nobody works on it from now on.",
        Stayed s => $"Held: {s.Reason}",
        Resumed r => $"The stay ended: {r.Reason}",
        Withdrawn w => $"The authority took it back: {w.Reason}",
        Restricted r => $"Only members of {r.Compartment} see it from now on. {r.Reason}",
        Unrestricted u => $"It is in no compartment any more. {u.Reason}",
        Recused r => $"{r.Person} has declared a conflict: {r.Reason}",
        ChallengeFiled c => $"{c.FiledBy} went to court against it: {c.Court}, {c.Case}. {c.Grounds}",
        FilingMade f => $"{f.FiledBy} filed: {f.What}",
        HearingSet h => $"A hearing is set for {WorkZone.Exact(h.At)}: {h.Where}{(h.Instead is null ? "" : " (instead of an earlier one)")}",
        Ruled r => $"The court ruled: {r.What}",
        Appealed a => $"{a.AppealedBy} appealed to {a.Court}, {a.Case}.",
        ChallengeEnded e => $"The challenge is over: {Words.Of(e.Outcome)}. {e.What}",
        Closed c => $"Closed: {c.Reason}",
        Messaged { Direction: MessageDirection.ToAuthority } m => $"We wrote to the authority: {m.Text}",
        Messaged m => $"The authority wrote: {m.Text}",
        _ => happened.Type,
    };

    /// <summary>How far an order is.</summary>
    public static string Of(GateProgress progress, DateTimeOffset now)
    {
        var read = progress.Read > 0 ? $"; {Words.Bytes(progress.Read)}{(progress.OfBytes > 0 ? $" of {Words.Bytes(progress.OfBytes)}" : "")} read" : "";
        var left = progress.Left(now) is { } time ? $", about {(time.TotalMinutes < 2 ? Words.Count(Math.Max(1, (long)time.TotalSeconds), "second") : Words.Count((long)time.TotalMinutes, "minute"))} left" : "";
        return $"{Words.Count(progress.Records, "record")}, {Words.Bytes(progress.Bytes)} collected{read}{left}.";
    }

    /// <summary>What a count came to.</summary>
    public static string Of(CountResult count)
    {
        var kinds = count.Accounts.SelectMany(a => a.Categories).GroupBy(c => c.Category).OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Sum(c => c.Items):N0} {Words.Of(g.Key)}"));
        return count.Accounts.Count == 0
            ? "No account: nothing is in scope."
            : $"{Words.Count(count.Accounts.Count, "account")}; in scope: {string.Join(", ", kinds)}{(count.Unreadable > 0 ? $"; {Words.Count(count.Unreadable, "record")} could not be read" : "")}.";
    }
}
