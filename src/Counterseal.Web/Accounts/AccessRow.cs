using Counterseal.Desk;

namespace Counterseal.Web;

/// <summary>An origin or socket that routes belong to.</summary>
internal enum Door
{
    /// <summary>The staff's pages.</summary>
    Desk,
    /// <summary>The pages of authorities and the public.</summary>
    Public,
    /// <summary>The customers' pages.</summary>
    Customer,
    /// <summary>The command's socket.</summary>
    Staff,
    /// <summary>The pages of officers of authorities.</summary>
    Portal,
}

/// <summary>Who may come through.</summary>
internal enum Who
{
    /// <summary>Anybody; what is secret there is asked for by the route itself.</summary>
    Anyone,
    /// <summary>Anybody who is signed in.</summary>
    Signed,
    /// <summary>Whoever is signed in and has one of the row's roles.</summary>
    OfRole,
}

/// <summary>What the route's path names, if it is something that may be another's.</summary>
internal enum Thing
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>A demand (<c>{id}</c>): there is none for whoever is outside its compartment; at the portal, for whoever is not of the authority that filed it.</summary>
    Demand,
    /// <summary>A finding of an attack.</summary>
    Finding,
    /// <summary>An account.</summary>
    Account,
    /// <summary>A notice (<c>{id}</c>): there is none for whoever was not told of it.</summary>
    Notice,
    /// <summary>Something that its unguessable token opens: an authority's own demand.</summary>
    Token,
}

/// <summary>One line of the authorization table.</summary>
/// <param name="Door">Where.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Pattern">The route's pattern as it is mapped; a last <c>*</c> stands for the rest.</param>
/// <param name="Who">Who may.</param>
/// <param name="Roles">With which roles.</param>
/// <param name="Thing">What it names.</param>
/// <param name="Fresh">Whether the person must have shown just now that it is them.</param>
/// <param name="Form">Whether it takes a form of our own pages, and so its anti-forgery value.</param>
/// <param name="Recorded">Whether each look is recorded.</param>
internal sealed record AccessRow(Door Door, string Method, string Pattern, Who Who, IReadOnlyList<Role> Roles, Thing Thing, bool Fresh, bool Form, bool Recorded)
{
    /// <summary>Whether it is about this pattern.</summary>
    public bool IsOf(string pattern) => Pattern.EndsWith('*') && !Pattern.EndsWith("{*path:nonfile}", StringComparison.Ordinal) ? pattern.StartsWith(Pattern[..^1], StringComparison.Ordinal) : Pattern == pattern;

    /// <summary>Whether a person may come through, roles alone considered.</summary>
    public bool Lets(Person? person) => Who == Who.Anyone || (person is not null && (Who == Who.Signed || person.Has(Roles)));
}
