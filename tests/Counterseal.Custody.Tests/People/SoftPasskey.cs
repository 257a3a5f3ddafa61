using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Ledger;
using NSec.Cryptography;

namespace Counterseal.Custody.Tests.People;

/// <summary>An authenticator and a browser in software, which a test can bend in every field. Written from the specification, not with the gate's code.</summary>
public sealed class SoftPasskey : IDisposable
{
    public const string RpId = "gate.example";
    public const string Origin = "https://gate.example";

    private readonly ECDsa? ecdsa;
    private readonly RSA? rsa;
    private readonly Key? ed;

    public SoftPasskey(string algorithm = "ES256", bool backedUp = false)
    {
        BackedUp = backedUp;
        Flags = (byte)(0x05 | (backedUp ? 0x08 : 0));
        var cose = new CborWriter(CborConformanceMode.Ctap2Canonical);
        switch (algorithm)
        {
            case "ES256":
                ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var q = ecdsa.ExportParameters(false).Q;
                Map(cose, (1, 2), (3, -7), (-1, 1), (-2, q.X!), (-3, q.Y!));
                break;
            case "EdDSA":
                ed = Key.Create(SignatureAlgorithm.Ed25519);
                Map(cose, (1, 1), (3, -8), (-1, 6), (-2, ed.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
                break;
            default:
                rsa = RSA.Create(2048);
                var n = rsa.ExportParameters(false);
                Map(cose, (1, 3), (3, -257), (-1, n.Modulus!), (-2, n.Exponent!));
                break;
        }
        CoseKey = cose.Encode();
    }

    public byte[] Id { get; } = RandomNumberGenerator.GetBytes(32);
    public byte[] CoseKey { get; set; }
    public bool BackedUp { get; }
    public byte Flags { get; set; }
    public uint Counter { get; set; }

    /// <summary>What of the browser's part a test changes before it is signed.</summary>
    public Action<JsonObject>? Client { get; set; }
    /// <summary>What of the authenticator's part a test changes before it is signed.</summary>
    public Func<byte[], byte[]>? Data { get; set; }

    public JsonObject OnRoster() => new() { ["id"] = Convert.ToBase64String(Id), ["key"] = Convert.ToBase64String(CoseKey), ["backedUp"] = BackedUp };

    public PasskeyAnswer Answer(string text, string rpId = RpId, string origin = Origin)
    {
        var challenge = SHA256.HashData(Encoding.UTF8.GetBytes("counterseal/passkey/v1\n" + text));
        var client = ClientData("webauthn.get", challenge, origin);
        var data = Bent(AuthenticatorData(rpId));
        return new PasskeyAnswer(Id, data, client, Sign([.. data, .. SHA256.HashData(client)]));
    }

    /// <summary>A note's signature line by this passkey, as the protocol writes it.</summary>
    public NoteSignature Line(string name, string text, string rpId = RpId, string origin = Origin) => LineOf(name, Answer(text, rpId, origin));

    public NoteSignature LineOf(string name, PasskeyAnswer answer) => LineOf(name, answer, CoseKey);

    public static NoteSignature LineOf(string name, PasskeyAnswer answer, byte[] coseKey)
    {
        using var line = new MemoryStream();
        foreach (var part in new[] { answer.Credential, answer.AuthenticatorData, answer.ClientData, answer.Signature })
        {
            line.Write([(byte)(part.Length >> 8), (byte)part.Length]);
            line.Write(part);
        }
        var id = SHA256.HashData([.. Encoding.UTF8.GetBytes(name + "\n"), 0xff, .. "counterseal/passkey/v1\n"u8, .. answer.Credential, .. coseKey]);
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(id), line.ToArray());
    }

    public string Note(string name, string text, string rpId = RpId, string origin = Origin) => Encoding.UTF8.GetString(new SignedNote(text, [Line(name, text, rpId, origin)]).Bytes());

    public (byte[] Attestation, byte[] Client) Register(byte[] challenge, string rpId = RpId, string origin = Origin)
    {
        byte[] attested = [.. new byte[16], (byte)(Id.Length >> 8), (byte)Id.Length, .. Id, .. CoseKey];
        var flags = Flags;
        Flags |= 0x40;
        var data = Bent([.. AuthenticatorData(rpId), .. attested]);
        Flags = flags;
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString("none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString(data);
        writer.WriteEndMap();
        return (writer.Encode(), ClientData("webauthn.create", challenge, origin));
    }

    public void Dispose()
    {
        ecdsa?.Dispose();
        rsa?.Dispose();
        ed?.Dispose();
    }

    private byte[] Bent(byte[] data) => Data?.Invoke(data) ?? data;

    private byte[] ClientData(string type, byte[] challenge, string origin)
    {
        var client = new JsonObject { ["type"] = type, ["challenge"] = Base64Url.EncodeToString(challenge), ["origin"] = origin, ["crossOrigin"] = false };
        Client?.Invoke(client);
        return Encoding.UTF8.GetBytes(client.ToJsonString());
    }

    private byte[] AuthenticatorData(string rpId)
    {
        var data = new byte[37];
        SHA256.HashData(Encoding.UTF8.GetBytes(rpId)).CopyTo(data, 0);
        data[32] = Flags;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(33), Counter);
        return data;
    }

    public byte[] Sign(byte[] data) =>
        ecdsa?.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
        ?? rsa?.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        ?? SignatureAlgorithm.Ed25519.Sign(ed!, data);

    private static void Map(CborWriter writer, params (int Label, object Value)[] members)
    {
        writer.WriteStartMap(members.Length);
        foreach (var (label, value) in members)
        {
            writer.WriteInt32(label);
            if (value is byte[] bytes)
                writer.WriteByteString(bytes);
            else
                writer.WriteInt32((int)value);
        }
        writer.WriteEndMap();
    }
}
