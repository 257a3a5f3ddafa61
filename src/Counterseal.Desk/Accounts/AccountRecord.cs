namespace Counterseal.Desk;

/// <summary>Where events of accounts go and come from: the desk's own stream, on the ledger first.</summary>
/// <param name="Append">Appends an event by somebody and gives its version once it is on the ledger.</param>
/// <param name="Since">The desk's own events after a version, oldest first, each held against its proof.</param>
public sealed record AccountRecord(Func<string, EventBody, CancellationToken, Task<int>> Append, Func<int, CancellationToken, Task<IReadOnlyList<DeskEvent>>> Since);
