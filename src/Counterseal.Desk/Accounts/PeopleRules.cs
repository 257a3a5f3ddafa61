namespace Counterseal.Desk;

/// <summary>What may follow what among the events of accounts and compartments.</summary>
internal static class PeopleRules
{
    /// <summary>Whether an event is about people.</summary>
    public static bool IsOf(EventBody body) => body is Founded or Invited or Enrolled or PasskeyDropped or RolesChanged or AccountEnded or SignedOutEverywhere or RecoveryAsked or RecoveryApproved or RecoveryDropped
        or TokenMade or TokenEnded or FeedMade or FeedEnded or CompanyLinked or CompartmentMade or CompartmentJoined or CompartmentLeft;

    /// <summary>Why it may not happen now, as a sentence; <c>null</c> when it may.</summary>
    /// <param name="people">Who is there.</param>
    /// <param name="body">What would happen.</param>
    /// <param name="by">The name of whoever does it.</param>
    /// <param name="at">When.</param>
    public static string? Objection(People people, EventBody body, string by, DateTimeOffset at)
    {
        var who = people.Named(by);
        return body switch
        {
            Founded f => people.Founded ? "the first administrator is there already; ask for an invitation" : Name(people, f.Account, f.Name, at),
            Invited i => Administrator(who, "invites") ?? Roles.Objection(i.Roles) ?? Name(people, i.Account, i.Name, at) ?? Until(i.Until, at, People.LongestCode, "an invitation"),
            Enrolled { Code: null } e => Self(who, e.Account, "registers a spare passkey") ?? Fresh(people, e.Passkey),
            Enrolled e => people.Codes.TryGetValue(e.Account, out var open) && open.Code is not null && open.Code == e.Code && at <= open.Until ? Fresh(people, e.Passkey) : "this code opens nothing: it was used, it is over, or it never was one",
            PasskeyDropped d => Self(who, d.Account, "gives up a passkey") ?? (!who!.Passkeys.Contains(d.Passkey) ? "this is none of your passkeys" : who.Passkeys.Count == 1 ? "this is your only passkey; register another before you give it up" : null),
            RolesChanged r => Administrator(who, "changes roles") ?? Standing(people, r.Account) ?? NotTrial(r.Account) ?? Roles.Objection(r.Roles) ?? Blank(r.Reason, "changing roles needs a reason")
                ?? (r.Roles.Contains(Role.Administrator) ? null : LastAdministrator(people, r.Account)),
            AccountEnded e => Administrator(who, "ends accounts") ?? Standing(people, e.Account) ?? NotTrial(e.Account) ?? Blank(e.Reason, "ending an account needs a reason") ?? LastAdministrator(people, e.Account),
            SignedOutEverywhere s => Standing(people, s.Account) ?? (who?.Account == s.Account ? null : Administrator(who, "signs others out")),
            RecoveryAsked r => Administrator(who, "asks for a recovery") ?? Standing(people, r.Account) ?? NotTrial(r.Account) ?? Blank(r.Reason, "a recovery needs what happened, and how it is known that it is this person")
                ?? (who!.Account == r.Account ? "nobody recovers their own account; another administrator asks" : null),
            RecoveryApproved r => Administrator(who, "approves a recovery") ?? Approving(people, r, who!) ?? Until(r.Until, at, People.LongestCode, "a recovery's code"),
            RecoveryDropped r => Administrator(who, "calls a recovery off") ?? (people.Codes.TryGetValue(r.Account, out var open) && open.Reason is not null ? null : "no recovery of this account is open"),
            TokenMade t => Self(who, t.Account, "makes a token") ?? Until(t.Until, at, People.LongestToken, "a token"),
            TokenEnded t => Self(who, t.Account, "ends a token") ?? (people.Tokens.TryGetValue(t.Token, out var token) && token.Account == t.Account ? null : "this is none of your tokens"),
            FeedMade f => who?.Account == f.Account ? null : "only the person itself makes an address for the calendar",
            FeedEnded f => (who?.Account == f.Account ? null : "only the person itself ends an address of the calendar") ?? (people.Feeds.TryGetValue(f.Account, out var feed) && feed == f.Feed ? null : "there is no such address"),
            CompanyLinked c => Linking(people, c, who),
            CompartmentMade c => (who?.Has(Role.Counsel) == true ? null : "only counsel makes a compartment") ?? (people.Compartments.Keys.Any(name => People.Same(name, c.Compartment)) ? $"there is a compartment {c.Compartment} already" : null),
            CompartmentJoined c => Member(people, c.Compartment, who) ?? Standing(people, c.Account) ?? (people.Find(c.Account)!.Has(Roles.WithDemands) ? null : "an administrator sees no demand, so is in no compartment")
                ?? (people.Compartments[c.Compartment].Members.Contains(c.Account) ? "this person is in it already" : null),
            CompartmentLeft c => Member(people, c.Compartment, who) ?? (!people.Compartments[c.Compartment].Members.Contains(c.Account) ? "this person is not in it"
                : people.Compartments[c.Compartment].Members.Count == 1 ? "this is the only member; let another in first, or what is in it is seen by nobody" : null),
            _ => $"nothing says when {body.Type} may happen",
        };
    }

    private static string? Approving(People people, RecoveryApproved approved, Person who) =>
        !people.Codes.TryGetValue(approved.Account, out var asked) || asked.Reason is null ? "no recovery of this account was asked for"
        : asked.Code is not null ? "this recovery is approved already"
        : People.Same(asked.By, who.Name) ? "whoever asked for a recovery does not approve it; another administrator does"
        : approved.Account == who.Account ? "nobody approves the recovery of their own account"
        : null;

    private static string? Linking(People people, CompanyLinked link, Person? who) =>
        Self(who, link.Account, "ties the account to the company's sign-in")
        ?? (people.All.Values.Any(person => person.Account != link.Account && person.Ended is null && person.Company == (link.Issuer, link.Subject)) ? "this person of the company's sign-in has another account here" : null);

    private static string? Administrator(Person? who, string does) => who?.Has(Role.Administrator) == true ? null : $"only an administrator {does}";

    private static string? Self(Person? who, string account, string does) => who?.Account == account && account != People.Trial ? null : $"only the person itself {does}";

    private static string? Standing(People people, string account) => people.Find(account) is null ? "there is no such account, or it has ended" : null;

    private static string? NotTrial(string account) => account == People.Trial ? "the trial's account is as it is while the trial runs" : null;

    private static string? LastAdministrator(People people, string account) =>
        people.Find(account)!.Has(Role.Administrator) && !people.All.Values.Any(other => other.Account != account && other.Has(Role.Administrator)) ? "this is the only administrator; make another first" : null;

    /// <summary>Where nobody is left in a compartment its clocks still run, so counsel may enter; that it was so is on the record.</summary>
    private static string? Member(People people, string compartment, Person? who) =>
        who is not null && people.Compartments.TryGetValue(compartment, out var one) && (one.Members.Contains(who.Account) || (one.Members.Count == 0 && who.Has(Role.Counsel))) ? null : "only a member lets people in or puts them out";

    /// <summary>An invitation that is over gives its name free; a name once used is never given to another account, since it stands in events.</summary>
    private static string? Name(People people, string account, string name, DateTimeOffset at) =>
        name is not { Length: >= 2 and <= 60 } || name != name.Trim() || !name.All(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or '-' or '\'' or '_') ? "a name has 2 to 60 letters, digits, spaces, points, hyphens and apostrophes"
        : People.Same(name, DeskEvent.Own) || People.Same(name, "authority") || People.Same(name, "gate") ? $"{name} is how the record names what happens by itself; take another name"
        : people.All.ContainsKey(account) || people.Codes.ContainsKey(account) ? "this account's id is taken"
        : people.All.Values.Any(other => People.Same(other.Name, name)) || people.Codes.Values.Any(open => at <= open.Until && People.Same(open.Name, name)) ? $"the name {name} is taken, or was; take another"
        : null;

    private static string? Fresh(People people, string passkey) => people.All.Values.Any(person => person.Passkeys.Contains(passkey)) ? "this passkey is registered already" : null;

    private static string? Until(DateTimeOffset until, DateTimeOffset at, TimeSpan longest, string what) =>
        until <= at ? $"{what} ends after it begins" : until - at > longest + TimeSpan.FromMinutes(1) ? $"{what} is good for {longest.TotalDays:0} days at most" : null;

    private static string? Blank(string? text, string sentence) => string.IsNullOrWhiteSpace(text) ? sentence : null;
}
