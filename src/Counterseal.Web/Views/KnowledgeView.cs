using Counterseal.Convention.Vulnerabilities;

namespace Counterseal.Web;

/// <summary>A moment of a vulnerability's life as the page shows it.</summary>
/// <param name="Name">What.</param>
/// <param name="When">As exactly as was said.</param>
/// <param name="From">The earliest that it can mean.</param>
/// <param name="To">The end of what it can mean; the same instant where it is exact.</param>
/// <param name="Who">Who, or nothing.</param>
/// <param name="Evidence">What it rests on.</param>
/// <param name="Kind">Its look: <c>used</c>, <c>government</c>, <c>told</c> or <c>ours</c>.</param>
public sealed record KnownMoment(string Name, string When, DateTimeOffset From, DateTimeOffset To, string Who, IReadOnlyList<EvidenceNote> Evidence, string Kind);

/// <summary>Who knew, and when they told us.</summary>
/// <param name="Moments">In the order of time.</param>
/// <param name="Government">In a sentence: whether a government knew before we were told, and for how long.</param>
/// <param name="Handling">In a sentence: how long it took us.</param>
public sealed record KnowledgeView(IReadOnlyList<KnownMoment> Moments, string Government, string Handling)
{
    /// <summary>Makes it of a published vulnerability.</summary>
    public static KnowledgeView Of(Vulnerability of)
    {
        ArgumentNullException.ThrowIfNull(of);
        var moments = new List<KnownMoment> { At("we were told", of.Told, VulnerabilityWords.Of(of.ToldBy), "told") };
        foreach (var one in of.Stated.Where(s => s.What is Milestone.FirstKnownUse or Milestone.FirstGovernmentKnowledge or Milestone.ExploitationKnown or Milestone.FixAvailable or Milestone.UsersTold))
            moments.Add(new(VulnerabilityWords.Of(one.What), one.When.Text, one.When.Earliest, one.When.End, one.Who ?? "", one.Evidence,
                one.What switch { Milestone.FirstKnownUse => "used", Milestone.FirstGovernmentKnowledge => "government", _ => "ours" }));
        if (of.Published is { } published)
            moments.Add(At("published", published, "", "ours"));
        return new([.. moments.OrderBy(m => m.From).ThenBy(m => m.To)], Lead(of), Took(of));
    }

    private static KnownMoment At(string name, DateTimeOffset at, string who, string kind) => new(name, StatedTime.At(at).Text, at, at, who, [], kind);

    private static string Lead(Vulnerability of)
    {
        if (of.Of(Milestone.FirstGovernmentKnowledge) is not { } knew)
            return of.ToldBy == ReportSource.Government ? "A government told us. Since when it had known is not known here." : "That a government knew of it before we were told is not known here. That does not mean that none did.";
        var (least, most) = ((int)Math.Floor((of.Told - knew.When.End).TotalDays), (int)Math.Floor((of.Told - knew.When.Earliest).TotalDays));
        if (most <= 0)
            return "By the evidence below a government knew of it, and not before we were told.";
        if (least < 0)
            return $"By the evidence below a government knew of it; it may have been up to {VulnerabilityWords.Days(most)} before we were told, or not before.";
        return least == most ? $"By the evidence below a government knew of it {VulnerabilityWords.Days(least)} before we were told." : $"By the evidence below a government knew of it for at least {VulnerabilityWords.Days(least)} and at most {VulnerabilityWords.Days(most)} before we were told.";
    }

    private static string Took(Vulnerability of)
    {
        string Since(DateTimeOffset? at, string what) => at is { } then && then >= of.Told ? $"{what} {VulnerabilityWords.Days((int)Math.Floor((then - of.Told).TotalDays))} after that" : "";
        var parts = new[] { Since(of.Of(Milestone.FixAvailable)?.When.Earliest, "a fix was there"), Since(of.Published, "it was published"), Since(of.Of(Milestone.UsersTold)?.When.Earliest, "users were told") }.Where(p => p.Length > 0).ToList();
        return $"We were told by {VulnerabilityWords.Of(of.ToldBy)}; {(parts.Count == 0 ? "nothing has followed yet" : string.Join(", ", parts))}.";
    }
}
