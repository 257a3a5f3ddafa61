using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterseal.Ledger;

namespace Counterseal.Watch;

/// <summary>What the bell needs to know.</summary>
public sealed record BellOptions
{
    /// <summary><c>sqlite:PATH</c> for one machine, or an Npgsql connection string for several.</summary>
    public required string Database { get; init; }

    /// <summary>The watch's key for tags, 32 bytes.</summary>
    public required WriterKey WriterKey { get; init; }

    /// <summary>From which codes, batches and webhook keys are made: at least 32 bytes, kept like a password.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>Who gives the notices.</summary>
    public required Provider Provider { get; init; }

    /// <summary>What is known of a customer; <c>null</c> for one that is not known.</summary>
    public required Func<string, Customer?> Customers { get; init; }

    /// <summary>Which indicators fit an event.</summary>
    public required Matching Matching { get; init; }

    /// <summary>The patterns over several events that are in use now (<see cref="IndicatorMatching.Several"/>); <c>null</c> for none ever.</summary>
    public Func<EventPatterns>? Patterns { get; init; }

    /// <summary>
    /// How long it is known which events were counted, so that none counts twice: longer than any source delivers again. Patterns with a wider window prolong it. Pruned by <see cref="Bell.Prune"/>.
    /// </summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(35);

    /// <summary>How many partial matches of patterns over several events are kept at most, of all accounts together; those that would end first go first.</summary>
    public long MostObserved { get; init; } = 1_000_000;

    /// <summary>How evidence is weighed.</summary>
    public EvidenceRules Rules { get; init; } = EvidenceRules.Default;

    /// <summary>What is well known and harmless.</summary>
    public WarningLists WarningLists { get; init; } = WarningLists.None;

    /// <summary>When notices go out.</summary>
    public NoticeSchedule Schedule { get; init; } = NoticeSchedule.Default;

    /// <summary>The mail server; <c>null</c> where there is none, so that mail counts as a dead way.</summary>
    public MailServer? Mail { get; init; }

    /// <summary>The key that signs mail; must be there with <see cref="Mail"/>.</summary>
    public DkimKey? Dkim { get; init; }

    /// <summary>Told of each batch after it is committed, and what it came to: to keep its events for later questions, and to say what was let go; <c>null</c> where nobody asks.</summary>
    public Action<IReadOnlyList<WatchEvent>, BatchResult>? Taken { get; init; }

    /// <summary>Whether webhooks may go to this machine without TLS. Never outside a trial.</summary>
    public bool Trial { get; init; }
}

/// <summary>
/// The bell: the one entry point from events to notices. What it does is on the ledger before it is seen. It has no way to hold a notice back: a government's wish for silence is a demand and
/// comes in through the front door.
/// </summary>
public sealed class Bell : IAsyncDisposable
{
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(10);
    private readonly BellOptions options;
    private readonly WatchDatabase database;
    private readonly WatchRecord record;
    private readonly EvidenceStore evidence;
    private readonly PatternStore patterns;
    private readonly TimeProvider time;
    private readonly CodeTries tries;
    private readonly Webhook webhook;

    private Bell(BellOptions options, WatchDatabase database, LedgerClient ledger, TimeProvider time)
    {
        (this.options, this.database, this.time) = (options, database, time);
        record = new WatchRecord(database, ledger, options.WriterKey, time, options.Schedule);
        patterns = new PatternStore(database, options, time);
        evidence = new EvidenceStore(database, patterns);
        tries = new CodeTries(time);
        webhook = new Webhook(options.Secret, time, options.Trial);
    }

    /// <summary>Opens it and finishes what a crash left pending.</summary>
    /// <exception cref="ArgumentException">An option is wrong.</exception>
    /// <exception cref="DbException">The database cannot be opened.</exception>
    public static async Task<Bell> Open(BellOptions options, LedgerClient ledger, TimeProvider time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Secret.Length < 32)
            throw new ArgumentException($"the secret has {options.Secret.Length} bytes; at least 32 are needed", nameof(options));
        if (options.Horizon < TimeSpan.FromDays(1) || options.Horizon > TimeSpan.FromDays(3650))
            throw new ArgumentException($"the horizon is {options.Horizon.TotalDays:0.##} days; it is from one day to ten years", nameof(options));
        if (options.Mail is not null && options.Dkim is null)
            throw new ArgumentException("mail without a DKIM key would be taken for a forgery; give one, and publish its record", nameof(options));
        var bell = new Bell(options, await WatchDatabase.Open(options.Database, cancel), ledger, time);
        await bell.record.Resume(cancel);
        return bell;
    }

    /// <summary>Who gives the notices.</summary>
    public Provider Provider => options.Provider;

    /// <summary>Takes a batch of events. When it returns they are counted, once each however often they come, and what matched is kept.</summary>
    /// <param name="events">The events.</param>
    /// <param name="source">The source and how far it is read with this batch; <c>null</c> where the stream keeps that itself.</param>
    /// <param name="cancel">Before the commit.</param>
    public async Task<BatchResult> Take(IReadOnlyList<WatchEvent> events, (string Name, FeedPosition Position)? source, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(events);
        var ids = new string[events.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = events[i].Id;
        var (weighed, sights) = Weigh(events);
        var result = await evidence.Take(ids, weighed, sights, source, cancel);
        options.Taken?.Invoke(events, result);
        return result;
    }

    /// <summary>Takes events that were counted before, for the sake of new indicators (a retro-hunt).</summary>
    public Task<BatchResult> TakeAgain(IReadOnlyList<WatchEvent> events, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(events);
        var (weighed, sights) = Weigh(events);
        return evidence.Take(null, weighed, sights, null, cancel);
    }

    /// <summary>
    /// Forgets in small steps what is beyond <see cref="BellOptions.Horizon"/>: ids of events that no source delivers again, and partial matches whose time is over. To be called now and then, by any
    /// number of processes; one call takes a bounded number of steps.
    /// </summary>
    /// <returns>How many rows went; call again soon while it is not 0.</returns>
    public Task<long> Prune(CancellationToken cancel) => patterns.Prune(cancel);

    /// <summary>The events that matches of patterns over several events bound together, for an analyst: of each indicator the first hundred.</summary>
    public Task<IReadOnlyList<BoundEvent>> Bound(string finding, CancellationToken cancel) => patterns.Bound(finding, cancel);

    /// <summary>How far a source was read.</summary>
    public Task<FeedPosition> Position(string source, CancellationToken cancel) => evidence.Position(source, cancel);

    /// <summary>How many different events were taken in all.</summary>
    public Task<long> Counted(CancellationToken cancel) => evidence.Counted(cancel);

    /// <summary>Turns evidence into findings on the record. Whatever was taken before is seen after.</summary>
    /// <returns>How many findings were raised or changed.</returns>
    /// <exception cref="RecordException">The ledger does not answer; nothing is lost, call again.</exception>
    public async Task<int> Settle(CancellationToken cancel)
    {
        var changed = 0;
        // Side by side, because most of the time is the ledger's waiting for its disk, and it takes many leaves at once.
        await Parallel.ForEachAsync(await evidence.Dirty(cancel), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, async (id, _) =>
        {
            var appended = await record.Append(id, "watch", async (connection, before) =>
            {
                await EvidenceStore.Settled(connection, id, cancel);
                if (Finding.Of(await EvidenceStore.Of(connection, id, cancel), options.Rules) is not { } now)
                    return null;
                var state = before.Aggregate((FindingState?)null, FindingState.Next);
                return state is null ? new FindingRaised(now) : now.SaysMoreThan(state.Finding) ? new FindingChanged(now) : null;
            }, cancel);
            if (appended)
                Interlocked.Increment(ref changed);
        });
        return changed;
    }

    /// <summary>All findings.</summary>
    public async Task<IReadOnlyList<FindingState>> Findings(CancellationToken cancel) => [.. (await States<FindingState>("finding", "", cancel)).OrderBy(f => f.Raised).ThenBy(f => f.Finding.Id, StringComparer.Ordinal)];

    /// <summary>One finding; <c>null</c> when there is none.</summary>
    public async Task<FindingState?> Find(string finding, CancellationToken cancel) => (await States<FindingState>("finding", "AND id = @id", cancel, ("id", finding))).FirstOrDefault();

    /// <summary>A finding's or notice's events, each with what a stranger needs to check it.</summary>
    public async Task<IReadOnlyList<ProvenEvent>> Events(string subject, CancellationToken cancel) =>
        [.. (await record.Proven(subject, cancel)).Select(one => new ProvenEvent(RecordEvent.Read(one.Bytes), one.Bytes, one.Salt, one.Tag, one.Proof))];

    /// <summary>When somebody will look at a notice again; <c>null</c> when there is nothing to do.</summary>
    public DateTimeOffset? NextLook(NoticeState notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return notice.Look(options.Schedule);
    }

    /// <summary>A finding's evidence with each rule's reason: what an analyst reads before deciding.</summary>
    public async Task<IReadOnlyList<(Evidence Evidence, string Because)>> Why(string finding, CancellationToken cancel) =>
        [.. (await evidence.Of(finding, cancel)).Select(one => (one, options.Rules.Named(one.Rule).Because))];

    /// <summary>How much the evidence of each finding comes to by now.</summary>
    /// <param name="cancel">Ends the asking.</param>
    public Task<IReadOnlyDictionary<string, FindingExtent>> Extents(CancellationToken cancel) => evidence.Extents(cancel);

    /// <summary>An analyst holds a finding to be so.</summary>
    /// <exception cref="RecordException">There is none, or it was confirmed already.</exception>
    public Task Confirm(string finding, string by, string reason, CancellationToken cancel) => Decide(finding, by, reason, new FindingConfirmed(reason), cancel);

    /// <summary>An analyst holds a finding not to be so.</summary>
    /// <exception cref="RecordException">There is none, or it was decided already: a confirmed one is not taken back.</exception>
    public Task Dismiss(string finding, string by, string reason, CancellationToken cancel) => Decide(finding, by, reason, new FindingDismissed(reason), cancel);

    /// <summary>
    /// One round of telling: plans the notices of confirmed findings, hands on what is due, tries again what failed, takes the next way where nobody opened. Safe in several processes at once. A
    /// crash between the mail server's yes and our note of it sends the same mail again, under the same Message-ID.
    /// </summary>
    /// <returns>How many notices were handed on.</returns>
    public async Task<int> Tell(CancellationToken cancel)
    {
        await record.Resume(cancel);
        await Plan(cancel);
        var sent = 0;
        var due = await Query("SELECT id FROM subjects WHERE kind = 'notice' AND look_at <= @now AND claimed_until < @now ORDER BY look_at, id", row => row.GetString(0), cancel, ("now", Now));
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = database.Postgres ? 8 : 4, CancellationToken = cancel }, async (id, stop) =>
        {
            if (await Change("UPDATE subjects SET claimed_until = @until WHERE id = @id AND claimed_until < @now", stop, ("id", id), ("now", Now), ("until", Now + (long)Claim.TotalMilliseconds)) == 0)
                return;
            try
            {
                Interlocked.Add(ref sent, await Look(id, stop));
            }
            finally
            {
                await Change("UPDATE subjects SET claimed_until = 0 WHERE id = @id", CancellationToken.None, ("id", id));
            }
        });
        return sent;
    }

    /// <summary>All notices.</summary>
    public async Task<IReadOnlyList<NoticeState>> Notices(CancellationToken cancel) => [.. (await States<NoticeState>("notice", "", cancel)).OrderBy(n => n.Planned.Due).ThenBy(n => n.Id, StringComparer.Ordinal)];

    /// <summary>What a product shows after sign-in.</summary>
    /// <param name="account">The account that signed in.</param>
    /// <param name="administers">The customer that it administers, who sees the organisation's notices; or <c>null</c>.</param>
    /// <param name="language">The reader's language, or <c>null</c> for the notice's own.</param>
    /// <param name="cancel">Ends the asking.</param>
    public async Task<IReadOnlyList<Banner>> Banners(string account, string? administers, string? language, CancellationToken cancel)
    {
        var found = await States<NoticeState>("notice", "AND account = @a", cancel, ("a", account));
        if (administers is not null)
            found = [.. found, .. (await States<NoticeState>("notice", "AND account IS NULL", cancel)).Where(notice => notice.Planned.Customer == administers)];
        return [.. found.Where(notice => notice.Planned.Due <= time.GetUtcNow()).OrderByDescending(notice => notice.Planned.Content.Verdict).ThenBy(notice => notice.Planned.Due)
            .Select(notice => Banner.Of(notice, Words(notice, language ?? notice.Planned.Language, instead: false)))];
    }

    /// <summary>The reader opened a notice after signing in.</summary>
    /// <exception cref="RecordException">There is no such notice for that account; the same sentence whether there is another's.</exception>
    public Task Opened(string account, string? administers, string notice, CancellationToken cancel) => MarkOpened(account, administers, notice, "page", cancel);

    /// <summary>Whether a code typed after sign-in is of a notice to this account; if so the notice counts as opened.</summary>
    public async Task<bool> CheckSignedIn(string account, string? administers, string code, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (await Coded(code, cancel) is not { } notice)
            return false;
        try
        {
            await MarkOpened(account, administers, notice, "code", cancel);
            return true;
        }
        catch (RecordException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a code typed on the public page is one of ours: <c>true</c>, <c>false</c>, or <c>null</c> when too many were tried from there. It tells nothing else: not whose, not of what, not when; and
    /// any text costs the same work.
    /// </summary>
    public async Task<bool?> CheckPublicly(string code, IPAddress client, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(client);
        if (!tries.May(client))
            return null;
        return await Coded(code, cancel) is not null;
    }

    /// <summary>Takes a mail that came to the notices' address: a delivery report or an answer. Others change nothing.</summary>
    /// <returns>The notice that it belongs to, or <c>null</c>.</returns>
    public async Task<string?> TakeMail(byte[] mail, CancellationToken cancel)
    {
        if (ReturnedMail.Read(mail) is not { } returned)
            return null;
        var found = await Query("SELECT notice, rung FROM messages WHERE id = @id", row => (Notice: row.GetString(0), Rung: (int)row.GetInt64(1)), cancel, ("id", returned.MessageId));
        if (found.Count == 0)
            return null;
        var (notice, rung) = found[0];
        await record.Append(notice, "mail", (_, before) =>
        {
            var state = before.Aggregate((NoticeState?)null, NoticeState.Next)!;
            return Task.FromResult(returned.Body switch
            {
                NoticeFailed failed when state.Rung == rung && !state.FailedFinally => failed with { Rung = rung },
                NoticeFailed => null,
                NoticeDelivered => new NoticeDelivered(rung),
                var other => other,
            });
        }, cancel);
        return notice;
    }

    /// <summary>The key of a customer's webhook, to be given to it once, by hand.</summary>
    public string WebhookKey(string customer) => Webhook.KeyFor(options.Secret, customer);

    /// <summary>The figures.</summary>
    public async Task<WatchFigures> Figures(CancellationToken cancel) => WatchFigures.Of(await Findings(cancel), await Notices(cancel), options.Customers);

    /// <summary>A subject's events with what a stranger needs to check them against the ledger.</summary>
    public Task<IReadOnlyList<(byte[] Bytes, byte[] Salt, byte[] Tag, string Proof)>> Proven(string subject, CancellationToken cancel) => record.Proven(subject, cancel);

    /// <summary>The id of the notice of a finding to a reader.</summary>
    public static string NoticeIdOf(string finding, string? account, Verdict verdict) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"counterseal/notice/v1\n{finding}\n{verdict}\n{(account is null ? "organisation" : "account:" + account)}")).AsSpan(0, 16));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        webhook.Dispose();
        await database.DisposeAsync();
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private (List<Evidence> Weighed, List<PatternSight> Sights) Weigh(IReadOnlyList<WatchEvent> events)
    {
        var weighed = new List<Evidence>();
        var sights = new List<PatternSight>();
        var matches = new List<IndicatorMatch>();
        var several = options.Patterns?.Invoke();
        foreach (var happened in events)
        {
            matches.Clear();
            options.Matching(happened, matches);
            foreach (var match in matches)
                if (Evidence.Of(happened, match, options.Rules, options.WarningLists) is { } one)
                    weighed.Add(one);
            several?.Look(happened, sights);
        }
        return (weighed, sights);
    }

    private async Task Decide(string finding, string by, string reason, RecordBody body, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(by) || string.IsNullOrWhiteSpace(reason))
            throw new RecordException("a decision has a name and a reason; both are on the record");
        await record.Append(finding, by, (_, _) => Task.FromResult<RecordBody?>(body), cancel);
    }

    private async Task Plan(CancellationToken cancel)
    {
        var open = await Query("SELECT id, version, state FROM subjects WHERE kind = 'finding' AND planned < version ORDER BY id",
            row => (Id: row.GetString(0), Version: row.GetInt64(1), State: JsonSerializer.Deserialize<FindingState>(row.GetString(2), WatchJson.Options)!), cancel);
        foreach (var (id, version, state) in open)
        {
            if (state.Status == FindingStatus.Confirmed)
                await PlanOf(state.Finding, cancel);
            await Change("UPDATE subjects SET planned = @v WHERE id = @id AND planned < @v", cancel, ("id", id), ("v", version));
        }
    }

    private async Task PlanOf(Finding finding, CancellationToken cancel)
    {
        var customer = options.Customers(finding.Customer) ?? new Customer(finding.Customer, finding.Customer, "", "", null, _ => null);
        var kept = await evidence.Of(finding.Id, cancel);
        foreach (var (account, language, chain) in customer.Readers(finding))
        {
            if (NoticeContent.Of(kept, account, options.Rules) is not { Content: var content })
                continue;
            // A reader who was told of the worse is not told of the lesser again.
            var id = NoticeIdOf(finding.Id, account, content.Verdict);
            await record.Append(id, "watch", async (connection, before) =>
            {
                if (before.Count > 0)
                    return null;
                if (content.Verdict == Verdict.Targeted
                    && (await WatchDatabase.Rows(connection, "SELECT 1 FROM record WHERE subject = @s", _ => 1, cancel, ("s", NoticeIdOf(finding.Id, account, Verdict.Compromised)))).Count > 0)
                    return null;
                await WatchDatabase.Run(connection, "INSERT INTO codes (hash, notice) VALUES (@h, @n) ON CONFLICT DO NOTHING", cancel, ("h", NoticeCode.Hash(options.Secret, NoticeCode.Of(options.Secret, id))), ("n", id));
                var due = options.Schedule.Due(time.GetUtcNow(), content.Verdict, finding.Actor, options.Secret);
                return new NoticePlanned(finding.Id, finding.Customer, account, content, language, chain, due);
            }, cancel);
        }
    }

    /// <summary>Does what is due for one notice; gives how often it was handed on.</summary>
    private async Task<int> Look(string id, CancellationToken cancel)
    {
        var sent = 0;
        while (true)
        {
            var notice = (await record.Load(id, cancel)).Aggregate((NoticeState?)null, NoticeState.Next)!;
            if (notice.Look(options.Schedule) is not { } at || at > time.GetUtcNow())
                return sent;
            RecordBody next;
            if (notice.Planned.Chain.Count > 0 && !notice.FailedFinally && !notice.Sent)
            {
                next = await HandOn(notice, cancel);
                sent += next is NoticeSent ? 1 : 0;
            }
            else
            {
                var because = notice.Planned.Chain.Count == 0 ? "no way to the reader is known"
                    : notice.FailedFinally ? $"way {notice.Rung + 1} is dead: {notice.Failure}"
                    : string.Create(CultureInfo.InvariantCulture, $"nobody opened it within {options.Schedule.Patience(notice.Planned.Content.Verdict).TotalHours:0} h");
                next = notice.Rung + 1 < notice.Planned.Chain.Count ? new NoticeEscalated(notice.Rung + 1, because) : new NoticeUnreachable(because);
            }
            var version = notice.Version;
            // Another event since (the reader opened it) makes this one moot, except that what went out is noted.
            await record.Append(id, "watch", (_, before) => Task.FromResult(before.Count == version || next is NoticeSent ? next : null), cancel);
            if (next is NoticeSent { Kind: ChannelKind.Webhook } hook)
                await record.Append(id, "watch", (_, _) => Task.FromResult<RecordBody?>(new NoticeDelivered(hook.Rung)), cancel);
        }
    }

    private async Task<RecordBody> HandOn(NoticeState notice, CancellationToken cancel)
    {
        var way = notice.Planned.Chain[notice.Rung];
        var words = Words(notice, way.Language ?? notice.Planned.Language, way.Instead);
        var messageId = string.Create(CultureInfo.InvariantCulture, $"{notice.Id}.{notice.Rung}@{options.Provider.Domain}");
        Handed handed;
        switch (way.Kind)
        {
            case ChannelKind.Mail when options.Mail is not { } server || options.Dkim is null:
                handed = new("there is no mail server", true, false);
                break;
            case ChannelKind.Mail when !MimeKit.MailboxAddress.TryParse(way.To, out _):
                handed = new($"\"{way.To}\" is no mail address", true, false);
                break;
            case ChannelKind.Mail:
                // Before it goes out, or the report that it came back could find no notice.
                await Change("INSERT INTO messages (id, notice, rung) VALUES (@id, @n, @r) ON CONFLICT DO NOTHING", cancel, ("id", messageId), ("n", notice.Id), ("r", (long)notice.Rung));
                using (var message = NoticeMail.Message(words, way.To, messageId, time.GetUtcNow(), options.Provider, options.Dkim!))
                    handed = await NoticeMail.Send(options.Mail!, message, cancel);
                break;
            default:
                handed = await webhook.Send(way.To, messageId, notice.Planned.Customer, notice.Planned.Content, words, NoticeCode.Of(options.Secret, notice.Id), cancel);
                break;
        }
        CrashPoint.Reach("watch.notice.handed");
        return handed.Failure is null ? new NoticeSent(notice.Rung, way.Kind, messageId) : new NoticeFailed(notice.Rung, handed.Failure, handed.Final);
    }

    private NoticeText Words(NoticeState notice, string language, bool instead) =>
        NoticeText.Write(notice.Planned.Content, notice.Planned.Account is null, instead, options.Customers(notice.Planned.Customer)?.Name ?? notice.Planned.Customer,
            NoticeLanguage.For(language), NoticeCode.Of(options.Secret, notice.Id), options.Provider);

    private async Task MarkOpened(string account, string? administers, string notice, string how, CancellationToken cancel)
    {
        var none = new RecordException("there is no such notice for this account");
        var state = (await record.Load(notice, cancel)) is { Count: > 0 } events && events[0].Body is NoticePlanned ? events.Aggregate((NoticeState?)null, NoticeState.Next) : null;
        if (state is null || state.Planned.Due > time.GetUtcNow() || !(state.Planned.Account is { } holder ? holder == account : state.Planned.Customer == administers))
            throw none;
        await record.Append(notice, account, (_, before) => Task.FromResult<RecordBody?>(before.Any(e => e.Body is NoticeOpened) ? null : new NoticeOpened(how)), cancel);
    }

    /// <summary>The notice of a code. The database is asked by a keyed hash, which nobody can steer, and what it gives is compared once more in constant time.</summary>
    private async Task<string?> Coded(string code, CancellationToken cancel)
    {
        var hash = NoticeCode.Hash(options.Secret, code);
        var found = await Query("SELECT hash, notice FROM codes WHERE hash = @h", row => (Hash: (byte[])row[0], Notice: row.GetString(1)), cancel, ("h", hash));
        var (held, notice) = found.Count > 0 ? found[0] : (new byte[hash.Length], "");
        return CryptographicOperations.FixedTimeEquals(held, hash) ? notice : null;
    }

    private async Task<List<T>> States<T>(string kind, string condition, CancellationToken cancel, params (string, object?)[] values) =>
        await Query($"SELECT state FROM subjects WHERE kind = @kind {condition}", row => JsonSerializer.Deserialize<T>(row.GetString(0), WatchJson.Options)!, cancel, [("kind", kind), .. values]);

    private async Task<List<T>> Query<T>(string sql, Func<DbDataReader, T> row, CancellationToken cancel, params (string, object?)[] values)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Rows(connection, sql, row, cancel, values);
    }

    private async Task<int> Change(string sql, CancellationToken cancel, params (string, object?)[] values)
    {
        await using var connection = await database.Connect(cancel);
        return await WatchDatabase.Run(connection, sql, cancel, values);
    }
}
