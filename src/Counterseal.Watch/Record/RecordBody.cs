using System.Text.Json;
using System.Text.Json.Serialization;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>What can happen to a finding or a notice. Each is an event on the ledger before anybody sees its effect.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(FindingRaised), "finding.raised")]
[JsonDerivedType(typeof(FindingChanged), "finding.changed")]
[JsonDerivedType(typeof(FindingConfirmed), "finding.confirmed")]
[JsonDerivedType(typeof(FindingDismissed), "finding.dismissed")]
[JsonDerivedType(typeof(NoticePlanned), "notice.planned")]
[JsonDerivedType(typeof(NoticeSent), "notice.sent")]
[JsonDerivedType(typeof(NoticeFailed), "notice.failed")]
[JsonDerivedType(typeof(NoticeDelivered), "notice.delivered")]
[JsonDerivedType(typeof(NoticeOpened), "notice.opened")]
[JsonDerivedType(typeof(NoticeReplied), "notice.replied")]
[JsonDerivedType(typeof(NoticeEscalated), "notice.escalated")]
[JsonDerivedType(typeof(NoticeUnreachable), "notice.unreachable")]
public abstract record RecordBody;

/// <summary>The evidence of a customer and an actor made a finding.</summary>
/// <param name="Finding">As it was found.</param>
public sealed record FindingRaised(Finding Finding) : RecordBody;

/// <summary>Later evidence says more.</summary>
/// <param name="Finding">As it is now.</param>
public sealed record FindingChanged(Finding Finding) : RecordBody;

/// <summary>An analyst, or the rule for corroborated findings, holds it to be so. The customer is told; nothing here takes that back.</summary>
/// <param name="Reason">Why.</param>
public sealed record FindingConfirmed(string Reason) : RecordBody;

/// <summary>An analyst holds it not to be so. New indicators open it again.</summary>
/// <param name="Reason">Why.</param>
public sealed record FindingDismissed(string Reason) : RecordBody;

/// <summary>A notice will be given.</summary>
/// <param name="Finding">Of which finding.</param>
/// <param name="Customer">Whose.</param>
/// <param name="Account">To the holder of this account; <c>null</c> to the organisation.</param>
/// <param name="Content">What it says, in no language yet.</param>
/// <param name="Language">The reader's.</param>
/// <param name="Chain">The ways to the reader, first the one that is tried first. The page after sign-in is always one and in no chain.</param>
/// <param name="Due">Not before.</param>
public sealed record NoticePlanned(string Finding, string Customer, string? Account, NoticeContent Content, string Language, IReadOnlyList<Channel> Chain, DateTimeOffset Due) : RecordBody;

/// <summary>The next server, or the webhook's receiver, has taken it.</summary>
/// <param name="Rung">Which way of the chain, from 0.</param>
/// <param name="Kind">What kind of way.</param>
/// <param name="MessageId">The mail's Message-ID, or the webhook's id.</param>
public sealed record NoticeSent(int Rung, ChannelKind Kind, string MessageId) : RecordBody;

/// <summary>It did not go through.</summary>
/// <param name="Rung">Which way.</param>
/// <param name="Why">What the other side said.</param>
/// <param name="Final">Whether trying again there is of no use.</param>
public sealed record NoticeFailed(int Rung, string Why, bool Final) : RecordBody;

/// <summary>The reader's side has confirmed that it has it.</summary>
/// <param name="Rung">Which way.</param>
public sealed record NoticeDelivered(int Rung) : RecordBody;

/// <summary>The reader opened it after signing in, or checked its code there.</summary>
/// <param name="How"><c>page</c> or <c>code</c>.</param>
public sealed record NoticeOpened(string How) : RecordBody;

/// <summary>The reader answered.</summary>
/// <param name="Digest">SHA-256 of the answer's bytes, in hex.</param>
public sealed record NoticeReplied(string Digest) : RecordBody;

/// <summary>The next way of the chain is taken.</summary>
/// <param name="Rung">To which.</param>
/// <param name="Because">Why.</param>
public sealed record NoticeEscalated(int Rung, string Because) : RecordBody;

/// <summary>No way is left; a person must find another.</summary>
/// <param name="Because">Why.</param>
public sealed record NoticeUnreachable(string Because) : RecordBody;

/// <summary>One event of the record.</summary>
/// <param name="Subject">The finding's or notice's id.</param>
/// <param name="Version">It is the subject's n-th event, from 1.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who: a person, or <c>watch</c>.</param>
/// <param name="Body">What.</param>
public sealed record RecordEvent(string Subject, int Version, DateTimeOffset At, string By, RecordBody Body)
{
    /// <summary>The bytes that the ledger's leaf commits to (RFC 8785).</summary>
    internal byte[] Canonical() => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(this, WatchJson.Options));

    /// <summary>Reads stored bytes.</summary>
    /// <exception cref="FormatException">They are no event of the record.</exception>
    internal static RecordEvent Read(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<RecordEvent>(bytes, WatchJson.Options) ?? throw new FormatException("an event of the record is null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"an event of the record cannot be read: {e.Message}", e);
        }
    }
}
