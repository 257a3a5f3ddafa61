using Counterseal.Desk;
using Counterseal.Law;

namespace Counterseal.Reports.Tests;

/// <summary>
/// The recount: for each half-year it looks at the events before its end as if there were no others, one demand after another, with whole bodies and without any of the report's own code.
/// </summary>
internal sealed record NaiveDemand(
    string Id, string Country, string Authority, string Instrument, bool Emergency, string Asked, string Secrecy, string Outcome, string Telling, string[] Failed, int Selectors, int Accounts, TimeSpan Took);

internal static class NaiveCount
{
    /// <summary>The demands that were answered in a half-year, as they stood at its end.</summary>
    public static List<NaiveDemand> Answered(IEnumerable<IReadOnlyList<DeskEvent>> lives, DateTimeOffset from, DateTimeOffset to)
    {
        return [.. lives.AsParallel().Select(life => One(life, from, to)).OfType<NaiveDemand>()];
    }

    private static NaiveDemand? One(IReadOnlyList<DeskEvent> life, DateTimeOffset from, DateTimeOffset to)
    {
        var seen = life.Where(e => e.At < to).Select(e => (e.At, e.Body)).ToList();
        if (seen.Count == 0)
            return null;
        var first = FirstAnswer(seen);
        if (first is null || seen[first.Value].At < from)
            return null;
        var demand = ((Received)seen[0].Body).Demand;
        var at = seen[first.Value].At;
        string Fact(string name) => seen.Select(e => e.Body).OfType<Established>().LastOrDefault(e => e.Fact == name)?.Value ?? "";
        var disclosed = seen.Select((e, i) => (e.Body, i)).LastOrDefault(e => e.Body is Released);
        string outcome;
        if (disclosed.Body is not null)
        {
            var decided = seen.Take(disclosed.i).Select(e => e.Body).OfType<Decided>().Last();
            outcome = decided.Decision == Decision.ComplyInPart ? "partly"
                : decided.Scope.Items.SelectMany(item => item.Categories).Contains(DataCategory.Content) ? "contentDisclosed" : "nonContentDisclosed";
        }
        else if (seen[first.Value].Body is Withdrawn)
        {
            outcome = "withdrawn";
        }
        else
        {
            outcome = seen.Select(e => e.Body).OfType<Decided>().Last(d => !d.HandsOver).Decision switch
            {
                Decision.NoData => "noData",
                Decision.Redirect => "redirected",
                Decision.Challenge => "challenged",
                _ => "rejected",
            };
        }
        var gag = Gag(demand, seen, to);
        var assessment = seen.Take(first.Value).Select(e => e.Body).OfType<Assessed>().LastOrDefault()?.Assessment;
        var telling = seen.Any(e => e.Body is Told) ? "told"
            : outcome is not ("partly" or "contentDisclosed" or "nonContentDisclosed") ? "notTold"
            : gag ? "forbidden"
            : assessment?.Notice.By == NoticeBy.Authority ? "byAuthority" : assessment?.Notice.By == NoticeBy.Nobody ? "forbidden" : "notTold";
        var days = demand.Secrecy is null ? "none" : demand.Secrecy.Until is not { } end ? "withoutEnd"
            : (end - seen[0].At).TotalDays <= 90 ? "upTo90Days" : (end - seen[0].At).TotalDays <= 366 ? "upToAYear" : "longer";
        return new(
            life[0].Demand, demand.Issuing.Country, System.Text.RegularExpressions.Regex.Replace(demand.Issuing.Name.Trim(), @"\s+", " ").ToLowerInvariant(),
            demand.Instrument ?? (seen.Select(e => e.Body).OfType<Established>().FirstOrDefault(e => e.Fact == "instrument" && e.Value is not null)?.Value ?? "unknown"),
            Fact("emergency").Length > 0 ? Fact("emergency") == "true" : demand.Emergency == true,
            demand.Scope.Items.SelectMany(item => item.Categories).DefaultIfEmpty().Max() is var asked && demand.Scope.Items.Any(item => item.Categories.Count > 0) ? char.ToLowerInvariant(asked.ToString()[0]) + asked.ToString()[1..] : "notSaid",
            days, outcome, telling,
            assessment is null ? [] : [.. assessment.Findings.Where(f => f.Sign == Sign.Fails).Select(f => f.Rule).Distinct()],
            demand.Scope.Items.Select(item => item.Selector.Value).Distinct().Count(),
            seen.Select(e => e.Body).OfType<Counted>().LastOrDefault()?.Result.Accounts.Count ?? 0, at - seen[0].At);
    }

    private static int? FirstAnswer(List<(DateTimeOffset At, EventBody Body)> seen)
    {
        for (var i = 0; i < seen.Count; i++)
        {
            if (seen[i].Body is Released or Withdrawn or Decided { HandsOver: false })
                return i;
        }
        return null;
    }

    /// <summary>Whether a gag binds at an instant.</summary>
    private static bool Gag(Demand demand, List<(DateTimeOffset At, EventBody Body)> seen, DateTimeOffset at)
    {
        var (there, until) = (demand.Secrecy is not null, demand.Secrecy?.Until);
        foreach (var (when, body) in seen)
        {
            if (body is not Established { Fact: "secrecy.until" } renewed)
                continue;
            until = renewed.Value is null ? null : DateTimeOffset.Parse(renewed.Value, System.Globalization.CultureInfo.InvariantCulture);
            there = until > when;
        }
        return there && (until is null || until >= at);
    }

    /// <summary>How many gags ended by themselves in a half-year.</summary>
    public static int Lapses(IEnumerable<IReadOnlyList<DeskEvent>> lives, DateTimeOffset from, DateTimeOffset to)
    {
        var lapses = 0;
        foreach (var life in lives)
        {
            var ends = new List<(DateTimeOffset Set, DateTimeOffset? End)>();
            foreach (var happened in life.Where(e => e.At < to))
            {
                if (happened.Type is not ("received" or "established"))
                    continue;
                var body = happened.Body;
                if (body is Received { Demand.Secrecy: { } gag })
                    ends.Add((happened.At, gag.Until));
                if (body is Established { Fact: "secrecy.until" } renewed)
                    ends.Add((happened.At, renewed.Value is null ? null : DateTimeOffset.Parse(renewed.Value, System.Globalization.CultureInfo.InvariantCulture)));
            }
            for (var i = 0; i < ends.Count; i++)
            {
                var replaced = i + 1 < ends.Count ? ends[i + 1].Set : DateTimeOffset.MaxValue;
                if (ends[i].End is { } end && end > ends[i].Set && end <= replaced && end >= from && end < to)
                    lapses++;
            }
        }
        return lapses;
    }
}
