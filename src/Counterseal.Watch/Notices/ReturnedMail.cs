using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MimeKit;

namespace Counterseal.Watch;

/// <summary>What a mail to the notices' address says of a notice that went out before.</summary>
/// <param name="MessageId">The Message-ID of that notice.</param>
/// <param name="Body">What happened to it; the way is filled in by whoever knows the notice.</param>
internal sealed record ReturnedMail(string MessageId, RecordBody Body)
{
    /// <summary>Reads a mail: a delivery report (RFC 3464) or an answer. <c>null</c> for anything else, and for answers that a machine wrote (RFC 3834).</summary>
    public static ReturnedMail? Read(byte[] bytes)
    {
        MimeMessage message;
        try
        {
            message = MimeMessage.Load(new MemoryStream(bytes));
        }
        catch (FormatException)
        {
            return null;
        }
        if (message.Body is MultipartReport { ReportType: "delivery-status" } report)
            return Report(report);
        if (message.Headers[HeaderId.AutoSubmitted] is { } auto && !auto.Equals("no", StringComparison.OrdinalIgnoreCase))
            return null;
        return (message.InReplyTo ?? message.References.LastOrDefault()) is { Length: > 0 } id ? new(id, new NoticeReplied(Convert.ToHexStringLower(SHA256.HashData(bytes)))) : null;
    }

    private static ReturnedMail? Report(MultipartReport report)
    {
        var status = report.OfType<MessageDeliveryStatus>().SelectMany(part => part.StatusGroups).FirstOrDefault(group => group.Contains("Action"));
        var returned = report.OfType<MessagePart>().FirstOrDefault()?.Message?.MessageId
            ?? report.OfType<TextRfc822Headers>().FirstOrDefault()?.Message?.MessageId
            ?? report.OfType<MimePart>().Where(part => part.ContentType.IsMimeType("text", "rfc822-headers")).Select(ReturnedId).FirstOrDefault();
        if (status is null || returned is null)
            return null;
        var code = status["Status"] ?? "";
        var why = $"{code} {status["Diagnostic-Code"]}".Trim();
        return status["Action"]?.Trim().ToLowerInvariant() switch
        {
            "failed" => new(returned, new NoticeFailed(0, $"returned: {why}", !code.StartsWith('4'))),
            "delivered" => new(returned, new NoticeDelivered(0)),
            _ => null,
        };
    }

    private static string? ReturnedId(MimePart part)
    {
        using var content = new MemoryStream();
        part.Content?.DecodeTo(content);
        var found = Regex.Match(System.Text.Encoding.UTF8.GetString(content.ToArray()), @"^Message-ID:\s*<([^>\r\n]+)>", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.NonBacktracking);
        return found.Success ? found.Groups[1].Value : null;
    }
}
