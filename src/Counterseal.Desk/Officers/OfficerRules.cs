namespace Counterseal.Desk;

/// <summary>What may follow what among the events of officers.</summary>
internal static class OfficerRules
{
    /// <summary>Who stands as <c>by</c> where nobody known asks.</summary>
    public const string Portal = "portal";

    /// <summary>The most requests of people whom nobody knows that wait at once: what they fill is not the desk's work.</summary>
    public const int MostOpen = 200;
    /// <summary>The most requests of one authority for colleagues that wait at once.</summary>
    public const int MostColleagues = 20;

    /// <summary>Who of the desk keeps officers.</summary>
    public static IReadOnlyList<Role> Keepers { get; } = [Role.Intake, Role.Reviewer, Role.Counsel];

    /// <summary>Whether an event is about officers.</summary>
    public static bool IsOf(EventBody body) => body is OfficerAsked or OfficerConfirmed or OfficerRefused or OfficerInvited or OfficerEnrolled or OfficerPasskeyDropped or OfficerSignedOut or OfficerEnded or KeyProposed;

    /// <summary>Why it may not happen now, as a sentence; <c>null</c> when it may.</summary>
    /// <param name="roll">The officers.</param>
    /// <param name="people">The people of the desk.</param>
    /// <param name="body">What would happen.</param>
    /// <param name="by">The name of whoever does it.</param>
    /// <param name="at">When.</param>
    public static string? Objection(OfficerRoll roll, People people, EventBody body, string by, DateTimeOffset at) => body switch
    {
        OfficerAsked a => Asking(roll, a, by),
        OfficerConfirmed c => Keeper(people, by, "confirms a request") ?? Open(roll, c.Request) ?? (roll.Requests[c.Request].Confirmed is not null ? "this request is confirmed already" : null)
            ?? Line(c.Authority, "the authority") ?? Line(c.Number, "the number called") ?? Line(c.SpokeWith, "with whom you spoke") ?? (c.Said is { Length: <= 2000 } ? null : "what was said has at most 2000 characters")
            ?? (roll.Requests[c.Request].Asked is { Colleague: not null } asked && asked.Authority != c.Authority ? "an officer asks for colleagues of the same authority only" : null),
        OfficerRefused r => Keeper(people, by, "refuses a request") ?? Open(roll, r.Request) ?? (string.IsNullOrWhiteSpace(r.Reason) ? "refusing a request needs a reason" : null),
        OfficerInvited i => Keeper(people, by, "invites an officer") ?? Inviting(roll, i, at),
        OfficerEnrolled { Code: null } e => Self(roll, e.Officer, by, "registers a spare passkey") ?? Fresh(roll, e.Passkey),
        OfficerEnrolled e => roll.Invitations.TryGetValue(e.Officer, out var open) && open.Made.Code == e.Code && at <= open.Made.Until ? Fresh(roll, e.Passkey) : "this link opens nothing: it was used, it is over, or it never was one",
        OfficerPasskeyDropped d => Self(roll, d.Officer, by, "gives up a passkey") ?? (!roll.All[d.Officer].Passkeys.Contains(d.Passkey) ? "this is none of your passkeys"
            : roll.All[d.Officer].Passkeys.Count == 1 ? "this is your only passkey; register another before you give it up" : null),
        OfficerSignedOut s => Standing(roll, s.Officer) ?? (roll.All[s.Officer].By == by ? null : Keeper(people, by, "signs an officer out")),
        OfficerEnded e => Keeper(people, by, "ends an officer's account") ?? (roll.Invitations.ContainsKey(e.Officer) ? null : Standing(roll, e.Officer)) ?? (string.IsNullOrWhiteSpace(e.Reason) ? "ending an account needs a reason" : null),
        KeyProposed k => Self(roll, k.Officer, by, "proposes a key") ?? (roll.All[k.Officer].Authority == k.Authority ? null : "an officer proposes a key for the own authority only"),
        _ => $"nothing says when {body.Type} may happen",
    };

    private static string? Asking(OfficerRoll roll, OfficerAsked a, string by)
    {
        if ((Line(a.Request, "the request's id") ?? Named(a.Name) ?? Line(a.Office, "the office") ?? Line(a.Authority, "the authority") ?? Line(a.Mail, "the official mail address") ?? Line(a.Telephone, "the telephone number")) is { } no)
            return no;
        if (roll.Requests.ContainsKey(a.Request))
            return "this request is there already";
        if (a.Colleague is null)
        {
            return by != Portal ? "a request of somebody unknown comes from the portal"
                : roll.Requests.Values.Count(one => one.IsOpen && one.Asked.Colleague is null) >= MostOpen ? "too many requests wait; try again on another day, or telephone" : null;
        }
        return Self(roll, a.Colleague, by, "asks for a colleague") ?? (roll.All[a.Colleague].Authority != a.Authority ? "an officer asks for colleagues of the same authority only"
            : roll.Requests.Values.Count(one => one.IsOpen && one.Asked.Colleague is not null && one.Asked.Authority == a.Authority) >= MostColleagues ? $"{MostColleagues} requests of your authority wait already" : null);
    }

    private static string? Inviting(OfficerRoll roll, OfficerInvited i, DateTimeOffset at)
    {
        if ((Named(i.Name) ?? Line(i.Office, "the office") ?? Line(i.Authority, "the authority")) is { } no)
            return no;
        if (i.Request is { } request && Answering(roll, request, i) is { } unasked)
            return unasked;
        if (string.IsNullOrWhiteSpace(i.Reason) || i.Reason.Length > 2000)
            return "an invitation needs how it is known who this is, in at most 2000 characters";
        if (roll.All.ContainsKey(i.Officer) || roll.Invitations.ContainsKey(i.Officer))
            return "this account's id is taken";
        if (roll.Of(i.Authority).Any(officer => People.Same(officer.Name, i.Name)) || roll.Invitations.Values.Any(open => open.Made.Authority == i.Authority && at <= open.Made.Until && People.Same(open.Made.Name, i.Name)))
            return $"{i.Name} of {i.Authority} has an account or an open invitation already; end it first";
        if (i.Until <= at || i.Until - at > OfficerRoll.LongestInvitation + TimeSpan.FromMinutes(1))
            return $"an invitation ends after it begins and is good for {OfficerRoll.LongestInvitation.TotalDays:0} days at most";
        return null;
    }

    private static string? Answering(OfficerRoll roll, string request, OfficerInvited i) =>
        Open(roll, request) ?? (roll.Requests[request] is not { Confirmed: { } confirmed } asked ? "nobody has called the authority back about this request yet"
            : confirmed.What.Authority != i.Authority || asked.Asked.Name != i.Name ? "the invitation is for somebody else than the request" : null);

    private static string? Keeper(People people, string by, string does) => people.Named(by)?.Has(Keepers) == true ? null : $"only intake, a reviewer or counsel {does}";

    private static string? Self(OfficerRoll roll, string officer, string by, string does) => roll.Find(officer)?.By == by ? null : $"only the officer {does}";

    private static string? Standing(OfficerRoll roll, string officer) => roll.Find(officer) is null ? "there is no such account, or it has ended" : null;

    private static string? Open(OfficerRoll roll, string request) => roll.Requests.TryGetValue(request, out var one) && one.IsOpen ? null : "there is no such request, or it is settled";

    private static string? Fresh(OfficerRoll roll, string passkey) => roll.All.Values.Any(officer => officer.Passkeys.Contains(passkey)) ? "this passkey is registered already" : null;

    private static string? Named(string? name) =>
        name is not { Length: >= 2 and <= 100 } || name != name.Trim() || name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '(' or ')') ? "a name has 2 to 100 characters on one line, without brackets" : null;

    private static string? Line(string? text, string what) =>
        text is not { Length: >= 1 and <= 255 } || string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl) ? $"{what} is one line of at most 255 characters" : null;
}
