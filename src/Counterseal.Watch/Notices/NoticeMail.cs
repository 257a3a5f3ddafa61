using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Counterseal.Watch;

/// <summary>What came of handing a notice on.</summary>
/// <param name="Failure">What the other side said; <c>null</c> when it went through.</param>
/// <param name="Final">Whether trying again is of no use.</param>
/// <param name="Delivered">Whether the reader's own side has it, and not only a server on the way.</param>
internal readonly record struct Handed(string? Failure, bool Final, bool Delivered);

/// <summary>Notices by mail: text and HTML, signed with DKIM, without a link, a picture or a way to see whether it was read.</summary>
internal static class NoticeMail
{
    /// <summary>The message, signed.</summary>
    public static MimeMessage Message(NoticeText words, string to, string messageId, DateTimeOffset date, Provider provider, DkimKey key)
    {
        var sender = words.Language.Say("sender", ("provider", provider.Name)).Replace("\u2068", "", StringComparison.Ordinal).Replace("\u2069", "", StringComparison.Ordinal);
        var message = new MimeMessage { Subject = words.Subject, Date = date, MessageId = messageId };
        message.From.Add(new MailboxAddress(Encoding.UTF8, sender, provider.From));
        message.To.Add(MailboxAddress.Parse(to));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add(HeaderId.ContentLanguage, words.Language.Tag);
        message.Body = new MultipartAlternative
        {
            new TextPart("plain") { Text = words.Text },
            new TextPart("html") { Text = words.Html },
        };
        // What is signed must not be encoded anew on the way.
        message.Prepare(EncodingConstraint.SevenBit, 78);
        key.Sign(message);
        return message;
    }

    /// <summary>Hands a message to the server.</summary>
    public static async Task<Handed> Send(MailServer server, MimeMessage message, CancellationToken cancel)
    {
        // A password in the clear would be everybody's on the way.
        if (server is { Tls: false, User: not null })
            return new($"{server} is to be logged in to, and speaks no TLS: the password would be read on the way", false, false);
        using var smtp = new SmtpClient { Timeout = 30_000, ServerCertificateValidationCallback = (_, shown, chain, faults) => server.Trusts(shown, chain, faults) };
        try
        {
            await smtp.ConnectAsync(server.Host, server.Port, !server.Tls ? SecureSocketOptions.None : server.FromTheFirstByte ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls, cancel);
            if (server.User is { } user)
                await smtp.AuthenticateAsync(user, server.Password ?? "", cancel);
            await smtp.SendAsync(message, cancel);
            await smtp.DisconnectAsync(true, CancellationToken.None);
            return default;
        }
        catch (SmtpCommandException no)
        {
            // RFC 5321, 4.2.1: 5 is for good, 4 for now.
            return new($"{(int)no.StatusCode} {no.Message}", (int)no.StatusCode >= 500 && (no.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted), false);
        }
        catch (Exception away) when (away is IOException or SocketException or SmtpProtocolException or AuthenticationException or SslHandshakeException or TimeoutException or NotSupportedException)
        {
            return new($"{server} cannot be used now: {away.Message}", false, false);
        }
    }
}
