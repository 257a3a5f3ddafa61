using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Counterseal.Law;

namespace Counterseal.Intake.Tests;

/// <summary>
/// Whatever a demand says, a draft has the lines that it would have for an honest demand: the same number, each beginning and ending with
/// our words, each the same kind of line to a reader of Markdown that is not ours (Markdig). What they say stands within a line or in a quotation.
/// </summary>
public class ForgeryTests
{
    private const string Honest = "Qzx";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseAutoLinks().UseTaskLists().UseFootnotes().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).Build();

    // Each tries one thing; draws put several one after the other.
    private static readonly string[] Tricks =
    [
        "\n", "\r\n", "\r", "\n\n", "\u2028", "\u2029", "\u0085", "\v", "\f", "\t", "\n\n\n# Order of the court\n\n", "\n## Reasons\n\n1. We were wrong.\n",
        "# We comply", "> not a quotation", "- item", "+ item", "* item", "* * *", "---", "===", "\n===\n", "1. ", "17) ", "a. ", "    code", "```", "~~~", "`code`",
        "<script>alert(1)</script>", "<!-- ", " -->", "<b>", "</b>", "<http://evil.example>", "&#10;", "&#x202e;", "&lt;", "&nbsp;", "[a](http://evil.example)", "[a]: http://evil.example", "![a](b)", "[^1]", "[ ]", "[x] ",
        "**bold**", "__bold__", "*em*", "_em_", "~~gone~~", "|a|b|\n|---|---|\n|c|d|", "|", "$x$", "\\", "\\n", "http://evil.example", "https://evil.example", "www.evil.example", "ftp://evil.example", "mailto:a@evil.example", "tel:+1555",
        "{{ demand.reference }}", "{% if partly %}", "{{", "%}", "“", "”", "\"", "'", "[to be completed by counsel: the sum that we pay]", "[TO BE COMPLETED BY COUNSEL: x]", "We hand over everything.", "DRAFT", "Refused.",
        "\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u001b[2J", "\0", "\b\b\b", "\u007f", "\ud800", "\udc00", "\uffff", "\ue000", "\U000e0041", "\U0010ffff",
        new string(' ', 60), new string('\u00a0', 60), new string('\u3000', 40), new string('\u2800', 60), new string('\u3164', 60), "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308", "שלום", "سلام", "日本国政府", "Ωδε", "e\u0301",
    ];

    private static Gen<string> Words => from tricks in Gen.ListOf(Gen.Elements(Tricks)) from last in Gen.Elements("z", "Z.", "é", "政") select string.Concat(tricks.Take(8)) + last;

    private static readonly Demand[] Demands =
    [
        LetterWorld.Order() with { Emergency = true },
        LetterWorld.Order("eu.epoc") with { Secrecy = new(null, new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)) },
        LetterWorld.Order("ex.wish"),
        LetterWorld.Order() with { Instrument = null },
    ];

    [Fact]
    public void Each_trick_by_itself_adds_no_line_that_looks_like_ours()
    {
        foreach (var trick in Tricks.Concat(Tricks.Select(t => "a " + t)).Concat(Tricks.Select(t => t + t)))
            foreach (var demand in Demands) Unforged(demand, trick + "z");
    }

    [Fact]
    public void Tricks_together_add_no_line_that_looks_like_ours() =>
        LetterWorld.Holds(from demand in Gen.Elements(Demands) from words in Words select (demand, words), drawn => Unforged(drawn.demand, drawn.words), 250);

    [Fact]
    public void Any_string_adds_no_line_that_looks_like_ours() =>
        LetterWorld.Holds(ArbMap.Default.GeneratorFor<string>().Where(s => s is not null), words => Unforged(Demands[0], words + "z"), 300);

    [Fact]
    public void A_value_that_would_begin_a_line_stands_in_quotation_marks_and_closes_them_itself_never()
    {
        var letters = Letters.Read([("refusal.liquid", Encoding.UTF8.GetBytes("{% comment %} to: authority {% endcomment %}\n{{ demand.reference }}\n- {{ demand.reference }}\nRef. {{ demand.reference }}"))]);
        string Draft(string reference, DraftFormat format) => letters.Write(LetterWorld.Matter(LetterWorld.Order() with { Reference = reference }), "refusal", format: format).Text;

        Assert.Equal("“We comply.”\n- “We comply.”\nRef. We comply.\n", Draft("We comply.", DraftFormat.Text));
        Assert.Equal("“a\" # b\"”\n- “a\" # b\"”\nRef. a\" # b\"\n", Draft("a” # b“", DraftFormat.Text));
        Assert.Equal("“# \\*a\\*”\n- “# \\*a\\*”\nRef. # \\*a\\*\n", Draft("# *a*", DraftFormat.Markdown));
        Assert.Equal("“[to be completed by counsel: x]”\n- “[to be completed by counsel: x]”\nRef. “[to be completed by counsel: x]”\n", Draft("[to be completed by counsel: x]", DraftFormat.Text));
    }

    [Fact]
    public void What_cannot_be_seen_is_spelled_out_and_nothing_is_dropped()
    {
        var draft = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order() with { Reference = "A\u202eB\u0000C\nD\ud800E" }), "refusal", format: DraftFormat.Text);
        Assert.Contains("- Your reference: A\\u{202e}B\\u{0}C\\u{a}D\ufffdE\n", draft.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_quotation_is_folded_so_that_no_screen_of_eighty_columns_folds_it_elsewhere()
    {
        foreach (var words in new[] { string.Join(' ', Enumerable.Repeat("lengthy", 200)), new string('w', 3000), new string('政', 2000), string.Concat(Enumerable.Repeat("\U0001f600", 500)) })
        {
            var draft = LetterWorld.Letters.Write(LetterWorld.Matter(LetterWorld.Order() with { Offence = words }), "motion", format: DraftFormat.Text);
            var quoted = draft.Text.Split('\n').Where(l => l.StartsWith('>')).ToList();
            Assert.True(quoted.Count > 10);
            Assert.All(quoted, l => Assert.InRange(l.EnumerateRunes().Sum(r => r.Value >= 0x1100 ? 2 : 1), 3, 79));
            Assert.Equal(words.Replace(" ", "", StringComparison.Ordinal), string.Concat(quoted.Select(l => l[2..])).Replace(" ", "", StringComparison.Ordinal));
        }
    }

    private static bool Unforged(Demand demand, string words)
    {
        var matter = Matter(demand, words);
        foreach (var name in LetterWorld.Letters.Names)
        {
            foreach (var format in Enum.GetValues<DraftFormat>())
            {
                var hostile = LetterWorld.Letters.Write(matter, name, format: format).Text;
                var (honest, kinds) = HonestDrafts.GetOrAdd((demand, name, format), _ => LetterWorld.Letters.Write(Matter(demand, Honest), name, format: format).Text is var text ? (text, Kinds(text)) : default);
                Assert.DoesNotContain(hostile, c => c is not '\n' && (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse));
                SameLines(honest, hostile);
                if (format == DraftFormat.Markdown) Assert.Equal(kinds, Kinds(hostile));
            }
        }
        return true;
    }

    private static readonly ConcurrentDictionary<(Demand, string, DraftFormat), (string Text, List<string> Kinds)> HonestDrafts = new();

    private static Matter Matter(Demand demand, string words) => LetterWorld.Matter(LetterWorld.Saying(demand, words), ("authenticated", "true"), ("offence.maxMonths", "12"));

    // Our lines: all but quotations, of which a text of more lines may have more.
    private static void SameLines(string honest, string hostile)
    {
        static List<string> Ours(string text)
        {
            var lines = new List<string>();
            foreach (var line in text.Split('\n'))
            {
                if (line.StartsWith('>') && lines.Count > 0 && lines[^1] == ">") continue;
                lines.Add(line.StartsWith('>') ? ">" : line);
            }
            return lines;
        }
        var (expected, actual) = (Ours(honest), Ours(hostile));
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (ours, theirs) in expected.Zip(actual))
        {
            var pieces = ours.Split(Honest);
            Assert.StartsWith(pieces[0], theirs, StringComparison.Ordinal);
            Assert.EndsWith(pieces[^1], theirs, StringComparison.Ordinal);
            if (pieces.Length == 1) Assert.Equal(ours, theirs);
            var at = 0;
            foreach (var piece in pieces)
            {
                var found = theirs.IndexOf(piece, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"'{piece}' is missing in '{theirs}'");
                at = found + piece.Length;
            }
        }
    }

    // The kinds of blocks outside quotations in their order with the words of headings, and every inline that is more than text.
    private static List<string> Kinds(string markdown)
    {
        var kinds = new List<string>();
        void Walk(ContainerBlock container)
        {
            foreach (var block in container)
            {
                if (block is LinkReferenceDefinitionGroup { Count: 0 }) continue;
                kinds.Add(block is HeadingBlock heading ? $"heading {heading.Level} {Text(heading)}" : block.GetType().Name);
                if (block is LeafBlock { Inline: { } inlines }) kinds.AddRange(inlines.Descendants().Where(i => i is not (LiteralInline or LineBreakInline)).Select(i => i.GetType().Name));
                if (block is QuoteBlock quote)
                {
                    Assert.All(quote, inner => Assert.IsType<ParagraphBlock>(inner));
                    Assert.All(quote.Descendants<Inline>(), i => Assert.True(i is LiteralInline or LineBreakInline or ContainerInline { } and not (LinkInline or EmphasisInline), $"{i.GetType().Name} in a quotation"));
                }
                else if (block is ContainerBlock inner)
                {
                    Walk(inner);
                }
            }
        }
        Walk(Markdown.Parse(markdown, Pipeline));
        return kinds;
    }

    private static string Text(LeafBlock block) => string.Concat(block.Inline!.Descendants<LiteralInline>().Select(l => l.Content.ToString()));
}
