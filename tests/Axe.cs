using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Counterseal.Tests;

/// <summary>
/// axe-core on a page as it stands. It is read into a document once, and asked for its findings alone: what else its driver for .NET carries over (every element that passed) took more time than the looking.
/// </summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>Whether the page scrolls sideways, and all that axe finds by WCAG 2.2 A and AA and its own best practice.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="colours">Only what hangs on colours: for the dark scheme of a page that is looked at whole in light at the same width.</param>
    /// <returns>A line for each fault; a page that axe could not look at whole is one too.</returns>
    public static async Task<IReadOnlyList<string>> Faults(IPage page, string name, bool colours = false)
    {
        var wide = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(Script);
        var found = await page.EvaluateAsync<string[]>("""
            async colours => {
              const runOnly = colours ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
              const seen = await axe.run(document, { runOnly, resultTypes: ['violations'] });
              const whole = colours ? ['color-contrast'] : ['color-contrast', 'document-title', 'html-has-lang'];
              const looked = new Set([...seen.passes, ...seen.violations].map(rule => rule.id));
              return [
                ...whole.filter(rule => !looked.has(rule)).map(rule => `axe did not look at the whole page (${rule})`),
                ...seen.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.any.map(one => one.message).join(' ')}`)),
              ];
            }
            """, colours);
        return [.. wide > 0 ? [$"{name}: {wide} px too wide"] : (ReadOnlySpan<string>)[], .. found.Select(fault => $"{name}: {fault}")];
    }
}
