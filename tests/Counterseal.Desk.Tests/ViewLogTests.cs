using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk.Tests;

/// <summary>The record of views and the audit file, on both databases.</summary>
public sealed class ViewLogTests(Postgres postgres)
{
    public static TheoryData<string> Both => Stand.Both;

    [Theory, MemberData(nameof(Both))]
    public async Task Views_of_many_at_once_stand_in_one_chain_without_a_gap_also_from_two_processes(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var one = await AccountTests.Open(stand);
        await using var other = await AccountTests.Open(stand);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => (i % 2 == 0 ? one : other).Views.Record("acc", $"person {i}", "GET /demands/{id}", $"demand {i % 7}", "shown")));
        Assert.Equal(400, (await one.Views.Head(default)).Last);
        Assert.Null(await one.Views.Check(new Dictionary<long, string>(), default));
        Assert.Equal(Enumerable.Range(0, 400).Where(i => i % 7 == 3).Count(), (await one.Views.Latest("demand 3", null, null, 500, default)).Count);
        Assert.Equal([400, 399], (await one.Views.Latest(null, "acc", null, 2, default)).Select(view => view.N));
    }

    [Theory]
    [InlineData("sqlite", "UPDATE views SET person = 'somebody else' WHERE n = 3", "view 3")]
    [InlineData("sqlite", "DELETE FROM views WHERE n = 3", "views 3 to 3 are not there")]
    [InlineData("sqlite", "DELETE FROM views WHERE n > 4", "views 5 to 6 are not there")]
    [InlineData("postgres", "UPDATE views SET demand = NULL WHERE n = 3", "view 3")]
    [InlineData("postgres", "DELETE FROM views WHERE n > 4", "views 5 to 6 are not there")]
    public async Task A_view_that_was_changed_or_taken_away_is_named(string store, string sql, string named)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await AccountTests.Open(stand);
        for (var i = 0; i < 6; i++)
            await accounts.Views.Record("acc", "Ben", "GET /demands/{id}", "d", "shown");
        var sealedUp = await accounts.SealViews(default);
        Assert.Equal(6, sealedUp.Last);
        Assert.Equal(sealedUp, await accounts.SealViews(default));
        var known = new Dictionary<long, string> { [sealedUp.Last] = sealedUp.Chain };
        Assert.Null(await accounts.Views.Check(known, default));
        await stand.Edit(sql);
        Assert.Contains(named, await accounts.Views.Check(known, default), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_chain_that_was_made_anew_is_not_the_one_on_the_ledger(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await AccountTests.Open(stand);
        await accounts.Views.Record("acc", "Ben", "GET /demands/{id}", "d", "shown");
        var known = await accounts.SealViews(default);
        await stand.Edit("DELETE FROM views");
        await using (var db = accounts.Open())
            await db.ViewHeads.ExecuteUpdateAsync(set => set.SetProperty(h => h.Last, 0).SetProperty(h => h.Chain, new byte[32]));
        await accounts.Views.Record("acc", "Cora", "GET /demands/{id}", "d", "shown");
        Assert.Null(await accounts.Views.Check(new Dictionary<long, string>(), default));
        Assert.Contains("not the one whose digest is on the ledger", await accounts.Views.Check(new Dictionary<long, string> { [known.Last] = known.Chain }, default), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task Fifty_people_who_look_at_once_wait_for_few_commits(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await AccountTests.Open(stand);
        await accounts.Views.Record("acc", "warm", "GET /", null, "shown");
        var took = new System.Collections.Concurrent.ConcurrentBag<double>();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async person =>
        {
            for (var i = 0; i < 20; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await accounts.Views.Record($"acc{person}", $"person {person}", "GET /demands/{id}", "d", "shown");
                took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }));
        var sorted = took.Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{store}: 1,000 views by 50 people: median {sorted[500]:0.0} ms, 99th percentile {sorted[990]:0.0} ms");
        Assert.Equal(1001, (await accounts.Views.Head(default)).Last);
    }

    [Theory, MemberData(nameof(Both))]
    public async Task An_audit_file_holds_what_its_auditor_may_see_and_every_change_to_it_is_found(string store)
    {
        await using var stand = await Stand.Up(store, postgres);
        await using var accounts = await AccountTests.Open(stand);
        await AccountTests.Founded(accounts);
        await AccountTests.Joined(accounts, "Cora", Role.Counsel);
        var abel = await AccountTests.Joined(accounts, "Abel", Role.Auditor);
        var (open, secret) = (await stand.Received(Stand.Warrant("open-to-all")), await stand.Received(Stand.Warrant("for-few-only")));
        await accounts.MakeCompartment("Cora", "national security", [], default);
        await stand.Desk.Restrict(secret.Demand, "Cora", "national security", "says so itself", null, default);
        foreach (var demand in new[] { open.Demand, secret.Demand, open.Demand })
            await accounts.Views.Record("acc", "Ben", "GET /demands/{id}", demand, "shown");
        var file = new MemoryStream();
        await AuditFile.Write(stand.Desk, accounts, abel, (await accounts.Now(default)).SightOf(abel.Account), file, default);
        var bytes = file.ToArray();
        var found = await Check(bytes);
        Assert.Equal(("Abel", 1, 2L, 1L), (found.By, found.Demands, found.Views, found.Withheld));
        var plain = System.Text.Encoding.UTF8.GetString(bytes);
        var said = plain + string.Concat(plain.Split('\n').Where(line => line.Contains("\"event\"", StringComparison.Ordinal)).Select(line =>
            System.Text.Encoding.UTF8.GetString(System.Text.Json.Nodes.JsonNode.Parse(line)!["event"]!.GetValue<string>() is { } text ? Convert.FromBase64String(text) : [])));
        Assert.Contains("open-to-all", said, StringComparison.Ordinal);
        foreach (var hidden in new[] { "for-few-only", secret.Demand, "national security" })
            Assert.DoesNotContain(hidden, said, StringComparison.Ordinal);
        var audited = (Audited)(await stand.Desk.Own(default)).Last(own => own.Event.Type == "audited").Event.Body;
        Assert.Equal((1, 2L), (audited.Demands, audited.Views));

        var lines = plain.TrimEnd('\n').Split('\n').ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            // A line left out, said twice, or with one character changed.
            await Fails(lines.Where((_, n) => n != i));
            await Fails(lines.SelectMany((line, n) => n == i ? [line, line] : (string[])[line]));
            var at = lines[i].Length / 2;
            await Fails(lines.Select((line, n) => n == i ? line[..at] + (line[at] == 'a' ? 'b' : 'a') + line[(at + 1)..] : line));
        }
        await Fails([]);
        await Fails(["[]", "{}"]);
        await Fails(lines.Prepend("{\"audit\":\"counterseal/audit/v2\"}"));
        using var stranger = Ledger.NoteSigner.Generate("ledger.example/log");
        await Assert.ThrowsAsync<FormatException>(() => AuditFile.Verify(new MemoryStream(bytes), stranger.Verifier, default));

        Task<AuditFinding> Check(byte[] these) => AuditFile.Verify(new MemoryStream(these), stand.Log, default);

        async Task Fails(IEnumerable<string> these) =>
            await Assert.ThrowsAsync<FormatException>(() => Check(System.Text.Encoding.UTF8.GetBytes(string.Concat(these.Select(line => line + "\n")))));
    }
}
