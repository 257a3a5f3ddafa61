using Counterseal.Desk;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Counterseal.Web;

/// <summary>What the queue's page is made from, and what can be done there.</summary>
public sealed record QueuePages
{
    /// <summary>A page of the queue as somebody may see it, with its figures. Throws <see cref="DeskException"/> when the page's key is not one.</summary>
    public required Func<Sight, QueueAsk, CancellationToken, Task<QueueList>> List { get; init; }
    /// <summary>Gives demands that somebody sees, by their ids, to a person (<c>null</c>: to nobody); says of each that was refused why. <c>null</c> where nobody can.</summary>
    public Func<Sight, IReadOnlyList<string>, string?, string, CancellationToken, Task<IReadOnlyList<RefusedAssignment>>>? Assign { get; init; }
    /// <summary>The views that a person keeps, by the person's account; <c>null</c> where there are none.</summary>
    public Func<string, CancellationToken, Task<IReadOnlyList<QueueView>>>? Views { get; init; }
    /// <summary>Keeps a view.</summary>
    public Func<string, QueueView, CancellationToken, Task>? Keep { get; init; }
    /// <summary>Forgets a view by its name.</summary>
    public Func<string, string, CancellationToken, Task>? Forget { get; init; }
}

/// <summary>One page of the queue.</summary>
/// <param name="Rows">In its order.</param>
/// <param name="Next">What the next page is asked with; <c>null</c> on the last.</param>
/// <param name="Tally">The open demands in figures.</param>
public sealed record QueueList(IReadOnlyList<QueueRow> Rows, string? Next, QueueTally Tally);

/// <summary>A demand that could not be assigned, or a form of the queue that was not taken.</summary>
/// <param name="Id">The demand's id; empty where it is about none.</param>
/// <param name="Why">Why: of a demand in the desk's English words, otherwise in the reader's language.</param>
public sealed record RefusedAssignment(string Id, string Why)
{
    /// <summary>What the desk said besides, in English; <c>null</c> for nothing.</summary>
    public string? Said { get; init; }
}

/// <summary>What the queue's page was asked for: the same as its address says.</summary>
public sealed record QueueFilter
{
    private static readonly string[] Names = ["q", "state", "show", "country", "instrument", "to", "at"];

    /// <summary>The search.</summary>
    public string Text { get; private init; } = "";
    /// <summary><c>open</c>, <c>ended</c> or <c>all</c>.</summary>
    public string State { get; private init; } = "open";
    /// <summary><c>burning</c>, <c>today</c>, <c>emergency</c>, or empty.</summary>
    public string Show { get; private init; } = "";
    /// <summary>The country, or empty.</summary>
    public string Country { get; private init; } = "";
    /// <summary>The instrument, or empty.</summary>
    public string Instrument { get; private init; } = "";
    /// <summary>The person, <c>-</c> for nobody, or empty.</summary>
    public string To { get; private init; } = "";
    /// <summary>The stage, or empty.</summary>
    public string At { get; private init; } = "";
    /// <summary>The page's key; <c>null</c> on the first page.</summary>
    public string? After { get; private init; }

    /// <summary>Whether anything is asked for besides the open demands.</summary>
    public bool IsAny => Query.Length > 0;

    /// <summary>Reads a query; what is not known in it is as nothing.</summary>
    public static QueueFilter Of(IQueryCollection query)
    {
        string One(string name, int most) => query.TryGetValue(name, out var given) && given.ToString().Trim() is { } text && !text.Any(char.IsControl) ? text[..Math.Min(most, text.Length)] : "";
        return new()
        {
            Text = One("q", 200),
            State = One("state", 10) is "ended" or "all" ? One("state", 10) : "open",
            Show = One("show", 20) is var show && show is "burning" or "today" or "emergency" ? show : "",
            Country = One("country", 2),
            Instrument = One("instrument", 100),
            To = One("to", 100),
            At = Enum.TryParse<Stage>(One("at", 20), ignoreCase: true, out var stage) && Enum.IsDefined(stage) ? stage.ToString().ToLowerInvariant() : "",
            After = One("after", 40) is { Length: > 0 } after ? after : null,
        };
    }

    /// <summary>The same as the desk is asked.</summary>
    public QueueAsk Ask => new()
    {
        Text = Text,
        Open = State switch { "ended" => false, "all" => null, _ => true },
        Burning = Show == "burning",
        Today = Show == "today",
        Emergency = Show == "emergency",
        Country = Country.Length > 0 ? Country : null,
        Instrument = Instrument.Length > 0 ? Instrument : null,
        Assigned = To switch { "" => null, "-" => "", _ => To },
        Stage = At.Length > 0 ? Enum.Parse<Stage>(At, ignoreCase: true) : null,
        After = After,
    };

    /// <summary>The query of its first page; empty for every open demand.</summary>
    public string Query => Address(null, null, null);

    /// <summary>The page's address with one thing said otherwise.</summary>
    /// <param name="name">Of the query, or <c>null</c>.</param>
    /// <param name="value">Its value; empty for none.</param>
    /// <param name="after">The page's key.</param>
    public string Path(string? name = null, string? value = null, string? after = null) => "/" + Address(name, value, after);

    private string Address(string? name, string? value, string? after)
    {
        var parts = Names.Select(one => (Name: one, Value: one == name ? value : one switch
        {
            "q" => Text,
            "state" => State == "open" ? "" : State,
            "show" => Show,
            "country" => Country,
            "instrument" => Instrument,
            "to" => To,
            _ => At,
        })).Append(("after", after)).Where(part => part.Item2 is { Length: > 0 });
        return QueryString.Create(parts.Select(part => KeyValuePair.Create(part.Item1, new StringValues(part.Item2)))).ToString();
    }
}
