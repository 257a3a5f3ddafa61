using System.Text;

namespace Counterseal.Custody;

/// <summary>One page of an index: static HTML without script, whatever the data says. Text goes through <see cref="Text"/>, which escapes it and shows what is invisible.</summary>
internal sealed class IndexPage : IDisposable
{
    private const string Style = """
        :root{color-scheme:light dark;--paper:#f7f5f0;--sheet:#fffefb;--ink:#1a1c20;--soft:#555962;--line:#dedacf;--accent:#1f3f93;--signal:#9e1b1b;--proven:#17633a}
        @media(prefers-color-scheme:dark){:root{--paper:#131519;--sheet:#1a1d22;--ink:#e8e5dd;--soft:#a9adb5;--line:#2f333b;--accent:#a3b9ff;--signal:#ff958b;--proven:#85d3a3}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:400 1rem/1.55 "Source Sans 3","Segoe UI","Noto Sans","DejaVu Sans",system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        main{max-width:76rem;margin:0 auto;padding:1.5rem clamp(1rem,3vw,2.5rem) 3rem}
        h1{font:600 1.75rem/1.25 "Source Serif 4",Charter,Cambria,"Noto Serif","DejaVu Serif",serif;margin:.5rem 0 0}
        h2{font-size:1.2rem;margin:2rem 0 .25rem}
        h3{font-size:1rem;margin:1.25rem 0 .25rem}
        p{margin:.5rem 0 0;max-width:72ch}
        a{color:var(--accent);text-underline-offset:.18em}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px}
        .soft{color:var(--soft)}
        .trial{border-left:4px solid var(--signal);padding:.4rem .8rem;color:var(--signal);font-weight:600}
        .scroll{overflow-x:auto;margin-top:.5rem}
        table{border-collapse:collapse;width:100%;min-width:44rem;background:var(--sheet);font-size:.9375rem}
        th,td{text-align:left;vertical-align:top;padding:.35rem .7rem;border-bottom:1px solid var(--line)}
        thead th{color:var(--soft);font-weight:600}
        td.n,th.n{text-align:right;white-space:nowrap}
        td.t{white-space:nowrap}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.75rem 0 0}
        dt{color:var(--soft)}
        dd{margin:0}
        code{font-family:"Source Code Pro",ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875em}
        nav{display:flex;flex-wrap:wrap;gap:1.2rem;margin-top:1rem}
        .holds::before{content:"✓ ";color:var(--proven)}
        @media(max-width:40rem){dl{grid-template-columns:1fr}}
        @media print{body{background:#fff;color:#000}}
        """;

    private readonly StreamWriter html;

    /// <summary>Begins a page.</summary>
    public IndexPage(string path, string title)
    {
        html = new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite });
        Raw($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>{Text(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
    }

    /// <summary>Text as HTML: escaped, controls and direction marks made visible, cut at so many characters.</summary>
    public static string Text(string text, int max = 500) => Visible.Text(text, max)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    /// <summary>HTML as it is; only from what this room writes itself.</summary>
    public void Raw(string markup) => html.Write(markup);

    /// <summary>A list of terms.</summary>
    public void Terms(params ReadOnlySpan<(string Term, string Value)> terms)
    {
        Raw("<dl>\n");
        foreach (var (term, value) in terms)
            Raw($"<dt>{Text(term)}</dt><dd>{Text(value)}</dd>\n");
        Raw("</dl>\n");
    }

    /// <summary>Begins a table; a column whose name ends in <c>#</c> has numbers.</summary>
    public void Begin(string caption, params ReadOnlySpan<string> columns)
    {
        Raw($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Text(caption)}\"><table>\n<thead><tr>");
        foreach (var column in columns)
            Raw($"<th scope=\"col\"{(column.EndsWith('#') ? " class=\"n\"" : "")}>{Text(column.TrimEnd('#'))}</th>");
        Raw("</tr></thead>\n<tbody>\n");
    }

    /// <summary>Ends a table.</summary>
    public void End() => Raw("</tbody>\n</table></div>\n");

    /// <inheritdoc/>
    public void Dispose()
    {
        Raw("</main>\n</body>\n</html>\n");
        html.Dispose();
    }
}
