using System.Text;
using MimeKit;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>A report that was filled into the page's form.</summary>
/// <param name="Source">Who reports.</param>
/// <param name="Product">What it is about.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Contact">How the reporter can be reached; may be empty.</param>
/// <param name="AttachmentName">The attachment's name, or <c>null</c>.</param>
/// <param name="Attachment">Its bytes, or <c>null</c>.</param>
public sealed record ReportForm(ReportSource Source, string Product, string What, string Contact, string? AttachmentName = null, byte[]? Attachment = null)
{
    /// <summary>The most characters of the text.</summary>
    public const int MostText = 100_000;

    /// <summary>What of the form cannot be taken, by field; empty when all of it can.</summary>
    public IReadOnlyDictionary<string, string> Faults()
    {
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(What))
            faults["what"] = "Say what is wrong and how it can be seen; without that nobody here can look for it.";
        else if (What.Length > MostText)
            faults["what"] = $"The text has {What.Length:N0} characters; at most {MostText:N0} are taken. Put the rest into the attachment.";
        if (Product.Length > 500)
            faults["product"] = "At most 500 characters are taken here.";
        if (Contact.Length > 500)
            faults["contact"] = "At most 500 characters are taken here.";
        return faults;
    }

    /// <summary>The report as a mail message (RFC 5322), the one form in which reports are sealed: any mail program opens it.</summary>
    public byte[] Message(DateTimeOffset at)
    {
        var message = new MimeMessage { Subject = "Report of a vulnerability, from the page", Date = at };
        message.From.Add(new MailboxAddress("The reporter", "page@report.invalid"));
        var text = new StringBuilder()
            .Append("Product: ").AppendLine(Product.ReplaceLineEndings(" "))
            .Append("Who reports: ").AppendLine(Watch.YamlNote.Spelled(Source))
            .Append("How to reach the reporter: ").AppendLine(Contact.Length == 0 ? "not said" : Contact.ReplaceLineEndings(" "))
            .AppendLine().Append(What).AppendLine().ToString();
        var body = new TextPart("plain") { Text = text };
        message.Body = Attachment is null
            ? body
            : new Multipart("mixed")
            {
                body,
                new MimePart("application", "octet-stream") { FileName = AttachmentName is { Length: > 0 and <= 200 } name ? name : "attachment", ContentDisposition = new ContentDisposition("attachment"), ContentTransferEncoding = ContentEncoding.Base64, Content = new MimeContent(new MemoryStream(Attachment)) },
            };
        using var bytes = new MemoryStream();
        message.WriteTo(FormatOptions.Default, bytes);
        return bytes.ToArray();
    }
}

/// <summary>What a mail to the intake is.</summary>
/// <param name="Refused">Why it is no report; <c>null</c> when it is one.</param>
public sealed record MailReading(string? Refused)
{
    /// <summary>The largest mail that is taken, in bytes: 25 MiB.</summary>
    public const int MostBytes = 25 << 20;

    /// <summary>Reads a mail's head. Its text is not looked at: it is for whoever has the intake key.</summary>
    public static MailReading Of(byte[] mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        if (mail.Length > MostBytes)
            return new($"it has {mail.Length:N0} bytes; at most {MostBytes:N0} are taken");
        HeaderList headers;
        try
        {
            using var stream = new MemoryStream(mail, writable: false);
            headers = HeaderList.Load(new ParserOptions { MaxAddressGroupDepth = 3, MaxMimeDepth = 1 }, stream);
        }
        catch (FormatException)
        {
            return new("it is no mail: it begins without header fields (RFC 5322, 2.2)");
        }
        if (headers.Count is 0 or > 2000 || !headers.Contains(HeaderId.From))
            return new("it is no mail: there is no From (RFC 5322, 3.6)");
        // RFC 3834, 2: what a program answered by itself is no report, and taking it would begin a ring.
        if (headers[HeaderId.AutoSubmitted] is { } automatic && !automatic.TrimStart().StartsWith("no", StringComparison.OrdinalIgnoreCase))
            return new("a program answered by itself (Auto-Submitted, RFC 3834)");
        if (headers[HeaderId.ReturnPath]?.Trim() == "<>")
            return new("it is a report on the delivery of a mail (Return-Path is empty, RFC 5321, 4.5.5)");
        return new((string?)null);
    }
}
