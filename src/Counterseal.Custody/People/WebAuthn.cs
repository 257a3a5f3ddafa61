using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;

namespace Counterseal.Custody;

/// <summary>
/// The checks of W3C Web Authentication Level 3 (7.1 and 7.2) as far as the gate needs them, as functions of bytes: whether a passkey's answer is one to this challenge,
/// on this origin, by a person whom the authenticator has verified. Attestation is not asked for and not believed: who may register is settled by the ceremony.
/// </summary>
public static class WebAuthn
{
    private const int MostClientData = 4096;
    private const int MostAttestation = 16 * 1024;

    [Flags]
    private enum AuthenticatorFlags : byte
    {
        UserPresent = 0x01,
        UserVerified = 0x04,
        CanBeCopied = 0x08,
        IsCopied = 0x10,
        HasCredential = 0x40,
        HasExtensions = 0x80,
    }

    /// <summary>Why an answer does not count for a passkey and a challenge; <c>null</c> when it does. The counter is for the gate to compare: <see cref="CounterOf"/>.</summary>
    public static string? Fault(PasskeyAnswer answer, Passkey passkey, ReadOnlySpan<byte> challenge, PasskeyRules rules)
    {
        if (!answer.Fits)
            return "a part of the passkey's answer is empty or too long";
        if (!answer.Credential.AsSpan().SequenceEqual(passkey.Id))
            return "the answer is another passkey's";
        if (ClientDataFault(answer.ClientData, "webauthn.get", challenge, rules) is { } fault)
            return fault;
        var data = answer.AuthenticatorData.AsMemory();
        if (DataFault(data.Span, rules, out var flags) is { } dataFault)
            return dataFault;
        if (flags.HasFlag(AuthenticatorFlags.HasCredential))
            return "an answer must not carry a new credential";
        if (flags.HasFlag(AuthenticatorFlags.CanBeCopied) != passkey.BackedUp)
            return "the passkey says otherwise than at its registration whether it can be copied";
        ReadOnlyMemory<byte> rest = data[37..];
        if (ExtensionsFault(ref rest, flags) is { } extensions)
            return extensions;
        if (!rest.IsEmpty)
            return "there are bytes behind the authenticator's data";
        byte[] signed = [.. answer.AuthenticatorData, .. SHA256.HashData(answer.ClientData)];
        return passkey.Key.Verify(signed, answer.Signature) ? null : "the passkey's signature is not good";
    }

    /// <summary>The signature counter of an answer that has passed <see cref="Fault"/>; 0 where the authenticator keeps none.</summary>
    public static uint CounterOf(PasskeyAnswer answer) => BinaryPrimitives.ReadUInt32BigEndian(answer.AuthenticatorData.AsSpan(33));

    /// <summary>The passkey that a registration makes.</summary>
    /// <param name="attestation">The attestation object, CBOR of at most 16 KiB; a statement in it is not believed.</param>
    /// <param name="clientData">The <c>clientDataJSON</c>.</param>
    /// <param name="challenge">What the gate asked for.</param>
    /// <param name="rules">The roster's.</param>
    /// <exception cref="FormatException">Anything that does not hold; names what.</exception>
    public static Passkey Register(ReadOnlyMemory<byte> attestation, byte[] clientData, ReadOnlySpan<byte> challenge, PasskeyRules rules)
    {
        if (ClientDataFault(clientData, "webauthn.create", challenge, rules) is { } fault)
            throw new FormatException(fault);
        var data = AuthenticatorDataOf(attestation);
        if (DataFault(data.Span, rules, out var flags) is { } dataFault)
            throw new FormatException(dataFault);
        if (!flags.HasFlag(AuthenticatorFlags.HasCredential))
            throw new FormatException("the registration carries no credential");
        // RP ID hash (32), flags (1), counter (4), AAGUID (16), length of the id (2), id, key.
        if (data.Length < 55)
            throw new FormatException("the authenticator's data is cut off");
        int length = BinaryPrimitives.ReadUInt16BigEndian(data.Span[53..]);
        if (length is 0 or > 1023 || data.Length < 55 + length)
            throw new FormatException("a credential's id has from 1 to 1023 bytes");
        var id = data.Slice(55, length).ToArray();
        var key = CoseKey.Read(data[(55 + length)..], out var read);
        var rest = data[(55 + length + read)..];
        if (ExtensionsFault(ref rest, flags) is { } extensions)
            throw new FormatException(extensions);
        if (!rest.IsEmpty)
            throw new FormatException("there are bytes behind the authenticator's data");
        return new Passkey(id, key, flags.HasFlag(AuthenticatorFlags.CanBeCopied));
    }

    /// <summary>The browser's part: type, challenge and origin to the letter, and no page of another origin around ours.</summary>
    private static string? ClientDataFault(byte[] json, string type, ReadOnlySpan<byte> challenge, PasskeyRules rules)
    {
        if (json.Length > MostClientData)
            return "the client data is too long";
        try
        {
            using var document = Shape.Parse(json, MostClientData, "clientDataJSON");
            var root = Shape.Open(document.RootElement, "clientDataJSON");
            return root.Text("type") != type ? "the answer is not one to this kind of question"
                : root.Text("challenge") != Base64Url.EncodeToString(challenge) ? "the answer is to another challenge: other words were signed"
                : root.Text("origin") != rules.Origin ? "the answer was given on another origin than the gate's"
                : root.Has("crossOrigin") && root.Bool("crossOrigin") ? "the answer was given inside a page of another origin"
                : root.Has("topOrigin") ? "the answer was given under a page of another origin"
                : null;
        }
        catch (RefusalException e)
        {
            return "the client data cannot be read: " + e.Refusal.What;
        }
    }

    private static string? DataFault(ReadOnlySpan<byte> data, PasskeyRules rules, out AuthenticatorFlags flags)
    {
        flags = default;
        if (data.Length < 37)
            return "the authenticator's data is cut off";
        flags = (AuthenticatorFlags)data[32];
        Span<byte> id = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(rules.RpId), id);
        return !data[..32].SequenceEqual(id) ? "the answer is for another relying party"
            : !flags.HasFlag(AuthenticatorFlags.UserPresent) ? "nobody was present"
            : !flags.HasFlag(AuthenticatorFlags.UserVerified) ? "the authenticator did not verify the person"
            : flags.HasFlag(AuthenticatorFlags.IsCopied) && !flags.HasFlag(AuthenticatorFlags.CanBeCopied) ? "a passkey that cannot be copied says that it was"
            : flags.HasFlag(AuthenticatorFlags.CanBeCopied) && !rules.BackedUp ? "the roster takes no passkeys that can be copied"
            : null;
    }

    private static string? ExtensionsFault(ref ReadOnlyMemory<byte> rest, AuthenticatorFlags flags)
    {
        if (!flags.HasFlag(AuthenticatorFlags.HasExtensions))
            return null;
        try
        {
            var reader = new CborReader(rest, CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
            if (reader.PeekState() != CborReaderState.StartMap)
                return "the authenticator's extensions are not a map";
            reader.SkipValue();
            rest = rest[^reader.BytesRemaining..];
            return null;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            return "the authenticator's extensions are not canonical CBOR";
        }
    }

    private static ReadOnlyMemory<byte> AuthenticatorDataOf(ReadOnlyMemory<byte> attestation)
    {
        if (attestation.Length > MostAttestation)
            throw new FormatException("the attestation object is too long");
        try
        {
            var reader = new CborReader(attestation, CborConformanceMode.Ctap2Canonical);
            ReadOnlyMemory<byte>? data = null;
            var (format, statement) = (false, false);
            for (var left = reader.ReadStartMap() ?? throw new FormatException("the attestation object has no length"); left > 0; left--)
            {
                switch (reader.ReadTextString())
                {
                    case "fmt":
                        reader.ReadTextString();
                        format = true;
                        break;
                    case "attStmt" when reader.PeekState() == CborReaderState.StartMap:
                        reader.SkipValue();
                        statement = true;
                        break;
                    case "authData":
                        data = reader.ReadByteString();
                        break;
                    default:
                        throw new FormatException("the attestation object has a member that it must not have");
                }
            }
            reader.ReadEndMap();
            return reader.BytesRemaining == 0 && format && statement && data is { } found ? found : throw new FormatException("the attestation object is not whole");
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            throw new FormatException("the attestation object is not canonical CBOR", e);
        }
    }
}
