using System.Globalization;
using System.Security.Cryptography;
using Counterseal.Desk;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Reports.Tests;

/// <summary>
/// Demands that nobody sent, as valid lives (each event is taken by <see cref="Life.Next"/>): refusals, stays, gags that lapse or are renewed, second decisions, re-issues, withdrawals, several clocks.
/// The same seed gives the same lives.
/// </summary>
internal sealed class SyntheticLives(int seed, DateTimeOffset from, DateTimeOffset to, int authoritiesEach = 6)
{
    // Invented weights: a few large, a long tail of small ones. Two-letter codes from ISO 3166's range for private use stand for nobody.
    private static readonly (string Country, int Weight, string[] Instruments)[] Countries =
    [
        ("XA", 400, ["us.sca.subpoena", "us.sca.2703d", "us.sca.warrant", "us.emergency", "us.nsl", "us.fisa"]),
        ("DE", 220, ["eu.epoc", "eu.epoc-pr"]), ("FR", 180, ["eu.epoc", "eu.epoc-pr"]), ("XB", 150, ["uk.ipa"]), ("IE", 60, ["eu.epoc"]), ("ES", 50, ["eu.epoc"]), ("IT", 45, ["eu.epoc"]), ("PL", 30, ["eu.epoc", "eu.epoc-pr"]),
        ("NL", 25, ["eu.epoc"]), ("SE", 20, ["eu.epoc"]), ("XC", 15, ["other.agreement", ""]), ("AT", 10, ["eu.epoc"]), ("XD", 8, ["", "other.mlat"]), ("PT", 6, ["eu.epoc"]), ("XE", 5, [""]), ("XF", 4, [""]), ("XG", 3, [""]),
        ("EE", 2, ["eu.epoc"]), ("XH", 2, [""]), ("XI", 1, [""]), ("XJ", 1, [""]), ("XK", 1, [""]),
    ];

    private static readonly string[] Rules = [.. Enumerable.Range(1, 24).Select(i => string.Create(CultureInfo.InvariantCulture, $"synthetic.rule{i:00}"))];

    private static readonly DataCategory[] Categories = Enum.GetValues<DataCategory>();

    /// <summary>One demand's events, oldest first; none of them after <paramref name="last"/>.</summary>
    public IReadOnlyList<DeskEvent> Life(int number, DateTimeOffset last)
    {
        var draw = new Random(unchecked((seed * 1_000_003) + number));
        var (country, _, instruments) = Pick(draw, Countries, one => one.Weight);
        var instrument = instruments[draw.Next(instruments.Length)];
        var authority = $"Authority {draw.Next(draw.Next(1, authoritiesEach + 1))} of {country}";
        var at = from + ((to - from) * draw.NextDouble());
        var scope = new Scope([.. Enumerable.Range(0, draw.Next(6) == 0 ? draw.Next(2, 5) : 1).Select(_ => new ScopeItem(
            new(SelectorKind.Mailbox, $"p{draw.Next(200_000)}@example.org"),
            [.. Categories.Where(category => draw.Next(4) >= (int)category).DefaultIfEmpty(DataCategory.Subscriber).Distinct().Order()], at.AddDays(-60), at))]);
        SecrecyOrder? secrecy = draw.Next(10) switch
        {
            < 5 => null,
            5 => new("invented law", null),
            6 => new("invented law", at.AddDays(700)),
            7 => new("invented law", at.AddDays(300)),
            _ => new("invented law", at.AddDays(draw.Next(10, 90))),
        };
        var demand = new Demand
        {
            Reference = $"SYN-{number}",
            Instrument = instrument.Length == 0 ? null : instrument,
            Issuing = new(draw.Next(9) == 0 ? authority.ToUpperInvariant().Replace(" ", "  ", StringComparison.Ordinal) : authority, country, AuthorityKind.Court),
            Scope = scope,
            Emergency = instrument == "us.emergency" ? true : draw.Next(20) == 0 ? true : draw.Next(3) == 0 ? false : null,
            Secrecy = secrecy,
            Assistance = draw.Next(60) == 0 ? ["a key"] : [],
        };
        var id = Id(number);
        var events = new List<DeskEvent>();
        var state = DemandState.None;
        var original = Digest($"original {number}");
        Say(new Received(new(original, 100, "json", "web"), Canon.Digest(demand), demand, Digest($"receipt {number}"), []));
        if (!Say(Assess()))
            return events;
        if (instrument.Length == 0 && draw.Next(3) > 0 && Wait(0.1, 20))
            Say(new Established("instrument", "other.established", "read from the letter"));
        if (draw.Next(40) == 0)
            Say(new Established("emergency", "true", "called back"));
        if (instrument == "us.fisa" && draw.Next(2) == 0)
            Say(new Established("us.fisa.firstOfKind", "true", "counsel"));
        var authentic = draw.Next(14) > 0;
        if (Wait(0.1, 30))
            Say(new Authenticated(authentic ? Authenticity.Authentic : Authenticity.NotAuthentic, "called back", "the listed number"));
        var held = draw.Next(25) == 0 && Wait(1, 10) && Say(new Stayed("a court was asked"));
        if (draw.Next(30) == 0 && Wait(1, 100) && !held)
        {
            if (Say(new Withdrawn("sent in error")) && draw.Next(2) == 0)
                Say(new Closed("withdrawn"));
            return Rest();
        }
        if (held && !(draw.Next(4) > 0 && Wait(24, 900) && Say(new Resumed("the court has answered"))))
            return Rest();
        var exists = draw.Next(8) > 0;
        if (authentic && Wait(0.05, 10))
        {
            var count = Digest($"count {number}");
            if (Say(new Ordered(count, OrderKind.Count, [1], null, at, at.AddHours(24))) && Say(new Approved(count, 1, 1)))
                Say(new Counted(count, new([.. Enumerable.Range(0, exists ? draw.Next(1, 3) : 0).Select(i => new CountedAccount($"{number}-{i}", [new(DataCategory.Traffic, 3, 900)]))], [], 0)));
        }
        if (!Say(Assess()) || !Wait(0.2, draw.Next(4) == 0 ? 900 : 40))
            return Rest();
        var comply = authentic && exists && draw.Next(10) < 7;
        if (!comply)
        {
            Say(Decide(!authentic ? Decision.Reject : !exists ? Decision.NoData : (Decision)draw.Next((int)Decision.Redirect, (int)Decision.Reject + 1), null));
            if (draw.Next(6) > 0 || !authentic || !exists || !Wait(48, 6000))
                return Rest();
            // The court, or the authority, has had its say: a second decision, sometimes in another half-year.
            Say(new Established("challenge.lost", draw.Next(2) == 0 ? "true" : "false", "the court's order"));
            if (!Say(Assess()))
                return Rest();
            comply = draw.Next(2) == 0;
            if (!comply)
            {
                Say(Decide(Decision.Reject, null));
                return Rest();
            }
        }
        Say(Decide(draw.Next(4) == 0 ? Decision.ComplyInPart : Decision.Comply, null));
        Release("release");
        if (draw.Next(50) == 0 && Wait(24, 4000))
        {
            Say(Assess());
            Say(Decide(Decision.Comply, Digest($"release {number}")));
            Release("again");
        }
        return Rest();

        void Release(string what)
        {
            var order = Digest($"{what} {number}");
            if (!Wait(0.1, 20) || !Say(new Ordered(order, OrderKind.Release, [2], "recipient", at, at.AddHours(24))) || !Wait(0.05, 4) || !Say(new Approved(order, 2, 2)))
                return;
            Say(new Sealed(order, new("NAME", Digest("statement"), [new(0, 10, Digest("volume"))], new([1], "", "", ""))));
            if (Wait(0.01, 12))
                Say(new Released(order, "fetched"));
        }

        IReadOnlyList<DeskEvent> Rest()
        {
            if (secrecy is not null && draw.Next(5) == 0 && Wait(24, 1500))
                Say(new Established("secrecy.until", Instant.Text(at.AddDays(draw.Next(3) == 0 ? -1 : draw.Next(1, 200))), draw.Next(2) == 0 ? "renewed" : "lifted"));
            if (draw.Next(3) > 0 && Wait(24, 5000))
                Say(new Told("by mail", "on a ground"));
            if (draw.Next(2) == 0 && Wait(1, 200))
                Say(new Closed("done"));
            return events;
        }

        bool Wait(double least, double most)
        {
            at = at.AddHours(least + ((most - least) * draw.NextDouble()));
            return at < last;
        }

        bool Say(EventBody body)
        {
            if (at >= last)
                return false;
            var next = DeskEvent.Of(id, state.Version + 1, at, "synthetic", body);
            try
            {
                state = Desk.Life.Next(state, next);
            }
            catch (LifeException) when (events.Count > 0)
            {
                return false;
            }
            events.Add(next);
            return true;
        }

        Assessed Assess()
        {
            var failing = draw.Next(3) == 0 ? draw.Next(1, 4) : 0;
            // Some rules fail for some countries more often, so that equal treatment has something to show.
            var fails = Enumerable.Range(0, failing).Select(_ => Rules[draw.Next(8) == 0 ? draw.Next(Rules.Length) : (country[1] + draw.Next(3)) % 7]).ToHashSet(StringComparer.Ordinal);
            var permitted = new Scope(scope.Items);
            var notice = country[0] == 'X' ? new Notice(NoticeBy.Provider, secrecy?.Until, "the policy says so", "policy") : new Notice(NoticeBy.Authority, null, "the law names the authority", "Art. 13");
            return new(Digest("book"), Canon.Digest(state.Established), state.Facts, new(
                Digest("book"), at, [.. Rules.Select(rule => new Finding(rule, fails.Contains(rule) ? Sign.Fails : draw.Next(4) == 0 ? Sign.Question : Sign.Holds,
                    "A plain sentence of the length that such sentences have in the rule books.", "Regulation (XX) 2023/1, Art. 4(2)", ["issuing.kind = court", "data.category = traffic"], true) { Changes = ["issuing.kind = judge"] })],
                permitted, Decision.Comply, ["It may be handed over."], "synthetic.basis", false, [], [new("synthetic.clock", "answer", at.AddDays(10), at, "10 days", "Art. 10") { Kind = DeadlineKind.Answer }], notice));
        }

        Decided Decide(Decision decision, string? again)
        {
            var assessed = state.Assessed!;
            var handsOver = decision is Decision.Comply or Decision.ComplyInPart;
            var given = decision == Decision.ComplyInPart ? new Scope([scope.Items[0] with { Categories = [scope.Items[0].Categories[0]] }]) : scope;
            return new(decision, handsOver ? "synthetic.basis" : null, false, original, state.Received!.DemandDigest, assessed.FactsDigest, assessed.Book, state.ReceivedAt, assessed.Assessment.AsOf,
                handsOver ? given : Scope.Nothing, handsOver ? "recipient" : null, ["a reason"], again);
        }
    }

    /// <summary>A desk's database with so many lives, as if each event were in the ledger.</summary>
    public async Task Fill(string database, int demands, DateTimeOffset last, Action<int>? progress = null)
    {
        await using var db = DeskDatabase.Opener(database)();
        await db.Database.MigrateAsync();
        await db.Database.OpenConnectionAsync();
        var connection = db.Database.GetDbConnection();
        var n = 0L;
        const int Step = 2000;
        for (var start = 0; start < demands; start += Step)
        {
            var lives = Enumerable.Range(start, Math.Min(Step, demands - start)).AsParallel().AsOrdered().Select(number => Life(number, last)).ToList();
            await using var transaction = await connection.BeginTransactionAsync();
            if (connection is Npgsql.NpgsqlConnection npgsql)
            {
                await using var copy = await npgsql.BeginBinaryImportAsync("COPY events (demand, version, type, at, \"by\", bytes, salt, n, logged, leaf_index, proof) FROM STDIN (FORMAT BINARY)");
                foreach (var one in lives.SelectMany(life => life))
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync(one.Demand);
                    await copy.WriteAsync(one.Version);
                    await copy.WriteAsync(one.Type);
                    await copy.WriteAsync(one.At.UtcDateTime, NpgsqlTypes.NpgsqlDbType.TimestampTz);
                    await copy.WriteAsync(one.By);
                    await copy.WriteAsync(one.Canonical);
                    await copy.WriteAsync(new byte[32]);
                    await copy.WriteAsync(n);
                    await copy.WriteAsync(true);
                    await copy.WriteAsync(n++);
                    await copy.WriteAsync("proof");
                }
                await copy.CompleteAsync();
            }
            else
            {
                await using var insert = connection.CreateCommand();
                insert.Transaction = transaction;
                insert.CommandText = "INSERT INTO events (demand, version, type, at, \"by\", bytes, salt, n, logged, leaf_index, proof) VALUES (@d, @v, @t, @at, @by, @b, @s, @n, 1, @n, 'proof')";
                var values = new[] { "@d", "@v", "@t", "@at", "@by", "@b", "@s", "@n" }.Select(name =>
                {
                    var value = insert.CreateParameter();
                    value.ParameterName = name;
                    insert.Parameters.Add(value);
                    return value;
                }).ToArray();
                foreach (var one in lives.SelectMany(life => life))
                {
                    object[] row = [one.Demand, one.Version, one.Type, one.At.UtcDateTime, one.By, one.Canonical, new byte[32], n++];
                    for (var i = 0; i < row.Length; i++)
                        values[i].Value = row[i];
                    await insert.ExecuteNonQueryAsync();
                }
            }
            await transaction.CommitAsync();
            progress?.Invoke(start + lives.Count);
        }
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:D26}");

    private static string Digest(string of) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(of)));

    private static T Pick<T>(Random draw, IReadOnlyList<T> of, Func<T, int> weight)
    {
        var at = draw.Next(of.Sum(weight));
        foreach (var one in of)
        {
            if ((at -= weight(one)) < 0)
                return one;
        }
        return of[^1];
    }
}
