using MimeKit;

namespace Counterseal.Watch;

/// <summary>Mail of the house to its own people: plain text over the provider's own server, with no link but to what they sign in to.</summary>
public static class StaffMail
{
    /// <summary>Hands a message to the server.</summary>
    /// <param name="server">The provider's own.</param>
    /// <param name="from">The sender's address.</param>
    /// <param name="to">The reader's address.</param>
    /// <param name="subject">One line.</param>
    /// <param name="text">The text.</param>
    /// <param name="id">Its Message-ID without brackets: the same when it is sent again, so that a mailbox knows it.</param>
    /// <param name="date">Its date.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>What the server said against it; <c>null</c> when it took it.</returns>
    public static async Task<string?> Send(MailServer server, string from, string to, string subject, string text, string id, DateTimeOffset date, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(server);
        using var message = new MimeMessage { Subject = subject, Date = date, MessageId = id, Body = new TextPart("plain") { Text = text } };
        try
        {
            message.From.Add(MailboxAddress.Parse(from));
            message.To.Add(MailboxAddress.Parse(to));
        }
        catch (ParseException no)
        {
            return $"not a mail address: {no.Message}";
        }
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add(HeaderId.Importance, "high");
        return (await NoticeMail.Send(server, message, cancel)).Failure;
    }
}
