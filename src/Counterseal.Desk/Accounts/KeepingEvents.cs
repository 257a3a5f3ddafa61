namespace Counterseal.Desk;

/// <summary>A demand was put into a compartment: only its members see it from now on.</summary>
/// <param name="Compartment">The compartment's name.</param>
/// <param name="Reason">Why.</param>
public sealed record Restricted(string Compartment, string Reason) : EventBody;

/// <summary>A demand was taken out of its compartment.</summary>
/// <param name="Reason">Why.</param>
public sealed record Unrestricted(string Reason) : EventBody;

/// <summary>A person declared a conflict with a demand, for good: it is not assigned to that person, who decides nothing of it.</summary>
/// <param name="Person">The person's name.</param>
/// <param name="Reason">What the conflict is.</param>
public sealed record Recused(string Person, string Reason) : EventBody;

/// <summary>A demand was given to a person.</summary>
/// <param name="Person">The person's name; <c>null</c>: to nobody any more.</param>
public sealed record Assigned(string? Person) : EventBody;

/// <summary>Who may see a demand and who works on it: the part of its life that goes on also when it is stayed, withdrawn or closed.</summary>
internal static class Keeping
{
    /// <summary>Whether an event is of this part.</summary>
    public static bool IsOf(EventBody body) => body is Restricted or Unrestricted or Recused or Assigned;

    /// <summary>Why it may not happen now; <c>null</c> when it may.</summary>
    public static string? Objection(DemandState state, EventBody body) => body switch
    {
        Restricted r when string.IsNullOrWhiteSpace(r.Reason) => "restricting a demand needs a reason",
        Restricted r when r.Compartment == state.Compartment => $"this demand is in {r.Compartment} already",
        Unrestricted u when string.IsNullOrWhiteSpace(u.Reason) => "taking a demand out of its compartment needs a reason",
        Unrestricted when state.Compartment is null => "this demand is in no compartment by a person's word",
        Recused r when string.IsNullOrWhiteSpace(r.Reason) => "a conflict needs to be named",
        Recused r when state.Recused.ContainsKey(r.Person) => $"{r.Person} has declared a conflict already",
        Assigned { Person: { } person } when state.Recused.ContainsKey(person) => $"{person} has declared a conflict with this demand and cannot be picked; pick somebody else",
        Assigned a when a.Person == state.AssignedTo => a.Person is null ? "this demand is with nobody" : $"this demand is with {a.Person} already",
        _ => null,
    };

    /// <summary>Why somebody may not do this because of a declared conflict; <c>null</c> when nothing was declared.</summary>
    public static string? Conflict(DemandState state, EventBody body, string by) =>
        state.Recused.TryGetValue(by, out var why) && body is Authenticated or Decided or Ordered { Kind: OrderKind.Release or OrderKind.Preview }
            ? $"{by} has declared a conflict with this demand ({why}); somebody else does this" : null;

    /// <summary>The state after it.</summary>
    public static DemandState Apply(DemandState state, EventBody body) => body switch
    {
        Restricted r => state with { Compartment = r.Compartment },
        Unrestricted => state with { Compartment = null },
        Recused r => state with { Recused = state.Recused.Add(r.Person, r.Reason), AssignedTo = state.AssignedTo == r.Person ? null : state.AssignedTo },
        Assigned a => state with { AssignedTo = a.Person },
        _ => state,
    };
}
