namespace Counterseal.Ledger;

/// <summary>
/// Durable file writes, in one place: each returns only when the bytes and the name would survive a loss of power.
/// In the lost-write test (<c>COUNTERSEAL_LOSE_UNSYNCED=1</c>) a crash point also throws away everything not yet synced.
/// </summary>
public static class Durable
{
    /// <summary>Writes a file whole or not at all: temporary name, fsync, rename, fsync of the folder.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes, string crashPoint) => throw new NotSupportedException(path + crashPoint);

    /// <summary>Appends to a file and syncs it; the file is made if it is not there.</summary>
    public static void Append(string path, ReadOnlySpan<byte> bytes, string crashPoint) => throw new NotSupportedException(path + crashPoint);
}
