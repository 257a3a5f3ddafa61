using Counterseal.Reports;

namespace Counterseal.Web;

/// <summary>How a half-year that is over stands.</summary>
/// <param name="Period">E.g. <c>2026-H1</c>.</param>
/// <param name="Digest">Of the published report; <c>null</c> while none is.</param>
/// <param name="Errata">Corrections that stand beside it.</param>
/// <param name="Changed">Demands with another outcome by now.</param>
public sealed record PeriodStanding(string Period, string? Digest, int Errata, int Changed);

/// <summary>What the desk's page on reports shows.</summary>
/// <param name="AsOf">When the demands were read.</param>
/// <param name="Periods">The half-years that are over, the latest first.</param>
/// <param name="Year">The year of the forms.</param>
/// <param name="Article28">Exact statistics for the Commission.</param>
/// <param name="Dsa">Exact rows of orders by Member State.</param>
/// <param name="Forms">Where the forms come from.</param>
public sealed record ReportDeskView(DateTimeOffset AsOf, IReadOnlyList<PeriodStanding> Periods, int Year, IReadOnlyList<Article28Row> Article28, IReadOnlyList<DsaRow> Dsa, ReportForms Forms);
