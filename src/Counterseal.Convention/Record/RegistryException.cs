namespace Counterseal.Convention;

/// <summary>What was asked of the registry cannot be done, and nothing was changed; or it is kept and waits for the ledger.</summary>
public sealed class RegistryException(string message, Exception? inner = null) : Exception(message, inner);
