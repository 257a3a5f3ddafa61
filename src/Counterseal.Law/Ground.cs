namespace Counterseal.Law;

/// <summary>A ground on which an answer other than compliance can be drafted.</summary>
/// <param name="Id">Its name in the books, e.g. <c>policy.bulk</c>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Citation">Where it is written.</param>
/// <param name="Letter">The draft that fits: the name of a letter.</param>
public sealed record Ground(string Id, string Name, string Citation, string Letter);
