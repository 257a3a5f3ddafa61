using System.Net;

namespace Counterseal.Watch;

/// <summary>What happened, as far as the bell needs to tell.</summary>
public enum EventKind
{
    /// <summary>Somebody signed in to an account, or tried to.</summary>
    SignIn,

    /// <summary>A mail came for the account.</summary>
    MailReceived,

    /// <summary>The account's holder followed a link.</summary>
    LinkFollowed,

    /// <summary>A name was looked up from the account's device or network.</summary>
    DomainLookup,

    /// <summary>A file lies on the account's device or in its store.</summary>
    FileSeen,

    /// <summary>A request to a web server or an API in the account's name.</summary>
    Request,
}

/// <summary>How it ended.</summary>
public enum EventOutcome
{
    /// <summary>The log does not say.</summary>
    Unknown,

    /// <summary>It was refused or did not come through.</summary>
    Failed,

    /// <summary>The password was right, and a second factor or a policy stopped it.</summary>
    Stopped,

    /// <summary>It came through.</summary>
    Succeeded,
}

/// <summary>A file's digest.</summary>
/// <param name="Algorithm"><c>MD5</c>, <c>SHA-1</c>, <c>SHA-256</c> or <c>SHA-512</c>: the names of STIX 2.1, 10.2.</param>
/// <param name="Hex">The digest in lower-case hex.</param>
public readonly record struct FileHash(string Algorithm, string Hex);

/// <summary>Another value that the log has.</summary>
/// <param name="Property">What it is the value of, as a STIX pattern's path writes it, e.g. <c>process:name</c>.</param>
/// <param name="Value">The value.</param>
public readonly record struct EventText(string Property, string Value);

/// <summary>Where an event was read: enough to find its original bytes again.</summary>
/// <param name="Source">The file, stream or endpoint, as the operator named it.</param>
/// <param name="Number">Line of a file from 1, or the stream's sequence number.</param>
/// <param name="Offset">First byte of the line, from 0; -1 where the source has none.</param>
public readonly record struct EventPlace(string Source, long Number, long Offset)
{
    /// <summary>For people, e.g. <c>sign-ins.ndjson, line 7 (byte 1290)</c>.</summary>
    public override string ToString() => Offset < 0 ? $"{Source}, message {Number}" : $"{Source}, line {Number} (byte {Offset})";
}

/// <summary>One event of the provider's own, in the one form that indicators are held against.</summary>
/// <param name="Id">The event's own id; where the log has none, a digest of its bytes. Two events of one id are one event.</param>
/// <param name="Time">When it happened, UTC, on the clock of whoever logged it.</param>
/// <param name="Customer">The customer: the organisation, or the person who holds the account.</param>
/// <param name="Account">The account, e.g. <c>ada@example.org</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record WatchEvent(string Id, DateTimeOffset Time, string Customer, string Account, EventKind Kind, EventOutcome Outcome)
{
    /// <summary>Where the other side's packets came from.</summary>
    public IPAddress? SourceIp { get; init; }

    /// <summary>The name looked up, or the host of a link; lower case, without a trailing dot.</summary>
    public string? Domain { get; init; }

    /// <summary>The address followed or asked for, as logged.</summary>
    public string? Url { get; init; }

    /// <summary>The other side's mail address, e.g. the sender's.</summary>
    public string? MailAddress { get; init; }

    /// <summary>The digests of a file.</summary>
    public IReadOnlyList<FileHash> Hashes { get; init; } = [];

    /// <summary>What the other side's program calls itself.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Whatever else the log has that indicators may speak of.</summary>
    public IReadOnlyList<EventText> Texts { get; init; } = [];

    /// <summary>Where it was read.</summary>
    public EventPlace Place { get; init; }
}
