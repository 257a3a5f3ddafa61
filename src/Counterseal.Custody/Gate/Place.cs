using System.Security.Cryptography;
using System.Text;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// Where a gate's journal lies: machine, inode, time of birth. A folder that was restored from a copy, by whatever program, has another; its gate starts stopped,
/// since what people had stopped since the copy was made is not in it.
/// </summary>
internal static class Place
{
    /// <summary>The file in the gate's folder; backups leave it out.</summary>
    public const string FileName = "place";

    /// <summary>Whether the journal lies where it lay.</summary>
    public static bool IsKnown(GateHome home) => File.Exists(home.At(FileName)) && File.ReadAllText(home.At(FileName)).TrimEnd() == Of(home.At("journal.ndjson"));

    /// <summary>Remembers where the journal lies.</summary>
    public static void Keep(string folder) =>
        Durable.Replace(Path.Combine(folder, FileName), Encoding.ASCII.GetBytes(Of(Path.Combine(folder, "journal.ndjson")) + "\n"), "gate.place", GateHome.FileMode);

    private static string Of(string path)
    {
        const string machine = "/etc/machine-id";
        return Convert.ToHexStringLower(SHA256.HashData([.. File.Exists(machine) ? File.ReadAllBytes(machine) : [], .. FileFacts.Of(path).Identity()]));
    }
}
