using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Bench.Desk;

/// <summary>
/// A desk's database with many demands, the same for the same seed: most ended, with four short events each; the open ones with what the law really says of them and with proofs that
/// verify under <see cref="Log"/>, so that their pages are those of a real desk.
/// </summary>
internal sealed class ManyDemands(int seed, int demands, int open)
{
    private static readonly (string Country, int Weight, string Language)[] Countries =
        [("US", 400, "en"), ("DE", 220, "de"), ("FR", 180, "fr"), ("GB", 120, "en"), ("IE", 60, "en"), ("ES", 50, "es"), ("IT", 45, "it"), ("PL", 30, "pl"), ("NL", 25, "nl"), ("SE", 20, "sv"), ("AT", 10, "de"), ("EE", 2, "en")];

    private static readonly string[] Instruments = ["eu.epoc", "us.sca.subpoena", "us.sca.warrant", "us.sca.2703d"];
    private static readonly string[] Towns = [.. Enumerable.Range(0, 400).Select(i => "Town" + (char)('a' + i % 26) + (char)('a' + i / 26 % 26) + "berg")];
    private static readonly string[] Reviewers = [.. Enumerable.Range(1, 50).Select(i => $"Reviewer {i:00}")];

    /// <summary>The ledger's key of these databases; made from nothing secret, since they are only measured.</summary>
    public static NoteSigner Log { get; } = NoteSigner.Generate("ledger.example/bench");

    public static WriterKey Key { get; } = new(SHA256.HashData("a bench's writer key"u8));

    public static string Rules => Path.Combine(Root, "rules");

    public static string Root
    {
        get
        {
            var at = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(at, "counterseal.slnx")))
                at = Path.GetDirectoryName(at) ?? throw new InvalidOperationException("not inside the project");
            return at;
        }
    }

    private readonly RuleBook book = RuleBook.Load(Rules);
    private readonly DateTimeOffset now = new(DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    public async Task Fill(string database)
    {
        var watch = Stopwatch.StartNew();
        await using var db = DeskDatabase.Opener(database)();
        await db.Database.MigrateAsync();
        await db.Database.OpenConnectionAsync();
        var connection = db.Database.GetDbConnection();
        if (database.StartsWith("sqlite:", StringComparison.Ordinal))
            await Say(connection, "PRAGMA synchronous = OFF; PRAGMA cache_size = -1500000; PRAGMA temp_store = MEMORY;");
        var postgres = connection is Npgsql.NpgsqlConnection;
        if (postgres)
            await Say(connection, "CREATE TEMPORARY TABLE said (n bigint, words text); DROP INDEX \"IX_demand_words_words\"");
        await File.WriteAllTextAsync(KeyFile(database), Log.Verifier.ToString());
        var n = 0L;
        const int Step = 5000;
        for (var start = 0; start < demands; start += Step)
        {
            var first = n;
            var lives = Enumerable.Range(start, Math.Min(Step, demands - start)).AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(Life).ToList();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var events = await Rows.Open(connection, transaction, "events", ["demand", "version", "type", "at", "by", "bytes", "salt", "n", "logged", "leaf_index", "proof"]))
            {
                foreach (var (list, _, proven) in lives)
                {
                    foreach (var one in list)
                    {
                        var salt = SHA256.HashData(BitConverter.GetBytes(n));
                        await events.Add(one.Demand, one.Version, one.Type, one.At.UtcDateTime, one.By, one.Canonical, salt, n, true, n, proven ? Proof(n, salt, one.Canonical) : "not proven");
                        n++;
                    }
                }
            }
            var rows = new List<(DemandRow Row, string Words)>();
            foreach (var (list, state, _) in lives)
            {
                var row = new DemandRow { Id = state.Id };
                EventStore.Fill(row, state, first);
                rows.Add((row, QueueWords.Of(state)));
                row.Words = "filled";
                first += list.Count;
            }
            await using (var table = await Rows.Open(connection, transaction, "demands", ["id", "n", "place", "reference", "authority", "country", "instrument", "stage", "version", "received", "due", "due_what", "starts", "burns", "assigned", "words", "turns", "emergency", "authenticated", "questions", "assessment_due", "orders_open", "open", "receipt", "tampered"]))
            {
                foreach (var (d, _) in rows)
                    await table.Add(d.Id, d.N, d.Place, d.Reference, d.Authority, d.Country, d.Instrument, d.Stage, d.Version, d.Received.UtcDateTime, d.Due?.UtcDateTime, d.DueWhat, d.Starts?.UtcDateTime, d.Burns?.UtcDateTime, d.Assigned, d.Words, null, d.Emergency, d.Authenticated, d.Questions, false, false, d.Open, d.Receipt, null);
            }
            await using (var words = await Rows.Open(connection, transaction, postgres ? "said" : "demand_words", [postgres ? "n" : "rowid", "words"]))
            {
                foreach (var (d, text) in rows)
                    await words.Add(d.N, text);
            }
            await transaction.CommitAsync();
            Console.Error.Write($"\r{start + lives.Count} demands, {(start + lives.Count) / watch.Elapsed.TotalSeconds:0} a second, {(demands - start - lives.Count) / ((start + lives.Count) / watch.Elapsed.TotalSeconds):0} s left ");
        }
        await Say(connection, $"UPDATE counters SET value = {n}");
        if (postgres)
            await Say(connection, "INSERT INTO demand_words SELECT n, array_to_tsvector(string_to_array(words, ' ')) FROM said; CREATE INDEX \"IX_demand_words_words\" ON demand_words USING gin (words); DROP TABLE said");
        await Say(connection, postgres ? "VACUUM ANALYZE" : "INSERT INTO demand_words(demand_words) VALUES('optimize'); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);");
        Console.Error.WriteLine();
        Console.WriteLine($"{demands} demands, {open} open, {n} events; filled in {watch.Elapsed.TotalSeconds:0} s");
    }

    /// <summary>Where the key lies that the proofs of a database verify under.</summary>
    public static string KeyFile(string database) => Path.Combine(Path.GetTempPath(), "counterseal-bench-desk-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..16] + ".vkey");

    private (List<DeskEvent> Events, DemandState State, bool Proven) Life(int number)
    {
        var draw = new Random(unchecked((seed * 1_000_003) + number));
        var last = number >= demands - open;
        var (country, _, _) = Countries[Pick(draw)];
        var town = Towns[draw.Next(draw.Next(1, Towns.Length + 1))];
        var emergency = draw.Next(25) == 0;
        var at = last ? now.AddDays(-9 * Math.Pow(draw.NextDouble(), 2)).AddMinutes(-draw.Next(1, 60)) : now.AddDays(-12 - (1800 * draw.NextDouble()));
        at = new(at.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        var demand = new Demand
        {
            Reference = draw.Next(3) switch { 0 => $"{country}-{at.Year}-{number:D7}", 1 => $"{draw.Next(1, 99)} Js {number}/{at.Year % 100}", _ => $"{draw.Next(1, 9)}:{at.Year % 100}-mj-{number:D6}" },
            Instrument = country == "US" ? Instruments[1 + draw.Next(3)] : draw.Next(10) == 0 ? null : Instruments[0],
            Issuing = new(country switch { "DE" or "AT" => $"Staatsanwaltschaft {town}", "FR" => $"Tribunal judiciaire de {town}", "US" => $"District Court of {town}", "ES" => $"Juzgado de Instrucción de {town}", _ => $"Public Prosecutor of {town}" }, country, draw.Next(2) == 0 ? AuthorityKind.Court : AuthorityKind.Prosecutor),
            Scope = new([.. Enumerable.Range(0, draw.Next(6) == 0 ? draw.Next(2, 6) : 1).Select(_ => new ScopeItem(
                draw.Next(4) == 0 ? new(SelectorKind.Telephone, $"+{draw.Next(30, 49)}{draw.NextInt64(100_000_000, 999_999_999)}") : new(SelectorKind.Mailbox, $"p{draw.Next(600_000)}.quinn@mail{draw.Next(20)}.example"),
                [.. Enum.GetValues<DataCategory>().Where(category => draw.Next(4) >= (int)category).DefaultIfEmpty(DataCategory.Subscriber)], at.AddDays(-60), at.AddDays(-1)))]),
            Emergency = emergency,
            EmergencyGround = emergency ? "A person is missing." : null,
            Issued = at.AddHours(-3),
        };
        var id = Id(draw);
        var events = new List<DeskEvent>();
        var state = DemandState.None;
        var original = Digest($"original {number}");
        if (!last)
            return Ended();
        Say(new Received(new(original, 4000, "json", "web"), Canon.Digest(demand), demand, Digest($"receipt {number}"), []), "desk");
        Say(Assess(), "desk");
        if (draw.Next(4) > 0)
        {
            at = at.AddMinutes(draw.Next(1, 20));
            Say(new Authenticated(Authenticity.Authentic, "Called back; the officer on duty named reference and time.", "the number of the directory"), Reviewers[draw.Next(50)]);
            Say(Assess(), "desk");
        }
        if (draw.Next(3) > 0)
            Say(new Assigned(Reviewers[draw.Next(50)]), Reviewers[draw.Next(50)]);
        return (events, state, true);

        // What ended long ago is only found and counted: short events, and the state said directly; each thousandth is folded to see that it is a life.
        (List<DeskEvent>, DemandState, bool) Ended()
        {
            var received = new Received(new(original, 4000, "json", "web"), Digest($"read {number}"), demand, Digest($"receipt {number}"), []);
            var assessed = new Assessed(book.Digest, Canon.Digest(Facts.None), Facts.None.Values, new(book.Digest, at, [], Scope.Nothing, Decision.Reject, ["It names no account."], null, false, [], [], new(NoticeBy.Provider, null, "", "")));
            EventBody[] bodies =
            [
                received, assessed,
                new Decided(Decision.Reject, null, false, original, received.DemandDigest, assessed.FactsDigest, book.Digest, at, at, Scope.Nothing, null, ["It names no account."]),
                new Closed("answered"),
            ];
            events.AddRange(bodies.Select((body, i) => DeskEvent.Of(id, i + 1, at.AddMinutes(i == 0 ? 0 : 30 * i), i < 2 ? "desk" : Reviewers[number % 50], body)));
            if (number % 1000 == 0)
                _ = Counterseal.Desk.Life.Fold(events);
            return (events, DemandState.None with { Id = id, Version = 4, At = events[^1].At, ReceivedAt = at, Received = received, Assessed = assessed, Decided = (Decided)bodies[2], ClosedFor = "answered", EndedVersion = 4 }, false);
        }

        Assessed Assess() => new(book.Digest, Canon.Digest(state.Established), state.Facts, Engine.Assess(demand, state.Established, book, state.ReceivedAt, state.At));

        void Say(EventBody body, string by)
        {
            var next = DeskEvent.Of(id, state.Version + 1, at, by, body);
            state = Counterseal.Desk.Life.Next(state, next);
            events.Add(next);
        }
    }

    /// <summary>A proof that verifies: of a log of one leaf. One of a real log has some twenty hashes more.</summary>
    private static string Proof(long n, byte[] salt, byte[] canonical)
    {
        var leaf = new Leaf(Key.Tag(n), Commitment.Of(salt, canonical));
        return new TlogProof(0, [], new Checkpoint(Log.Name, 1, Merkle.LeafHash(leaf.Bytes)).Sign(Log)).Text();
    }

    private static int Pick(Random draw)
    {
        var at = draw.Next(Countries.Sum(one => one.Weight));
        for (var i = 0; i < Countries.Length; i++)
        {
            if ((at -= Countries[i].Weight) < 0)
                return i;
        }
        return 0;
    }

    private static string Id(Random draw) => string.Create(26, draw, (letters, from) =>
    {
        for (var i = 0; i < letters.Length; i++)
            letters[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[from.Next(32)];
    });

    private static string Digest(string of) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(of)));

    private static async Task Say(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
