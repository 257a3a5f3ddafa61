using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Desk;

/// <summary>Canonical bytes (RFC 8785) of this room's values, and digests over them: lower-case hex SHA-256.</summary>
internal static class Canon
{
    public static byte[] Bytes<T>(T value) => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(value, LawJson.Options));

    public static byte[] Bytes(JsonNode node) => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(node));

    public static string Digest<T>(T value) => Digest(Bytes(value));

    public static string Digest(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Facts are digested as their map of names to values.</summary>
    public static string Digest(Facts facts) => Digest(Bytes(facts.Values));
}
