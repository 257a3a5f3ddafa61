using System.Buffers.Text;
using System.Globalization;
using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>What all of the gate's pages have in common.</summary>
internal static class PageFrame
{
    private static readonly (string Path, string Name)[] Pages = [("/", "Orders"), ("/previews", "Previews"), ("/stops", "Stop"), ("/directory", "Directory"), ("/roster", "Roster")];

    /// <summary>A whole page.</summary>
    /// <param name="gate">The gate's name.</param>
    /// <param name="trial">Trial mode, stamped on every page.</param>
    /// <param name="title">The page's heading.</param>
    /// <param name="here">Its path, for the navigation.</param>
    /// <param name="who">Who looks, or <c>null</c>.</param>
    /// <param name="body">What stands in it.</param>
    public static Html Of(string gate, bool trial, string title, string here, string? who, Html body) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title} · gate {gate}</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/gate.css">
        <script src="/gate.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#main">To the content</a>
        <header><div>
        <strong>Gate {gate}</strong>{(trial ? Html.Of($" <span class=\"trial\">TRIAL</span>") : Html.None)}
        {(who is null ? Html.None : Menu(here, who))}
        </div></header>
        <main id="main">
        <h1>{title}</h1>
        {body}
        </main>
        </body>
        </html>
        """);

    /// <summary>A form that asks a passkey to sign a note's text.</summary>
    public static Html Ask(string text, string button, PasskeyRules rules, IEnumerable<Passkey> passkeys, string? then = null, bool stops = false) => Html.Of($"""
        <form data-way="sign" data-text="{text}" data-challenge="{Base64Url.EncodeToString(PasskeyAnswer.Challenge(text))}" data-rp="{rules.RpId}" data-credentials="{string.Join(' ', passkeys.Select(passkey => passkey.Name))}"{(then is null ? Html.None : Html.Of($" data-then=\"{then}\""))}>
        <details><summary>The text that your passkey signs</summary><pre>{text}</pre></details>
        <button{(stops ? Html.Of($" class=\"stop\"") : Html.None)}>{button}</button>
        <p class="said" role="status"></p>
        </form>
        """);

    /// <summary>A digest: its first twelve characters, and all of it for whoever looks closer.</summary>
    public static Html Digest(string digest) => Html.Of($"<code title=\"{digest}\">{digest[..12]}…</code>");

    /// <summary>How long something is still good, as words and a bar.</summary>
    public static Html Clock(DateTimeOffset from, DateTimeOffset until, DateTimeOffset now)
    {
        var (total, left) = (until - from, until > now ? until - now : TimeSpan.Zero);
        return Html.Of($"""<span class="clock"><progress max="{(long)total.TotalSeconds}" value="{(long)left.TotalSeconds}" aria-label="Time left"></progress> {(left == TimeSpan.Zero ? "over" : Span(left) + " left of " + Span(total))}, until <time datetime="{Instant.Text(until)}">{When(until)}</time></span>""");
    }

    /// <summary>An instant with its zone, as people read it.</summary>
    public static string When(DateTimeOffset at) => at.UtcDateTime.ToString("ddd d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A span in words.</summary>
    public static string Span(TimeSpan span) => span.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h")
        : span.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min");

    private static Html Menu(string here, string who) => Html.Of($"""
        <nav aria-label="Pages">{Html.Each(Pages, page => Html.Of($"<a href=\"{page.Path}\"{(page.Path == here ? Html.Of($" aria-current=\"page\"") : Html.None)}>{page.Name}</a> "))}</nav>
        <form data-way="leave" data-then="/"><span>You are <strong>{who}</strong></span> <button class="quiet">Leave</button><span class="said" role="status"></span></form>
        """);
}
