using System.Text;
using Counterseal.Custody;
using Counterseal.Desk;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Web;

/// <summary>The faces over a desk in the same process, as <c>counterseal serve</c> runs them.</summary>
public static partial class FromDesk
{
    /// <summary>At most so many rows on a page.</summary>
    private const int Most = 500;

    /// <summary>The desk's face.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="ground">Where it listens, and how pages look.</param>
    /// <param name="log">The ledger's key; each proof is verified against it.</param>
    /// <param name="accounts">The people.</param>
    /// <param name="signInCode">The trial's code, shown on the terminal, of at least 16 characters; <c>null</c>: there is none.</param>
    public static DeskFaceOptions DeskFace(Desk.Desk desk, FaceGround ground, LogKeys log, Accounts accounts, string? signInCode) => new()
    {
        Ground = ground,
        Accounts = accounts,
        SignInCode = signInCode,
        Sees = desk.Sees,
        Hidden = desk.Hidden,
        Keeping = Keeping(desk, accounts),
        Queue = new QueuePages
        {
            List = async (sight, ask, cancel) =>
            {
                var slice = await desk.Queue(sight, ask, cancel);
                return new([.. slice.Entries.Select(Row)], slice.Next, await desk.Tally(sight, cancel));
            },
            Assign = (sight, ids, to, by, cancel) => Assign(desk, accounts, sight, ids, to, by, cancel),
            Views = desk.Views,
            Keep = desk.KeepView,
            Forget = desk.ForgetView,
        },
        Demand = async (sight, id, reader, cancel) => await File(desk, id, cancel) is { } file && sight.Sees(file.State) ? DemandReading.Of(file, desk.Prove, log, reader, desk.Now, await desk.Working(file.State, cancel)) : null,
        Original = async (id, cancel) =>
        {
            try
            {
                return await desk.OriginalOf(id, cancel);
            }
            catch (DeskException no) when (no.Code == "unknown")
            {
                return null;
            }
        },
        Shift = new()
        {
            Calendar = desk.Calendar,
            Docket = desk.Docket,
            Alerts = (sight, cancel) => desk.Alerts(sight, Most, cancel),
            Changes = desk.ChangesSince,
            Note = desk.LastNote,
            HandOver = desk.HandOver,
        },
        Live = new() { Changed = desk.Changed, Of = desk.ChangesOf, After = desk.ChangesAfter, Last = desk.LastLeaf, Sees = desk.Sees },
        Act = (id, by, act, seen, cancel) => Act(desk, id, by, act, seen, cancel),
        Alarm = () => desk.BookTrouble is { } trouble ? $"The rule book in the folder cannot be used since {WorkZone.Exact(trouble.Since)}; the desk goes on with the last good one. {trouble.What}"
            : desk.Reconciled?.Differences.FirstOrDefault(one => one.Demand is null or DeskEvent.Own) is { } differs ? $"The desk's database is not as the ledger has it: {differs.What}. Until it is restored, what is shown here may lack something." : null,
        Book = () => desk.Book,
        Books = async cancel => BooksView.Of(desk.Book, desk.BookTrouble, await desk.Own("adopted", cancel)),
        Quarantine = async cancel => [.. (await desk.Quarantine(Most, cancel)).Select(q => new QuarantineRow(q.At, q.Channel, q.Format, q.Digest, q.Faults))],
        Directory = async cancel => [.. (await desk.Entries(cancel)).Select(e => new DirectoryRow(
            e.Authority, e.Country, e.Name, e.Format, e.Fingerprints, e.Confirmed, e.Callback, e.Version, [.. SignedNote.Parse(e.Note).Signatures.Select(s => s.Name)], e.Digest))],
    };

    /// <summary>The public face.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="ground">Where it listens, and how pages look.</param>
    /// <param name="ledger">A reader of the ledger.</param>
    /// <param name="origin">The face's address as others reach it.</param>
    /// <param name="rules">Keeps the rule books that were in force; <c>null</c>: they are not shown.</param>
    public static PublicFaceOptions PublicFace(Desk.Desk desk, FaceGround ground, LedgerClient ledger, string origin, RuleShelf? rules = null) => new()
    {
        Ground = ground,
        Origin = origin.TrimEnd('/'),
        LedgerKey = ledger.Log.ToString(),
        Checkpoint = ledger.Checkpoint,
        Tile = ledger.FetchTile,
        Status = async (token, cancel) => await desk.Status(token, cancel) is { } view ? Status(view) : null,
        Package = (token, age, range, cancel) => Package(desk, token, age, range, cancel),
        Rules = rules is null ? null : async cancel =>
        {
            rules.Keep(desk.Book);
            return PublicRules.Of(desk.Book, await desk.Own("adopted", cancel), rules);
        },
        TallyOf = desk.TallyPlan is null ? null : desk.TallyNotice,
        Submit = async (original, cancel) => await desk.Receive(original, "web", cancel) switch
        {
            Receipt receipt => new(Encoding.UTF8.GetBytes(StaffApi.ReceiptJson(receipt, await Questions(desk, receipt, cancel)).ToJsonString()), receipt.Token, []),
            Quarantined kept => new(null, null, kept.Faults),
            var other => throw new InvalidOperationException($"an arrival that the face does not know: {other.GetType().Name}"),
        },
    };

    /// <summary>The customers' face.</summary>
    /// <param name="desk">The desk.</param>
    /// <param name="ground">Where it listens, and how pages look.</param>
    /// <param name="handOver">How customers come in.</param>
    /// <param name="publicFace">The public face's address.</param>
    public static CustomerFaceOptions CustomerFace(Desk.Desk desk, FaceGround ground, HandOver handOver, string publicFace) => new()
    {
        Ground = ground,
        HandOver = handOver,
        Public = publicFace.TrimEnd('/'),
        Notices = async (names, cancel) => [.. (await desk.NoticesOf(names, cancel)).Select(notice => new CustomerNoticeView(
            notice, notice.Instrument is { } id ? desk.Book.Instruments.GetValueOrDefault(id)?.Name ?? id : null,
            notice.Rule is { } rule ? desk.Book.Rules.FirstOrDefault(one => one.Id == rule)?.Citation : null))],
        Proof = desk.NoticeProof,
        Reply = desk.Reply,
    };

    private static KeepingPages Keeping(Desk.Desk desk, Accounts accounts) => new()
    {
        State = async (id, cancel) => (await File(desk, id, cancel))?.State,
        Restrict = (id, by, compartment, reason, cancel) => desk.Restrict(id, by, compartment, reason, null, cancel),
        Unrestrict = (id, by, reason, cancel) => desk.Unrestrict(id, by, reason, null, cancel),
        Recuse = (id, by, reason, cancel) => desk.Recuse(id, by, reason, null, cancel),
        Assign = (id, by, person, cancel) => desk.Assign(id, by, person, null, cancel),
        Audit = (person, sight, recipient, file, cancel) => Audit(desk, accounts, person, sight, recipient, file, cancel),
    };

    private static Task Act(Desk.Desk desk, string id, string by, DemandAct act, int? seen, CancellationToken cancel) => act switch
    {
        AuthenticateAct a => desk.Authenticate(id, by, a.Outcome, a.Reason, a.Evidence, seen, cancel),
        AnswerAct a => desk.Establish(id, by, a.Fact, a.Value, a.Reason, seen, cancel),
        DecideAct a => desk.Decide(id, by, a.Decision, a.Scope, a.Reasons, a.Recipient, a.ReissueOf, seen, cancel),
        OrderAct { Kind: Desk.OrderKind.Count } => desk.OrderCount(id, by, null, seen, cancel),
        OrderAct { Kind: Desk.OrderKind.Preserve } a => desk.OrderPreserve(id, by, a.Until!.Value, null, seen, cancel),
        OrderAct { Kind: Desk.OrderKind.Preview } a => desk.OrderPreview(id, by, a.Viewers, null, seen, cancel),
        OrderAct { Kind: Desk.OrderKind.Release } => desk.OrderRelease(id, by, null, seen, cancel),
        OrderAct a => desk.OrderDelete(id, by, a.Deletes!, null, seen, cancel),
        PollAct => desk.Poll(id, cancel),
        PerformAct a => desk.Perform(id, by, a.Rule, a.How, seen, cancel),
        TellAct a => desk.Tell(id, by, a.How, a.Ground, seen, cancel),
        StayAct a => desk.Stay(id, by, a.Reason, seen, cancel),
        ResumeAct a => desk.Resume(id, by, a.Reason, seen, cancel),
        WithdrawAct a => desk.Withdraw(id, by, a.Reason, seen, cancel),
        LitigateAct a => desk.Litigate(id, by, a.What, seen, cancel),
        CloseAct a => desk.Close(id, by, a.Reason, seen, cancel),
        _ => throw new InvalidOperationException($"an act that the desk does not know: {act.GetType().Name}"),
    };

    /// <summary>Writes an audit file, sealed to its auditor; nothing of it is anywhere in the clear.</summary>
    /// <exception cref="DeskException"><c>malformed</c>: not a recipient.</exception>
    internal static async Task Audit(Desk.Desk desk, Accounts accounts, Person person, Sight sight, string recipient, Stream file, CancellationToken cancel)
    {
        AgeRecipient to;
        try
        {
            to = AgeRecipient.Parse(recipient);
        }
        catch (Exception no) when (no is FormatException or AgeException)
        {
            throw new DeskException("malformed", $"this is not an age recipient: {no.Message}", "give the public half of a key of yours, which begins with age1");
        }
        await using var sealing = Age.Encrypt(file, [to]);
        await AuditFile.Write(desk, accounts, person, sight, sealing, cancel);
    }

    private static QueueRow Row(QueueEntry e) => new(
        e.Id, e.Reference, e.Authority, e.Country, e.Instrument, e.Emergency == true,
        e.Due is { } due ? new Deadline("", e.DueWhat ?? "Answer", due, e.Starts ?? e.Received, "", "") : null,
        e.Stage, e.Authenticated, e.Questions, e.Tampered, e.Assigned);

    /// <summary>Each demand is an event of its own: what cannot be given to somebody does not hold up the others.</summary>
    private static async Task<IReadOnlyList<RefusedAssignment>> Assign(Desk.Desk desk, Accounts accounts, Sight sight, IReadOnlyList<string> ids, string? to, string by, CancellationToken cancel)
    {
        var refused = new List<RefusedAssignment>();
        foreach (var id in ids)
        {
            try
            {
                if (!await desk.Sees(sight, id, cancel))
                    throw new DeskException("unknown", $"there is no demand {id}", "look it up in the queue");
                await KeepingRoutes.Picked(accounts, async (one, stop) => (await File(desk, one, stop))?.State, id, to, cancel);
                _ = await desk.Assign(id, by, to, null, cancel);
            }
            catch (DeskException no)
            {
                refused.Add(new(id, $"was not assigned: {no.Message}. What to do: {no.Next}."));
            }
        }
        return refused;
    }

    private static async Task<DemandFile?> File(Desk.Desk desk, string id, CancellationToken cancel)
    {
        if (!DemandId.IsOne(id))
            return null;
        try
        {
            return await desk.Show(id, cancel) is { State.Received: not null } file ? file : null;
        }
        catch (DeskException no) when (no.Code == "unknown")
        {
            return null;
        }
    }

    /// <summary>What the bearer sees. The desk has already left out what may not be told before the authority is authenticated.</summary>
    internal static StatusView Status(AuthorityView view)
    {
        var handsOver = view.Decision is Decision.Comply or Decision.ComplyInPart;
        var progress = view.Status switch
        {
            "received" => Progress.Received,
            "stayed" => Progress.Stayed,
            "withdrawn" => Progress.Withdrawn,
            "closed" => Progress.Closed,
            "package ready" or "handed over" => Progress.Ready,
            "decided" when handsOver => Progress.Prepared,
            "decided" => Progress.Answered,
            _ => Progress.Examined,
        };
        var tells = progress is Progress.Answered or Progress.Closed && view.Decision is not null && !handsOver;
        return new(
            view.Received,
            progress,
            tells ? new(view.Decision!.Value, view.Reasons) : null,
            progress == Progress.Ready && view.Package is { } seal
                ? [.. seal.Volumes.Select(v => new StatusFile(seal.FileOf(v), v.Length, v.Digest)), new(seal.Counterseal, null, null)]
                : [])
        {
            Messages = view.Messages,
        };
    }

    /// <summary>Opens a file of the package; that it is handed out is on record before its first byte leaves.</summary>
    private static async Task<PackageFile?> Package(Desk.Desk desk, string token, string name, string? range, CancellationToken cancel)
    {
        return await desk.DemandOf(token, cancel) is { } id ? await Package(desk, id, name, range, "authority", "fetched from the status page", cancel) : null;
    }

    private static async Task<PackageFile?> Package(Desk.Desk desk, string id, string name, string? range, string by, string how, CancellationToken cancel)
    {
        try
        {
            var file = await desk.Package(id, name, range, cancel);
            try
            {
                if (!name.EndsWith(".counterseal", StringComparison.Ordinal))
                    await HandedOut(desk, id, by, how, cancel);
                return file;
            }
            catch
            {
                await file.Content.DisposeAsync();
                throw;
            }
        }
        catch (DeskException no) when (no.Code is not ("gate-away" or "gate-refused" or "kept"))
        {
            return null;
        }
    }

    private static async Task HandedOut(Desk.Desk desk, string id, string by, string how, CancellationToken cancel)
    {
        try
        {
            await desk.HandedOut(id, by, how, cancel);
        }
        catch (ConflictException)
        {
            // Two downloads at once: the other one recorded it, or the demand has moved on, which the second try says.
            await desk.HandedOut(id, by, how, cancel);
        }
    }

    private static async Task<IReadOnlyList<Question>> Questions(Desk.Desk desk, Receipt receipt, CancellationToken cancel) =>
        (await desk.Show(receipt.Demand, cancel)).State.Assessed?.Assessment.Questions ?? [];
}
