using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace Counterseal.Web;

/// <summary>The public's pages that say no, in the reader's language: what is wrong, and what to do.</summary>
internal static class PublicRefusal
{
    /// <summary>A page of the sentences <c>refused.NAME</c>, <c>.what</c> and, where there is one, <c>.next</c>.</summary>
    public static RazorComponentResult Of(HttpContext http, FaceGround ground, int status, string name, params (string Place, string Value)[] values)
    {
        var reader = http.RequestServices.GetRequiredService<Reader>();
        var next = $"refused.{name}.next";
        return FacePage.Problem(ground.Frame(Face.Public), status, reader.Say($"refused.{name}"), reader.Say($"refused.{name}.what", values), reader.Language.Sentences.Contains(next) ? reader.Say(next, values) : null);
    }
}
