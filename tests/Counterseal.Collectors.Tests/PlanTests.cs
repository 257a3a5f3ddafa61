using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Custody;
using Counterseal.Custody.Tests.Gate;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.Data.Sqlite;

namespace Counterseal.Collectors.Tests;

/// <summary>The queries that reviewers approve are those that a gate runs.</summary>
public class PlanTests
{
    private const string Query = "SELECT id, at, caller FROM calls WHERE account = @account AND (at >= @from AND at < @to OR at IS NULL) ORDER BY id";

    [Fact]
    public async Task An_order_names_the_plan_of_its_scope_or_is_refused()
    {
        await using var desk = await Begin();
        Assert.Equal("wrong-plan", (await (await Case.Release(desk)).File()).Refused);
        Assert.Equal("wrong-plan", (await (await Case.Release(desk, order: order => order["plan"] = new string('0', 64))).File()).Refused);
        var narrower = await Plan(desk, "release", Case.Mail(DataCategory.Traffic));
        Assert.Equal("wrong-plan", (await (await Case.Release(desk, order: order => order["plan"] = narrower.Digest)).File()).Refused);
        var plan = await Plan(desk, "release", desk.Demand.Scope);
        Assert.Equal("done", (await (await Case.Release(desk, order: order => order["plan"] = plan.Digest)).File()).State);
    }

    [Fact]
    public async Task A_count_has_the_plan_of_what_is_counted()
    {
        await using var desk = await Begin();
        var open = new Scope([desk.Demand.Scope.Items[0] with { Categories = [] }]);
        desk.Demand = desk.Demand with { Scope = open };
        var plan = await Plan(desk, "count", open);
        var answer = await (await Case.OnReceived(desk, "count", order: order => order["plan"] = plan.Digest)).File();
        Assert.Equal("done", answer.State);
        // Ten messages and two calls, in one sum.
        var traffic = answer.Json.GetProperty("result").GetProperty("accounts")[0].GetProperty("categories").EnumerateArray().Single(category => category.GetProperty("category").GetString() == "traffic");
        Assert.Equal(12, traffic.GetProperty("items").GetInt64());
    }

    [Fact]
    public async Task A_query_that_was_changed_after_the_approval_is_not_run()
    {
        await using var desk = await Begin();
        var plan = await Plan(desk, "release", desk.Demand.Scope);
        var release = await Case.Release(desk, order: order => order["plan"] = plan.Digest);
        release.ApprovedBy("alice");
        Assert.Equal("waiting", (await release.File()).State);
        await desk.StopGate();
        SettingsTests.Configure(desk.Home, Entry(desk, Query.Replace("account = @account AND", "@account <> '' AND", StringComparison.Ordinal)));
        await desk.StartGate();
        await desk.Post($"/orders/{release.Digest}/approvals", desk.Approve(release.Digest, "bob"));
        Assert.Equal("wrong-plan", (await desk.Settled(release.Digest)).Refused);
        Assert.DoesNotContain(desk.Own(), own => own.Type is "begun" or "sealed");
    }

    [Fact]
    public async Task A_reviewer_is_shown_the_queries_and_whoever_is_shown_others_sees_it()
    {
        await using var desk = await Begin();
        var plan = await Plan(desk, "release", desk.Demand.Scope);
        var release = await Case.Release(desk, order: order => order["plan"] = plan.Digest);
        release.ApprovedBy("alice");
        await release.File();
        var shown = JsonNode.Parse((await desk.Get("/orders/" + release.Digest, credential: null)).Text)!;
        Assert.Equal(plan.Texts, shown["plan"]!.AsArray().Select(text => text!.GetValue<string>()));
        Assert.Null(JsonNode.Parse((await desk.Get("/orders/" + release.Digest)).Text)!["plan"]);
        var envelope = Envelope.Read(release.Json());
        var text = OrderText.Render(envelope, null, HostileDesk.Start, plan);
        Assert.Contains(Query, text, StringComparison.Ordinal);
        Assert.Contains("account = \"that of mailbox value maeve@mail.example\", from = \"2026-10-05T00:00:00Z\", to = \"2026-10-15T00:00:00Z\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("! ", text, StringComparison.Ordinal);
        Assert.Contains("! THOSE BELOW ARE NOT THEY", OrderText.Render(envelope, null, HostileDesk.Start, new QueryPlan([.. plan.Texts.Skip(1)])), StringComparison.Ordinal);
        Assert.Contains("! NOT AT HAND HERE", OrderText.Render(envelope, null, HostileDesk.Start), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_says_nothing_of_what_is_in_a_source()
    {
        await using var desk = await Begin();
        var before = await Plan(desk, "release", desk.Demand.Scope);
        File.WriteAllText(desk.At("accounts.ndjson"), "");
        File.Delete(desk.At("calls.db"));
        Assert.Equal(before.Texts, (await Plan(desk, "release", desk.Demand.Scope)).Texts);
        Assert.DoesNotContain(before.Texts, text => text.Contains("acc-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_is_for_the_desk_and_for_a_scope_in_its_one_spelling()
    {
        await using var desk = await Begin();
        var asked = Asked("release", desk.Demand.Scope);
        Assert.Equal("not-the-desk", (await desk.Post("/plans", asked, credential: null)).Refused);
        Assert.Equal("malformed", (await desk.Post("/plans", asked[..^1])).Refused);
        Assert.Equal("malformed", (await desk.Post("/plans", [.. asked, (byte)' '])).Refused);
        Assert.Equal("malformed", (await desk.Post("/plans", Asked("everything", desk.Demand.Scope))).Refused);
        Assert.Equal("malformed", (await desk.Post("/plans", Asked("release", Scope.Nothing))).Refused);
    }

    private static async Task<HostileDesk> Begin()
    {
        var desk = await HostileDesk.Begin(gate: false);
        desk.Collectors = CollectorKinds.Make;
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = desk.At("calls.db"), Pooling = false }.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE calls(id integer, account text, at text, caller text); INSERT INTO calls VALUES (1, 'acc-1', '2026-10-06T00:00:00Z', 'x'), (2, 'acc-1', '2026-10-07T00:00:00Z', 'x'), (3, 'acc-2', '2026-10-07T00:00:00Z', 'x'), (4, 'acc-1', '2026-10-15T00:00:00Z', 'x')";
            command.ExecuteNonQuery();
        }
        SettingsTests.Configure(desk.Home, Entry(desk, Query));
        await desk.StartGate();
        return desk;
    }

    private static string Entry(HostileDesk desk, string query) => new JsonArray(new JsonObject
    {
        ["name"] = "calls",
        ["kind"] = "sqlite",
        ["settings"] = new JsonObject { ["file"] = desk.At("calls.db") },
        ["categories"] = new JsonObject { ["traffic"] = new JsonObject { ["query"] = query, ["time"] = "at", ["place"] = "id", ["fields"] = new JsonArray("at", "caller") } },
    }).ToJsonString();

    private static byte[] Asked(string kind, Scope scope) => HostileDesk.Canonical(new JsonObject { ["kind"] = kind, ["scope"] = HostileDesk.ScopeJson(scope) });

    private static async Task<QueryPlan> Plan(HostileDesk desk, string kind, Scope scope)
    {
        var answer = JsonNode.Parse((await desk.Post("/plans", Asked(kind, scope))).Text)!;
        var plan = new QueryPlan([.. answer["texts"]!.AsArray().Select(text => text!.GetValue<string>())]);
        Assert.Equal(answer["plan"]!.GetValue<string>(), plan.Digest);
        // The digest as docs/gate-protocol.md has it.
        Assert.Equal(plan.Digest, HostileDesk.Sha([.. "counterseal/plan/v1\n"u8, .. CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(answer["texts"]!.ToJsonString()))]));
        return plan;
    }
}
