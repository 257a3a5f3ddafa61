namespace Counterseal.Desk;

/// <summary>Somebody asks for an account of an authority at the portal. Of the desk itself, as all events of officers are.</summary>
/// <param name="Request">The request's id.</param>
/// <param name="Name">The person's name, as given.</param>
/// <param name="Office">The person's office, as given.</param>
/// <param name="Authority">The authority as given; of a colleague the id that the directory has.</param>
/// <param name="Mail">The official mail address, as given. It proves nothing.</param>
/// <param name="Telephone">A telephone number, as given. It is never the one that is called back.</param>
/// <param name="Colleague">The officer who asks for a colleague; <c>null</c> for a request by nobody known.</param>
public sealed record OfficerAsked(string Request, string Name, string Office, string Authority, string Mail, string Telephone, string? Colleague = null) : EventBody;

/// <summary>A person called the authority back on the number that the directory has, and it stands by the request.</summary>
/// <param name="Request">The request's id.</param>
/// <param name="Authority">The authority's id in the directory.</param>
/// <param name="Entry">Digest of the directory entry that the number was taken from.</param>
/// <param name="Number">The number called: the directory's.</param>
/// <param name="SpokeWith">Who answered for the authority.</param>
/// <param name="Said">What was said.</param>
public sealed record OfficerConfirmed(string Request, string Authority, string Entry, string Number, string SpokeWith, string Said) : EventBody;

/// <summary>A request was refused.</summary>
/// <param name="Request">The request's id.</param>
/// <param name="Reason">Why.</param>
public sealed record OfficerRefused(string Request, string Reason) : EventBody;

/// <summary>A person of the desk invited an officer.</summary>
/// <param name="Officer">The id that the account will have.</param>
/// <param name="Authority">The authority's id in the directory.</param>
/// <param name="Name">The officer's name.</param>
/// <param name="Office">The officer's office.</param>
/// <param name="Reason">How it is known who this is; of a request, whom the call-back reached.</param>
/// <param name="Code">SHA-256 of the link's one-time code.</param>
/// <param name="Until">The link is good until then.</param>
/// <param name="Request">The confirmed request that it answers; <c>null</c> without one.</param>
public sealed record OfficerInvited(string Officer, string Authority, string Name, string Office, string Reason, string Code, DateTimeOffset Until, string? Request = null) : EventBody;

/// <summary>An officer registered a passkey.</summary>
/// <param name="Officer">The account's id.</param>
/// <param name="Passkey">SHA-256 of the passkey's id and public key (<see cref="People.PasskeyDigest"/>).</param>
/// <param name="Code">SHA-256 of the invitation's code; <c>null</c> for a spare.</param>
public sealed record OfficerEnrolled(string Officer, string Passkey, string? Code = null) : EventBody;

/// <summary>An officer gave one of several passkeys up.</summary>
/// <param name="Officer">The account's id.</param>
/// <param name="Passkey">Its digest.</param>
public sealed record OfficerPasskeyDropped(string Officer, string Passkey) : EventBody;

/// <summary>All sessions of an officer were ended.</summary>
/// <param name="Officer">The account's id.</param>
public sealed record OfficerSignedOut(string Officer) : EventBody;

/// <summary>An officer's account is over.</summary>
/// <param name="Officer">The account's id.</param>
/// <param name="Reason">Why.</param>
public sealed record OfficerEnded(string Officer, string Reason) : EventBody;

/// <summary>An officer proposes a key for the authority's packages. Nothing is encrypted to it before two people sign it into the directory.</summary>
/// <param name="Officer">The account's id.</param>
/// <param name="Authority">The authority's id in the directory.</param>
/// <param name="Format">How packages would be encrypted, e.g. <c>age-x25519</c>.</param>
/// <param name="Key">The public half: an age recipient, or an OpenPGP certificate in base64.</param>
/// <param name="Fingerprint">As two people read it to each other.</param>
public sealed record KeyProposed(string Officer, string Authority, string Format, string Key, string Fingerprint) : EventBody;

/// <summary>A message between desk and authority about a demand.</summary>
/// <param name="Direction">Which way.</param>
/// <param name="Text">What it says.</param>
/// <param name="Officer">The account of the officer who wrote; <c>null</c> for one of ours.</param>
public sealed record Messaged(MessageDirection Direction, string Text, string? Officer = null) : EventBody;

/// <summary>Which way a message goes.</summary>
public enum MessageDirection
{
    /// <summary>From us.</summary>
    ToAuthority,
    /// <summary>To us.</summary>
    FromAuthority,
}

/// <summary>Who filed a demand at the portal, signed in. Evidence of where it comes from, and no more: a person still authenticates it.</summary>
/// <param name="Authority">The authority's id in the directory.</param>
/// <param name="Officer">The account's id.</param>
/// <param name="Name">The officer's name.</param>
/// <param name="Office">The officer's office.</param>
public sealed record Filing(string Authority, string Officer, string Name, string Office);
