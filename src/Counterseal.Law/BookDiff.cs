namespace Counterseal.Law;

/// <summary>What a change of the rule book changes: its rules, what it declares, and what would have been said of past demands.</summary>
/// <param name="Old">The digest of the old book.</param>
/// <param name="New">The digest of the new book.</param>
/// <param name="Rules">Rules added, removed and changed, by id in the order of the old book, the new ones after.</param>
/// <param name="Declared">Likewise what the books declare besides rules: names, instruments, groups, clocks and the like.</param>
/// <param name="Demands">The demands of which the new book says something else, in the order given.</param>
/// <param name="Compared">How many demands were held against both books.</param>
public sealed record BookDiff(string Old, string New, IReadOnlyList<BookChange> Rules, IReadOnlyList<BookChange> Declared, IReadOnlyList<DemandChange> Demands, int Compared)
{
    /// <summary>Whether anything is otherwise at all.</summary>
    public bool Empty => Rules.Count + Declared.Count + Demands.Count == 0;

    /// <summary>Compares two books.</summary>
    /// <param name="old">The book as it was.</param>
    /// <param name="next">The book as it is to be.</param>
    /// <param name="demands">Past demands; each is assessed under both.</param>
    public static BookDiff Of(RuleBook old, RuleBook next, IEnumerable<PastDemand> demands)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(next);
        var past = demands.ToList();
        return new(
            old.Digest, next.Digest,
            Changes(old.Rules.ToDictionary(r => ("rule", r.Id), r => BookFields.Of(r)), next.Rules.ToDictionary(r => ("rule", r.Id), r => BookFields.Of(r)), Moved(old, next)),
            Changes(BookFields.Of(old), BookFields.Of(next), new(StringComparer.Ordinal)),
            [.. past.Select(p => Assessed(p, old, next)).OfType<DemandChange>()], past.Count);
    }

    private static List<BookChange> Changes(
        Dictionary<(string What, string Id), IReadOnlyList<(string Key, string Words)>> old, Dictionary<(string What, string Id), IReadOnlyList<(string Key, string Words)>> next,
        Dictionary<string, FieldChange> moved)
    {
        var changes = new List<BookChange>();
        foreach (var (thing, was) in old)
        {
            if (!next.TryGetValue(thing, out var now))
            {
                changes.Add(new(thing.What, thing.Id, ChangeKind.Removed, [.. was.Select(f => new FieldChange(f.Key, f.Words, null))]));
                continue;
            }
            List<FieldChange> fields =
            [
                .. was.Where(f => Value(now, f.Key) != f.Words).Select(f => new FieldChange(f.Key, f.Words, Value(now, f.Key))),
                .. now.Where(f => Value(was, f.Key) is null).Select(f => new FieldChange(f.Key, null, f.Words)),
            ];
            if (moved.TryGetValue(thing.Id, out var place)) fields.Add(place);
            if (fields.Count > 0) changes.Add(new(thing.What, thing.Id, ChangeKind.Changed, fields));
        }
        foreach (var (thing, now) in next)
            if (!old.ContainsKey(thing)) changes.Add(new(thing.What, thing.Id, ChangeKind.Added, [.. now.Select(f => new FieldChange(f.Key, null, f.Words))]));
        return changes;
    }

    private static string? Value(IReadOnlyList<(string Key, string Words)> fields, string key) => fields.FirstOrDefault(f => f.Key == key).Words;

    // Of notices, routes, proposals and reach rules the first counts: what stands before a rule is part of what it says.
    private static Dictionary<string, FieldChange> Moved(RuleBook old, RuleBook next)
    {
        var moved = new Dictionary<string, FieldChange>(StringComparer.Ordinal);
        foreach (var kind in (ReadOnlySpan<Type>)[typeof(Effect.Notify), typeof(Effect.Way), typeof(Effect.Propose), typeof(Effect.Reach)])
        {
            List<string> Order(RuleBook book, RuleBook other) => [.. book.Rules.Where(r => r.Effect.GetType() == kind && other.ById.TryGetValue(r.Id, out var same) && same.Effect.GetType() == kind).Select(r => r.Id)];
            var (was, now) = (Order(old, next), Order(next, old));
            for (var i = 0; i < was.Count; i++)
            {
                var (before, after) = (i == 0 ? "the first" : $"after {was[i - 1]}", now.IndexOf(was[i]) is var at && at == 0 ? "the first" : $"after {now[at - 1]}");
                if (before != after) moved[was[i]] = new FieldChange("place", before, after);
            }
        }
        return moved;
    }

    private static DemandChange? Assessed(PastDemand past, RuleBook old, RuleBook next)
    {
        var (was, now) = (Engine.Assess(past.Demand, past.Facts, old, past.Received, past.AsOf), Engine.Assess(past.Demand, past.Facts, next, past.Received, past.AsOf));
        var fields = Said(was).Zip(Said(now)).Where(f => f.First.Words != f.Second.Words).Select(f => new FieldChange(f.First.Key, f.First.Words, f.Second.Words)).ToList();
        var mistakes = next.Mistakes(past.Facts).Except(old.Mistakes(past.Facts)).ToList();
        return fields.Count + mistakes.Count == 0 ? null : new(past.Name, past.Received, fields, now.Reasons, mistakes);
    }

    // What of an assessment somebody would act on. Ids of rules are left out where the same comes of another rule.
    private static IReadOnlyList<(string Key, string Words)> Said(Assessment said) =>
    [
        ("decision", Words<Decision>.Of(said.Proposed)),
        ("permitted", Scoped(said.Permitted)),
        ("kept", Scoped(said.Preserve)),
        ("basis", said.Basis is null ? "none" : said.BasisIsPolicy ? $"{said.Basis} (our exception)" : said.Basis),
        ("questions", Listed(said.Questions.Select(q => q.Fact))),
        ("deadlines", Listed(said.Deadlines.Select(d => $"{d.What}: {Instant.Text(d.Due)} ({Words<DeadlineKind>.Of(d.Kind)})"))),
        ("notice", $"{Words<NoticeBy>.Of(said.Notice.By)}{(said.Notice.NotBefore is { } at ? $", not before {Instant.Text(at)}" : "")}, {(said.Notice.Timing == NoticeTiming.Before ? "before anything leaves" : "with the disclosure")}{(said.Notice.AtEnd.Count > 0 ? $", at the end of secrecy {string.Join(", ", said.Notice.AtEnd.Select(Words<WhoIsTold>.Of))}" : "")}"),
        ("route", Words<RouteKind>.Of(said.Route.To)),
        ("suspended", Listed(said.Suspended.Select(s => s.Sentence))),
        ("duties", Listed(said.Duties.Select(d => $"{Words<DutyKind>.Of(d.Do)}: {d.Sentence}{(d.Due is { } due ? $" by {Instant.Text(due)}" : "")}"))),
        ("grounds", Listed(said.Objections.Select(o => o.Ground).Distinct())),
    ];

    private static string Scoped(Scope scope) => Listed(scope.Items.Select(i =>
        $"{i.Selector.Value} {(i.Categories.Count == 0 ? "category unknown" : string.Join(", ", i.Categories.Select(Words<DataCategory>.Of)))}{(i.From is { } from ? $" from {Instant.Text(from)}" : "")}{(i.To is { } to ? $" to {Instant.Text(to)}" : "")}"));

    private static string Listed(IEnumerable<string> words) => string.Join("; ", words) is { Length: > 0 } list ? list : "none";
}

/// <summary>A demand that was decided, as it came and with what was established.</summary>
/// <param name="Name">How people know it.</param>
/// <param name="Demand">The demand.</param>
/// <param name="Facts">What was established.</param>
/// <param name="Received">When it came.</param>
/// <param name="AsOf">The time to assess for.</param>
public sealed record PastDemand(string Name, Demand Demand, Facts Facts, DateTimeOffset Received, DateTimeOffset AsOf);

/// <summary>One thing that is otherwise in the new book.</summary>
/// <param name="What">What it is: <c>rule</c>, <c>group</c>, <c>clock</c>, …</param>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Fields">Key by key.</param>
public sealed record BookChange(string What, string Id, ChangeKind Kind, IReadOnlyList<FieldChange> Fields);

/// <summary>What became of a thing.</summary>
public enum ChangeKind
{
    /// <summary>Only the new book has it.</summary>
    Added,
    /// <summary>Only the old book had it.</summary>
    Removed,
    /// <summary>Both have it, and say different things.</summary>
    Changed,
}

/// <summary>One key.</summary>
/// <param name="Field">The key.</param>
/// <param name="Old">What it said; <c>null</c> where it was not there.</param>
/// <param name="New">What it says; <c>null</c> where it is gone.</param>
public sealed record FieldChange(string Field, string? Old, string? New);

/// <summary>A past demand of which the new book says something else.</summary>
/// <param name="Name">The demand.</param>
/// <param name="Received">When it came.</param>
/// <param name="Fields">What is otherwise.</param>
/// <param name="Reasons">The new book's reasons for its proposal.</param>
/// <param name="Mistakes">Recorded facts that the new book does not take, one sentence each.</param>
public sealed record DemandChange(string Name, DateTimeOffset Received, IReadOnlyList<FieldChange> Fields, IReadOnlyList<string> Reasons, IReadOnlyList<string> Mistakes);
