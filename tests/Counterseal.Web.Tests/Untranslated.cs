using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Counterseal.Web.Tests;

/// <summary>
/// What a page says in English though its reader has another language. A made-up language (<c>qps</c>) has each of ours in marks, ⟦…⟧; what stands outside of them in English is either somebody's own words,
/// which the page marks (<c>lang</c>, <c>translate="no"</c>, <c>bdi</c>, <c>code</c>, <c>cite</c>), or was not translated.
/// </summary>
internal static partial class Untranslated
{
    /// <summary>Ours, and the made-up one.</summary>
    public static ReaderLanguages Marked { get; } = new([.. ReaderLanguages.Ours.All, ReaderLanguage.Parse("qps", [("qps.yaml", Encoding.UTF8.GetBytes(Marks()))], ReaderLanguages.Ours.First)]);

    /// <summary>The fragments of a page, asked for with <c>Accept-Language: qps</c>, that are English and not marked.</summary>
    public static async Task<IReadOnlyList<string>> On(IPage page, string name)
    {
        Assert.Contains('⟦', await page.TextContentAsync("body") ?? "");
        var found = await page.EvaluateAsync<string[]>("""
            () => {
              const own = 'main [lang], .languages [lang], .masthead-end > a, [translate=no], bdi, code, pre, script, noscript, style, samp, kbd, cite, time, template, .provider, .brand';
              const short = 'h1, h2, h3, h4, h5, h6, th, dt, label, button, a, legend, summary, option, caption, title, .badge';
              const english = /\b(the|of|is|was|were|not|and|to|it|by|a|an|in|for|no|from|are|has|on|be|this|that|with|we|you|your|their|its|at|or|as|nothing|none|until|left|yet)\b/i;
              const found = [];
              // A sentence that holds markup begins in one text and ends in another: how deep one is within marks goes on from text to text.
              let depth = 0;
              const look = (text, element, what, from = 0) => {
                if (!text || element.closest(own)) return from;
                let left = '', deep = from;
                for (const letter of text) {
                  if (letter === '⟦') { deep++; left += ' '; }
                  else if (letter === '⟧') deep--;
                  else if (deep === 0) left += letter;
                }
                if (deep < 0) found.push(what + ': a mark ends that did not begin: ' + text.trim().slice(0, 160));
                left = left.replace(/\S*[@/]\S*/g, ' ').trim();
                const words = left.match(/\p{L}{3,}/gu) ?? [];
                if (words.length && (english.test(left) || element.closest(short))) found.push(what + ': ' + text.trim().replace(/\s+/g, ' ').slice(0, 160));
                return Math.max(0, deep);
              };
              for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) depth = look(walk.currentNode.data, walk.currentNode.parentElement, walk.currentNode.parentElement.tagName.toLowerCase(), depth);
              if (depth > 0) found.push('a mark that does not end');
              for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt], input[type=submit]'))
                for (const key of ['aria-label', 'title', 'placeholder', 'alt']) look(element.getAttribute(key), element, '@' + key);
              look(document.title.replace(' · Counterseal', ''), document.querySelector('title'), 'title');
              return [...new Set(found)];
            }
            """);
        return [.. found.Select(one => $"{name}: {one}")];
    }

    private static string Marks() =>
        Sentence().Replace(string.Concat(Directory.EnumerateFiles(Path.Combine(Place.Root, "src", "Counterseal.Web", "Languages", "en"), "*.yaml").Select(File.ReadAllText)), line => $"{line.Groups[1].Value}: \"⟦{line.Groups[2].Value}⟧\"")
            .Replace("name: English", "name: ⟦⟧", StringComparison.Ordinal);

    // A sentence's name has a dot, or is one of the words alone; what is said of dates and numbers stays.
    [GeneratedRegex("^((?!(?:name|direction|day|moment|full|brief|group|decimal):)[a-zA-Z.]+): \"(.*)\"$", RegexOptions.Multiline)]
    private static partial Regex Sentence();
}
