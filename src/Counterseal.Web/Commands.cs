namespace Counterseal.Web;

/// <summary>The command lines that pages print; in one place, so that they stay those of the <c>counterseal</c> command.</summary>
public static class Commands
{
    /// <summary>Reads an order as the gate shows it and signs an approval.</summary>
    public static string Approve(string order) => $"counterseal approve {order} --key YOUR.key";

    /// <summary>Checks an event's proof offline, from the file that the demand's page gives, with a trust file.</summary>
    public static string CheckEvent(string file) => $"counterseal ledger prove --receipt {file} --trust trust.json";

    /// <summary>Checks that a party's own demand is counted.</summary>
    public static string CheckTally() => "counterseal tally check tally.json --tally https://HERE/tally --trust trust.json";

    /// <summary>Re-derives the whole log.</summary>
    public static string CheckLedger() => "counterseal ledger check --log FOLDER --trust trust.json";

    /// <summary>Checks a package offline.</summary>
    public static string VerifyPackage(string name) => $"counterseal verify {name} --trust trust.json";

    /// <summary>Opens a package with the recipient's key.</summary>
    public static string OpenPackage(string name) => $"counterseal open {name} --trust trust.json --key authority.key --into ./{name}";

    /// <summary>Records that a person established who sent a demand.</summary>
    public static string Authenticate(string demand) => $"counterseal authenticate {demand} --by YOU --reason '…' --evidence '…'";

    /// <summary>Records a fact that a person knows.</summary>
    public static string Establish(string demand, string fact) => $"counterseal establish {demand} {fact} VALUE --by YOU --reason '…'";

    /// <summary>Records a decision; with a recipient where something is handed over.</summary>
    public static string Decide(string demand, string decision, bool recipient) =>
        $"counterseal decide {demand} {decision} --by YOU --reason '…'{(recipient ? " --recipient AUTHORITY" : "")}";

    /// <summary>Records that a duty was done.</summary>
    public static string Perform(string demand, string rule) => $"counterseal demands perform {demand} {rule} --by YOU --how '…'";

    /// <summary>Hands a file of events to the bell.</summary>
    public static string TakeEvents() => "counterseal watch take sign-ins.ndjson --form ocsf";

    /// <summary>A finding of an attack, whole.</summary>
    public static string ShowFinding(string id) => $"counterseal watch show {id} --json";

    /// <summary>Orders something of the gate.</summary>
    public static string Order(string demand, string kind) => $"counterseal order {kind} {demand} --by YOU";
}
