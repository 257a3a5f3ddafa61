using System.Net;
using System.Text;

namespace Counterseal.Watch;

/// <summary>A notice in words.</summary>
/// <param name="Language">Its language.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">A whole page for a mail, without pictures, links, scripts or anything fetched.</param>
public sealed record NoticeText(NoticeLanguage Language, string Subject, string Text, string Html)
{
    private const int MostAccounts = 20;

    /// <summary>Writes a notice.</summary>
    /// <param name="content">What it says.</param>
    /// <param name="toOrganisation">Whether an organisation reads it, not an account's holder.</param>
    /// <param name="instead">Whether the reader is asked to tell the holder.</param>
    /// <param name="customer">The organisation's name.</param>
    /// <param name="language">The words.</param>
    /// <param name="code">The notice's code.</param>
    /// <param name="provider">Who gives it.</param>
    public static NoticeText Write(NoticeContent content, bool toOrganisation, bool instead, string customer, NoticeLanguage language, string code, Provider provider)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(language);
        ArgumentNullException.ThrowIfNull(provider);
        var verdict = content.Verdict == Verdict.Compromised ? "compromised" : "targeted";
        var form = toOrganisation || instead ? "organisation." : "";
        var shown = string.Join(", ", content.Accounts.Take(MostAccounts)) + (content.Accounts.Count > MostAccounts ? $", … (+{content.Accounts.Count - MostAccounts})" : "");
        (string, string)[] places =
        [
            ("account", content.Accounts[0]), ("accounts", shown), ("customer", customer), ("month", language.Month(content.Month)),
            ("site", provider.Site), ("code", code), ("helpline", provider.Helpline), ("provider", provider.Name),
        ];
        // A blank name begins a paragraph of its own; a heading is marked #, a step with its number.
        List<(string Mark, string Sentence)> sentences =
        [
            ("p", $"happened.{form}{verdict}"), ("", $"taken.{verdict}"),
            ("p", content.State ? "who.state" : "who.unknown"), ("", $"confidence.{YamlNote.Spelled(content.Confidence)}"),
            .. instead ? [("p", "escalated")] : (ReadOnlySpan<(string, string)>)[],
            ("#", "heading.do"), .. content.Steps.Select(step => ("li", $"step.{step}")),
            ("#", "heading.real"), ("p", "real"), ("", "real.never"), ("p", "silent"),
            ("#", "heading.talk"), ("p", "talk"), ("p", "sender"),
        ];
        return new NoticeText(language, language.Say($"subject.{form}{verdict}"), Plain(sentences, language, places), Page(sentences, language, places));
    }

    private static string Plain(List<(string Mark, string Sentence)> sentences, NoticeLanguage language, (string, string)[] places)
    {
        var text = new StringBuilder();
        var step = 0;
        foreach (var (mark, sentence) in sentences)
        {
            var before = text.Length == 0 ? "" : mark switch { "" => " ", "li" => "\n", _ => "\n\n" };
            text.Append(before).Append(mark == "li" ? $"{++step}. " : "").Append(language.Say(sentence, places));
        }
        return text.Append('\n').ToString();
    }

    private static string Page(List<(string Mark, string Sentence)> sentences, NoticeLanguage language, (string, string)[] places)
    {
        var direction = language.RightToLeft ? "rtl" : "ltr";
        var html = new StringBuilder()
            .Append($"<!doctype html>\n<html lang=\"{language.Tag}\" dir=\"{direction}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>\n")
            .Append($"<body dir=\"{direction}\" style=\"max-width:38em;margin:1em auto;padding:0 1em;font:16px/1.5 sans-serif\">\n");
        string? open = null;
        foreach (var (mark, sentence) in sentences)
        {
            if (open == "ol" && mark != "li" || open == "p" && mark != "")
                html.Append($"</{open}>\n");
            if (mark == "li" && open != "ol")
                html.Append("<ol>\n");
            var filled = string.Concat(language.Parts(sentence, places).Select(part =>
                part.Filled ? $"<bdi>{WebUtility.HtmlEncode(part.Text)}</bdi>" : WebUtility.HtmlEncode(part.Text)));
            html.Append(mark switch { "#" => $"<h2 style=\"font-size:1em\">{filled}</h2>\n", "li" => $"<li>{filled}</li>\n", "p" => $"<p>{filled}", _ => $" {filled}" });
            open = mark switch { "#" => null, "li" => "ol", _ => "p" };
        }
        return html.Append("</p>\n</body></html>\n").ToString();
    }
}
