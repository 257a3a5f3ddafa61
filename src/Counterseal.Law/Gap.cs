namespace Counterseal.Law;

/// <summary>A place of the matrix that counsel has left empty on purpose.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Categories">The categories; empty for all.</param>
/// <param name="Issuing">The kinds of issuing authority; empty for all.</param>
/// <param name="Reason">Why.</param>
/// <param name="File">Where it is written.</param>
/// <param name="Line">From 1.</param>
public sealed record Gap(string Instrument, IReadOnlyList<DataCategory> Categories, IReadOnlyList<AuthorityKind> Issuing, string Reason, string File, int Line);
