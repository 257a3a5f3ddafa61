using Microsoft.AspNetCore.Http;

namespace Counterseal.Web;

/// <summary>The headers of every answer. Pages need nothing from elsewhere, and but for those that ask a passkey they run no script, so nothing else is allowed.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>The same for a page that asks an authenticator: our own script may run there, and speaks to nobody.</summary>
    private static readonly string WithScript = Policy + "; script-src 'self'";

    public static void AllowScript(IHeaderDictionary headers) => headers.ContentSecurityPolicy = WithScript;

    public static void Set(IHeaderDictionary headers, bool https)
    {
        headers.ContentSecurityPolicy = Policy;
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
