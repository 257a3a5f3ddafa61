using System.Globalization;
using System.Text;

namespace Counterseal.Web;

/// <summary>The ledger's latest checkpoint as a page shows it.</summary>
/// <param name="Origin">The log's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Base64 root hash.</param>
/// <param name="Text">The signed checkpoint, verbatim.</param>
public sealed record LedgerView(string Origin, long Size, string Root, string Text)
{
    /// <summary>Reads the lines for display; it verifies nothing. <c>null</c> when they are not a checkpoint's.</summary>
    public static LedgerView? Of(byte[]? checkpoint)
    {
        if (checkpoint is null)
            return null;
        var text = Encoding.UTF8.GetString(checkpoint);
        var lines = text.Split('\n');
        return lines.Length >= 3 && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? new(lines[0], size, lines[2], text)
            : null;
    }
}
