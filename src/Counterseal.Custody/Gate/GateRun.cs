using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// Carrying out: every order is checked again from its bytes when its work begins, what may have changed is checked once more before anything leaves, and
/// <i>sealed</i> is in the ledger before anything can be fetched.
/// </summary>
public sealed partial class Gate
{
    private static readonly string[] Effects = ["sealed", "preserved", "previewed"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>One order being carried out.</summary>
    private sealed class Work(Envelope envelope, DateTimeOffset startedAt) : IDisposable
    {
        public DateTimeOffset StartedAt => startedAt;
        private readonly CancellationTokenSource cancel = new();
        public string Digest { get; } = envelope.Order.Digest;
        public string Demand { get; } = envelope.Order.DemandId;
        public string? Signer { get; } = envelope.Directory?.Signer?.ToString();
        public string? Recipient { get; } = envelope.Order.Recipient;
        public string? Rests { get; } = envelope.Order.Kind == OrderKind.Release ? envelope.Order.Rests : null;
        public long Version { get; } = envelope.Order.Kind == OrderKind.Release ? envelope.Event.Event.Version : -1;
        public Task Task { get; set; } = Task.CompletedTask;
        public Refusal? Refusal { get; set; }
        public MinimisationRules Rules { get; set; } = MinimisationRules.None;
        public long Records;
        public long Bytes;
        /// <summary>Bytes of the sources read so far, and of how many, as far as that is known; 0 where nothing is.</summary>
        public (long Read, long Of) Sources { get; private set; }
        public void Passed(long read, long of) => Sources = (read, of);
        public CancellationToken Token => cancel.Token;
        /// <summary>How many bytes it may collect before it crosses a tripwire.</summary>
        public (long Bytes, string Wire, long Spent, long Limit) Room { get; set; } = (long.MaxValue, "", 0, 0);
        public Task Cancel() => cancel.CancelAsync();
        public void Dispose() => cancel.Dispose();
    }

    /// <summary>Counts what passes, so that the desk can see the work go on.</summary>
    private sealed class Progress(IRecordSink sink, Work work) : IRecordSink
    {
        public void Begin(string name, string extension) => sink.Begin(name, extension);

        public void Write(ReadOnlySpan<byte> piece)
        {
            sink.Write(piece);
            if (Interlocked.Add(ref work.Bytes, piece.Length) > work.Room.Bytes)
                throw new TrippedException(work.Room.Wire, work.Room.Spent + work.Bytes, work.Room.Limit);
        }

        public void EndRecord()
        {
            sink.EndRecord();
            Interlocked.Increment(ref work.Records);
        }

        public void End() => sink.End();
    }

    private Work Begin(Envelope envelope)
    {
        var work = new Work(envelope, clock.GetUtcNow());
        works[work.Digest] = work;
        work.Task = Task.Run(() => Carry(work), CancellationToken.None);
        return work;
    }

    private async Task<GateAnswer> Answer(Work work, CancellationToken cancel, bool withResult = true)
    {
        try
        {
            await work.Task.WaitAsync(Patience, clock, cancel);
        }
        catch (TimeoutException)
        {
            return Working(work.Digest, work);
        }
        return work.Refusal is { } refusal ? Plain(refusal)
            : shelf.Done(work.Digest) is { } outcome ? withResult ? Done(work.Digest, outcome) : State(work.Digest, outcome)
            : Deleting(work.Digest) is { } deleting ? DeletionState(deleting)
            : Plain(Refusal.Of(Refusal.Busy, "the gate is ending", "/"));
    }

    private async Task Carry(Work work)
    {
        try
        {
            await slots.WaitAsync(ending.Token);
            try
            {
                using var cancel = CancellationTokenSource.CreateLinkedTokenSource(work.Token, ending.Token);
                try
                {
                    await Carry(work, cancel.Token);
                }
                catch (CannotResumeException e)
                {
                    GateLog.BegunAnew(log, work.Digest, e);
                    Spool.Delete(home.At("spool", work.Digest));
                    await Carry(work, cancel.Token);
                }
                GateLog.Done(log, work.Digest);
            }
            finally
            {
                slots.Release();
            }
        }
        catch (RefusalException e)
        {
            work.Refusal = e.Refusal;
        }
        catch (TrippedException e)
        {
            work.Refusal = Trip(e, work.Digest);
        }
        catch (OperationCanceledException)
        {
            // A stop that came in the middle, or the gate's end; in the second case the work is taken up at the next start.
            work.Refusal = ending.IsCancellationRequested ? null : Refusal.Of(Refusal.Stopped, "a stop, or the revocation of the recipient's keys, came while the order was being carried out", "/order/demand/id");
        }
        catch (SourceException e)
        {
            GateLog.Failed(log, work.Digest, e);
            work.Refusal = Refusal.Of(Refusal.Source, "a source of customer data cannot be read", "/");
        }
        catch (Exception e)
        {
            GateLog.Failed(log, work.Digest, e);
            work.Refusal = Refusal.Of(Refusal.Source, "the order could not be carried out", "/");
        }
        if (work.Refusal is { } refusal)
        {
            if (ledger.Journal is not { } journal || Effects.All(effect => journal.Find(effect, work.Digest) is null))
                DeleteHalf(work.Digest, keepSpool: refusal.Code is Refusal.LedgerAway or Refusal.Clock or Refusal.Source);
            Refuse(work.Digest, refusal);
        }
    }

    private async Task Carry(Work work, CancellationToken cancel)
    {
        var envelope = shelf.Find(work.Digest) ?? throw new RefusalException(Unknown());
        var order = envelope.Order;
        Enforce(await ledger.Disagreement(cancel));
        if (EffectOnRecord(order) is { } effect)
        {
            // It was done, and on record, when everything held; what is left is to make it whole.
            await MakeWhole(envelope, effect);
            return;
        }
        Enforce(await ClockFault(cancel));
        if (order.Kind == OrderKind.Delete && Deleting(order.Digest) is { } deleting)
        {
            await Delete(envelope, deleting, cancel);
            return;
        }
        envelope = Approved(Signed(envelope));
        Enforce(await Fault(envelope, cancel) ?? await FaultNow(envelope, cancel));
        MeasureBegin(order);
        if (order.Kind == OrderKind.Delete)
        {
            await AnnounceDeletion(order, cancel);
            return;
        }
        if (order.Kind != OrderKind.Count)
            work.Room = Room(order);
        work.Rules = order.Kind == OrderKind.Preserve ? MinimisationRules.None : await RulesOnRecord(cancel);
        await Record("begun", order.DemandId, OwnEvent.Order(order.Digest), order.Digest, cancel);
        switch (order.Kind)
        {
            case OrderKind.Count:
                Count(work, envelope, cancel);
                break;
            case OrderKind.Preserve:
                await Preserve(work, envelope, cancel);
                break;
            case OrderKind.Preview:
                await Preview(work, envelope, cancel);
                break;
            default:
                await Release(work, envelope, cancel);
                break;
        }
    }

    /// <summary>A kept order with all signatures that the gate has seen on its directory entry since: what is filed must carry its own.</summary>
    private Envelope Signed(Envelope kept) => kept.Directory is { } entry ? kept with { Directory = directory.WithAllSignatures(entry) } : kept;

    private static void Enforce(Refusal? refusal)
    {
        if (refusal is not null)
            throw new RefusalException(refusal);
    }

    private void Count(Work work, Envelope envelope, CancellationToken cancel)
    {
        var report = Gather(work, envelope.Order, new CountSink(), cancel);
        var accounts = new JsonArray();
        foreach (var account in report.Accounts.GroupBy(result => result.Account, StringComparer.Ordinal))
        {
            accounts.Add(new JsonObject
            {
                ["account"] = account.Key,
                ["categories"] = new JsonArray([.. account.GroupBy(result => result.Category).Select(results => new JsonObject
                {
                    ["category"] = results.Key.ToString().ToLowerInvariant(),
                    ["items"] = results.Sum(result => result.InScope),
                    ["bytes"] = results.Sum(result => result.Bytes),
                })]),
            });
        }
        Finish(envelope, null, new JsonObject
        {
            ["accounts"] = accounts,
            ["selectors"] = new JsonArray([.. report.Selectors.Select(selector => new JsonObject
            {
                ["item"] = selector.Item,
                ["accounts"] = new JsonArray([.. selector.Accounts.Select(account => JsonValue.Create(account))]),
            })]),
            ["unreadable"] = report.Accounts.Sum(result => result.UnreadableTotal),
        });
    }

    private async Task Preserve(Work work, Envelope envelope, CancellationToken cancel)
    {
        var order = envelope.Order;
        var folder = home.At("snapshots", order.Digest);
        var (statement, files) = await Collect(work, envelope, folder, "snapshot.age", null, PackageRecipients.Of(home.Vault.Recipient), home.Settings.Name, cancel);
        var until = Instant.Text(order.PreserveUntil!.Value);
        var result = new JsonObject { ["snapshot"] = "snapshot-" + order.Digest[..16], ["until"] = until, ["items"] = work.Records, ["bytes"] = work.Bytes };
        Durable.Replace(Path.Combine(folder, "snapshot.json"), Canonical.Bytes(result), "gate.snapshot.write", GateHome.FileMode);
        Rename(files[0], Path.Combine(folder, "snapshot.age"), "gate.snapshot.rename");
        Enforce(await FaultNow(envelope, cancel));
        var body = OwnEvent.Order(order.Digest);
        body["snapshot"] = statement.Digest;
        body["until"] = until;
        await MakeWhole(envelope, await Record("preserved", order.DemandId, body, order.Digest, cancel));
    }

    private async Task Release(Work work, Envelope envelope, CancellationToken cancel)
    {
        var order = envelope.Order;
        var folder = home.At("packages", order.Digest);
        var recipients = envelope.Directory!.Recipients(clock.GetUtcNow());
        var (statement, files) = await Collect(work, envelope, folder, order.Name + recipients.Extension, home.Settings.VolumeSize, recipients, envelope.Directory.Name, cancel);
        Durable.Replace(Path.Combine(folder, "statement.json"), statement.Canonical, "gate.statement.write", GateHome.FileMode);
        for (var i = 0; i < files.Count; i++)
            Rename(files[i], Path.Combine(folder, statement.Volumes[i].Name), "gate.package.rename");
        Enforce(await FaultNow(envelope, cancel));
        await KeyOnRecord(cancel);
        // A stop may have come while the ledger was asked: its file first, and then it cancels.
        Enforce(StopFault(order.DemandId, work.Signer));
        cancel.ThrowIfCancellationRequested();
        // From this line on the package is released on record, and its decision is used up.
        var claim = (order.Rests, envelope.Event.Event.Version);
        await MakeWhole(envelope, await Record("sealed", order.DemandId, OwnEvent.Sealed(order.Digest, statement.Digest), order.Digest, cancel, claim));
    }

    /// <summary>
    /// Collects into <c>NAME.partial</c>, or <c>NAME.001.partial</c> and so on where volumes have a size, synced; whatever an earlier attempt left is deleted, so that
    /// no file key is used for two plaintexts.
    /// </summary>
    private async Task<(SealStatement Statement, IReadOnlyList<string> Files)> Collect(
        Work work, Envelope envelope, string folder, string name, long? volumeSize, PackageRecipients recipients, string authority, CancellationToken cancel)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Durable.CreateFolder(folder, GateHome.FolderMode);
        var order = envelope.Order;
        var facts = new PackageFacts(Name, home.Settings.Trial, order.Canonical, order.DemandId, order.OriginalDigest, envelope.Approvals, envelope.Event.Proof, recipients, authority, clock.GetUtcNow())
        {
            Custody = order.Kind == OrderKind.Release ? CustodyFacts.Of(envelope) : null,
        };
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = GateHome.FileMode;
        CrashPoint.Reach("gate.package.collect.before");
        var files = new List<string>();
        FileStream? file = null;
        SealStatement statement;
        try
        {
            using (var writer = new PackageWriter(Next, volumeSize ?? long.MaxValue, facts))
            {
                statement = writer.Finish(Gather(work, order, writer, cancel), clock.GetUtcNow());
            }
            CrashPoint.Reach("gate.package.collect.unsynced");
            file!.Flush(flushToDisk: true);
        }
        finally
        {
            if (file is not null)
                await file.DisposeAsync();
        }
        CrashPoint.Reach("gate.package.collect.after");
        return (statement, files);

        Stream Next(int volume)
        {
            file?.Flush(flushToDisk: true);
            file?.Dispose();
            files.Add(Path.Combine(folder, SealStatement.VolumeName(name, volume, volumeSize is null ? 1 : 2) + ".partial"));
            return file = new FileStream(files[^1], options);
        }
    }

    private static void Rename(string from, string to, string crashPoint)
    {
        CrashPoint.Reach(crashPoint + ".before");
        System.IO.File.Move(from, to, overwrite: true);
        Durable.SyncFolder(Path.GetDirectoryName(to)!);
        CrashPoint.Reach(crashPoint + ".after");
    }
}
