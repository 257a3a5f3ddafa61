using System.Net;
using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>What a product shows above its page after sign-in: a fragment with no script, no style of its own but three classes, and no link but the product's own.</summary>
/// <param name="Notice">The notice's id.</param>
/// <param name="Verdict">Targeted or compromised.</param>
/// <param name="Language">The language's tag.</param>
/// <param name="Html">The fragment: <c>div role="alert"</c> with the whole notice folded under it.</param>
/// <param name="Text">The notice as plain text.</param>
/// <param name="Opened">Whether it was opened before.</param>
public sealed partial record Banner(string Notice, Verdict Verdict, string Language, string Html, string Text, bool Opened)
{
    internal static Banner Of(NoticeState notice, NoticeText words)
    {
        var language = words.Language;
        var verdict = notice.Planned.Content.Verdict == Verdict.Compromised ? "compromised" : "targeted";
        var paragraphs = string.Concat(words.Text.Trim().Split("\n\n").Select(block =>
            $"<p>{string.Join("<br>", block.Split('\n').Select(line => WebUtility.HtmlEncode(line)))}</p>"));
        // A code that breaks at its hyphen reads wrongly, most of all from right to left.
        paragraphs = Code().Replace(paragraphs, "<bdi class=\"security-notice-code\">$0</bdi>");
        var html = $"""
            <div class="security-notice security-notice-{verdict}" role="alert" lang="{language.Tag}" dir="{(language.RightToLeft ? "rtl" : "ltr")}" data-notice="{notice.Id}"><strong>{WebUtility.HtmlEncode(language.Say($"banner.{verdict}"))}</strong>
            <details><summary>{WebUtility.HtmlEncode(language.Say("banner.read"))}</summary>{paragraphs}</details></div>
            """;
        return new Banner(notice.Id, notice.Planned.Content.Verdict, language.Tag, html, words.Text, notice.Reached);
    }

    [GeneratedRegex(@"\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b")]
    private static partial Regex Code();
}
