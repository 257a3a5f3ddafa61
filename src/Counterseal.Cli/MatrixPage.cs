using System.Globalization;
using System.Net;
using System.Text;
using Counterseal.Law;

namespace Counterseal.Cli;

/// <summary>The matrix as one HTML file that needs nothing else: for a screen, a telephone and paper.</summary>
internal sealed class MatrixPage
{
    private readonly StringBuilder _html = new();
    private readonly SortedDictionary<string, MatrixRule> _rules = new(StringComparer.Ordinal);

    private MatrixPage()
    {
    }

    /// <summary>Writes it.</summary>
    public static string Of(Matrix matrix)
    {
        var page = new MatrixPage();
        page.Write(matrix);
        return page._html.ToString();
    }

    private void Write(Matrix matrix)
    {
        var day = matrix.Day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        Raw($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Rule matrix of {day}</title>
            <style>{Style}</style>
            </head>
            <body>
            <a class="skip" href="#glance">To the table</a>
            <header class="top">
            <p class="kicker">Rule matrix</p>
            <h1>What may be compelled, of what, by whom</h1>
            <p class="lead">The law as the rule books have it for a demand received on <strong>{day}</strong>. In each cell: what comes of it when everything else is as the law wants it, the rule that says so, and where that is written.</p>
            <p class="book">Book <code>{matrix.Book[..12]}</code><span class="full"> {matrix.Book[12..]}</span> · {matrix.Sheets.Count} instruments</p>
            <dl class="legend">
            <div><dt><span class="out given">✓ handed over</span></dt><dd>compelled, given what every demand needs</dd></div>
            <div><dt><span class="out given with">~ handed over, with more</span></dt><dd>and only with what else stands there</dd></div>
            <div><dt><span class="out kept">✓ kept</span></dt><dd>a copy stays with us, nothing leaves</dd></div>
            <div><dt><span class="out no">✗ no</span></dt><dd>a rule says no, in its own words</dd></div>
            <div><dt><span class="out gap">? gap</span></dt><dd>no rule says anything; the reason counsel has written is there</dd></div>
            <div><dt><span class="unread">unread</span></dt><dd>nobody has yet read the source that is cited</dd></div>
            </dl>
            </header>
            <main>
            """);
        Glance(matrix);
        if (matrix.Every.Count + matrix.Deadlines.Count > 0)
        {
            Raw("""<section class="sheet" id="every"><h2>What every demand needs</h2><p class="note">Under whatever instrument; no cell repeats it.</p>""");
            Needs(matrix.Every);
            Lines("Deadlines of every demand", matrix.Deadlines, ordered: false);
            Raw("</section>");
        }
        foreach (var sheet in matrix.Sheets) Sheet(sheet);
        Names(matrix);
        Rules();
        Raw("""</main><footer><p>Made by <code>counterseal rules matrix</code> from the rule books; the table is worked out from the rules, it is no second copy of the law.</p></footer></body></html>""");
        _html.Append('\n');
    }

    // Instrument by category: who gets it at all.
    private void Glance(Matrix matrix)
    {
        Raw("""<section id="glance"><h2>At a glance</h2><div class="scroll"><table class="glance"><thead><tr><th scope="col">Instrument</th>""");
        foreach (var category in Enum.GetValues<DataCategory>()) Raw($"<th scope=\"col\">{Text(Capital(Word(category)))}</th>");
        Raw("</tr></thead><tbody>");
        foreach (var sheet in matrix.Sheets)
        {
            Raw($"""<tr><th scope="row"><a href="#{Anchor(sheet.Instrument.Id)}">{Text(sheet.Instrument.Name)}</a> <code>{Text(sheet.Instrument.Id)}</code></th>""");
            foreach (var category in Enum.GetValues<DataCategory>())
            {
                var cells = sheet.Rows.Select(r => (Row: r, Cell: r.Cells.First(c => c.Category == category))).ToList();
                var best = cells.Select(c => c.Cell).MinBy(c => Rank(c.Outcome))!;
                Raw($"<td data-of=\"{Text(Capital(Word(category)))}\" class=\"{Class(best)}\"><span class=\"out {Class(best)}\">{Text(Short(best))}</span>");
                if (best.By is not null && best.Outcome != MatrixOutcome.No) Raw($" <span class=\"who\">{Text(Who(cells))}</span>");
                Raw("</td>");
            }
            Raw("</tr>");
        }
        Raw("</tbody></table></div></section>");
    }

    private static int Rank(MatrixOutcome outcome) => outcome switch { MatrixOutcome.HandedOver => 0, MatrixOutcome.HandedOverOnlyWith => 1, MatrixOutcome.Kept => 2, MatrixOutcome.KeptOnlyWith => 3, MatrixOutcome.Gap => 4, _ => 5 };

    // The issuing authorities for which anything comes of it, those that need more said so.
    private static string Who(IReadOnlyList<(MatrixRow Row, MatrixCell Cell)> cells)
    {
        var parts = new List<(string Kind, string When)>();
        var kinds = cells.SelectMany(c => c.Row.Issuing).Distinct().Order().ToList();
        foreach (var kind in kinds)
        {
            var of = cells.Where(c => c.Row.Issuing.Contains(kind)).ToList();
            var live = of.Where(c => c.Cell.Outcome != MatrixOutcome.No && c.Cell.By is not null).ToList();
            if (live.Count == 0) continue;
            // Each way in which it is live, where it is not always.
            var when = live.Count == of.Count ? "" : string.Join(" or ", live.Select(l => l.Row).Select(r =>
                    string.Join(" ", new[] { r.Validating.Count > 0 && !r.Validating.Contains("none") ? "validated" : "", r.Emergency == true ? "in an emergency" : "" }.Where(w => w.Length > 0)))
                .Where(w => w.Length > 0).Distinct());
            parts.Add((MatrixText.Spaced(Words(kind)), when));
        }
        return parts.Count == kinds.Count && parts.TrueForAll(p => p.When.Length == 0)
            ? "whoever issues"
            : string.Join("; ", parts.GroupBy(p => p.When).Select(g => $"{MatrixText.Listed(g.Select(p => p.Kind))}{(g.Key.Length == 0 ? "" : $", {g.Key}")}"));
    }

    private void Sheet(MatrixSheet sheet)
    {
        Raw($"""<section class="sheet" id="{Anchor(sheet.Instrument.Id)}"><header><h2>{Text(sheet.Instrument.Name)}</h2><p class="of"><code>{Text(sheet.Instrument.Id)}</code> · <cite>{Text(sheet.Instrument.Citation)}</cite>{(sheet.Instrument.Implies.Count == 0 ? "" : Text($" · {string.Join(", ", sheet.Instrument.Implies.Select(i => $"{i.Key} = {i.Value}"))}"))}</p></header>""");
        Raw("""<table class="matrix"><thead><tr><th scope="col">Issued by</th>""");
        foreach (var category in Enum.GetValues<DataCategory>()) Raw($"<th scope=\"col\">{Text(Capital(Word(category)))}</th>");
        Raw("</tr></thead><tbody>");
        foreach (var row in sheet.Rows)
        {
            var words = MatrixText.RowWords(row)["issued by ".Length..];
            var comma = words.IndexOf(", not validated", StringComparison.Ordinal) is > 0 and var not ? not : words.IndexOf(", validated", StringComparison.Ordinal) is > 0 and var by ? by : words.IndexOf(", in an emergency", StringComparison.Ordinal) is > 0 and var urgent ? urgent : words.IndexOf(", no emergency", StringComparison.Ordinal);
            Raw($"<tr><th scope=\"row\">{Text(comma > 0 ? words[..comma] : words)}{(comma > 0 ? $"<span class=\"more\">{Text(words[(comma + 2)..])}</span>" : "")}</th>");
            foreach (var (cells, cell) in MatrixText.Alike(row.Cells)) Cell(sheet, cells, cell);
            Raw("</tr>");
        }
        Raw("</tbody></table>");
        if (sheet.Needs.Count > 0)
        {
            Raw("<h3>Every demand under it</h3>");
            Needs(sheet.Needs);
        }
        foreach (var (categories, needs) in MatrixText.Shared(sheet))
        {
            Raw($"<h3>{Text(Capital(MatrixText.Listed(categories.Select(Word), "and")))}, whoever issues</h3>");
            Needs(needs);
        }
        Lines("Deadlines", sheet.Deadlines, ordered: false);
        Lines("Who tells the customer: the first that applies", sheet.Notices, ordered: true);
        Lines("The way: the first that applies, else directly", sheet.Routes, ordered: true);
        Raw("""<p class="up"><a href="#glance">To the table of all instruments</a></p></section>""");
    }

    private void Cell(MatrixSheet sheet, IReadOnlyList<MatrixCell> cells, MatrixCell cell)
    {
        var of = Capital(MatrixText.Listed(cells.Select(c => Word(c.Category)), "and"));
        Raw($"<td{(cells.Count > 1 ? $" colspan=\"{cells.Count}\"" : "")} data-of=\"{Text(of)}\" class=\"{Class(cell)}\"><p class=\"out {Class(cell)}\">{Text(Short(cell))}</p>");
        if (cell.Policy) Raw("<p class=\"say\">our published exception; nobody is compelled</p>");
        if (cell.Outcome is MatrixOutcome.No or MatrixOutcome.Gap) Raw($"<p class=\"law\">{Text(Capital(cell.Sentence))}</p>");
        if (cell.By is { } by) Raw($"<p class=\"by\">{Cited(by)}</p>");
        if (cell.Reason is { } reason) Raw($"<p class=\"reason\">Meant so: {Text(reason)}</p>");
        foreach (var met in cell.Met) Raw($"<p class=\"by\"><span class=\"tag\">may issue</span> {Cited(met)}</p>");
        if (cell.Kept is { } kept) Raw($"<p class=\"by\"><span class=\"tag\">kept meanwhile</span> {Cited(kept)}</p>");
        if (cell.Outcome is MatrixOutcome.HandedOverOnlyWith or MatrixOutcome.KeptOnlyWith && cells.Any(c => sheet.ByCategory[c.Category].Count > 0))
            Raw($"<p class=\"say\">with what stands below for {Text(MatrixText.Listed(cells.Select(c => Word(c.Category)), "and"))}{(cell.Needs.Count > 0 ? ", and" : "")}</p>");
        if (cell.Needs.Count > 0) Needs(cell.Needs, plain: false);
        Raw("</td>");
    }

    // In the lists the law speaks first; in a cell there is room only for the condition.
    private void Needs(IReadOnlyList<MatrixNeed> needs, bool plain = true)
    {
        Raw("<ul class=\"needs\">");
        foreach (var need in needs)
        {
            Raw("<li>");
            if (plain) Raw($"<span class=\"law\">{Text(need.Rule.Plain)}</span> ");
            Raw($"<span class=\"cond\">{Text(need.Words)}</span> <span class=\"else\">{(need.Otherwise == "cut" ? "what lies outside is cut" : $"else {Text(need.Otherwise)}")}</span> <span class=\"by\">{Cited(need.Rule)}</span></li>");
        }
        Raw("</ul>");
    }

    private void Lines(string title, IReadOnlyList<MatrixLine> lines, bool ordered)
    {
        if (lines.Count == 0) return;
        Raw($"<h3>{Text(title)}</h3><{(ordered ? "ol" : "ul")} class=\"lines\">");
        foreach (var line in lines)
            Raw($"<li><span class=\"law\">{Text(line.Sentence)}</span> <span class=\"cond\">{(line.If is { } when ? $"if {Text(when)}" : "")}</span> <span class=\"else\">{Text(line.Detail)}</span> <span class=\"by\">{Cited(line.Rule)}</span></li>");
        Raw($"</{(ordered ? "ol" : "ul")}>");
    }

    private void Names(Matrix matrix)
    {
        if (matrix.Names.Count == 0) return;
        Raw("""<section class="sheet" id="names"><h2>The names in the conditions</h2><dl class="names">""");
        foreach (var name in matrix.Names) Raw($"<div><dt><code>{Text(name.Name)}</code></dt><dd>{Text(name.Meaning)}</dd></div>");
        Raw("</dl></section>");
    }

    private void Rules()
    {
        Raw("""<section class="sheet" id="rules"><h2>The rules that are named</h2><dl class="rules">""");
        foreach (var rule in _rules.Values)
            Raw($"""<div id="{Anchor("rule." + rule.Id)}"><dt><code>{Text(rule.Id)}</code> <cite>{Text(rule.Citation)}</cite>{Unread(rule)}</dt><dd class="law">{Text(rule.Plain)}</dd><dd class="place">{Text(rule.File)}, line {rule.Line.ToString(CultureInfo.InvariantCulture)}</dd></div>""");
        Raw("</dl></section>");
    }

    private string Cited(MatrixRule rule)
    {
        _rules[rule.Id] = rule;
        return $"<a href=\"#{Anchor("rule." + rule.Id)}\" title=\"{Text(rule.Plain)}\">{Text(rule.Id)}</a> <cite>{Text(rule.Citation)}</cite>{Unread(rule)}";
    }

    private static string Unread(MatrixRule rule) => rule.Checked ? "" : " <span class=\"unread\" title=\"Nobody has yet read the source.\">unread</span>";

    private static string Class(MatrixCell cell) => cell.Outcome switch
    {
        MatrixOutcome.HandedOver => "given",
        MatrixOutcome.HandedOverOnlyWith => "given with",
        MatrixOutcome.Kept => "kept",
        MatrixOutcome.KeptOnlyWith => "kept with",
        MatrixOutcome.No => "no",
        _ => cell.Reason is null ? "gap open" : "gap",
    };

    private static string Short(MatrixCell cell) => $"{MatrixText.Sign(cell.Outcome)} " + cell.Outcome switch
    {
        MatrixOutcome.HandedOver => "handed over",
        MatrixOutcome.HandedOverOnlyWith => "handed over, with more",
        MatrixOutcome.Kept => "kept",
        MatrixOutcome.KeptOnlyWith => "kept, with more",
        MatrixOutcome.No => "no",
        _ => cell.Reason is null ? "gap without a reason" : "gap",
    };

    private static string Word(DataCategory category) => category.ToString().ToLowerInvariant();

    private static string Words(AuthorityKind kind) => $"{char.ToLowerInvariant(kind.ToString()[0])}{kind.ToString()[1..]}";

    private static string Capital(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    private static string Anchor(string id) => string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));

    private static string Text(string text) => WebUtility.HtmlEncode(Answer.Visible(text));

    private void Raw(string html) => _html.Append(html);

    private const string Style = """

        :root {
          color-scheme: light dark;
          --paper: #f7f5f0; --sheet: #fffefb; --ink: #1a1c20; --soft: #555962; --line: #dedacf; --firm: #87857c;
          --accent: #1f3f93; --wash: #e9edf7; --signal: #9e1b1b; --signal-wash: #faf1ee; --head: #efece3;
          --sans: "Source Sans 3", "Source Sans Pro", "Segoe UI", Frutiger, "Open Sans", "Noto Sans", "DejaVu Sans", system-ui, sans-serif;
          --serif: "Source Serif 4", Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", "DejaVu Serif", Georgia, serif;
          --mono: "Source Code Pro", ui-monospace, "Cascadia Code", Menlo, Consolas, "Noto Sans Mono", "DejaVu Sans Mono", monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #131519; --sheet: #1a1d22; --ink: #e8e5dd; --soft: #a9adb5; --line: #2f333b; --firm: #7d828c;
            --accent: #a3b9ff; --wash: #20273a; --signal: #ff958b; --signal-wash: #291c1d; --head: #22262d;
          }
        }
        *, *::before, *::after { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 3rem; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 400 0.9375rem/1.5 var(--sans); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .top, main, footer { max-width: 96rem; margin-inline: auto; padding-inline: clamp(1rem, 3vw, 3rem); }
        .top { padding-block: 2.5rem 1rem; }
        .skip { position: absolute; left: 1rem; top: -4rem; background: var(--accent); color: var(--paper); padding: 0.5rem 1rem; z-index: 3; }
        .skip:focus { top: 0.5rem; }
        h1, h2, h3, p, dl, ul, ol { margin: 0; }
        h1 { font: 600 2rem/1.2 var(--serif); letter-spacing: -0.01em; text-wrap: balance; }
        h2 { font: 600 1.375rem/1.25 var(--serif); text-wrap: balance; }
        h3 { font-size: 0.9375rem; font-weight: 600; margin: 1.5rem 0 0.5rem; }
        a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        code { font-family: var(--mono); font-size: 0.8125rem; }
        cite { font-family: var(--serif); font-style: normal; }
        .kicker { font-size: 0.8125rem; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft); margin-bottom: 0.25rem; }
        .lead { max-width: 70ch; margin-top: 0.75rem; font-size: 1.0625rem; }
        .book, .of, .note { color: var(--soft); font-size: 0.8125rem; margin-top: 0.5rem; }
        .book .full { display: none; font-family: var(--mono); }
        .legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); gap: 0.5rem 2rem; margin-top: 1.5rem; padding: 1rem 0; border-block: 1px solid var(--line); }
        .legend div { display: flex; gap: 0.625rem; align-items: baseline; }
        .legend dt { flex: none; }
        .legend dd { margin: 0; color: var(--soft); font-size: 0.8125rem; line-height: 1.35; }
        .out { font-weight: 600; white-space: nowrap; }
        .out.given { color: var(--accent); }
        .out.no { color: var(--signal); }
        .out.gap.open { color: var(--signal); text-decoration: underline wavy; text-underline-offset: 0.2em; }
        .out.with { font-weight: 600; text-decoration: underline dotted; text-underline-offset: 0.22em; }
        .unread { display: inline-block; font: 400 0.6875rem/1.3 var(--sans); color: var(--soft); border: 1px dashed var(--firm); border-radius: 2px; padding: 0 0.25rem; white-space: nowrap; }
        #glance { margin-top: 1.5rem; }
        #glance h2 { margin-bottom: 0.75rem; }
        table { border-collapse: collapse; width: 100%; background: var(--sheet); }
        th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.75rem; border: 1px solid var(--line); font-weight: 400; }
        thead th { position: sticky; top: 0; z-index: 1; background: var(--head); font-size: 0.8125rem; font-weight: 600; box-shadow: inset 0 -1px 0 var(--firm); border-block: 0; padding-block: 0.5rem; }
        .glance th[scope="row"] { width: 30%; }
        .glance td { width: 17.5%; font-size: 0.875rem; line-height: 1.4; }
        .glance code { display: block; color: var(--soft); font-size: 0.75rem; }
        .who { color: var(--ink); font-size: 0.8125rem; display: block; }
        td.no { background: var(--signal-wash); }
        td.given { background: var(--wash); }
        td.gap { background: repeating-linear-gradient(135deg, transparent 0 7px, color-mix(in srgb, var(--firm) 16%, transparent) 7px 8px) var(--sheet); }
        .sheet { margin-top: 3rem; padding-top: 1.25rem; border-top: 2px solid var(--ink); }
        .sheet > header { margin-bottom: 1rem; }
        .matrix { table-layout: fixed; }
        .matrix th:first-child { width: 19%; }
        .matrix th[scope="row"] { font-family: var(--sans); font-weight: 600; line-height: 1.35; }
        .more { display: block; margin-top: 0.375rem; font-weight: 400; font-size: 0.8125rem; color: var(--soft); }
        .matrix td p + p { margin-top: 0.25rem; }
        .law { font-family: var(--serif); }
        td .law { font-size: 0.875rem; line-height: 1.45; max-width: 60ch; }
        .say, .reason { font-size: 0.8125rem; color: var(--soft); max-width: 60ch; }
        .reason { font-style: italic; }
        .by { font-size: 0.75rem; line-height: 1.4; color: var(--soft); }
        .by a { font-family: var(--mono); font-size: 0.75rem; }
        .tag { font-weight: 600; color: var(--ink); }
        .needs, .lines { padding-left: 1.125rem; }
        .needs li, .lines li { margin-bottom: 0.625rem; padding-left: 0.125rem; }
        td .needs li { margin-bottom: 0.25rem; }
        .needs li::marker, ul.lines li::marker { content: "· "; color: var(--firm); }
        td .needs { margin-top: 0.5rem; padding-left: 0.75rem; }
        .cond { font-size: 0.875rem; font-weight: 500; }
        .else { font-size: 0.8125rem; color: var(--soft); }
        .cond:not(:empty) + .else::before { content: "— "; }
        .sheet > .needs, .lines { columns: 2 30rem; column-gap: 3rem; }
        .sheet > .needs li, .lines li { break-inside: avoid; }
        .sheet > .needs .by, .lines .by, .sheet > .needs .law, .lines .law { display: block; }
        .sheet > .needs .cond, .lines .cond { font-size: 0.8125rem; font-weight: 400; }
        .up { margin-top: 1rem; font-size: 0.8125rem; }
        .names, .rules { columns: 2 30rem; column-gap: 3rem; margin-top: 1rem; }
        .names div, .rules div { break-inside: avoid; padding-block: 0.375rem; border-bottom: 1px solid var(--line); }
        .names dd, .rules dd { margin: 0.125rem 0 0; font-size: 0.875rem; }
        .rules dd.law { font-size: 0.9375rem; line-height: 1.45; }
        .rules dd.place { color: var(--soft); font-size: 0.75rem; }
        .rules dt cite { font-size: 0.875rem; }
        .rules div:target { background: var(--wash); box-shadow: -0.5rem 0 0 var(--wash), 0.5rem 0 0 var(--wash); }
        footer { padding-block: 3rem; color: var(--soft); font-size: 0.8125rem; }
        @media (max-width: 60rem) {
          .top { padding-block: 1.5rem 0.5rem; }
          h1 { font-size: 1.625rem; }
          .legend { grid-template-columns: 1fr; }
          .legend div { display: block; }
          table, tbody, tr, th, td { display: block; }
          table { background: none; }
          thead { display: none; }
          tr { margin-bottom: 1.25rem; background: var(--sheet); border: 1px solid var(--line); border-left: 3px solid var(--firm); }
          th, td, .glance th[scope="row"], .glance td, .matrix th:first-child { width: auto; border: 0; border-bottom: 1px solid var(--line); }
          tr > :last-child { border-bottom: 0; }
          tbody th[scope="row"] { position: sticky; top: 0; z-index: 1; background: var(--head); }
          td::before { content: attr(data-of); display: block; font-size: 0.75rem; font-weight: 600; letter-spacing: 0.03em; color: var(--soft); }
          .who { display: inline; }
        }
        @media print {
          @page { size: A4 landscape; margin: 14mm 12mm; }
          :root { color-scheme: light; --paper: #fff; --sheet: #fff; --ink: #000; --soft: #333; --line: #999; --firm: #666; --accent: #1f3f93; --wash: #fff; --signal: #9e1b1b; --signal-wash: #fff; --head: #eee; }
          html { font-size: 8.5pt; }
          .top, main, footer { max-width: none; padding-inline: 0; }
          .skip, .up { display: none; }
          .book .full { display: inline; }
          a { color: inherit; text-decoration: none; }
          thead { display: table-header-group; }
          thead th { position: static; }
          tr { break-inside: avoid; }
          .sheet { break-before: page; margin-top: 0; border-top: 0; padding-top: 0; }
          #names, #rules { break-before: page; }
          h3 { break-after: avoid; }
        }

        """;
}
