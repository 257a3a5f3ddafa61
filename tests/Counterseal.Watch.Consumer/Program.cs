using Counterseal.Ledger;
using Counterseal.Watch;

// A machine of several that share one stream; a test kills it. Arguments: server, stream, database, ledger's address, key and credential, the watch's keys in hex, known addresses, and a STIX bundle if patterns are held too.
var (url, stream, database, address, key, credential, writer, secret) = (args[0], args[1], args[2], args[3], args[4], args[5], args[6], args[7]);
var known = args[8].Split(',').ToHashSet();
var patterns = args.Length > 9 ? Learn(args[9]) : null;
using var ledger = new LedgerClient(address, NoteVerifier.Parse(key), credential);
await using var bell = await Bell.Open(new BellOptions
{
    Database = database,
    WriterKey = new WriterKey(Convert.FromHexString(writer)),
    Secret = Convert.FromHexString(secret),
    Provider = new Provider("Example Mail", "mail.example", "Access Line", "security@notices.example"),
    Customers = id => new Customer(id, id, "XB", "press", null, _ => new Contact("en", [])),
    Patterns = patterns is null ? null : () => patterns.Several,
    Matching = (happened, into) =>
    {
        patterns?.Match(happened, into);
        if (happened.SourceIp?.ToString() is { } ip && known.Contains(ip))
            into.Add(new IndicatorMatch("indicator--" + ip, "sourceIp", ip, "Quiet Heron", "XA", "feed of " + ip, 80, Tlp.Green));
    },
}, ledger, TimeProvider.System, default);
await EventStream.Run(
    new StreamSource(url, stream, "bell", 100, Patience: 5), OcsfAuthentication.Read, bell, fault => Console.WriteLine($"fault {fault.What}"),
    async result =>
    {
        await bell.Settle(default);
        Console.WriteLine($"taken {result.Events} {result.Repeated}");
    }, TimeProvider.System, default);

static IndicatorMatching Learn(string bundle)
{
    var known = new Intelligence();
    var reader = new StixReader("test", known);
    using var stream = File.OpenRead(bundle);
    reader.Read(stream, "bundle.json");
    reader.Finish();
    return new IndicatorMatching(known, unsaid: 80);
}
