using Counterseal.Desk;
using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>Who asks, as the guard has found: put on each request before any route runs.</summary>
/// <param name="Person">The person.</param>
/// <param name="Session">The session at the pages; <c>null</c> at the command's socket.</param>
/// <param name="Sight">What the person may see, roles aside.</param>
/// <param name="Fresh">Whether the person has just shown that it is them.</param>
internal sealed record Visitor(Person Person, Session? Session, Sight Sight, bool Fresh)
{
    /// <summary>Whether it is the trial's account, behind which anybody may be.</summary>
    public bool IsTrial => Person.Account == People.Trial;

    /// <summary>Who asks; <c>null</c> where nobody is signed in.</summary>
    public static Visitor? Of(HttpContext http) => http.Items.TryGetValue(typeof(Visitor), out var one) ? (Visitor?)one : null;

    /// <summary>Who asks, on a route that lets only people in.</summary>
    public static Visitor Needed(HttpContext http) => Of(http) ?? throw new InvalidOperationException("a route that needs a person is open to anyone; see AccessTable");

    /// <summary>Puts it on the request.</summary>
    public void On(HttpContext http) => http.Items[typeof(Visitor)] = this;
}
