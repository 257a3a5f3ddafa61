using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>What a person on the roster may sign.</summary>
public enum RosterRole
{
    /// <summary>Approvals of orders.</summary>
    Reviewer,
    /// <summary>Directory entries.</summary>
    Directory,
}

/// <summary>A person whose signature the gate accepts, by a key file, by passkeys, or by either. Counted once, however many of them sign.</summary>
/// <param name="Name">The name on the roster, which is the name of every signature line of this person.</param>
/// <param name="Key">The public key of a key file, or <c>null</c>.</param>
/// <param name="Passkeys">The passkeys.</param>
/// <param name="Roles">What the person may sign; any rostered person may stop and lift.</param>
public sealed record RosterPerson(string Name, NoteVerifier? Key, IReadOnlyList<Passkey> Passkeys, IReadOnlyList<RosterRole> Roles)
{
    /// <summary>Where the passkeys are used; never <c>null</c> where there are any.</summary>
    public PasskeyRules? Rules { get; init; }

    /// <summary>Whether the note carries this person's good signature. A bad one counts as none.</summary>
    public bool HasSigned(SignedNote note) => Fault(note) is null;

    /// <summary>Why the note does not count as signed by this person; <c>null</c> when it does.</summary>
    public string? Fault(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        string? fault = null;
        if (Key is { } key)
        {
            try
            {
                if (note.VerifiedBy(key).Count == 1)
                    return null;
            }
            catch (FormatException)
            {
                fault = "the signature by the key file is not good";
            }
        }
        foreach (var line in note.Signatures)
        {
            if (line.Name != Name || Passkeys.FirstOrDefault(passkey => passkey.KeyId(Name) == line.KeyId) is not { } passkey)
                continue;
            try
            {
                if (WebAuthn.Fault(PasskeyAnswer.Read(line.Signature), passkey, PasskeyAnswer.Challenge(note.Text), Rules!) is not { } why)
                    return null;
                fault = why;
            }
            catch (FormatException e)
            {
                fault = e.Message;
            }
        }
        return fault ?? "there is no signature by a key or passkey that the roster has for this person";
    }
}
