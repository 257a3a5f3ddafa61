using Counterseal.Web.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Counterseal.Web;

/// <summary>Pages as results.</summary>
internal static class FacePage
{
    /// <summary>A page in its frame.</summary>
    public static RazorComponentResult Of<TPage>(Frame frame, int status, Dictionary<string, object?> values) where TPage : IComponent
    {
        values["Frame"] = frame;
        return new RazorComponentResult(typeof(TPage), values) { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>A page that says no: what is wrong, and what to do.</summary>
    public static RazorComponentResult Problem(Frame frame, int status, string title, string what, string? next) =>
        Of<ProblemPage>(frame, status, new()
        {
            [nameof(ProblemPage.Title)] = title,
            [nameof(ProblemPage.What)] = what,
            [nameof(ProblemPage.Next)] = next,
            [nameof(ProblemPage.Bare)] = frame.Face == Face.Desk && frame.SignOut is null,
        });
}
