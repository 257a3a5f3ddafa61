using System.Text.RegularExpressions;

namespace Counterseal.Web;

/// <summary>
/// The paths of C2SP tlog-tiles below <c>/tile/</c>: <c>L/N[.p/W]</c> with L from 0 to 63 and <c>entries/N[.p/W]</c>, N in groups of three
/// digits of which all but the last begin with <c>x</c>, W from 1 to 255. One spelling for each tile; nothing else reaches the ledger.
/// </summary>
internal static partial class TilePath
{
    /// <summary>Whether it is a tile's path.</summary>
    public static bool Is(string path) => path.Length <= 64 && Form().IsMatch(path);

    [GeneratedRegex("^(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:(?!x000/)x[0-9]{3}/(?:x[0-9]{3}/){0,4})?[0-9]{3}(?:\\.p/(?:[1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
