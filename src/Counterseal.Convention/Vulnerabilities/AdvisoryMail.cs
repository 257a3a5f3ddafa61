using System.Text;
using Counterseal.Watch;
using MimeKit;

namespace Counterseal.Convention.Vulnerabilities;

/// <summary>Tells customers of a published vulnerability by mail, with the bell's mail server, sender and signature: what customers already know to be from the provider.</summary>
/// <param name="Server">The provider's mail server.</param>
/// <param name="Dkim">What signs.</param>
/// <param name="Provider">Who writes.</param>
/// <param name="Publisher">Where the page is.</param>
/// <param name="Time">The clock of the mail's date.</param>
public sealed record AdvisoryMail(MailServer Server, DkimKey Dkim, Provider Provider, CsafPublisher Publisher, TimeProvider Time)
{
    /// <summary>A customer's security contact by mail, or <c>null</c>.</summary>
    public static string? AddressOf(Customer customer)
    {
        ArgumentNullException.ThrowIfNull(customer);
        return customer.Security?.Channels.FirstOrDefault(way => way.Kind == ChannelKind.Mail)?.To;
    }

    /// <summary>Tells one customer; gives why it could not, or <c>null</c>.</summary>
    public async Task<string?> Tell(Vulnerability of, Customer customer, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (AddressOf(customer) is not { } to)
            return "no mail address of a security contact";
        using var message = Message(of, to);
        return (await NoticeMail.Send(Server, message, cancel)).Failure;
    }

    /// <summary>The message, signed. Text alone: there is nothing in it to be seen otherwise, and nothing that tells whether it was read.</summary>
    internal MimeMessage Message(Vulnerability of, string to)
    {
        var description = of.Description;
        var text = new StringBuilder()
            .Append(Publisher.Name).Append(" has published a vulnerability in its products.\n\n")
            .Append(description.Title).Append("\n\n").Append(description.Summary).Append("\n\n")
            .Append("What to do: ").Append(description.Remedy ?? "there is no corrective or mitigating measure yet; we write again when there is one.").Append("\n\n")
            .Append("Versions:\n");
        foreach (var version in description.Products)
            text.Append("  ").Append(version.Product).Append(' ').Append(version.Version).Append(": ").Append(version.Standing switch { ProductStanding.Affected => "has the fault", ProductStanding.Fixed => "fixed", ProductStanding.NotAffected => "never had it", _ => "being looked at" }).Append('\n');
        if (of.Of(Milestone.ExploitationKnown) is not null || of.Of(Milestone.FirstKnownUse) is not null)
            text.Append("\nIt is being exploited. Do this now.\n");
        text.Append("\nId: ").Append(of.Id.ToUpperInvariant()).Append(", revision ").Append(of.Revisions.Count).Append(". It is listed with our other advisories on ").Append(Provider.Site)
            .Append("; this mail asks you to follow no link. With questions: ").Append(Provider.Helpline).Append(".\n");
        var message = new MimeMessage { Subject = $"Vulnerability {of.Id.ToUpperInvariant()}: {description.Title}", Date = Time.GetUtcNow(), MessageId = MimeKit.Utils.MimeUtils.GenerateMessageId(Provider.Domain) };
        message.From.Add(new MailboxAddress(Encoding.UTF8, Provider.Name, Provider.From));
        message.To.Add(MailboxAddress.Parse(to));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new TextPart("plain") { Text = text.ToString() };
        message.Prepare(EncodingConstraint.SevenBit, 78);
        Dkim.Sign(message);
        return message;
    }
}
