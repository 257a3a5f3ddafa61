namespace Counterseal.Web;

/// <summary>Why something was not taken.</summary>
/// <param name="What">In a sentence.</param>
/// <param name="English">Whether a room below says it, in English, and not the portal in the reader's language.</param>
public sealed record PortalNo(string What, bool English);
