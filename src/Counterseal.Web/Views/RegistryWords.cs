using System.Globalization;
using Counterseal.Convention;
using Counterseal.Watch;

namespace Counterseal.Web;

/// <summary>What the registry's pages call things, in the reader's words.</summary>
internal static class RegistryWords
{
    /// <summary>A kind of victims; one that we have no word for as it is.</summary>
    public static string Victim(Reader reader, string kind) => IncidentWords.Victims.ContainsKey(kind) ? reader.Say($"registry.victim.{kind}") : kind;

    /// <summary>A way of attack; one that we have no word for as it is.</summary>
    public static string Type(Reader reader, string type) => IncidentWords.Types.ContainsKey(type) ? reader.Say($"registry.type.{type}") : type;

    /// <summary>The kind of a change of the registry.</summary>
    public static string Kind(Reader reader, string kind) => kind is "instruments" or "pledge" or "correction" or "import" or "bell" ? reader.Say($"registry.kind.{kind}") : kind;

    /// <summary>The states that are bound, as a sentence.</summary>
    public static string Bound(Reader reader, IReadOnlyList<Pledge> bound) =>
        reader.Say("registry.bound.states", ("states", bound.Count == 0 ? reader.Say("registry.bound.none") : string.Join(", ", bound.Select(pledge => pledge.Name))));

    /// <summary>What a list of incidents is of.</summary>
    /// <param name="reader">Whose words.</param>
    /// <param name="state">The state that it is narrowed to.</param>
    /// <param name="role"><c>accused</c> or <c>attacked</c>, with a state.</param>
    /// <param name="clause">The clause that it is narrowed to, as people call it.</param>
    public static string Incidents(Reader reader, State? state, string? role, string? clause) => (state, clause) switch
    {
        (null, null) => reader.Say("registry.incidents"),
        (null, { } of) => reader.Say("registry.incidents.clause", ("clause", of)),
        ({ } of, null) => reader.Say(role == "attacked" ? "registry.incidents.attacked" : "registry.incidents.named", ("state", of.Name)),
        ({ } one, { } two) => reader.Say(role == "attacked" ? "registry.incidents.attacked.clause" : "registry.incidents.named.clause", ("state", one.Name), ("clause", two)),
    };

    /// <summary>In what two tellings of an incident differ.</summary>
    public static string Differs(Reader reader, IReadOnlyList<string> differs) => string.Join(", ", differs.Select(one => one switch
    {
        "the states that are named" => reader.Say("registry.differs.states"),
        "the date" => reader.Say("registry.differs.date"),
        "the countries of the victims" => reader.Say("registry.differs.victims"),
        "the way of the attack" => reader.Say("registry.differs.types"),
        _ => one,
    }));

    /// <summary>Before and after a pledge, as a sentence.</summary>
    public static string Around(Reader reader, Comparison around)
    {
        return reader.Say(around.Verdict switch { TrendVerdict.More => "registry.around.more", TrendVerdict.Fewer => "registry.around.fewer", _ => "registry.around.open" },
            ("before", reader.Number(around.Before)), ("yearsBefore", reader.Number(around.YearsBefore)), ("year", around.Year.ToString(CultureInfo.InvariantCulture)),
            ("after", reader.Number(around.After)), ("yearsAfter", reader.Number(around.YearsAfter)),
            ("ratio", around.Ratio is { } ratio ? Number(ratio) : reader.Say("registry.around.undefined")), ("low", Number(around.Interval.Low)), ("high", Number(around.Interval.High)));

        string Number(double number) => double.IsInfinity(number) ? reader.Say("registry.around.endless") : number.ToString("0.00", reader.Language.Culture);
    }
}
