namespace Counterseal.Desk;

/// <summary>One event in a demand's life; its canonical bytes (RFC 8785) are what the ledger commits to.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Version">From 1, without gaps, per demand.</param>
/// <param name="Type">received, authenticated, assessed, decided, ordered, approved, counted, preserved, sealed, released, told, stayed, resumed, withdrawn, closed.</param>
/// <param name="At">UTC.</param>
/// <param name="By">Who did it: a person's name, or <c>desk</c>.</param>
/// <param name="Canonical">The canonical bytes of the whole event.</param>
public sealed record DeskEvent(string Demand, int Version, string Type, DateTimeOffset At, string By, byte[] Canonical);
