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
    public static KnowledgeView Of(Reader reader, Vulnerability of)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(of);
        var moments = new List<KnownMoment> { At(reader, reader.Say("vulnerabilities.toldUs"), of.Told, reader.Word(of.ToldBy), "told") };
        foreach (var one in of.Stated.Where(s => s.What is Milestone.FirstKnownUse or Milestone.FirstGovernmentKnowledge or Milestone.ExploitationKnown or Milestone.FixAvailable or Milestone.UsersTold))
            moments.Add(new(reader.Word(one.What), VulnerabilityWords.When(reader, one.When), one.When.Earliest, one.When.End, one.Who ?? "", one.Evidence,
                one.What switch { Milestone.FirstKnownUse => "used", Milestone.FirstGovernmentKnowledge => "government", _ => "ours" }));
        if (of.Published is { } published)
            moments.Add(At(reader, reader.Say("vulnerabilities.publishedOn"), published, "", "ours"));
        return new([.. moments.OrderBy(m => m.From).ThenBy(m => m.To)], Lead(reader, of), Took(reader, of));
    }

    private static KnownMoment At(Reader reader, string name, DateTimeOffset at, string who, string kind) => new(name, reader.Moment(at), at, at, who, [], kind);

    private static string Lead(Reader reader, Vulnerability of)
    {
        if (of.Of(Milestone.FirstGovernmentKnowledge) is not { } knew)
            return reader.Say(of.ToldBy == ReportSource.Government ? "vulnerabilities.lead.government" : "vulnerabilities.lead.unknown");
        var (least, most) = ((int)Math.Floor((of.Told - knew.When.End).TotalDays), (int)Math.Floor((of.Told - knew.When.Earliest).TotalDays));
        if (most <= 0)
            return reader.Say("vulnerabilities.lead.after");
        if (least < 0)
            return reader.Say("vulnerabilities.lead.maybe", ("days", VulnerabilityWords.Days(reader, most)));
        return least == most
            ? reader.Say("vulnerabilities.lead.exact", ("days", VulnerabilityWords.Days(reader, least)))
            : reader.Say("vulnerabilities.lead.between", ("least", VulnerabilityWords.Days(reader, least)), ("most", VulnerabilityWords.Days(reader, most)));
    }

    private static string Took(Reader reader, Vulnerability of)
    {
        string Since(DateTimeOffset? at, string what) => at is { } then && then >= of.Told ? reader.Say(what, ("days", VulnerabilityWords.Days(reader, (int)Math.Floor((then - of.Told).TotalDays)))) : "";
        var parts = new[] { Since(of.Of(Milestone.FixAvailable)?.When.Earliest, "vulnerabilities.took.fix"), Since(of.Published, "vulnerabilities.took.published"), Since(of.Of(Milestone.UsersTold)?.When.Earliest, "vulnerabilities.took.users") }.Where(p => p.Length > 0).ToList();
        return reader.Say("vulnerabilities.took", ("by", VulnerabilityWords.By(reader, of.ToldBy)), ("what", parts.Count == 0 ? reader.Say("vulnerabilities.took.nothing") : string.Join(", ", parts)));
    }
}
