using Counterseal.Law;

namespace Counterseal.Desk.Tests;

/// <summary>Bodies of events for a demand about <c>ada@example.test</c>.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 2, 0, 0, TimeSpan.Zero);
    public static readonly string Book = new('b', 64);
    public static readonly string Recipient = new('e', 64);

    public static readonly Scope Demanded = new([new(
        new Selector(SelectorKind.Mailbox, "ada@example.test"), [DataCategory.Subscriber, DataCategory.Content], Start.AddDays(-30), Start)]);

    public static readonly Demand Demand = new()
    {
        Reference = "XX-ACTOR01-1234",
        Instrument = "us.sca.warrant",
        Issuing = new Authority("Court of Example", "XX", AuthorityKind.Court),
        Scope = Demanded,
    };

    public static Received Received() => new(
        new Original(new string('a', 64), 100, "counterseal-json", "test"), Canon.Digest(Demand), Demand, new string('c', 64), []);

    public static Authenticated Authentic(Authenticity outcome = Authenticity.Authentic) => new(outcome, "called back", "number from the directory");

    public static Assessed Assessed(DemandState state, Decision proposed = Decision.Comply, Scope? permitted = null, Notice? notice = null) => new(
        Book, Canon.Digest(state.Established), state.Facts,
        new Assessment(Book, state.At, [], permitted ?? Demanded, proposed, ["the warrant reaches it"], "us.sca.warrant.reach", false, [],
            [new Deadline("d", "hand over", Start.AddDays(10), Start, "ten days", "§"), new Deadline("d0", "preserve", Start.AddDays(1), Start, "one day", "§")],
            notice ?? new Notice(NoticeBy.Provider, null, "nothing forbids it", "§")));

    public static Decided Decided(DemandState state, Decision decision = Decision.Comply, Scope? scope = null, string? recipient = null, string? reissueOf = null)
    {
        var handsOver = decision is Decision.Comply or Decision.ComplyInPart;
        return new(
            decision, handsOver ? "us.sca.warrant.reach" : null, false, state.Received!.Original.Digest, state.Received.DemandDigest,
            state.Assessed?.FactsDigest ?? "", Book, state.ReceivedAt, state.Assessed?.Assessment.AsOf ?? Start,
            scope ?? (handsOver ? Demanded : Scope.Nothing), recipient ?? (handsOver ? Recipient : null), ["because"], reissueOf);
    }

    public static Ordered Ordered(OrderKind kind, int nonce = 0) => new(
        Digest(kind, nonce), kind, [1, 2, 3], kind == OrderKind.Release ? Recipient : null, Start, Start.AddHours(24));

    public static string Digest(OrderKind kind, int nonce = 0) => Canon.Digest($"{kind} {nonce}");

    public static CountResult Count(long items, long unreadable = 0) => new(
        items == 0 ? [] : [new CountedAccount("A-7F3K2M9QXTBC", [new CountedCategory(DataCategory.Content, items, 100 * items)])],
        [new CountedSelector(0, items == 0 ? [] : ["A-7F3K2M9QXTBC"])], unreadable);

    public static SealResult Seal() => new("cs-0123456789abcdef", new string('d', 64), [new SealedVolume(0, 1000, new string('f', 64))], new ProvenEvent([1], "00", "00", "proof"));

    /// <summary>A life grown event by event; each body may look at the state before it.</summary>
    public static (DemandState State, List<DeskEvent> Events) Life(params Func<DemandState, EventBody>[] bodies)
    {
        var state = DemandState.None;
        var events = new List<DeskEvent>();
        foreach (var body in bodies)
        {
            var happened = DeskEvent.Of("0123456789ABCDEFGHJKMNPQRS", state.Version + 1, Start.AddMinutes(state.Version), "ada", body(state));
            state = Counterseal.Desk.Life.Next(state, happened);
            events.Add(happened);
        }
        return (state, events);
    }

    /// <summary>Received, authenticated, assessed.</summary>
    public static readonly Func<DemandState, EventBody>[] Ready = [_ => Received(), _ => Authentic(), s => Assessed(s)];

    /// <summary>Decided to comply and sealed.</summary>
    public static readonly Func<DemandState, EventBody>[] AllSealed =
        [.. Ready, s => Decided(s), _ => Ordered(OrderKind.Release), _ => new Approved(Digest(OrderKind.Release), 2, 2), _ => new Sealed(Digest(OrderKind.Release), Seal())];
}
