using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>The rule books on the public face.</summary>
internal static class PublicRulePages
{
    public static void Map(WebApplication app, FaceGround ground, Func<CancellationToken, Task<PublicRules>> read)
    {
        // Said to be a result: without it the page would be taken for a request delegate that answers nothing.
        app.MapGet("/rules", async Task<IResult> (HttpContext http) => FacePage.Of<PublicRulesPage>(ground.Frame(Face.Public), 200, new() { [nameof(PublicRulesPage.Rules)] = await read(http.RequestAborted) }));
        app.MapGet("/rules/books/{digest}", async Task<IResult> (string digest, HttpContext http) =>
        {
            var rules = await read(http.RequestAborted);
            return rules.History.FirstOrDefault(one => one.Digest == digest) is { } entry
                ? FacePage.Of<RuleChangesPage>(ground.Frame(Face.Public), 200, new() { [nameof(RuleChangesPage.Rules)] = rules, [nameof(RuleChangesPage.Entry)] = entry })
                : PublicRefusal.Of(http, ground, 404, "book");
        });
        app.MapGet("/rules/{id}", async Task<IResult> (string id, HttpContext http) =>
        {
            var rules = await read(http.RequestAborted);
            return rules.Book.Rules.FirstOrDefault(one => one.Id == id) is { } rule
                ? FacePage.Of<RulePage>(ground.Frame(Face.Public), 200, new() { [nameof(RulePage.Book)] = rules.Book, [nameof(RulePage.Rule)] = rule })
                : PublicRefusal.Of(http, ground, 404, "rule");
        });
    }
}
