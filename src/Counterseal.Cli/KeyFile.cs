using Counterseal.Custody;
using Counterseal.Ledger;

namespace Counterseal.Cli;

/// <summary>Key files: text, one key a line, mode 0600, never overwritten.</summary>
internal static class KeyFile
{
    /// <summary>Writes a secret; the file must not be there.</summary>
    public static void WriteSecret(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    /// <summary>The signing key in a file: the line that begins with <c>PRIVATE+KEY+</c>.</summary>
    /// <exception cref="Refused">There is none.</exception>
    public static NoteSigner Signer(FileInfo file) =>
        NoteSigner.Parse(Line(file, "PRIVATE+KEY+") ?? throw new Refused($"{file.Name} holds no signing key (a line that begins with PRIVATE+KEY+); make one with `counterseal keys reviewer`"));

    /// <summary>The age identity in a file, X25519 or post-quantum.</summary>
    /// <exception cref="Refused">There is none.</exception>
    public static AgeIdentity Identity(FileInfo file) =>
        AgeIdentity.Parse(Line(file, "AGE-SECRET-KEY-") ?? throw new Refused($"{file.Name} holds no age identity (a line that begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1)"));

    private static string? Line(FileInfo file, string prefix)
    {
        if (file.Length > 64 * 1024)
            throw new Refused($"{file.Name} is too large for a key file");
        return File.ReadLines(file.FullName).Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith(prefix, StringComparison.Ordinal));
    }
}
