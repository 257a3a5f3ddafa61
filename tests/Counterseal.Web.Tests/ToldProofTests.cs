using System.Net;
using Counterseal.Desk;
using Counterseal.Desk.Tests;
using Counterseal.Law;

namespace Counterseal.Web.Tests;

/// <summary>The proof for a customer who was told by another way than the page, on both stores: counsel's alone, recorded, and not while a gag stands.</summary>
public sealed class ToldProofTests(Postgres postgres)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Counsel_has_the_proof_of_what_a_person_recorded_it_holds_on_the_public_face_and_a_gag_takes_it_away(string store)
    {
        await using var stand = await DeskStand.Up(database: store == "postgres" ? await postgres.NewDatabase() : null);
        await stand.Populate();
        var demand = (await stand.Received()).Demand;
        using var cora = await stand.As("Cora");
        using (var before = await cora.GetAsync($"/demands/{demand}/notice"))
        {
            Assert.Equal(HttpStatusCode.Conflict, before.StatusCode);
            Assert.Contains("The customer was not told", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain("/notice\"", await cora.GetStringAsync($"/demands/{demand}"), StringComparison.Ordinal);
        await DemandWorkTests.Done(cora, demand, "tell", ("how", "letter of 24 November"));

        var page = WebUtility.HtmlDecode(await cora.GetStringAsync($"/demands/{demand}"));
        Assert.Contains($"href=\"/demands/{demand}/notice\"", page, StringComparison.Ordinal);
        // That it names a person is said before it leaves.
        Assert.Contains("with the name of whoever recorded it: Cora", page, StringComparison.Ordinal);
        using var got = await cora.GetAsync($"/demands/{demand}/notice");
        var proof = await got.Content.ReadAsStringAsync();
        Assert.Equal("notice.json", got.Content.Headers.ContentDisposition!.FileName);
        using var open = Faces.Client(stand.Public);
        using var form = new MultipartFormDataContent { { new StringContent(proof), "receipt" } };
        using var answer = await open.PostAsync("/ledger/check", form);
        Assert.Contains("Yes: it is on the ledger", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(await stand.Accounts.Views.Latest(demand, null, null, 100, default), view => view is { Person: "Cora", What: "GET /demands/{id}/notice" });
        // The customer's page does not give it: a name stands in it.
        var held = new HeldName[] { new("ada@example.test", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) };
        Assert.False(Assert.Single(await stand.Desk.NoticesOf(held, default)).HasProof);
        Assert.Null(await stand.Desk.NoticeProof(held, demand, default));
        foreach (var name in new[] { "Rosa", "Ines", "Kurt", "Abel" })
        {
            using var other = await stand.As(name);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"/demands/{demand}/notice")).StatusCode);
            Assert.DoesNotContain("/notice\"", await other.GetStringAsync($"/demands/{demand}"), StringComparison.Ordinal);
        }

        // A secrecy order that comes later.
        await DemandWorkTests.Done(cora, demand, "facts", ("fact", "secrecy.until"), ("value", Instant.Text(DateTimeOffset.UtcNow.AddDays(30))), ("reason", "an order came"));
        Assert.True(Desk.Desk.Gags((await stand.Desk.Show(demand, default)).State.Assessed!.Assessment.Notice, DateTimeOffset.UtcNow));
        using var gagged = await cora.GetAsync($"/demands/{demand}/notice");
        Assert.Equal(HttpStatusCode.Conflict, gagged.StatusCode);
        Assert.DoesNotContain("proof\":", await gagged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var after = await cora.GetStringAsync($"/demands/{demand}");
        Assert.DoesNotContain("/notice\"", after, StringComparison.Ordinal);
        Assert.Contains("The law lets nobody tell the customer now", after, StringComparison.Ordinal);
        // Lifted, it is there again.
        await DemandWorkTests.Done(cora, demand, "facts", ("fact", "secrecy.until"), ("value", Instant.Text(DateTimeOffset.UtcNow.AddMinutes(-1))), ("reason", "it was lifted"));
        Assert.Equal(proof, await cora.GetStringAsync($"/demands/{demand}/notice"));
    }

    [Fact]
    public void What_the_law_says_of_telling_gags_until_its_end_and_where_nobody_tells()
    {
        var now = Samples.Now;
        Assert.True(Desk.Desk.Gags(null, now));
        Assert.True(Desk.Desk.Gags(new(NoticeBy.Nobody, null, "", ""), now));
        Assert.True(Desk.Desk.Gags(new(NoticeBy.Provider, now.AddSeconds(1), "", ""), now));
        Assert.False(Desk.Desk.Gags(new(NoticeBy.Provider, now, "", ""), now));
        Assert.False(Desk.Desk.Gags(new(NoticeBy.Authority, null, "", ""), now));
    }
}
