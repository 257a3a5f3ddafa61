namespace Counterseal.Desk;

/// <summary>The first administrator registered a passkey, with the code that <c>serve</c> printed. Of the desk itself, as all events of accounts are.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Name">The person's name; what stands as <c>by</c> in events.</param>
/// <param name="Passkey">SHA-256 of the passkey's id and public key (<see cref="People.PasskeyDigest"/>).</param>
public sealed record Founded(string Account, string Name, string Passkey) : EventBody;

/// <summary>An administrator invited a person.</summary>
/// <param name="Account">The id that the account will have.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Roles">What the person may do.</param>
/// <param name="Code">SHA-256 of the one-time code.</param>
/// <param name="Until">The code is good until then.</param>
public sealed record Invited(string Account, string Name, IReadOnlyList<Role> Roles, string Code, DateTimeOffset Until) : EventBody;

/// <summary>A person registered a passkey.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Passkey">SHA-256 of the passkey's id and public key.</param>
/// <param name="Code">SHA-256 of the one-time code of an invitation or a recovery; <c>null</c> for a spare, registered by the person itself while signed in.</param>
public sealed record Enrolled(string Account, string Passkey, string? Code) : EventBody;

/// <summary>A person gave one of several passkeys up.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Passkey">Its digest.</param>
public sealed record PasskeyDropped(string Account, string Passkey) : EventBody;

/// <summary>An administrator changed what a person may do.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Roles">All roles from now on.</param>
/// <param name="Reason">Why.</param>
public sealed record RolesChanged(string Account, IReadOnlyList<Role> Roles, string Reason) : EventBody;

/// <summary>An account is over: its sessions, passkeys and tokens open nothing more, and its name is not given again.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Reason">Why.</param>
public sealed record AccountEnded(string Account, string Reason) : EventBody;

/// <summary>All sessions of an account were ended.</summary>
/// <param name="Account">The account's id.</param>
public sealed record SignedOutEverywhere(string Account) : EventBody;

/// <summary>An administrator asks that a person who lost the passkey may register a new one. Nothing follows before another administrator approves.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Reason">What happened, and how it is known that it is this person.</param>
public sealed record RecoveryAsked(string Account, string Reason) : EventBody;

/// <summary>Another administrator approved: with the code the person registers a new passkey, and the old ones are void.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Code">SHA-256 of the one-time code.</param>
/// <param name="Until">The code is good until then.</param>
public sealed record RecoveryApproved(string Account, string Code, DateTimeOffset Until) : EventBody;

/// <summary>A recovery was called off.</summary>
/// <param name="Account">The account's id.</param>
public sealed record RecoveryDropped(string Account) : EventBody;

/// <summary>A person made a token for the command.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Token">SHA-256 of the token.</param>
/// <param name="Until">It is good until then.</param>
public sealed record TokenMade(string Account, string Token, DateTimeOffset Until) : EventBody;

/// <summary>A person ended a token.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Token">Its digest.</param>
public sealed record TokenEnded(string Account, string Token) : EventBody;

/// <summary>A person made an address at which a calendar program reads the calendar; the one before opens nothing more.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Feed">SHA-256 of the secret part of the address.</param>
public sealed record FeedMade(string Account, string Feed) : EventBody;

/// <summary>A person ended the address of the calendar.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Feed">Its digest.</param>
public sealed record FeedEnded(string Account, string Feed) : EventBody;

/// <summary>A person's account was tied to the company's own sign-in.</summary>
/// <param name="Account">The account's id.</param>
/// <param name="Issuer">The provider, as in its tokens.</param>
/// <param name="Subject">The person there, as in its tokens.</param>
public sealed record CompanyLinked(string Account, string Issuer, string Subject) : EventBody;

/// <summary>Counsel made a compartment and is its first member.</summary>
/// <param name="Compartment">Its name.</param>
/// <param name="Instruments">Kinds of legal process that belong to it from their arrival on.</param>
public sealed record CompartmentMade(string Compartment, IReadOnlyList<string> Instruments) : EventBody;

/// <summary>A member let another person in.</summary>
/// <param name="Compartment">Its name.</param>
/// <param name="Account">The account's id.</param>
public sealed record CompartmentJoined(string Compartment, string Account) : EventBody;

/// <summary>A member left, or was put out by another.</summary>
/// <param name="Compartment">Its name.</param>
/// <param name="Account">The account's id.</param>
public sealed record CompartmentLeft(string Compartment, string Account) : EventBody;

/// <summary>How far the record of views has come; from now on none of them can be changed unnoticed.</summary>
/// <param name="Last">The number of the last view.</param>
/// <param name="Chain">The chain's digest after it (<see cref="View.Chained"/>).</param>
public sealed record Viewed(long Last, string Chain) : EventBody;

/// <summary>An auditor took a sealed audit file along.</summary>
/// <param name="Digest">SHA-256 of the file's statement.</param>
/// <param name="Demands">How many demands are in it.</param>
/// <param name="Views">How many views are in it.</param>
public sealed record Audited(string Digest, int Demands, long Views) : EventBody;
