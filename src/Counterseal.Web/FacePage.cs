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
    /// <param name="frame">What stands around it.</param>
    /// <param name="status">HTTP's.</param>
    /// <param name="title">In a few words.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="next">What to do; <c>null</c> for nothing.</param>
    /// <param name="below">Whether a room below said what is wrong and what to do: in English, whatever the title is in.</param>
    /// <param name="way">Where to go from here, an address and what it is called; <c>null</c> for nowhere.</param>
    public static RazorComponentResult Problem(Frame frame, int status, string title, string what, string? next, bool below = false, (string Href, string Text)? way = null) =>
        Of<ProblemPage>(frame, status, new()
        {
            [nameof(ProblemPage.Title)] = title,
            [nameof(ProblemPage.What)] = what,
            [nameof(ProblemPage.Next)] = next,
            [nameof(ProblemPage.Below)] = below,
            [nameof(ProblemPage.Way)] = way,
            [nameof(ProblemPage.Bare)] = frame.Face == Face.Desk && frame.SignOut is null,
        });
}
