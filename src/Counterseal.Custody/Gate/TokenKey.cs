using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Counterseal.Custody;

/// <summary>Where the counterseal key is when it is in a PKCS#11 token: <c>gate.pkcs11</c> in the gate's folder, in place of <c>gate.key</c>.</summary>
/// <param name="Library">The token's library, an absolute path. It is loaded into the gate: whoever may write this file or that one is the gate.</param>
/// <param name="Token">The token's label.</param>
/// <param name="Key">The key's label.</param>
/// <param name="Pin">An absolute path (mode 0600), or <c>credential:NAME</c> for one that systemd hands over.</param>
/// <param name="Public">The vkey. Another key under the same label is not taken for it.</param>
public sealed record TokenPlace(string Library, string Token, string Key, string Pin, string Public)
{
    internal const string FileName = "gate.pkcs11";

    internal static TokenPlace Read(ReadOnlyMemory<byte> json)
    {
        using var document = Shape.Parse(json, 64 * 1024, FileName);
        var root = Shape.Closed(document.RootElement, FileName, "library", "token", "key", "pin", "public");
        return new TokenPlace(root.Text("library"), root.Text("token"), root.Text("key"), root.Text("pin"), root.Text("public"));
    }

    internal byte[] Json() => Canonical.Bytes(new JsonObject { ["library"] = Library, ["token"] = Token, ["key"] = Key, ["pin"] = Pin, ["public"] = Public });
}

/// <summary>
/// A counterseal key in a PKCS#11 token: Ed25519 or P-256, made there, signing there. It is neither read nor can it be: a key that the token would give out is refused.
/// Each signature is a session of its own, so a token that was away for a while is no reason to start again.
/// </summary>
public sealed class TokenKey
{
    // PKCS#11 3.0; the library's names end with 2.40.
    private const ulong EdwardsKeyType = 0x40, EdwardsGenerate = 0x1055, EdwardsSign = 0x1057;
    private const string P256Curve = "1.2.840.10045.3.1.7";
    private static readonly Pkcs11InteropFactories Factories = new();

    // A library is initialised once for the whole process; finalising it would end everybody's sessions.
    private static readonly Dictionary<string, IPkcs11Library> Libraries = new(StringComparer.Ordinal);
    private static readonly Lock Using = new();
    private readonly TokenPlace place;
    private readonly NoteVerifier verifier;

    // The wrapper asks for a name that only developers' machines have; a running system has the numbered one.
    static TokenKey() => NativeLibrary.SetDllImportResolver(typeof(IPkcs11Library).Assembly, (name, _, _) => name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var library) ? library : IntPtr.Zero);

    private TokenKey(TokenPlace place, NoteVerifier verifier) => (this.place, this.verifier) = (place, verifier);

    /// <summary>Makes a key in a token, sensitive and not extractable.</summary>
    /// <param name="place">Where; <see cref="TokenPlace.Public"/> is not looked at.</param>
    /// <param name="name">The key's name in notes.</param>
    /// <param name="type">What kind of key.</param>
    /// <returns>The place with the public key.</returns>
    /// <exception cref="InvalidDataException">The token cannot be used, or has a key of that label.</exception>
    public static TokenPlace Generate(TokenPlace place, string name, NoteKeyType type)
    {
        ArgumentNullException.ThrowIfNull(place);
        return In(place, session =>
        {
            if (session.FindAllObjects([Is(CKA.CKA_LABEL, place.Key)]).Count > 0)
                throw new InvalidDataException($"the token {place.Token} has a key {place.Key} already; a key is never overwritten");
            var edwards = type == NoteKeyType.Ed25519;
            List<IObjectAttribute> both = [Is(CKA.CKA_TOKEN, true), Is(CKA.CKA_LABEL, place.Key), Is(CKA.CKA_ID, RandomNumberGenerator.GetBytes(8))];
            if (edwards)
                both.Add(Factories.ObjectAttributeFactory.Create(CKA.CKA_KEY_TYPE, EdwardsKeyType));
            session.GenerateKeyPair(
                Factories.MechanismFactory.Create(edwards ? EdwardsGenerate : (ulong)CKM.CKM_EC_KEY_PAIR_GEN),
                [.. both, Is(CKA.CKA_PRIVATE, false), Is(CKA.CKA_VERIFY, true), Is(CKA.CKA_EC_PARAMS, Curve(edwards))],
                [.. both, Is(CKA.CKA_PRIVATE, true), Is(CKA.CKA_SIGN, true), Is(CKA.CKA_SENSITIVE, true), Is(CKA.CKA_EXTRACTABLE, false)],
                out var made,
                out _);
            return place with { Public = PublicOf(session, made, name, type).ToString() };
        });
    }

    /// <summary>The signer whose key is in a token.</summary>
    /// <exception cref="InvalidDataException">The token cannot be used, has no such key, another one than is named, or one that it would give out.</exception>
    internal static NoteSigner Open(TokenPlace place)
    {
        NoteVerifier verifier;
        try
        {
            verifier = NoteVerifier.Parse(place.Public);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{TokenPlace.FileName}: {e.Message}", e);
        }
        var key = new TokenKey(place, verifier);
        In(place, session =>
        {
            var said = session.GetAttributeValue(key.Private(session), [CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE]);
            if (!said[0].GetValueAsBool() || said[1].GetValueAsBool())
                throw new InvalidDataException($"the key {place.Key} in the token {place.Token} can be taken out of it; make one with `counterseal gate rotate-key`");
            var found = session.FindAllObjects([Is(CKA.CKA_CLASS, CKO.CKO_PUBLIC_KEY), Is(CKA.CKA_LABEL, place.Key)]);
            return found.Count == 1 && PublicOf(session, found[0], verifier.Name, verifier.Type).Equals(verifier)
                ? true
                : throw new InvalidDataException($"the key {place.Key} in the token {place.Token} is not the one that {TokenPlace.FileName} names");
        });
        return NoteSigner.Elsewhere(verifier, key.Sign, Nothing.Held);
    }

    private byte[] Sign(byte[] text)
    {
        try
        {
            return In(place, session => verifier.Type == NoteKeyType.Ed25519
                ? session.Sign(Factories.MechanismFactory.Create(EdwardsSign), Private(session), text)
                : Der(session.Sign(Factories.MechanismFactory.Create(CKM.CKM_ECDSA), Private(session), SHA256.HashData(text))));
        }
        catch (InvalidDataException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private IObjectHandle Private(ISession session) => session.FindAllObjects([Is(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY), Is(CKA.CKA_LABEL, place.Key)]) is [var one]
        ? one
        : throw new InvalidDataException($"the token {place.Token} has not exactly one private key {place.Key}");

    private static T In<T>(TokenPlace place, Func<ISession, T> work)
    {
        var pin = Pin(place.Pin);
        try
        {
            lock (Using)
            {
                if (!Libraries.TryGetValue(place.Library, out var library))
                    Libraries[place.Library] = library = Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, place.Library, AppType.MultiThreaded);
                var slot = library.GetSlotList(SlotsType.WithTokenPresent).FirstOrDefault(slot => slot.GetTokenInfo().Label.TrimEnd() == place.Token)
                    ?? throw new InvalidDataException($"{place.Library} shows no token {place.Token}");
                using var session = slot.OpenSession(SessionType.ReadWrite);
                session.Login(CKU.CKU_USER, pin);
                try
                {
                    return work(session);
                }
                finally
                {
                    session.Logout();
                }
            }
        }
        catch (Exception e) when (e is Pkcs11Exception or LibraryArchitectureException or UnmanagedException)
        {
            throw new InvalidDataException($"the token {place.Token} cannot be used: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private static byte[] Pin(string from)
    {
        const string credential = "credential:";
        var path = !from.StartsWith(credential, StringComparison.Ordinal) ? from
            : Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is { } folder ? Path.Combine(folder, Path.GetFileName(from[credential.Length..]))
            : throw new InvalidDataException($"the PIN is {from}, and systemd has handed over no credentials");
        try
        {
            // systemd lets the unit's group read what it hands over.
            var others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | (path == from ? UnixFileMode.GroupRead : UnixFileMode.None);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
                throw new InvalidDataException($"{path} can be used by others than the gate's user; make it 600");
            var bytes = File.ReadAllBytes(path);
            var end = bytes.AsSpan().TrimEnd("\r\n"u8).Length;
            var pin = bytes[..end];
            CryptographicOperations.ZeroMemory(bytes);
            return pin;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the token's PIN cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The public key of a pair in the token. A point is an OCTET STRING in DER; some libraries give an Edwards point bare.</summary>
    private static NoteVerifier PublicOf(ISession session, IObjectHandle key, string name, NoteKeyType type)
    {
        var point = session.GetAttributeValue(key, [CKA.CKA_EC_POINT])[0].GetValueAsByteArray();
        try
        {
            if (point.Length != 32)
                point = AsnDecoder.ReadOctetString(point, AsnEncodingRules.DER, out _);
            if (type == NoteKeyType.Ed25519)
                return NoteVerifier.Of(name, point);
            if (point.Length != 65 || point[0] != 4)
                throw new FormatException("its point is not an uncompressed one of P-256");
            using var p256 = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = point[1..33], Y = point[33..] } });
            return NoteVerifier.OfP256(name, p256.ExportSubjectPublicKeyInfo());
        }
        catch (Exception e) when (e is FormatException or AsnContentException or CryptographicException)
        {
            throw new InvalidDataException($"the token's public key cannot be used: {e.Message}", e);
        }
    }

    /// <summary>PKCS#11 names the Edwards curve by its name, the other by its OID.</summary>
    private static byte[] Curve(bool edwards)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        if (edwards)
            writer.WriteCharacterString(UniversalTagNumber.PrintableString, "edwards25519");
        else
            writer.WriteObjectIdentifier(P256Curve);
        return writer.Encode();
    }

    /// <summary>A token gives r ‖ s; a note has the two in DER.</summary>
    private static byte[] Der(byte[] pair)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(pair.AsSpan(0, pair.Length / 2).TrimStart((byte)0));
            writer.WriteIntegerUnsigned(pair.AsSpan(pair.Length / 2).TrimStart((byte)0));
        }
        return writer.Encode();
    }

    private static IObjectAttribute Is(CKA what, bool value) => Factories.ObjectAttributeFactory.Create(what, value);
    private static IObjectAttribute Is(CKA what, string value) => Factories.ObjectAttributeFactory.Create(what, value);
    private static IObjectAttribute Is(CKA what, byte[] value) => Factories.ObjectAttributeFactory.Create(what, value);
    private static IObjectAttribute Is(CKA what, CKO value) => Factories.ObjectAttributeFactory.Create(what, value);

    /// <summary>The signer holds nothing between two signatures.</summary>
    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Held = new();
        public void Dispose()
        {
        }
    }
}
