using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterseal.Ledger;

/// <summary>A witness that the ledger asks.</summary>
/// <param name="Key">Its vkey.</param>
/// <param name="Address">Its submission prefix: <c>https://host/prefix</c>, <c>https://host:port#PIN</c>, <c>unix:/path</c>, or <c>http://</c> on this machine.</param>
public sealed record LedgerWitness(string Key, string Address);

/// <summary><c>witnesses.json</c> in the ledger's folder: whom it asks for cosignatures, and how many of them make a checkpoint cosigned. Without the file nobody is asked.</summary>
/// <param name="Need">How many.</param>
/// <param name="Witnesses">Whom.</param>
public sealed record LedgerWitnesses(int Need, IReadOnlyList<LedgerWitness> Witnesses)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "witnesses.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        MaxDepth = 8,
    };

    /// <summary>Their keys and number.</summary>
    /// <exception cref="FormatException">They cannot be used.</exception>
    [JsonIgnore]
    public WitnessPolicy Policy => WitnessPolicy.Of(Need, Witnesses.Select(witness => witness.Key));

    /// <summary>Reads a ledger's <c>witnesses.json</c>; <c>null</c> where there is none.</summary>
    /// <exception cref="LedgerException">It cannot be used; says why.</exception>
    public static LedgerWitnesses? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            if (new FileInfo(path).Length > 1 << 20)
                throw new LedgerException($"{path} is larger than 1 MiB");
            var read = JsonSerializer.Deserialize<LedgerWitnesses>(File.ReadAllBytes(path), Json) ?? throw new LedgerException($"{path} is empty");
            read.Check();
            return read;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new LedgerException($"{path}: {e.Message}");
        }
    }

    /// <summary>Writes it; with nobody in it the file goes. Holds from the ledger's next start.</summary>
    /// <exception cref="FormatException">It could not be used; says why.</exception>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (Witnesses.Count == 0)
        {
            Durable.Delete([path], "ledger.witnesses");
            return;
        }
        Check();
        Durable.Replace(path, [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'], "ledger.witnesses", UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void Check()
    {
        _ = Policy;
        foreach (var witness in Witnesses)
            _ = PartAddress.ParsePublic(witness.Address);
    }
}
