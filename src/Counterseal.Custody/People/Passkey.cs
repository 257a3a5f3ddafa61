namespace Counterseal.Custody;

/// <summary>Where the roster's passkeys are used, and which kinds of them are taken.</summary>
/// <param name="RpId">The relying party's id: a host name, <c>localhost</c> in a trial.</param>
/// <param name="Origin">The one origin on which the gate's pages ask, e.g. <c>https://gate.example</c>; http for <c>localhost</c> only.</param>
/// <param name="BackedUp">Whether passkeys that can be copied (kept in an account with somebody else) are taken.</param>
public sealed record PasskeyRules(string RpId, string Origin, bool BackedUp)
{
    /// <summary>Why id and origin cannot be used together; <c>null</c> when they can.</summary>
    public static string? Fault(string rpId, string origin)
    {
        if (rpId.Length is 0 or > 253 || rpId.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '.')) || Uri.CheckHostName(rpId) != UriHostNameType.Dns)
            return "the relying party's id must be a host name in lower case";
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin || uri.UserInfo.Length > 0)
            return "the origin must be like https://gate.example, without a path";
        if (uri.Host != rpId && !uri.Host.EndsWith("." + rpId, StringComparison.Ordinal))
            return "the origin's host must be the relying party's id, or below it";
        return uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.Host == "localhost")
            ? null
            : "the origin must be https; http is for localhost only";
    }
}

/// <summary>One passkey of a person on the roster.</summary>
/// <param name="Id">The credential's id, from 1 to 1023 bytes.</param>
/// <param name="Key">The public key.</param>
/// <param name="BackedUp">Whether it can be copied, as the authenticator said when it was registered; that never changes.</param>
public sealed record Passkey(byte[] Id, CoseKey Key, bool BackedUp)
{
    /// <summary>The id as the browser and the roster write it: base64url without padding.</summary>
    public string Name => System.Buffers.Text.Base64Url.EncodeToString(Id);

    /// <summary>The id of the note key that this passkey is for a person.</summary>
    public uint KeyId(string person) => PasskeyAnswer.KeyId(person, Id, Key.Bytes);
}
