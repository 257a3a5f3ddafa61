namespace Counterseal.Custody;

/// <summary>The collectors of one plan or one collection; made anew for each.</summary>
internal sealed record OpenSources(IReadOnlyList<ICollector> Collectors) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var collector in Collectors)
            collector.Dispose();
    }
}

/// <summary>What the gate reads, as its operator configured it.</summary>
public sealed partial class Gate
{
    /// <exception cref="InvalidDataException">A collector is of a kind that nobody here makes, or its settings cannot be used.</exception>
    private OpenSources Sources()
    {
        var made = new List<ICollector> { new MailStore(home.Settings.Sources) };
        foreach (var settings in home.Settings.Collectors)
            made.Add(makeCollector(settings) ?? throw settings.Wrong("this gate has no collector of that kind"));
        return new OpenSources(made);
    }
}
