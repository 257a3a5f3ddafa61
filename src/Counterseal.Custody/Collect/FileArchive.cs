using System.Globalization;
using System.Text.Json.Nodes;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>
/// Stored files as a plain ustar archive: for each file <c>000001.json</c> with its name, time and size as stored, then its bytes as <c>000001</c> and the ending of its name. No stored name becomes a path, so that
/// none can lead anywhere when the archive is unpacked.
/// </summary>
/// <param name="take">Takes the archive's bytes.</param>
/// <param name="files">How many files are in it already, where it goes on behind an earlier attempt.</param>
internal sealed class FileArchive(TakePiece take, int files = 0)
{
    private int _files = files;

    /// <summary>Adds one file.</summary>
    /// <exception cref="SourceException">It gives another number of bytes than it said.</exception>
    public void Add(SourceFile file, CancellationToken cancel)
    {
        var path = (++_files).ToString("D6", CultureInfo.InvariantCulture);
        var time = new JsonObject { ["name"] = file.Name, ["size"] = file.Size, ["time"] = Instant.Text(file.Time.First) };
        if (file.Time.End > file.Time.First) time["until"] = Instant.Text(file.Time.End);
        var index = Canonical.Bytes(time);
        take(new TarHeader(path + ".json", index.Length, IsFolder: false).Write(file.Time.First));
        take(index);
        take(new byte[TarHeader.Padding(index.Length)]);
        take(new TarHeader(path + Ending(file.Name), file.Size, IsFolder: false).Write(file.Time.First));
        var written = 0L;
        file.CopyTo(
            piece =>
            {
                written += piece.Length;
                if (written <= file.Size) take(piece);
            },
            cancel);
        if (written != file.Size) throw new SourceException($"{file.Place}: gave {written} bytes where it has {file.Size}; it changed while it was being read. Run again.");
        take(new byte[TarHeader.Padding(file.Size)]);
    }

    /// <summary>Ends the archive.</summary>
    public void End() => take(new byte[2 * TarHeader.Block]);

    private static string Ending(string name)
    {
        var ending = Path.GetExtension(name);
        return ending.Length is > 1 and <= 9 && ending.Skip(1).All(char.IsAsciiLetterOrDigit) && !ending.Equals(".json", StringComparison.OrdinalIgnoreCase) ? ending : ".bin";
    }
}
