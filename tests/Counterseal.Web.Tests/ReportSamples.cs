using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Counterseal.Reports;

namespace Counterseal.Web.Tests;

/// <summary>Invented reports of six half-years, published into a folder of their own as the command does it, with statements of which one has lapsed.</summary>
internal static class ReportSamples
{
    private static readonly Lazy<Task<ReportShelf>> Made = new(Make);

    public static Task<ReportShelf> Shelf => Made.Value;

    /// <summary>The desk's own page over the same demands.</summary>
    public static ReportDeskView Desk(int? year) => new(
        new(2026, 2, 1, 9, 0, 0, TimeSpan.Zero), [new("2025-H2", null, 0, 0), new("2025-H1", new string('a', 64), 1, 3)], year ?? 2025,
        Article28.Rows(Demands(), year ?? 2025, ReportForms.Default), DsaForm.Exact(Demands(), year ?? 2025, ReportForms.Default), ReportForms.Default);

    private static List<CountedDemand> Demands()
    {
        var demands = new List<CountedDemand>();
        for (var half = new HalfYear(2023, 1); half <= new HalfYear(2025, 2); half = half.Next)
            demands.AddRange(Half(half, 300 + (60 * demands.Count / 400)));
        return demands;
    }

    private static async Task<ReportShelf> Make()
    {
        var shelf = new ReportShelf(Directory.CreateTempSubdirectory("cs-reports-").FullName);
        var demands = Demands();
        var ground = new ReportGround("Example Mail", true, ReportForms.Default, new Dictionary<HalfYear, int> { [new(2025, 2)] = 43 });
        var ledger = new SampleLedger();
        for (var half = new HalfYear(2023, 1); half <= new HalfYear(2025, 2); half = half.Next)
            await shelf.Publish(half, () => ReportMaking.Of(demands, half, ground, new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero)), ledger.Publish);
        await shelf.Correct(new(2025, 1), "Challenges of that half-year were lost in court and the data handed over.", (report, number) => Erratum.Make(report, [.. demands.Select((demand, i) => i % 9 == 0 && demand.Outcome == Outcome.Challenged ? demand with { Since = Outcome.ContentDisclosed } : demand)],
            ReportForms.Default, number, "Challenges of that half-year were lost in court and the data handed over.", new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)), ledger.Publish);
        using var signer = NoteSigner.Generate("counsel.example");
        await shelf.State(Statement.Sign("keys", new(2026, 3, 1), new(2027, 3, 1), "We have never handed over a key that opens what our customers encrypt, to anybody.", signer).Note, ledger.Publish);
        await shelf.State(Statement.Sign("wiretap", new(2025, 1, 1), new(2025, 7, 1), "We have never given anybody standing access to our systems.", signer).Note, ledger.Publish);
        return shelf;
    }

    private static IEnumerable<CountedDemand> Half(HalfYear half, int many)
    {
        var draw = new Random(half.Year * 2 + half.Half);
        T Of<T>(params T[] choices) => choices[Math.Min(draw.Next(choices.Length), draw.Next(choices.Length))];
        for (var i = 0; i < many; i++)
        {
            var country = Of("US", "DE", "FR", "GB", "ES", "IE", "IN", "PL", "MC", "AT");
            var outcome = Of(Outcome.NonContentDisclosed, Outcome.ContentDisclosed, Outcome.Rejected, Outcome.Partly, Outcome.NoData, Outcome.Challenged, Outcome.Redirected, Outcome.Withdrawn);
            if (country == "IN" && draw.Next(2) == 0)
                outcome = Outcome.Rejected;
            var at = half.From.AddHours(draw.Next(4000));
            yield return new()
            {
                Id = $"{half}-{i}",
                Received = at,
                Answered = at.AddHours(draw.Next(1, 300)) is var answered && answered < half.To ? answered : at.AddHours(1),
                Country = country,
                Authority = $"{Of("regional court", "public prosecutor", "district police")} of {country}",
                Instrument = country switch { "US" => Of("us.sca.subpoena", "us.sca.warrant", "us.sca.2703d"), "GB" => "uk.ipa", "IN" => "unknown", _ => "eu.epoc" },
                Outcome = outcome,
                Emergency = draw.Next(12) == 0,
                Asked = Of(DataCategory.Subscriber, DataCategory.Identification, DataCategory.Traffic, DataCategory.Content),
                Secrecy = Of(Secrecy.None, Secrecy.UpToAYear, Secrecy.UpTo90Days, Secrecy.WithoutEnd),
                Telling = outcome is Outcome.Partly or Outcome.ContentDisclosed or Outcome.NonContentDisclosed ? Of(Telling.Told, Telling.Forbidden, Telling.ByAuthority) : Telling.NotTold,
                Customers = [$"customer {draw.Next(5000)}"],
                Selectors = draw.Next(1, 3),
                Accounts = draw.Next(0, 3),
                Assistance = draw.Next(70) == 0 ? 1 : 0,
                Failed = outcome is Outcome.Rejected ? [Of("us.sca.subpoena.reach", "emergency.callback"), .. draw.Next(3) == 0 ? ["scope.selectors"] : Array.Empty<string>()] : [],
            };
        }
    }

    /// <summary>Gives each publication an event without a real proof, so that the page has one that does not verify.</summary>
    private sealed class SampleLedger
    {
        private int version;

        public Task<ProvenEvent> Publish(string what, string digest, string? beside, string? reason) => Task.FromResult(new ProvenEvent(
            DeskEvent.Of(DeskEvent.Own, ++version, new(2026, 1, 15, 9, 0, 0, TimeSpan.Zero), "ana", new Published(what, digest, beside, reason)).Canonical,
            new string('0', 64), new string('1', 64), "no proof"));
    }
}
