using System.Text;

namespace Counterseal.Watch;

/// <summary>
/// The one form in which URLs are looked up: scheme and host in small letters, no user, no default port, no fragment, <c>/</c> for an empty path; path and query as they stand.
/// A URL without a scheme counts as http.
/// </summary>
internal static class CanonicalUrl
{
    public static bool TryRead(string text, out string url)
    {
        url = "";
        if (!TrySplit(text, out var scheme, out var host, out var port, out var rest)) return false;
        if (!Network.TryParse(host, out _))
        {
            if (!Observable.TryDomain(host, out var domain, out _) && domain.Contains('.', StringComparison.Ordinal)) return false;
            host = domain;
        }

        var built = new StringBuilder(scheme).Append("://").Append(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host);
        if (port.Length > 0 && !(scheme == "http" && port == "80") && !(scheme == "https" && port == "443")) built.Append(':').Append(port);
        url = built.Append(rest).ToString();
        return true;
    }

    /// <summary>The host of a URL, without brackets; what it is (name or address) is the caller's to find out.</summary>
    public static bool TryHost(string text, out string host) => TrySplit(text, out _, out host, out _, out _);

    private static bool TrySplit(string text, out string scheme, out string host, out string port, out string rest)
    {
        (scheme, host, port, rest) = ("http", "", "", "/");
        var at = text.IndexOf("://", StringComparison.Ordinal);
        if (at > 0)
        {
            scheme = text[..at].ToLowerInvariant();
            if (scheme.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))) return false;
        }

        var from = at > 0 ? at + 3 : 0;
        var end = text.AsSpan(from).IndexOfAny("/?#\\");
        var authority = end < 0 ? text[from..] : text[from..(from + end)];
        if (end >= 0)
        {
            rest = text[(from + end)..];
            var fragment = rest.IndexOf('#', StringComparison.Ordinal);
            if (fragment >= 0) rest = rest[..fragment];
            if (rest.Length == 0 || rest[0] is not ('/' or '\\')) rest = "/" + rest;
        }

        authority = authority[(authority.LastIndexOf('@') + 1)..];
        if (authority.StartsWith('['))
        {
            var close = authority.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) return false;
            host = authority[1..close].ToLowerInvariant();
            if (close + 1 < authority.Length && authority[close + 1] == ':') port = authority[(close + 2)..];
        }
        else
        {
            var colon = authority.IndexOf(':', StringComparison.Ordinal);
            host = (colon < 0 ? authority : authority[..colon]).ToLowerInvariant();
            if (colon >= 0) port = authority[(colon + 1)..];
        }

        return host.Length > 0 && host.All(c => c > ' ' && c != '"') && port.All(char.IsAsciiDigit);
    }
}
