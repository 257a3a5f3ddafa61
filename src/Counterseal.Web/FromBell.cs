using System.Globalization;
using System.Text;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>The pages on attacks over a bell in another process, asked over its staff socket.</summary>
public static class FromBell
{
    /// <summary>What the desk's face needs.</summary>
    /// <param name="bell">The bell.</param>
    /// <param name="log">The ledger's key; each proof is verified against it.</param>
    public static AttackPages Attacks(BellClient bell, LogKeys log) => new()
    {
        List = async cancel => [.. (await bell.Findings(cancel)).Select(Row)],
        One = async (id, cancel) => IsId(id) && await bell.Finding(id, cancel) is { } file ? View(file, log) : null,
        Decide = async (id, so, by, reason, cancel) =>
        {
            try
            {
                return IsId(id) && await (so ? bell.Confirm(id, by, reason, cancel) : bell.Dismiss(id, by, reason, cancel)) is not null ? null : "There is no such finding any more.";
            }
            catch (RecordException no)
            {
                return char.ToUpperInvariant(no.Message[0]) + no.Message[1..] + ".";
            }
        },
        Figures = async cancel => Figures(await bell.Figures(cancel)),
    };

    /// <summary>What the customers' pages need.</summary>
    /// <param name="bell">The bell.</param>
    public static CustomerAttacks Customers(BellClient bell) => new(
        (customer, language, cancel) => bell.Banners(customer.Account, customer.Administers, language, cancel),
        (customer, notice, cancel) => bell.Opened(customer.Account, customer.Administers, notice, cancel),
        (customer, code, cancel) => bell.CheckSignedIn(customer.Account, customer.Administers, code, cancel));

    private static bool IsId(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);

    private static AttackRow Row(FindingRow row)
    {
        var (finding, state) = (row.State.Finding, row.State);
        return new(
            finding.Id, finding.Customer, row.CustomerName, finding.Actor, finding.State, finding.Verdict == Verdict.Compromised, finding.Confidence, finding.Corroborated, row.Extent.Events, row.Extent.First, row.Extent.Last,
            state.Status switch { FindingStatus.Confirmed => AttackStanding.Confirmed, FindingStatus.Dismissed => AttackStanding.Dismissed, _ => AttackStanding.Open });
    }

    /// <summary>A finding as the page shows it.</summary>
    internal static AttackView View(FindingFile file, LogKeys log)
    {
        var state = file.Row.State;
        return new(
            Row(file.Row),
            file.Country, state.By, state.Reason,
            [.. state.Finding.Accounts.Select(a => new AttackAccount(a.Account, a.Verdict == Verdict.Compromised))],
            [.. file.Evidence.Select(e => Evidence(e.Evidence, e.Because))],
            [.. file.Events.Select(e => Happened(e, log))],
            [.. file.Notices.Select(Notice)]);
    }

    private static AttackEvidence Evidence(Evidence e, string because) => new(
        e.Account, e.Match.Field, e.Match.Value, e.Match.Indicator, e.Match.Source, e.Match.Confidence, e.Match.Marking, TlpMarks.MayReachCustomers(e.Match.Marking), e.Events, e.First, e.Last, e.Place.ToString(), because, e.Rule);

    private static AttackNotice Notice(NoticeRow row)
    {
        var notice = row.State;
        var chain = notice.Planned.Chain;
        return new(
            notice.Id, notice.Planned.Account, notice.Status,
            chain.Count == 0 ? null : new(chain[notice.Rung].Kind == ChannelKind.Mail, notice.Rung + 1, chain.Count, chain[notice.Rung].Instead),
            notice.Planned.Due, notice.FirstSent, row.Next, notice.Failure, notice.Answered);
    }

    /// <summary>The figures as they may be published.</summary>
    internal static AttackFigures Figures(WatchFigures figures)
    {
        var years = figures.Trend.Count == 0 ? [] : Enumerable.Range(figures.Trend.Min(t => t.Year), figures.Trend.Max(t => t.Year) - figures.Trend.Min(t => t.Year) + 1).ToList();
        string Of(string state, int year) => WatchFigures.Published(figures.Trend.FirstOrDefault(t => t.State == state && t.Year == year)?.Customers ?? 0);
        IReadOnlyList<PublishedFigure> Rows(IReadOnlyList<Figure> rows) => [.. rows.Select(r => new PublishedFigure(r.Of, WatchFigures.Published(r.Customers)))];
        return new(
            WatchFigures.Published(figures.Customers), WatchFigures.Published(figures.Compromised), WatchFigures.Published(figures.Notices), WatchFigures.Published(figures.Opened),
            [.. figures.Trend.Select(t => t.State).Distinct().Select(state => new AttackTrend(state, [.. years.Select(year => new PublishedFigure(year.ToString(CultureInfo.InvariantCulture), Of(state, year)))]))],
            [("country", Rows(figures.Countries)), ("actor", Rows(figures.Actors)), ("sector", Rows(figures.Sectors)), ("month", Rows(figures.Months))]);
    }

    private static AttackEvent Happened(ProvenEvent proven, LogKeys log)
    {
        var (type, found, reason) = proven.Event.Body switch
        {
            FindingRaised raised => (AttackEventType.Raised, raised.Finding, (string?)null),
            FindingChanged changed => (AttackEventType.Changed, changed.Finding, null),
            FindingConfirmed confirmed => (AttackEventType.Confirmed, null, confirmed.Reason),
            FindingDismissed dismissed => (AttackEventType.Dismissed, null, dismissed.Reason),
            _ => (AttackEventType.Other, (Finding?)null, null),
        };
        return new(
            proven.Event.Version, type, proven.Event.At, proven.Event.By,
            found is null ? null : new(found.Verdict == Verdict.Compromised, found.Confidence, found.Corroborated, found.Accounts.Count, found.Events), reason, Proof(proven, log));
    }

    /// <summary>The proof, verified here and now.</summary>
    private static LedgerProof Proof(ProvenEvent proven, LogKeys log)
    {
        var commitment = Commitment.Of(proven.Salt, proven.Bytes);
        var (index, verified) = (0L, false);
        try
        {
            var proof = TlogProof.Parse(proven.Proof);
            _ = proof.Verify(new Leaf(proven.Tag, commitment), log);
            (index, verified) = (proof.Index, true);
        }
        catch (FormatException)
        {
            // The page says that the event is not proven; that is all there is to do with it here.
        }
        return new(index, Convert.ToHexStringLower(commitment), verified, proven.Proof, Encoding.UTF8.GetString(proven.Bytes), Convert.ToHexStringLower(proven.Salt), Convert.ToHexStringLower(proven.Tag));
    }
}
