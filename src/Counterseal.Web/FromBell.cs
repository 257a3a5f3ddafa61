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
            [.. file.Events.Select(e => new EventView(e.Event.Version, Type(e.Event.Body), e.Event.At, e.Event.By, Sentence(e.Event.Body), Proof(e, log)))],
            [.. file.Notices.Select(Notice)]);
    }

    private static AttackEvidence Evidence(Evidence e, string because) => new(
        e.Account, Field(e.Match.Field), e.Match.Value, e.Match.Indicator, e.Match.Source, e.Match.Confidence, Marking(e.Match.Marking), TlpMarks.MayReachCustomers(e.Match.Marking), e.Events, e.First, e.Last, e.Place.ToString(), because, e.Rule);

    private static AttackNotice Notice(NoticeRow row)
    {
        var notice = row.State;
        var chain = notice.Planned.Chain;
        return new(
            notice.Id, notice.Planned.Account ?? "the organisation",
            notice.Status switch
            {
                NoticeStatus.Planned => "waits for its batch",
                NoticeStatus.Sent => "handed on",
                NoticeStatus.Delivered => "delivered",
                NoticeStatus.Opened => "opened",
                _ => "unreachable: find another way",
            },
            notice.Status == NoticeStatus.Unreachable,
            chain.Count == 0 ? "page after sign-in only" : string.Create(CultureInfo.InvariantCulture, $"{(chain[notice.Rung].Kind == ChannelKind.Mail ? "mail" : "webhook")}, way {notice.Rung + 1} of {chain.Count}{(chain[notice.Rung].Instead ? ", to the organisation" : "")}"),
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

    private static string Field(string field) => field switch
    {
        "sourceIp" => "source address",
        "mailAddress" => "mail address",
        "userAgent" => "user agent",
        "pattern" => "pattern over events",
        _ => field,
    };

    private static string Marking(Tlp mark) => mark switch
    {
        Tlp.Unmarked => "no mark",
        Tlp.AmberStrict => "TLP:AMBER+STRICT",
        Tlp.Unknown => "mark unknown",
        _ => "TLP:" + mark.ToString().ToUpperInvariant(),
    };

    private static string Type(RecordBody body) => body switch
    {
        FindingRaised => "raised",
        FindingChanged => "changed",
        FindingConfirmed => "confirmed",
        FindingDismissed => "dismissed",
        _ => "happened",
    };

    private static string Sentence(RecordBody body) => body switch
    {
        FindingRaised raised => "Evidence made a finding: " + Sentence(raised.Finding),
        FindingChanged changed => "Later evidence says more: " + Sentence(changed.Finding),
        FindingConfirmed confirmed => $"It is so: {confirmed.Reason}",
        FindingDismissed dismissed => $"It is not so: {dismissed.Reason}",
        _ => "",
    };

    private static string Sentence(Finding f) => string.Create(CultureInfo.InvariantCulture,
        $"{(f.Verdict == Verdict.Compromised ? "compromised" : "targeted")}, confidence {f.Confidence}, {(f.Corroborated ? "corroborated" : "not corroborated")}, {Words.Count(f.Accounts.Count, "account")}, {Words.Count(f.Events, "event")}.");

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
