using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterseal.Law;
using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>A name that a customer holds, as the company's own product says.</summary>
/// <param name="Name">An account, a mailbox, a telephone number; or, for whoever answers for an organisation, its mail domain as <c>@example.org</c>.</param>
/// <param name="Since">Since when without a break. A demand about the time before is about whoever had it then.</param>
public sealed record HeldName(string Name, DateTimeOffset Since);

/// <summary>What a customer is shown of a demand of which it was told: what is about its own selectors, and nothing of anybody else's.</summary>
/// <param name="Demand">The demand's id.</param>
/// <param name="Code">Sixteen characters by which a letter about it is known; drawn from the salt of the <i>told</i> event, so that nobody makes one from the public ledger.</param>
/// <param name="ToldAt">When the customer was told, UTC.</param>
/// <param name="Leaf">Where the <i>told</i> event stands in the ledger.</param>
/// <param name="Reference">The authority's reference.</param>
/// <param name="Issuing">Who asked.</param>
/// <param name="Validating">Who validated it.</param>
/// <param name="Instrument">The kind of legal process, by its id.</param>
/// <param name="Rule">The rule that compels, or in want of one that by which we tell.</param>
/// <param name="Received">When it came, UTC.</param>
/// <param name="Asked">What was asked about the customer's own selectors.</param>
/// <param name="Decision">What was decided; <c>null</c> before.</param>
/// <param name="Given">What was permitted to leave of it.</param>
/// <param name="Counts">Items found in scope about the customer's own selectors, by category; empty where none were counted.</param>
/// <param name="Package">The digests of the package's files, once it was handed over.</param>
/// <param name="ReleasedAt">When it was handed over, UTC.</param>
/// <param name="MayAnswer">Whether the demand was redirected, so that the customer's own answer is asked for.</param>
/// <param name="Replies">What the customer said so far.</param>
/// <param name="HasProof">Whether the <i>told</i> event can be given with its proof: it can when the desk told by itself, and no person's name stands in it.</param>
public sealed record CustomerNotice(
    string Demand, string Code, DateTimeOffset ToldAt, long Leaf, string Reference, Authority Issuing, Authority? Validating, string? Instrument, string? Rule, DateTimeOffset Received,
    IReadOnlyList<ScopeItem> Asked, Decision? Decision, IReadOnlyList<ScopeItem> Given, IReadOnlyList<CountedCategory> Counts, IReadOnlyList<string> Package, DateTimeOffset? ReleasedAt,
    bool MayAnswer, IReadOnlyList<CustomerReply> Replies, bool HasProof);

/// <content>What customers are shown, and what they say.</content>
public sealed partial class Desk
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int MostNames = 50, MostNotices = 100, MostSaid = 2000;

    /// <summary>
    /// The demands that the holder of these names was told of, newest first. A demand of which nobody was told is not looked at: it has no row in the table that is asked here. An organisation's domain finds those that
    /// were redirected to it, and no others.
    /// </summary>
    /// <param name="names">At most 50.</param>
    /// <param name="cancel">Stops.</param>
    public async Task<IReadOnlyList<CustomerNotice>> NoticesOf(IReadOnlyList<HeldName> names, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(names);
        var held = names.Take(MostNames).Select(name => (Name: CustomerName.Written(name.Name), name.Since)).Where(one => one.Name is not null).Select(one => new HeldName(one.Name!, one.Since)).ToList();
        var digests = held.Select(one => CustomerName.Digest(one.Name)).Distinct().ToList();
        List<string> demands;
        await using (var db = open())
            demands = await db.Customers.AsNoTracking().Where(c => digests.Contains(c.Name)).Select(c => c.Demand).Distinct().Take(MostNotices).ToListAsync(cancel);
        var notices = new List<CustomerNotice>();
        foreach (var id in demands)
        {
            if (await Show(id, cancel) is { Tampered: null } file && Notice(file, held) is { } notice)
                notices.Add(notice);
        }
        return [.. notices.OrderByDescending(notice => notice.ToldAt).ThenBy(notice => notice.Demand, StringComparer.Ordinal)];
    }

    /// <summary>Records what the customer did with a demand that was redirected to it.</summary>
    /// <param name="names">As in <see cref="NoticesOf"/>: only their own demands are answered.</param>
    /// <param name="demand">The demand's id.</param>
    /// <param name="answer">What was done.</param>
    /// <param name="says">In a sentence or two, at most 2,000 characters.</param>
    /// <param name="cancel">Until the commit.</param>
    /// <exception cref="DeskException"><c>unknown</c>: they were told of no such demand; <c>malformed</c>.</exception>
    /// <exception cref="LifeException">It was not redirected, or enough was said.</exception>
    public async Task Reply(IReadOnlyList<HeldName> names, string demand, CustomerAnswer answer, string says, CancellationToken cancel)
    {
        if (!Enum.IsDefined(answer) || string.IsNullOrWhiteSpace(says) || says.Length > MostSaid || says.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            throw new DeskException("malformed", $"an answer is one of three, with a sentence of at most {MostSaid} characters", "say what was done, and why");
        var notice = (await NoticesOf(names, cancel)).FirstOrDefault(one => one.Demand == demand) ?? throw new DeskException("unknown", "there is no such notice", "look at the notices that are there");
        _ = await Say(notice.Demand, "customer", null, _ => new Replied(answer, says.ReplaceLineEndings("\n").Trim()), cancel);
    }

    /// <summary>The <i>told</i> event of a notice with its proof, and the demand's leaves in the tally with their openings, as a file in the shape of a receipt.</summary>
    /// <returns>JSON; <c>null</c> when they were told of no such demand, or a person's name stands in the event.</returns>
    public async Task<byte[]?> NoticeProof(IReadOnlyList<HeldName> names, string demand, CancellationToken cancel)
    {
        if ((await NoticesOf(names, cancel)).FirstOrDefault(one => one.Demand == demand) is not { HasProof: true } notice)
            return null;
        return await ToldFile((await Show(notice.Demand, cancel)).Events.Last(logged => logged.Event.Type == "told"), cancel);
    }

    /// <summary>The same file for staff, whoever told: to be enclosed to a customer who was told by another way than the page. It has the name of whoever recorded that.</summary>
    /// <exception cref="DeskException"><c>unknown</c>: there is no such demand; <c>tampered</c>; <c>not-now</c>: the customer was not told, or a secrecy order stands.</exception>
    public async Task<byte[]> ToldProof(string demand, CancellationToken cancel)
    {
        var file = await Show(demand, cancel);
        if (file.Tampered is { } tampered)
            throw new DeskException("tampered", tampered, "restore the database from its copy");
        if (file.State.ToldAt is null || file.Events.LastOrDefault(logged => logged.Event.Type == "told") is not { } told)
            throw new DeskException("not-now", "the customer was not told, so there is nothing to prove", "record first that the customer was told");
        // An assessment that later facts have overtaken, of a demand that is closed, is made anew.
        var notice = (file.State.AssessmentDue ? Now(file.State) : file.State.Assessed?.Assessment)?.Notice;
        if (Gags(notice, time.GetUtcNow()))
            throw new DeskException("not-now", $"the law lets nobody tell the customer now: {notice?.Reason} ({notice?.Citation})", "wait until the secrecy order has ended, or record what ended it");
        return await ToldFile(told, cancel);
    }

    /// <summary>Whether the customer may not be told at that time.</summary>
    public static bool Gags(Notice? notice, DateTimeOffset at) => notice is null or { By: NoticeBy.Nobody } || notice.NotBefore > at;

    private async Task<byte[]> ToldFile(LoggedEvent told, CancellationToken cancel)
    {
        var proven = store.Proven(told);
        var papers = await TallyOf(told.Event.Demand, cancel);
        var file = new JsonObject
        {
            ["counterseal"] = "notice/v1",
            ["index"] = told.LeafIndex,
            ["received"] = new JsonObject { ["event"] = Convert.ToBase64String(proven.Event), ["salt"] = proven.Salt, ["tag"] = proven.Tag, ["proof"] = proven.Proof },
        };
        if (papers.Count > 0)
            file["tally"] = new JsonArray([.. papers.Select(paper => paper.Paper.DeepClone())]);
        return Encoding.UTF8.GetBytes(file.ToJsonString());
    }

    /// <summary>A secrecy order has ended and no renewal is recorded: the customer is told, without anybody asking.</summary>
    private async Task TellByItself(string id, CancellationToken cancel)
    {
        var state = await AssessIfDue(await store.Current(id, cancel));
        if (state.AssessmentDue && state.WithdrawnFor is null && state.ClosedFor is null || state.Lapses is not { } end || end > time.GetUtcNow())
            return;
        await AssessIfDue(await Say(id, Self, state.Version, _ => new Told("on the customer's page, by itself, when the secrecy order had ended", null), cancel));
    }

    private static CustomerNotice? Notice(DemandFile file, IReadOnlyList<HeldName> held)
    {
        var state = file.State;
        var told = file.Events.LastOrDefault(logged => logged.Event.Type == "told");
        if (state.ToldAt is not { } at || told is null)
            return null;
        var demand = state.Received!.Demand;
        var redirected = state.Decided is { Decision: Decision.Redirect };
        var own = demand.Scope.Items.Select((item, i) => (Item: item, Index: i)).Where(one => IsHeld(one.Item)).ToList();
        if (own.Count == 0)
            return null;
        var selectors = own.Select(one => one.Item.Selector).ToHashSet();
        var count = state.Orders.LastOrDefault(order => order.Count is not null)?.Count;
        var accounts = count?.Selectors.Where(selector => own.Exists(one => one.Index == selector.Item)).SelectMany(selector => selector.Accounts).ToHashSet(StringComparer.Ordinal) ?? [];
        var released = state.Orders.LastOrDefault(order => order.ReleasedAt is not null);
        return new(
            state.Id, CodeOf(told.Salt), at, told.LeafIndex, demand.Reference, demand.Issuing, demand.Validating, demand.Instrument, state.Decided?.Basis ?? state.Assessed?.Assessment.Notice.Rule, state.ReceivedAt,
            [.. own.Select(one => one.Item)], state.Decided?.Decision, state.Decided is { HandsOver: true } decided ? [.. decided.Scope.Items.Where(item => selectors.Contains(item.Selector))] : [],
            released is null ? [] : [.. count?.Accounts.Where(account => accounts.Contains(account.Account)).SelectMany(account => account.Categories).GroupBy(category => category.Category)
                .Select(group => new CountedCategory(group.Key, group.Sum(one => one.Items), group.Sum(one => one.Bytes))).OrderBy(one => one.Category) ?? Enumerable.Empty<CountedCategory>()],
            released?.Seal is { } seal ? [.. seal.Volumes.Select(volume => volume.Digest)] : [], released?.ReleasedAt, redirected, state.Replies, told.Event.By == Self);

        // Whoever has a name now may not have had it in the time that is asked about: then it was about somebody else.
        bool IsHeld(ScopeItem item) => CustomerName.Of(item.Selector).Any(name => held.Any(one => one.Name == name && one.Since <= (item.From ?? state.ReceivedAt) && (name[0] != '@' || redirected)));
    }

    private static string CodeOf(byte[] salt)
    {
        var digest = SHA256.HashData([.. "counterseal/notice-code/v1\n"u8, .. salt]);
        var (bits, value, code) = (0, 0, new StringBuilder());
        for (var i = 0; code.Length < 19;)
        {
            if (bits < 5)
                (value, bits) = ((value << 8 | digest[i++]) & 0xFFFF, bits + 8);
            bits -= 5;
            code.Append(Crockford[value >> bits & 31]);
            if (code.Length is 4 or 9 or 14)
                code.Append('-');
        }
        return code.ToString();
    }
}
