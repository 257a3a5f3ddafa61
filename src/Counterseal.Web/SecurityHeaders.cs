using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// The headers of every answer. Pages need nothing from elsewhere and run no script, so nothing else is allowed; the desk's pages have small scripts of ours
/// for the keyboard, without which they work as well, and the desk's and the portal's for passkeys, served by ourselves. Of the public's pages one has a script: the check of receipts.
/// </summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string ScriptPolicy = Policy + "; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>A page of the desk that listens for changes may ask this face, and nobody else.</summary>
    public const string Listening = ScriptPolicy + "; connect-src 'self'";

    /// <summary>The one page of the public's that has a script: it checks a receipt in the browser, and fetches checkpoint and tiles of this origin.</summary>
    private const string CheckPolicy = ScriptPolicy + "; connect-src 'self'";

    /// <summary>Lets the page that checks receipts run its script.</summary>
    public static void LetCheck(IHeaderDictionary headers) => headers.ContentSecurityPolicy = CheckPolicy;

    public static void Set(IHeaderDictionary headers, Face face, bool https)
    {
        headers.ContentSecurityPolicy = face is Face.Desk or Face.Portal ? ScriptPolicy : Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = "no-store";
        if (https)
            headers.StrictTransportSecurity = "max-age=63072000; includeSubDomains";
    }
}
