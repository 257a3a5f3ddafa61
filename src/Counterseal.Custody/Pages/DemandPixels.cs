using System.Globalization;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// A demand's original as pictures of its pages, drawn by a program in a <see cref="Sandbox"/>: PDF by poppler, everything else (XML, mail, text) as the characters that stand in it, by pango. Nothing
/// of the original reaches a browser but as pixels.
/// </summary>
internal sealed class DemandPixels : IDisposable
{
    /// <summary>Pages drawn at most; how many there are is said.</summary>
    public const int MostPages = 40;

    private const int MostInput = 20 << 20;
    private const int MostPixels = 48 << 20;
    private const int Kept = 60;
    private const int LinesOfPage = 62;
    private const int MostLine = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim drawing = new(2, 2);
    private readonly Lock gate = new();
    private readonly LinkedList<(string Key, byte[] Png)> pages = [];

    /// <summary>How many pages there are, or why none can be shown.</summary>
    public static async Task<(int Pages, string? Fault)> Count(byte[] original, CancellationToken cancel)
    {
        if (original.Length > MostInput)
            return (0, "The original is larger than what is drawn here.");
        if (!Sandbox.Has("/usr/bin/pdftoppm", "/usr/bin/pdfinfo", "/usr/bin/pango-view"))
            return (0, "The programs that draw it in a sandbox are not installed on the gate (bubblewrap, poppler-utils, pango1.0-tools).");
        if (!IsPdf(original))
            return (Sheets(original).Count, null);
        var info = await Sandbox.Run(original, 1 << 16, Patience, ["/usr/bin/pdfinfo", "-"], cancel);
        var line = info is null ? null : Encoding.UTF8.GetString(info).Split('\n').FirstOrDefault(line => line.StartsWith("Pages:", StringComparison.Ordinal));
        return line is not null && int.TryParse(line[6..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var pages) && pages > 0
            ? (pages, null)
            : (0, "The original cannot be drawn: it is broken, encrypted, or too much for the sandbox.");
    }

    /// <summary>One page, from 1, as a PNG that we have written; <c>null</c> where it cannot be drawn.</summary>
    public async Task<byte[]?> Page(string digest, byte[] original, int page, CancellationToken cancel)
    {
        var key = digest + page.ToString(CultureInfo.InvariantCulture);
        lock (gate)
        {
            if (pages.FirstOrDefault(kept => kept.Key == key).Png is { } kept)
                return kept;
        }
        if (page is < 1 or > MostPages || original.Length > MostInput || !Sandbox.Has("/usr/bin/pdftoppm", "/usr/bin/pango-view"))
            return null;
        await drawing.WaitAsync(cancel);
        try
        {
            var ppm = IsPdf(original) ? await Pdf(original, page, cancel) : await Sheet(original, page, cancel);
            if (ppm is null || Png.FromPpm(ppm) is not { } png)
                return null;
            lock (gate)
            {
                pages.AddFirst((key, png));
                while (pages.Count > Kept)
                    pages.RemoveLast();
            }
            return png;
        }
        finally
        {
            drawing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => drawing.Dispose();

    private static bool IsPdf(byte[] original) => original.AsSpan(0, Math.Min(1024, original.Length)).IndexOf("%PDF-"u8) >= 0;

    private static Task<byte[]?> Pdf(byte[] original, int page, CancellationToken cancel)
    {
        var number = page.ToString(CultureInfo.InvariantCulture);
        return Sandbox.Run(original, MostPixels, Patience, ["/usr/bin/pdftoppm", "-q", "-scale-to", "1400", "-f", number, "-l", number, "-"], cancel);
    }

    private static async Task<byte[]?> Sheet(byte[] original, int page, CancellationToken cancel)
    {
        var sheets = Sheets(original);
        return page > sheets.Count
            ? null
            : await Sandbox.Run(Encoding.UTF8.GetBytes(sheets[page - 1]), MostPixels, Patience,
                ["/bin/sh", "-c", "cat > t && pango-view --no-display --font='monospace 10' --width=620 --wrap=word-char --margin=24 --output=o.pdf t >/dev/null && exec pdftoppm -q -r 110 -f 1 -l 1 o.pdf"], cancel);
    }

    /// <summary>The characters of an original that is not a PDF, what is invisible made visible, in sheets of some sixty lines.</summary>
    private static List<string> Sheets(byte[] original)
    {
        var text = original.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode.GetString(original) : Encoding.UTF8.GetString(original);
        var lines = text.Split('\n').Select(line => Visible.Text(line.TrimEnd('\r').Replace("\t", "    ", StringComparison.Ordinal), MostLine));
        return [.. lines.Chunk(LinesOfPage).Take(MostPages + 1).Select(sheet => string.Join('\n', sheet) + "\n")];
    }
}
