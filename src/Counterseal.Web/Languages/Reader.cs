using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Counterseal.Web;

/// <summary>Who reads a page: in which language, and by which zone's clock. Pages take it by injection; it is made anew for each request.</summary>
/// <param name="Language">The language: that of the cookie, else the first that the browser asks for.</param>
/// <param name="Zone">The zone that times are written in beside UTC: that of the cookie, else the provider's own.</param>
public sealed record Reader(ReaderLanguage Language, WorkZone Zone)
{
    private readonly HttpContext? http;

    private const string LanguageCookie = "counterseal-language", ZoneCookie = "counterseal-zone";

    /// <summary>Whoever sent a request.</summary>
    internal static Reader Of(HttpContext? http, FaceGround ground)
    {
        var all = ground.Languages;
        if (http is null)
            return new(all.First, ground.Zone);
        return new(
            all.Find(http.Request.Cookies[ground.CookieName(LanguageCookie)]) ?? all.Accepted(http.Request.Headers.AcceptLanguage),
            Zoned(http.Request.Cookies[ground.CookieName(ZoneCookie)]) ?? ground.Zone,
            http);
    }

    private Reader(ReaderLanguage language, WorkZone zone, HttpContext http) : this(language, zone) => this.http = http;

    /// <summary>Where to come back to after choosing. A page that says that there is nothing says so in the same bytes wherever it was asked.</summary>
    public string Back => http is null || http.Response.StatusCode == StatusCodes.Status404NotFound || http.Request.Path.StartsWithSegments("/reader") || HttpMethods.IsPost(http.Request.Method) && !HasPage(http)
        ? "/" : http.Request.Path.Value ?? "/";

    /// <inheritdoc cref="ReaderLanguage.Say(string)"/>
    public string Say(string name) => Language.Say(name);

    /// <inheritdoc cref="ReaderLanguage.Say(string, ValueTuple{string, string}[])"/>
    public string Say(string name, params (string Place, string Value)[] values) => Language.Say(name, values);

    /// <inheritdoc cref="ReaderLanguage.Number"/>
    public string Number(long number) => Language.Number(number);

    /// <inheritdoc cref="ReaderLanguage.Word"/>
    public string Word<T>(T value) where T : struct, Enum => Language.Word(value);

    /// <inheritdoc cref="ReaderLanguage.Count"/>
    public string Count(string name, long n) => Language.Count(name, n);

    /// <summary>Day and time as this reader reads them.</summary>
    public string Moment(DateTimeOffset at) => Language.Moment(at, Zone);

    /// <inheritdoc cref="ReaderLanguage.Full"/>
    public string Full(DateTimeOffset at) => Language.Full(at, Zone);

    /// <inheritdoc cref="ReaderLanguage.Brief"/>
    public string Brief(DateTimeOffset at) => Language.Brief(at, Zone);

    /// <inheritdoc cref="ReaderLanguage.Here"/>
    public string Here(DateTimeOffset at) => Language.Here(at, Zone);

    /// <summary>The page on which somebody chooses language and zone, and what keeps the choice: two cookies that say nothing else.</summary>
    internal static void Map(WebApplication app, FaceGround ground, Func<HttpContext, Frame> frame) => app.MapGet("/reader", IResult (HttpContext http) =>
    {
        var (query, back) = (http.Request.Query, Local(http.Request.Query["back"].ToString()));
        if (!query.ContainsKey("language") && !query.ContainsKey("zone"))
            return FacePage.Of<Pages.ReaderPage>(frame(http), 200, new() { [nameof(Pages.ReaderPage.Languages)] = ground.Languages, [nameof(Pages.ReaderPage.Back)] = back });
        if (ground.Languages.Find(query["language"]) is { } language)
            Keep(LanguageCookie, language.Tag);
        if (Zoned(query["zone"]) is not null)
            Keep(ZoneCookie, query["zone"].ToString());
        return Results.Redirect(back);

        void Keep(string name, string value) => http.Response.Cookies.Append(ground.CookieName(name), value, new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = ground.IsHttps, MaxAge = TimeSpan.FromDays(365) });
    });

    /// <summary>A path of this face; a foreign address is none.</summary>
    private static string Local(string back) => back is ['/', ..] and not ['/', '/' or '\\', ..] && back.Length <= 500 && !back.Any(char.IsControl) ? back : "/";

    /// <summary>Whether there is a page to load where a form was sent to.</summary>
    private static bool HasPage(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } pattern && AccessTable.Rows.Any(row => row.Method == "GET" && row.IsOf(pattern));

    private static WorkZone? Zoned(string? iana)
    {
        if (iana is not { Length: > 0 and <= 64 } || !iana.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+'))
            return null;
        try
        {
            return WorkZone.Named(iana);
        }
        catch (Exception none) when (none is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            return null;
        }
    }
}
