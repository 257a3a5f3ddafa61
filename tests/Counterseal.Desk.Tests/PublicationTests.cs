namespace Counterseal.Desk.Tests;

/// <summary>What is made public is on the ledger first.</summary>
public class PublicationTests(Postgres postgres)
{
    private static readonly string One = new('1', 64), Other = new('2', 64);

    [Theory, MemberData(nameof(Stand.Both), MemberType = typeof(Stand))]
    public async Task What_was_published_is_on_the_ledger_once_and_other_bytes_are_refused_under_its_name(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        var first = await stand.Desk.Publish("report/2026-H1", One, null, null, "ana", default);
        var again = await stand.Desk.Publish("report/2026-H1", One, null, null, "bo", default);
        Assert.Equal(first.Event, again.Event);
        Assert.Equal(new Published("report/2026-H1", One), DeskEvent.Read(first.Event).Body);
        Assert.Equal("published", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Publish("report/2026-H1", Other, null, null, "ana", default))).Code);
        Assert.Equal("unknown", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Publish("report/2025-H1/erratum-1", Other, "report/2025-H1", "a slip", "ana", default))).Code);
        Assert.Equal("malformed", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Publish("report/2026-H1/erratum-1", Other, "report/2026-H1", " ", "ana", default))).Code);
        Assert.Equal("malformed", (await Assert.ThrowsAsync<DeskException>(() => stand.Desk.Publish("report/2026-H2", "short", null, null, "ana", default))).Code);
        await stand.Desk.Publish("report/2026-H1/erratum-1", Other, "report/2026-H1", "a slip", "ana", default);
        var own = (await stand.Desk.Own(default)).Where(logged => logged.Event.Type == "published").ToList();
        Assert.Equal(["ana", "ana"], own.Select(logged => logged.Event.By));
        Assert.Equal(new Published("report/2026-H1/erratum-1", Other, "report/2026-H1", "a slip"), own[1].Event.Body);
        Assert.True(own[0].LeafIndex < own[1].LeafIndex);
        Assert.Empty((await stand.Desk.Reconcile(default)).Differences);
        await stand.Reopen();
        Assert.Equal(first.Event, (await stand.Desk.Publish("report/2026-H1", One, null, null, "ana", default)).Event);
    }
}
