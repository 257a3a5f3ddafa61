using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterseal.Ledger;
using Counterseal.Watch;
using MimeKit;
using MimeKit.Cryptography;
using Way = Counterseal.Watch.Channel;

namespace Counterseal.Cli;

/// <summary>What the demo came to.</summary>
/// <param name="Good">Whether everything came out as it should.</param>
/// <param name="SignIns">Different events that were counted.</param>
/// <param name="Seconds">How long this run read them.</param>
/// <param name="Resumed">Whether an earlier run had been interrupted and this one went on.</param>
/// <param name="Indicators">Values that were looked up for each event.</param>
/// <param name="Feeds">The feeds.</param>
/// <param name="Planted">Attacks planted.</param>
/// <param name="Found">Findings that are exactly a planted one: customer, actor, verdict and number of events.</param>
/// <param name="Missed">Planted and not found, or found otherwise.</param>
/// <param name="Invented">Found and not planted.</param>
/// <param name="Customers">Customers told.</param>
/// <param name="Countries">In so many countries.</param>
/// <param name="Notices">Notices handed on.</param>
/// <param name="Mails">Messages in the mailbox.</param>
/// <param name="Signed">Of them, those whose DKIM signature verifies.</param>
/// <param name="Banner">Whether the page after sign-in shows the banner.</param>
/// <param name="Leaves">Events on the ledger.</param>
/// <param name="Figures">The figures.</param>
internal sealed record WatchDemoResult(
    bool Good, long SignIns, double Seconds, bool Resumed, int Indicators, IReadOnlyList<string> Feeds, int Planted, int Found, int Missed, int Invented, int Customers, int Countries, int Notices, int Mails, int Signed,
    bool Banner, long Leaves, WatchFigures Figures);

/// <summary>The bell's demo: real indicators, where they are beside the project, planted in millions of sign-ins; what is found, and who is told.</summary>
internal sealed class WatchDemo
{
    private const ulong Seed = 20260901;
    private const int Batch = 20_000;
    private static readonly string[] Sectors = ["press", "law", "government", "research", "civil society", "industry"];
    private static readonly string[] Languages = ["en", "de", "fr", "es", "ar"];
    private readonly string folder;
    private readonly long events;
    private readonly int customers;
    private readonly string? intel;
    private readonly Action<string> say;
    private readonly string[] countries;
    private readonly TurnedClock clock = new(WatchDemoStream.Start.AddDays(62));

    private WatchDemo(string folder, long events, int customers, string? intel, Action<string> say)
    {
        (this.folder, this.events, this.customers, this.intel, this.say) = (folder, events, customers, intel, say);
        countries = File.ReadAllText(Sample("countries.txt")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Runs it, or goes on where an interrupted run stopped.</summary>
    /// <param name="folder">Where everything goes.</param>
    /// <param name="events">Sign-ins.</param>
    /// <param name="customers">Customers.</param>
    /// <param name="intel">A folder of feeds, or <c>null</c> for the project's own alone.</param>
    /// <param name="say">Tells what happens.</param>
    /// <param name="cancel">Interrupts after the batch in hand.</param>
    public static async Task<WatchDemoResult> Run(string folder, long events, int customers, string? intel, Action<string> say, CancellationToken cancel) =>
        await new WatchDemo(folder, events, customers, intel, say).Run(cancel);

    /// <summary>The real feeds beside the project, or <c>null</c>.</summary>
    public static string? IntelBeside()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "counterseal.slnx")))
                return Path.Combine(at.FullName, "..", "shared", "intel") is var beside && Directory.Exists(beside) ? Path.GetFullPath(beside) : null;
        return null;
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "samples", "watch", name);

    private async Task<WatchDemoResult> Run(CancellationToken cancel)
    {
        var secrets = Secrets.In(folder, $"{events} sign-ins of {customers} customers, feeds {intel ?? "of the project"}");
        var (known, feeds) = Learn();
        var matching = new IndicatorMatching(known, unsaid: 60);
        say($"{feeds.Count} feeds, {matching.Values:N0} values to look for{(intel is null ? " (../shared/intel is not here: the project's own small set)" : "")}");
        var (attacks, lines, devices) = Plant(matching);
        say($"{attacks.Count} attacks planted in {events:N0} sign-ins of {customers:N0} customers in {countries.Length} countries");

        await using var ledger = await StartLedger(secrets);
        using var client = new LedgerClient(ledger.Address, NoteVerifier.Parse(secrets.LedgerKey), secrets.Credential);
        await using var mailbox = new LocalMailbox(Path.Combine(folder, "mailbox"));
        var dkim = new DkimKey("notices.example", "demo", secrets.Dkim);
        await File.WriteAllTextAsync(Path.Combine(folder, "dkim.txt"), $"{dkim.Selector}._domainkey.{dkim.Domain}. TXT \"{dkim.Record}\"\n", cancel);
        await using var bell = await Bell.Open(new BellOptions
        {
            Database = "sqlite:" + Path.Combine(folder, "watch.db"),
            WriterKey = new WriterKey(Convert.FromHexString(secrets.Writer)),
            Secret = Convert.FromHexString(secrets.Secret),
            Provider = new Provider("Example Mail", "mail.example", "the access helpline, help@helpline.example", "security@notices.example"),
            Customers = Customer,
            Matching = matching.Match,
            Patterns = () => matching.Several,
            Mail = new MailServer("127.0.0.1", mailbox.Port, Tls: false),
            Dkim = dkim,
        }, client, clock, cancel);

        var position = await bell.Position("sign-ins", cancel);
        if (position.Lines > 0)
            say($"an earlier run came to sign-in {position.Lines:N0}; going on there");
        var seconds = await Read(bell, lines, devices, position, cancel);
        await bell.Settle(cancel);
        var (found, missed, invented) = await Compare(bell, attacks, cancel);
        say($"{found} of {attacks.Count} planted attacks found as planted, {missed} missed, {invented} invented");
        foreach (var finding in (await bell.Findings(cancel)).Where(f => f.Status == FindingStatus.Open))
            await bell.Confirm(finding.Finding.Id, "demo analyst", finding.Finding.Corroborated ? "corroborated; read and confirmed" : "one indicator only; read, and confirmed by hand", cancel);
        await bell.Tell(cancel);
        say("confirmed; the notices wait for their batches (the demo turns its clock by four days)");
        clock.Turn(TimeSpan.FromDays(4));
        while (await bell.Tell(cancel) > 0) { }
        return await Result(bell, mailbox, dkim, client, (seconds, position.Lines > 0), (attacks.Count, found, missed, invented), matching.Values, feeds, cancel);
    }

    private async Task<WatchDemoResult> Result(
        Bell bell, LocalMailbox mailbox, DkimKey dkim, LedgerClient client, (double Seconds, bool Resumed) run, (int Planted, int Found, int Missed, int Invented) findings, int values, List<string> feeds, CancellationToken cancel)
    {
        var figures = await bell.Figures(cancel);
        var signed = 0;
        var verifier = new DkimVerifier(new OneKey(dkim));
        foreach (var file in mailbox.Messages)
        {
            using var message = await MimeMessage.LoadAsync(file, cancel);
            var at = message.Headers.IndexOf(HeaderId.DkimSignature);
            signed += at >= 0 && await verifier.VerifyAsync(message, message.Headers[at], cancel) ? 1 : 0;
        }
        // As the product of a customer would: sign somebody in, ask for banners, put them above the page.
        var notices = await bell.Notices(cancel);
        var shown = notices.FirstOrDefault(n => n.Planned.Account is not null);
        var banners = shown is null ? [] : await bell.Banners(shown.Planned.Account!, null, null, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "after-sign-in.html"), $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Inbox</title></head>\n<body>{string.Concat(banners.Select(b => b.Html))}\n<main><h1>Inbox</h1></main></body></html>\n", cancel);
        var banner = banners.Count > 0 && banners[0].Html.Contains("role=\"alert\"", StringComparison.Ordinal);
        var size = Checkpoint.Open(await client.Checkpoint(cancel), client.Log).Size;
        var counted = await bell.Counted(cancel);
        var good = findings is { Missed: 0, Invented: 0, Planted: > 0 } && findings.Found == findings.Planted && mailbox.Messages.Count == figures.Notices && figures.Notices > 0 && signed == mailbox.Messages.Count && banner
            && figures.Customers == findings.Planted;
        return new(good, counted, Math.Round(run.Seconds, 1), run.Resumed, values, feeds, findings.Planted, findings.Found, findings.Missed, findings.Invented, figures.Customers, figures.Countries.Count, figures.Notices,
            mailbox.Messages.Count, signed, banner, size, figures);
    }

    private async Task<double> Read(Bell bell, Dictionary<long, (int, PlantedEvent)> lines, string devices, FeedPosition from, CancellationToken cancel)
    {
        // The few from devices come as a CSV file, and first: they are over in no time.
        await using (var csv = File.OpenRead(devices))
            await Feed(bell, csv, "devices", EventMapping.Parse("devices.yaml", await File.ReadAllBytesAsync(Sample("devices.yaml"), cancel)).NewReading(), default, null, cancel);
        var started = TimeProvider.System.GetTimestamp();
        var told = started;
        var interactive = !Console.IsErrorRedirected;
        await using var stream = new WatchDemoStream(Seed, events, customers, lines);
        await Feed(bell, stream, "sign-ins", OcsfAuthentication.Read, from, lineNumber =>
        {
            var now = TimeProvider.System.GetTimestamp();
            if (lineNumber < events && TimeProvider.System.GetElapsedTime(told, now) < TimeSpan.FromSeconds(interactive ? 1 : 10))
                return;
            told = now;
            var rate = (lineNumber - from.Lines) / Math.Max(0.001, TimeProvider.System.GetElapsedTime(started, now).TotalSeconds);
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture,
                $"{(interactive ? "\r\u001b[K" : "")}{lineNumber:N0} of {events:N0} sign-ins, {rate:N0} a second, {TimeSpan.FromSeconds((events - lineNumber) / Math.Max(1, rate)):m\\:ss} left{(interactive && lineNumber < events ? "" : "\n")}"));
        }, cancel);
        return TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>One thread reads, another takes: the batch and how far it reaches go into the store together.</summary>
    private async Task Feed(Bell bell, Stream stream, string source, EventReading reading, FeedPosition from, Action<long>? progress, CancellationToken cancel)
    {
        var batches = System.Threading.Channels.Channel.CreateBounded<(List<WatchEvent> Events, FeedPosition Position)>(2);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var read = Task.Run(async () =>
        {
            try
            {
                var (batch, position) = (new List<WatchEvent>(Batch), from);
                await foreach (var line in EventFeed.Read(stream, source, reading, from, clock, either.Token))
                {
                    if (line.Fault is { } fault)
                        throw new Refused($"{fault.Place}: {fault.What}");
                    if (line.Event is { } happened)
                        batch.Add(happened);
                    position = line.Next;
                    if (batch.Count == Batch)
                    {
                        await batches.Writer.WriteAsync((batch, position), either.Token);
                        batch = new(Batch);
                    }
                }
                await batches.Writer.WriteAsync((batch, position), either.Token);
                batches.Writer.Complete();
            }
            catch (Exception fault)
            {
                batches.Writer.Complete(fault);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var (batch, position) in batches.Reader.ReadAllAsync(cancel))
            {
                await bell.Take(batch, (source, position), cancel);
                progress?.Invoke(position.Lines);
            }
        }
        finally
        {
            await either.CancelAsync();
            await read;
        }
    }

    private (Intelligence Known, List<string> Feeds) Learn()
    {
        var known = new Intelligence();
        var feeds = new List<string>();
        void Stix(string path)
        {
            using var stream = File.OpenRead(path);
            var reader = new StixReader(Path.GetFileNameWithoutExtension(path), known);
            reader.Read(stream, Path.GetFileName(path));
            reader.Finish();
            feeds.Add(Path.GetFileName(path));
        }
        Stix(Sample("first-lab.stix.json"));
        Stix(Sample("second-lab.stix.json"));
        if (intel is not null)
        {
            using (var galaxy = File.OpenRead(Path.Combine(intel, "threat-actor.json")))
                new GalaxyReader("misp-galaxy", known).Read(galaxy, "threat-actor.json");
            feeds.Add("threat-actor.json");
            foreach (var file in Directory.GetFiles(Path.Combine(intel, "stix")).Order(StringComparer.Ordinal))
                Stix(file);
            foreach (var file in Directory.GetFiles(Path.Combine(intel, "misp")).Order(StringComparer.Ordinal))
            {
                using var stream = File.OpenRead(file);
                new MispReader(Path.GetFileNameWithoutExtension(file), known).Read(stream, Path.GetFileName(file));
                feeds.Add(Path.GetFileName(file));
            }
        }
        return (known, feeds);
    }

    private (List<PlantedAttack> Attacks, Dictionary<long, (int, PlantedEvent)> Lines, string Devices) Plant(IndicatorMatching matching)
    {
        var from = WatchDemoStream.Start;
        var byActor = matching.Indicators.Zip(matching.Said)
            .Where(one => one.Second.Confidence >= EvidenceRules.Default.MinimumConfidence && TlpMarks.MayReachCustomers(one.Second.Marking) && one.First.IsValidAt(from) && one.First.IsValidAt(from.AddDays(60)))
            .SelectMany(one => one.First.Observables.Select(value => (Value: value, one.Second.Actor)))
            .Where(one => one.Value.Kind is ObservableKind.Address or ObservableKind.Domain or ObservableKind.Mail || (one.Value.Kind == ObservableKind.Hash && one.Value.Scope is "SHA-256" or "SHA-1" or "MD5"))
            .DistinctBy(one => (one.Value.Kind, one.Value.Value, one.Actor))
            // A value that several actors are said to use would be several findings.
            .Where(one => ActorsOf(matching, Event(0, one.Value, "x", from)) is [var only] && only == one.Actor)
            .GroupBy(one => one.Actor, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Actor: group.Key, Values: group.Select(one => one.Value).OrderBy(v => v.Kind).ThenBy(v => v.Value, StringComparer.Ordinal).ToList())).ToList();
        var attacks = new List<PlantedAttack>();
        var lines = new Dictionary<long, (int, PlantedEvent)>();
        var devices = new StringBuilder("id,time,customer,account,kind,outcome,domain,sender,sha256,sha1,md5\n");
        var count = Math.Min(300, customers / 20);
        for (var i = 0; i < count; i++)
        {
            // One in each stretch of customers, so that no customer is drawn twice.
            var stretch = customers / count;
            var customer = (i * stretch) + (int)(WatchDemoStream.Draw(Seed, 1, (ulong)i) % (ulong)stretch);
            var (actor, values) = byActor[i % byActor.Count];
            var planted = Enumerable.Range(0, 3).Select(k => values[(int)(WatchDemoStream.Draw(Seed, 2 + (ulong)k, (ulong)i) % (ulong)values.Count)]).Distinct()
                .Select((value, k) => new PlantedEvent(value, value.Kind == ObservableKind.Address && (i + k) % 3 == 0)).ToList();
            attacks.Add(new(customer, actor, planted.Any(p => p.Succeeded || p.Observable.Kind == ObservableKind.Hash) ? Verdict.Compromised : Verdict.Targeted, planted));
            foreach (var (one, k) in planted.Select((one, k) => (one, k)))
                Put(customer, one, $"d-{i}-{k}", (ulong)((i * 8) + k));
            // A decoy at the next customer: a value that looks like an indicator and is none.
            if (planted[0].Observable is { Kind: ObservableKind.Domain or ObservableKind.Address } near && Beside(near) is { } decoy && ActorsOf(matching, Event(0, decoy, "x", from)).Count == 0)
                Put((customer + 1) % customers, new(decoy, true), $"decoy-{i}", (ulong)((i * 8) + 7));
        }
        var path = Path.Combine(folder, "devices.csv");
        File.WriteAllText(path, devices.ToString());
        return (attacks, lines, path);

        void Put(int customer, PlantedEvent one, string id, ulong draw)
        {
            if (one.Observable.Kind != ObservableKind.Address)
            {
                var at = from.AddSeconds(WatchDemoStream.Draw(Seed, 9, draw) % (60 * 86_400));
                var (kind, value) = (one.Observable.Kind, one.Observable.Value);
                var what = kind switch { ObservableKind.Domain => "domainLookup", ObservableKind.Mail => "mailReceived", _ => "fileSeen" };
                string Cell(bool mine) => mine ? value : "";
                devices.Append(CultureInfo.InvariantCulture, $"{id},{at:yyyy-MM-ddTHH:mm:ssZ},{WatchDemoStream.Id(customer)},{WatchDemoStream.Account(customer)},{what},unknown,{Cell(kind == ObservableKind.Domain)},{Cell(kind == ObservableKind.Mail)},{Cell(one.Observable.Scope == "SHA-256")},{Cell(one.Observable.Scope == "SHA-1")},{Cell(one.Observable.Scope == "MD5")}\n");
                return;
            }
            var n = (long)(WatchDemoStream.Draw(Seed, 8, draw) % (ulong)events);
            while (!lines.TryAdd(n, (customer, one)))
                n = (n + 1) % events;
        }
    }

    private static List<string> ActorsOf(IndicatorMatching matching, WatchEvent happened)
    {
        var hits = new List<IndicatorMatch>();
        matching.Match(happened, hits);
        return [.. hits.Select(hit => hit.Actor).Distinct(StringComparer.Ordinal)];
    }

    private static WatchEvent Event(int customer, Observable value, string id, DateTimeOffset at)
    {
        var bare = new WatchEvent(id, at, WatchDemoStream.Id(customer), WatchDemoStream.Account(customer), EventKind.SignIn, EventOutcome.Failed);
        return value.Kind switch
        {
            ObservableKind.Address => bare with { SourceIp = IPAddress.Parse(value.Value.Split('/')[0]) },
            ObservableKind.Domain => bare with { Domain = value.Value },
            ObservableKind.Mail => bare with { MailAddress = value.Value },
            _ => bare with { Hashes = [new(value.Scope, value.Value)] },
        };
    }

    /// <summary>What looks like an indicator: the name with letters before it, the address half the network on.</summary>
    private static Observable? Beside(Observable near)
    {
        if (near.Kind == ObservableKind.Domain)
            return Observable.TryRead(ObservableKind.Domain, "", "not" + near.Value, out var name, out _) ? name : null;
        if (!IPAddress.TryParse(near.Value, out var ip))
            return null;
        var bytes = ip.GetAddressBytes();
        bytes[^1] ^= 0x80;
        return Observable.TryRead(ObservableKind.Address, "", new IPAddress(bytes).ToString(), out var address, out _) ? address : null;
    }

    private static async Task<(int Found, int Missed, int Invented)> Compare(Bell bell, List<PlantedAttack> attacks, CancellationToken cancel)
    {
        var planted = attacks.Select(a => (WatchDemoStream.Id(a.Customer), a.Actor, a.Verdict, Events: (long)a.Events.Count)).ToHashSet();
        var found = new HashSet<(string, string, Verdict, long)>();
        foreach (var one in await bell.Findings(cancel))
            found.Add((one.Finding.Customer, one.Finding.Actor, one.Finding.Verdict, (await bell.Why(one.Finding.Id, cancel)).DistinctBy(why => (why.Evidence.Account, why.Evidence.Match.Field, why.Evidence.Event)).Count()));
        return (planted.Intersect(found).Count(), planted.Except(found).Count(), found.Except(planted).Count());
    }

    private Customer? Customer(string id)
    {
        if (!int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var n))
            return null;
        var language = Languages[n % Languages.Length];
        Contact By(params string[] names) => new(language, [.. names.Select(name => new Way(ChannelKind.Mail, $"{name}@{id}.example"))]);
        return new(id, $"Customer {n}", countries[n % countries.Length], Sectors[n % Sectors.Length], n % 4 == 0 ? By("security") : null, _ => By("person", "private"));
    }

    private async Task<LedgerHost> StartLedger(Secrets secrets)
    {
        // The ledger logs to standard error as a process of its own would; here its log goes into a file.
        var error = Console.Error;
        var log = new StreamWriter(Path.Combine(folder, "ledger.log"), append: true) { AutoFlush = true };
        Console.SetError(log);
        try
        {
            return await LedgerHost.Start(Path.Combine(folder, "ledger"), "unix:" + secrets.Socket, TimeProvider.System, default);
        }
        finally
        {
            Console.SetError(error);
        }
    }

    /// <summary>A clock that starts at a given instant, runs like any other, and can be turned forward.</summary>
    private sealed class TurnedClock(DateTimeOffset start) : TimeProvider
    {
        private readonly long began = System.GetTimestamp();
        private TimeSpan turned;

        public void Turn(TimeSpan by) => turned += by;

        public override DateTimeOffset GetUtcNow() => start + turned + System.GetElapsedTime(began);
    }

    /// <summary>What a run needs to go on with.</summary>
    private sealed record Secrets(string Made, string LedgerKey, string Credential, string Writer, string Secret, string Dkim, string Socket)
    {
        public static Secrets In(string folder, string made)
        {
            var file = Path.Combine(folder, "watch-demo.json");
            if (File.Exists(file))
            {
                var there = JsonSerializer.Deserialize<Secrets>(File.ReadAllBytes(file)) ?? throw new Refused($"{file} is empty; delete the folder and begin again");
                return there.Made == made ? there : throw new Refused($"{folder} is of a demo with {there.Made}; give the same again to go on, or another --folder");
            }
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                throw new Refused($"{folder} is there and was not made by this demo; name another with --folder");
            Directory.CreateDirectory(folder);
            var ledger = LedgerHome.Create(Path.Combine(folder, "ledger"), "ledger.demo.example", "watch");
            // A socket's path may have 107 bytes; a folder's may have more.
            var socket = Path.Combine(Path.GetTempPath(), $"cs-watch-{Guid.NewGuid():N}"[..17] + ".sock");
            var secrets = new Secrets(made, ledger.Key.ToString(), ledger.Credentials["watch"], Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), Convert.ToHexString(RandomNumberGenerator.GetBytes(32)), DkimKey.Create(), socket);
            Durable.Replace(file, JsonSerializer.SerializeToUtf8Bytes(secrets), "watch.demo", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return secrets;
        }
    }

    private sealed class OneKey(DkimKey key) : DkimPublicKeyLocatorBase
    {
        public override Org.BouncyCastle.Crypto.AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            domain == key.Domain && selector == key.Selector ? GetPublicKey(key.Record) : throw new InvalidOperationException($"no key {selector} of {domain}");

        public override Task<Org.BouncyCastle.Crypto.AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
