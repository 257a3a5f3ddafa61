using System.Security.Cryptography;

namespace Counterseal.Ledger.Tests;

/// <summary>Leaves made for tests, the same each time.</summary>
internal static class Leaves
{
    public static Leaf Of(int i, int commitment = 0) =>
        new(SHA256.HashData([1, .. BitConverter.GetBytes(i)]), SHA256.HashData([2, (byte)commitment, .. BitConverter.GetBytes(i)]));

    public static async Task<TlogProof[]> AppendAll(this Log log, int from, int to) =>
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(i => log.Append(Of(i), CancellationToken.None)));

    /// <summary>Flips one bit of a file.</summary>
    public static void Flip(string path, long offset, int bit = 0)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Seek(offset, SeekOrigin.Begin);
        var value = file.ReadByte();
        file.Seek(offset, SeekOrigin.Begin);
        file.WriteByte((byte)(value ^ (1 << bit)));
    }
}

/// <summary>A log in a folder of its own.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private Log? log;

    public TestLog() => Log.Create(Folder, Signer);

    public NoteSigner Signer { get; } = NoteSigner.Generate("ledger.example/log");
    public string Folder => folder["log"];
    public async Task<Log> Open() => log ??= await Log.Open(Folder, Signer);

    public async Task Close()
    {
        if (log is not null)
            await log.DisposeAsync();
        log = null;
    }

    public string File(string path) => Path.Combine(Folder, path);
    public Task<LogReport> Check() => LedgerCheck.Run(Folder, Signer.Verifier);

    public async ValueTask DisposeAsync()
    {
        await Close();
        Signer.Dispose();
        folder.Dispose();
    }
}
