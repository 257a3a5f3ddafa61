namespace Counterseal.Web;

/// <summary>The command lines that pages print; in one place, so that they stay those of the <c>counterseal</c> command.</summary>
public static class Commands
{
    /// <summary>Reads an order as the gate shows it and signs an approval.</summary>
    public static string Approve(string order) => $"counterseal approve {order} --key reviewer.key";

    /// <summary>Checks the proof of an event with files of the demand's page and a trust file.</summary>
    public static string CheckEvent(string demand, int version) =>
        $"counterseal ledger prove --demand {demand} --event {version} --trust trust.json";

    /// <summary>Re-derives the whole log.</summary>
    public static string CheckLedger(string origin) => $"counterseal ledger check {origin} --trust trust.json";

    /// <summary>Checks a package offline.</summary>
    public static string VerifyPackage(string name) => $"counterseal verify {name} --trust trust.json";

    /// <summary>Opens a package with the recipient's key.</summary>
    public static string OpenPackage(string name) => $"counterseal open {name} --trust trust.json --key authority.key --to {name}-opened";

    /// <summary>Records that a person established who sent a demand.</summary>
    public static string Authenticate(string demand) => $"counterseal authenticate {demand} --reason \"…\" --evidence \"…\"";

    /// <summary>Records a decision.</summary>
    public static string Decide(string demand, string decision) => $"counterseal decide {demand} --decision {decision}";

    /// <summary>Orders something of the gate.</summary>
    public static string Order(string demand, string kind) => $"counterseal order {kind} {demand}";
}
