using Counterseal.Law;

namespace Counterseal.Custody;

/// <summary>How many people must approve one kind of order, by what is in its scope. The most that any category in scope asks for counts.</summary>
/// <param name="Subscriber">With subscriber data in scope.</param>
/// <param name="Identification">With identification data in scope.</param>
/// <param name="Traffic">With traffic data in scope.</param>
/// <param name="Content">With content in scope.</param>
/// <param name="Emergency">In place of the others where the demand, as read from its original, claims an emergency; <c>null</c> where that changes nothing.</param>
public sealed record Threshold(int Subscriber, int Identification, int Traffic, int Content, int? Emergency)
{
    private const int MostPeople = 20;

    /// <summary>The same number for everything.</summary>
    public static Threshold Of(int people) => new(people, people, people, people, null);

    /// <summary>The highest number that it can ask for.</summary>
    public int Most => Math.Max(Math.Max(Math.Max(Subscriber, Identification), Math.Max(Traffic, Content)), Emergency ?? 0);

    /// <summary>How many people this order needs.</summary>
    public int For(Order order)
    {
        ArgumentNullException.ThrowIfNull(order);
        if (Emergency is { } people && order.Demand.Emergency is true)
            return people;
        // Categories left open are all four.
        return order.Scope.Items.Max(item => item.Categories.Count == 0 ? Math.Max(Math.Max(Subscriber, Identification), Math.Max(Traffic, Content)) : item.Categories.Max(With));
    }

    /// <summary>How many people one category asks for.</summary>
    public int With(DataCategory category) => category switch
    {
        DataCategory.Subscriber => Subscriber,
        DataCategory.Identification => Identification,
        DataCategory.Traffic => Traffic,
        _ => Content,
    };

    /// <summary>Reads a number, or an object with all four categories and perhaps <c>emergency</c>; none below <paramref name="least"/>.</summary>
    internal static Threshold Read(Shape approvals, string member, int least)
    {
        if (approvals.Member(member).ValueKind == System.Text.Json.JsonValueKind.Number)
            return Of((int)approvals.Whole(member, least, MostPeople));
        var by = approvals.Object(member, "subscriber", "identification", "traffic", "content", "emergency");
        int Of4(string category) => (int)by.Whole(category, least, MostPeople);
        return new Threshold(Of4("subscriber"), Of4("identification"), Of4("traffic"), Of4("content"), by.Has("emergency") ? Of4("emergency") : null);
    }

    /// <summary>As the roster writes it: one number where all are the same.</summary>
    internal System.Text.Json.Nodes.JsonNode Json()
    {
        if (this == Of(Subscriber))
            return System.Text.Json.Nodes.JsonValue.Create(Subscriber);
        var node = new System.Text.Json.Nodes.JsonObject { ["subscriber"] = Subscriber, ["identification"] = Identification, ["traffic"] = Traffic, ["content"] = Content };
        if (Emergency is { } emergency)
            node["emergency"] = emergency;
        return node;
    }
}
