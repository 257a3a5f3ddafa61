using System.Text.Json;
using Counterseal.Ledger;
using Counterseal.Watch;

namespace Counterseal.Convention;

/// <summary>How what the registry keeps is written: as the bell writes its own (camelCase, absent where null), in the canonical form of RFC 8785 where it is hashed.</summary>
internal static class RegistryJson
{
    public static JsonSerializerOptions Options => WatchJson.Options;

    public static byte[] Canonical<T>(T value) => CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(value, Options));

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Reads what the registry keeps.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new FormatException($"{what} is null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{what} cannot be read: {e.Message}", e);
        }
    }
}
