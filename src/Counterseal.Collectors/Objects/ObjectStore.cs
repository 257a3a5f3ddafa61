namespace Counterseal.Collectors;

/// <summary>A stored object.</summary>
/// <param name="Key">Its whole name.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Modified">When it was last written.</param>
internal sealed record StoredObject(string Key, long Size, DateTimeOffset Modified)
{
    /// <summary>Why it cannot be read, where that is seen in the listing.</summary>
    public string? Fault { get; init; }
}

/// <summary>Where objects are: a folder, or a bucket.</summary>
internal interface IObjectStore : IDisposable
{
    /// <summary>What it is, for the plan.</summary>
    string What { get; }

    /// <summary>The objects whose keys begin so, in ordinal order of their keys.</summary>
    /// <param name="prefix">How they begin.</param>
    /// <param name="after">Only those behind this key; <c>null</c> for all.</param>
    /// <param name="cancel">Stops between objects.</param>
    IEnumerable<StoredObject> List(string prefix, string? after, CancellationToken cancel);

    /// <summary>Opens one for reading.</summary>
    Stream Open(StoredObject stored, CancellationToken cancel);
}
