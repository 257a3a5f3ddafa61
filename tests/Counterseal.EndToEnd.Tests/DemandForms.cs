using System.Text.Json.Nodes;
using Counterseal.Cli;
using Microsoft.Playwright;

namespace Counterseal.EndToEnd.Tests;

/// <summary>A person's acts on a demand's page, form by form. What came of each is asked from the desk, since the page may refresh itself meanwhile.</summary>
internal sealed class DemandForms(Window person, string desk, string demand, Walk walk, CancellationToken cancel)
{
    public Task Authenticate(string reason, string evidence) => Send("authenticate", "", "Record it", async form =>
    {
        await form.Locator("input[value=authentic]").CheckAsync();
        await form.Locator("[name=reason]").FillAsync(reason);
        await form.Locator("[name=evidence]").FillAsync(evidence);
    });

    /// <summary>Answers what the law asks, until it asks nothing any more.</summary>
    public async Task AnswerAll(IReadOnlyDictionary<string, (string Value, string Reason)> known)
    {
        while ((await walk.Show(demand, cancel))["assessment"]!["questions"]!.AsArray().FirstOrDefault() is { } question)
        {
            var fact = (string)question["fact"]!;
            await Send("facts", $":has(input[name=fact][value='{fact}'])", "Record the answer", async form =>
            {
                var value = form.Locator("[name=value]").First;
                if (await value.EvaluateAsync<string>("v => v.tagName") == "SELECT")
                    await value.SelectOptionAsync(known[fact].Value);
                else
                    await value.FillAsync(known[fact].Value);
                await form.Locator("[name=reason]").FillAsync(known[fact].Reason);
            });
        }
    }

    public Task Decide(string decision, string reason) => Send("decide", "", "Decide", async form =>
    {
        await form.Locator("[name=decision]").SelectOptionAsync(decision);
        await form.Locator("[name=reasons]").FillAsync(reason);
        if (decision == "Comply")
            await form.Locator("[name=recipient]").SelectOptionAsync(new SelectOptionValue { Index = 1 });
    });

    /// <summary>Orders; gives the order's digest.</summary>
    public async Task<string> Order(string kind, string button)
    {
        await Send("orders", $":has(input[name=kind][value='{kind}'])", button, _ => Task.CompletedTask);
        return (string)(await walk.Show(demand, cancel))["orders"]!.AsArray().Last()!["order"]!;
    }

    private async Task Send(string act, string which, string button, Func<ILocator, Task> fill)
    {
        var before = await Events();
        await person.Page.GotoAsync($"{desk}demands/{demand}");
        var form = person.Page.Locator($"details[data-act]:has(form[action='/demands/{demand}/{act}']){which}").First;
        await form.EvaluateAsync("d => d.open = true");
        await fill(form);
        await form.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        for (var began = Environment.TickCount64; await Events() == before;)
        {
            if (Environment.TickCount64 - began > 120_000)
                Assert.Fail($"nothing came of {act}; the page says: {await person.Page.Locator("main").InnerTextAsync()}");
            await Task.Delay(100, cancel);
        }
    }

    private async Task<int> Events() => ((JsonArray)(await walk.Show(demand, cancel))["events"]!).Count;
}
