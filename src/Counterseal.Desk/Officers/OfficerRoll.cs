using System.Collections.Immutable;

namespace Counterseal.Desk;

/// <summary>An officer of an authority, with an account at the portal.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Authority">The authority's id in the directory.</param>
/// <param name="Name">The officer's name.</param>
/// <param name="Office">The officer's office.</param>
public sealed record Officer(string Id, string Authority, string Name, string Office)
{
    /// <summary>When the account began, UTC.</summary>
    public DateTimeOffset Since { get; init; }
    /// <summary>Digests of the passkeys that open it.</summary>
    public ImmutableSortedSet<string> Passkeys { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    /// <summary>Sessions that began at this instant or before are over.</summary>
    public DateTimeOffset SignedOut { get; init; }
    /// <summary>When the account ended; <c>null</c> while it stands.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>What stands as <c>by</c> in events. No name of our own people has brackets in it.</summary>
    public string By => $"{Name} ({Authority})";
}

/// <summary>A request for an account.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="At">When, UTC.</param>
public sealed record OfficerRequest(OfficerAsked Asked, DateTimeOffset At)
{
    /// <summary>The call-back that stands by it, and who made it.</summary>
    public (OfficerConfirmed What, string By, DateTimeOffset At)? Confirmed { get; init; }
    /// <summary>Why it was refused, and by whom.</summary>
    public (string Reason, string By, DateTimeOffset At)? Refused { get; init; }
    /// <summary>Whether an invitation answered it.</summary>
    public bool Invited { get; init; }

    /// <summary>Whether it waits for us.</summary>
    public bool IsOpen => Refused is null && !Invited;
}

/// <summary>An invitation that is open.</summary>
/// <param name="Made">What it says.</param>
/// <param name="By">Who invited.</param>
public sealed record OfficerInvitation(OfficerInvited Made, string By);

/// <summary>A key that an officer proposes.</summary>
/// <param name="Proposed">The key.</param>
/// <param name="By">The officer.</param>
/// <param name="At">When, UTC.</param>
public sealed record ProposedKey(KeyProposed Proposed, string By, DateTimeOffset At);

/// <summary>
/// The officers of authorities, folded from the desk's own events and from nothing else, beside <see cref="People"/>: whoever invites, confirms, refuses or ends must have had the role when it happened. An event that may not follow
/// those before it changes nothing, and is named in <see cref="Void"/>.
/// </summary>
public sealed record OfficerRoll
{
    /// <summary>The longest that an invitation is good for.</summary>
    public static TimeSpan LongestInvitation { get; } = TimeSpan.FromDays(7);

    /// <summary>Nobody yet.</summary>
    public static OfficerRoll Nobody { get; } = new();

    /// <summary>The last of the desk's own events that was looked at.</summary>
    public int Version { get; init; }
    /// <summary>All officers by account, also those whose account has ended.</summary>
    public ImmutableSortedDictionary<string, Officer> All { get; init; } = ImmutableSortedDictionary.Create<string, Officer>(StringComparer.Ordinal);
    /// <summary>Requests by id, also those that are settled.</summary>
    public ImmutableSortedDictionary<string, OfficerRequest> Requests { get; init; } = ImmutableSortedDictionary.Create<string, OfficerRequest>(StringComparer.Ordinal);
    /// <summary>Invitations that nobody has used, by account; some may be over.</summary>
    public ImmutableSortedDictionary<string, OfficerInvitation> Invitations { get; init; } = ImmutableSortedDictionary.Create<string, OfficerInvitation>(StringComparer.Ordinal);
    /// <summary>The last key that each officer proposed, by account.</summary>
    public ImmutableSortedDictionary<string, ProposedKey> Keys { get; init; } = ImmutableSortedDictionary.Create<string, ProposedKey>(StringComparer.Ordinal);
    /// <summary>Versions of events that changed nothing.</summary>
    public ImmutableList<int> Void { get; init; } = [];

    /// <summary>An officer whose account stands.</summary>
    public Officer? Find(string? id) => id is not null && All.TryGetValue(id, out var officer) && officer.Ended is null ? officer : null;

    /// <summary>Officers of an authority whose accounts stand.</summary>
    public IReadOnlyList<Officer> Of(string authority) => [.. All.Values.Where(officer => officer.Authority == authority && officer.Ended is null).OrderBy(officer => officer.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>An open invitation by its code's digest.</summary>
    public OfficerInvitation? Invitation(string digest, DateTimeOffset now) => Invitations.Values.FirstOrDefault(one => one.Made.Code == digest && now <= one.Made.Until);

    /// <summary>The state after one more of the desk's own events.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="people">The people of the desk before it.</param>
    public OfficerRoll Next(DeskEvent happened, People people)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var seen = this with { Version = happened.Version };
        var body = happened.Body;
        if (!OfficerRules.IsOf(body))
            return seen;
        return OfficerRules.Objection(this, people, body, happened.By, happened.At) is null ? seen.Apply(body, happened.By, happened.At) : seen with { Void = Void.Add(happened.Version) };
    }

    private OfficerRoll Apply(EventBody body, string by, DateTimeOffset at) => body switch
    {
        OfficerAsked a => this with { Requests = Requests.SetItem(a.Request, new(a, at)) },
        OfficerConfirmed c => Settle(c.Request, request => request with { Confirmed = (c, by, at) }),
        OfficerRefused r => Settle(r.Request, request => request with { Refused = (r.Reason, by, at) }),
        OfficerInvited i => (i.Request is { } asked ? Settle(asked, request => request with { Invited = true }) : this) with { Invitations = Invitations.SetItem(i.Officer, new(i, by)) },
        OfficerEnrolled { Code: null } e => Change(e.Officer, officer => officer with { Passkeys = officer.Passkeys.Add(e.Passkey) }),
        OfficerEnrolled e => Enrolled(Invitations[e.Officer].Made, e.Passkey, at),
        OfficerPasskeyDropped d => Change(d.Officer, officer => officer with { Passkeys = officer.Passkeys.Remove(d.Passkey) }),
        OfficerSignedOut s => Change(s.Officer, officer => officer with { SignedOut = at }),
        OfficerEnded e when All.ContainsKey(e.Officer) => Change(e.Officer, officer => officer with { Ended = at, SignedOut = at, Passkeys = officer.Passkeys.Clear() }) with { Keys = Keys.Remove(e.Officer) },
        OfficerEnded e => this with { Invitations = Invitations.Remove(e.Officer) },
        KeyProposed k => this with { Keys = Keys.SetItem(k.Officer, new(k, by, at)) },
        _ => this,
    };

    private OfficerRoll Enrolled(OfficerInvited invited, string passkey, DateTimeOffset at) => this with
    {
        All = All.SetItem(invited.Officer, new Officer(invited.Officer, invited.Authority, invited.Name, invited.Office) { Since = at, Passkeys = ImmutableSortedSet.Create(StringComparer.Ordinal, passkey) }),
        Invitations = Invitations.Remove(invited.Officer),
    };

    private OfficerRoll Change(string id, Func<Officer, Officer> change) => this with { All = All.SetItem(id, change(All[id])) };

    private OfficerRoll Settle(string id, Func<OfficerRequest, OfficerRequest> change) => this with { Requests = Requests.SetItem(id, change(Requests[id])) };
}
