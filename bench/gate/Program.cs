// The emergency path over the real processes, people excluded: gate-bench emergency COUNTERSEAL FOLDER
//   COUNTERSEAL  the command, which serves desk, gate and ledger
//   FOLDER       with accounts.ndjson and mail/ as bench/Counterseal.Bench generates them; the home is made in FOLDER/home
// Each step is one call, as a command or a page makes it, with a ready client: what a person does between two steps takes no time here.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Counterseal.Cli;
using Counterseal.Custody;
using Counterseal.Ledger;

if (args is not ["emergency", var program, var folder])
{
    Console.Error.WriteLine("gate-bench emergency COUNTERSEAL FOLDER");
    return 2;
}

var cancel = CancellationToken.None;
var home = new Home(Path.Combine(folder, "home"));
TrialHome.Create(home, Path.Combine(folder, "accounts.ndjson"), Path.Combine(folder, "mail"), null);
using var alice = NoteSigner.Generate("alice");
using var bob = NoteSigner.Generate("bob");
using var carol = NoteSigner.Generate("carol");
foreach (var person in (NoteSigner[])[alice, bob, carol])
    TrialHome.Enrol(home, person.Verifier, ["reviewer", "directory"]);

var start = new ProcessStartInfo(program, ["serve", "--home", home.Folder, "--port", "0", "--public-port", "0", "--json"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
using var serve = Process.Start(start)!;
try
{
    serve.ErrorDataReceived += (_, _) => { };
    serve.BeginErrorReadLine();
    while (await serve.StandardOutput.ReadLineAsync(cancel) is { } line && line != "}")
    {
    }
    using var walk = new Walk(home, TimeProvider.System);
    using var identity = AgeIdentity.Generate();
    var entry = SignedNote.Sign(DirectoryEntry.Text("court.example", "IE", "District Court of Example Town", "age-x25519", [identity.Recipient.Text], null, "+353 1 555 0100", new Confirmation(DateTimeOffset.UtcNow, "alice", "read back over the directory's number"), 1), alice, carol);
    await walk.AddToDirectory(Encoding.UTF8.GetString(entry.Bytes()), cancel);
    // The first demand of a process pays for what .NET compiles; the second is what a running desk takes.
    await Emergency("first demand after the start: subscriber data only", """["subscriber"]""", walk);
    await Emergency("with the whole mailbox", """["subscriber", "identification", "traffic", "content"]""", walk);
    await Emergency("the same once more", """["subscriber", "identification", "traffic", "content"]""", walk);
    return 0;
}
finally
{
    serve.StandardInput.Close();
    serve.Kill();
    await serve.WaitForExitAsync(cancel);
}

async Task Emergency(string what, string categories, Walk walk)
{
    var total = Stopwatch.StartNew();
    Console.WriteLine(what);
    var original = Encoding.UTF8.GetBytes($$"""
        {"counterseal":"demand/v1","reference":"IE-{{Guid.NewGuid():N}}","instrument":"eu.epoc",
         "issuing":{"name":"District Court of Example Town","country":"IE","kind":"judge","officer":"Judge A. Byrne","mail":"registry@court.example","telephone":"+353 1 555 0100"},
         "addressee":"Example Mail, designated establishment","issued":"{{DateTimeOffset.UtcNow.AddMinutes(-5):yyyy-MM-ddTHH:mm:ssZ}}",
         "emergency":{"ground":"A child was taken from her home this morning; the person who took her wrote to the family from this address."},
         "scope":[{"selector":{"account":"large"},"categories":{{categories}} }],
         "offence":"Kidnapping of a minor","recipient":"court.example"}
        """);
    var receipt = await Step("submitted, and its receipt's leaf in the ledger", () => walk.Submit(original, cancel));
    var demand = (string)receipt["demand"]!;
    await Step("authenticated", () => walk.Authenticate(demand, "niamh", "called back on the directory's number", "call-back note 1", cancel));
    await Step("the law's questions answered", async () => { await DemoScript.AnswerQuestions(walk, demand, cancel); return 0; });
    await Step("decided", () => walk.Decide(demand, "niamh", "comply", "lawful, and its scope is what the law permits", "court.example", cancel));
    var order = await Step("release ordered: checked by the gate", () => walk.Order(demand, "niamh", "release", cancel));
    await Step("approved by one", async () => { await walk.Approve(order, alice, cancel); return 0; });
    var result = await Step("approved by the second, collected, sealed", async () => { await walk.Approve(order, bob, cancel); return await walk.Done(demand, order, cancel); });
    var name = (string)result["name"]!;
    total.Stop();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"downloadable after",-52} {total.Elapsed.TotalSeconds,8:F2} s   {(long)result["volumes"]![0]!["length"]!} bytes"));
    await Step("fetched by the desk (not in the sum)", () => walk.Fetch(demand, order, name, Path.Combine(folder, "fetched"), cancel));

    static async Task<T> Step<T>(string step, Func<Task<T>> act)
    {
        var clock = Stopwatch.StartNew();
        var got = await act();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {step,-52} {clock.Elapsed.TotalSeconds,8:F2} s"));
        return got;
    }
}
