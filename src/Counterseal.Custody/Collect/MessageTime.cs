namespace Counterseal.Custody;

/// <summary>What told the time of a message.</summary>
public enum TimeBasis
{
    /// <summary>The topmost <c>Received</c> header, which the provider's own server wrote last.</summary>
    Received,
    /// <summary>The <c>From </c> line of an mbox.</summary>
    FromLine,
    /// <summary>The <c>Date</c> header, which the sender wrote.</summary>
    Date,
    /// <summary>The name of a Maildir file.</summary>
    FileName,
    /// <summary>When an IMAP server took it (<c>INTERNALDATE</c>).</summary>
    InternalDate,
    /// <summary>When a file or object was last written, or the date in its name.</summary>
    Stored,
}

/// <summary>The time that decides whether a message is in scope, and what told it.</summary>
/// <param name="At">The instant, UTC.</param>
/// <param name="Basis">What told it.</param>
public sealed record MessageTime(DateTimeOffset At, TimeBasis Basis)
{
    /// <summary>
    /// The first that can be read of: the topmost Received (ours, with a zone), the From line of an mbox (ours, without a zone: UTC by RFC 4155),
    /// the Date (the sender's word), the name of a Maildir file (which a move or a copy renews). <c>null</c> when none can.
    /// </summary>
    internal static MessageTime? Of(MessageReader message)
    {
        var received = MessageHeaders.First(message.Headers, "received");
        if (received is not null && MessageDate.ParseReceived(received) is { } r) return new(r, TimeBasis.Received);
        var stored = message.StoredTime;
        if (stored is { Basis: TimeBasis.FromLine }) return stored;
        var date = MessageHeaders.First(message.Headers, "date");
        if (date is not null && MessageDate.Parse(date) is { } d) return new(d, TimeBasis.Date);
        return stored;
    }
}
