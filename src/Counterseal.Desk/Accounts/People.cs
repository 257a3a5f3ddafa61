using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Desk;

/// <summary>A person at the desk.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Name">The person's name: what stands as <c>by</c>.</param>
/// <param name="Roles">What the person may do.</param>
public sealed record Person(string Account, string Name, ImmutableSortedSet<Role> Roles)
{
    /// <summary>When the account began, UTC.</summary>
    public DateTimeOffset Since { get; init; }
    /// <summary>Digests of the passkeys that open it.</summary>
    public ImmutableSortedSet<string> Passkeys { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
    /// <summary>Sessions that began at this instant or before are over.</summary>
    public DateTimeOffset SignedOut { get; init; }
    /// <summary>When the account ended; <c>null</c> while it stands.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>The person at the company's own sign-in.</summary>
    public (string Issuer, string Subject)? Company { get; init; }

    /// <summary>Whether the person has one of these roles.</summary>
    public bool Has(params IEnumerable<Role> roles) => Ended is null && roles.Any(Roles.Contains);
}

/// <summary>A code that lets a passkey be registered, once: an invitation's, or an approved recovery's.</summary>
/// <param name="Account">For which account.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Roles">An invitation's roles; empty for a recovery.</param>
/// <param name="Code">SHA-256 of the code; <c>null</c> for a recovery that waits for another administrator.</param>
/// <param name="Until">Good until then.</param>
/// <param name="By">The administrator who invited or asked.</param>
/// <param name="Reason">A recovery's reason; <c>null</c> for an invitation.</param>
public sealed record OpenCode(string Account, string Name, ImmutableSortedSet<Role> Roles, string? Code, DateTimeOffset Until, string By, string? Reason);

/// <summary>A token that the command shows instead of a passkey.</summary>
/// <param name="Digest">SHA-256 of the token.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Made">Since when, UTC.</param>
/// <param name="Until">Until when, UTC.</param>
public sealed record StaffToken(string Digest, string Account, DateTimeOffset Made, DateTimeOffset Until);

/// <summary>Matters that only named people see.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">Account ids.</param>
/// <param name="Instruments">Kinds of legal process that belong to it from their arrival on.</param>
public sealed record Compartment(string Name, ImmutableSortedSet<string> Members, ImmutableSortedSet<string> Instruments);

/// <summary>
/// Who works at the desk, with which roles and in which compartments: folded from the desk's own events and from nothing else, so that a role, a passkey or a token that is not
/// on the ledger is none. An event that may not follow those before it changes nothing (two administrators at once), and is named in <see cref="Void"/>.
/// </summary>
public sealed record People
{
    /// <summary>The account behind a trial's sign-in code and its staff socket.</summary>
    public const string Trial = "trial";

    /// <summary>The longest that a one-time code is good for.</summary>
    public static TimeSpan LongestCode { get; } = TimeSpan.FromDays(7);
    /// <summary>The longest that a token is good for.</summary>
    public static TimeSpan LongestToken { get; } = TimeSpan.FromDays(30);

    private static IReadOnlyList<Role> WithDemands => Roles.WithDemands;

    /// <summary>Nobody yet.</summary>
    public static People Nobody { get; } = new();

    /// <summary>A trial's beginning: one account for everything but accounts, in no compartment.</summary>
    public static People OfTrial { get; } = new()
    {
        All = Nobody.All.Add(Trial, new Person(Trial, Trial, [.. WithDemands])),
    };

    /// <summary>The last of the desk's own events that was looked at.</summary>
    public int Version { get; init; }
    /// <summary>All people by account, also those whose account has ended.</summary>
    public ImmutableSortedDictionary<string, Person> All { get; init; } = ImmutableSortedDictionary.Create<string, Person>(StringComparer.Ordinal);
    /// <summary>Invitations and recoveries that are open, by account.</summary>
    public ImmutableSortedDictionary<string, OpenCode> Codes { get; init; } = ImmutableSortedDictionary.Create<string, OpenCode>(StringComparer.Ordinal);
    /// <summary>Tokens that were not ended, by digest; some may be over.</summary>
    public ImmutableSortedDictionary<string, StaffToken> Tokens { get; init; } = ImmutableSortedDictionary.Create<string, StaffToken>(StringComparer.Ordinal);
    /// <summary>Digests of the addresses at which calendar programs read, by account.</summary>
    public ImmutableSortedDictionary<string, string> Feeds { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    /// <summary>Compartments by name.</summary>
    public ImmutableSortedDictionary<string, Compartment> Compartments { get; init; } = ImmutableSortedDictionary.Create<string, Compartment>(StringComparer.Ordinal);
    /// <summary>How far the record of views was put on the ledger.</summary>
    public Viewed? Views { get; init; }
    /// <summary>Versions of events that changed nothing.</summary>
    public ImmutableList<int> Void { get; init; } = [];

    /// <summary>Whether an administrator was ever there: until then the set-up code opens.</summary>
    public bool Founded => All.Values.Any(person => person.Account != Trial);

    /// <summary>A person whose account stands.</summary>
    public Person? Find(string? account) => account is not null && All.TryGetValue(account, out var person) && person.Ended is null ? person : null;

    /// <summary>A person whose account stands, by name.</summary>
    public Person? Named(string? name) => All.Values.FirstOrDefault(person => person.Ended is null && Same(person.Name, name));

    /// <summary>Which demands a person may see, roles aside.</summary>
    public Sight SightOf(string account) => new(
        [.. Compartments.Values.Where(one => one.Members.Contains(account)).Select(one => one.Name)],
        [.. Compartments.Values.Where(one => !one.Members.Contains(account)).SelectMany(one => one.Instruments).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <summary>An open code by its digest.</summary>
    public OpenCode? Code(string digest, DateTimeOffset now) => Codes.Values.FirstOrDefault(one => one.Code == digest && now <= one.Until);

    /// <summary>SHA-256 over a passkey's id and public key: what the record says of it, so that a table edited by hand opens nothing.</summary>
    public static string PasskeyDigest(byte[] id, byte[] key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("counterseal/passkey/v1\n"u8);
        hash.AppendData(Encoding.ASCII.GetBytes(id.Length.ToString(System.Globalization.CultureInfo.InvariantCulture) + "\n"));
        hash.AppendData(id);
        hash.AppendData(key);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The state after one more of the desk's own events.</summary>
    public People Next(DeskEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var seen = this with { Version = happened.Version };
        var body = happened.Body;
        if (body is Viewed viewed)
            return seen with { Views = viewed };
        if (!PeopleRules.IsOf(body))
            return seen;
        return PeopleRules.Objection(this, body, happened.By, happened.At) is null ? seen.Apply(body, happened.By, happened.At) : seen with { Void = Void.Add(happened.Version) };
    }

    private People Apply(EventBody body, string by, DateTimeOffset at) => body switch
    {
        Founded f => this with { All = All.SetItem(f.Account, new Person(f.Account, f.Name, [Role.Administrator]) { Since = at, Passkeys = OfPasskey(f.Passkey) }) },
        Invited i => this with { Codes = Codes.SetItem(i.Account, new(i.Account, i.Name, [.. i.Roles], i.Code, i.Until, by, null)) },
        Enrolled { Code: null } e => Change(e.Account, person => person with { Passkeys = person.Passkeys.Add(e.Passkey) }),
        Enrolled e when All.ContainsKey(e.Account) => Change(e.Account, person => person with { Passkeys = OfPasskey(e.Passkey), SignedOut = at }) with { Codes = Codes.Remove(e.Account), Tokens = Without(e.Account), Feeds = Feeds.Remove(e.Account) },
        Enrolled e => this with { All = All.SetItem(e.Account, new Person(e.Account, Codes[e.Account].Name, Codes[e.Account].Roles) { Since = at, Passkeys = OfPasskey(e.Passkey) }), Codes = Codes.Remove(e.Account) },
        PasskeyDropped d => Change(d.Account, person => person with { Passkeys = person.Passkeys.Remove(d.Passkey) }),
        RolesChanged r when r.Roles.Contains(Role.Administrator) => Change(r.Account, person => person with { Roles = [.. r.Roles] }).LeaveAll(r.Account),
        RolesChanged r => Change(r.Account, person => person with { Roles = [.. r.Roles] }),
        AccountEnded e => (Change(e.Account, person => person with { Ended = at, SignedOut = at, Passkeys = person.Passkeys.Clear() }) with { Codes = Codes.Remove(e.Account), Tokens = Without(e.Account), Feeds = Feeds.Remove(e.Account) }).LeaveAll(e.Account),
        SignedOutEverywhere s => Change(s.Account, person => person with { SignedOut = at }),
        RecoveryAsked r => this with { Codes = Codes.SetItem(r.Account, new(r.Account, All[r.Account].Name, [], null, at + LongestCode, by, r.Reason)) },
        RecoveryApproved r => this with { Codes = Codes.SetItem(r.Account, Codes[r.Account] with { Code = r.Code, Until = r.Until }) },
        RecoveryDropped r => this with { Codes = Codes.Remove(r.Account) },
        TokenMade t => this with { Tokens = Tokens.SetItem(t.Token, new(t.Token, t.Account, at, t.Until)) },
        TokenEnded t => this with { Tokens = Tokens.Remove(t.Token) },
        FeedMade f => this with { Feeds = Feeds.SetItem(f.Account, f.Feed) },
        FeedEnded f => this with { Feeds = Feeds.Remove(f.Account) },
        CompanyLinked c => Change(c.Account, person => person with { Company = (c.Issuer, c.Subject) }),
        CompartmentMade c => this with { Compartments = Compartments.SetItem(c.Compartment, new(c.Compartment, OfOne(Named(by)!.Account), ImmutableSortedSet.CreateRange(StringComparer.Ordinal, c.Instruments))) },
        CompartmentJoined c => this with { Compartments = Compartments.SetItem(c.Compartment, Compartments[c.Compartment] with { Members = Compartments[c.Compartment].Members.Add(c.Account) }) },
        CompartmentLeft c => this with { Compartments = Compartments.SetItem(c.Compartment, Compartments[c.Compartment] with { Members = Compartments[c.Compartment].Members.Remove(c.Account) }) },
        _ => this,
    };

    private People Change(string account, Func<Person, Person> change) => this with { All = All.SetItem(account, change(All[account])) };

    private People LeaveAll(string account) => this with { Compartments = Compartments.SetItems(Compartments.Select(one => KeyValuePair.Create(one.Key, one.Value with { Members = one.Value.Members.Remove(account) }))) };

    private ImmutableSortedDictionary<string, StaffToken> Without(string account) => Tokens.RemoveRange(Tokens.Values.Where(token => token.Account == account).Select(token => token.Digest));

    private static ImmutableSortedSet<string> OfPasskey(string digest) => OfOne(digest);

    private static ImmutableSortedSet<string> OfOne(string text) => ImmutableSortedSet.Create(StringComparer.Ordinal, text);

    /// <summary>Names are one person's whatever their letters' case.</summary>
    internal static bool Same(string? one, string? other) => string.Equals(one?.Normalize(NormalizationForm.FormKC), other?.Normalize(NormalizationForm.FormKC), StringComparison.OrdinalIgnoreCase);
}
