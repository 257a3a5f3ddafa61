using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>
/// The headers of every answer. Pages need nothing from elsewhere and run no script, so nothing else is allowed; the desk's pages have small scripts of ours
/// for the keyboard, without which they work as well, and for passkeys, served by ourselves. Of the public's pages one has a script: the check of receipts.
/// </summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string DeskPolicy = Policy + "; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>The one page of the public's that has a script: it checks a receipt in the browser, and fetches checkpoint and tiles of this origin.</summary>
    private const string CheckPolicy = DeskPolicy + "; connect-src 'self'";

    /// <summary>Lets the page that checks receipts run its script.</summary>
    public static void LetCheck(IHeaderDictionary headers) => headers.ContentSecurityPolicy = CheckPolicy;

    public static void Set(IHeaderDictionary headers, Face face, bool https)
    {
        headers.ContentSecurityPolicy = face == Face.Desk ? DeskPolicy : Policy;
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
