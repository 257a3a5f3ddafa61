using Counterseal.Cli;

namespace Counterseal.EndToEnd.Tests;

/// <summary>Stretches of the walk that several tests begin with.</summary>
internal static class Steps
{
    public static byte[] Emergency { get; } = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "samples", "emergency.json"));

    /// <summary>An emergency demand, decided: comply, for the house's authority. Gives its id.</summary>
    public static async Task<string> Decided(House house, Walk walk, CancellationToken cancel)
    {
        await walk.AddToDirectory(house.Entry, cancel);
        var demand = (string)(await walk.Submit(Emergency, cancel))["demand"]!;
        await walk.Authenticate(demand, "niamh", "called back", "note 1", cancel);
        await DemoScript.AnswerQuestions(walk, demand, cancel);
        await walk.Decide(demand, "niamh", "comply", "lawful", "court.example", cancel);
        return demand;
    }
}
