using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Counterseal.Ledger;

namespace Counterseal.Custody;

/// <summary>
/// Previews: what would leave, looked at by the reviewers that the order names, on the gate itself. Each view is asked for by a note that the viewer signs, is on the ledger before
/// anything is shown, and opens the preview for a quarter of an hour; each record that is shown in that time stands in the journal. The desk sees counts only.
/// </summary>
public sealed partial class Gate
{
    private static readonly TimeSpan Viewing = TimeSpan.FromMinutes(15);

    /// <summary>Who is looking, by the SHA-256 of the token that the viewer was given. Only in memory: a restart ends every viewing.</summary>
    private readonly ConcurrentDictionary<string, OpenView> viewings = new(StringComparer.Ordinal);

    private sealed record OpenView(string Order, string Demand, string Reviewer, long Epoch, string View, DateTimeOffset Until);

    /// <summary>A preview that can be looked at, as <c>preview.json</c> in its folder has it.</summary>
    internal sealed record PreviewFacts(string Order, string Demand, IReadOnlyList<string> Viewers, DateTimeOffset Until, long Items, long Bytes)
    {
        public JsonObject Result() => new() { ["preview"] = "preview-" + Order[..16], ["until"] = Instant.Text(Until), ["items"] = Items, ["bytes"] = Bytes };

        public byte[] Json() => Canonical.Bytes(new JsonObject
        {
            ["order"] = Order,
            ["demand"] = Demand,
            ["viewers"] = new JsonArray([.. Viewers.Select(viewer => JsonValue.Create(viewer))]),
            ["until"] = Instant.Text(Until),
            ["items"] = Items,
            ["bytes"] = Bytes,
        });

        public static PreviewFacts Read(byte[] json)
        {
            using var document = Shape.ParseCanonical(json, 1 << 20, "preview.json");
            var root = Shape.Closed(document.RootElement, "preview.json", "order", "demand", "viewers", "until", "items", "bytes");
            return new PreviewFacts(root.Hex("order", 32), root.DemandId("demand"), root.Texts("viewers", 100, 100), root.Instant("until"), root.Whole("items", 0, long.MaxValue), root.Whole("bytes", 0, long.MaxValue));
        }
    }

    /// <summary>Opens a preview to one of its viewers: the note goes on record, then the listing is given, with a token for the records.</summary>
    /// <param name="digest">The preview's order.</param>
    /// <param name="note">The viewer's note.</param>
    /// <param name="cancel">Stops waiting for the ledger.</param>
    public async Task<GateAnswer> Look(string digest, ReadOnlyMemory<byte> note, CancellationToken cancel)
    {
        try
        {
            var view = View.Read(note.Span);
            if ((await ledger.Disagreement(cancel) ?? await ClockFault(cancel)) is { } disagreement)
                return Refuse(digest, disagreement);
            if (Shown(digest) is not { } preview)
                return Refuse(digest, Unknown());
            var roster = await RosterOnRecord(cancel);
            var now = clock.GetUtcNow();
            if ((view.Fault(roster, digest, preview.Viewers, now) ?? StopFault(preview.Demand, null)) is { } fault)
                return Refuse(digest, fault);
            if (ledger.Journal!.Find("viewed", view.Digest) is null && counters.Take(view.Note, roster) is { } counter)
                return Refuse(digest, Refusal.Of(Refusal.WrongView, counter, "/"));
            lock (recording)
            {
                if (ledger.Journal!.Find("viewed", view.Digest) is not null)
                    return Refuse(digest, Refusal.Of(Refusal.WrongView, "this note was used before", "/"));
                // Who looked is proven by the note; journal and ledger have its digest only.
                Durable.Replace(home.At("orders", digest, $"view-{view.Digest}.note"), note.Span, "gate.view.write", GateHome.FileMode);
                ledger.Journal.Intend("viewed", preview.Demand, Name, OwnEvent.View(digest, view.Digest), null);
            }
            await ledger.Send(ledger.Journal.Find("viewed", view.Digest)!, cancel);
            foreach (var (old, over) in viewings)
            {
                if (over.Until <= now)
                    viewings.TryRemove(old, out _);
            }
            var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            var until = now + Viewing < preview.Until ? now + Viewing : preview.Until;
            viewings[TokenKey(token)] = new OpenView(digest, preview.Demand, view.Reviewer, view.Epoch, view.Digest, until);
            var answer = PreviewReader.Listing(home.At("previews", digest), home.Vault);
            answer["order"] = digest;
            answer["viewing"] = token;
            answer["until"] = Instant.Text(until);
            return new GateAnswer(200, Canonical.Bytes(answer));
        }
        catch (RefusalException e)
        {
            return Refuse(digest, e.Refusal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AgeException)
        {
            return Vanished(digest, e);
        }
    }

    /// <summary>How long each record of a preview is, from one on.</summary>
    public GateAnswer PreviewIndex(string digest, string token, long from)
    {
        if (ViewingFault(digest, token, out _) is { } fault)
            return Refuse(digest, fault);
        try
        {
            return new GateAnswer(200, Canonical.Bytes(new JsonObject
            {
                ["records"] = new JsonArray([.. PreviewReader.Lengths(home.At("previews", digest), home.Vault, from).Select(one => new JsonObject { ["record"] = one.Record, ["length"] = one.Length })]),
            }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AgeException)
        {
            return Vanished(digest, e);
        }
    }

    /// <summary>One record of a preview, at most its first megabyte. That it was shown stands in the journal first.</summary>
    public GateAnswer PreviewRecord(string digest, string token, long record)
    {
        if (ViewingFault(digest, token, out var view) is { } fault)
            return Refuse(digest, fault);
        try
        {
            if (PreviewReader.Pieces(home.At("previews", digest), home.Vault, record, 1, 0, PreviewReader.MostShown) is not [var piece])
                return Plain(Unknown());
            ledger.Journal!.Note("looked", digest, string.Create(CultureInfo.InvariantCulture, $"{view!.View[..16]} record {record}"));
            return new GateAnswer(200, Canonical.Bytes(new JsonObject
            {
                ["record"] = record,
                ["length"] = piece.Length,
                ["whole"] = piece.Bytes.LongLength == piece.Length,
                ["bytes"] = Convert.ToBase64String(piece.Bytes),
            }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AgeException)
        {
            return Vanished(digest, e);
        }
    }

    /// <summary>The previews that name a person and can be looked at, those that end first before the others.</summary>
    internal IReadOnlyList<PreviewFacts> PreviewsFor(string viewer) =>
        [.. Directory.EnumerateDirectories(home.At("previews")).Select(folder => PreviewFor(Path.GetFileName(folder), viewer)).OfType<PreviewFacts>().OrderBy(preview => preview.Until).ThenBy(preview => preview.Order, StringComparer.Ordinal)];

    /// <summary>A preview that can be looked at, for a person whom it names; <c>null</c> for anybody else, as if there were none.</summary>
    internal PreviewFacts? PreviewFor(string digest, string viewer)
    {
        try
        {
            return Shape.IsHex(digest, 32) && Shown(digest) is { } preview && preview.Viewers.Contains(viewer) ? preview : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Deleted at its term in this moment.
            return null;
        }
    }

    /// <summary>Until when a viewing on the gate's page lasts; <c>null</c> when it is over, or never was.</summary>
    /// <exception cref="RefusalException">A stop holds, or the viewer is no longer on the roster.</exception>
    internal DateTimeOffset? ViewingUntil(string digest, string token) => ViewingFault(digest, token, out var view) switch
    {
        null => view!.Until,
        { Code: Refusal.WrongView } => null,
        var fault => throw new RefusalException(fault),
    };

    /// <summary>Streams, numbers and report of a preview, within a viewing.</summary>
    /// <exception cref="RefusalException">The viewing is over, a stop holds, or the preview is gone.</exception>
    internal PreviewListing Listing(string digest, string token) => Within(digest, token, _ => PreviewReader.Streams(home.At("previews", digest), home.Vault));

    /// <summary>Pieces of the records of a preview, within a viewing. What is shown stands in the journal first.</summary>
    /// <param name="digest">The preview's order.</param>
    /// <param name="token">The viewing's token.</param>
    /// <param name="record">The first record, from 0.</param>
    /// <param name="count">How many records at most.</param>
    /// <param name="at">Where in each to begin, in bytes.</param>
    /// <param name="most">At most so many bytes of each.</param>
    /// <exception cref="RefusalException">The viewing is over, a stop holds, or the preview is gone.</exception>
    internal IReadOnlyList<PreviewPiece> Pieces(string digest, string token, long record, int count, long at, int most) => Within(digest, token, view =>
    {
        var pieces = PreviewReader.Pieces(home.At("previews", digest), home.Vault, record, count, at, most);
        if (pieces.Count > 0)
            ledger.Journal!.Note("looked", digest, string.Create(CultureInfo.InvariantCulture, $"{view.View[..16]} {(pieces.Count == 1 ? $"record {record}" : $"records {record} to {pieces[^1].Record}")}{(at > 0 ? $" from {at}" : "")}{(pieces.Any(piece => piece.At + piece.Bytes.Length < piece.Length) ? $", {most} bytes" : "")}"));
        return pieces;
    });

    private T Within<T>(string digest, string token, Func<OpenView, T> look)
    {
        if (ViewingFault(digest, token, out var view) is { } fault)
            throw new RefusalException(fault);
        try
        {
            return look(view!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AgeException)
        {
            GateLog.RequestFailed(log, e);
            throw new RefusalException(Unknown());
        }
    }

    /// <summary>Asked for every piece that is shown: the viewing, the roster, the stops, the term.</summary>
    private Refusal? ViewingFault(string digest, string token, out OpenView? view)
    {
        view = null;
        if (token.Length > 100 || !viewings.TryGetValue(TokenKey(token), out view) || view.Order != digest || view.Until <= clock.GetUtcNow())
            return Refusal.Of(Refusal.WrongView, "this viewing is over, or never was", "Authorization");
        if (witnessed.Behind() is { } behind)
            return behind;
        try
        {
            var reviewer = view.Reviewer;
            var roster = home.ReadRoster();
            if (roster.Find(reviewer) is not { } person || !person.Roles.Contains(RosterRole.Reviewer))
                return Refusal.Of(Refusal.NotOnRoster, "the viewer is no longer on the roster with the role reviewer", "/");
            // The passkey that signed for it may be the one that was taken off.
            if (roster.Epoch != view.Epoch)
                return Refusal.Of(Refusal.WrongView, "the roster has changed since this viewing was opened", "Authorization");
        }
        catch (RefusalException e)
        {
            return e.Refusal;
        }
        return Shown(digest) is null ? Unknown() : StopFault(view.Demand, null);
    }

    private PreviewFacts? Shown(string digest)
    {
        if (ledger.Journal?.Find("previewed", digest) is not { Index: not null } || shelf.Done(digest) is null || !System.IO.File.Exists(home.At("previews", digest, "preview.json")))
            return null;
        var preview = Previewed(digest);
        return preview.Until > clock.GetUtcNow() ? preview : null;
    }

    private PreviewFacts Previewed(string digest) => PreviewFacts.Read(System.IO.File.ReadAllBytes(home.At("previews", digest, "preview.json")));

    private async Task Preview(Work work, Envelope envelope, CancellationToken cancel)
    {
        var order = envelope.Order;
        var folder = home.At("previews", order.Digest);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Durable.CreateFolder(folder, GateHome.FolderMode);
        CrashPoint.Reach("gate.preview.collect.before");
        using (var writer = new PreviewWriter(folder, home.Vault.Recipient))
        {
            writer.Finish(Gather(work, order, writer, cancel));
        }
        CrashPoint.Reach("gate.preview.collect.after");
        var preview = new PreviewFacts(order.Digest, order.DemandId, order.Viewers, order.Expires, work.Records, work.Bytes);
        Durable.Replace(Path.Combine(folder, "preview.json"), preview.Json(), "gate.preview.write", GateHome.FileMode);
        Enforce(await FaultNow(envelope, cancel));
        var body = OwnEvent.Order(order.Digest);
        body["until"] = Instant.Text(preview.Until);
        await MakeWhole(envelope, await Record("previewed", order.DemandId, body, order.Digest, cancel));
    }

    /// <summary>Deletes the previews whose order's window has ended: on record first.</summary>
    private async Task SweepPreviews(CancellationToken cancel)
    {
        foreach (var folder in Directory.EnumerateDirectories(home.At("previews")))
        {
            var digest = Path.GetFileName(folder);
            if (ledger.Journal!.Find("previewed", digest) is not { } previewed || (works.TryGetValue(digest, out var work) && !work.Task.IsCompleted))
                continue;
            if (!Shape.TryInstant(previewed.Read("until"), out var end) || end > clock.GetUtcNow())
                continue;
            await Record("lapsed", previewed.Event.Demand, OwnEvent.Order(digest), digest, cancel);
            CrashPoint.Reach("gate.preview.delete.before");
            Directory.Delete(folder, recursive: true);
            CrashPoint.Reach("gate.preview.delete.after");
            GateLog.Lapsed(log, digest);
        }
    }

    private GateAnswer Vanished(string digest, Exception e)
    {
        // Deleted at its term while somebody looked, or the disk fails.
        GateLog.RequestFailed(log, e);
        return Refuse(digest, Unknown());
    }

    private static string TokenKey(string token) => Canonical.Digest(System.Text.Encoding.UTF8.GetBytes(token));
}
