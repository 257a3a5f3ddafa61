using Microsoft.EntityFrameworkCore;

namespace Counterseal.Desk;

/// <summary>
/// Which demands somebody may see. A demand is outside when it was put into a compartment of which that person is no member, or is of a kind of legal process that belongs to one.
/// Every reading of demands for people goes through here: lists, counts, search, calendars, exports.
/// </summary>
/// <param name="Compartments">The compartments that the person is in.</param>
/// <param name="HiddenInstruments">Kinds of legal process that belong to others.</param>
public sealed record Sight(IReadOnlyList<string> Compartments, IReadOnlyList<string> HiddenInstruments)
{
    /// <summary>All of them: for what the desk does by itself, and for the bearer of a receipt's token.</summary>
    public static Sight Whole { get; } = new([], []) { IsWhole = true };

    /// <summary>Nothing: for whoever is nobody.</summary>
    public static Sight None { get; } = new([], []) { IsNone = true };

    /// <summary>Whether nothing is hidden.</summary>
    public bool IsWhole { get; private init; }

    private bool IsNone { get; init; }

    /// <summary>The same for whoever sees the same.</summary>
    internal string Key => IsWhole ? "*" : IsNone ? "-" : string.Join('\n', Compartments.Order(StringComparer.Ordinal)) + "\n\n" + string.Join('\n', HiddenInstruments.Order(StringComparer.Ordinal));

    /// <summary>The demands among these that may be seen; to be put where a query of demands begins.</summary>
    internal IQueryable<DemandRow> Of(IQueryable<DemandRow> demands)
    {
        if (IsWhole)
            return demands;
        if (IsNone)
            return demands.Where(_ => false);
        var (mine, hidden) = (Compartments.ToArray(), HiddenInstruments.ToArray());
        return demands.Where(d => (d.Compartment == null || mine.Contains(d.Compartment)) && (d.Instrument == null || !hidden.Contains(d.Instrument)));
    }

    /// <summary>Whether a demand may be seen.</summary>
    public bool Sees(DemandState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return IsWhole || (!IsNone && (state.Compartment is not { } compartment || Compartments.Contains(compartment))
            && (state.Received?.Demand.Instrument is not { } instrument || !HiddenInstruments.Contains(instrument)));
    }
}

/// <content>Who sees which demand, and who works on it.</content>
public sealed partial class Desk
{
    /// <summary>Whether a demand is there and may be seen.</summary>
    public async Task<bool> Sees(Sight sight, string demand, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        await using var db = open();
        return await sight.Of(db.Demands.AsNoTracking()).AnyAsync(d => d.Id == demand, cancel);
    }

    /// <summary>Ids of the demands that may not be seen.</summary>
    public async Task<IReadOnlySet<string>> Hidden(Sight sight, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sight);
        if (sight.IsWhole)
            return new HashSet<string>();
        await using var db = open();
        var seen = sight.Of(db.Demands.AsNoTracking()).Select(d => d.Id);
        return (await db.Demands.AsNoTracking().Select(d => d.Id).Except(seen).ToListAsync(cancel)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Puts a demand into a compartment.</summary>
    /// <param name="demand">The demand's id.</param>
    /// <param name="by">The person, a member of the compartment.</param>
    /// <param name="compartment">Its name.</param>
    /// <param name="reason">Why.</param>
    /// <param name="seen">The version seen.</param>
    /// <param name="cancel">Until the commit.</param>
    public Task<DemandState> Restrict(string demand, string by, string compartment, string reason, int? seen, CancellationToken cancel)
    {
        Word(compartment, "the compartment", 60);
        return Say(demand, by, seen, _ => new Restricted(compartment, Text(reason, "the reason")), cancel);
    }

    /// <summary>Takes a demand out of the compartment that a person put it in.</summary>
    public Task<DemandState> Unrestrict(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Unrestricted(Text(reason, "the reason")), cancel);

    /// <summary>Records a person's own conflict with a demand: from then on it is not assigned to that person, who decides nothing of it.</summary>
    public Task<DemandState> Recuse(string demand, string by, string reason, int? seen, CancellationToken cancel) =>
        Say(demand, by, seen, _ => new Recused(by, Text(reason, "the conflict")), cancel);

    /// <summary>Who may be picked for a demand: people who see it, decide, and declared no conflict with it.</summary>
    public static IReadOnlyList<Person> Pickable(People people, DemandState state)
    {
        ArgumentNullException.ThrowIfNull(people);
        ArgumentNullException.ThrowIfNull(state);
        return [.. people.All.Values.Where(person => person.Has(Role.Intake, Role.Reviewer, Role.Counsel) && people.SightOf(person.Account).Sees(state) && !state.Recused.ContainsKey(person.Name))];
    }

    /// <summary>The desk's own record, for accounts: what happened is appended, and read with each proof held against the ledger's key.</summary>
    public AccountRecord AccountRecord() => new(
        async (by, body, cancel) => (await store.AppendOwn(by, body, cancel)).Event.Version,
        async (version, cancel) =>
        {
            var events = await store.OwnSince(version, cancel);
            foreach (var one in events)
            {
                if (one.Event.Version != ++version)
                    throw Tampered(version, "it is not there");
                Ensure(one);
            }
            return [.. events.Select(one => one.Event)];
        });

    private void Ensure(LoggedEvent logged)
    {
        try
        {
            _ = Ledger.TlogProof.Parse(logged.Proof).Verify(store.LeafOf(logged.N, logged.Salt, logged.Event.Canonical), log);
        }
        catch (FormatException no)
        {
            throw Tampered(logged.Event.Version, no.Message);
        }
    }

    private static DeskException Tampered(int version, string what) => new(
        "tampered", $"event {version} of the desk's own record is not as the ledger has it ({what}), so it cannot be said who may do what", "restore the database from its copy");

    /// <summary>The desk's own events of one type with their proofs, oldest first: where only these are shown.</summary>
    public Task<IReadOnlyList<LoggedEvent>> Own(string type, CancellationToken cancel) => store.LoadOwn(type, cancel);
}
