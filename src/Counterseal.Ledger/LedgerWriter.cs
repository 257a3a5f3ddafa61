using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterseal.Ledger;

/// <summary>Someone who may append: a name for the ledger's own records and the digest of a credential that the ledger does not keep.</summary>
/// <param name="Name">E.g. <c>desk</c> or <c>gate</c>.</param>
/// <param name="CredentialDigest">SHA-256 of the credential's UTF-8 bytes, lower-case hex. The credential is 256 random bits, so a plain digest suffices.</param>
public sealed record LedgerWriter(string Name, string CredentialDigest)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
    };

    /// <summary>Makes a writer with a new credential, which is given this once.</summary>
    public static (LedgerWriter Writer, string Credential) Create(string name)
    {
        var credential = "csw_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (new LedgerWriter(name, Convert.ToHexStringLower(Digest(credential))), credential);
    }

    /// <summary>The writer whose credential this is, or <c>null</c>. Takes the same time whichever it is.</summary>
    public static LedgerWriter? Find(IReadOnlyList<LedgerWriter> writers, string credential)
    {
        var digest = Digest(credential);
        LedgerWriter? found = null;
        foreach (var writer in writers)
            if (CryptographicOperations.FixedTimeEquals(Convert.FromHexString(writer.CredentialDigest), digest))
                found = writer;
        return found;
    }

    /// <summary>Reads <c>writers.json</c>: <c>[{"name","credentialDigest"}]</c>.</summary>
    /// <exception cref="LedgerException">Not that; the message says where.</exception>
    public static IReadOnlyList<LedgerWriter> Read(string path)
    {
        try
        {
            var writers = JsonSerializer.Deserialize<List<LedgerWriter>>(File.ReadAllBytes(path), Json) ?? [];
            foreach (var writer in writers)
                if (writer.CredentialDigest.Length != 64 || writer.CredentialDigest.Any(c => !char.IsAsciiHexDigitLower(c)))
                    throw new LedgerException($"{path}: the credentialDigest of {writer.Name} is not a SHA-256 in lower-case hex");
            return writers.DistinctBy(writer => writer.Name).Count() == writers.Count ? writers : throw new LedgerException($"{path}: two writers bear one name");
        }
        catch (JsonException e)
        {
            throw new LedgerException($"{path}: {e.Message}");
        }
    }

    /// <summary>Gives a writer another credential, or a new one its first; the old one opens nothing from the ledger's next start on.</summary>
    /// <param name="path">The path of <c>writers.json</c>.</param>
    /// <param name="name">The writer's name.</param>
    /// <returns>The credential, which is given this once.</returns>
    /// <exception cref="LedgerException">The file is not good.</exception>
    public static string Renew(string path, string name)
    {
        var (writer, credential) = Create(name);
        Write(path, [.. Read(path).Where(one => one.Name != name), writer]);
        return credential;
    }

    /// <summary>Writes <c>writers.json</c>.</summary>
    public static void Write(string path, IEnumerable<LedgerWriter> writers) =>
        Durable.Replace(path, [.. JsonSerializer.SerializeToUtf8Bytes(writers, Json), (byte)'\n'], "ledger.writers", UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private static byte[] Digest(string credential) => SHA256.HashData(Encoding.UTF8.GetBytes(credential));
}
