using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Counterseal.Web.Tests;

/// <summary>An authenticator and a browser's part in software, for tests that need many people and no window. Written from the specification.</summary>
internal sealed class SoftKey : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    private uint counter;
    private string user = "";

    /// <summary>Flags of its answers: present and verified.</summary>
    public byte Flags { get; set; } = 0x05;
    /// <summary>The origin that the browser would say; by default the face's own.</summary>
    public string? Origin { get; set; }

    /// <summary>What a page sends after <c>navigator.credentials.create</c>.</summary>
    public string Create(string ask, Uri face)
    {
        var options = JsonNode.Parse(ask)!;
        user = (string)options["user"]!["id"]!;
        var q = key.ExportParameters(false).Q;
        var cose = new CborWriter(CborConformanceMode.Ctap2Canonical);
        cose.WriteStartMap(5);
        foreach (var (label, number) in new[] { (1, 2), (3, -7), (-1, 1) })
        {
            cose.WriteInt32(label);
            cose.WriteInt32(number);
        }
        foreach (var (label, bytes) in new[] { (-2, q.X!), (-3, q.Y!) })
        {
            cose.WriteInt32(label);
            cose.WriteByteString(bytes);
        }
        cose.WriteEndMap();
        byte[] attested = [.. new byte[16], (byte)(id.Length >> 8), (byte)id.Length, .. id, .. cose.Encode()];
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString("none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString([.. Data((string)options["rp"]!["id"]!, (byte)(Flags | 0x40)), .. attested]);
        writer.WriteEndMap();
        return Said(new JsonObject
        {
            ["attestationObject"] = Base64Url.EncodeToString(writer.Encode()),
            ["clientDataJSON"] = Base64Url.EncodeToString(Client("webauthn.create", options, face)),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary>What a page sends after <c>navigator.credentials.get</c>.</summary>
    public string Get(string ask, Uri face)
    {
        var options = JsonNode.Parse(ask)!;
        counter++;
        var data = Data((string)options["rpId"]!, Flags);
        var client = Client("webauthn.get", options, face);
        return Said(new JsonObject
        {
            ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["clientDataJSON"] = Base64Url.EncodeToString(client),
            ["signature"] = Base64Url.EncodeToString(key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = user,
        });
    }

    public void Dispose() => key.Dispose();

    private byte[] Data(string domain, byte flags)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(domain)), flags, .. count];
    }

    private byte[] Client(string type, JsonNode options, Uri face) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject
    {
        ["type"] = type,
        ["challenge"] = (string)options["challenge"]!,
        ["origin"] = Origin ?? face.GetLeftPart(UriPartial.Authority),
        ["crossOrigin"] = false,
    });

    private string Said(JsonObject response) => new JsonObject
    {
        ["id"] = Base64Url.EncodeToString(id),
        ["rawId"] = Base64Url.EncodeToString(id),
        ["type"] = "public-key",
        ["clientExtensionResults"] = new JsonObject(),
        ["response"] = response,
    }.ToJsonString();
}
